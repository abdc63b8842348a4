// How the answers of a network change with its input: block by block, the blocks shared out over a team.
#pragma once

#include <cstddef>
#include <span>

#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/rows.hpp"
#include "rosenblatt/team.hpp"

namespace rosenblatt {

// How many threads, of so many, pay for the gradients of so many outputs for these rows.
[[nodiscard]] std::size_t worthwhile_threads_to_differentiate(const Layout& layout, const Rows& rows,
                                                              std::size_t outputs, std::size_t threads);

// Row i * outputs.size() + j of out, which is as wide as the input, = da^l_o / dx of row i for output o = outputs[j]:
// a backward pass that begins with s^l = e_o o f'(n^l) instead of a loss, and goes one step beyond the first layer,
// da^l_o / dx = s^1 (W^1)^T.
template <class T>
void input_gradients(const Network<T>& network, MatrixView<T> out, const Rows& rows,
                     std::span<const std::size_t> outputs, Team& team);

}  // namespace rosenblatt
