// Training by mini-batches: many epochs in one call, with scikit-learn's rules for stopping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "rosenblatt/batch_norm.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/noise.hpp"
#include "rosenblatt/optimizer.hpp"
#include "rosenblatt/random.hpp"
#include "rosenblatt/score.hpp"
#include "rosenblatt/training_data.hpp"
#include "rosenblatt/training_step.hpp"
#include "rosenblatt/validation.hpp"

namespace rosenblatt {

struct TrainerOptions {
    OptimizerOptions optimizer;
    LossFunction loss;
    // The reported loss is this times the mean over rows (1 / outputs: a mean over outputs), each with its weight.
    double loss_scale = 1;
    std::size_t batch_size = 200;
    bool shuffle = true;
    double tol = 1e-4;
    double n_iter_no_change = 10;  // may be infinite
    bool early_stopping = false;   // watch the score on the validation rows instead of the loss; keep the best network
    Score score = Score::accuracy;
    std::size_t threads = 1;  // at most; the result does not depend on it
    Noise noise;  // while it learns, not on validation rows; each fit draws a seed, of two words, if it is on
};

struct Epoch {
    std::size_t number;  // 1-based, of this call of fit
    double loss;
    double validation_score;  // NaN without validation rows
    double validation_loss;   // the same
    double learning_rate;     // of its last batch
};

struct Batch {
    std::size_t epoch;   // 1-based, of this call of fit
    std::size_t number;  // 1-based, of `batches` in the epoch
    std::size_t batches;
    std::size_t rows;
    double loss;  // with its penalty; NaN for a batch without weight, which is no step
    double learning_rate;
};

enum class Ending {
    max_iter,
    converged,            // no improvement for too long
    diverged,             // the loss is no longer finite
    stopped_by_listener,  // on_epoch or on_batch returned true
    interrupted,
};

struct Listener {
    // After every epoch; true stops the training. Empty: nobody listens, nothing is paid.
    std::function<bool(const Epoch&)> on_epoch;
    // After every batch; true ends the epoch there, which counts as one of the rows so far, and with it the training.
    std::function<bool(const Batch&)> on_batch;
    // Before every epoch; true if it has filled in the learning rate of each of the epoch's batches.
    std::function<bool(std::span<double> rates)> before_epoch;
    // The score on the validation rows, asked for after every epoch. Empty: that of the options.
    std::function<double()> score;
    // Polled about ten times a second, also within a long epoch; true interrupts the training.
    std::function<bool()> interrupted;
};

template <class T>
class Trainer {
public:
    // Goes on with `optimizer`, whose own options count then, or makes one. `own_loss`, if it is not empty, is taken
    // instead of that of the options. With a `batch_norm`, what is trained is that, and after every epoch, before
    // anybody looks, it is folded into the network. Throws std::invalid_argument where anything does not fit the
    // network.
    Trainer(const Network<T>& network, const TrainerOptions& options, std::shared_ptr<Optimizer<T>> optimizer = {},
            OwnLoss<T> own_loss = {}, std::shared_ptr<BatchNorm<T>> batch_norm = {});

    // Trains `network` for at most `max_iter` epochs. May be called again to go on: the optimizer's state, the best
    // loss so far and the count of epochs without improvement are kept. An interruption leaves network and optimizer as
    // of the last whole epoch; so does an exception thrown by the listener or by a loss of
    // one's own, which is passed on. With early stopping the
    // network ends, however it ends, as the best one on the validation rows, and so does the batch_norm. Throws
    // std::invalid_argument where the data do not fit.
    Ending fit(Network<T>& network, const TrainingData& data, std::size_t max_iter, MersenneTwister& random,
               const Listener& listener);

    // How far an earlier training came, to be continued by this one (a warm start).
    struct Progress {
        double best_loss = std::numeric_limits<double>::infinity();
        double best_validation_score = -std::numeric_limits<double>::infinity();
        double no_improvement = 0;  // epochs in a row
        double samples = 0;         // rows seen
    };
    [[nodiscard]] const Progress& progress() const { return progress_; }
    void resume(const Progress& progress) { progress_ = progress; }

    // Of all calls of fit so far.
    [[nodiscard]] const std::vector<double>& loss_curve() const { return loss_curve_; }
    [[nodiscard]] const std::vector<double>& validation_scores() const { return validation_scores_; }
    [[nodiscard]] const std::vector<double>& validation_losses() const { return validation_losses_; }
    [[nodiscard]] Optimizer<T>& optimizer() { return *optimizer_; }
    [[nodiscard]] double learning_rate() const { return optimizer_->learning_rate(); }

private:
    struct Interruption;
    class LastEpoch;
    // What an epoch is to take: its rows, and unless it is empty, the learning rate of each of its batches.
    struct Plan {
        std::size_t number;
        std::span<const std::int64_t> order;
        std::span<const double> rates;
    };
    // What it took.
    struct Course {
        enum class Ending { whole, stopped, interrupted } ending = Ending::whole;
        std::size_t rows = 0;
        double loss = 0;
    };

    // At most max_iter epochs, without the restoring at the end.
    Ending train(Network<T>& network, const TrainingData& data, std::size_t max_iter, MersenneTwister& random,
                 const Listener& listener);
    // One pass over all batches, or those until it is stopped or interrupted (never without an `interruption`).
    Course train_epoch(Network<T>& network, TrainingStep<T>& step, const TrainingData& data, const Plan& plan,
                       const Listener& listener, Interruption* interruption);
    void count_improvement(const Network<T>& network, double loss, double validation_score);
    // The network whose parameters the optimizer moves.
    Network<T>& trained(Network<T>& network) { return batch_norm_ ? batch_norm_->network() : network; }
    void fold_into(Network<T>& network) const {
        if (batch_norm_) {
            batch_norm_->fold(network);
        }
    }
    void restore_best(Network<T>& network);

    TrainerOptions options_;
    OwnLoss<T> own_loss_;
    std::shared_ptr<Optimizer<T>> optimizer_;
    std::shared_ptr<BatchNorm<T>> batch_norm_;
    AlignedBuffer<T> best_parameters_;
    typename BatchNorm<T>::State best_batch_norm_;  // which best_parameters_ are folded from
    std::vector<double> loss_curve_;
    std::vector<double> validation_scores_;
    std::vector<double> validation_losses_;
    Progress progress_;
};

}  // namespace rosenblatt
