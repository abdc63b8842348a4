#include "rosenblatt/jacobian.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "finite_differences.hpp"
#include "random_network.hpp"
#include "sparse_table.hpp"

namespace rosenblatt {
namespace {

// Random rows, targets and weights for a network with random parameters.
struct Problem {
    Network<double> network;
    std::vector<double> x;
    std::vector<double> y;
    std::vector<double> weights;
    std::vector<std::int64_t> index;

    Problem(std::vector<std::size_t> sizes, const std::vector<Activation>& activations, std::size_t rows)
        : network(std::move(sizes), activations), x(rows * inputs()), y(rows * outputs()), weights(rows), index(rows) {
        testing::Dice dice(3);
        testing::set_random_parameters(network, dice);
        dice.fill(x.data(), x.size());
        dice.fill(y.data(), y.size());
        dice.fill(weights.data(), rows, 0, 2);
        std::iota(index.rbegin(), index.rend(), 0);
    }

    [[nodiscard]] std::size_t inputs() const { return network.layout().inputs(); }
    [[nodiscard]] std::size_t outputs() const { return network.layout().outputs(); }

    [[nodiscard]] TrainingData data(bool is_weighted) const {
        TrainingData data{
            {x.data(), Element::float64, weights.size(), inputs(), static_cast<std::ptrdiff_t>(inputs())},
            {{}, {y.data(), Element::float64, weights.size(), outputs(), static_cast<std::ptrdiff_t>(outputs())}},
            index,
            {}};
        if (is_weighted) {
            data.targets.weights = weights;
        }
        return data;
    }
};

// [J e] of all rows.
struct Evaluated {
    std::vector<double> values;
    MatrixView<double> matrix;

    Evaluated(Jacobian& jacobian, const Network<double>& network)
        : values(jacobian.rows() * network.layout().outputs() * (jacobian.parameters() + 1)),
          matrix{values.data(), jacobian.rows() * network.layout().outputs(), jacobian.parameters() + 1,
                 jacobian.parameters() + 1} {
        jacobian.evaluate(network, 0, jacobian.rows(), matrix);
    }
};

const std::vector<Problem>& problems() {
    using enum Activation;
    static const std::vector<Problem> all{
        {{1, 10, 1}, {tanh, linear}, 70}, {{3, 5, 4, 2}, {sigmoid, tanh, linear}, 33},
        {{4, 6, 3}, {tanh, softmax}, 40}, {{2, 3, 3, 1}, {softmax, relu, sigmoid}, 9},
        {{5, 2}, {exponential}, 1},       {{30, 20, 70}, {tanh, linear}, 5},
        {{7, 9, 2}, {relu, tanh}, 1500},
    };
    return all;
}

TEST_CASE("J agrees with central differences of e, for every shape of network and of data") {
    for (Problem problem : problems()) {
        for (const bool is_weighted : {false, true}) {
            Jacobian jacobian(problem.network, problem.data(is_weighted), 2);
            const Evaluated expected(jacobian, problem.network);
            const std::size_t errors = expected.matrix.rows;
            std::size_t column = 0;
            for (std::size_t k = 1; k <= problem.network.depth(); ++k) {
                const MatrixView<double> theta = problem.network.theta(k);
                for (std::size_t p = 0; p < theta.rows * theta.cols; ++p, ++column) {
                    if (column % 11 != 0) {
                        continue;
                    }
                    for (std::size_t row = 0; row < errors; row += 1 + errors / 5) {
                        double& parameter = theta(p / theta.cols, p % theta.cols);
                        const double difference = testing::central_difference(parameter, [&] {
                            const std::size_t i = row / problem.outputs();
                            std::vector<double> out(problem.outputs() * expected.matrix.cols);
                            jacobian.evaluate(
                                problem.network, i, 1,
                                {out.data(), problem.outputs(), expected.matrix.cols, expected.matrix.cols});
                            return out[row % problem.outputs() * expected.matrix.cols + expected.matrix.cols - 1];
                        });
                        CAPTURE(problem.network.layout().sizes().size());
                        CAPTURE(column);
                        CAPTURE(row);
                        CHECK(expected.matrix(row, column) == doctest::Approx(difference).epsilon(1e-7));
                    }
                }
            }
            CHECK(column == jacobian.parameters());
        }
    }
}

TEST_CASE("e is sqrt(w) (y - a), in the order of the index") {
    for (const Problem& problem : problems()) {
        Jacobian jacobian(problem.network, problem.data(true), 1);
        const Evaluated evaluated(jacobian, problem.network);
        Workspace<double> workspace(problem.network.layout(), problem.index.size(), Keep::outputs);
        gather(workspace.a(0), problem.data(true).rows, problem.index);
        problem.network.forward(workspace, problem.index.size());
        for (std::size_t i = 0; i < problem.index.size(); ++i) {
            const auto row = static_cast<std::size_t>(problem.index[i]);
            for (std::size_t j = 0; j < problem.outputs(); ++j) {
                const double error =
                    problem.y[row * problem.outputs() + j] - workspace.a(problem.network.depth())(i, j);
                CHECK(evaluated.matrix(i * problem.outputs() + j, jacobian.parameters()) ==
                      std::sqrt(problem.weights[row]) * error);
            }
        }
    }
}

TEST_CASE("the normal equations are the products of J and e, in one chunk and in several") {
    for (const Problem& problem : problems()) {
        Jacobian jacobian(problem.network, problem.data(true), 2);
        const Evaluated evaluated(jacobian, problem.network);
        for (int turn = 0; turn < 2; ++turn) {  // the second one finds the sums of the first
            const auto normal = jacobian.normal_equations(problem.network, {});
            REQUIRE(normal.has_value());
            const MatrixView<double>& je = evaluated.matrix;
            for (std::size_t p = 0; p < je.cols; p += 1 + je.cols / 40) {
                for (std::size_t q = p; q < je.cols; q += 1 + je.cols / 40) {
                    double sum = 0;
                    double size = 0;
                    for (std::size_t i = 0; i < je.rows; ++i) {
                        sum += je(i, p) * je(i, q);
                        size += std::abs(je(i, p) * je(i, q));
                    }
                    CHECK(std::abs((*normal)(p, q) - sum) <= 1e-13 * size);
                }
            }
            const double squares = (*normal)(je.cols - 1, je.cols - 1);
            CHECK(*jacobian.sum_of_squares(problem.network, {}) == doctest::Approx(squares).epsilon(1e-13));
        }
    }
}

TEST_CASE("any number of threads: the same to the last bit") {
    const Problem problem({7, 90, 3}, {Activation::tanh, Activation::linear}, 700);
    Jacobian one(problem.network, problem.data(true), 1);
    const MatrixView<double> expected = *one.normal_equations(problem.network, {});
    for (const std::size_t threads : {2U, 3U, 7U}) {
        Jacobian some(problem.network, problem.data(true), threads);
        const MatrixView<double> got = *some.normal_equations(problem.network, {});
        for (std::size_t p = 0; p < got.rows; ++p) {
            for (std::size_t q = p; q < got.cols; ++q) {
                REQUIRE(got(p, q) == expected(p, q));
            }
        }
        CHECK(*some.sum_of_squares(problem.network, {}) == *one.sum_of_squares(problem.network, {}));
    }
}

TEST_CASE("sparse rows and bytes give what the same rows of numbers give") {
    testing::Dice dice(5);
    const testing::SparseTable<std::uint8_t, std::int64_t> bytes(50, 6, 5, dice);
    const testing::SparseTable<float> table(50, 6, 5, dice);
    Problem problem({6, 4, 2}, {Activation::tanh, Activation::linear}, 50);
    const auto sums_of = [&](const Rows& rows) {
        TrainingData data = problem.data(true);
        data.rows = rows;
        Jacobian jacobian(problem.network, data, 1);
        const MatrixView<double> normal = *jacobian.normal_equations(problem.network, {});
        std::vector<double> sums;
        for (std::size_t p = 0; p < normal.rows; ++p) {
            sums.insert(sums.end(), normal.row(p) + p, normal.row(p) + normal.cols);
        }
        return sums;
    };
    CHECK(sums_of(bytes.sparse_rows()) == sums_of(bytes.dense_rows()));
    CHECK(sums_of(table.sparse_rows()) == sums_of(table.dense_rows()));
}

TEST_CASE("labels are targets of 0 and 1") {
    Problem problem({4, 6, 3}, {Activation::tanh, Activation::softmax}, 40);
    std::vector<std::int64_t> labels(40);
    for (std::size_t i = 0; i < 40; ++i) {
        labels[i] = static_cast<std::int64_t>(i % 3);
        for (std::size_t j = 0; j < 3; ++j) {
            problem.y[3 * i + j] = j == i % 3 ? 1 : 0;
        }
    }
    TrainingData data = problem.data(false);
    Jacobian of_values(problem.network, data, 1);
    data.targets = {labels, {}};
    Jacobian of_labels(problem.network, data, 1);
    CHECK(Evaluated(of_labels, problem.network).values == Evaluated(of_values, problem.network).values);
}

TEST_CASE("what takes long is interrupted") {
    const Problem problem({5, 40, 1}, {Activation::tanh, Activation::linear}, 400'000);
    Jacobian jacobian(problem.network, problem.data(false), 1);
    CHECK_FALSE(jacobian.normal_equations(problem.network, [] { return true; }).has_value());
    CHECK(jacobian.normal_equations(problem.network, [] { return false; }).has_value());
}

TEST_CASE("data must fit, and weights may neither be negative nor add up to 0") {
    Problem problem({4, 6, 3}, {Activation::tanh, Activation::linear}, 4);
    problem.weights[2] = -1;
    CHECK_THROWS_WITH_AS(Jacobian(problem.network, problem.data(true), 1),
                         "the weight of row 2 is -1.000000; an error's weight is a square, so it must be at least 0",
                         std::invalid_argument);
    problem.weights.assign(4, 0);
    CHECK_THROWS_WITH_AS(Jacobian(problem.network, problem.data(true), 1), "the weights of the rows add up to 0",
                         std::invalid_argument);
    TrainingData data = problem.data(false);
    data.rows.features = 5;
    CHECK_THROWS_AS(Jacobian(problem.network, data, 1), std::invalid_argument);
}

}  // namespace
}  // namespace rosenblatt
