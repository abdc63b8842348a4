// The steps of the optimizers on every level, against the formulas in double.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "kernels/dispatch.hpp"
#include "random_numbers.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;

template <class T>
constexpr double eps = static_cast<double>(std::numeric_limits<T>::epsilon());

template <class T>
std::vector<T> random_values(Dice& dice, std::size_t count, double low = -1, double high = 1) {
    std::vector<T> values(count);
    dice.fill(values.data(), count, low, high);
    return values;
}

std::vector<double> as_double(const std::vector<float>& values) { return {values.begin(), values.end()}; }
std::vector<double> as_double(const std::vector<double>& values) { return values; }

template <class T>
double largest_difference(const std::vector<T>& values, const std::vector<double>& expected) {
    double largest = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(values[i]) - expected[i]));
    }
    return largest;
}

// Counts that are multiples of the padding, as the layout makes them.
// A block of a matrix, of so many rows and cache lines, with another cache line on either side.
struct BlockShape {
    std::size_t rows;
    std::size_t lines;
};
const std::vector<BlockShape> block_shapes{{0, 2}, {1, 1}, {1, 3}, {4, 2},  {3, 4},
                                           {5, 7}, {2, 8}, {3, 9}, {3, 64}, {2, 71}};

template <class T>
struct BlockOf {
    explicit BlockOf(const BlockShape& shape)
        : rows(shape.rows),
          cols(shape.lines * kernels::vector_padding / sizeof(T)),
          begin(kernels::vector_padding / sizeof(T)),
          stride(cols + 2 * begin) {}

    [[nodiscard]] std::size_t size() const { return rows * stride + 1; }
    [[nodiscard]] bool holds(std::size_t i) const {
        return i / stride < rows && i % stride >= begin && i % stride < begin + cols;
    }

    // The sums of the squares of w, line by line.
    [[nodiscard]] std::vector<double> squares(const std::vector<double>& w) const {
        std::vector<double> sums(cols / begin);
        for (std::size_t i = 0; i < w.size(); ++i) {
            if (holds(i)) {
                sums[(i % stride - begin) / begin] += w[i] * w[i];
            }
        }
        return sums;
    }

    std::size_t rows, cols, begin, stride;
};

TEST_CASE_TEMPLATE("sgd: momentum, with and without Nesterov", T, float, double) {
    Dice dice(2);
    for (const std::string& level : kernels::available_levels()) {
        for (const BlockShape& shape : block_shapes) {
            for (const bool nesterov : {false, true}) {
                const BlockOf<T> block(shape);
                const kernels::SgdStep step{{0.25, 0.125}, 0.5, 0.75, nesterov};
                std::vector<T> theta = random_values<T>(dice, block.size());
                std::vector<T> velocity = random_values<T>(dice, block.size());
                const std::vector<T> gradient = random_values<T>(dice, block.rows * block.cols);
                std::vector<double> w = as_double(theta);
                std::vector<double> v = as_double(velocity);
                const std::vector<double> squares = block.squares(w);
                for (std::size_t i = 0; i < w.size(); ++i) {
                    if (block.holds(i)) {
                        const std::size_t j = i / block.stride * block.cols + i % block.stride - block.begin;
                        const double slope = 0.5 * (0.25 * static_cast<double>(gradient[j]) + 0.125 * w[i]);
                        v[i] = 0.75 * v[i] - slope;
                        w[i] += nesterov ? 0.75 * v[i] - slope : v[i];
                    }
                }
                std::vector<double> got(shape.lines, -1);
                kernels::level<T>(level).sgd(theta.data() + block.begin, velocity.data() + block.begin, block.stride,
                                             gradient.data(), block.cols, block.rows, block.cols, &step, got.data());
                CAPTURE(level);
                CAPTURE(shape.rows);
                CAPTURE(shape.lines);
                CAPTURE(nesterov);
                CHECK(largest_difference(velocity, v) <= 4 * eps<T>);
                CHECK(largest_difference(theta, w) <= 4 * eps<T>);
                for (std::size_t line = 0; line < shape.lines; ++line) {
                    CHECK(std::abs(got[line] - squares[line]) <= 100 * eps<T> * squares[line]);
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("adam", T, float, double) {
    Dice dice(3);
    for (const std::string& level : kernels::available_levels()) {
        for (const BlockShape& shape : block_shapes) {
            const BlockOf<T> block(shape);
            const kernels::AdamStep step{{0.25, 0.125}, 0.5, 0.75, 0.875, 0.0625};
            std::vector<T> theta = random_values<T>(dice, block.size());
            std::vector<T> mean = random_values<T>(dice, block.size());
            std::vector<T> variance = random_values<T>(dice, block.size(), 0, 1);
            const std::vector<T> gradient = random_values<T>(dice, block.rows * block.cols);
            std::vector<double> w = as_double(theta);
            std::vector<double> m = as_double(mean);
            std::vector<double> v = as_double(variance);
            const std::vector<double> squares = block.squares(w);
            for (std::size_t i = 0; i < w.size(); ++i) {
                if (block.holds(i)) {
                    const std::size_t j = i / block.stride * block.cols + i % block.stride - block.begin;
                    const double g = 0.25 * static_cast<double>(gradient[j]) + 0.125 * w[i];
                    m[i] = 0.75 * m[i] + 0.25 * g;
                    v[i] = 0.875 * v[i] + 0.125 * g * g;
                    w[i] -= 0.5 * m[i] / (std::sqrt(v[i]) + 0.0625);
                }
            }
            std::vector<double> got(shape.lines, -1);
            kernels::level<T>(level).adam(theta.data() + block.begin, mean.data() + block.begin,
                                          variance.data() + block.begin, block.stride, gradient.data(), block.cols,
                                          block.rows, block.cols, &step, got.data());
            CAPTURE(level);
            CAPTURE(shape.rows);
            CAPTURE(shape.lines);
            CHECK(largest_difference(mean, m) <= 4 * eps<T>);
            CHECK(largest_difference(variance, v) <= 4 * eps<T>);
            // A small variance makes the step several times as large as theta.
            CHECK(largest_difference(theta, w) <= 32 * eps<T>);
            for (std::size_t line = 0; line < shape.lines; ++line) {
                CHECK(std::abs(got[line] - squares[line]) <= 100 * eps<T> * squares[line]);
            }
        }
    }
}

TEST_CASE_TEMPLATE("a step does not depend on the lines beside it, to the last bit", T, float, double) {
    constexpr std::size_t line = kernels::vector_padding / sizeof(T);
    constexpr std::size_t rows = 37;
    constexpr std::size_t stride = 20 * line;
    Dice dice(5);
    const std::vector<T> theta = random_values<T>(dice, rows * stride);
    const std::vector<T> gradient = random_values<T>(dice, rows * stride);
    const kernels::StepScale scale{0.3, 0.1};
    const kernels::AdamStep adam{scale, 0.1, 0.7, 0.9, 0.01};
    for (const std::string& level : kernels::available_levels()) {
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        for (const bool nesterov : {false, true}) {
            const kernels::SgdStep sgd{scale, 0.1, 0.7, nesterov};
            // Two steps by blocks of so many lines: theta and the squares after them.
            const auto move = [&](std::size_t lines) {
                std::vector<T> moved = theta;
                std::vector<T> first(theta.size());
                std::vector<T> second(theta.size());
                std::vector<double> squares(20);
                for (std::size_t begin = 0; begin < 20; begin += lines) {
                    const std::size_t at = begin * line;
                    const std::size_t cols = std::min<std::size_t>(lines, 20 - begin) * line;
                    kernel.adam(moved.data() + at, first.data() + at, second.data() + at, stride, gradient.data() + at,
                                stride, rows, cols, &adam, squares.data() + begin);
                    kernel.sgd(moved.data() + at, first.data() + at, stride, gradient.data() + at, stride, rows, cols,
                               &sgd, squares.data() + begin);
                }
                return std::pair(moved, squares);
            };
            const auto whole = move(20);
            for (const std::size_t lines : {1U, 2U, 3U, 4U, 9U}) {
                CAPTURE(level);
                CAPTURE(nesterov);
                CAPTURE(lines);
                CHECK(move(lines) == whole);
            }
        }
    }
}

TEST_CASE_TEMPLATE("padding that is zero stays zero under every step", T, float, double) {
    const std::vector<T> gradient(64, 0);
    for (const std::string& level : kernels::available_levels()) {
        std::vector<T> theta(64, 0);
        std::vector<T> first(64, 0);
        std::vector<T> second(64, 0);
        std::vector<double> squares(64 * sizeof(T) / kernels::vector_padding, -1);
        const std::vector<double> zeros(squares.size(), 0);
        const kernels::SgdStep sgd{{0.005, 0.1}, 0.1, 0.9, true};
        const kernels::AdamStep adam{{0.005, 0.1}, 0.001, 0.9, 0.999, 1e-8};
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        kernel.sgd(theta.data(), first.data(), 64, gradient.data(), 64, 1, 64, &sgd, squares.data());
        CHECK(squares == zeros);
        kernel.adam(theta.data(), first.data(), second.data(), 64, gradient.data(), 64, 1, 64, &adam, squares.data());
        CHECK(squares == zeros);
        CAPTURE(level);
        CHECK(theta == gradient);
        CHECK(first == gradient);
        CHECK(second == gradient);
    }
}

}  // namespace
}  // namespace rosenblatt
