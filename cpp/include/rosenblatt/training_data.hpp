// What a training learns from.
#pragma once

#include <cstdint>
#include <span>

#include "rosenblatt/layout.hpp"
#include "rosenblatt/rows.hpp"
#include "rosenblatt/targets.hpp"

namespace rosenblatt {

// The rows to learn from and, for early stopping, those to watch.
struct TrainingData {
    Rows rows;
    Targets targets;
    std::span<const std::int64_t> training;
    std::span<const std::int64_t> validation;
};

// Throws std::invalid_argument unless the data fit the network and name rows that there are.
void check_training_data(const TrainingData& data, const Layout& layout);

}  // namespace rosenblatt
