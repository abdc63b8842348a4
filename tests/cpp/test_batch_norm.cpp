// Batch normalisation: the gradient of a step is right, the result is the same, bit by bit, for a team of any size, and
// the folded network is the normalised one.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "finite_differences.hpp"
#include "random_network.hpp"
#include "rosenblatt/batch_norm.hpp"
#include "rosenblatt/training_step.hpp"
#include "training_run.hpp"
#include "wide_table.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;
using testing::parameters;
using Numbers = std::vector<double>;

// A network, what it is normalised by, and a batch for it.
struct Task {
    Loss loss;
    std::size_t rows;
    Network<double> plain;
    Optimizer<double> optimizer;
    Numbers x;
    Numbers y;
    Numbers weights;
    Noise noise;
    std::vector<std::int64_t> index;
    BatchNorm<double> batch_norm;

    Task(const testing::Architecture& of, Dice& dice)
        : loss(of.loss),
          rows(of.batch),
          plain(random_network(of, dice)),
          optimizer(plain.layout(), {}),
          x(rows * of.sizes.front()),
          y(rows * of.sizes.back()),
          index(rows),
          batch_norm(plain, optimizer) {
        dice.fill(x.data(), x.size());
        for (std::size_t i = 0; i < rows; ++i) {
            const std::size_t label = dice.integer(0, of.sizes.back() - 1);
            for (std::size_t j = 0; j < of.sizes.back(); ++j) {
                y[i * of.sizes.back() + j] = testing::random_target(loss, j == label, dice);
            }
        }
        std::iota(index.begin(), index.end(), 0);
        dice.fill(batch_norm.scales());
        noise.seed = 7;
    }
    static Network<double> random_network(const testing::Architecture& of, Dice& dice) {
        Network<double> network(of.sizes, of.activations);
        testing::set_random_parameters(network, dice);
        return network;
    }
    static Rows as_rows(const Numbers& values, std::size_t rows) {
        const std::size_t cols = values.size() / rows;
        return {values.data(), Element::float64, rows, cols, static_cast<std::ptrdiff_t>(cols)};
    }

    // The loss of all rows, a chunk after the other, and the gradients that a step would move along.
    double pass(Numbers* gradient = nullptr, Numbers* scales_gradient = nullptr) {
        Team team(1);
        TrainingStep<double> step(batch_norm.network(), rows, team, as_rows(x, rows), {}, true, noise, &batch_norm);
        double sum = 0;
        for (std::size_t begin = 0; begin < rows; begin += step.chunk()) {
            const std::size_t count = std::min(step.chunk(), rows - begin);
            sum += step.pass(batch_norm.network(), {{}, as_rows(y, rows), weights},
                             std::span(index).subspan(begin, count), loss);
            step.accumulate(batch_norm.network());
        }
        if (gradient != nullptr) {
            gradient->assign(step.gradient(), step.gradient() + plain.parameters().size());
            const AlignedBuffer<double>& of_scales = step.scales_gradient();
            scales_gradient->assign(of_scales.data(), of_scales.data() + of_scales.size());
        }
        return sum;
    }

    void check_gradient(std::size_t every = 1) {
        Numbers gradient;
        Numbers scales_gradient;
        pass(&gradient, &scales_gradient);
        double largest = 0;
        for (const Numbers& some : {gradient, scales_gradient}) {
            for (const double g : some) {
                largest = std::max(largest, std::abs(g));
            }
        }
        // A small step: where rows are nearly the same, the normalisation makes a large one of it, over kinks.
        const auto check = [&](double& parameter, double g) {
            const double expected = testing::central_difference(parameter, [&] { return pass(); }, 1e-6);
            CAPTURE(expected);
            CAPTURE(g);
            CHECK(std::abs(g - expected) <= 1e-7 * std::max({std::abs(expected), largest, 1e-2}));
        };
        std::size_t number = 0;
        for (std::size_t k = 1; k <= plain.depth(); ++k) {
            const MatrixView<double> theta = batch_norm.network().theta(k);
            const MatrixView<double> of_theta = layer_view(plain.layout(), gradient.data(), k);
            for (std::size_t i = 0; i < theta.rows; ++i) {
                for (std::size_t j = 0; j < theta.cols; ++j) {
                    if (k < plain.depth() && i == 0) {  // beta is there instead
                        CHECK(theta(i, j) == 0);
                        CHECK(of_theta(i, j) == 0);
                    } else if (number++ % every == 0) {
                        CAPTURE(k);
                        check(theta(i, j), of_theta(i, j));
                    }
                }
            }
        }
        const MatrixView<double> scales = batch_norm.scales();
        const MatrixView<double> of_scales = layer_view(batch_norm.scales_layout(), scales_gradient.data(), 1);
        for (std::size_t i = 0; i < 2; ++i) {
            for (std::size_t j = 0; j < scales.cols; ++j) {
                if (number++ % every == 0) {
                    CAPTURE(i);
                    check(scales(i, j), of_scales(i, j));
                }
            }
        }
    }
};

TEST_CASE("the gradient of a step is the derivative of its loss, by W, b, beta and gamma") {
    Dice dice(11);
    for (int i = 0; i < 60; ++i) {
        testing::Architecture of = testing::random_architecture(dice);
        if (of.activations.size() == 1) {
            continue;
        }
        of.batch += 3;  // of two rows, normalised ones are hardly more than +-1
        CAPTURE(i);
        Task task(of, dice);
        if (i % 3 == 1) {
            task.weights.resize(of.batch);
            dice.fill(task.weights.data(), of.batch, 0, 3);
        }
        if (i % 4 == 1) {
            task.noise.dropout.assign(of.activations.size() - 1, 0.3);
        }
        task.check_gradient(7);
    }
}

TEST_CASE("every hidden activation has its gradient behind the normalisation") {
    Dice dice(12);
    for (const Activation f : {Activation::linear, Activation::sigmoid, Activation::tanh, Activation::relu,
                               Activation::softmax, Activation::leaky_relu, Activation::elu, Activation::selu,
                               Activation::gelu, Activation::silu, Activation::softplus, Activation::softsign,
                               Activation::hard_sigmoid, Activation::sin, Activation::radial_basis}) {
        CAPTURE(name(f));
        Task task({{3, 5, 1, 4, 2}, {f, Activation::tanh, f, Activation::linear}, Loss::half_squared_error, 6}, dice);
        task.check_gradient();
    }
}

TEST_CASE("the gradient of a batch of several chunks is that of the sum of their losses") {
    Dice dice(13);
    Task task({{3, 4, 3, 2}, {Activation::tanh, Activation::sigmoid, Activation::linear}, Loss::squared_error, 1500},
              dice);
    task.check_gradient();
}

TEST_CASE("of one row, n is beta, no W of a hidden layer learns, and the moving averages stay") {
    Dice dice(14);
    Task task({{3, 4, 2}, {Activation::linear, Activation::linear}, Loss::squared_error, 1}, dice);
    Numbers gradient;
    Numbers scales_gradient;
    double expected = 0;
    const MatrixView<double> theta = task.batch_norm.network().theta(2);
    for (std::size_t j = 0; j < 2; ++j) {
        double a = theta(0, j);
        for (std::size_t m = 0; m < 4; ++m) {
            a += task.batch_norm.scales()(0, m) * theta(m + 1, j);
        }
        expected += (task.y[j] - a) * (task.y[j] - a);
    }
    CHECK(task.pass(&gradient, &scales_gradient) == doctest::Approx(expected).epsilon(1e-14));
    const Layer& first = task.plain.layout().layers()[0];
    CHECK(std::all_of(gradient.begin(), gradient.begin() + static_cast<std::ptrdiff_t>(first.size()),
                      [](double g) { return g == 0; }));
    CHECK_FALSE(task.batch_norm.has_statistics());
    CHECK(task.batch_norm.mean()[0] == 0);
}

TEST_CASE_TEMPLATE("folded before any chunk, it is the network that it began with, bit by bit", T, float, double) {
    Network<T> network({5, 7, 6, 2}, {Activation::tanh, Activation::relu, Activation::linear});
    Dice dice(15);
    testing::set_random_parameters(network, dice);
    const std::vector<T> before = parameters(network);
    const BatchNorm<T> batch_norm(network, Optimizer<T>(network.layout(), {}));
    CHECK(batch_norm.is_folded_in(network));
    batch_norm.fold(network);
    CHECK(parameters(network) == before);
    network.theta(1)(0, 0) += 1;
    CHECK_FALSE(batch_norm.is_folded_in(network));
}

TEST_CASE("the folded network is the normalised one with the moving averages, to rounding") {
    Dice dice(16);
    Task task({{5, 7, 6, 2}, {Activation::tanh, Activation::relu, Activation::linear}, Loss::squared_error, 20}, dice);
    BatchNorm<double>& batch_norm = task.batch_norm;
    Numbers mean(13);
    Numbers variance(13);
    for (int pass = 0; pass < 3; ++pass) {
        dice.fill(task.x.data(), task.x.size(), -2, 3);
        task.pass();
        // Of the first layer, here by hand: mu and sigma^2 with Bessel's correction, and their moving averages.
        const MatrixView<double> theta = batch_norm.network().theta(1);
        for (std::size_t j = 0; j < 7; ++j) {
            Numbers h(20);
            for (std::size_t i = 0; i < 20; ++i) {
                for (std::size_t m = 0; m < 5; ++m) {
                    h[i] += task.x[i * 5 + m] * theta(m + 1, j);
                }
            }
            const double mu = std::accumulate(h.begin(), h.end(), 0.0) / 20;
            double squares = 0;
            for (const double value : h) {
                squares += (value - mu) * (value - mu);
            }
            const double share = pass == 0 ? 1 : 0.1;
            mean[j] += share * (mu - mean[j]);
            variance[j] += share * (squares / 19 - variance[j]);
            CHECK(batch_norm.mean()[j] == doctest::Approx(mean[j]).epsilon(1e-12));
            CHECK(batch_norm.variance()[j] == doctest::Approx(variance[j]).epsilon(1e-12));
        }
    }
    Network<double> folded = task.plain;
    batch_norm.fold(folded);
    CHECK(batch_norm.is_folded_in(folded));
    Workspace<double> workspace(folded.layout(), 20, Keep::outputs);
    std::copy(task.x.begin(), task.x.begin() + 5, workspace.a(0).row(0));
    folded.forward(workspace, 1);
    Numbers a(task.x.begin(), task.x.begin() + 5);
    for (std::size_t k = 1; k <= 3; ++k) {
        const MatrixView<double> theta = batch_norm.network().theta(k);
        Numbers next(theta.cols);
        for (std::size_t j = 0; j < theta.cols; ++j) {
            double n = theta(0, j);
            for (std::size_t m = 0; m < a.size(); ++m) {
                n += a[m] * theta(m + 1, j);
            }
            if (k < 3) {
                const std::size_t i = batch_norm.column(k) + j;
                n = batch_norm.scales()(1, i) * (n - batch_norm.mean()[i]) /
                        std::sqrt(batch_norm.variance()[i] + BatchNorm<double>::epsilon) +
                    batch_norm.scales()(0, i);
                n = k == 1 ? std::tanh(n) : std::max(n, 0.0);
            }
            next[j] = n;
        }
        a = next;
    }
    CHECK(workspace.a(3)(0, 0) == doctest::Approx(a[0]).epsilon(1e-12));
    CHECK(workspace.a(3)(0, 1) == doctest::Approx(a[1]).epsilon(1e-12));
}

// The folded parameters after some steps of a wide network: so many batches of more than one chunk, too.
template <class T>
std::vector<T> trained(std::size_t threads, std::size_t batch, bool is_sparse = false, std::vector<Way> ways = {},
                       const OptimizerOptions& options = {}) {
    Dice dice(3);
    const testing::WideTable<T> table(dice);
    Network<T> network = table.network(dice);
    Optimizer<T> optimizer(network.layout(), options);
    BatchNorm<T> batch_norm(network, optimizer);
    Team team(threads);
    Noise noise;
    noise.dropout = {0.2, 0.1};
    TrainingStep<T> step(batch_norm.network(), batch, team, table.rows(is_sparse), std::move(ways),
                         optimizer.clips_norm(), noise, &batch_norm);
    table.epoch(step, batch_norm.network(), optimizer, batch);
    batch_norm.fold(network);
    CHECK(std::all_of(network.parameters().data(), network.parameters().data() + network.parameters().size(),
                      [](T parameter) { return std::isfinite(parameter); }));
    return parameters(network);
}

TEST_CASE_TEMPLATE("a training is the same for teams of 1 to 4, and all ways of working together", T, float, double) {
    for (const std::size_t batch : {33U, 200U, 2500U}) {
        CAPTURE(batch);
        const std::vector<T> alone = trained<T>(1, batch);
        for (const std::size_t threads : {2U, 3U, 4U}) {
            CHECK(trained<T>(threads, batch) == alone);
        }
    }
    const std::vector<T> alone = trained<T>(1, 100, true);
    for (const std::size_t threads : {2U, 3U, 4U}) {
        CHECK(trained<T>(threads, 100, true) == alone);
    }
    OptimizerOptions options;
    options.solver = Solver::nadam;
    options.clip_norm = 0.1;
    options.max_norm = 1;
    CHECK(trained<T>(3, 200, false, {}, options) == trained<T>(1, 200, false, {}, options));
    CHECK(trained<T>(3, 50, false, {Way::by_inputs}) == trained<T>(3, 50, false, {Way::alone}));
}

TEST_CASE("sparse rows are learned from as the same dense ones are") {
    const std::vector<double> sparse = trained<double>(1, 100, true);
    const std::vector<double> dense = trained<double>(1, 100, false);
    for (std::size_t i = 0; i < sparse.size(); ++i) {
        CHECK(sparse[i] == doctest::Approx(dense[i]).epsilon(1e-8));
    }
}

TEST_CASE("clip_norm is the most of the norm of both gradients together") {
    Dice dice(17);
    Task task({{3, 4, 2}, {Activation::tanh, Activation::linear}, Loss::squared_error, 9}, dice);
    OptimizerOptions options;
    options.solver = Solver::sgd;
    options.momentum = 0;
    options.learning_rate_init = 1;
    options.alpha = 0;
    options.clip_norm = 0.01;
    Optimizer<double> optimizer(task.plain.layout(), options);
    BatchNorm<double> batch_norm(task.plain, optimizer);
    BatchNorm<double> before = batch_norm;
    Team team(1);
    TrainingStep<double> step(batch_norm.network(), 9, team, Task::as_rows(task.x, 9), {}, true, {}, &batch_norm);
    step.pass(batch_norm.network(), {{}, Task::as_rows(task.y, 9)}, task.index, task.loss);
    step.update(batch_norm.network(), optimizer, 9, 9);
    double squares = 0;
    for (std::size_t k = 1; k <= 2; ++k) {
        const MatrixView<double> theta = batch_norm.network().theta(k);
        for (std::size_t i = 0; i < theta.rows; ++i) {
            for (std::size_t j = 0; j < theta.cols; ++j) {
                squares += std::pow(theta(i, j) - before.network().theta(k)(i, j), 2);
            }
        }
    }
    for (std::size_t j = 0; j < 4; ++j) {
        squares += std::pow(batch_norm.scales()(0, j) - before.scales()(0, j), 2);
        squares += std::pow(batch_norm.scales()(1, j) - before.scales()(1, j), 2);
        CHECK(batch_norm.scales()(1, j) != before.scales()(1, j));
    }
    CHECK(std::sqrt(squares) == doctest::Approx(0.01).epsilon(1e-10));
}

TEST_CASE("a network without hidden layers has nothing to be normalised") {
    const Network<double> network({3, 2}, {Activation::linear});
    const Optimizer<double> optimizer(network.layout(), {});
    CHECK_THROWS_AS(BatchNorm<double>(network, optimizer), std::invalid_argument);
}

}  // namespace
}  // namespace rosenblatt
