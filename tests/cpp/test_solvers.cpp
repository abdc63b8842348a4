// Each solver against its paper's algorithm, written out for one parameter at a time in double.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "random_network.hpp"
#include "rosenblatt/optimizer.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;

constexpr double eta = 0.02;
constexpr double alpha = 0.3;
constexpr double rows = 7;  // of a batch

// One parameter, and what its optimizer remembers of it. step(g, t) takes the gradient of the mean, t = 1, 2, ...
struct Parameter {
    double theta = 0;
    double m = 0;
    double v = 0;
};

// Kingma and Ba 2015, in the order of their section 2.
void adam(Parameter& p, double g, double t) {
    p.m = 0.9 * p.m + 0.1 * g;
    p.v = 0.999 * p.v + 0.001 * g * g;
    const double rate = eta * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t));
    p.theta -= rate * p.m / (std::sqrt(p.v) + 1e-8);
}

// Dozat 2016 as PyTorch has it: mu_t = beta_1 (1 - 0.96^(0.004 t) / 2), and the mean that looks a step ahead.
void nadam(Parameter& p, double g, double t) {
    const auto mu = [](double i) { return 0.9 * (1 - 0.5 * std::pow(0.96, 0.004 * i)); };
    double product = 1;
    for (int i = 1; i <= static_cast<int>(t); ++i) {
        product *= mu(i);
    }
    p.m = 0.9 * p.m + 0.1 * g;
    p.v = 0.999 * p.v + 0.001 * g * g;
    const double m_hat = mu(t + 1) * p.m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product);
    const double v_hat = p.v / (1 - std::pow(0.999, t));
    p.theta -= eta * m_hat / (std::sqrt(v_hat) + 1e-8);
}

void rmsprop(Parameter& p, double g, double /*t*/) {
    p.v = 0.95 * p.v + 0.05 * g * g;
    p.theta -= eta * g / (std::sqrt(p.v) + 1e-8);
}

void adagrad(Parameter& p, double g, double /*t*/) {
    p.v += g * g;
    p.theta -= eta * g / (std::sqrt(p.v) + 1e-8);
}

// Igel and Huesken 2003, figure 1 with section 3.2: m is the gradient before, v the step.
void rprop(Parameter& p, double g, double t) {
    p.v = t == 1 ? eta : p.v;
    if (p.m * g > 0) {
        p.v = std::min(1.2 * p.v, 50.0);
    } else if (p.m * g < 0) {
        p.v = std::max(0.5 * p.v, 1e-6);
        g = 0;
    }
    p.theta -= g > 0 ? p.v : g < 0 ? -p.v : 0;
    p.m = g;
}

struct Algorithm {
    Solver solver;
    void (*step)(Parameter& p, double g, double t);
};

const std::vector<Algorithm> algorithms{{Solver::adam, adam},
                                        {Solver::nadam, nadam},
                                        {Solver::rmsprop, rmsprop},
                                        {Solver::adagrad, adagrad},
                                        {Solver::rprop, rprop}};

OptimizerOptions options_of(Solver solver) {
    OptimizerOptions options;
    options.solver = solver;
    options.learning_rate_init = eta;
    options.alpha = alpha;
    options.rho = 0.95;
    return options;
}

// Two layers, with rows that have padding, and gradients for them that change from step to step. What is one step's
// gradient is a multiple of 1/8, so that both precisions have it exactly; now and then it is 0.
template <class T>
struct Training {
    Network<T> network{{3, 18, 2}, {Activation::tanh, Activation::linear}};
    AlignedBuffer<T> gradient{network.layout().size()};
    Dice dice{5};

    Training() { testing::set_random_parameters(network, dice); }
    [[nodiscard]] MatrixView<T> gradient_of(std::size_t k) { return layer_view(network.layout(), gradient.data(), k); }
    void draw_gradient() {
        for (std::size_t k = 1; k <= network.depth(); ++k) {
            const MatrixView<T> g = gradient_of(k);
            for (std::size_t i = 0; i < g.rows; ++i) {
                for (std::size_t j = 0; j < g.cols; ++j) {
                    g(i, j) = static_cast<T>(static_cast<double>(dice.integer(0, 160)) / 8 - 8);
                }
            }
        }
    }
    // f(k, i, j), for every parameter
    template <class F>
    void for_each(const F& f) const {
        for (std::size_t k = 1; k <= network.depth(); ++k) {
            for (std::size_t i = 0; i < network.theta(k).rows; ++i) {
                for (std::size_t j = 0; j < network.theta(k).cols; ++j) {
                    f(k, i, j);
                }
            }
        }
    }
};

TEST_CASE_TEMPLATE("fifty steps are those of the paper's algorithm", T, float, double) {
    constexpr double tolerance = sizeof(T) == sizeof(float) ? 1e-5 : 1e-12;
    for (const Algorithm& algorithm : algorithms) {
        Training<T> training;
        Network<T>& network = training.network;
        Optimizer<T> optimizer(network.layout(), options_of(algorithm.solver));
        std::vector<Parameter> parameters;
        training.for_each([&](std::size_t k, std::size_t i, std::size_t j) {
            parameters.push_back({static_cast<double>(network.theta(k)(i, j))});
        });
        for (int t = 1; t <= 50; ++t) {
            training.draw_gradient();
            double squares = 0;
            auto p = parameters.begin();
            training.for_each([&](std::size_t k, std::size_t i, std::size_t j) {
                const double decay = i == 0 ? 0 : alpha / rows;
                squares += i == 0 ? 0 : p->theta * p->theta;
                algorithm.step(*p, static_cast<double>(training.gradient_of(k)(i, j)) / rows + decay * p->theta, t);
                ++p;
            });
            const double penalty = optimizer.step(network, training.gradient.data(), rows);
            CHECK(penalty == doctest::Approx(alpha / 2 * squares / rows).epsilon(tolerance));
        }
        CAPTURE(static_cast<int>(algorithm.solver));
        CHECK(optimizer.steps() == 50);
        auto p = parameters.begin();
        training.for_each([&](std::size_t k, std::size_t i, std::size_t j) {
            REQUIRE(static_cast<double>(network.theta(k)(i, j)) == doctest::Approx(p->theta).epsilon(tolerance));
            ++p;
        });
        for (std::size_t k = 1; k <= 2; ++k) {  // padding stays zero
            const MatrixView<T> theta = network.theta(k);
            for (std::size_t i = 0; i < theta.rows; ++i) {
                REQUIRE(
                    std::all_of(theta.row(i) + theta.cols, theta.row(i) + theta.stride, [](T x) { return x == T(0); }));
            }
        }
    }
}

TEST_CASE_TEMPLATE("a restored state goes on to the bit, in the same optimizer and in another one", T, float, double) {
    for (const Solver solver :
         {Solver::sgd, Solver::adam, Solver::nadam, Solver::rmsprop, Solver::adagrad, Solver::rprop}) {
        Training<T> training;
        Network<T>& network = training.network;
        const auto train = [&](Optimizer<T>& optimizer) {
            training.dice = Dice(9);
            for (int t = 0; t < 20; ++t) {
                training.draw_gradient();
                optimizer.step(network, training.gradient.data(), rows);
            }
            return std::vector<T>(network.parameters().data(),
                                  network.parameters().data() + network.parameters().size());
        };
        Optimizer<T> optimizer(network.layout(), options_of(solver));
        train(optimizer);
        typename Optimizer<T>::State state = optimizer.unwritten_state();
        optimizer.save(state);
        const AlignedBuffer<T> before = network.parameters();
        const std::vector<T> wanted = train(optimizer);

        network.parameters().copy_from(before);
        optimizer.restore(state);
        CHECK(train(optimizer) == wanted);

        network.parameters().copy_from(before);
        Optimizer<T> other(network.layout(), options_of(solver));
        other.restore(state);
        CHECK(other.steps() == 20);
        CHECK(train(other) == wanted);
    }
}

TEST_CASE("NAdam goes on after as many steps as a restored state says, also where the product of momenta vanishes") {
    OptimizerOptions options = options_of(Solver::nadam);
    options.beta_1 = 0.5;
    Training<double> training;
    Optimizer<double> optimizer(training.network.layout(), options);
    optimizer.restore(1e15, eta);  // would take weeks, were every factor multiplied
    training.draw_gradient();
    optimizer.step(training.network, training.gradient.data(), rows);
    CHECK(std::isfinite(training.network.theta(1)(1, 1)));
}

TEST_CASE("which solvers keep two numbers for each parameter") {
    const Layout layout({2, 1}, {Activation::linear}, sizeof(double));
    for (const Solver solver : {Solver::sgd, Solver::rmsprop, Solver::adagrad}) {
        CHECK_FALSE(Optimizer<double>(layout, options_of(solver)).has_second());
    }
    for (const Solver solver : {Solver::adam, Solver::nadam, Solver::rprop}) {
        CHECK(Optimizer<double>(layout, options_of(solver)).has_second());
    }
}

TEST_CASE("the learning rate can be set for the next step, and only Rprop has steps of its own") {
    for (const Solver solver : {Solver::sgd, Solver::adam, Solver::nadam, Solver::rmsprop, Solver::adagrad}) {
        Training<double> training;
        training.draw_gradient();
        Optimizer<double> optimizer(training.network.layout(), options_of(solver));
        const AlignedBuffer<double> before = training.network.parameters();
        optimizer.set_learning_rate(0);
        CHECK(optimizer.learning_rate() == 0);
        optimizer.step(training.network, training.gradient.data(), rows);
        CHECK(std::equal(before.data(), before.data() + before.size(), training.network.parameters().data()));
        optimizer.set_learning_rate(1);
        optimizer.step(training.network, training.gradient.data(), rows);
        CHECK_FALSE(std::equal(before.data(), before.data() + before.size(), training.network.parameters().data()));
    }
    Training<double> training;
    training.draw_gradient();
    const double before = training.network.theta(1)(0, 0);
    training.gradient_of(1)(0, 0) = -1;
    Optimizer<double> optimizer(training.network.layout(), options_of(Solver::rprop));
    optimizer.set_learning_rate(0);
    optimizer.step(training.network, training.gradient.data(), rows);
    CHECK(training.network.theta(1)(0, 0) == before + eta);
}

TEST_CASE_TEMPLATE("Rprop: steps stay between 1e-6 and 50", T, float, double) {
    Network<T> network({1, 1}, {Activation::linear});
    OptimizerOptions options = options_of(Solver::rprop);
    options.alpha = 0;
    Optimizer<T> optimizer(network.layout(), options);
    AlignedBuffer<T> gradient(network.layout().size());
    for (int t = 0; t < 100; ++t) {
        const auto sign = static_cast<T>(t % 2 == 0 ? 1 : -1);
        gradient.data()[0] = T(1e-30);  // the same sign, too small to be multiplied in float32
        gradient.data()[network.layout().layers()[0].stride] = sign;  // another sign each time: every second counts
        optimizer.step(network, gradient.data(), 1);
    }
    CHECK(optimizer.second(1)(0, 0) == T(50));
    CHECK(optimizer.second(1)(1, 0) == T(1e-6));
}

}  // namespace
}  // namespace rosenblatt
