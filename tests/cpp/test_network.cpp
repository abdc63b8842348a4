#include "rosenblatt/network.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <vector>

#include "matrix_values.hpp"
#include "random_network.hpp"
#include "rosenblatt/prediction.hpp"

namespace rosenblatt {
namespace {

using testing::assign;
using testing::check_close;
using testing::Dice;
using testing::Values;

const Values all_pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}};

// dL/dtheta^k in the workspace
template <class T>
MatrixView<T> gradient(const Network<T>& network, const Workspace<T>& workspace, std::size_t k) {
    const Layer& layer = network.layout().layers()[k - 1];
    return {workspace.gradient() + layer.offset, layer.inputs + 1, layer.outputs, layer.stride};
}

TEST_CASE_TEMPLATE("theta is a view of the parameters, the bias as row 0", T, float, double) {
    Network<T> network({3, 20, 2}, {Activation::relu, Activation::linear});
    CHECK(network.depth() == 2);
    CHECK(network.theta(1).rows == 4);
    CHECK(network.theta(1).cols == 20);
    CHECK(network.theta(2).rows == 21);
    CHECK(network.theta(2).cols == 2);
    CHECK(network.parameters().size() == network.layout().size());
    CHECK(network.theta(1).data == network.parameters().data());
    network.theta(2)(0, 1) = 7;
    const Network<T> copy = network;
    network.theta(2)(0, 1) = 8;
    CHECK(copy.theta(2)(0, 1) == T(7));
}

TEST_CASE("the textbook's worked example (39-51)") {
    Network<double> network({2, 2, 1}, {Activation::relu, Activation::linear});
    assign(network.theta(1), {{0, 0}, {1, 1}, {1, 1}});
    assign(network.theta(2), {{0}, {1}, {1}});
    Workspace<double> workspace(network.layout(), 1, Keep::everything);
    assign(workspace.a(0), {{1, 1}});
    assign(workspace.y(), {{0}});
    constexpr double tolerance = 1e-14;

    network.forward(workspace, 1);
    check_close(workspace.a(0), {{1, 1}}, tolerance);
    check_close(workspace.n(1), {{2, 2}}, tolerance);
    check_close(workspace.a(1), {{2, 2}}, tolerance);
    check_close(workspace.n(2), {{4}}, tolerance);
    check_close(workspace.a(2), {{4}}, tolerance);

    CHECK(network.backward(workspace, 1, Loss::squared_error) == doctest::Approx(16).epsilon(tolerance));
    check_close(workspace.s(2), {{8}}, tolerance);
    check_close(workspace.s(1), {{8, 8}}, tolerance);
    check_close(gradient(network, workspace, 1), {{8, 8}, {8, 8}, {8, 8}}, tolerance);
    check_close(gradient(network, workspace, 2), {{8}, {16}, {16}}, tolerance);

    descend(network, workspace, 0.1, 1);
    check_close(network.theta(1), {{-0.8, -0.8}, {0.2, 0.2}, {0.2, 0.2}}, tolerance);
    check_close(network.theta(2), {{-0.8}, {-0.6}, {-0.6}}, tolerance);
}

TEST_CASE("the 1-2-1 network of Hagan, chapter 11, to the digits printed there") {
    Network<double> network({1, 2, 1}, {Activation::sigmoid, Activation::linear});
    assign(network.theta(1), {{-0.48, -0.13}, {-0.27, -0.41}});
    assign(network.theta(2), {{0.48}, {0.09}, {-0.17}});
    Workspace<double> workspace(network.layout(), 1, Keep::everything);
    assign(workspace.a(0), {{1}});
    assign(workspace.y(), {{1 + std::sin(std::numbers::pi / 4)}});

    network.forward(workspace, 1);
    check_close(workspace.a(1), {{0.321, 0.368}}, 5e-4);
    check_close(workspace.a(2), {{0.446}}, 5e-4);
    const double e = workspace.y()(0, 0) - workspace.a(2)(0, 0);
    CHECK(std::abs(e - 1.261) <= 5e-4);
    CHECK(network.backward(workspace, 1, Loss::squared_error) == doctest::Approx(e * e).epsilon(1e-14));
    check_close(workspace.s(2), {{-2.522}}, 5e-4);
    check_close(workspace.s(1), {{-0.0495, 0.0997}}, 5e-5);

    descend(network, workspace, 0.1, 1);
    check_close(network.theta(2), {{0.732}, {0.171}, {-0.0772}}, 5e-4);
    check_close(network.theta(1), {{-0.475, -0.140}, {-0.265, -0.420}}, 5e-4);
}

TEST_CASE_TEMPLATE("designed networks answer AND, OR and XOR without an error", T, float, double) {
    constexpr auto hard_limit = Activation::hard_limit;
    Team team(1);
    const std::vector<double> x{0, 0, 0, 1, 1, 0, 1, 1};
    const Rows rows{x.data(), Element::float64, 4, 2, 2};
    std::vector<T> answers(4);
    const MatrixView<T> out{answers.data(), 4, 1, 1};

    Network<T> single({2, 1}, {hard_limit});
    assign(single.theta(1), {{-1.5}, {1}, {1}});
    predict(single, out, rows, team);
    CHECK(answers == std::vector<T>{0, 0, 0, 1});
    assign(single.theta(1), {{-0.5}, {1}, {1}});
    predict(single, out, rows, team);
    CHECK(answers == std::vector<T>{0, 1, 1, 1});

    Network<T> multi({2, 2, 1}, {hard_limit, hard_limit});
    assign(multi.theta(1), {{-0.5, -0.5}, {1, -1}, {-1, 1}});
    assign(multi.theta(2), {{-0.5}, {1}, {1}});
    predict(multi, out, rows, team);
    CHECK(answers == std::vector<T>{0, 1, 1, 0});
}

TEST_CASE("a batch's gradient and loss are the sums over its rows") {
    Network<double> network({2, 3, 2}, {Activation::tanh, Activation::sigmoid});
    Dice dice(5);
    testing::set_random_parameters(network, dice);
    const Values y{{0, 1}, {1, 0}, {0.5, 0.5}, {1, 1}};
    Workspace<double> all(network.layout(), 4, Keep::training);
    assign(all.a(0), all_pairs);
    assign(all.y(), y);
    network.forward(all, 4);
    const double loss = network.backward(all, 4, Loss::squared_error);

    Workspace<double> one(network.layout(), 1, Keep::training);
    std::vector<double> sum(network.layout().size());
    double loss_sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        assign(one.a(0), {all_pairs[i]});
        assign(one.y(), {y[i]});
        network.forward(one, 1);
        loss_sum += network.backward(one, 1, Loss::squared_error);
        for (std::size_t j = 0; j < sum.size(); ++j) {
            sum[j] += one.gradient()[j];
        }
    }
    CHECK(loss == doctest::Approx(loss_sum).epsilon(1e-14));
    for (std::size_t j = 0; j < sum.size(); ++j) {
        CHECK(std::abs(all.gradient()[j] - sum[j]) <= 1e-14);
    }
}

TEST_CASE("backward adds to the gradient where it is told to") {
    Network<double> network({2, 5, 2}, {Activation::tanh, Activation::sigmoid});
    Dice dice(8);
    testing::set_random_parameters(network, dice);
    Workspace<double> workspace(network.layout(), 4, Keep::training);
    assign(workspace.a(0), all_pairs);
    assign(workspace.y(), {{0, 1}, {1, 0}, {0.5, 0.5}, {1, 1}});
    network.forward(workspace, 4);
    network.backward(workspace, 4, Loss::squared_error);
    const std::vector<double> once(workspace.gradient(), workspace.gradient() + network.layout().size());
    network.backward(workspace, 4, Loss::squared_error, true);
    for (std::size_t j = 0; j < once.size(); ++j) {
        CHECK(workspace.gradient()[j] == doctest::Approx(2 * once[j]).epsilon(1e-14));
    }
}

TEST_CASE("descend takes a step of eta times scale times the gradient") {
    Network<double> network({1, 1}, {Activation::linear});
    assign(network.theta(1), {{1}, {2}});
    const Workspace<double> workspace(network.layout(), 1, Keep::training);
    assign(gradient(network, workspace, 1), {{4}, {-8}});
    descend(network, workspace, 0.5, 0.25);
    check_close(network.theta(1), {{0.5}, {3}}, 0);
}

TEST_CASE("multiply_by_derivative: element by element, and the Jacobian of a softmax") {
    Network<double> network({1, 2, 2}, {Activation::relu, Activation::softmax});
    assign(network.theta(1), {{0, 0}, {1, -1}});
    Workspace<double> workspace(network.layout(), 1, Keep::everything);
    assign(workspace.a(0), {{3}});
    network.forward(workspace, 1);
    std::vector<double> s{5, 7};
    const MatrixView<double> view{s.data(), 1, 2, 2};
    network.multiply_by_derivative(view, workspace, 1);
    check_close(view, {{5, 0}}, 0);
    network.multiply_by_derivative(view, workspace, 2);  // a = [0.5 0.5]: 0.5 (s - 2.5)
    check_close(view, {{1.25, -1.25}}, 1e-15);
}

TEST_CASE_TEMPLATE("the first rows of a larger workspace are a batch of their own", T, float, double) {
    Network<T> network({4, 7, 3}, {Activation::sigmoid, Activation::softmax});
    Dice dice(6);
    testing::set_random_parameters(network, dice);
    Workspace<T> large(network.layout(), 9, Keep::training);
    testing::set_random_batch(large, Loss::log_loss, dice);
    Workspace<T> small(network.layout(), 5, Keep::training);
    for (std::size_t i = 0; i < 5; ++i) {
        std::copy_n(large.a(0).row(i), 4, small.a(0).row(i));
        std::copy_n(large.y().row(i), 3, small.y().row(i));
    }
    // A full batch first, so that the rest of the large workspace is not blank.
    network.forward(large, 9);
    network.backward(large, 9, Loss::log_loss);
    network.forward(large, 5);
    network.forward(small, 5);
    CHECK(network.backward(large, 5, Loss::log_loss) == network.backward(small, 5, Loss::log_loss));
    for (std::size_t j = 0; j < network.layout().size(); ++j) {
        REQUIRE(large.gradient()[j] == small.gradient()[j]);
    }
}

}  // namespace
}  // namespace rosenblatt
