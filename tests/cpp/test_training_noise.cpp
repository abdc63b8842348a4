// Training with dropout and noise: the step is that of a network with these masks, its gradient is right, and the
// result is the same, bit by bit, for a team of any size.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "finite_differences.hpp"
#include "random_network.hpp"
#include "rosenblatt/trainer.hpp"
#include "rosenblatt/training_step.hpp"
#include "training_run.hpp"
#include "wide_table.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;
using testing::parameters;
using Numbers = std::vector<double>;

constexpr std::size_t rows = 12;

Noise all_noise() {
    Noise noise;
    noise.input_noise = 0.2;
    noise.input_dropout = 0.3;
    noise.dropout = {0.5, 0.25};
    noise.seed = 9;
    return noise;
}

// A network of two hidden layers and a batch for it; the last activation and the loss fit each other.
struct Task {
    Network<double> network;
    Numbers x = Numbers(rows * 5);
    Numbers y = Numbers(rows * 2);
    std::vector<std::int64_t> index = std::vector<std::int64_t>(rows);

    explicit Task(Activation hidden) : network({5, 7, 6, 2}, {hidden, hidden, Activation::tanh}) {
        Dice dice(1);
        testing::set_random_parameters(network, dice);
        dice.fill(x.data(), x.size());
        dice.fill(y.data(), y.size());
        std::iota(index.begin(), index.end(), 0);
    }
    [[nodiscard]] Rows data() const { return {x.data(), Element::float64, rows, 5, 5}; }
    [[nodiscard]] Targets targets() const { return {{}, {y.data(), Element::float64, rows, 2, 2}}; }

    // The loss of a step with this noise, and the gradient that it would move along.
    double loss(const Noise& noise, Numbers* gradient = nullptr) {
        Team team(1);
        TrainingStep<double> step(network, rows, team, data(), {}, true, noise);
        const double loss = step.pass(network, targets(), index, Loss::squared_error);
        if (gradient != nullptr) {
            step.accumulate(network);
            gradient->assign(step.gradient(), step.gradient() + network.parameters().size());
        }
        return loss;
    }
};

// out = in o m of layer k, of which `noise` knows the masks.
Numbers dropped(const Noise& noise, std::size_t k, const Numbers& in, std::size_t cols) {
    const Layout layout({5, 7, 6, 2}, {Activation::tanh, Activation::tanh, Activation::tanh}, sizeof(double));
    Workspace<double> workspace(layout, rows, Keep::sensitivities, {}, 0, noise);
    const MatrixView<double> a = workspace.a(k);
    for (std::size_t i = 0; i < in.size(); ++i) {
        a(i / cols, i % cols) = in[i];
    }
    if (k == 0) {
        disturb_input(workspace, 0, rows);
    }
    const MatrixView<double> from = k == 0 ? a : passed_on(workspace, k, 0, rows);
    Numbers out(in.size());
    for (std::size_t i = 0; i < in.size(); ++i) {
        out[i] = from(i / cols, i % cols);
    }
    return out;
}

TEST_CASE("the loss of a step is that of the network with its masks between the layers") {
    Task task(Activation::sigmoid);
    const Noise noise = all_noise();
    Numbers a = dropped(noise, 0, task.x, 5);
    for (std::size_t k = 1; k <= 3; ++k) {
        const MatrixView<const double> theta = std::as_const(task.network).theta(k);
        Numbers next(rows * theta.cols);
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < theta.cols; ++j) {
                double n = theta(0, j);
                for (std::size_t m = 0; m + 1 < theta.rows; ++m) {
                    n += a[i * (theta.rows - 1) + m] * theta(m + 1, j);
                }
                next[i * theta.cols + j] = k < 3 ? 1 / (1 + std::exp(-n)) : std::tanh(n);
            }
        }
        a = k < 3 ? dropped(noise, k, next, theta.cols) : next;
    }
    double expected = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        expected += (task.y[i] - a[i]) * (task.y[i] - a[i]);
    }
    CHECK(task.loss(noise) == doctest::Approx(expected).epsilon(1e-13));
    CHECK(task.loss(noise) != doctest::Approx(task.loss({})).epsilon(1e-3));
}

TEST_CASE("the gradient of a step is the derivative of its loss, the masks held fast") {
    for (const Activation hidden :
         {Activation::sigmoid, Activation::tanh, Activation::relu, Activation::linear, Activation::softmax}) {
        Task task(hidden);
        Numbers gradient;
        task.loss(all_noise(), &gradient);
        for (std::size_t k = 1; k <= 3; ++k) {
            const MatrixView<double> theta = task.network.theta(k);
            for (std::size_t i = 0; i < theta.rows; ++i) {
                for (std::size_t j = 0; j < theta.cols; ++j) {
                    CAPTURE(k);
                    CAPTURE(i);
                    CAPTURE(j);
                    const double expected =
                        testing::central_difference(theta(i, j), [&] { return task.loss(all_noise()); });
                    const auto at = static_cast<std::size_t>(&theta(i, j) - task.network.parameters().data());
                    CHECK(gradient[at] == doctest::Approx(expected).epsilon(1e-7));
                }
            }
        }
    }
}

TEST_CASE("over many masks, the mean of what a linear network answers is what it answers without dropout") {
    // E a o m = a, and so on through linear layers; with y = 0 the loss is the square, whose mean is larger.
    Task task(Activation::linear);
    Noise noise;
    noise.dropout = {0.5, 0.5};
    const Layout& layout = task.network.layout();
    Workspace<double> workspace(layout, rows, Keep::sensitivities, task.data(), 0, noise);
    workspace.read_in_place(task.data(), task.index);
    Workspace<double> plain(layout, rows, Keep::everything, task.data());
    plain.read_in_place(task.data(), task.index);
    task.network.forward(plain, rows);
    constexpr std::size_t masks = 20'000;
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < masks; ++i) {
        workspace.set_row_number(i * rows);
        task.network.forward(workspace, rows);
        const double n = std::atanh(workspace.a(3)(2, 1));
        sum += n / masks;
        squares += n * n / masks;
    }
    const double deviation = std::sqrt((squares - sum * sum) / masks);
    CHECK(deviation > 0);
    CHECK(std::abs(sum - plain.n(3)(2, 1)) < 4 * deviation);
}

// The parameters after some epochs of a wide network: so many batches of more than one chunk, too.
template <class T>
std::vector<T> trained(const Noise& noise, std::size_t threads, std::size_t batch, bool is_sparse = false,
                       std::vector<Way> ways = {}) {
    Dice dice(3);
    const testing::WideTable<T> table(dice);
    Network<T> network = table.network(dice);
    Optimizer<T> optimizer(network.layout(), {});
    Team team(threads);
    TrainingStep<T> step(network, batch, team, table.rows(is_sparse), std::move(ways), false, noise);
    table.epoch(step, network, optimizer, batch);
    return parameters(network);
}

TEST_CASE_TEMPLATE("noise gives the same parameters for teams of 1 to 4, and all ways of working together", T, float,
                   double) {
    Noise noise = all_noise();
    for (const std::size_t batch : {33U, 200U, 2500U}) {
        CAPTURE(batch);
        const std::vector<T> alone = trained<T>(noise, 1, batch);
        for (const std::size_t threads : {2U, 3U, 4U}) {
            CHECK(trained<T>(noise, threads, batch) == alone);
        }
    }
    noise.input_noise = 0;
    const std::vector<T> alone = trained<T>(noise, 1, 100, true);
    for (const std::size_t threads : {2U, 3U, 4U}) {
        CHECK(trained<T>(noise, threads, 100, true) == alone);
    }
    // Without noise on the input, threads may own inputs. With it, they do not, whatever they are asked for.
    noise.input_dropout = 0;
    const std::vector<T> by_rows = trained<T>(noise, 3, 50, false, {Way::by_rows});
    CHECK(trained<T>(noise, 3, 50, false, {Way::by_inputs}) == by_rows);
    CHECK(trained<T>(noise, 3, 50, false, {Way::alone}) == by_rows);
    CHECK(trained<T>(all_noise(), 3, 50, false, {Way::by_inputs}) ==
          trained<T>(all_noise(), 3, 50, false, {Way::alone}));
}

TEST_CASE("sparse rows are dropped as the same dense ones are") {
    Noise noise;
    noise.input_dropout = 0.4;
    const std::vector<double> sparse = trained<double>(noise, 1, 100, true);
    const std::vector<double> dense = trained<double>(noise, 1, 100, false);
    for (std::size_t i = 0; i < sparse.size(); ++i) {
        CHECK(sparse[i] == doctest::Approx(dense[i]).epsilon(1e-9));
    }
}

TEST_CASE("without any noise a training draws no seed, and is the plain one bit by bit") {
    const testing::Points points;
    const testing::Run<double> plain(points, testing::sgd_options(), 5);
    TrainerOptions options = testing::sgd_options();
    options.noise.dropout = {0.0};
    const testing::Run<double> zero(points, options, 5);
    CHECK(parameters(plain.network) == parameters(zero.network));
    CHECK(plain.random.position() == zero.random.position());

    options.noise.dropout = {0.5};
    const testing::Run<double> dropout(points, options, 5);
    CHECK(parameters(plain.network) != parameters(dropout.network));
    CHECK(parameters(testing::Run<double>(points, options, 5).network) == parameters(dropout.network));
    CHECK(parameters(testing::Run<double>(points, options, 5, {}, 4).network) != parameters(dropout.network));
}

TEST_CASE("a training that goes on with the same seed draws other masks") {
    const testing::Points points;
    TrainerOptions options = testing::sgd_options();
    options.noise.dropout = {0.5};
    options.shuffle = false;
    const auto second_fit = [&](double samples) {
        Network<double> network = testing::make_classifier<double>();
        Trainer<double> trainer(network, options);
        trainer.resume({.samples = samples});
        MersenneTwister random(1);
        trainer.fit(network, points.data(), 1, random, {});
        return parameters(network);
    };
    CHECK(second_fit(0) != second_fit(18));
    CHECK(second_fit(18) == second_fit(18));
}

TEST_CASE("noise that does not fit the network or its rows is refused before anything happens") {
    Network<double> network = testing::make_classifier<double>();
    TrainerOptions options;
    options.noise.dropout = {0.5, 0.5};
    CHECK_THROWS_AS(Trainer<double>(network, options), std::invalid_argument);

    options.noise = {};
    options.noise.input_noise = 1;
    Trainer<double> trainer(network, options);
    const std::vector<double> values{1, 2};
    const std::vector<std::int32_t> columns{0, 1};
    const std::vector<std::int64_t> begins{0, 1, 2};
    const std::vector<std::int64_t> labels{0, 1};
    const testing::Index index{0, 1};
    const Rows sparse{
        values.data(), Element::float64, 2, 3, 0, {testing::integers(begins), testing::integers(columns)}};
    MersenneTwister random(1);
    const std::vector<double> before = parameters(network);
    CHECK_THROWS_AS(trainer.fit(network, {sparse, {labels, {}}, index, {}}, 1, random, {}), std::invalid_argument);
    CHECK(parameters(network) == before);
    CHECK(random.position() == MersenneTwister(1).position());
}

}  // namespace
}  // namespace rosenblatt
