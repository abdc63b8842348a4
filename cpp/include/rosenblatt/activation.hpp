// The activation functions f of a layer: the textbook's (equations 34-38), and others with their constants.
#pragma once

#include <span>
#include <string_view>

namespace rosenblatt {

enum class Activation {
    hard_limit,
    relu,
    linear,
    sigmoid,
    tanh,
    softmax,
    exponential,           // exp n, of a Poisson regression
    symmetric_hard_limit,  // -1 or 1
    leaky_relu,            // n, or n / 100 below 0 (Maas, Hannun, Ng 2013)
    elu,                   // n, or exp(n) - 1 below 0 (Clevert, Unterthiner, Hochreiter 2016)
    selu,                  // lambda n, or lambda alpha (exp(n) - 1) below 0 (Klambauer et al. 2017)
    gelu,                  // n Phi(n), Phi being the normal distribution (Hendrycks, Gimpel 2016)
    silu,                  // n sigmoid(n) (Elfwing, Uchibe, Doya 2018)
    softplus,              // log(1 + exp n) (Dugas et al. 2001)
    softsign,              // n / (1 + |n|)
    hard_sigmoid,          // n / 6 + 1 / 2, between 0 and 1
    sin,                   // sin n (Sitzmann et al. 2020)
    radial_basis,          // exp(-n^2)
    ordered,               // a_1 = n_1, a_j = a_(j-1) + log(1 + exp n_j), of several quantiles at once
};

inline constexpr int activation_count = 19;

// Whether each a_j depends on n_j alone: all but softmax and ordered.
[[nodiscard]] bool is_elementwise(Activation activation);

// Whether f' is written by means of n, which is kept apart from a then; of the others, by means of a = f(n).
[[nodiscard]] bool needs_net_input(Activation activation);

// The textbook's name of an activation, e.g. "HardLimit".
[[nodiscard]] std::string_view name(Activation activation);

// All names, in the order of the enumeration.
[[nodiscard]] std::span<const std::string_view> activation_names();

// The activation called `text`; throws std::invalid_argument that lists the known names.
[[nodiscard]] Activation parse_activation(std::string_view text);

}  // namespace rosenblatt
