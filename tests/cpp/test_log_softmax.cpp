// The logarithm of a softmax, as a training meets it: the log-loss of a label, computed from the kernel's
// probabilities.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "kernels/dispatch.hpp"
#include "random_numbers.hpp"

namespace rosenblatt {
namespace {

// log (exp n_k / sum exp n_j)
template <class T>
long double log_softmax(const T* n, std::size_t count, std::size_t k) {
    long double sum = 0;
    for (std::size_t j = 0; j < count; ++j) {
        sum += std::exp(static_cast<long double>(n[j]) - static_cast<long double>(n[k]));
    }
    return -std::log(sum);
}

// With d = max n - n_k, which is at most |log p|, the relative error of the probability p is at most
//   d / 2        n - max n is rounded, which exp makes a relative error; that of the others is smaller by their share
//   + 2.4        in units of eps: exp of n_k and of the others, 1.06 ulp each, and 0.3 for what was left out above
//   + 4.5        the sum of 10 numbers, in the worst order 9 roundings of half a unit
//   + 1          1 / sum, and the product with it
// and log makes an absolute error of it, to which its own 0.9 |log p| are added.
TEST_CASE_TEMPLATE("log-softmax of 10 classes: absolute error", T, float, double) {
    constexpr std::size_t rows = 64;
    constexpr std::size_t cols = 10;
    constexpr std::size_t stride = 16;
    constexpr double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
    for (const std::string& level : kernels::available_levels()) {
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        testing::Dice dice(3);
        std::vector<T> n(rows * stride);
        std::vector<T> a(rows * stride);
        std::vector<T> s(rows * stride);
        std::vector<double> losses(rows);
        double largest = 0;
        double largest_share = 0;  // of what is allowed
        for (int block = 0; block < 1000; ++block) {
            std::vector<T> y(rows * stride);
            // From nearly equal to 12 apart: 1e-7 < p, which is not yet clipped in float32.
            const double width = dice.uniform(0, 6);
            std::vector<std::size_t> label(rows);
            for (std::size_t i = 0; i < rows; ++i) {
                dice.fill(n.data() + i * stride, cols, -width, width);
                label[i] = dice.integer(0, cols - 1);
                y[i * stride + label[i]] = 1;
            }
            kernel.activate[static_cast<int>(Activation::softmax)](a.data(), stride, n.data(), stride, rows, cols);
            kernel.loss[static_cast<int>(Loss::log_loss)](losses.data(), s.data(), stride, a.data(), stride, y.data(),
                                                          stride, rows, cols, nullptr);
            for (std::size_t i = 0; i < rows; ++i) {
                const long double exact = log_softmax(n.data() + i * stride, cols, label[i]);
                const double error = std::abs(static_cast<double>(-static_cast<long double>(losses[i]) - exact)) / eps;
                largest = std::max(largest, error);
                largest_share = std::max(largest_share, error / (7.9 + 1.4 * std::abs(static_cast<double>(exact))));
            }
        }
        MESSAGE("log-softmax of " << (sizeof(T) == sizeof(float) ? "float32" : "float64") << " on " << level
                                  << ": off by at most " << largest << " eps, " << 100 * largest_share
                                  << " % of what is allowed");
        CHECK(largest_share <= 1);
    }
}

}  // namespace
}  // namespace rosenblatt
