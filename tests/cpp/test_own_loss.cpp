// A loss that somebody else computes, beside the core's own.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

#include "rosenblatt/objective.hpp"
#include "training_run.hpp"

namespace rosenblatt {
namespace {

using testing::parameters;
using testing::Points;

// sum (a - y)^2, which is the core's squared_error to the last bit: of two outputs, both sum in the same order.
template <class T>
OwnLoss<T> own_squared_error(std::size_t& calls) {
    return [&calls, caller = std::this_thread::get_id()](MatrixView<T> s, std::span<double> losses,
                                                         MatrixView<const T> a, MatrixView<const T> y) {
        CHECK(std::this_thread::get_id() == caller);
        ++calls;
        for (std::size_t i = 0; i < a.rows; ++i) {
            losses[i] = 0;
            for (std::size_t j = 0; j < a.cols; ++j) {
                s(i, j) = 2 * (a(i, j) - y(i, j));
                losses[i] += 0.25 * std::pow(static_cast<double>(s(i, j)), 2);
            }
        }
    };
}

TrainerOptions options_with(std::size_t threads, bool early_stopping) {
    TrainerOptions options = testing::sgd_options();
    options.loss = Loss::squared_error;
    options.threads = threads;
    options.early_stopping = early_stopping;
    options.score = Score::loss;
    return options;
}

// Rows enough for several blocks of work, and for several chunks of a batch.
struct ManyPoints {
    std::vector<double> x = std::vector<double>(5000 * 3);
    std::vector<std::int64_t> labels = std::vector<std::int64_t>(5000);
    std::vector<double> weights = std::vector<double>(5000);
    testing::Index training = testing::Index(4000);
    testing::Index validation = testing::Index(1000);

    ManyPoints() {
        testing::Dice dice(2);
        dice.fill(x.data(), x.size());
        dice.fill(weights.data(), weights.size(), 0, 2);
        for (std::size_t i = 0; i < labels.size(); ++i) {
            labels[i] = x[3 * i] > x[3 * i + 1] ? 1 : 0;
        }
        std::iota(training.begin(), training.end(), 0);
        std::iota(validation.begin(), validation.end(), 4000);
    }
    [[nodiscard]] TrainingData data() const {
        const Rows rows{x.data(), Element::float64, 5000, 3, 3};
        const Targets targets{labels, {}, weights};
        return {rows, targets, training, {rows, targets, validation}};
    }
};

TEST_CASE_TEMPLATE("the same training to the last bit as with the core's loss, for any number of threads", T, float,
                   double) {
    const ManyPoints points;
    for (const bool early_stopping : {false, true}) {
        for (const std::size_t batch_size : {100U, 4000U}) {
            TrainerOptions options = options_with(1, early_stopping);
            options.batch_size = batch_size;
            Network<T> wanted = testing::make_classifier<T>();
            Trainer<T> core(wanted, options);
            MersenneTwister random(3);
            core.fit(wanted, points.data(), 3, random, {});
            for (const std::size_t threads : {1U, 2U, 3U}) {
                CAPTURE(batch_size);
                CAPTURE(threads);
                std::size_t calls = 0;
                options.threads = threads;
                options.loss = Loss::hinge;  // which does not fit the network: it is not looked at
                Network<T> network = testing::make_classifier<T>();
                Trainer<T> trainer(network, options, {}, own_squared_error<T>(calls));
                MersenneTwister same_random(3);
                trainer.fit(network, points.data(), 3, same_random, {});
                CHECK(parameters(network) == parameters(wanted));
                CHECK(trainer.loss_curve() == core.loss_curve());
                CHECK(trainer.validation_losses() == core.validation_losses());
                CHECK(calls >= 3 * (4000 / batch_size));
            }
        }
    }
}

TEST_CASE("the objective of a solver for whole batches") {
    const ManyPoints points;
    const Network<double> network = testing::make_classifier<double>();
    std::size_t calls = 0;
    Objective<double> core(network, points.data(), {Loss::squared_error, 0.1, 0, 1});
    Objective<double> own(network, points.data(), {Loss::log_loss, 0.1, 0, 2}, own_squared_error<double>(calls));
    const auto wanted = core.evaluate(network, {});
    const auto got = own.evaluate(network, {});
    CHECK(got->loss == wanted->loss);
    CHECK(got->penalty == wanted->penalty);
    for (std::size_t k = 1; k <= 2; ++k) {
        for (std::size_t i = 0; i < own.gradient(k).rows; ++i) {
            for (std::size_t j = 0; j < own.gradient(k).cols; ++j) {
                CHECK(own.gradient(k)(i, j) == core.gradient(k)(i, j));
            }
        }
    }
}

TEST_CASE("what it throws is passed on, and leaves network and optimizer as of the last epoch") {
    const Points points;
    std::size_t calls = 0;
    const OwnLoss<double> loss = own_squared_error<double>(calls);
    Network<double> network = testing::make_classifier<double>();
    // 18 rows in batches of 5: the 11th call is in the middle of the third epoch.
    Trainer<double> trainer(
        network, options_with(1, false), {},
        [&](MatrixView<double> s, std::span<double> losses, MatrixView<const double> a, MatrixView<const double> y) {
            loss(s, losses, a, y);
            if (calls == 11) {
                throw std::runtime_error("no longer");
            }
        });
    std::vector<double> last;
    double steps = 0;
    Listener listener;
    listener.on_epoch = [&](const Epoch&) {
        last = parameters(network);
        steps = trainer.optimizer().steps();
        return false;
    };
    MersenneTwister random(3);
    TrainingData data = points.data();
    data.validation = {};
    CHECK_THROWS_WITH_AS(trainer.fit(network, data, 5, random, listener), "no longer", std::runtime_error);
    CHECK(trainer.loss_curve().size() == 2);
    CHECK(parameters(network) == last);
    CHECK(trainer.optimizer().steps() == steps);
}

}  // namespace
}  // namespace rosenblatt
