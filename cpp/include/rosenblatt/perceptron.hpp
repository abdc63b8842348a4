// One linear unit trained on the perceptron loss, step for step as scikit-learn's Perceptron trains it: the same order
// of rows, the same stopping rule, and the same rounding, so that the weights agree to the last bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>

#include "rosenblatt/rows.hpp"

namespace rosenblatt {

enum class Penalty { none, l1, l2, elasticnet };

struct PerceptronOptions {
    Penalty penalty = Penalty::none;
    double alpha = 1e-4;     // strength of the penalty
    double l1_ratio = 0.15;  // share of l1 in elasticnet
    bool fit_intercept = true;
    std::size_t max_iter = 1000;
    double tol = 1e-3;  // minus infinity: never stop before max_iter
    bool shuffle = true;
    std::uint32_t seed = 1;
    double eta0 = 1;
    bool early_stopping = false;  // watch the accuracy on the validation rows instead of the objective
    std::size_t n_iter_no_change = 5;
    double weight_positive = 1;  // of the two classes
    double weight_negative = 1;
};

// `weights` and `validation` have one entry a row or are empty (all 1; none).
template <class T>
struct PerceptronData {
    Rows rows;
    std::span<const std::int8_t> y;            // 1 or -1
    std::span<const T> weights;                // factor of a row's update
    std::span<const std::uint8_t> validation;  // 1: not learned from
};

struct PerceptronEpoch {
    std::size_t number;       // 1-based
    double loss;              // mean of max(0, -y n) over the training rows, each before its update
    double objective;         // the loss with the penalty
    std::size_t wrong;        // training rows with y n <= 0
    double validation_score;  // NaN without early stopping
    double scale = 1;         // times what w holds now are the weights
    double intercept = 0;
};

// Both may be empty; true interrupts the training.
struct PerceptronListener {
    std::function<bool(const PerceptronEpoch&)> on_epoch;  // after every epoch
    std::function<bool()> interrupted;                     // about ten times a second
};

struct PerceptronResult {
    enum class Ending { max_iter, converged, overflow, interrupted };
    Ending ending = Ending::max_iter;
    double intercept = 0;
    std::size_t n_iter = 0;  // whole epochs; for an overflow, the epoch in which it happened
};

// Trains n = x w^T + b from the given w (one entry a feature) and intercept, in place. y n <= 0 counts as wrong, and a
// wrong row moves w by eta0 y x times its weights. With sparse rows, as in scikit-learn, the intercept moves by a
// hundredth of eta0, an L1 penalty is put on the weights of each row's own entries, and entries of the same column are
// taken one after the other. An interruption leaves w and the intercept as of the last whole
// epoch, also when it comes as an exception out of the listener; an overflow leaves w undefined. Throws
// std::invalid_argument for options out of range and for spans of another length than the rows and features.
template <class T>
PerceptronResult train_perceptron(std::span<T> w, double intercept, const PerceptronData<T>& data,
                                  const PerceptronOptions& options, const PerceptronListener& listener);

}  // namespace rosenblatt
