// The losses of rows without padding, by a level's kernel.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "kernels/dispatch.hpp"
#include "kernels/table.hpp"

namespace rosenblatt::testing {

// Those of a LossFunction by itself, but with three quantiles.
[[nodiscard]] inline kernels::LossParameters usual_parameters() {
    static constexpr double quantiles[] = {0.5, 0.1, 0.75};
    return {1, 1.5, 2, quantiles, 3};
}

template <class T>
struct Result {
    double value;
    std::vector<T> s;
    std::vector<double> losses;  // of each row
};

// Of rows without padding, which the kernel gets with the padding that it wants, filled with `padding`.
template <class T>
Result<T> loss_of(const std::string& level, Loss loss, const std::vector<T>& a, const std::vector<T>& y,
                  std::size_t rows = 1, T padding = 0, const kernels::LossParameters& parameters = usual_parameters()) {
    const std::size_t cols = a.size() / rows;
    const std::size_t stride = (cols + 15) / 16 * 16;
    std::vector<T> padded_a(rows * stride, padding);
    std::vector<T> padded_y = padded_a;
    std::vector<T> padded_s(rows * stride);
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
            padded_a[i * stride + j] = a[i * cols + j];
            padded_y[i * stride + j] = y[i * cols + j];
        }
    }
    Result<T> result{0, {}, std::vector<double>(rows, -1)};
    kernels::level<T>(level).loss[static_cast<int>(loss)](result.losses.data(), padded_s.data(), stride,
                                                          padded_a.data(), stride, padded_y.data(), stride, rows, cols,
                                                          &parameters);
    result.value = std::accumulate(result.losses.begin(), result.losses.end(), 0.0);
    for (std::size_t i = 0; i < rows; ++i) {
        const auto row = padded_s.begin() + static_cast<std::ptrdiff_t>(i * stride);
        const auto end = row + static_cast<std::ptrdiff_t>(cols);
        result.s.insert(result.s.end(), row, end);
        CHECK(std::all_of(end, row + static_cast<std::ptrdiff_t>(stride), [](T x) { return x == 0; }));
    }
    return result;
}

}  // namespace rosenblatt::testing
