// The perceptron loss: gradient descent on it is the perceptron rule.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "matrix_values.hpp"
#include "random_numbers.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/optimizer.hpp"
#include "rosenblatt/perceptron_rule.hpp"
#include "rosenblatt/training_step.hpp"

namespace rosenblatt {
namespace {

using testing::assign;

TEST_CASE("the perceptron loss needs a hard limit, and its sensitivity is a - y") {
    for (int i = 0; i < activation_count; ++i) {
        const auto f = static_cast<Activation>(i);
        if (f == Activation::hard_limit || f == Activation::symmetric_hard_limit) {
            CHECK_NOTHROW(check_loss(Loss::perceptron, f));
        } else {
            CHECK_THROWS_AS(check_loss(Loss::perceptron, f), std::invalid_argument);
        }
    }
    CHECK_THROWS_WITH(check_loss(Loss::perceptron, Activation::sigmoid),
                      "the loss perceptron needs a last layer with HardLimit or SymmetricHardLimit, not Sigmoid");
    CHECK(is_canonical(Loss::perceptron));

    Network<double> network({1, 2}, {Activation::symmetric_hard_limit});
    assign(network.theta(1), {{1, -1}, {0, 0}});
    Workspace<double> workspace(network.layout(), 2, Keep::everything);
    assign(workspace.a(0), {{1}, {1}});
    assign(workspace.y(), {{1, 1}, {-1, -1}});
    network.forward(workspace, 2);
    CHECK(network.backward(workspace, 2, Loss::perceptron) == 4);  // two wrong answers, each off by 2
    CHECK(workspace.s(1)(0, 0) == 0);
    CHECK(workspace.s(1)(0, 1) == -2);
    CHECK(workspace.s(1)(1, 0) == 2);
    CHECK(workspace.s(1)(1, 1) == 0);
}

TEST_CASE_TEMPLATE("AND: a step of sgd without momentum is one of the perceptron rule, bit for bit", T, float, double) {
    const std::array<T, 8> x{0, 0, 0, 1, 1, 0, 1, 1};
    const std::array<T, 4> y{0, 0, 0, 1};
    const Rows rows{x.data(), element_of<T>(), 4, 2, 2};
    const Targets targets{{}, {y.data(), element_of<T>(), 4, 1, 1}};
    for (const double eta : {1.0, 0.1, 0.37}) {
        Network<T> trained({2, 1}, {Activation::hard_limit});
        testing::Dice dice(3);
        for (std::size_t i = 0; i < 3; ++i) {
            trained.theta(1)(i, 0) = static_cast<T>(dice.uniform(-1, 1));
        }
        Network<T> ruled = trained;
        Workspace<T> workspace(ruled.layout(), 1, Keep::everything);
        OptimizerOptions options;
        options.solver = Solver::sgd;
        options.learning_rate_init = eta;
        options.momentum = 0;
        options.nesterovs_momentum = false;
        options.alpha = 0;
        Optimizer<T> optimizer(trained.layout(), options);
        Team team(1);
        TrainingStep<T> step(trained, 1, team, rows);
        double wrong = 0;
        for (std::int64_t presentation = 0; presentation < 60; ++presentation) {
            const std::array<std::int64_t, 1> index{presentation % 4};
            const auto i = static_cast<std::size_t>(presentation % 4);
            const double loss = step.pass(trained, targets, index, Loss::perceptron);
            step.update(trained, optimizer, 1, 1);
            workspace.a(0)(0, 0) = x.at(2 * i);
            workspace.a(0)(0, 1) = x.at(2 * i + 1);
            workspace.y()(0, 0) = y.at(i);
            CHECK(static_cast<double>(perceptron_rule(ruled, workspace, 1, eta)) == loss);
            for (std::size_t j = 0; j < 3; ++j) {
                CHECK(trained.theta(1)(j, 0) == ruled.theta(1)(j, 0));
            }
            wrong = presentation < 56 ? 0 : wrong + loss;
        }
        CHECK(wrong == 0);  // AND is learned
    }
}

TEST_CASE("hidden hard limits keep their weights, and the last layer learns") {
    Network<double> network({2, 3, 1}, {Activation::hard_limit, Activation::sigmoid});
    testing::Dice dice(4);
    for (std::size_t k = 1; k <= 2; ++k) {
        for (std::size_t i = 0; i < network.theta(k).rows; ++i) {
            for (std::size_t j = 0; j < network.theta(k).cols; ++j) {
                network.theta(k)(i, j) = dice.uniform(-1, 1);
            }
        }
    }
    const Network<double> before = network;
    Workspace<double> workspace(network.layout(), 1, Keep::everything);
    assign(workspace.a(0), {{0.3, -0.7}});
    assign(workspace.y(), {{1}});
    network.forward(workspace, 1);
    network.backward(workspace, 1, Loss::binary_log_loss);
    descend(network, workspace, 0.5, 1);
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            CHECK(network.theta(1)(i, j) == before.theta(1)(i, j));
        }
    }
    CHECK(network.theta(2)(0, 0) > before.theta(2)(0, 0));
}

}  // namespace
}  // namespace rosenblatt
