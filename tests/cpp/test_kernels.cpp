// The kernels over single rows and flat ranges on every level, against scalar references. The products of matrices are
// in test_kernels_multiply.cpp, activations and losses beside their headers.
#include "kernels/table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
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

double sum_of_squares(const std::vector<double>& values) {
    double sum = 0;
    for (const double x : values) {
        sum += x * x;
    }
    return sum;
}

// Counts that are multiples of the padding, as the layout makes them.
const std::vector<std::size_t> padded_counts{16, 32, 48, 64, 80, 160, 1600};

TEST_CASE_TEMPLATE("sgd: momentum, with and without Nesterov", T, float, double) {
    Dice dice(2);
    for (const std::string& level : kernels::available_levels()) {
        for (const std::size_t count : padded_counts) {
            for (const bool nesterov : {false, true}) {
                const kernels::SgdStep step{{0.25, 0.125}, 0.5, 0.75, nesterov};
                std::vector<T> theta = random_values<T>(dice, count);
                std::vector<T> velocity = random_values<T>(dice, count);
                const std::vector<T> gradient = random_values<T>(dice, count);
                std::vector<double> w = as_double(theta);
                std::vector<double> v = as_double(velocity);
                const double squares = sum_of_squares(w);
                for (std::size_t i = 0; i < count; ++i) {
                    const double slope = 0.5 * (0.25 * static_cast<double>(gradient[i]) + 0.125 * w[i]);
                    v[i] = 0.75 * v[i] - slope;
                    w[i] += nesterov ? 0.75 * v[i] - slope : v[i];
                }
                const double got =
                    kernels::level<T>(level).sgd(theta.data(), velocity.data(), gradient.data(), count, &step);
                CAPTURE(level);
                CAPTURE(count);
                CAPTURE(nesterov);
                CHECK(largest_difference(velocity, v) <= 4 * eps<T>);
                CHECK(largest_difference(theta, w) <= 4 * eps<T>);
                CHECK(std::abs(got - squares) <= eps<T> * static_cast<double>(count) * squares);
            }
        }
    }
}

TEST_CASE_TEMPLATE("adam", T, float, double) {
    Dice dice(3);
    for (const std::string& level : kernels::available_levels()) {
        for (const std::size_t count : padded_counts) {
            const kernels::AdamStep step{{0.25, 0.125}, 0.5, 0.75, 0.875, 0.0625};
            std::vector<T> theta = random_values<T>(dice, count);
            std::vector<T> mean = random_values<T>(dice, count);
            std::vector<T> variance = random_values<T>(dice, count, 0, 1);
            const std::vector<T> gradient = random_values<T>(dice, count);
            std::vector<double> w = as_double(theta);
            std::vector<double> m = as_double(mean);
            std::vector<double> v = as_double(variance);
            const double squares = sum_of_squares(w);
            for (std::size_t i = 0; i < count; ++i) {
                const double g = 0.25 * static_cast<double>(gradient[i]) + 0.125 * w[i];
                m[i] = 0.75 * m[i] + 0.25 * g;
                v[i] = 0.875 * v[i] + 0.125 * g * g;
                w[i] -= 0.5 * m[i] / (std::sqrt(v[i]) + 0.0625);
            }
            const double got = kernels::level<T>(level).adam(theta.data(), mean.data(), variance.data(),
                                                             gradient.data(), count, &step);
            CAPTURE(level);
            CAPTURE(count);
            CHECK(largest_difference(mean, m) <= 4 * eps<T>);
            CHECK(largest_difference(variance, v) <= 4 * eps<T>);
            // A small variance makes the step several times as large as theta.
            CHECK(largest_difference(theta, w) <= 32 * eps<T>);
            CHECK(std::abs(got - squares) <= eps<T> * static_cast<double>(count) * squares);
        }
    }
}

TEST_CASE_TEMPLATE("padding that is zero stays zero under every step", T, float, double) {
    const std::vector<T> gradient(64, 0);
    for (const std::string& level : kernels::available_levels()) {
        std::vector<T> theta(64, 0);
        std::vector<T> first(64, 0);
        std::vector<T> second(64, 0);
        const kernels::SgdStep sgd{{0.005, 0.1}, 0.1, 0.9, true};
        const kernels::AdamStep adam{{0.005, 0.1}, 0.001, 0.9, 0.999, 1e-8};
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        CHECK(kernel.sgd(theta.data(), first.data(), gradient.data(), 64, &sgd) == 0);
        CHECK(kernel.adam(theta.data(), first.data(), second.data(), gradient.data(), 64, &adam) == 0);
        CAPTURE(level);
        CHECK(theta == gradient);
        CHECK(first == gradient);
        CHECK(second == gradient);
    }
}

TEST_CASE_TEMPLATE("sum_parts is the product whose blocks are the parts, to the last bit", T, float, double) {
    constexpr std::size_t line = kernels::vector_padding / sizeof(T);
    constexpr std::size_t rows = 3;
    constexpr std::size_t inner = 2 * kernels::longest_inner_block + 1;  // three blocks
    constexpr std::size_t stride = 3 * line;
    constexpr std::size_t cols = stride - 1;
    Dice dice(7);
    const std::vector<T> left = random_values<T>(dice, rows * inner);
    const std::vector<T> right = random_values<T>(dice, inner * stride);
    const std::vector<T> start = random_values<T>(dice, stride);
    for (const std::string& level : kernels::available_levels()) {
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        std::vector<T> whole(rows * stride);
        const PickedRows<T> all{left.data(), inner, nullptr};
        kernel.multiply(whole.data(), stride, start.data(), &all, right.data(), stride, rows, inner, cols, nullptr,
                        nullptr);
        std::vector<T> parts(3 * rows * stride);
        for (std::size_t i = 0, done = 0; i < 3; ++i) {
            const std::size_t length = (inner - done + 2 - i) / (3 - i);
            const PickedRows<T> some{left.data() + done, inner, nullptr};
            kernel.multiply(parts.data() + i * rows * stride, stride, nullptr, &some, right.data() + done * stride,
                            stride, rows, length, cols, nullptr, nullptr);
            done += length;
        }
        std::vector<T> sum(rows * stride);
        kernel.sum_parts(sum.data(), stride, start.data(), parts.data(), rows * stride, 3, rows, cols);
        bool is_same = true;
        for (std::size_t i = 0; i < rows * stride; ++i) {
            is_same = is_same && (i % stride >= cols || sum[i] == whole[i]);
        }
        CAPTURE(level);
        CHECK(is_same);
    }
}

TEST_CASE_TEMPLATE("sum_rows: set and added to", T, float, double) {
    constexpr std::size_t line = kernels::vector_padding / sizeof(T);
    Dice dice(6);
    for (const std::string& level : kernels::available_levels()) {
        for (const std::size_t rows : {0U, 1U, 7U}) {
            for (const bool add : {false, true}) {
                const std::vector<T> in = random_values<T>(dice, rows * 3 * line + 1);
                std::vector<T> out = random_values<T>(dice, 2 * line);
                std::vector<double> sums = as_double(out);
                for (std::size_t j = 0; j < sums.size(); ++j) {
                    sums[j] = add ? sums[j] : 0;
                    for (std::size_t i = 0; i < rows; ++i) {
                        sums[j] += static_cast<double>(in[i * 3 * line + j]);
                    }
                }
                kernels::level<T>(level).sum_rows(out.data(), in.data(), 3 * line, rows, 2 * line, add);
                CAPTURE(level);
                CAPTURE(rows);
                CAPTURE(add);
                CHECK(largest_difference(out, sums) <= 8 * eps<T>);
            }
        }
    }
}

TEST_CASE_TEMPLATE("dot and add_scaled: every length, rows that begin anywhere", T, float, double) {
    Dice dice(4);
    for (const std::string& level : kernels::available_levels()) {
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        for (std::size_t count = 0; count <= 150; ++count) {
            const std::vector<T> x = random_values<T>(dice, count + 1);
            std::vector<T> w = random_values<T>(dice, count + 2);
            double expected = 0;
            std::vector<double> sum = as_double(w);
            for (std::size_t i = 0; i < count; ++i) {
                expected += static_cast<double>(x[i + 1]) * sum[i + 1];
                sum[i + 1] += 0.375 * static_cast<double>(x[i + 1]);
            }
            CAPTURE(level);
            CAPTURE(count);
            const T got = kernel.dot(x.data() + 1, w.data() + 1, count);
            CHECK(std::abs(static_cast<double>(got) - expected) <= eps<T> * static_cast<double>(count));
            kernel.add_scaled(w.data() + 1, x.data() + 1, T(0.375), count);
            CHECK(largest_difference(w, sum) <= 2 * eps<T>);
            CHECK(static_cast<double>(w.front()) == sum.front());
            CHECK(static_cast<double>(w.back()) == sum.back());
        }
    }
}

// The gather kernel for elements of type S.
template <class T, class S>
void check_gather(const std::string& level, void (*gather)(T*, std::size_t, const S*, std::ptrdiff_t,
                                                           const std::int64_t*, std::size_t, std::size_t)) {
    Dice dice(5);
    const std::vector<std::int64_t> index{4, 0, 2, 2, 1};
    for (std::size_t cols = 1; cols <= 40; ++cols) {
        const std::size_t in_stride = cols + 2;
        const std::size_t out_stride = cols + 3;
        std::vector<S> in(5 * in_stride);
        dice.fill(in.data(), in.size(), 0, 255);
        for (const bool backwards : {false, true}) {
            std::vector<T> out(5 * out_stride, T(-77));
            std::vector<T> expected = out;
            for (std::size_t i = 0; i < 5; ++i) {
                const auto row = static_cast<std::size_t>(backwards ? 4 - index[i] : index[i]);
                for (std::size_t j = 0; j < cols; ++j) {
                    expected[i * out_stride + j] = static_cast<T>(in[row * in_stride + j]);
                }
            }
            const auto step = static_cast<std::ptrdiff_t>(in_stride);
            gather(out.data(), out_stride, backwards ? in.data() + 4 * in_stride : in.data(), backwards ? -step : step,
                   index.data(), index.size(), cols);
            CAPTURE(level);
            CAPTURE(cols);
            CAPTURE(backwards);
            CHECK(out == expected);
        }
    }
}

TEST_CASE_TEMPLATE("gather", T, float, double) {
    for (const std::string& level : kernels::available_levels()) {
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        check_gather(level, kernel.gather_uint8);
        check_gather(level, kernel.gather_float32);
        check_gather(level, kernel.gather_float64);
    }
}

TEST_CASE_TEMPLATE("is_finite: one bad element anywhere", T, float, double) {
    using Limits = std::numeric_limits<T>;
    for (const std::string& level : kernels::available_levels()) {
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        for (const std::size_t count : {2U, 3U, 15U, 16U, 17U, 64U, 100U, 785U}) {
            std::vector<T> x(count, Limits::max());
            x[0] = -Limits::max();
            x[1] = Limits::denorm_min();
            CHECK(kernel.is_finite(x.data(), count));
            for (const std::size_t where : {std::size_t{0}, std::size_t{count} / 2, std::size_t{count} - 1}) {
                for (const T bad : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()}) {
                    std::vector<T> broken = x;
                    broken[where] = bad;
                    CHECK_FALSE(kernel.is_finite(broken.data(), count));
                }
            }
        }
    }
}

}  // namespace
}  // namespace rosenblatt
