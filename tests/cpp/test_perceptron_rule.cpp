#include "rosenblatt/perceptron_rule.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>

#include "matrix_values.hpp"

namespace rosenblatt {
namespace {

using testing::assign;
using testing::check_close;
using testing::Values;

constexpr auto hard_limit = Activation::hard_limit;
const Values all_pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}};

template <class T>
Workspace<T> workspace_with(const Network<T>& network, const Values& x, const Values& y, Keep keep = Keep::everything) {
    Workspace<T> workspace(network.layout(), x.size(), keep);
    assign(workspace.a(0), x);
    assign(workspace.y(), y);
    return workspace;
}

// The number of epochs until a whole epoch went by without an error; `most` + 1 if none did.
template <class T>
std::size_t epochs_to_learn(const Values& y, std::size_t most) {
    Network<T> network({2, 1}, {hard_limit});
    Workspace<T> workspace = workspace_with(network, all_pairs, y);
    std::size_t epoch = 1;
    while (epoch <= most && perceptron_rule(network, workspace, 4, 1.0) > 0) {
        ++epoch;
    }
    return epoch;
}

TEST_CASE("one step by hand (6): theta + eta [1 x]^T (y - a)") {
    Network<double> network({2, 1}, {hard_limit});
    assign(network.theta(1), {{0.5}, {1}, {-2}});
    // n = 0.5 + 3 - 2 = 1.5, so a = 1; y - a = -1; theta - 0.1 [1 3 1]^T
    Workspace<double> workspace = workspace_with(network, {{3, 1}}, {{0}});
    CHECK(perceptron_rule(network, workspace, 1, 0.1) == 1);
    check_close(workspace.n(1), {{1.5}}, 0);
    check_close(workspace.a(1), {{1}}, 0);
    check_close(network.theta(1), {{0.4}, {0.7}, {-2.1}}, 1e-15);
}

TEST_CASE("rows come one after the other, each seeing the weights left by the one before") {
    Network<double> network({1, 1}, {hard_limit});
    // theta = [0 0]. x = 1: n = 0, a = 1, y = 0: theta = [-1 -1]. x = -2: n = 1, a = 1, y = 1: right.
    // x = 0: n = -1, a = 0, y = 1: theta = [0 -1].
    Workspace<double> workspace = workspace_with(network, {{1}, {-2}, {0}}, {{0}, {1}, {1}});
    CHECK(perceptron_rule(network, workspace, 3, 1) == 2);
    check_close(network.theta(1), {{0}, {-1}}, 0);
    check_close(workspace.n(1), {{0}, {1}, {-1}}, 0);
}

TEST_CASE("only the rows asked for are presented") {
    Network<double> network({1, 1}, {hard_limit});
    Workspace<double> workspace = workspace_with(network, {{1}, {-2}, {0}}, {{0}, {1}, {1}});
    CHECK(perceptron_rule(network, workspace, 1, 1) == 1);
    check_close(network.theta(1), {{-1}, {-1}}, 0);
}

TEST_CASE_TEMPLATE("AND and OR are learned from zero weights, XOR never", T, float, double) {
    CHECK(epochs_to_learn<T>({{0}, {0}, {0}, {1}}, 20) <= 20);
    CHECK(epochs_to_learn<T>({{0}, {1}, {1}, {1}}, 20) <= 20);
    CHECK(epochs_to_learn<T>({{0}, {1}, {1}, {0}}, 1000) == 1001);
}

TEST_CASE_TEMPLATE("several outputs learn side by side; a row is wrong if one of them is", T, float, double) {
    Network<T> network({2, 2}, {hard_limit});
    // AND and OR at once, with n in the memory of a
    Workspace<T> workspace = workspace_with(network, all_pairs, {{0, 0}, {0, 1}, {0, 1}, {1, 1}}, Keep::training);
    std::size_t wrong = 4;
    for (int epoch = 0; epoch < 20 && wrong > 0; ++epoch) {
        wrong = perceptron_rule(network, workspace, 4, 1.0);
    }
    CHECK(wrong == 0);
    network.forward(workspace, 4);
    check_close(workspace.a(1), {{0, 0}, {0, 1}, {0, 1}, {1, 1}}, 0);

    Network<T> alone({2, 1}, {hard_limit});
    Workspace<T> and_only = workspace_with(alone, all_pairs, {{0}, {0}, {0}, {1}});
    for (int epoch = 0; epoch < 20; ++epoch) {
        perceptron_rule(alone, and_only, 4, 1.0);
    }
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(network.theta(1)(i, 0) == alone.theta(1)(i, 0));
    }
}

TEST_CASE("only a single layer of HardLimit can be trained by the rule") {
    Network<double> deep({2, 2, 1}, {hard_limit, hard_limit});
    Workspace<double> deep_workspace(deep.layout(), 1, Keep::training);
    CHECK_THROWS_WITH_AS(perceptron_rule(deep, deep_workspace, 1, 1.0),
                         "the perceptron rule trains a single layer of HardLimit; this network has 2 layer(s), the "
                         "first with HardLimit",
                         std::invalid_argument);
    Network<double> smooth({2, 1}, {Activation::sigmoid});
    Workspace<double> smooth_workspace(smooth.layout(), 1, Keep::training);
    CHECK_THROWS_AS(perceptron_rule(smooth, smooth_workspace, 1, 1.0), std::invalid_argument);
}

}  // namespace
}  // namespace rosenblatt
