#include "rosenblatt/optimizer.hpp"

#include <cmath>

#include "kernels/dispatch.hpp"

namespace rosenblatt {

template <class T>
Optimizer<T>::Optimizer(const Layout& layout, const OptimizerOptions& options)
    : layout_(layout),
      options_(options),
      learning_rate_(options.learning_rate_init),
      first_(layout.size()),
      second_(options.solver == Solver::adam ? layout.size() : 0) {}

template <class T>
double Optimizer<T>::step(Network<T>& network, const T* gradient, double weight) {
    begin_step(weight);
    double squares = 0;
    for (std::size_t k = 1; k <= network.depth(); ++k) {
        const Layer& layer = network.layout().layers()[k - 1];
        squares += update(network, k, 0, layer.inputs + 1, gradient + layer.offset);
    }
    return end_step(squares);
}

template <class T>
void Optimizer<T>::restore(double steps, double learning_rate) {
    steps_ = steps;
    learning_rate_ = learning_rate;
}

template <class T>
typename Optimizer<T>::State Optimizer<T>::unwritten_state() const {
    using Buffer = AlignedBuffer<T>;
    State state;
    state.first = Buffer(first_.size(), typename Buffer::Unwritten{});
    state.second = Buffer(second_.size(), typename Buffer::Unwritten{});
    return state;
}

template <class T>
void Optimizer<T>::save(State& state) const {
    state.first.copy_from(first_);
    state.second.copy_from(second_);
    state.steps = steps_;
    state.learning_rate = learning_rate_;
}

template <class T>
void Optimizer<T>::restore(const State& state) {
    first_.copy_from(state.first);
    second_.copy_from(state.second);
    restore(state.steps, state.learning_rate);
}

template <class T>
void Optimizer<T>::begin_step(double weight) {
    scale_ = 1 / weight;
    steps_ += 1;
    rate_ = learning_rate_;
    if (options_.solver == Solver::adam) {
        rate_ *= std::sqrt(1 - std::pow(options_.beta_2, steps_)) / (1 - std::pow(options_.beta_1, steps_));
    }
}

template <class T>
double Optimizer<T>::update(Network<T>& network, std::size_t k, std::size_t first, std::size_t count,
                            const T* gradient) {
    const kernels::Table<T>& kernel = kernels::active<T>();
    const Layer& layer = network.layout().layers()[k - 1];
    const auto move = [&](std::size_t begin, std::size_t size, const T* g, double decay) {
        T* theta = network.parameters().data() + begin;
        if (options_.solver == Solver::adam) {
            const kernels::AdamStep step{{scale_, decay}, rate_, options_.beta_1, options_.beta_2, options_.epsilon};
            return kernel.adam(theta, first_.data() + begin, second_.data() + begin, g, size, &step);
        }
        const kernels::SgdStep step{{scale_, decay}, rate_, options_.momentum, options_.nesterovs_momentum};
        return kernel.sgd(theta, first_.data() + begin, g, size, &step);
    };
    const std::size_t begin = layer.offset + first * layer.stride;
    const std::size_t biases = first == 0 ? layer.stride : 0;  // row 0, free of the penalty
    if (biases > 0) {
        move(begin, biases, gradient, 0);
    }
    return move(begin + biases, count * layer.stride - biases, gradient + biases, options_.alpha * scale_);
}

template <class T>
double Optimizer<T>::end_step(double squares) const {
    return 0.5 * options_.alpha * scale_ * squares;
}

template <class T>
void Optimizer<T>::epoch_ends(double samples) {
    if (options_.solver == Solver::sgd && options_.learning_rate == LearningRate::invscaling) {
        learning_rate_ = options_.learning_rate_init / std::pow(samples + 1, options_.power_t);
    }
}

template <class T>
bool Optimizer<T>::stalled() {
    constexpr double smallest = 1e-6;
    if (options_.solver != Solver::sgd || options_.learning_rate != LearningRate::adaptive ||
        learning_rate_ <= smallest) {
        return true;
    }
    learning_rate_ /= 5;
    return false;
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace rosenblatt
