// Score and loss on validation rows, by themselves and within a training.
#include "rosenblatt/validation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "training_run.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;
using testing::Index;
using testing::make_classifier;
using testing::parameters;
using testing::Points;
using testing::Run;
using testing::sgd_options;

// -log a of the class of each row, by hand.
template <class T>
std::vector<double> log_losses(const Network<T>& network, const Points& points, const Index& index) {
    Workspace<T> workspace(network.layout(), index.size(), Keep::outputs);
    gather(workspace, points.data().rows, index);
    network.forward(workspace, index.size());
    std::vector<double> losses;
    for (std::size_t i = 0; i < index.size(); ++i) {
        const std::int64_t label = points.labels[static_cast<std::size_t>(index[i])];
        losses.push_back(
            -std::log(static_cast<double>(workspace.a(network.depth())(i, static_cast<std::size_t>(label)))));
    }
    return losses;
}

TEST_CASE_TEMPLATE("the loss is the mean over rows, each with its weight, times the scale", T, float, double) {
    const Points points;
    const Network<T> network = make_classifier<T>();
    Team team(1);
    // More than one block of rows.
    Index index(300);
    for (std::size_t i = 0; i < index.size(); ++i) {
        index[i] = static_cast<std::int64_t>(i * 7 % 23);
    }
    std::vector<double> weights(23);
    Dice dice(5);
    dice.fill(weights.data(), weights.size(), 0, 2);
    const std::vector<double> losses = log_losses(network, points, index);
    double weighted = 0;
    double weight = 0;
    for (std::size_t i = 0; i < index.size(); ++i) {
        weighted += losses[i] * weights[static_cast<std::size_t>(index[i])];
        weight += weights[static_cast<std::size_t>(index[i])];
    }
    ValidationData data = points.data().validation;
    data.index = index;
    const double plain = std::accumulate(losses.begin(), losses.end(), 0.0) / 300;
    const double epsilon = sizeof(T) == 4 ? 1e-6 : 1e-14;
    const Layout& layout = network.layout();
    CHECK(Validation<T>(layout, data, {}, team).evaluate(network).loss == doctest::Approx(plain).epsilon(epsilon));
    data.targets.weights = weights;
    const ValidationOptions scaled{Loss::log_loss, 0.5, Score::loss};
    const auto seen = Validation<T>(layout, data, scaled, team).evaluate(network);
    CHECK(seen.loss == doctest::Approx(0.5 * weighted / weight).epsilon(epsilon));
    CHECK(seen.score == -seen.loss);
}

TEST_CASE_TEMPLATE("an answer that is not finite has neither a score nor a finite loss", T, float, double) {
    const Points points;
    Network<T> network = make_classifier<T>();
    network.theta(2)(0, 0) = std::numeric_limits<T>::quiet_NaN();
    Team team(1);
    const auto seen = Validation<T>(network.layout(), points.data().validation, {}, team).evaluate(network);
    CHECK(std::isnan(seen.score));
    CHECK_FALSE(std::isfinite(seen.loss));
}

TEST_CASE("what does not fit is refused") {
    const Points points;
    const Network<double> network = make_classifier<double>();
    Team team(1);
    const auto refusal = [&](const ValidationData& data, Loss loss = Loss::log_loss) {
        try {
            const Validation<double> validation(network.layout(), data, {loss, 1, Score::accuracy}, team);
            return std::string("accepted");
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
    };
    const ValidationData data = points.data().validation;
    CHECK(refusal(data) == "accepted");
    CHECK(refusal(data, Loss::poisson).find("poisson") != std::string::npos);
    ValidationData bad = data;
    bad.index = {};
    CHECK(refusal(bad) == "there are no rows to validate on");
    bad = data;
    bad.rows.features = 4;
    CHECK(refusal(bad) == "validation: x has 4 columns but the network has 3 inputs");
    const std::vector<double> weights(23, 0);
    bad = data;
    bad.targets.weights = weights;
    CHECK(refusal(bad) == "validation: the weights of the rows add up to 0");
}

// The validation rows of Points as a table of their own, of another type.
template <class S>
struct OwnRows {
    std::vector<S> x;
    std::vector<std::int64_t> labels;
    Index index = Index(5);

    explicit OwnRows(const Points& points)
        : x(points.x.begin() + std::ptrdiff_t{18} * 3, points.x.end()),
          labels(points.labels.begin() + 18, points.labels.end()) {
        std::iota(index.begin(), index.end(), 0);
    }
    [[nodiscard]] ValidationData data() const { return {{x.data(), element_of<S>(), 5, 3, 3}, {labels, {}}, index}; }
};

TEST_CASE_TEMPLATE("rows of a table of their own are watched as rows of the same table are", T, float, double) {
    const Points points;
    const OwnRows<double> own(points);
    TrainerOptions options = sgd_options();
    for (const bool early_stopping : {false, true}) {
        CAPTURE(early_stopping);
        options.early_stopping = early_stopping;
        options.n_iter_no_change = 3;
        Network<T> first = make_classifier<T>();
        Network<T> second = make_classifier<T>();
        Trainer<T> within(first, options);
        Trainer<T> apart(second, options);
        TrainingData data = points.data();
        MersenneTwister random(3);
        within.fit(first, data, 30, random, {});
        data.validation = own.data();
        random = MersenneTwister(3);
        apart.fit(second, data, 30, random, {});
        CHECK(within.validation_scores().size() == within.loss_curve().size());
        CHECK(within.validation_losses().size() == within.loss_curve().size());
        CHECK(within.validation_scores() == apart.validation_scores());
        CHECK(within.validation_losses() == apart.validation_losses());
        CHECK(within.loss_curve() == apart.loss_curve());
        CHECK(parameters(first) == parameters(second));
    }
}

TEST_CASE("rows of another type than those learned from") {
    const Points points;
    const OwnRows<float> own(points);
    TrainingData data = points.data();
    data.validation = own.data();
    Network<double> network = make_classifier<double>();
    Trainer<double> trainer(network, sgd_options());
    MersenneTwister random(3);
    trainer.fit(network, data, 5, random, {});
    const Run<double> run(points, sgd_options(), 5);
    CHECK(trainer.validation_losses().back() == doctest::Approx(run.trainer.validation_losses().back()).epsilon(1e-6));
    CHECK(trainer.validation_losses().back() != run.trainer.validation_losses().back());
}

TEST_CASE("without early stopping, watching changes nothing but what is known") {
    const Points points;
    TrainingData data = points.data();
    const Run<double> watched(points, sgd_options(), 10);
    data.validation = {};
    Network<double> network = make_classifier<double>();
    Trainer<double> blind(network, sgd_options());
    MersenneTwister random(3);
    std::size_t epochs = 0;
    Listener listener;
    listener.on_epoch = [&](const Epoch& epoch) {
        ++epochs;
        CHECK(std::isnan(epoch.validation_score));
        CHECK(std::isnan(epoch.validation_loss));
        return false;
    };
    blind.fit(network, data, 10, random, listener);
    CHECK(epochs == 10);
    CHECK(parameters(network) == parameters(watched.network));
    CHECK(blind.loss_curve() == watched.trainer.loss_curve());
    CHECK(blind.validation_scores().empty());
    CHECK(blind.validation_losses().empty());
}

TEST_CASE("the listener's score takes the place of the core's") {
    const Points points;
    TrainerOptions options = sgd_options();
    options.early_stopping = true;
    options.n_iter_no_change = 3;
    options.tol = 0.5;
    Network<double> network = make_classifier<double>();
    Trainer<double> trainer(network, options);
    std::vector<std::vector<double>> seen;
    Listener listener;
    // The second epoch is the best one; six are one more than the patience after it.
    listener.score = [&] {
        seen.push_back(parameters(network));
        return seen.size() == 2 ? 2.0 : 1.0;
    };
    std::vector<double> heard;
    listener.on_epoch = [&](const Epoch& epoch) {
        heard.push_back(epoch.validation_score);
        return false;
    };
    MersenneTwister random(3);
    CHECK(trainer.fit(network, points.data(), 100, random, listener) == Ending::converged);
    CHECK(heard == std::vector<double>{1, 2, 1, 1, 1, 1});
    CHECK(trainer.validation_scores() == heard);
    CHECK(parameters(network) == seen[1]);

    // An exception is passed on; of the epoch, the score alone is not known.
    Network<double> other = make_classifier<double>();
    Trainer<double> failing(other, options);
    listener.score = []() -> double { throw std::domain_error("no score"); };
    CHECK_THROWS_AS(failing.fit(other, points.data(), 100, random, listener), std::domain_error);
    REQUIRE(failing.validation_scores().size() == 1);
    CHECK(std::isnan(failing.validation_scores()[0]));
    CHECK(failing.loss_curve().size() == 1);
}

TEST_CASE("the number of threads changes nothing") {
    // Layers and rows large enough for two threads.
    constexpr std::size_t rows = 700;
    std::vector<float> x(rows * 300);
    std::vector<std::int64_t> labels(rows);
    Dice dice(9);
    dice.fill(x.data(), x.size());
    for (std::size_t i = 0; i < rows; ++i) {
        labels[i] = x[300 * i] > 0 ? 1 : 0;
    }
    Index training(400);
    Index watched(300);
    std::iota(training.begin(), training.end(), 0);
    std::iota(watched.begin(), watched.end(), 400);
    const Rows table{x.data(), Element::float32, rows, 300, 300};
    std::vector<std::vector<double>> curves;
    for (const std::size_t threads : {1U, 2U, 3U}) {
        Network<float> network({300, 100, 2}, {Activation::relu, Activation::softmax});
        Dice weights(1);
        testing::set_random_parameters(network, weights);
        TrainerOptions options = sgd_options();
        options.batch_size = 200;
        options.threads = threads;
        Trainer<float> trainer(network, options);
        MersenneTwister random(3);
        trainer.fit(network, {table, {labels, {}}, training, {table, {labels, {}}, watched}}, 3, random, {});
        curves.push_back(trainer.validation_losses());
    }
    CHECK(curves[0].size() == 3);
    CHECK(curves[1] == curves[0]);
    CHECK(curves[2] == curves[0]);
}

}  // namespace
}  // namespace rosenblatt
