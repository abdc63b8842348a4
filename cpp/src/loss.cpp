#include "rosenblatt/loss.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace rosenblatt {
namespace {

constexpr std::array<std::string_view, loss_count> names{
    "squared_error", "half_squared_error", "log_loss", "binary_log_loss", "poisson", "perceptron",   "absolute_error",
    "huber",         "quantile",           "gamma",    "tweedie",         "focal",   "binary_focal", "hinge",
    "class_hinge"};

}  // namespace

std::string_view name(Loss loss) { return names.at(static_cast<std::size_t>(loss)); }

std::span<const std::string_view> loss_names() { return names; }

Loss parse_loss(std::string_view text) {
    std::string known;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == text) {
            return static_cast<Loss>(i);
        }
        known += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    throw std::invalid_argument("unknown loss '" + std::string(text) + "'; expected one of " + known);
}

std::optional<Activation> needed_activation(Loss loss) {
    switch (loss) {
        case Loss::log_loss:
        case Loss::focal:
            return Activation::softmax;
        case Loss::binary_log_loss:
        case Loss::binary_focal:
            return Activation::sigmoid;
        case Loss::poisson:
        case Loss::gamma:
        case Loss::tweedie:
            return Activation::exponential;
        case Loss::hinge:
        case Loss::class_hinge:
            return Activation::linear;
        case Loss::perceptron:
            return Activation::hard_limit;
        case Loss::squared_error:
        case Loss::half_squared_error:
        case Loss::absolute_error:
        case Loss::huber:
        case Loss::quantile:
            break;
    }
    return {};
}

bool is_canonical(Loss loss) {
    const std::optional<Activation> needed = needed_activation(loss);
    return needed.has_value() && *needed != Activation::linear;
}

void check_loss(Loss loss, Activation activation) {
    const std::optional<Activation> needed = needed_activation(loss);
    // The perceptron rule is that of -1 and 1, too.
    const bool is_hard = loss == Loss::perceptron && activation == Activation::symmetric_hard_limit;
    if (needed && activation != *needed && !is_hard) {
        throw std::invalid_argument(
            "the loss " + std::string(name(loss)) + " needs a last layer with " + std::string(name(*needed)) +
            (loss == Loss::perceptron ? " or SymmetricHardLimit" : "") + ", not " + std::string(name(activation)));
    }
}

}  // namespace rosenblatt
