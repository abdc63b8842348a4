// Penalties, weight decay, clipping and max-norm beside a solver.
#include "rosenblatt/regularisation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "matrix_values.hpp"
#include "random_network.hpp"
#include "rosenblatt/optimizer.hpp"

namespace rosenblatt {
namespace {

using testing::assign;
using testing::check_close;
using testing::Dice;

constexpr std::size_t l = 1;

// SGD without momentum at eta 0.1: theta = [b; W] of one layer, and a batch of two rows whose gradients sum to g.
template <class T>
struct Example {
    Network<T> network{{2, 2}, {Activation::linear}};
    AlignedBuffer<T> gradient{network.layout().size()};
    OptimizerOptions options;

    Example() {
        options.solver = Solver::sgd;
        options.learning_rate_init = 0.1;
        options.momentum = 0;
        options.alpha = 0;
        assign(network.theta(l), {{0.5, -3}, {2, 0}, {-4, 1}});
        assign(layer_view(network.layout(), gradient.data(), l), {{0.4, -8}, {0.8, 2}, {-0.4, 0}});
    }
    double step() { return Optimizer<T>(network.layout(), options).step(network, gradient.data(), 2); }
};

template <class T>
constexpr double tolerance = sizeof(T) == sizeof(float) ? 1e-6 : 1e-14;

TEST_CASE_TEMPLATE("l1: alpha sign(w) / rows, nothing at 0, and none for a bias", T, float, double) {
    Example<T> example;
    example.options.alpha = 0.4;
    example.options.l1_ratio = 1;
    CHECK(example.step() == doctest::Approx(0.4 * (2 + 0 + 4 + 1) / 2).epsilon(tolerance<T>));
    // Mean gradients of W {0.4, 1}, {-0.2, 0} and penalties {0.2, 0}, {-0.2, 0.2}
    check_close(example.network.theta(l), {{0.48, -2.6}, {2 - 0.06, -0.1}, {-4 + 0.04, 1 - 0.02}}, tolerance<T>);
}

TEST_CASE_TEMPLATE("elastic net: both penalties by their shares", T, float, double) {
    Example<T> example;
    example.options.alpha = 0.4;
    example.options.l1_ratio = 0.25;
    CHECK(example.step() == doctest::Approx(0.4 / 2 * (0.25 * 7 + 0.75 / 2 * 21)).epsilon(tolerance<T>));
    // Penalties: 0.05 sign(w) + 0.15 w
    check_close(example.network.theta(l),
                {{0.48, -2.6}, {2 - 0.1 * (0.4 + 0.35), -0.1}, {-4 + 0.1 * (0.2 + 0.65), 1 - 0.1 * 0.2}}, tolerance<T>);
}

TEST_CASE_TEMPLATE("a share of 0 with another regularisation is the L2 penalty", T, float, double) {
    Example<T> fused;
    fused.options.alpha = 0.4;
    Example<T> prepared = fused;
    prepared.options.clip_value = 100;  // clips nothing, but has the gradient prepared
    CHECK(prepared.step() == doctest::Approx(fused.step()).epsilon(tolerance<T>));
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 2; ++j) {
            CHECK(prepared.network.theta(l)(i, j) ==
                  doctest::Approx(static_cast<double>(fused.network.theta(l)(i, j))).epsilon(tolerance<T>));
        }
    }
}

TEST_CASE_TEMPLATE("weight decay: (1 - rate decay)^t where the gradient is zero, and no bias", T, float, double) {
    for (const Solver solver :
         {Solver::sgd, Solver::adam, Solver::nadam, Solver::rmsprop, Solver::adagrad, Solver::rprop}) {
        Example<T> example;
        example.options.solver = solver;
        example.options.weight_decay = 0.5;
        example.gradient.fill(T(0));
        Optimizer<T> optimizer(example.network.layout(), example.options);
        for (int t = 0; t < 10; ++t) {
            CHECK(optimizer.step(example.network, example.gradient.data(), 2) == 0);  // no part of the loss
        }
        const double kept = std::pow(1 - 0.1 * 0.5, 10);
        check_close(example.network.theta(l), {{0.5, -3}, {2 * kept, 0}, {-4 * kept, kept}}, tolerance<T>);
    }
}

TEST_CASE("weight decay takes the learning rate without Adam's corrections, and the penalty the weights before it") {
    Example<double> example;
    example.options.solver = Solver::adam;
    example.options.epsilon = 1e-300;
    example.options.alpha = 0.4;
    example.options.weight_decay = 0.5;
    CHECK(example.step() == doctest::Approx(0.4 / 2 * 21 / 2).epsilon(1e-15));
    // The first step of Adam is the learning rate, in the direction of the gradient's sign; 1 - 0.1 * 0.5 of W is kept.
    check_close(example.network.theta(l), {{0.4, -2.9}, {1.9 - 0.1, -0.1}, {-3.8 + 0.1, 0.95 - 0.1}}, 1e-14);
}

TEST_CASE_TEMPLATE("clip_value cuts off each element of the mean gradient, before the penalty", T, float, double) {
    Example<T> example;
    example.options.clip_value = 0.3;
    example.options.alpha = 0.4;
    example.step();
    // Means {0.2, -4}, {0.4, 1}, {-0.2, 0}; penalties 0.2 w
    check_close(example.network.theta(l), {{0.48, -2.97}, {2 - 0.07, -0.03}, {-4 + 0.1, 1 - 0.02}}, tolerance<T>);
}

TEST_CASE_TEMPLATE("clip_norm brings the norm of the whole gradient down to the limit, and leaves it below", T, float,
                   double) {
    Example<T> example;
    const AlignedBuffer<T> before = example.network.parameters();
    example.options.clip_norm = 0.7;
    example.step();
    double squares = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const double moved =
            static_cast<double>(before.data()[i]) - static_cast<double>(example.network.parameters().data()[i]);
        squares += moved * moved;
    }
    CHECK(std::sqrt(squares) / 0.1 == doctest::Approx(0.7).epsilon(1e-5));

    Example<T> large;
    Example<T> unlimited;
    large.options.clip_norm = 1000;
    unlimited.options.clip_value = 1000;
    large.step();
    unlimited.step();
    for (std::size_t i = 0; i < before.size(); ++i) {
        REQUIRE(large.network.parameters().data()[i] == unlimited.network.parameters().data()[i]);
    }
}

TEST_CASE("of both limits, clip_value comes first") {
    Example<double> example;
    example.options.clip_value = 0.4;
    example.options.clip_norm = 0.3;
    example.step();
    // {0.2, -0.4}, {0.4, 0.4}, {-0.2, 0} have the norm sqrt(0.56).
    const double factor = 0.1 * 0.3 / std::sqrt(0.56);
    check_close(example.network.theta(l),
                {{0.5 - 0.2 * factor, -3 + 0.4 * factor}, {2 - 0.4 * factor, -0.4 * factor}, {-4 + 0.2 * factor, 1}},
                1e-14);
}

TEST_CASE_TEMPLATE("a gradient too large to be squared is clipped, and one that is no number stays none", T, float,
                   double) {
    Example<T> example;
    const T huge = sizeof(T) == sizeof(float) ? T(1e30) : T(1e150);
    example.gradient.fill(T(0));
    example.gradient.data()[0] = huge;
    example.options.clip_norm = 1;
    example.step();
    CHECK(example.network.theta(l)(0, 0) == doctest::Approx(0.4).epsilon(1e-6));

    Example<T> broken;
    broken.options.clip_norm = 1;
    broken.options.clip_value = 1;
    broken.gradient.data()[0] = std::numeric_limits<T>::quiet_NaN();
    broken.step();
    CHECK(std::isnan(broken.network.theta(l)(0, 0)));
}

TEST_CASE_TEMPLATE("max_norm: columns of W above it are scaled down, the others stay to the bit", T, float, double) {
    Network<T> network({40, 37, 3}, {Activation::tanh, Activation::linear});
    Dice dice(8);
    testing::set_random_parameters(network, dice);
    for (std::size_t j = 0; j < 37; j += 3) {
        for (std::size_t i = 0; i <= 40; ++i) {
            network.theta(1)(i, j) *= T(5);
        }
    }
    const AlignedBuffer<T> before = network.parameters();
    AlignedBuffer<T> gradient(network.layout().size());
    OptimizerOptions options;
    options.solver = Solver::sgd;
    options.alpha = 0;
    options.max_norm = 2;
    Optimizer<T>(network.layout(), options).step(network, gradient.data(), 1);
    std::size_t scaled = 0;
    for (std::size_t k = 1; k <= 2; ++k) {
        const MatrixView<const T> old = layer_view(network.layout(), before.data(), k);
        const MatrixView<T> now = network.theta(k);
        for (std::size_t j = 0; j < now.cols; ++j) {
            double squares = 0;
            for (std::size_t i = 1; i < now.rows; ++i) {
                squares += static_cast<double>(old(i, j)) * static_cast<double>(old(i, j));
            }
            const double factor = std::sqrt(squares) > 2 ? 2 / std::sqrt(squares) : 1;
            scaled += factor < 1 ? 1 : 0;
            CHECK(now(0, j) == old(0, j));
            for (std::size_t i = 1; i < now.rows; ++i) {
                if (factor == 1) {
                    REQUIRE(now(i, j) == old(i, j));
                } else {
                    REQUIRE(static_cast<double>(now(i, j)) ==
                            doctest::Approx(factor * static_cast<double>(old(i, j))).epsilon(1e-6));
                }
            }
        }
    }
    CHECK(scaled >= 13);
    CHECK(scaled < 40);
}

TEST_CASE("a training that goes on may change all of it") {
    Example<double> example;
    Optimizer<double> optimizer(example.network.layout(), example.options);
    CHECK_FALSE(optimizer.clips_norm());
    CHECK_FALSE(optimizer.limits_norms());
    Regularisation with;
    with.alpha = 0;
    with.clip_norm = 1;
    with.max_norm = 0.5;
    optimizer.regularise(with);
    CHECK(optimizer.clips_norm());
    CHECK(optimizer.limits_norms());
    optimizer.step(example.network, example.gradient.data(), 2);
    const MatrixView<double> theta = example.network.theta(l);
    CHECK(std::hypot(theta(1, 0), theta(2, 0)) == doctest::Approx(0.5).epsilon(1e-14));
}

}  // namespace
}  // namespace rosenblatt
