// A random sparse table: in compressed rows as SciPy keeps them, and as the dense table that it means.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "random_numbers.hpp"
#include "rosenblatt/rows.hpp"

namespace rosenblatt::testing {

template <class I>
Integers integers(const std::vector<I>& values) {
    static_assert(std::is_same_v<I, std::int32_t> || std::is_same_v<I, std::int64_t>);
    return {values.data(), values.size(), sizeof(I) == 8};
}

// Elements of type S, indices of type I. Small integers, so that sums are exact in any order.
template <class S, class I = std::int32_t>
struct SparseTable {
    std::size_t count;
    std::size_t features;
    std::vector<S> values;
    std::vector<I> columns;
    std::vector<I> begins{0};
    std::vector<double> dense;

    // Each row has 0 to `most` entries in any order, some zeros and duplicates among them; the first and the last row
    // have none.
    SparseTable(std::size_t rows, std::size_t cols, std::size_t most, Dice& dice)
        : count(rows), features(cols), dense(rows * cols) {
        for (std::size_t i = 0; i < rows; ++i) {
            const std::size_t entries = i == 0 || i == rows - 1 ? 0 : dice.integer(0, most);
            for (std::size_t e = 0; e < entries; ++e) {
                const std::size_t column = dice.integer(0, cols - 1);
                const std::size_t value = dice.integer(0, 3);
                values.push_back(static_cast<S>(value));
                columns.push_back(static_cast<I>(column));
                dense[i * cols + column] += static_cast<double>(value);
            }
            begins.push_back(static_cast<I>(values.size()));
        }
    }

    [[nodiscard]] Rows sparse_rows() const {
        return {values.data(), element_of<S>(), count, features, 0, {integers(begins), integers(columns)}};
    }
    [[nodiscard]] Rows dense_rows() const {
        return {dense.data(), Element::float64, count, features, static_cast<std::ptrdiff_t>(features)};
    }
};

}  // namespace rosenblatt::testing
