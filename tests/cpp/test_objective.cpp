#include "rosenblatt/objective.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "finite_differences.hpp"
#include "random_network.hpp"

namespace rosenblatt {
namespace {

// Random rows and targets for a loss.
struct Problem {
    std::vector<double> x;
    std::vector<double> y;
    std::vector<double> weights;
    std::vector<std::int64_t> index;
    Network<double> network;

    Problem(Loss loss, Activation last, std::size_t rows) : network({4, 6, 3}, {Activation::tanh, last}) {
        testing::Dice dice(7);
        testing::set_random_parameters(network, dice);
        x.resize(rows * 4);
        dice.fill(x.data(), x.size());
        y.resize(rows * 3);
        dice.fill(y.data(), y.size(), 0, 1);
        for (std::size_t i = 0; i < rows && loss == Loss::log_loss; ++i) {  // shares of 1
            const double sum = y[3 * i] + y[3 * i + 1] + y[3 * i + 2];
            for (std::size_t j = 3 * i; j < 3 * i + 3; ++j) {
                y[j] /= sum;
            }
        }
        weights.resize(rows);
        dice.fill(weights.data(), rows, 0, 2);
        index.resize(rows);
        std::iota(index.begin(), index.end(), 0);
    }

    [[nodiscard]] TrainingData data(bool is_weighted) const {
        const std::size_t rows = index.size();
        TrainingData data{
            {x.data(), Element::float64, rows, 4, 4}, {{}, {y.data(), Element::float64, rows, 3, 3}}, index, {}};
        if (is_weighted) {
            data.targets.weights = weights;
        }
        return data;
    }
};

struct Kind {
    Loss loss;
    Activation last;
};
constexpr std::array kinds{Kind{Loss::half_squared_error, Activation::linear},
                           Kind{Loss::squared_error, Activation::sigmoid}, Kind{Loss::log_loss, Activation::softmax},
                           Kind{Loss::binary_log_loss, Activation::sigmoid},
                           Kind{Loss::poisson, Activation::exponential}};

TEST_CASE("the gradient of loss and penalty agrees with finite differences, in one chunk and in several") {
    for (const auto& [loss, last] : kinds) {
        for (const std::size_t rows : {1U, 30U, 2500U}) {
            for (const bool is_weighted : {false, true}) {
                Problem problem(loss, last, rows);
                Objective<double> objective(problem.network, problem.data(is_weighted), {loss, 0.5, 2});
                const auto value = [&] {
                    const auto at = objective.evaluate(problem.network, {});
                    return at->loss + at->penalty;
                };
                value();
                for (std::size_t k = 1; k <= 2; ++k) {
                    const MatrixView<double> theta = problem.network.theta(k);
                    std::vector<double> gradient;
                    for (std::size_t i = 0; i < theta.rows; ++i) {
                        for (std::size_t j = 0; j < theta.cols; ++j) {
                            gradient.push_back(objective.gradient(k)(i, j));
                        }
                    }
                    for (std::size_t i = 0; i < gradient.size(); i += 5) {
                        double& parameter = theta(i / theta.cols, i % theta.cols);
                        CAPTURE(name(loss));
                        CAPTURE(rows);
                        CAPTURE(is_weighted);
                        CHECK(gradient[i] ==
                              doctest::Approx(testing::central_difference(parameter, value)).epsilon(1e-8));
                    }
                    value();
                }
            }
        }
    }
}

TEST_CASE("the penalty is that of the weights alone, over the sum of the rows' weights") {
    Problem problem(Loss::half_squared_error, Activation::linear, 30);
    Objective<double> objective(problem.network, problem.data(true), {Loss::half_squared_error, 0.5, 0, 1});
    double squares = 0;
    for (std::size_t k = 1; k <= 2; ++k) {
        const MatrixView<double> theta = problem.network.theta(k);
        for (std::size_t i = 1; i < theta.rows; ++i) {
            for (std::size_t j = 0; j < theta.cols; ++j) {
                squares += theta(i, j) * theta(i, j);
            }
        }
    }
    const double weight = std::accumulate(problem.weights.begin(), problem.weights.end(), 0.0);
    CHECK(objective.evaluate(problem.network, {})->penalty == doctest::Approx(0.25 * squares / weight).epsilon(1e-13));
}

TEST_CASE("any number of threads: the same to the last bit") {
    const Problem problem(Loss::log_loss, Activation::softmax, 9000);
    Objective<double> one(problem.network, problem.data(true), {Loss::log_loss, 0.1, 0, 1});
    const auto expected = one.evaluate(problem.network, {});
    for (const std::size_t threads : {2U, 3U, 7U}) {
        Objective<double> some(problem.network, problem.data(true), {Loss::log_loss, 0.1, 0, threads});
        const auto got = some.evaluate(problem.network, {});
        CHECK(got->loss == expected->loss);
        CHECK(got->penalty == expected->penalty);
        for (std::size_t k = 1; k <= 2; ++k) {
            for (std::size_t i = 0; i < one.gradient(k).rows; ++i) {
                for (std::size_t j = 0; j < one.gradient(k).cols; ++j) {
                    CHECK(some.gradient(k)(i, j) == one.gradient(k)(i, j));
                }
            }
        }
    }
}

TEST_CASE("an evaluation that takes long is interrupted") {
    const Problem problem(Loss::log_loss, Activation::softmax, 3'000'000);
    Objective<double> objective(problem.network, problem.data(false), {Loss::log_loss, 0.1, 0, 1});
    CHECK_FALSE(objective.evaluate(problem.network, [] { return true; }).has_value());
    CHECK(objective.evaluate(problem.network, [] { return false; }).has_value());
}

TEST_CASE("data must fit, and weights may not add up to 0") {
    const Problem problem(Loss::log_loss, Activation::softmax, 4);
    TrainingData data = problem.data(true);
    CHECK_THROWS_AS(Objective<double>(problem.network, data, {Loss::poisson, 0.1, 0, 1}), std::invalid_argument);
    const std::vector<double> none(4, 0);
    data.targets.weights = none;
    CHECK_THROWS_WITH_AS(Objective<double>(problem.network, data, {Loss::log_loss, 0.1, 0, 1}),
                         "the weights of the rows add up to 0", std::invalid_argument);
    data.rows.features = 5;
    CHECK_THROWS_AS(Objective<double>(problem.network, data, {Loss::log_loss, 0.1, 0, 1}), std::invalid_argument);
}

}  // namespace
}  // namespace rosenblatt
