// The optimizers of the estimators: one loop over the one buffer of parameters.
#pragma once

#include <cstddef>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/network.hpp"

namespace rosenblatt {

enum class Solver { sgd, adam };

enum class LearningRate { constant, invscaling, adaptive };

struct OptimizerOptions {
    Solver solver = Solver::adam;
    double learning_rate_init = 0.001;
    double alpha = 0.0001;  // L2 penalty alpha/2 |W|^2 / batch; biases are free

    // sgd
    LearningRate learning_rate = LearningRate::constant;
    double power_t = 0.5;
    double momentum = 0.9;
    bool nesterovs_momentum = true;

    // adam
    double beta_1 = 0.9;
    double beta_2 = 0.999;
    double epsilon = 1e-8;
};

template <class T>
class Optimizer {
public:
    Optimizer(const Layout& layout, const OptimizerOptions& options);

    // One step along the gradient of a batch, given as a sum over its rows, whose weights (1 each, as a rule) add up to
    // `weight`. Returns the penalty alpha/2 |W|^2 / weight at the parameters from before the step.
    double step(Network<T>& network, const T* gradient, double weight);

    // The same in parts: begin_step once, then update for every row of theta once, in any order and by any thread, at
    // last end_step with the sum of what update returned (the squares of the weights before the step), which returns
    // the penalty.
    void begin_step(double weight);
    double update(Network<T>& network, std::size_t k, std::size_t first, std::size_t count, const T* gradient);
    [[nodiscard]] double end_step(double squares) const;

    // Schedule of the learning rate. After an epoch; `samples` is the number of rows seen so far.
    void epoch_ends(double samples);

    // The training no longer improves: true to stop, false after the learning rate was lowered ("adaptive").
    [[nodiscard]] bool stalled();

    // What a training that goes on with this optimizer may change.
    void set_alpha(double alpha) { options_.alpha = alpha; }
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
    Layout layout_;
    OptimizerOptions options_;
    double learning_rate_;
    double steps_ = 0;
    double scale_ = 1;         // of the gradient in this step: 1 / weight of the batch
    double rate_ = 0;          // of this step, with Adam's bias corrections
    AlignedBuffer<T> first_;   // velocity, or Adam's mean of the gradient
    AlignedBuffer<T> second_;  // Adam's mean of its square
};

}  // namespace rosenblatt
