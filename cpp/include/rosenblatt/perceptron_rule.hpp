// The textbook's perceptron rule (equation 6).
#pragma once

#include <cstddef>

#include "rosenblatt/network.hpp"

namespace rosenblatt {

// Presents the first `rows` rows of workspace.a(0) one after the other, and after each
// theta = theta + eta [1 x]^T (y - a), with y from workspace.y(). Returns the number of rows that were answered
// wrongly when their turn came. Throws std::invalid_argument unless the network is a single layer of HardLimit.
template <class T>
std::size_t perceptron_rule(Network<T>& network, Workspace<T>& workspace, std::size_t rows, double eta);

}  // namespace rosenblatt
