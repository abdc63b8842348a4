#include "rosenblatt/training_data.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>

namespace rosenblatt {
namespace {

void check_index(std::span<const std::int64_t> index, std::size_t count) {
    for (const std::int64_t i : index) {
        if (i < 0 || static_cast<std::size_t>(i) >= count) {
            throw std::invalid_argument("row " + std::to_string(i) + " is not among the " + std::to_string(count) +
                                        " rows of x");
        }
    }
}

}  // namespace

void check_training_data(const TrainingData& data, const Layout& layout) {
    if (data.rows.features != layout.inputs()) {
        throw std::invalid_argument("x has " + std::to_string(data.rows.features) + " columns but the network has " +
                                    std::to_string(layout.inputs()) + " inputs");
    }
    check_targets(data.targets, data.rows.count, layout.outputs());
    if (data.training.empty()) {
        throw std::invalid_argument("there are no rows to train on");
    }
    check_index(data.training, data.rows.count);
    check_index(data.validation, data.rows.count);
}

}  // namespace rosenblatt
