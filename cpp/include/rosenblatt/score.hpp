// How good a network's answers are on rows that it does not train on.
#pragma once

#include <cstdint>
#include <span>

#include "rosenblatt/network.hpp"
#include "rosenblatt/targets.hpp"
#include "rosenblatt/team.hpp"

namespace rosenblatt {

enum class Score {
    accuracy,  // share of rows that are right in every output
    r2,        // coefficient of determination, the mean over outputs
};

// The score on the rows named by `index`, each counting by its weight; NaN if an output is not finite. A single output
// stands for class 1 above 0.5; several outputs with labels for the class of the largest; with values, each for its own
// 0 or 1, or each group of outputs for the class of its largest.
template <class T>
[[nodiscard]] double score(const Network<T>& network, const Rows& rows, const Targets& targets,
                           std::span<const std::int64_t> index, Score kind, Team& team);

}  // namespace rosenblatt
