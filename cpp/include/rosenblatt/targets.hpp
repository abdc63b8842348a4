// What a network is to answer, class labels or a table of values, and how much each row counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/rows.hpp"

namespace rosenblatt {

// Either `labels` (class 0 .. outputs - 1 of each row, or 0 and 1 for a single output) or `values` (a row each).
struct Targets {
    std::span<const std::int64_t> labels;
    Rows values;
    // One for each row; empty: 1 each. NOLINTNEXTLINE(readability-redundant-member-init): GCC warns without it.
    std::span<const double> weights = {};

    [[nodiscard]] bool are_labels() const { return values.data == nullptr; }
    [[nodiscard]] std::size_t count() const { return are_labels() ? labels.size() : values.count; }
};

// y (index.size() x outputs) = the targets named by `index`; labels as rows with a single 1.
template <class T>
void gather(MatrixView<T> y, const Targets& targets, std::span<const std::int64_t> index);

// The sum of the weights of the rows named by `index`: their number where there are none.
[[nodiscard]] double total_weight(const Targets& targets, std::span<const std::int64_t> index);

// The same, to divide by: throws std::invalid_argument, whose message begins with `what`, where it is 0.
double nonzero_weight(const Targets& targets, std::span<const std::int64_t> index, const std::string& what = "");

// Throws std::invalid_argument unless the targets fit `count` rows and `outputs` outputs.
void check_targets(const Targets& targets, std::size_t count, std::size_t outputs);

}  // namespace rosenblatt
