#include "rosenblatt/output_groups.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "finite_differences.hpp"
#include "random_network.hpp"
#include "rosenblatt/prediction.hpp"
#include "rosenblatt/score.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;

// Widths that begin and end within a vector, at its border, and beyond one.
const std::vector<std::size_t> groups{3, 1, 12, 2, 40};
const std::size_t outputs = std::accumulate(groups.begin(), groups.end(), std::size_t{0});

template <class T>
Network<T> random_network(std::uint32_t seed) {
    Network<T> network({5, 7, outputs}, {Activation::tanh, Activation::softmax}, groups);
    Dice dice(seed);
    testing::set_random_parameters(network, dice);
    return network;
}

// The same network with the outputs of one group only, which are a softmax of their own.
template <class T>
Network<T> part_of(const Network<T>& network, std::size_t first, std::size_t width) {
    Network<T> part({5, 7, width}, {Activation::tanh, Activation::softmax});
    for (std::size_t i = 0; i < part.theta(1).rows; ++i) {
        std::copy_n(network.theta(1).row(i), part.theta(1).cols, part.theta(1).row(i));
    }
    for (std::size_t i = 0; i < part.theta(2).rows; ++i) {
        std::copy_n(network.theta(2).row(i) + first, width, part.theta(2).row(i));
    }
    return part;
}

// A one for one class of each group.
template <class T>
void set_classes(MatrixView<T> y, Dice& dice) {
    for (std::size_t i = 0; i < y.rows; ++i) {
        std::fill_n(y.row(i), y.cols, T(0));
        std::size_t first = 0;
        for (const std::size_t width : groups) {
            y(i, first + dice.integer(0, width - 1)) = T(1);
            first += width;
        }
    }
}

TEST_CASE("groups must fill the last layer, which must not be element-wise") {
    const auto layout = [](Activation last, std::vector<std::size_t> widths) {
        return Layout({2, 5}, {last}, sizeof(float), std::move(widths));
    };
    CHECK(layout(Activation::softmax, {2, 3}).groups() == std::vector<std::size_t>{2, 3});
    CHECK(layout(Activation::softmax, {5}).groups().empty());
    CHECK(layout(Activation::linear, {}).groups().empty());
    const char* const width =
        "the groups of outputs must each be at least 1 wide and together 5, the width of the last "
        "layer";
    CHECK_THROWS_WITH_AS(layout(Activation::softmax, {2, 2}), width, std::invalid_argument);
    CHECK_THROWS_WITH_AS(layout(Activation::softmax, {2, 4}), width, std::invalid_argument);
    CHECK_THROWS_WITH_AS(layout(Activation::softmax, {5, 0}), width, std::invalid_argument);
    CHECK_THROWS_WITH_AS(layout(Activation::softmax, {SIZE_MAX, 6}), width, std::invalid_argument);
    CHECK_THROWS_WITH_AS(layout(Activation::sigmoid, {2, 3}),
                         "groups of outputs need a last layer whose activation is taken of a whole row, like Softmax, "
                         "not Sigmoid",
                         std::invalid_argument);
}

TEST_CASE_TEMPLATE("each group answers, and is corrected, as a network of its own: to the bit", T, float, double) {
    const Network<T> network = random_network<T>(1);
    constexpr std::size_t batch = 6;
    for (const Keep keep : {Keep::everything, Keep::training}) {
        Workspace<T> workspace(network.layout(), batch, keep);
        Dice dice(2);
        dice.fill(workspace.a(0));
        dice.fill(workspace.y());
        network.forward(workspace, batch);
        std::vector<double> losses(batch);
        network.sensitivities(workspace, batch, 0, Loss::squared_error, losses);
        std::vector<double> sums(batch);
        std::size_t first = 0;
        for (const std::size_t width : groups) {
            CAPTURE(width);
            const Network<T> part = part_of(network, first, width);
            Workspace<T> own(part.layout(), batch, keep);
            for (std::size_t i = 0; i < batch; ++i) {
                std::copy_n(workspace.a(0).row(i), 5, own.a(0).row(i));
                std::copy_n(workspace.y().row(i) + first, width, own.y().row(i));
            }
            part.forward(own, batch);
            std::vector<double> own_losses(batch);
            part.sensitivities(own, batch, 0, Loss::squared_error, own_losses);
            for (std::size_t i = 0; i < batch; ++i) {
                CHECK(std::equal(own.a(2).row(i), own.a(2).row(i) + width, workspace.a(2).row(i) + first));
                CHECK(std::equal(own.s(2).row(i), own.s(2).row(i) + width, workspace.s(2).row(i) + first));
                sums[i] += own_losses[i];
            }
            first += width;
        }
        for (std::size_t i = 0; i < batch; ++i) {
            CHECK(losses[i] == doctest::Approx(sums[i]).epsilon(1e-6));
            for (std::size_t j = outputs; j < workspace.s(2).stride; ++j) {
                CHECK(workspace.s(2)(i, j) == T(0));
            }
        }
    }
}

TEST_CASE("the gradient of the summed log-losses, and of squared errors, agrees with finite differences") {
    for (const Loss loss : {Loss::log_loss, Loss::half_squared_error}) {
        Network<double> network = random_network<double>(3);
        constexpr std::size_t batch = 4;
        Workspace<double> workspace(network.layout(), batch, Keep::everything);
        Dice dice(4);
        dice.fill(workspace.a(0));
        set_classes(workspace.y(), dice);
        const auto value = [&] {
            network.forward(workspace, batch);
            return network.backward(workspace, batch, loss);
        };
        value();
        const std::vector<double> gradient(workspace.gradient(), workspace.gradient() + network.layout().size());
        for (std::size_t k = 1; k <= 2; ++k) {
            const MatrixView<double> theta = network.theta(k);
            for (std::size_t i = 0; i < theta.rows; ++i) {
                for (std::size_t j = 0; j < theta.cols; j += 3) {
                    double& parameter = theta(i, j);
                    const double slope = testing::central_difference(parameter, value);
                    const auto place = static_cast<std::size_t>(&parameter - network.parameters().data());
                    CHECK(std::abs(gradient[place] - slope) <= 1e-8 * std::max(1.0, std::abs(slope)));
                }
            }
        }
    }
}

TEST_CASE("the loss is the sum of the groups' log-losses") {
    const Network<double> network = random_network<double>(5);
    Workspace<double> workspace(network.layout(), 3, Keep::training);
    Dice dice(6);
    dice.fill(workspace.a(0));
    set_classes(workspace.y(), dice);
    network.forward(workspace, 3);
    std::vector<double> losses(3);
    network.sensitivities(workspace, 3, 0, Loss::log_loss, losses);
    for (std::size_t i = 0; i < 3; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < outputs; ++j) {
            sum -= workspace.y()(i, j) == 1 ? std::log(workspace.a(2)(i, j)) : 0;
        }
        CHECK(losses[i] == doctest::Approx(sum).epsilon(1e-13));
    }
}

TEST_CASE_TEMPLATE("a row's answer does not depend on the others, nor on the threads", T, float, double) {
    const Network<T> network = random_network<T>(7);
    constexpr std::size_t rows = 300;
    std::vector<T> x(rows * 5);
    Dice(8).fill(x.data(), x.size());
    std::vector<T> all(rows * outputs);
    std::vector<T> one(outputs);
    Team team(3);
    Team alone(1);
    const Rows table{x.data(), element_of<T>(), rows, 5, 5};
    predict(network, MatrixView<T>{all.data(), rows, outputs, outputs}, table, team);
    for (std::size_t i = 0; i < rows; i += 37) {
        predict(network, MatrixView<T>{one.data(), 1, outputs, outputs}, table.rows_from(i, 1), alone);
        CHECK(std::equal(one.begin(), one.end(), all.begin() + static_cast<std::ptrdiff_t>(i * outputs)));
    }
}

TEST_CASE("NaN spoils its own group only") {
    Network<double> network({1, 4}, {Activation::softmax}, {2, 2});
    network.theta(1)(0, 0) = std::nan("");
    Workspace<double> workspace(network.layout(), 1, Keep::outputs);
    network.forward(workspace, 1);
    CHECK(std::isnan(workspace.a(1)(0, 1)));
    CHECK(workspace.a(1)(0, 2) == 0.5);
    CHECK(workspace.a(1)(0, 3) == 0.5);
}

TEST_CASE("accuracy: a row is right where the largest answer of every group is") {
    Network<double> network({4, 4}, {Activation::softmax}, {2, 2});
    for (std::size_t j = 0; j < 4; ++j) {
        network.theta(1)(j + 1, j) = 1;
    }
    const std::vector<double> x{0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0};
    const std::vector<double> y{0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0};
    const Targets targets{{}, {y.data(), Element::float64, 3, 4, 4}};
    const std::vector<std::int64_t> index{0, 1, 2};
    std::vector<double> a(y.size());
    Team team(1);
    predict(network, {a.data(), 3, 4, 4}, {x.data(), Element::float64, 3, 4, 4}, team);
    const auto accuracy = [&](std::size_t first, std::size_t count) {
        return score<double>({&a[4 * first], count, 4, 4}, {&y[4 * first], count, 4, 4}, targets,
                             std::span(index).subspan(first, count), Score::accuracy, network.layout().groups());
    };
    CHECK(accuracy(0, 3) == doctest::Approx(2.0 / 3).epsilon(1e-15));
    CHECK(accuracy(1, 1) == 0);
}

}  // namespace
}  // namespace rosenblatt
