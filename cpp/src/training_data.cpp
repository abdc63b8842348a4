#include "rosenblatt/training_data.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>

namespace rosenblatt {
namespace {

void check_rows(const Rows& rows, const Targets& targets, std::span<const std::int64_t> index, const Layout& layout) {
    if (rows.features != layout.inputs()) {
        throw std::invalid_argument("x has " + std::to_string(rows.features) + " columns but the network has " +
                                    std::to_string(layout.inputs()) + " inputs");
    }
    check_targets(targets, rows.count, layout.outputs());
    for (const std::int64_t i : index) {
        if (i < 0 || static_cast<std::size_t>(i) >= rows.count) {
            throw std::invalid_argument("row " + std::to_string(i) + " is not among the " + std::to_string(rows.count) +
                                        " rows of x");
        }
    }
}

}  // namespace

void check_training_data(const TrainingData& data, const Layout& layout) {
    check_rows(data.rows, data.targets, data.training, layout);
    if (data.training.empty()) {
        throw std::invalid_argument("there are no rows to train on");
    }
    if (!data.validation.empty()) {
        check_validation_data(data.validation, layout);
    }
}

void check_validation_data(const ValidationData& data, const Layout& layout) {
    if (data.empty()) {
        throw std::invalid_argument("there are no rows to validate on");
    }
    try {
        check_rows(data.rows, data.targets, data.index, layout);
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument("validation: " + std::string(error.what()));
    }
}

}  // namespace rosenblatt
