#include "rosenblatt/activation.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace rosenblatt {
namespace {

constexpr std::array<std::string_view, activation_count> names{
    "HardLimit",          "ReLU",        "Linear", "Sigmoid",     "Tanh",   "Softmax", "Exponential",
    "SymmetricHardLimit", "LeakyReLU",   "ELU",    "SELU",        "GELU",   "SiLU",    "Softplus",
    "Softsign",           "HardSigmoid", "Sin",    "RadialBasis", "Ordered"};

}  // namespace

bool is_elementwise(Activation activation) {
    return activation != Activation::softmax && activation != Activation::ordered;
}

bool needs_net_input(Activation activation) {
    return activation == Activation::gelu || activation == Activation::silu || activation == Activation::softplus ||
           activation == Activation::sin || activation == Activation::radial_basis || activation == Activation::ordered;
}

std::string_view name(Activation activation) { return names.at(static_cast<std::size_t>(activation)); }

std::span<const std::string_view> activation_names() { return names; }

Activation parse_activation(std::string_view text) {
    std::string known;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == text) {
            return static_cast<Activation>(i);
        }
        known += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    throw std::invalid_argument("unknown activation '" + std::string(text) + "'; expected one of " + known);
}

}  // namespace rosenblatt
