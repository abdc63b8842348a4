// Training steps with everything that acts beside the solver: the same, bit by bit, for a team of any size, and the
// same as the passes of the network with the optimizer's step.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "random_network.hpp"
#include "rosenblatt/training_step.hpp"
#include "training_run.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;
using testing::parameters;

struct Setting {
    std::string name;
    Regularisation with;
};

std::vector<Setting> settings() {
    Regularisation elastic_net;
    elastic_net.alpha = 0.5;
    elastic_net.l1_ratio = 0.3;
    Regularisation decay;
    decay.weight_decay = 0.1;
    decay.clip_value = 0.001;
    Regularisation clip = elastic_net;
    clip.clip_norm = 0.05;
    Regularisation limit;
    limit.max_norm = 0.9;
    Regularisation all = clip;
    all.weight_decay = 0.1;
    all.clip_value = 0.01;
    all.max_norm = 0.9;
    return {{"elastic net", elastic_net}, {"decay", decay}, {"clip", clip}, {"limit", limit}, {"all", all}};
}

template <class T>
struct Table {
    std::vector<T> x;
    std::vector<std::int64_t> labels;
    std::vector<double> weights;
    std::vector<std::int64_t> index;
    std::size_t inputs;

    Table(std::size_t rows, std::size_t columns)
        : x(rows * columns), labels(rows), weights(rows), index(rows), inputs(columns) {
        Dice dice(3);
        dice.fill(x.data(), x.size());
        std::iota(index.begin(), index.end(), 0);
        for (std::size_t i = 0; i < rows; ++i) {
            labels[i] = static_cast<std::int64_t>(i * i % 7);
            weights[i] = static_cast<double>(i % 3);
        }
    }
    [[nodiscard]] Rows rows() const {
        return {x.data(), element_of<T>(), labels.size(), inputs, static_cast<std::ptrdiff_t>(inputs)};
    }
    [[nodiscard]] Targets targets() const { return {labels, {}, weights}; }
};

template <class T>
Network<T> make_network(std::size_t inputs) {
    Network<T> network({inputs, 33, 50, 7}, {Activation::tanh, Activation::relu, Activation::softmax});
    Dice dice(4);
    testing::set_random_parameters(network, dice);
    return network;
}

OptimizerOptions options_of(const Regularisation& with, Solver solver) {
    OptimizerOptions options;
    static_cast<Regularisation&>(options) = with;
    options.solver = solver;
    options.learning_rate_init = 0.01;
    return options;
}

struct Outcome {
    std::vector<double> penalties;
    std::vector<double> theta;
    bool operator==(const Outcome&) const = default;
};

template <class T>
Outcome outcome_of(const Network<T>& network, std::vector<double> penalties) {
    const std::vector<T> theta = parameters(network);
    return {std::move(penalties), {theta.begin(), theta.end()}};
}

template <class T>
Outcome train(const Table<T>& table, std::size_t batch, const OptimizerOptions& options, std::size_t threads,
              const std::vector<Way>& ways) {
    Network<T> network = make_network<T>(table.inputs);
    Optimizer<T> optimizer(network.layout(), options);
    Team team(threads);
    TrainingStep<T> step(network, batch, team, table.rows(), ways, optimizer.clips_norm());
    const Targets targets = table.targets();
    const std::span<const std::int64_t> order = table.index;
    std::vector<double> penalties;
    for (std::size_t done = 0; done < order.size(); done += batch) {
        const std::size_t end = std::min(done + batch, order.size());
        for (std::size_t begin = done; begin < end; begin += step.chunk()) {
            if (begin > done) {
                step.accumulate(network);
            }
            const std::size_t next = std::min(begin + step.chunk(), end);
            const std::size_t next_end = next < end ? end : std::min(next + batch, order.size());
            const auto upcoming = order.subspan(next, std::min(step.chunk(), next_end - next));
            step.pass(network, targets, order.subspan(begin, next - begin), Loss::log_loss, {upcoming, {}});
        }
        const double weight = total_weight(targets, order.subspan(done, end - done));
        penalties.push_back(step.update(network, optimizer, end - done, weight));
    }
    return outcome_of(network, penalties);
}

TEST_CASE_TEMPLATE("the same bits for every team and every way", T, float, double) {
    for (const std::size_t inputs : {60U, 450U}) {  // one block of the inner dimension, and three
        const Table<T> table(1500, inputs);
        for (const Setting& setting : settings()) {
            CAPTURE(setting.name);
            CAPTURE(inputs);
            for (const std::size_t batch : {100U, 1400U}) {
                const OptimizerOptions options = options_of(setting.with, Solver::nadam);
                const Outcome wanted = train(table, batch, options, 1, {Way::alone});
                for (const std::size_t threads : {2U, 3U, 4U}) {
                    CHECK(train(table, batch, options, threads, {Way::by_rows}) == wanted);
                    CHECK(train(table, batch, options, threads, {Way::by_inputs}) == wanted);
                    CHECK(train(table, batch, options, threads, {Way::by_rows, Way::alone}) == wanted);
                }
            }
        }
    }
}

TEST_CASE("the step of a batch is the network's backward pass and the optimizer's step") {
    const Table<double> table(1500, 60);
    for (const Setting& setting : settings()) {
        for (const Solver solver : {Solver::sgd, Solver::nadam, Solver::rmsprop, Solver::adagrad, Solver::rprop}) {
            CAPTURE(setting.name);
            CAPTURE(static_cast<int>(solver));
            const OptimizerOptions options = options_of(setting.with, solver);
            Network<double> network = make_network<double>(60);
            Optimizer<double> optimizer(network.layout(), options);
            Workspace<double> workspace(network.layout(), 500, Keep::training);
            std::vector<double> penalties;
            for (std::size_t done = 0; done < 1500; done += 500) {
                const auto index = std::span<const std::int64_t>(table.index).subspan(done, 500);
                gather(workspace.a(0), table.rows(), index);
                gather(workspace.y(), table.targets(), index);
                network.forward(workspace, 500);
                for (std::size_t k = 2; k <= network.depth(); ++k) {
                    network.transpose_weights(workspace, k, 0, network.layout().layers()[k - 1].inputs + 1);
                }
                std::vector<double> losses(500);
                std::vector<double> weights(table.weights.begin() + static_cast<std::ptrdiff_t>(done),
                                            table.weights.begin() + static_cast<std::ptrdiff_t>(done + 500));
                network.sensitivities(workspace, 500, 0, Loss::log_loss, losses, weights);
                for (std::size_t k = 1; k <= network.depth(); ++k) {
                    const Layer& layer = network.layout().layers()[k - 1];
                    network.gradient(workspace.gradient() + layer.offset, workspace, 500, k, 0, layer.inputs + 1,
                                     false);
                }
                penalties.push_back(optimizer.step(network, workspace.gradient(),
                                                   std::accumulate(weights.begin(), weights.end(), 0.0)));
            }
            const Outcome wanted = outcome_of(network, penalties);
            const Outcome stepped = train(table, 500, options, 2, {Way::by_rows});
            for (std::size_t i = 0; i < penalties.size(); ++i) {
                CHECK(stepped.penalties[i] == doctest::Approx(wanted.penalties[i]).epsilon(1e-12));
            }
            for (std::size_t j = 0; j < wanted.theta.size(); ++j) {
                REQUIRE(stepped.theta[j] == doctest::Approx(wanted.theta[j]).epsilon(1e-9));
            }
        }
    }
}

TEST_CASE("the trainer keeps to the limits: columns after every epoch, threads or not") {
    const testing::Points points;
    TrainerOptions options = testing::sgd_options();
    options.optimizer.max_norm = 0.5;
    options.optimizer.clip_norm = 1;
    options.threads = 2;
    Network<double> network = testing::make_classifier<double>();
    Trainer<double> trainer(network, options);
    Listener listener;
    listener.on_epoch = [&](const Epoch&) {
        for (std::size_t k = 1; k <= 2; ++k) {
            const MatrixView<double> theta = network.theta(k);
            for (std::size_t j = 0; j < theta.cols; ++j) {
                double squares = 0;
                for (std::size_t i = 1; i < theta.rows; ++i) {
                    squares += theta(i, j) * theta(i, j);
                }
                REQUIRE(squares <= 0.25 * (1 + 1e-14));
            }
        }
        return false;
    };
    MersenneTwister random(1);
    CHECK(trainer.fit(network, points.data(), 20, random, listener) == Ending::max_iter);
}

}  // namespace
}  // namespace rosenblatt
