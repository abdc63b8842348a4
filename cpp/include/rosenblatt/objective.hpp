// The loss of a network on data and its gradient, as a solver for whole batches asks for them (L-BFGS).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/team.hpp"
#include "rosenblatt/training_data.hpp"
#include "rosenblatt/training_step.hpp"

namespace rosenblatt {

struct ObjectiveOptions {
    LossFunction loss;
    // Penalty alpha (l1_ratio |W|_1 + (1 - l1_ratio)/2 |W|^2) / sum of weights; biases are free
    double alpha = 0.0001;
    double l1_ratio = 0;
    std::size_t threads = 1;  // at most; the result does not depend on it
};

template <class T>
class Objective {
public:
    struct Value {
        double loss;  // mean over rows, each with its weight, of the sum over outputs
        double penalty;
    };

    // For networks of this layout, on data.training of `data`, whose memory has to stay. Throws std::invalid_argument
    // where they do not fit, or where the weights add up to 0. `own_loss`, if it is not empty, is taken instead of that
    // of the options; evaluate throws what it throws.
    Objective(const Network<T>& network, const TrainingData& data, const ObjectiveOptions& options,
              OwnLoss<T> own_loss = {});

    // At the network's parameters. `interrupted`, if it is not empty, is asked about ten times a second; none if it
    // says true.
    std::optional<Value> evaluate(const Network<T>& network, const std::function<bool()>& interrupted);

    // The gradient of loss + penalty, as of the last evaluation, in the shape of theta of layer k.
    [[nodiscard]] MatrixView<T> gradient(std::size_t k) { return layer_view(layout_, step_.gradient(), k); }
    [[nodiscard]] const Layout& layout() const { return layout_; }

private:
    // Makes the sum over rows that of the mean with the penalty; returns the penalty.
    double finish_gradient(const Network<T>& network);

    Team team_;
    double weight_;  // the sum of the rows' weights
    std::vector<std::int64_t> index_;
    ObjectiveOptions options_;
    Layout layout_;
    TrainingData data_;
    TrainingStep<T> step_;
};

}  // namespace rosenblatt
