// The losses L(y, a^l) of a network, each summed over outputs; a batch takes their sum over rows.
#pragma once

#include <span>
#include <string_view>

#include "rosenblatt/activation.hpp"

namespace rosenblatt {

enum class Loss {
    squared_error,       // sum (y - a)^2, the textbook's (equation 11), without a half
    half_squared_error,  // sum (y - a)^2 / 2 (a mean over outputs is the estimators' affair)
    log_loss,            // -sum y log a, of a softmax
    binary_log_loss,     // -sum y log a + (1 - y) log(1 - a), of a sigmoid
    poisson,             // sum y log(y / a) - y + a, of an exponential: half the deviance of counts y
    perceptron,          // sum |a - y|, of a hard limit: the wrong answers, moved by the perceptron rule
};

inline constexpr int loss_count = 6;

[[nodiscard]] std::string_view name(Loss loss);
[[nodiscard]] std::span<const std::string_view> loss_names();

// The loss called `text`; throws std::invalid_argument that lists the known names.
[[nodiscard]] Loss parse_loss(std::string_view text);

// Whether the sensitivity of the last layer comes straight from the loss, s = a - y, because the derivative of the
// activation cancels (log-loss of a softmax, binary log-loss of a sigmoid, Poisson loss of an exponential), or because
// the perceptron rule says so, as the derivative of a hard limit is 0.
[[nodiscard]] bool is_canonical(Loss loss);

// Throws std::invalid_argument unless `loss` can be taken of outputs made by `activation`.
void check_loss(Loss loss, Activation activation);

}  // namespace rosenblatt
