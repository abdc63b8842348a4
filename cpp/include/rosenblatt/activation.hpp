// The activation functions f of a layer (textbook equations 34-38; the exponential is that of a Poisson regression,
// ordered that of several quantiles at once).
#pragma once

#include <span>
#include <string_view>

namespace rosenblatt {

enum class Activation { hard_limit, relu, linear, sigmoid, tanh, softmax, exponential, ordered };

inline constexpr int activation_count = 8;

// Whether each a_j depends on n_j alone: all but softmax and ordered.
[[nodiscard]] bool is_elementwise(Activation activation);

// The textbook's name of an activation, e.g. "HardLimit".
[[nodiscard]] std::string_view name(Activation activation);

// All names, in the order of the enumeration.
[[nodiscard]] std::span<const std::string_view> activation_names();

// The activation called `text`; throws std::invalid_argument that lists the known names.
[[nodiscard]] Activation parse_activation(std::string_view text);

}  // namespace rosenblatt
