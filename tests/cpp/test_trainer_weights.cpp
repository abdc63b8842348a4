// Rows that count by a weight: a mean over rows becomes one over weights.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
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
using testing::sgd_options;

template <class T>
struct Trained {
    std::vector<T> parameters;
    std::vector<double> losses;
    std::vector<double> scores;
};

template <class T>
Trained<T> train(const TrainingData& data, const TrainerOptions& options, std::size_t max_iter = 5) {
    Network<T> network = make_classifier<T>();
    Trainer<T> trainer(network, options);
    MersenneTwister random(3);
    trainer.fit(network, data, max_iter, random, {});
    return {parameters(network), trainer.loss_curve(), trainer.validation_scores()};
}

template <class T>
void check_close(const Trained<T>& got, const Trained<T>& expected, double epsilon) {
    for (std::size_t i = 0; i < expected.losses.size(); ++i) {
        CHECK(got.losses[i] == doctest::Approx(expected.losses[i]).epsilon(epsilon));
    }
    for (std::size_t i = 0; i < expected.parameters.size(); ++i) {
        CHECK(static_cast<double>(got.parameters[i]) ==
              doctest::Approx(static_cast<double>(expected.parameters[i])).epsilon(epsilon));
    }
}

TEST_CASE_TEMPLATE("a whole weight is the row so many times, in a batch of all rows", T, float, double) {
    const double epsilon = sizeof(T) == sizeof(float) ? 1e-4 : 1e-11;
    const Points points;
    std::vector<double> weights(23);
    Index repeated;
    for (const std::int64_t i : points.training) {
        weights[static_cast<std::size_t>(i)] = static_cast<double>(i % 4);
        repeated.insert(repeated.end(), static_cast<std::size_t>(i % 4), i);
    }
    for (const Solver solver : {Solver::sgd, Solver::adam}) {
        TrainerOptions options = sgd_options();
        options.optimizer.solver = solver;
        options.optimizer.alpha = 0.1;
        options.batch_size = 100;
        options.shuffle = false;
        TrainingData weighted = points.data();
        weighted.targets.weights = weights;
        TrainingData plain = points.data();
        plain.training = repeated;
        check_close(train<T>(weighted, options), train<T>(plain, options), epsilon);
    }
}

TEST_CASE_TEMPLATE("equal weights are as none, whatever they are", T, float, double) {
    const Points points;
    const std::vector<double> weights(23, 0.125);  // a power of two: nothing is rounded otherwise
    TrainerOptions options = sgd_options();
    options.optimizer.alpha = 0;
    options.early_stopping = true;
    TrainingData weighted = points.data();
    weighted.targets.weights = weights;
    const Trained<T> got = train<T>(weighted, options);
    const Trained<T> expected = train<T>(points.data(), options);
    CHECK(got.parameters == expected.parameters);
    CHECK(got.losses == expected.losses);
    CHECK(got.scores == expected.scores);
}

TEST_CASE("a batch without weight is passed over") {
    const Points points;
    TrainerOptions options = sgd_options();  // batches of 5: rows 0 to 4, 5 to 9, 10 to 14, 15 to 17
    options.shuffle = false;
    std::vector<double> weights(23, 1);
    std::fill(weights.begin() + 5, weights.begin() + 10, 0);
    TrainingData weighted = points.data();
    weighted.targets.weights = weights;
    Index rest = points.training;
    rest.erase(rest.begin() + 5, rest.begin() + 10);
    TrainingData shorter = points.data();
    shorter.training = rest;
    const Trained<double> got = train<double>(weighted, options);
    const Trained<double> expected = train<double>(shorter, options);
    CHECK(got.parameters == expected.parameters);
    for (std::size_t i = 0; i < expected.losses.size(); ++i) {  // a mean over 18 rows instead of 13
        CHECK(got.losses[i] * 18 == doctest::Approx(expected.losses[i] * 13).epsilon(1e-13));
    }
}

TEST_CASE("weights change nothing about threads: the same to the last bit") {
    // Batches and layers large enough for two threads and for all of their ways.
    constexpr std::size_t rows = 600;
    Network<float> network({500, 40, 2}, {Activation::tanh, Activation::softmax});
    testing::Dice dice(5);
    std::vector<float> x(rows * 500);
    dice.fill(x.data(), x.size());
    std::vector<std::int64_t> labels(rows);
    std::vector<double> weights(rows);
    Index index(rows);
    std::iota(index.begin(), index.end(), 0);
    for (std::size_t i = 0; i < rows; ++i) {
        labels[i] = x[500 * i] > 0 ? 1 : 0;
        weights[i] = i < 100 ? 0 : dice.uniform(0, 2);  // the first batches without weight
    }
    const TrainingData data{{x.data(), Element::float32, rows, 500, 500}, {labels, {}, weights}, index, {}};
    std::vector<float> one;
    for (const std::size_t threads : {1U, 2U, 3U}) {
        testing::Dice same(6);
        testing::set_random_parameters(network, same);
        TrainerOptions options;
        options.batch_size = 50;
        options.shuffle = false;
        options.threads = threads;
        Trainer<float> trainer(network, options);
        MersenneTwister random(3);
        trainer.fit(network, data, 10, random, {});
        CAPTURE(threads);
        if (threads == 1) {
            one = parameters(network);
        }
        CHECK(parameters(network) == one);
    }
}

TEST_CASE("there must be a weight for every row") {
    const Points points;
    const std::vector<double> weights(22, 1);
    TrainingData data = points.data();
    data.targets.weights = weights;
    CHECK_THROWS_WITH_AS(train<double>(data, sgd_options()), "x has 23 rows but there are 22 weights",
                         std::invalid_argument);
}

TEST_CASE("a training goes on with the optimizer of another one") {
    const Points points;
    TrainerOptions options = sgd_options();
    options.optimizer.solver = Solver::adam;
    Network<double> whole = make_classifier<double>();
    Trainer<double> trainer(whole, options);
    MersenneTwister random(3);
    trainer.fit(whole, points.data(), 6, random, {});

    Network<double> parts = make_classifier<double>();
    const auto optimizer = std::make_shared<Optimizer<double>>(parts.layout(), options.optimizer);
    MersenneTwister again(3);
    Index order = points.training;
    for (int i = 0; i < 2; ++i) {
        Trainer<double>(parts, options, optimizer).fit(parts, points.data(), 3, again, {});
    }
    // The second one shuffles anew what the first one had shuffled: only the steps are comparable.
    CHECK(optimizer->steps() == 24);
    CHECK(parameters(parts) != parameters(whole));

    options.shuffle = false;
    Network<double> unshuffled = make_classifier<double>();
    Trainer<double>(unshuffled, options).fit(unshuffled, points.data(), 6, random, {});
    Network<double> resumed = make_classifier<double>();
    auto copied = std::make_shared<Optimizer<double>>(resumed.layout(), options.optimizer);
    for (int i = 0; i < 2; ++i) {
        Trainer<double>(resumed, options, copied).fit(resumed, points.data(), 3, random, {});
        copied = std::make_shared<Optimizer<double>>(*copied);
    }
    CHECK(parameters(resumed) == parameters(unshuffled));

    const Network<double> other({3, 5, 2}, {Activation::tanh, Activation::softmax});
    CHECK_THROWS_AS(Trainer<double>(other, options, optimizer), std::invalid_argument);
}

}  // namespace
}  // namespace rosenblatt
