// How good a network's answers are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/targets.hpp"

namespace rosenblatt {

enum class Score {
    accuracy,  // share of rows that are right in every output
    r2,        // coefficient of determination, the mean over outputs
    loss,      // minus the loss, so that more is better
};

// The accuracy or R2 of the answers a to the rows named by `index`, whose targets are y, each row counting by its
// weight; NaN if an answer is not finite. A single output stands for class 1 above `threshold`; several outputs with
// labels for the class of the largest; with values, each for its own 0 or 1, or each of `groups` of outputs for the
// class of its largest.
template <class T>
[[nodiscard]] double score(MatrixView<const T> a, MatrixView<const T> y, const Targets& targets,
                           std::span<const std::int64_t> index, Score kind, const std::vector<std::size_t>& groups = {},
                           T threshold = T{0.5});

}  // namespace rosenblatt
