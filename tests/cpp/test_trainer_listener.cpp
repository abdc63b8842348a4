// What a trainer's listener hears of batches, and the learning rates that it gives them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "training_run.hpp"

namespace rosenblatt {
namespace {

using testing::make_classifier;
using testing::parameters;
using testing::Points;
using testing::Run;
using testing::sgd_options;

TEST_CASE_TEMPLATE("every batch is told of, and changes nothing", T, float, double) {
    const Points points;
    for (const std::size_t batch_size : {1U, 5U, 18U, 100U}) {
        TrainerOptions options = sgd_options();
        options.batch_size = batch_size;
        std::vector<Batch> batches;
        std::vector<double> means;
        Listener listener;
        listener.on_batch = [&](const Batch& batch) {
            batches.push_back(batch);
            return false;
        };
        listener.on_epoch = [&](const Epoch& epoch) {
            double sum = 0;
            std::size_t rows = 0;
            for (const Batch& batch : batches) {
                if (batch.epoch == epoch.number) {
                    sum += batch.loss * static_cast<double>(batch.rows);
                    rows += batch.rows;
                }
            }
            CHECK(rows == 18);
            means.push_back(sum / 18);
            return false;
        };
        const Run<T> run(points, options, 3, listener);
        const std::size_t per_epoch = (17 + batch_size) / batch_size;
        CAPTURE(batch_size);
        REQUIRE(batches.size() == 3 * per_epoch);
        for (std::size_t i = 0; i < batches.size(); ++i) {
            CHECK(batches[i].epoch == i / per_epoch + 1);
            CHECK(batches[i].number == i % per_epoch + 1);
            CHECK(batches[i].batches == per_epoch);
            CHECK(batches[i].learning_rate == 0.1);
        }
        CHECK(means == run.trainer.loss_curve());
        const Run<T> plain(points, options, 3);
        CHECK(run.trainer.loss_curve() == plain.trainer.loss_curve());
        CHECK(parameters(run.network) == parameters(plain.network));
    }
}

TEST_CASE("a batch too large for one chunk is told of once") {
    const std::vector<std::int64_t> training(3000, 7);
    const Points points;
    TrainingData data = points.data();
    data.training = training;
    Network<double> network = make_classifier<double>();
    TrainerOptions options = sgd_options();
    options.batch_size = 2000;
    Trainer<double> trainer(network, options);
    MersenneTwister random;
    std::vector<std::size_t> rows;
    Listener listener;
    listener.on_batch = [&](const Batch& batch) {
        rows.push_back(batch.rows);
        return false;
    };
    trainer.fit(network, data, 1, random, listener);
    CHECK(rows == std::vector<std::size_t>{2000, 1000});
}

TEST_CASE_TEMPLATE("stopped after a batch, the epoch is one of the rows so far", T, float, double) {
    const Points points;
    for (const bool early_stopping : {false, true}) {
        TrainerOptions options = sgd_options();
        options.early_stopping = early_stopping;
        options.shuffle = false;
        std::size_t epochs = 0;
        double loss = 0;
        Listener listener;
        listener.on_batch = [&](const Batch& batch) {
            loss += batch.epoch == 2 ? batch.loss / 2 : 0;
            return batch.epoch == 2 && batch.number == 2;
        };
        listener.on_epoch = [&](const Epoch& epoch) {
            epochs = epoch.number;
            return false;
        };
        const Run<T> run(points, options, 10, listener);
        CHECK(run.ending == Ending::stopped_by_listener);
        CHECK(epochs == 2);
        REQUIRE(run.trainer.loss_curve().size() == 2);
        CHECK(run.trainer.loss_curve()[1] == doctest::Approx(loss).epsilon(1e-14));
        CHECK(run.trainer.progress().samples == 18 + 10);
        CHECK(run.trainer.validation_scores().size() == 2);
        if (!early_stopping) {  // an epoch, and then one of the first ten rows
            Network<T> network = make_classifier<T>();
            Trainer<T> trainer(network, options);
            MersenneTwister random(3);
            trainer.fit(network, points.data(), 1, random, {});
            TrainingData fewer = points.data();
            fewer.training = fewer.training.first(10);
            trainer.fit(network, fewer, 1, random, {});
            CHECK(parameters(run.network) == parameters(network));
        }
    }
}

TEST_CASE("an exception out of on_batch leaves network and optimizer as of the last whole epoch") {
    const Points points;
    for (const std::size_t epoch : {1U, 2U, 4U}) {
        Network<double> network = make_classifier<double>();
        Trainer<double> trainer(network, sgd_options());
        MersenneTwister random(3);
        Listener listener;
        listener.on_batch = [&](const Batch& batch) -> bool {
            if (batch.epoch == epoch && batch.number == 3) {
                throw std::runtime_error("enough");
            }
            return false;
        };
        CHECK_THROWS_WITH_AS(trainer.fit(network, points.data(), 10, random, listener), "enough", std::runtime_error);
        const Run<double> whole(points, sgd_options(), epoch - 1);
        CHECK(trainer.loss_curve() == whole.trainer.loss_curve());
        CHECK(parameters(network) == parameters(whole.network));
        CHECK(trainer.optimizer().steps() == static_cast<double>(4 * (epoch - 1)));
    }
}

TEST_CASE_TEMPLATE("each batch is learned with the rate that before_epoch gives it", T, float, double) {
    const Points points;
    for (const Solver solver : {Solver::sgd, Solver::adam}) {
        TrainerOptions options = sgd_options();
        options.optimizer.solver = solver;
        options.shuffle = false;
        const auto rate = [](std::size_t step) { return 0.2 / std::sqrt(1 + static_cast<double>(step)); };
        std::size_t epochs = 0;
        std::vector<double> rates;
        std::vector<double> at_the_end;
        Listener listener;
        listener.before_epoch = [&](std::span<double> of_epoch) {
            for (std::size_t i = 0; i < of_epoch.size(); ++i) {
                of_epoch[i] = rate(epochs * of_epoch.size() + i);
            }
            ++epochs;
            return true;
        };
        listener.on_batch = [&](const Batch& batch) {
            rates.push_back(batch.learning_rate);
            return false;
        };
        listener.on_epoch = [&](const Epoch& epoch) {
            at_the_end.push_back(epoch.learning_rate);
            return false;
        };
        const Run<T> run(points, options, 3, listener);
        CHECK(epochs == 3);
        REQUIRE(rates.size() == 12);
        for (std::size_t i = 0; i < rates.size(); ++i) {
            CHECK(rates[i] == rate(i));
        }
        CHECK(at_the_end == std::vector<double>{rate(3), rate(7), rate(11)});

        // Batch by batch by hand
        Network<T> network = make_classifier<T>();
        Optimizer<T> optimizer(network.layout(), options.optimizer);
        Workspace<T> workspace(network.layout(), 5, Keep::training);
        for (std::size_t step = 0; step < 12; ++step) {
            const std::size_t first = step % 4 * 5;
            const std::size_t rows = std::min<std::size_t>(5, 18 - first);
            const std::span<const std::int64_t> index = std::span(points.training).subspan(first, rows);
            gather(workspace.a(0), points.data().rows, index);
            gather(workspace.y(), points.data().targets, index);
            network.forward(workspace, rows);
            network.backward(workspace, rows, Loss::log_loss);
            optimizer.set_learning_rate(rate(step));
            optimizer.step(network, workspace.gradient(), static_cast<double>(rows));
        }
        CHECK(parameters(run.network) == parameters(network));
    }
}

TEST_CASE("where before_epoch gives no rates, the optimizer's own count") {
    const Points points;
    std::size_t epochs = 0;
    Listener listener;
    listener.before_epoch = [&](std::span<double> rates) {
        std::fill(rates.begin(), rates.end(), 7.0);
        ++epochs;
        return false;
    };
    const Run<double> run(points, sgd_options(), 3, listener);
    CHECK(epochs == 3);
    CHECK(run.trainer.learning_rate() == 0.1);
    const Run<double> plain(points, sgd_options(), 3);
    CHECK(parameters(run.network) == parameters(plain.network));
    CHECK(run.random.position() == plain.random.position());
}

TEST_CASE("an exception out of before_epoch leaves the last epoch") {
    const Points points;
    Network<double> network = make_classifier<double>();
    Trainer<double> trainer(network, sgd_options());
    MersenneTwister random(3);
    std::size_t epochs = 0;
    Listener listener;
    listener.before_epoch = [&](std::span<double>) -> bool {
        if (++epochs == 3) {
            throw std::runtime_error("no rates");
        }
        return false;
    };
    CHECK_THROWS_WITH_AS(trainer.fit(network, points.data(), 10, random, listener), "no rates", std::runtime_error);
    const Run<double> whole(points, sgd_options(), 2);
    CHECK(parameters(network) == parameters(whole.network));
    CHECK(random.position() == whole.random.position());
}

}  // namespace
}  // namespace rosenblatt
