// The optimizers of the estimators: one loop over the one buffer of parameters.
#pragma once

#include <cstddef>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/regularisation.hpp"

namespace rosenblatt {

enum class Solver {
    sgd,
    adam,     // Kingma and Ba 2015
    nadam,    // Dozat 2016, in the form of PyTorch
    rmsprop,  // Tieleman and Hinton 2012
    adagrad,  // Duchi, Hazan and Singer 2011
    rprop,    // iRprop-, Igel and Huesken 2003
};

enum class LearningRate { constant, invscaling, adaptive };

struct OptimizerOptions : Regularisation {
    Solver solver = Solver::adam;
    double learning_rate_init = 0.001;  // of rprop, its first steps

    // sgd
    LearningRate learning_rate = LearningRate::constant;
    double power_t = 0.5;
    double momentum = 0.9;
    bool nesterovs_momentum = true;

    // adam, nadam; epsilon also of rmsprop and adagrad
    double beta_1 = 0.9;
    double beta_2 = 0.999;
    double epsilon = 1e-8;

    // rmsprop
    double rho = 0.9;
};

template <class T>
class Optimizer {
public:
    Optimizer(const Layout& layout, const OptimizerOptions& options);

    // One step along the gradient of a batch, given as a sum over its rows, whose weights (1 each, as a rule) add up to
    // `weight`. Returns the penalty at the parameters from before the step. The gradient may be overwritten.
    double step(Network<T>& network, T* gradient, double weight);

    // The same in parts: begin_step once, then update for every row of theta once, in any order and by any thread, at
    // last end_step with the sum of what update returned (the squares of the weights before the step, or the penalty),
    // which returns the penalty.
    void begin_step(double weight);
    double update(Network<T>& network, std::size_t k, std::size_t first, std::size_t count, T* gradient);
    [[nodiscard]] double end_step(double sum) const;

    // With clips_norm(), the whole gradient must be there before the first update: clip_norm is called with the sum of
    // squared_norm of every row. With limits_norms(), limit_norms of every column of every layer follows the last
    // update: columns `first` to first + count - 1 of the stored rows, whole cache lines.
    [[nodiscard]] bool clips_norm() const { return options_.clip_norm < Regularisation::none; }
    [[nodiscard]] bool limits_norms() const { return options_.max_norm < Regularisation::none; }
    [[nodiscard]] double squared_norm(const T* gradient, std::size_t count) const;
    void clip_norm(double squared_norm);
    void limit_norms(Network<T>& network, std::size_t k, std::size_t first, std::size_t count) const;

    // Schedule of the learning rate. After an epoch; `samples` is the number of rows seen so far.
    void epoch_ends(double samples);

    // The training no longer improves: true to stop, false after the learning rate was lowered ("adaptive").
    [[nodiscard]] bool stalled();

    [[nodiscard]] const OptimizerOptions& options() const { return options_; }

    // What a training that goes on with this optimizer may change, also between two steps.
    void regularise(const Regularisation& with) { static_cast<Regularisation&>(options_) = with; }
    void set_learning_rate(double rate) { learning_rate_ = rate; }

    // The state, to be saved and restored: one entry for each parameter, in the shape of theta of layer k, and numbers.
    [[nodiscard]] MatrixView<T> first(std::size_t k) { return layer_view(layout_, first_.data(), k); }
    [[nodiscard]] MatrixView<T> second(std::size_t k) { return layer_view(layout_, second_.data(), k); }
    [[nodiscard]] bool has_second() const { return second_.size() > 0; }
    [[nodiscard]] double steps() const { return steps_; }
    [[nodiscard]] double learning_rate() const { return learning_rate_; }
    void restore(double steps, double learning_rate);

    // All of it in one, for the same optimizer later on. Neither call allocates.
    struct State {
        AlignedBuffer<T> first;
        AlignedBuffer<T> second;
        double steps = 0;
        double learning_rate = 0;
    };
    [[nodiscard]] State unwritten_state() const;
    void save(State& state) const;
    void restore(const State& state);

    [[nodiscard]] const Layout& layout() const { return layout_; }

private:
    // Whether there is more to do before a step than its kernel does.
    [[nodiscard]] bool prepares() const {
        return options_.l1_ratio > 0 || options_.weight_decay > 0 || options_.clip_value < Regularisation::none ||
               clips_norm();
    }
    // The step of the parameters from `begin` on, along scale * gradient + decay * theta; returns the sum of squares.
    double move(T* theta, std::size_t begin, std::size_t count, const T* gradient, double scale, double decay);
    // NAdam's momentum in step t.
    [[nodiscard]] double momentum(double t) const;

    Layout layout_;
    OptimizerOptions options_;
    double learning_rate_;
    double steps_ = 0;
    double scale_ = 1;         // of the gradient in this step: 1 / weight of the batch
    double clip_factor_ = 1;   // of this step
    double rate_ = 0;          // of this step, with Adam's bias corrections, or of NAdam's gradient
    double mean_rate_ = 0;     // of NAdam's mean
    double momenta_ = 1;       // the product of all momenta of NAdam so far
    AlignedBuffer<T> first_;   // velocity, mean of the gradient, mean or sum of its square, or Rprop's last gradient
    AlignedBuffer<T> second_;  // mean of the gradient's square, or Rprop's steps
};

}  // namespace rosenblatt
