#include "rosenblatt/trainer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "training_run.hpp"

namespace rosenblatt {
namespace {

using testing::Index;
using testing::make_classifier;
using testing::parameters;
using testing::Points;
using testing::Run;
using testing::sgd_options;

// One epoch written out: batch by batch, the last one short. Returns the loss.
template <class T>
double train_by_hand(Network<T>& network, Optimizer<T>& optimizer, const TrainingData& data, const Index& order,
                     std::size_t batch) {
    Workspace<T> workspace(network.layout(), batch, Keep::training);
    double loss = 0;
    for (std::size_t done = 0; done < order.size(); done += batch) {
        const std::size_t rows = std::min(batch, order.size() - done);
        const std::span<const std::int64_t> index = std::span(order).subspan(done, rows);
        gather(workspace.a(0), data.rows, index);
        gather(workspace.y(), data.targets, index);
        network.forward(workspace, rows);
        loss += network.backward(workspace, rows, Loss::log_loss);
        loss += optimizer.step(network, workspace.gradient(), static_cast<double>(rows)) * static_cast<double>(rows);
    }
    return loss / static_cast<double>(order.size());
}

TEST_CASE("a batch too large for one chunk is the same step") {
    const Points points;
    const Index training(3000, 7);  // one row 3000 times: each chunk of at most 1024 rows has the same mean
    Network<double> network = make_classifier<double>();
    TrainerOptions options = sgd_options();
    options.batch_size = 3000;
    Trainer<double> trainer(network, options);
    TrainingData data = points.data();
    data.training = training;
    MersenneTwister random;
    trainer.fit(network, data, 3, random, {});

    Network<double> other = make_classifier<double>();
    Optimizer<double> optimizer(other.layout(), options.optimizer);
    for (int epoch = 0; epoch < 3; ++epoch) {
        const double loss = train_by_hand(other, optimizer, data, training, 3000);
        CHECK(trainer.loss_curve()[static_cast<std::size_t>(epoch)] == doctest::Approx(loss).epsilon(1e-13));
    }
    const std::vector<double> wanted = parameters(other);
    const std::vector<double> trained = parameters(network);
    for (std::size_t j = 0; j < wanted.size(); ++j) {
        CHECK(trained[j] == doctest::Approx(wanted[j]).epsilon(1e-12));
    }
}

TEST_CASE_TEMPLATE("an epoch is its batches one after the other: one row, a last short one, all rows", T, float,
                   double) {
    const Points points;
    for (const std::size_t batch : {1U, 5U, 17U, 18U, 100U}) {
        for (const Solver solver : {Solver::sgd, Solver::adam}) {
            TrainerOptions options = sgd_options();
            options.optimizer.solver = solver;
            options.optimizer.alpha = 0.01;
            options.batch_size = batch;
            options.shuffle = false;
            const Run<T> run(points, options, 3);

            Network<T> network = make_classifier<T>();
            Optimizer<T> optimizer(network.layout(), options.optimizer);
            CAPTURE(batch);
            CHECK(run.ending == Ending::max_iter);
            REQUIRE(run.trainer.loss_curve().size() == 3);
            for (std::size_t epoch = 0; epoch < 3; ++epoch) {
                const double loss =
                    train_by_hand(network, optimizer, points.data(), points.training, std::min<std::size_t>(batch, 18));
                CHECK(run.trainer.loss_curve()[epoch] == doctest::Approx(loss).epsilon(1e-14));
            }
            CHECK(parameters(run.network) == parameters(network));
        }
    }
}

TEST_CASE("every epoch shuffles the order of the one before") {
    const Points points;
    const Run<double> run(points, sgd_options(), 3);

    Network<double> network = make_classifier<double>();
    Optimizer<double> optimizer(network.layout(), sgd_options().optimizer);
    MersenneTwister random(3);
    Index order = points.training;
    for (int epoch = 0; epoch < 3; ++epoch) {
        Index permutation(order.size());
        std::iota(permutation.begin(), permutation.end(), 0);
        random.shuffle(permutation);
        Index next;
        for (const std::int64_t i : permutation) {
            next.push_back(order[static_cast<std::size_t>(i)]);
        }
        order = next;
        train_by_hand(network, optimizer, points.data(), order, 5);
    }
    CHECK(parameters(run.network) == parameters(network));
    CHECK(run.random.words() == random.words());
    CHECK(run.random.position() == random.position());
}

TEST_CASE_TEMPLATE("the same seed gives the same network, another one another", T, float, double) {
    const Points points;
    const Run<T> first(points, sgd_options(), 4, {}, 8);
    const Run<T> same(points, sgd_options(), 4, {}, 8);
    const Run<T> other(points, sgd_options(), 4, {}, 9);
    CHECK(parameters(first.network) == parameters(same.network));
    CHECK(first.trainer.loss_curve() == same.trainer.loss_curve());
    CHECK(parameters(first.network) != parameters(other.network));
}

TEST_CASE("without shuffling no random number is drawn") {
    const Points points;
    TrainerOptions options = sgd_options();
    options.shuffle = false;
    const Run<double> run(points, options, 4, {}, 8);
    CHECK(run.random.position() == MersenneTwister::state_size);
    CHECK(run.random.words() == MersenneTwister(8).words());
}

TEST_CASE("a training may go on where the last call ended") {
    const Points points;
    TrainerOptions options = sgd_options();
    options.shuffle = false;
    options.optimizer.learning_rate = LearningRate::invscaling;
    Run<double> parts(points, options, 2);
    CHECK(parts.trainer.fit(parts.network, points.data(), 3, parts.random, {}) == Ending::max_iter);
    const Run<double> whole(points, options, 5);
    CHECK(parameters(parts.network) == parameters(whole.network));
    CHECK(parts.trainer.loss_curve() == whole.trainer.loss_curve());
    CHECK(parts.trainer.learning_rate() == whole.trainer.learning_rate());
    CHECK(parts.trainer.progress().samples == 5 * 18);
}

TEST_CASE("no epochs: nothing changes") {
    const Points points;
    const Run<double> run(points, sgd_options(), 0);
    CHECK(run.ending == Ending::max_iter);
    CHECK(run.trainer.loss_curve().empty());
    CHECK(parameters(run.network) == parameters(make_classifier<double>()));
}

TEST_CASE_TEMPLATE("a network without a hidden layer learns a straight line", T, float, double) {
    std::vector<float> x(20);
    std::vector<float> y(20);
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<float>(i) / 10 - 1;
        y[i] = 2 * x[i] + 1;
    }
    Index index(20);
    std::iota(index.begin(), index.end(), 0);
    Network<T> network({1, 1}, {Activation::linear});
    TrainerOptions options = sgd_options();
    options.loss = Loss::half_squared_error;
    options.optimizer.alpha = 0;
    Trainer<T> trainer(network, options);
    MersenneTwister random(0);
    trainer.fit(network,
                {{x.data(), Element::float32, 20, 1, 1}, {{}, {y.data(), Element::float32, 20, 1, 1}}, index, {}}, 200,
                random, {});
    CHECK(static_cast<double>(network.theta(1)(0, 0)) == doctest::Approx(1).epsilon(1e-5));
    CHECK(static_cast<double>(network.theta(1)(1, 0)) == doctest::Approx(2).epsilon(1e-5));
    CHECK(trainer.loss_curve().back() < 1e-9);
}

TEST_CASE("the reported loss is scaled, the training is not") {
    const Points points;
    TrainerOptions options = sgd_options();
    options.optimizer.alpha = 0;
    const Run<double> plain(points, options, 3);
    options.loss_scale = 0.25;
    const Run<double> scaled(points, options, 3);
    CHECK(parameters(plain.network) == parameters(scaled.network));
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(scaled.trainer.loss_curve()[i] == doctest::Approx(plain.trainer.loss_curve()[i] / 4).epsilon(1e-14));
    }
}

TEST_CASE("options and data must fit the network") {
    Network<double> network = make_classifier<double>();
    TrainerOptions options = sgd_options();
    options.batch_size = 0;
    CHECK_THROWS_WITH_AS(Trainer<double>(network, options), "batch_size must be at least 1, not 0",
                         std::invalid_argument);
    options = sgd_options();
    options.loss = Loss::binary_log_loss;
    CHECK_THROWS_AS(Trainer<double>(network, options), std::invalid_argument);

    options = sgd_options();
    options.early_stopping = true;
    Trainer<double> trainer(network, options);
    const Points points;
    MersenneTwister random(0);
    const auto refusal = [&](const TrainingData& data) {
        std::string text = "accepted";
        try {
            trainer.fit(network, data, 1, random, {});
        } catch (const std::invalid_argument& error) {
            text = error.what();
        }
        return text;
    };
    TrainingData data = points.data();
    data.rows.features = 4;
    CHECK(refusal(data) == "x has 4 columns but the network has 3 inputs");
    data = points.data();
    data.rows.count = 22;
    CHECK(refusal(data) == "x has 22 rows but y has 23");
    data = points.data();
    data.training = {};
    CHECK(refusal(data) == "there are no rows to train on");
    data = points.data();
    data.validation = {};
    CHECK(refusal(data) == "early stopping needs rows to validate on");
    const Index outside{0, 23};
    const Index negative{0, -1};
    data = points.data();
    data.training = outside;
    CHECK(refusal(data) == "row 23 is not among the 23 rows of x");
    data = points.data();
    data.validation.index = negative;
    CHECK(refusal(data) == "validation: row -1 is not among the 23 rows of x");
    data = points.data();
    data.validation.rows.features = 2;
    CHECK(refusal(data) == "validation: x has 2 columns but the network has 3 inputs");
    data = points.data();
    data.validation.rows.count = 9;
    CHECK(refusal(data) == "validation: x has 9 rows but y has 23");
    CHECK(parameters(network) == parameters(make_classifier<double>()));
    CHECK(random.position() == MersenneTwister::state_size);
}

}  // namespace
}  // namespace rosenblatt
