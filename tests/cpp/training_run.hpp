// Short trainings of a small classifier, as the tests of the trainer compare them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "random_network.hpp"
#include "rosenblatt/trainer.hpp"

namespace rosenblatt::testing {

using Index = std::vector<std::int64_t>;

template <class T>
std::vector<T> parameters(const Network<T>& network) {
    return {network.parameters().data(), network.parameters().data() + network.parameters().size()};
}

template <class T>
Network<T> make_classifier() {
    Network<T> network({3, 6, 2}, {Activation::tanh, Activation::softmax});
    Dice dice(1);
    set_random_parameters(network, dice);
    return network;
}

// 23 points of three features; the label says on which side of a curved surface a point lies.
struct Points {
    std::vector<double> x = std::vector<double>(23 * 3);
    std::vector<std::int64_t> labels = std::vector<std::int64_t>(23);
    Index training = Index(18);
    Index validation = Index(5);

    Points() {
        Dice dice(2);
        dice.fill(x.data(), x.size());
        for (std::size_t i = 0; i < labels.size(); ++i) {
            labels[i] = x[3 * i] * x[3 * i + 1] + x[3 * i + 2] > 0 ? 1 : 0;
        }
        std::iota(training.begin(), training.end(), 0);
        std::iota(validation.begin(), validation.end(), 18);
    }
    [[nodiscard]] TrainingData data() const {
        const Rows rows{x.data(), Element::float64, 23, 3, 3};
        return {rows, {labels, {}}, training, {rows, {labels, {}}, validation}};
    }
};

// No stopping before max_iter
[[nodiscard]] inline TrainerOptions sgd_options() {
    TrainerOptions options;
    options.optimizer.solver = Solver::sgd;
    options.optimizer.learning_rate_init = 0.1;
    options.batch_size = 5;
    options.tol = 0;
    options.n_iter_no_change = std::numeric_limits<double>::infinity();
    return options;
}

// A training from make_classifier() with the random numbers of a seed.
template <class T>
struct Run {
    Network<T> network = make_classifier<T>();
    Trainer<T> trainer;
    MersenneTwister random;
    Ending ending;

    Run(const Points& points, const TrainerOptions& options, std::size_t max_iter, const Listener& listener = {},
        std::uint32_t seed = 3)
        : trainer(network, options),
          random(seed),
          ending(trainer.fit(network, points.data(), max_iter, random, listener)) {}
};

}  // namespace rosenblatt::testing
