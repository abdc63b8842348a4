#include "rosenblatt/loss_function.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "activated.hpp"
#include "finite_differences.hpp"
#include "kernels/dispatch.hpp"
#include "loss_of.hpp"
#include "random_network.hpp"

namespace rosenblatt {
namespace {

using testing::activated;
using testing::loss_of;
using testing::Result;
using testing::usual_parameters;

// Those that are not simply a - y.
constexpr std::array losses_here{Loss::absolute_error, Loss::huber, Loss::quantile,     Loss::gamma,      Loss::tweedie,
                                 Loss::focal,          Loss::hinge, Loss::binary_focal, Loss::class_hinge};

// Half the deviance of a Tweedie distribution, by scikit-learn's formulas.
double tweedie(double a, double y, double p) {
    if (p == 0) {
        return 0.5 * (y - a) * (y - a);
    }
    if (p == 1) {
        return (y == 0 ? 0 : y * std::log(y / a)) - y + a;
    }
    if (p == 2) {
        return std::log(a / y) + y / a - 1;
    }
    return std::pow(std::max(y, 0.0), 2 - p) / ((1 - p) * (2 - p)) - y * std::pow(a, 1 - p) / (1 - p) +
           std::pow(a, 2 - p) / (2 - p);
}

// The definitions, in double.
double formula(Loss loss, const std::vector<double>& a, const std::vector<double>& y,
               const kernels::LossParameters& numbers) {
    if (loss == Loss::class_hinge) {
        const auto wanted = static_cast<std::size_t>(std::max_element(y.begin(), y.end()) - y.begin());
        double largest = 0;
        for (std::size_t j = 0; j < a.size(); ++j) {
            largest = j == wanted ? largest : std::max(largest, 1 + a[j] - a[wanted]);
        }
        return largest;
    }
    double sum = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
        const double e = a[j] - y[j];
        const double q = numbers.quantiles[j % numbers.quantile_count];
        const double delta = numbers.huber_delta;
        const double of_one = -y[j] * std::pow(1 - a[j], numbers.focal_gamma) * std::log(a[j]);
        const double of_zero = -(1 - y[j]) * std::pow(a[j], numbers.focal_gamma) * std::log(1 - a[j]);
        switch (loss) {
            case Loss::absolute_error:
                sum += std::abs(e);
                break;
            case Loss::huber:
                sum += std::abs(e) <= delta ? 0.5 * e * e : delta * (std::abs(e) - 0.5 * delta);
                break;
            case Loss::quantile:
                sum += e > 0 ? (1 - q) * e : -q * e;
                break;
            case Loss::gamma:
                sum += tweedie(a[j], y[j], 2);
                break;
            case Loss::tweedie:
                sum += tweedie(a[j], y[j], numbers.tweedie_power);
                break;
            case Loss::focal:
                sum += of_one;
                break;
            case Loss::binary_focal:
                sum += of_one + of_zero;
                break;
            default:  // hinge
                sum += std::max(0.0, 1 - (2 * y[j] - 1) * a[j]);
        }
    }
    return sum;
}

// Rows of activations and targets as the loss has them. Activations of a softmax need not sum to 1 for the formulas.
template <class T>
struct Batch {
    std::vector<T> a, y;
    std::size_t rows, cols;

    Batch(Loss loss, std::size_t height, std::size_t width, testing::Dice& dice) : rows(height), cols(width) {
        const bool is_probability = loss == Loss::focal || loss == Loss::binary_focal;
        const bool is_positive = loss == Loss::gamma || loss == Loss::tweedie;
        a.resize(rows * cols);
        dice.fill(a.data(), a.size(), is_probability ? 0.02 : is_positive ? 0.1 : -2, is_probability ? 0.98 : 2.5);
        for (std::size_t i = 0; i < rows; ++i) {
            const std::size_t label = dice.integer(0, cols - 1);
            for (std::size_t j = 0; j < cols; ++j) {
                y.push_back(static_cast<T>(testing::random_target(loss, j == label, dice)));
            }
        }
    }
    [[nodiscard]] std::vector<double> row(const std::vector<T>& from, std::size_t i) const {
        const auto begin = from.begin() + static_cast<std::ptrdiff_t>(i * cols);
        return {begin, begin + static_cast<std::ptrdiff_t>(cols)};
    }
};

TEST_CASE_TEMPLATE("the definitions, for every number of rows and columns, whatever lies in the padding", T, float,
                   double) {
    testing::Dice dice(1);
    constexpr double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
    for (const std::size_t cols : {1U, 2U, 3U, 5U, 8U, 9U, 16U, 17U, 33U}) {
        for (const std::size_t rows : {1U, 3U, 37U}) {
            for (const Loss loss : losses_here) {
                const Batch<T> batch(loss, rows, cols, dice);
                for (const std::string& level : kernels::available_levels()) {
                    CAPTURE(level);
                    CAPTURE(name(loss));
                    CAPTURE(rows);
                    CAPTURE(cols);
                    const T padding = dice.integer(0, 1) == 0 ? T(-7) : std::numeric_limits<T>::quiet_NaN();
                    const Result<T> got = loss_of(level, loss, batch.a, batch.y, rows, padding);
                    for (std::size_t i = 0; i < rows; ++i) {
                        const double expected =
                            formula(loss, batch.row(batch.a, i), batch.row(batch.y, i), usual_parameters());
                        // Terms of up to about 7 for each output, rounded a dozen times.
                        CHECK(std::abs(got.losses[i] - expected) <= 80 * eps * static_cast<double>(cols));
                        // By itself, the row has the same loss to the last bit.
                        const std::vector<double> a = batch.row(batch.a, i);
                        const std::vector<double> y = batch.row(batch.y, i);
                        CHECK(loss_of<T>(level, loss, {a.begin(), a.end()}, {y.begin(), y.end()}).losses[0] ==
                              got.losses[i]);
                    }
                }
            }
        }
    }
}

TEST_CASE("s agrees with finite differences of the definitions, through the activation where the loss is canonical") {
    testing::Dice dice(2);
    for (const Loss loss : losses_here) {
        const Batch<double> batch(loss, 8, 5, dice);
        const Activation f = is_canonical(loss) ? *needed_activation(loss) : Activation::linear;
        for (const std::string& level : kernels::available_levels()) {
            for (std::size_t i = 0; i < batch.rows; ++i) {
                std::vector<double> n = batch.row(batch.a, i);
                const std::vector<double> y = batch.row(batch.y, i);
                const std::vector<double> s = loss_of(level, loss, activated(level, f, n), y).s;
                for (std::size_t j = 0; j < n.size(); ++j) {
                    CAPTURE(level);
                    CAPTURE(name(loss));
                    CAPTURE(j);
                    const double expected = testing::central_difference(
                        n[j], [&] { return formula(loss, activated(level, f, n), y, usual_parameters()); });
                    CHECK(std::abs(s[j] - expected) <= 1e-9);
                }
            }
        }
    }
}

TEST_CASE("float32 has the sensitivities of float64, to rounding") {
    testing::Dice dice(3);
    for (const Loss loss : losses_here) {
        const Batch<float> batch(loss, 40, 7, dice);
        for (const std::string& level : kernels::available_levels()) {
            const std::vector<double> wanted =
                loss_of<double>(level, loss, {batch.a.begin(), batch.a.end()}, {batch.y.begin(), batch.y.end()}, 40).s;
            const std::vector<float> got = loss_of(level, loss, batch.a, batch.y, 40).s;
            for (std::size_t j = 0; j < got.size(); ++j) {
                CAPTURE(level);
                CAPTURE(name(loss));
                CHECK(std::abs(static_cast<double>(got[j]) - wanted[j]) <= 1e-5);
            }
        }
    }
}

TEST_CASE_TEMPLATE("NaN in an answer is NaN in the loss and in its own sensitivity", T, float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    for (const std::string& level : kernels::available_levels()) {
        for (const Loss loss : losses_here) {
            CAPTURE(level);
            CAPTURE(name(loss));
            const Result<T> result = loss_of<T>(level, loss, {T(0.5), nan, T(0.25)}, {1, 0, T(0.5)});
            CHECK(std::isnan(result.value));
            CHECK(std::isnan(result.s[1]));
            // The sum over the outputs of a softmax has it everywhere.
            CHECK(std::isnan(result.s[0]) == (loss == Loss::focal));
        }
    }
}

TEST_CASE_TEMPLATE("where there is no derivative, it is 0 or that of one side", T, float, double) {
    for (const std::string& level : kernels::available_levels()) {
        CAPTURE(level);
        CHECK(loss_of<T>(level, Loss::absolute_error, {2, 3, 1}, {2, 2, 2}).s == std::vector<T>{0, 1, -1});
        CHECK(loss_of<T>(level, Loss::quantile, {2, 3, 1}, {2, 2, 2}).s == std::vector<T>{0, T(0.9), T(-0.75)});
        CHECK(loss_of<T>(level, Loss::huber, {2, 3, 4, -1}, {2, 2, 2, 2}).s == std::vector<T>{0, 1, 1, -1});
        CHECK(loss_of<T>(level, Loss::hinge, {1, -1, 0, 3}, {1, 0, 1, 0}).s == std::vector<T>{0, 0, -1, 1});
        // Just the margin; the first of two that are equally wrong; one class alone.
        CHECK(loss_of<T>(level, Loss::class_hinge, {2, 1, 0}, {1, 0, 0}).s == std::vector<T>{0, 0, 0});
        const Result<T> tie = loss_of<T>(level, Loss::class_hinge, {1, 3, 3}, {1, 0, 0});
        CHECK(tie.s == std::vector<T>{-1, 1, 0});
        CHECK(tie.value == 3);
        CHECK(loss_of<T>(level, Loss::class_hinge, {-5}, {1}).value == 0);
    }
}

TEST_CASE("tweedie is half a squared error, poisson and gamma at the powers 0, 1 and 2, and near them") {
    const std::vector<double> a{0.1, 0.7, 2, 3, 40, 1};
    const std::vector<double> y{0.2, 0.7, 1, 30, 4, 0.001};
    for (const std::string& level : kernels::available_levels()) {
        CAPTURE(level);
        const auto at = [&](double power, const std::vector<double>& targets) {
            kernels::LossParameters parameters = usual_parameters();
            parameters.tweedie_power = power;
            return loss_of(level, Loss::tweedie, a, targets, 1, 0.0, parameters);
        };
        const Result<double> poisson = loss_of(level, Loss::poisson, a, y);
        const Result<double> gamma = loss_of(level, Loss::gamma, a, y);
        CHECK(at(0, y).value == doctest::Approx(loss_of(level, Loss::half_squared_error, a, y).value).epsilon(1e-13));
        CHECK(at(1, y).value == doctest::Approx(poisson.value).epsilon(1e-13));
        CHECK(at(2, y).value == doctest::Approx(gamma.value).epsilon(1e-13));
        // No large numbers cancel: the formula with 1 / (p - 1) would be off by 1e-7 here.
        CHECK(at(1 + 1e-9, y).value == doctest::Approx(poisson.value).epsilon(1e-7));
        CHECK(std::abs(at(1 + 1e-12, y).value - poisson.value) <= 1e-9);
        CHECK(std::abs(at(2 - 1e-12, y).value - gamma.value) <= 1e-9);
        for (std::size_t j = 0; j < a.size(); ++j) {
            CHECK(at(1, y).s[j] == doctest::Approx(poisson.s[j]).epsilon(1e-13));
            CHECK(at(2, y).s[j] == doctest::Approx(gamma.s[j]).epsilon(1e-13));
        }
        for (const double power : {-1.0, 1.2, 1.9, 3.0}) {
            double expected = 0;
            for (std::size_t j = 0; j < a.size(); ++j) {
                expected += tweedie(a[j], y[j], power);
            }
            CAPTURE(power);
            CHECK(at(power, y).value == doctest::Approx(expected).epsilon(1e-11));
        }
        // Zeros where they have a deviance, and negative numbers.
        const std::vector<double> zeros(a.size(), 0);
        CHECK(at(1.5, zeros).value ==
              doctest::Approx(2 * std::accumulate(a.begin(), a.end(), 0.0,
                                                  [](double sum, double answer) { return sum + std::sqrt(answer); })));
        CHECK(at(1.5, zeros).s[2] == doctest::Approx(std::sqrt(2.0)));
        const std::vector<double> negative(a.size(), -1);
        for (const double power : {0.0, -1.0}) {
            double expected = 0;
            for (const double answer : a) {
                expected += tweedie(answer, -1, power);
            }
            CHECK(at(power, negative).value == doctest::Approx(expected).epsilon(1e-13));
        }
    }
}

TEST_CASE_TEMPLATE("an answer that underflowed to 0 where the target is 0", T, float, double) {
    for (const std::string& level : kernels::available_levels()) {
        const Result<T> result = loss_of<T>(level, Loss::tweedie, {0, 1}, {0, 0});
        CHECK(result.losses[0] == 2);
        CHECK(result.s == std::vector<T>{0, 1});
    }
}

TEST_CASE_TEMPLATE("focal: the log-loss for a gamma of 0, and finite for certain answers", T, float, double) {
    kernels::LossParameters without = usual_parameters();
    without.focal_gamma = 0;
    const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
    const std::vector<T> a{T(0.5), T(0.125), T(0.25), T(0.125)};
    for (const std::string& level : kernels::available_levels()) {
        CAPTURE(level);
        const std::vector<T> y{0, 1, 0, 0};
        for (const auto& [focal, log_loss] :
             {std::pair{Loss::focal, Loss::log_loss}, std::pair{Loss::binary_focal, Loss::binary_log_loss}}) {
            const Result<T> got = loss_of<T>(level, focal, a, y, 1, T(0), without);
            const Result<T> wanted = loss_of<T>(level, log_loss, a, y);
            CHECK(got.value == doctest::Approx(wanted.value).epsilon(8 * eps));
            for (std::size_t j = 0; j < a.size(); ++j) {
                CHECK(std::abs(static_cast<double>(got.s[j] - wanted.s[j])) <= 4 * eps);
            }
            for (const std::vector<T>& certain : {std::vector<T>{0, 1, 0, 0}, std::vector<T>{1, 0, 0, 0}}) {
                const Result<T> result = loss_of<T>(level, focal, certain, y);
                CHECK(std::isfinite(result.value));
                CHECK(std::all_of(result.s.begin(), result.s.end(), [](T s) { return std::isfinite(s); }));
                CHECK(result.value >= 0);
            }
        }
    }
}

TEST_CASE("smoothed labels are (1 - eps) y + eps / K, in each group of outputs") {
    const auto smoothed = [](Loss loss, std::vector<double> y, const std::vector<std::size_t>& groups) {
        LossFunction function(loss);
        function.label_smoothing = 0.2;
        const std::size_t cols = y.size();
        y.resize(16);
        const std::vector<double> a(16, 0.25);
        std::vector<double> s(16);
        std::vector<double> losses(1);
        take_loss<double>({s.data(), 1, cols, 16}, losses, {a.data(), 1, cols, 16}, {y.data(), 1, cols, 16}, function,
                          groups);
        for (std::size_t j = 0; j < cols; ++j) {  // s = a - y of both log-losses
            CHECK(s[j] == doctest::Approx(a[j] - y[j]).epsilon(1e-15));
        }
        y.resize(cols);
        return y;
    };
    const auto is_near = [](const std::vector<double>& got, const std::vector<double>& wanted) {
        return std::equal(got.begin(), got.end(), wanted.begin(), wanted.end(),
                          [](double x, double y) { return std::abs(x - y) < 1e-15; });
    };
    CHECK(is_near(smoothed(Loss::log_loss, {0, 1, 0, 0}, {}), {0.05, 0.85, 0.05, 0.05}));
    CHECK(is_near(smoothed(Loss::binary_log_loss, {0, 1, 0}, {}), {0.1, 0.9, 0.1}));
    CHECK(is_near(smoothed(Loss::log_loss, {0, 1, 0, 0, 0, 1}, {2, 4}), {0.1, 0.9, 0.05, 0.05, 0.05, 0.85}));
}

TEST_CASE("numbers out of their range are refused, and say so") {
    const auto message = [](auto change, Loss loss = Loss::half_squared_error) -> std::string {
        LossFunction function(loss);
        change(function);
        try {
            check_loss(function, needed_activation(loss).value_or(Activation::linear));
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return "";
    };
    const double nan = std::nan("");
    for (const Loss loss : losses_here) {
        CHECK(message([](LossFunction&) {}, loss).empty());
        if (needed_activation(loss)) {
            CHECK_THROWS_AS(check_loss(LossFunction(loss), Activation::hard_limit), std::invalid_argument);
        }
    }
    CHECK(message([](LossFunction& f) { f.huber_delta = 0; }) ==
          "huber_delta must be finite and above 0, not 0.000000");
    CHECK(message([&](LossFunction& f) { f.huber_delta = nan; }).find("huber_delta must be") == 0);
    CHECK(message([](LossFunction& f) {
              f.tweedie_power = 0.5;
          }).find("tweedie_power must be finite and not between") == 0);
    CHECK(message([](LossFunction& f) { f.focal_gamma = -1; }).find("focal_gamma must be") == 0);
    CHECK(message([](LossFunction& f) { f.label_smoothing = 1; }).find("label_smoothing must be") == 0);
    CHECK(message([](LossFunction& f) { f.label_smoothing = 0.1; }, Loss::hinge) ==
          "the loss hinge has no labels to smooth");
    CHECK(message([](LossFunction& f) { f.quantiles = {}; }) == "there must be at least one quantile");
    CHECK(message([](LossFunction& f) { f.quantiles = {0.5, 1}; }).find("a quantile must be") == 0);
}

}  // namespace
}  // namespace rosenblatt
