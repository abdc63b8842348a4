// What a training learns from.
#pragma once

#include <cstdint>
#include <span>

#include "rosenblatt/layout.hpp"
#include "rosenblatt/rows.hpp"
#include "rosenblatt/targets.hpp"

namespace rosenblatt {

// Rows that are watched and not learned from: some of those of the training's table, or of a table of their own, which
// may be of another kind.
struct ValidationData {
    Rows rows;
    Targets targets;
    std::span<const std::int64_t> index;

    [[nodiscard]] bool empty() const { return index.empty(); }
};

// The rows to learn from and, if there are any, those to watch.
struct TrainingData {
    Rows rows;
    Targets targets;
    std::span<const std::int64_t> training;
    ValidationData validation;
};

// Throws std::invalid_argument unless the data fit the network and name rows that there are.
void check_training_data(const TrainingData& data, const Layout& layout);
void check_validation_data(const ValidationData& data, const Layout& layout);

}  // namespace rosenblatt
