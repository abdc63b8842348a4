// What train_perceptron refuses.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>

#include "rosenblatt/perceptron.hpp"

namespace rosenblatt {

inline void require(bool condition, const std::string& message) {
    if (!condition) {
        throw std::invalid_argument(message);
    }
}

inline void check_length(const char* name, std::size_t length, std::size_t expected, const char* unit) {
    require(length == expected, std::string(name) + " has " + std::to_string(length) + " entries; expected " +
                                    std::to_string(expected) + ", one a " + unit);
}

// Throws std::invalid_argument, see train_perceptron.
template <class T>
void check(std::span<T> w, const PerceptronData<T>& data, const PerceptronOptions& options) {
    const std::size_t count = data.rows.count;
    check_length("w", w.size(), data.rows.features, "feature");
    check_length("y", data.y.size(), count, "row");
    require(count <= std::numeric_limits<std::int32_t>::max(),
            "at most 2147483647 rows are supported; x has " + std::to_string(count));
    if (!data.weights.empty()) {
        check_length("weights", data.weights.size(), count, "row");
    }
    if (!data.validation.empty()) {
        check_length("validation", data.validation.size(), count, "row");
    }
    require(std::all_of(data.y.begin(), data.y.end(), [](std::int8_t y) { return y == 1 || y == -1; }),
            "y must hold 1 and -1 only");
    const auto held_out =
        count - static_cast<std::size_t>(std::count(data.validation.begin(), data.validation.end(), std::uint8_t{0}));
    require(data.validation.empty() ? count > 0 : held_out < count, "there are no rows to train on");
    require(!options.early_stopping || (!data.validation.empty() && held_out > 0),
            "early stopping needs rows to validate on");
    require(options.alpha >= 0, "alpha must be at least 0, not " + std::to_string(options.alpha));
    require(options.l1_ratio >= 0 && options.l1_ratio <= 1,
            "l1_ratio must lie in 0 .. 1, not " + std::to_string(options.l1_ratio));
    require(options.eta0 > 0, "eta0 must be greater than 0, not " + std::to_string(options.eta0));
    require(options.max_iter > 0, "max_iter must be at least 1");
    require(options.n_iter_no_change > 0, "n_iter_no_change must be at least 1");
}

}  // namespace rosenblatt
