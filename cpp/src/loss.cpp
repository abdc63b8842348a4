#include "rosenblatt/loss.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace rosenblatt {
namespace {

constexpr std::array<std::string_view, loss_count> names{
    "squared_error", "half_squared_error", "log_loss", "binary_log_loss", "poisson", "perceptron"};

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

bool is_canonical(Loss loss) {
    return loss == Loss::log_loss || loss == Loss::binary_log_loss || loss == Loss::poisson || loss == Loss::perceptron;
}

void check_loss(Loss loss, Activation activation) {
    if (loss == Loss::perceptron) {
        if (activation != Activation::hard_limit && activation != Activation::symmetric_hard_limit) {
            throw std::invalid_argument(
                "the loss perceptron needs a last layer with HardLimit or SymmetricHardLimit, "
                "not " +
                std::string(name(activation)));
        }
        return;
    }
    if (is_canonical(loss)) {
        const Activation needed = loss == Loss::log_loss          ? Activation::softmax
                                  : loss == Loss::binary_log_loss ? Activation::sigmoid
                                                                  : Activation::exponential;
        if (activation != needed) {
            throw std::invalid_argument("the loss " + std::string(name(loss)) + " needs a last layer with " +
                                        std::string(name(needed)) + ", not " + std::string(name(activation)));
        }
    }
}

}  // namespace rosenblatt
