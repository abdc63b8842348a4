// What ends a training: the listener, patience, early stopping, divergence. Interruptions have a file of their own.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "training_run.hpp"

namespace rosenblatt {
namespace {

using testing::make_classifier;
using testing::parameters;
using testing::Points;
using testing::Run;
using testing::sgd_options;

TEST_CASE("the listener hears of every epoch and may end the training") {
    const Points points;
    std::vector<Epoch> heard;
    Listener listener;
    listener.on_epoch = [&](const Epoch& epoch) {
        heard.push_back(epoch);
        return epoch.number == 4;
    };
    Run<double> run(points, sgd_options(), 100, listener);
    CHECK(run.ending == Ending::stopped_by_listener);
    REQUIRE(heard.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(heard[i].number == i + 1);
        CHECK(heard[i].loss == run.trainer.loss_curve()[i]);
        CHECK(heard[i].validation_score == run.trainer.validation_scores()[i]);
        CHECK(heard[i].validation_loss == run.trainer.validation_losses()[i]);
    }
    // The number counts from 1 in every call.
    heard.clear();
    run.trainer.fit(run.network, points.data(), 2, run.random, listener);
    REQUIRE(heard.size() == 2);
    CHECK(heard.back().number == 2);
    CHECK(run.trainer.loss_curve().size() == 6);
}

TEST_CASE("tol and n_iter_no_change: the first epoch improves on infinity, then patience counts") {
    const Points points;
    TrainerOptions options = sgd_options();
    options.optimizer.learning_rate_init = 0;
    options.n_iter_no_change = 2;
    options.tol = 1e-9;
    const Run<double> run(points, options, 100);
    CHECK(run.ending == Ending::converged);
    CHECK(run.trainer.loss_curve().size() == 4);  // 1 + the three that exceed the patience of 2
    CHECK(run.trainer.progress().no_improvement == 3);
    CHECK(run.trainer.progress().best_loss ==
          *std::min_element(run.trainer.loss_curve().begin(), run.trainer.loss_curve().end()));

    // An infinite patience is never exceeded.
    options.n_iter_no_change = std::numeric_limits<double>::infinity();
    CHECK(Run<double>(points, options, 100).ending == Ending::max_iter);
}

TEST_CASE("adaptive: patience starts anew with every lower learning rate") {
    const Points points;
    TrainerOptions options = sgd_options();
    options.optimizer.learning_rate = LearningRate::adaptive;
    options.optimizer.learning_rate_init = 1e-5;
    options.n_iter_no_change = 2;
    options.tol = 100;  // nothing is an improvement after the first epoch
    const Run<double> run(points, options, 100);
    // 1e-5 for 1 + 3 epochs, 2e-6 for 3, 4e-7 for 3.
    CHECK(run.ending == Ending::converged);
    CHECK(run.trainer.loss_curve().size() == 10);
    CHECK(run.trainer.learning_rate() == doctest::Approx(4e-7).epsilon(1e-12));
}

TEST_CASE("a resumed training knows the best loss and the patience used up before") {
    const Points points;
    TrainerOptions options = sgd_options();
    options.n_iter_no_change = 5;
    Network<double> network = make_classifier<double>();
    Trainer<double> trainer(network, options);
    trainer.resume({0.0, 0.0, 4, 0});
    MersenneTwister random(3);
    CHECK(trainer.fit(network, points.data(), 100, random, {}) == Ending::converged);
    CHECK(trainer.loss_curve().size() == 2);
    CHECK(trainer.progress().best_loss == 0);
}

TEST_CASE_TEMPLATE("early stopping ends with the best network on the validation rows", T, float, double) {
    const Points points;
    TrainerOptions options = sgd_options();
    options.optimizer.learning_rate_init = 0.5;
    options.early_stopping = true;
    options.n_iter_no_change = 6;
    options.tol = 0.01;
    Network<T> network = make_classifier<T>();
    Trainer<T> trainer(network, options);
    std::vector<std::vector<T>> seen;
    std::vector<double> scores;
    Team team(1);
    const ValidationData validation = points.data().validation;
    Listener listener;
    listener.on_epoch = [&](const Epoch& epoch) {
        seen.push_back(parameters(network));
        scores.push_back(epoch.validation_score);
        const auto [expected, loss] = Validation<T>(network.layout(), validation, {}, team).evaluate(network);
        CHECK(epoch.validation_score == expected);
        CHECK(epoch.validation_loss == loss);
        return false;
    };
    MersenneTwister random(3);
    CHECK(trainer.fit(network, points.data(), 500, random, listener) == Ending::converged);
    CHECK(trainer.validation_scores() == scores);
    const auto best = std::max_element(scores.begin(), scores.end());
    CHECK(parameters(network) == seen[static_cast<std::size_t>(best - scores.begin())]);
    CHECK(trainer.progress().best_validation_score == *best);
    // The last epoch was not the best one, so something was restored; and it came 7 epochs after the best.
    CHECK(parameters(network) != seen.back());
    CHECK(scores.end() - best == 8);
}

TEST_CASE("a loss that is no longer finite ends the training") {
    const Points points;
    TrainerOptions options = sgd_options();
    options.optimizer.learning_rate_init = 1e200;
    const Run<double> run(points, options, 100);
    CHECK(run.ending == Ending::diverged);
    CHECK(run.trainer.loss_curve().size() < 100);
    CHECK_FALSE(std::isfinite(run.trainer.loss_curve().back()));
}

}  // namespace
}  // namespace rosenblatt
