#include "rosenblatt/optimizer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "matrix_values.hpp"
#include "random_network.hpp"

namespace rosenblatt {
namespace {

using testing::assign;
using testing::check_close;
using testing::Dice;

// theta = [b; w] = [0.5; 2], and a batch of two rows whose gradients sum to [0.4; 0.8]: their mean is [0.2; 0.4].
template <class T>
struct Example {
    Network<T> network{{1, 1}, {Activation::linear}};
    AlignedBuffer<T> gradient{network.layout().size()};
    Optimizer<T> optimizer;

    explicit Example(const OptimizerOptions& options) : optimizer(network.layout(), options) {
        assign(network.theta(1), {{0.5}, {2}});
        assign(MatrixView<T>{gradient.data(), 2, 1, network.layout().layers()[0].stride}, {{0.4}, {0.8}});
    }
    double step() { return optimizer.step(network, gradient.data(), 2); }
};

OptimizerOptions sgd(double momentum, bool nesterov) {
    OptimizerOptions options;
    options.solver = Solver::sgd;
    options.learning_rate_init = 0.1;
    options.alpha = 0.1;
    options.momentum = momentum;
    options.nesterovs_momentum = nesterov;
    return options;
}

template <class T>
constexpr double tolerance = sizeof(T) == sizeof(float) ? 1e-6 : 1e-15;

TEST_CASE_TEMPLATE("SGD: the first two steps by hand", T, float, double) {
    Example<T> example(sgd(0.9, false));
    // Slope of w: 0.4 + alpha / 2 * 2 = 0.5; of b, which pays no penalty: 0.2. Velocities -0.02 and -0.05.
    CHECK(example.step() == doctest::Approx(0.1 / 2 * 4 / 2).epsilon(tolerance<T>));  // alpha/2 w^2 / rows
    check_close(example.network.theta(1), {{0.48}, {1.95}}, tolerance<T>);
    // Slope of w: 0.4 + 0.05 * 1.95 = 0.4975. Velocities 0.9 * -0.02 - 0.02 = -0.038 and
    // 0.9 * -0.05 - 0.04975 = -0.09475.
    CHECK(example.step() == doctest::Approx(0.1 / 2 * 1.95 * 1.95 / 2).epsilon(tolerance<T>));
    check_close(example.network.theta(1), {{0.442}, {1.85525}}, tolerance<T>);
    CHECK(example.optimizer.learning_rate() == 0.1);
}

TEST_CASE_TEMPLATE("SGD without momentum is gradient descent on the mean", T, float, double) {
    OptimizerOptions options = sgd(0, false);
    options.alpha = 0;
    Example<T> example(options);
    CHECK(example.step() == 0);
    check_close(example.network.theta(1), {{0.48}, {1.96}}, tolerance<T>);
    example.step();
    check_close(example.network.theta(1), {{0.46}, {1.92}}, tolerance<T>);
}

TEST_CASE_TEMPLATE("Nesterov's momentum: the first two steps by hand", T, float, double) {
    Example<T> example(sgd(0.9, true));
    // Velocities -0.02 and -0.05 as above, then 0.9 v - 0.1 slope: -0.018 - 0.02 and -0.045 - 0.05
    example.step();
    check_close(example.network.theta(1), {{0.462}, {1.905}}, tolerance<T>);
    // Slope of w: 0.4 + 0.05 * 1.905 = 0.49525. Velocities -0.018 - 0.02 = -0.038 and -0.045 - 0.049525 = -0.094525;
    // steps 0.9 * -0.038 - 0.02 = -0.0542 and 0.9 * -0.094525 - 0.049525 = -0.1345975.
    example.step();
    check_close(example.network.theta(1), {{0.4078}, {1.7704025}}, tolerance<T>);
}

TEST_CASE_TEMPLATE("Adam: the first two steps by hand", T, float, double) {
    OptimizerOptions options;
    options.learning_rate_init = 0.01;
    options.alpha = 0;
    options.epsilon = 0;
    Example<T> example(options);
    // m = 0.1 g, v = 0.001 g^2, rate = 0.01 sqrt(0.001) / 0.1: a step of 0.01, whatever the size of g.
    CHECK(example.step() == 0);
    check_close(example.network.theta(1), {{0.49}, {1.99}}, tolerance<T>);
    // A gradient of the other sign for b, none for w. For b: m = 0.09 * 0.2 - 0.1 * 0.2 = -0.002,
    // v = (0.000999 + 0.001) 0.04 = 7.996e-5; for w: m = 0.09 * 0.4 = 0.036, v = 0.000999 * 0.16 = 1.5984e-4.
    // Rate: 0.01 sqrt(1 - 0.999^2) / (1 - 0.9^2) = 0.01 sqrt(0.001999) / 0.19
    assign(MatrixView<T>{example.gradient.data(), 2, 1, example.network.layout().layers()[0].stride}, {{-0.4}, {0}});
    example.step();
    const double rate = 0.01 * std::sqrt(0.001999) / 0.19;
    check_close(example.network.theta(1),
                {{0.49 + rate * 0.002 / std::sqrt(7.996e-5)}, {1.99 - rate * 0.036 / std::sqrt(1.5984e-4)}},
                tolerance<T>);
}

TEST_CASE("Adam: epsilon, and the penalty in the gradient of the weights") {
    OptimizerOptions options;
    options.learning_rate_init = 0.01;
    options.alpha = 0.1;
    options.epsilon = 0.5;
    Example<double> example(options);
    CHECK(example.step() == doctest::Approx(0.1).epsilon(1e-15));
    // Slopes 0.2 and 0.4 + 0.05 * 2 = 0.5; a step of rate * 0.1 g / (sqrt(0.001) g + epsilon)
    const double root = std::sqrt(0.001);
    const double rate = 0.01 * root / 0.1;
    check_close(example.network.theta(1),
                {{0.5 - rate * 0.02 / (root * 0.2 + 0.5)}, {2 - rate * 0.05 / (root * 0.5 + 0.5)}}, 1e-15);
}

TEST_CASE_TEMPLATE("the penalty counts every weight of every layer and no bias, and padding stays zero", T, float,
                   double) {
    Network<T> network({3, 18, 2}, {Activation::relu, Activation::linear});
    Dice dice(1);
    testing::set_random_parameters(network, dice);
    double squares = 0;
    for (std::size_t k = 1; k <= 2; ++k) {
        const MatrixView<T> theta = network.theta(k);
        for (std::size_t i = 1; i < theta.rows; ++i) {
            for (std::size_t j = 0; j < theta.cols; ++j) {
                squares += static_cast<double>(theta(i, j)) * static_cast<double>(theta(i, j));
            }
        }
    }
    AlignedBuffer<T> gradient(network.layout().size());
    for (const Solver solver : {Solver::sgd, Solver::adam}) {
        OptimizerOptions options;
        options.solver = solver;
        options.alpha = 0.5;
        options.learning_rate_init = 0;
        Optimizer<T> optimizer(network.layout(), options);
        CHECK(optimizer.step(network, gradient.data(), 4) == doctest::Approx(0.5 / 2 * squares / 4).epsilon(1e-5));
    }
    OptimizerOptions options;
    options.alpha = 0.5;
    Optimizer<T>(network.layout(), options).step(network, gradient.data(), 4);
    for (std::size_t k = 1; k <= 2; ++k) {
        for (std::size_t i = 0; i < network.theta(k).rows; ++i) {
            for (std::size_t j = network.theta(k).cols; j < network.theta(k).stride; ++j) {
                REQUIRE(network.theta(k)(i, j) == T(0));
            }
        }
    }
}

TEST_CASE("constant: the learning rate stays, and stalling ends the training") {
    Example<double> example(sgd(0.9, true));
    example.optimizer.epoch_ends(1000);
    CHECK(example.optimizer.learning_rate() == 0.1);
    CHECK(example.optimizer.stalled());
    CHECK(example.optimizer.learning_rate() == 0.1);
}

TEST_CASE("invscaling: learning_rate_init / (samples + 1)^power_t after an epoch") {
    OptimizerOptions options = sgd(0.9, true);
    options.learning_rate = LearningRate::invscaling;
    options.power_t = 0.5;
    Example<double> example(options);
    CHECK(example.optimizer.learning_rate() == 0.1);
    example.optimizer.epoch_ends(99);
    CHECK(example.optimizer.learning_rate() == doctest::Approx(0.01).epsilon(1e-15));
    example.optimizer.epoch_ends(9999);
    CHECK(example.optimizer.learning_rate() == doctest::Approx(0.001).epsilon(1e-15));
    CHECK(example.optimizer.stalled());
}

TEST_CASE("adaptive: a fifth of the learning rate at each stall, and an end below 1e-6") {
    OptimizerOptions options = sgd(0.9, true);
    options.learning_rate = LearningRate::adaptive;
    options.learning_rate_init = 1e-5;
    Example<double> example(options);
    example.optimizer.epoch_ends(1000);
    CHECK(example.optimizer.learning_rate() == 1e-5);
    CHECK_FALSE(example.optimizer.stalled());
    CHECK(example.optimizer.learning_rate() == doctest::Approx(2e-6).epsilon(1e-12));
    CHECK_FALSE(example.optimizer.stalled());
    CHECK(example.optimizer.learning_rate() == doctest::Approx(4e-7).epsilon(1e-12));
    CHECK(example.optimizer.stalled());
}

TEST_CASE("Adam knows no schedule") {
    for (const LearningRate schedule : {LearningRate::constant, LearningRate::invscaling, LearningRate::adaptive}) {
        OptimizerOptions options;
        options.learning_rate = schedule;
        Example<double> example(options);
        example.optimizer.epoch_ends(1000);
        CHECK(example.optimizer.stalled());
        CHECK(example.optimizer.learning_rate() == 0.001);
    }
}

}  // namespace
}  // namespace rosenblatt
