// The losses L(y, a^l) of a network, each summed over outputs; a batch takes their sum over rows.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "rosenblatt/activation.hpp"

namespace rosenblatt {

// Of numbers, with e = a - y:
enum class Loss {
    squared_error,       // sum e^2, the textbook's (equation 11), without a half
    half_squared_error,  // sum e^2 / 2 (a mean over outputs is the estimators' affair)
    log_loss,            // -sum y log a, of a softmax
    binary_log_loss,     // -sum y log a + (1 - y) log(1 - a), of a sigmoid
    poisson,             // sum y log(y / a) - y + a, of an exponential: half the deviance of counts y
    perceptron,          // sum |a - y|, of a hard limit: the wrong answers, moved by the perceptron rule
    absolute_error,      // sum |e|
    huber,               // sum e^2 / 2 where |e| <= delta, delta (|e| - delta / 2) elsewhere
    quantile,            // sum (1 - q) e where e > 0, -q e elsewhere: least at the quantile q of y
    gamma,               // sum log(a / y) + y / a - 1, of an exponential: half the deviance of y > 0
    tweedie,             // half the deviance of power p, of an exponential; 1 is poisson, 2 is gamma
    // Of classes, where y is 0 or 1:
    focal,         // -sum y (1 - a)^gamma log a, of a softmax
    binary_focal,  // -sum y (1 - a)^gamma log a + (1 - y) a^gamma log(1 - a), of a sigmoid
    hinge,         // sum max(0, 1 - t n) with t = 2 y - 1, of linear outputs
    class_hinge,   // max(0, 1 + the largest other n - that of the class), of linear outputs
};

inline constexpr int loss_count = 15;

[[nodiscard]] std::string_view name(Loss loss);
[[nodiscard]] std::span<const std::string_view> loss_names();

// The loss called `text`; throws std::invalid_argument that lists the known names.
[[nodiscard]] Loss parse_loss(std::string_view text);

// Whether the sensitivity of the last layer, dL/dn, comes straight from the loss, because the derivative of the
// activation cancels (log-loss of a softmax, binary log-loss of a sigmoid, deviances of an exponential), is better
// multiplied with before anything can overflow (focal losses), or because the perceptron rule says so, as the
// derivative of a hard limit is 0.
[[nodiscard]] bool is_canonical(Loss loss);

// The only activation of the last layer that the loss can be taken of, if it is not any (perceptron: HardLimit, and
// SymmetricHardLimit as well).
[[nodiscard]] std::optional<Activation> needed_activation(Loss loss);

// Throws std::invalid_argument unless `loss` can be taken of outputs made by `activation`.
void check_loss(Loss loss, Activation activation);

}  // namespace rosenblatt
