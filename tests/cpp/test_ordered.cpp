// Ordered outputs: a_1 = n_1, a_j = a_(j-1) + log(1 + exp n_j).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "activated.hpp"
#include "finite_differences.hpp"
#include "kernels/dispatch.hpp"
#include "random_network.hpp"

namespace rosenblatt {
namespace {

using testing::activated;

// s times the Jacobian, with NaN in the padding of n.
template <class T>
std::vector<T> differentiated(const std::string& level, std::vector<T> s, std::vector<T> n) {
    const std::size_t count = s.size();
    const std::size_t stride = (count + 15) / 16 * 16;
    s.resize(stride);
    n.resize(stride, std::numeric_limits<T>::quiet_NaN());
    const auto f = static_cast<int>(Activation::ordered);
    kernels::level<T>(level).derivative[f](s.data(), stride, n.data(), stride, 1, count);
    CHECK(std::all_of(s.begin() + static_cast<std::ptrdiff_t>(count), s.end(), [](T x) { return x == 0; }));
    s.resize(count);
    return s;
}

TEST_CASE_TEMPLATE("every element is that of the formula, and no less than the one before", T, float, double) {
    testing::Dice dice(1);
    constexpr double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
    for (const std::size_t count : {1U, 2U, 3U, 9U, 16U, 33U}) {
        for (const double width : {1.0, 30.0, 1000.0}) {
            std::vector<T> n(count);
            dice.fill(n.data(), count, -width, width);
            for (const std::string& level : kernels::available_levels()) {
                CAPTURE(level);
                CAPTURE(count);
                CAPTURE(width);
                const std::vector<T> a = activated(level, Activation::ordered, n);
                double expected = static_cast<double>(n[0]);
                double size = std::abs(expected);
                for (std::size_t j = 0; j < count; ++j) {
                    if (j > 0) {
                        const auto x = static_cast<double>(n[j]);
                        expected += std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
                        size += std::abs(expected);
                        CHECK(a[j] >= a[j - 1]);
                    }
                    CHECK(std::abs(static_cast<double>(a[j]) - expected) <= 4 * eps * size);
                }
            }
        }
    }
}

TEST_CASE("the derivative agrees with finite differences") {
    testing::Dice dice(2);
    for (const std::size_t count : {1U, 2U, 5U, 8U, 17U}) {
        std::vector<double> n(count);
        std::vector<double> s(count);
        dice.fill(n.data(), count, -3, 3);
        dice.fill(s.data(), count);
        for (const std::string& level : kernels::available_levels()) {
            const std::vector<double> got = differentiated(level, s, n);
            for (std::size_t j = 0; j < count; ++j) {
                CAPTURE(level);
                CAPTURE(count);
                CAPTURE(j);
                const double expected = testing::central_difference(n[j], [&] {
                    const std::vector<double> a = activated(level, Activation::ordered, n);
                    double sum = 0;
                    for (std::size_t i = 0; i < count; ++i) {
                        sum += s[i] * a[i];
                    }
                    return sum;
                });
                CHECK(std::abs(got[j] - expected) <= 1e-9);
            }
        }
    }
}

TEST_CASE_TEMPLATE("steps that vanish beside the answer have their slope all the same", T, float, double) {
    for (const std::string& level : kernels::available_levels()) {
        const std::vector<T> n{T(1e30), 0, 90, -2000, 2000};
        CHECK(activated<T>(level, Activation::ordered, n) == std::vector<T>(5, T(1e30)));
        CHECK(differentiated<T>(level, {1, 1, 1, 1, 1}, n) == std::vector<T>{5, 2, 3, 0, 1});
    }
}

TEST_CASE_TEMPLATE("NaN stays NaN from its place on", T, float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    for (const std::string& level : kernels::available_levels()) {
        const std::vector<T> a = activated<T>(level, Activation::ordered, {1, nan, 2});
        CHECK(a[0] == 1);
        CHECK(std::isnan(a[1]));
        CHECK(std::isnan(a[2]));
    }
}

TEST_CASE("groups of outputs are each in order") {
    Network<double> network({2, 6}, {Activation::ordered}, {3, 3});
    testing::Dice dice(3);
    testing::set_random_parameters(network, dice);
    Workspace<double> workspace(network.layout(), 9, Keep::everything);
    testing::set_random_batch(workspace, Loss::quantile, dice);
    LossFunction loss(Loss::quantile);
    loss.quantiles = {0.1, 0.5, 0.9};
    network.forward(workspace, 9);
    network.backward(workspace, 9, loss);
    const std::vector<double> gradient(workspace.gradient(), workspace.gradient() + network.layout().size());
    for (std::size_t i = 0; i < 9; ++i) {
        const MatrixView<double> a = workspace.a(1);
        CHECK(a(i, 0) < a(i, 1));
        CHECK(a(i, 1) < a(i, 2));
        CHECK(a(i, 3) == workspace.n(1)(i, 3));
        CHECK(a(i, 4) < a(i, 5));
    }
    const MatrixView<double> theta = network.theta(1);
    for (std::size_t i = 0; i < theta.rows; ++i) {
        for (std::size_t j = 0; j < theta.cols; ++j) {
            const double expected = testing::central_difference(theta(i, j), [&] {
                network.forward(workspace, 9);
                return network.backward(workspace, 9, loss);
            });
            CHECK(std::abs(gradient[i * theta.stride + j] - expected) <= 1e-9);
        }
    }
}

}  // namespace
}  // namespace rosenblatt
