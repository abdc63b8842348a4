#include "rosenblatt/loss.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "activated.hpp"
#include "finite_differences.hpp"
#include "kernels/dispatch.hpp"
#include "loss_of.hpp"
#include "random_numbers.hpp"

namespace rosenblatt {
namespace {

using testing::activated;
using testing::central_difference;
using testing::loss_of;
using testing::Result;

// The losses with s = a - y, or twice that; the others are those of test_loss_function.cpp.
constexpr int plain_losses = static_cast<int>(Loss::perceptron) + 1;

TEST_CASE("names and losses belong together") {
    CHECK(name(Loss::squared_error) == "squared_error");
    CHECK(name(Loss::binary_log_loss) == "binary_log_loss");
    REQUIRE(loss_names().size() == loss_count);
    for (int i = 0; i < loss_count; ++i) {
        const auto loss = static_cast<Loss>(i);
        CHECK(parse_loss(name(loss)) == loss);
        CHECK(loss_names()[static_cast<std::size_t>(i)] == name(loss));
    }
}

TEST_CASE("an unknown name is refused with the list of those that are known") {
    CHECK_THROWS_WITH_AS((void)parse_loss("mse"),
                         "unknown loss 'mse'; expected one of squared_error, half_squared_error, log_loss, "
                         "binary_log_loss, poisson, perceptron, absolute_error, huber, quantile, gamma, tweedie, "
                         "focal, binary_focal, hinge, class_hinge",
                         std::invalid_argument);
}

TEST_CASE("the log-losses and poisson need the activation whose derivative they cancel") {
    for (int i = 0; i < activation_count; ++i) {
        const auto f = static_cast<Activation>(i);
        CHECK_NOTHROW(check_loss(Loss::squared_error, f));
        CHECK_NOTHROW(check_loss(Loss::half_squared_error, f));
        if (f != Activation::softmax) {
            CHECK_THROWS_AS(check_loss(Loss::log_loss, f), std::invalid_argument);
        }
        if (f != Activation::sigmoid) {
            CHECK_THROWS_AS(check_loss(Loss::binary_log_loss, f), std::invalid_argument);
        }
        if (f != Activation::exponential) {
            CHECK_THROWS_AS(check_loss(Loss::poisson, f), std::invalid_argument);
        }
    }
    CHECK_NOTHROW(check_loss(Loss::log_loss, Activation::softmax));
    CHECK_NOTHROW(check_loss(Loss::binary_log_loss, Activation::sigmoid));
    CHECK_NOTHROW(check_loss(Loss::poisson, Activation::exponential));
    CHECK_THROWS_WITH(check_loss(Loss::log_loss, Activation::tanh),
                      "the loss log_loss needs a last layer with Softmax, not Tanh");
    CHECK_THROWS_WITH(check_loss(Loss::binary_log_loss, Activation::softmax),
                      "the loss binary_log_loss needs a last layer with Sigmoid, not Softmax");
    CHECK(is_canonical(Loss::log_loss));
    CHECK(is_canonical(Loss::binary_log_loss));
    CHECK(is_canonical(Loss::poisson));
    CHECK_FALSE(is_canonical(Loss::squared_error));
    CHECK_FALSE(is_canonical(Loss::half_squared_error));
}

TEST_CASE_TEMPLATE("values by hand, summed over rows and outputs", T, float, double) {
    const double epsilon = 4 * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (const std::string& level : kernels::available_levels()) {
        CAPTURE(level);
        // Two rows of two outputs: errors y - a are -1, 2 and 0.5, 0.
        const std::vector<T> a{1, 1, T(0.5), 3};
        const std::vector<T> y{0, 3, 1, 3};
        const Result<T> squared = loss_of(level, Loss::squared_error, a, y, 2);
        CHECK(squared.value == doctest::Approx(1 + 4 + 0.25).epsilon(epsilon));
        CHECK(squared.s == std::vector<T>{2, -4, -1, 0});
        const Result<T> half = loss_of(level, Loss::half_squared_error, a, y, 2);
        CHECK(half.value == doctest::Approx(0.5 * (1 + 4 + 0.25)).epsilon(epsilon));
        CHECK(half.s == std::vector<T>{1, -2, T(-0.5), 0});

        // -ln 0.5 - ln 0.25 = 3 ln 2
        const std::vector<T> p{T(0.5), T(0.5), T(0.75), T(0.25)};
        const std::vector<T> labels{1, 0, 0, 1};
        const Result<T> log_loss = loss_of(level, Loss::log_loss, p, labels, 2);
        CHECK(log_loss.value == doctest::Approx(3 * std::log(2.0)).epsilon(epsilon));
        CHECK(log_loss.s == std::vector<T>{T(-0.5), T(0.5), T(0.75), T(-0.75)});

        // -ln 0.5 - ln 0.5 - ln 0.25 - ln 0.25 = 6 ln 2
        const Result<T> binary = loss_of(level, Loss::binary_log_loss, p, labels, 2);
        CHECK(binary.value == doctest::Approx(6 * std::log(2.0)).epsilon(epsilon));
        CHECK(binary.s == log_loss.s);

        // 2 ln(2 / 0.5) - 2 + 0.5 and 0.5 - 0; 0.75 - 0 and 0 where the answer is right
        const std::vector<T> counts{2, 0, 0, T(0.25)};
        const Result<T> poisson = loss_of(level, Loss::poisson, p, counts, 2);
        CHECK(poisson.value == doctest::Approx(4 * std::log(2.0) - 1.5 + 0.5 + 0.75).epsilon(epsilon));
        CHECK(poisson.s == std::vector<T>{T(-1.5), T(0.5), T(0.75), 0});
    }
}

TEST_CASE("s = dL/da agrees with finite differences") {
    const std::vector<double> y{0.5, -1, 2, 0};
    for (const std::string& level : kernels::available_levels()) {
        for (const Loss loss : {Loss::squared_error, Loss::half_squared_error}) {
            std::vector<double> a{0.3, -1.2, 0.8, 2};
            const std::vector<double> s = loss_of(level, loss, a, y).s;
            for (std::size_t j = 0; j < a.size(); ++j) {
                CAPTURE(level);
                CAPTURE(name(loss));
                CAPTURE(j);
                const double expected = central_difference(a[j], [&] { return loss_of(level, loss, a, y).value; });
                CHECK(s[j] == doctest::Approx(expected).epsilon(1e-10));
            }
        }
    }
}

TEST_CASE("s = dL/dn of the log-losses and poisson agrees with finite differences through the activation") {
    struct Pair {
        Loss loss;
        Activation activation;
        std::vector<double> y;
    };
    // Targets between 0 and 1 as well: the softmax's must sum to 1.
    const std::vector<Pair> pairs{{Loss::log_loss, Activation::softmax, {0, 0, 1, 0}},
                                  {Loss::log_loss, Activation::softmax, {0.1, 0.2, 0.3, 0.4}},
                                  {Loss::binary_log_loss, Activation::sigmoid, {0, 1, 1, 0}},
                                  {Loss::binary_log_loss, Activation::sigmoid, {0.5, 0.9, 1, 0}},
                                  {Loss::poisson, Activation::exponential, {0, 3, 0.5, 7}}};
    for (const std::string& level : kernels::available_levels()) {
        for (const Pair& pair : pairs) {
            std::vector<double> n{0.3, -1.2, 0.8, 2};
            const auto result = [&] { return loss_of(level, pair.loss, activated(level, pair.activation, n), pair.y); };
            const std::vector<double> s = result().s;
            for (std::size_t j = 0; j < n.size(); ++j) {
                CAPTURE(level);
                CAPTURE(name(pair.loss));
                CAPTURE(j);
                const double expected = central_difference(n[j], [&] { return result().value; });
                CHECK(s[j] == doctest::Approx(expected).epsilon(1e-10));
            }
        }
    }
}

TEST_CASE_TEMPLATE("a certain answer: right costs nothing, wrong costs -log eps", T, float, double) {
    const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
    for (const std::string& level : kernels::available_levels()) {
        for (const Loss loss : {Loss::log_loss, Loss::binary_log_loss}) {
            CAPTURE(level);
            CAPTURE(name(loss));
            const double outputs = loss == Loss::log_loss ? 1 : 2;  // the binary one counts the 0 of the other class
            CHECK(std::abs(loss_of<T>(level, loss, {0, 1}, {0, 1}).value) <= 2 * outputs * eps);
            CHECK(loss_of<T>(level, loss, {1, 0}, {0, 1}).value ==
                  doctest::Approx(-outputs * std::log(eps)).epsilon(1e-6));
        }
    }
}

TEST_CASE_TEMPLATE("NaN in an answer is NaN in the loss and in its own sensitivity", T, float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    for (const std::string& level : kernels::available_levels()) {
        for (int i = 0; i < plain_losses; ++i) {
            CAPTURE(level);
            CAPTURE(i);
            const Result<T> result = loss_of<T>(level, static_cast<Loss>(i), {T(0.5), nan}, {0, 1});
            CHECK(std::isnan(result.value));
            CHECK(std::isnan(result.s[1]));
            CHECK_FALSE(std::isnan(result.s[0]));
        }
    }
}

// The definitions, in double.
double formula(Loss loss, double a, double y, double eps) {
    const double p = std::clamp(a, eps, 1 - eps);
    switch (loss) {
        case Loss::squared_error:
            return (a - y) * (a - y);
        case Loss::half_squared_error:
            return 0.5 * (a - y) * (a - y);
        case Loss::log_loss:
            return -y * std::log(p);
        case Loss::poisson:
            return (y == 0 ? 0 : y * std::log(y / a)) - y + a;
        case Loss::perceptron:
            return std::abs(a - y);
        default:
            break;
    }
    return -y * std::log(p) - (1 - y) * std::log1p(-p);
}

// Targets as a training has them: a 1 among zeros, zeros and ones anywhere, or anything between; by turns, so that
// these stand beside each other.
template <class T>
std::vector<T> random_targets(testing::Dice& dice, std::size_t rows, std::size_t cols) {
    std::vector<T> y(rows * cols);
    for (std::size_t i = 0; i < rows; ++i) {
        const auto row = y.begin() + static_cast<std::ptrdiff_t>(i * cols);
        const std::size_t kind = dice.integer(0, 2);
        row[static_cast<std::ptrdiff_t>(dice.integer(0, cols - 1))] = 1;
        for (std::size_t j = 0; j < cols && kind > 0; ++j) {
            row[static_cast<std::ptrdiff_t>(j)] =
                static_cast<T>(kind == 1 ? std::round(dice.uniform(0, 1)) : dice.uniform(0, 1));
        }
    }
    return y;
}

TEST_CASE_TEMPLATE("every number of rows and columns, whatever lies in the padding", T, float, double) {
    testing::Dice dice(1);
    constexpr double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
    for (const std::size_t cols : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 10U, 15U, 16U, 17U, 31U, 33U, 100U}) {
        for (const std::size_t rows : {1U, 3U, 32U, 139U}) {
            const std::vector<T> y = random_targets<T>(dice, rows, cols);
            std::vector<T> a(rows * cols);
            dice.fill(a.data(), a.size(), 0, 1);
            for (const std::string& level : kernels::available_levels()) {
                for (int l = 0; l < plain_losses; ++l) {
                    const auto loss = static_cast<Loss>(l);
                    CAPTURE(level);
                    CAPTURE(name(loss));
                    CAPTURE(rows);
                    CAPTURE(cols);
                    const Result<T> got = loss_of(
                        level, loss, a, y, rows, dice.integer(0, 1) == 0 ? T(-7) : std::numeric_limits<T>::quiet_NaN());
                    double largest = 0;
                    for (std::size_t i = 0; i < rows; ++i) {
                        double expected = 0;
                        double size = 0;
                        for (std::size_t j = i * cols; j < (i + 1) * cols; ++j) {
                            const double aj = static_cast<double>(a[j]);
                            const double yj = static_cast<double>(y[j]);
                            expected += formula(loss, aj, yj, eps);
                            size += formula(loss, aj, yj, eps) + 1;
                            CHECK(got.s[j] == (loss == Loss::squared_error ? 2 * (a[j] - y[j]) : a[j] - y[j]));
                        }
                        largest = std::max(largest, std::abs(got.losses[i] - expected) / size);
                    }
                    // A rounding of a - y, 1 - a, 1 - y, of the logarithms and of the products of each output.
                    CHECK(largest <= 4 * eps);
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("the loss of a row is the same to the last bit whatever the rows beside it", T, float, double) {
    testing::Dice dice(2);
    constexpr std::size_t rows = 139;
    for (const std::size_t cols : {1U, 2U, 5U, 10U, 16U, 21U}) {
        const std::vector<T> y = random_targets<T>(dice, rows, cols);
        std::vector<T> a(rows * cols);
        dice.fill(a.data(), a.size(), 0, 1);
        for (const std::string& level : kernels::available_levels()) {
            for (int l = 0; l < plain_losses; ++l) {
                const auto loss = static_cast<Loss>(l);
                CAPTURE(level);
                CAPTURE(name(loss));
                CAPTURE(cols);
                const std::vector<double> all = loss_of(level, loss, a, y, rows).losses;
                for (const std::size_t height : {1U, 2U, 7U, 33U}) {
                    std::vector<double> pieces;
                    for (std::size_t first = 0; first < rows; first += height) {
                        const std::size_t count = std::min(height, rows - first);
                        const auto begin = static_cast<std::ptrdiff_t>(first * cols);
                        const auto end = static_cast<std::ptrdiff_t>((first + count) * cols);
                        const std::vector<double> losses = loss_of<T>(level, loss, {a.begin() + begin, a.begin() + end},
                                                                      {y.begin() + begin, y.begin() + end}, count)
                                                               .losses;
                        pieces.insert(pieces.end(), losses.begin(), losses.end());
                    }
                    CHECK(pieces == all);
                }
            }
        }
    }
}

}  // namespace
}  // namespace rosenblatt
