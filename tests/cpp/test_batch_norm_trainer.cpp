// Trainings with batch normalisation: what the caller's network is after each epoch, and what is kept to go on with.
#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <vector>

#include "rosenblatt/batch_norm.hpp"
#include "training_run.hpp"

namespace rosenblatt {
namespace {

using testing::parameters;

struct Run {
    Network<double> network = testing::make_classifier<double>();
    std::shared_ptr<Optimizer<double>> optimizer;
    std::shared_ptr<BatchNorm<double>> batch_norm;
    Trainer<double> trainer;
    MersenneTwister random{3};

    explicit Run(const TrainerOptions& options)
        : optimizer(std::make_shared<Optimizer<double>>(network.layout(), options.optimizer)),
          batch_norm(std::make_shared<BatchNorm<double>>(network, *optimizer)),
          trainer(network, options, optimizer, {}, batch_norm) {}

    Ending fit(const testing::Points& points, std::size_t max_iter, const Listener& listener = {}) {
        return trainer.fit(network, points.data(), max_iter, random, listener);
    }
};

TEST_CASE("after every epoch, and for every listener, the network is what was trained, folded") {
    const testing::Points points;
    Run run(testing::sgd_options());
    std::size_t looks = 0;
    Listener listener;
    listener.on_epoch = [&](const Epoch&) {
        ++looks;
        CHECK(run.batch_norm->is_folded_in(run.network));
        return false;
    };
    listener.on_batch = [&](const Batch&) {
        ++looks;
        CHECK(run.batch_norm->is_folded_in(run.network));
        return false;
    };
    run.fit(points, 3, listener);
    CHECK(looks == 3 * 5);
    CHECK(run.trainer.loss_curve().back() < run.trainer.loss_curve().front());
}

TEST_CASE("a training in two calls is the training in one") {
    const testing::Points points;
    for (const Solver solver : {Solver::sgd, Solver::adam, Solver::nadam}) {
        TrainerOptions options = testing::sgd_options();
        options.optimizer.solver = solver;
        options.shuffle = false;  // each call shuffles the rows in their order
        Run whole(options);
        whole.fit(points, 5);
        Run parts(options);
        parts.fit(points, 2);
        parts.fit(points, 3);
        CHECK(parameters(whole.network) == parameters(parts.network));
    }
}

TEST_CASE("an exception within an epoch leaves network and batch normalisation as of the last whole one") {
    const testing::Points points;
    Run expected(testing::sgd_options());
    expected.fit(points, 2);
    Run run(testing::sgd_options());
    Listener listener;
    listener.on_batch = [](const Batch& batch) -> bool {
        if (batch.epoch == 3 && batch.number == 2) {
            throw std::runtime_error("no");
        }
        return false;
    };
    CHECK_THROWS_AS(run.fit(points, 5, listener), std::runtime_error);
    CHECK(parameters(run.network) == parameters(expected.network));
    CHECK(parameters(run.batch_norm->network()) == parameters(expected.batch_norm->network()));
    CHECK(run.batch_norm->is_folded_in(run.network));
    run.fit(points, 1);
    CHECK(run.batch_norm->is_folded_in(run.network));
}

TEST_CASE("early stopping leaves the best network, and the batch normalisation that it is folded from") {
    const testing::Points points;
    TrainerOptions options = testing::sgd_options();
    options.early_stopping = true;
    options.optimizer.learning_rate_init = 0.5;
    options.n_iter_no_change = 4;
    Run run(options);
    double best = -1;
    std::vector<double> expected;
    Listener listener;
    listener.on_epoch = [&](const Epoch& epoch) {
        if (epoch.validation_score > best) {
            best = epoch.validation_score;
            expected = parameters(run.network);
        }
        return false;
    };
    run.fit(points, 30, listener);
    CHECK(parameters(run.network) == expected);
    CHECK(run.batch_norm->is_folded_in(run.network));
}

TEST_CASE("the batch normalisation of another network is refused") {
    const testing::Points points;
    const Run run(testing::sgd_options());
    const Network<double> other({3, 5, 2}, {Activation::tanh, Activation::softmax});
    CHECK_THROWS_AS(Trainer<double>(other, testing::sgd_options(), {}, {}, run.batch_norm), std::invalid_argument);
}

}  // namespace
}  // namespace rosenblatt
