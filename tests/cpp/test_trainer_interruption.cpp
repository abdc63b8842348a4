// How a training ends before its time: the listener interrupts it, or throws.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "training_run.hpp"

namespace rosenblatt {
namespace {

using testing::parameters;

constexpr double x = 0.5;
constexpr float y = 2;

// A training that would take hours: a million steps of one row an epoch.
struct EndlessTraining {
    Network<float> network;
    std::vector<float> before;
    std::vector<std::int64_t> training = std::vector<std::int64_t>(1'000'000);
    TrainerOptions options;
    MersenneTwister random;

    explicit EndlessTraining(std::size_t width)
        : network({1, width, width, 1}, {Activation::tanh, Activation::tanh, Activation::linear}) {
        testing::Dice dice(1);
        testing::set_random_parameters(network, dice);
        before = parameters(network);
        options.loss = Loss::half_squared_error;
        options.batch_size = 1;
        options.shuffle = false;
        options.n_iter_no_change = std::numeric_limits<double>::infinity();
    }
    Ending fit(Trainer<float>& trainer, const Listener& listener) {
        const TrainingData data{{&x, Element::float64, 1, 1, 1}, {{}, {&y, Element::float32, 1, 1, 1}}, training, {}};
        return trainer.fit(network, data, 1'000'000'000, random, listener);
    }
};

TEST_CASE("an interruption within the first epoch leaves the network as it was") {
    EndlessTraining endless(700);
    Trainer<float> trainer(endless.network, endless.options);
    int looks = 0;
    Listener listener;
    listener.interrupted = [&looks] { return ++looks == 2; };
    CHECK(endless.fit(trainer, listener) == Ending::interrupted);
    CHECK(looks == 2);
    CHECK(trainer.loss_curve().empty());
    CHECK(parameters(endless.network) == endless.before);
    CHECK(trainer.optimizer().steps() == 0);
    CHECK(trainer.optimizer().first(1)(1, 0) == 0);
}

TEST_CASE("an exception out of the question within the first epoch leaves the network as it was") {
    EndlessTraining endless(700);
    Trainer<float> trainer(endless.network, endless.options);
    Listener listener;
    listener.interrupted = []() -> bool { throw std::runtime_error("no longer"); };
    CHECK_THROWS_WITH_AS(endless.fit(trainer, listener), "no longer", std::runtime_error);
    CHECK(parameters(endless.network) == endless.before);
}

TEST_CASE("an interruption among many short epochs leaves the network as of the last one") {
    EndlessTraining endless(3);
    endless.training.resize(10);
    Trainer<float> trainer(endless.network, endless.options);
    std::vector<float> last;
    std::size_t epochs = 0;
    Listener listener;
    listener.on_epoch = [&](const Epoch& epoch) {
        last = parameters(endless.network);
        epochs = epoch.number;
        return false;
    };
    listener.interrupted = [] { return true; };
    CHECK(endless.fit(trainer, listener) == Ending::interrupted);
    CHECK(trainer.loss_curve().size() == epochs);
    CHECK(epochs > 0);
    CHECK(parameters(endless.network) == last);
}

TEST_CASE("an exception out of on_epoch leaves the network as of that epoch") {
    EndlessTraining endless(3);
    endless.training.resize(10);
    Trainer<float> trainer(endless.network, endless.options);
    std::vector<float> last;
    Listener listener;
    listener.on_epoch = [&](const Epoch& epoch) -> bool {
        last = parameters(endless.network);
        if (epoch.number == 3) {
            throw std::runtime_error("enough");
        }
        return false;
    };
    CHECK_THROWS_WITH_AS(endless.fit(trainer, listener), "enough", std::runtime_error);
    CHECK(trainer.loss_curve().size() == 3);
    CHECK(parameters(endless.network) == last);
    CHECK(last != endless.before);
}

}  // namespace
}  // namespace rosenblatt
