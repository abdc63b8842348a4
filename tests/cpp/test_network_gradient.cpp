// The backward pass of random networks, against finite differences and against the other precision.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "finite_differences.hpp"
#include "random_network.hpp"
#include "rosenblatt/network.hpp"

namespace rosenblatt {
namespace {

using testing::Architecture;
using testing::Dice;

std::string describe(const Architecture& architecture) {
    std::ostringstream text;
    text << architecture.sizes[0];
    for (std::size_t k = 1; k < architecture.sizes.size(); ++k) {
        text << ' ' << architecture.sizes[k] << ' ' << name(architecture.activations[k - 1]);
    }
    text << ", " << name(architecture.loss) << ", batch " << architecture.batch;
    return text.str();
}

double norm(const std::vector<double>& x) { return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0)); }

double distance(std::vector<double> x, const std::vector<double>& y) {
    std::transform(x.begin(), x.end(), y.begin(), x.begin(), std::minus<>());
    return norm(x);
}

// One random network with its batch.
template <class T>
struct Problem {
    Architecture architecture;
    Network<T> network;
    Workspace<T> workspace;

    Problem(const Architecture& which, Dice dice)
        : architecture(which),
          network(which.sizes, which.activations),
          workspace(network.layout(), which.batch, Keep::everything) {
        testing::set_random_parameters(network, dice);
        testing::set_random_batch(workspace, which.loss, dice);
    }

    double loss() {
        network.forward(workspace, architecture.batch);
        return network.backward(workspace, architecture.batch, architecture.loss);
    }

    // dL/dtheta in the layout of the parameters, as the last call of loss() left it
    [[nodiscard]] std::vector<T> gradient() const {
        return {workspace.gradient(), workspace.gradient() + network.layout().size()};
    }

    // On which pieces of their activations the net inputs lie: a finite difference that changes this has stepped over
    // a kink, or a bend.
    [[nodiscard]] std::vector<bool> switches() const {
        std::vector<bool> on;
        for (std::size_t k = 1; k <= network.depth(); ++k) {
            const MatrixView<T> n = workspace.n(k);
            for (const T boundary : boundaries(architecture.activations[k - 1])) {
                for (std::size_t i = 0; i < n.rows; ++i) {
                    std::transform(n.row(i), n.row(i) + n.cols, std::back_inserter(on),
                                   [&](T x) { return x > boundary; });
                }
            }
        }
        return on;
    }

    [[nodiscard]] static std::vector<T> boundaries(Activation f) {
        if (f == Activation::hard_sigmoid) {
            return {-3, 3};
        }
        const bool has_pieces = f == Activation::relu || f == Activation::leaky_relu || f == Activation::elu ||
                                f == Activation::selu || f == Activation::softsign;
        return has_pieces ? std::vector<T>{0} : std::vector<T>{};
    }
};

struct Comparison {
    std::vector<double> expected, got;
    std::size_t skipped = 0;
};

void append(Comparison& all, const Comparison& more) {
    all.expected.insert(all.expected.end(), more.expected.begin(), more.expected.end());
    all.got.insert(all.got.end(), more.got.begin(), more.got.end());
    all.skipped += more.skipped;
}

// The gradient of layer k by backward and by central differences, for some of its parameters chosen at random.
Comparison compare(Problem<double>& problem, std::size_t k, const std::vector<double>& gradient, Dice& dice) {
    constexpr std::size_t most = 100;
    const MatrixView<double> theta = problem.network.theta(k);
    const std::vector<bool> before = problem.switches();
    Comparison result;
    for (std::size_t count = std::min(most, theta.rows * theta.cols); count > 0; --count) {
        double& parameter = theta(dice.integer(0, theta.rows - 1), dice.integer(0, theta.cols - 1));
        bool crosses_kink = false;
        const double slope = testing::central_difference(parameter, [&] {
            const double loss = problem.loss();
            crosses_kink = crosses_kink || problem.switches() != before;
            return loss;
        });
        if (crosses_kink) {
            ++result.skipped;
        } else {
            result.expected.push_back(slope);
            result.got.push_back(gradient[static_cast<std::size_t>(&parameter - problem.network.parameters().data())]);
        }
    }
    return result;
}

TEST_CASE("backward agrees with finite differences for random architectures") {
    Dice dice(2024);
    std::size_t checked = 0;
    std::size_t skipped = 0;
    for (int i = 0; i < 200; ++i) {
        Problem<double> problem(testing::random_architecture(dice), dice);
        const double loss = problem.loss();
        const std::vector<double> gradient = problem.gradient();
        INFO(describe(problem.architecture));
        Comparison all;
        for (std::size_t k = 1; k <= problem.network.depth(); ++k) {
            problem.loss();
            const Comparison layer = compare(problem, k, gradient, dice);
            CAPTURE(k);
            // Layers below several of softmax have gradients so small that the rounding of the loss shows in their
            // finite differences: 2e-16 / step for each, ten times that in the norm of a hundred.
            CHECK(distance(layer.got, layer.expected) <= 1e-6 * norm(layer.expected) + 1e-10 * loss);
            append(all, layer);
        }
        // An exact zero on both sides is right too: a softmax of one neuron, a layer of ReLU that are all off.
        CHECK(distance(all.got, all.expected) <= 1e-6 * norm(all.expected));
        checked += all.got.size();
        skipped += all.skipped;
    }
    CAPTURE(checked);
    CHECK(skipped * 20 < checked);
}

TEST_CASE("every pair of a last activation and a loss that fit together") {
    Dice dice(11);
    for (int loss = 0; loss < loss_count; ++loss) {
        for (const Activation last : {Activation::linear, Activation::sigmoid, Activation::tanh, Activation::softmax,
                                      Activation::exponential, Activation::gelu, Activation::silu, Activation::softplus,
                                      Activation::sin, Activation::radial_basis, Activation::ordered}) {
            const auto which = static_cast<Loss>(loss);
            if (last != needed_activation(which).value_or(last)) {
                continue;
            }
            Problem<double> problem({{3, 5, 4}, {Activation::tanh, last}, which, 6}, dice);
            problem.loss();
            const std::vector<double> gradient = problem.gradient();
            for (std::size_t k = 1; k <= 2; ++k) {
                const Comparison result = compare(problem, k, gradient, dice);
                INFO(describe(problem.architecture));
                REQUIRE(result.skipped == 0);
                CHECK(distance(result.got, result.expected) <= 1e-8 * norm(result.expected));
            }
        }
    }
}

TEST_CASE("float32 agrees with float64") {
    Dice dice(77);
    for (int i = 0; i < 100; ++i) {
        const Architecture architecture = testing::random_architecture(dice);
        Problem<double> wide(architecture, dice);
        Problem<float> narrow(architecture, dice);
        const double loss = wide.loss();
        INFO(describe(architecture));
        CHECK(narrow.loss() == doctest::Approx(loss).epsilon(1e-4));
        for (std::size_t k = 1; k <= architecture.activations.size(); ++k) {
            CAPTURE(k);
            std::vector<double> expected;
            std::vector<double> got;
            const Layer& layer = wide.network.layout().layers()[k - 1];
            const Layer& narrow_layer = narrow.network.layout().layers()[k - 1];
            for (std::size_t row = 0; row <= layer.inputs; ++row) {
                const double* from = wide.workspace.gradient() + layer.offset + row * layer.stride;
                const float* narrow_from =
                    narrow.workspace.gradient() + narrow_layer.offset + row * narrow_layer.stride;
                expected.insert(expected.end(), from, from + layer.outputs);
                got.insert(got.end(), narrow_from, narrow_from + layer.outputs);
            }
            CHECK(distance(got, expected) <= 1e-4 * norm(expected));
        }
    }
}

}  // namespace
}  // namespace rosenblatt
