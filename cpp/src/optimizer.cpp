#include "rosenblatt/optimizer.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/dispatch.hpp"

namespace rosenblatt {
namespace {

// Igel and Huesken 2003, section 3.1: the factors of a step that shrinks or grows, and its bounds.
constexpr double rprop_shrinking = 0.5;
constexpr double rprop_growing = 1.2;
constexpr double rprop_least = 1e-6;
constexpr double rprop_most = 50;

bool has_two_moments(Solver solver) {
    return solver == Solver::adam || solver == Solver::nadam || solver == Solver::rprop;
}

}  // namespace

template <class T>
Optimizer<T>::Optimizer(const Layout& layout, const OptimizerOptions& options)
    : layout_(layout),
      options_(options),
      learning_rate_(options.learning_rate_init),
      first_(layout.size()),
      second_(has_two_moments(options.solver) ? layout.size() : 0) {
    if (options.solver == Solver::rprop) {
        second_.fill(static_cast<T>(options.learning_rate_init));
    }
}

template <class T>
double Optimizer<T>::step(Network<T>& network, T* gradient, double weight) {
    begin_step(weight);
    if (clips_norm()) {
        clip_norm(squared_norm(gradient, layout_.size()));
    }
    double sum = 0;
    for (std::size_t k = 1; k <= network.depth(); ++k) {
        const Layer& layer = layout_.layers()[k - 1];
        sum += update(network, k, 0, layer.inputs + 1, gradient + layer.offset);
        if (limits_norms()) {
            limit_norms(network, k, 0, layer.stride);
        }
    }
    return end_step(sum);
}

template <class T>
void Optimizer<T>::restore(double steps, double learning_rate) {
    steps_ = steps;
    learning_rate_ = learning_rate;
    momenta_ = 1;
    const bool has_momenta = options_.solver == Solver::nadam;
    for (std::uint64_t t = 1; has_momenta && static_cast<double>(t) <= steps && momenta_ > 0; ++t) {
        momenta_ *= momentum(static_cast<double>(t));
    }
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
double Optimizer<T>::momentum(double t) const {
    constexpr double decay = 0.004;  // Dozat's, to the base 0.96
    return options_.beta_1 * (1 - 0.5 * std::pow(0.96, t * decay));
}

template <class T>
void Optimizer<T>::begin_step(double weight) {
    scale_ = 1 / weight;
    clip_factor_ = 1;
    steps_ += 1;
    rate_ = learning_rate_;
    if (options_.solver == Solver::adam) {
        rate_ *= std::sqrt(1 - std::pow(options_.beta_2, steps_)) / (1 - std::pow(options_.beta_1, steps_));
    } else if (options_.solver == Solver::nadam) {
        const double mu = momentum(steps_);
        const double next_mu = momentum(steps_ + 1);
        momenta_ *= mu;
        rate_ *= (1 - mu) / (1 - momenta_);
        mean_rate_ = learning_rate_ * next_mu / (1 - momenta_ * next_mu);
    }
}

template <class T>
double Optimizer<T>::move(T* theta, std::size_t begin, std::size_t count, const T* gradient, double scale,
                          double decay) {
    const kernels::Table<T>& kernel = kernels::active<T>();
    const kernels::StepScale along{scale, decay};
    theta += begin;
    T* first = first_.data() + begin;
    switch (options_.solver) {
        case Solver::sgd: {
            const kernels::SgdStep step{along, rate_, options_.momentum, options_.nesterovs_momentum};
            return kernel.sgd(theta, first, gradient, count, &step);
        }
        case Solver::adam: {
            const kernels::AdamStep step{along, rate_, options_.beta_1, options_.beta_2, options_.epsilon};
            return kernel.adam(theta, first, second_.data() + begin, gradient, count, &step);
        }
        case Solver::nadam: {
            const double correction = 1 / (1 - std::pow(options_.beta_2, steps_));
            const kernels::NAdamStep step{along,           rate_,           mean_rate_,      correction,
                                          options_.beta_1, options_.beta_2, options_.epsilon};
            return kernel.nadam(theta, first, second_.data() + begin, gradient, count, &step);
        }
        case Solver::rmsprop: {
            const kernels::RmsPropStep step{along, rate_, options_.rho, 1 - options_.rho, options_.epsilon};
            return kernel.rmsprop(theta, first, gradient, count, &step);
        }
        case Solver::adagrad: {
            const kernels::RmsPropStep step{along, rate_, 1, 1, options_.epsilon};
            return kernel.rmsprop(theta, first, gradient, count, &step);
        }
        case Solver::rprop:
            break;
    }
    const kernels::RpropStep step{along, rprop_shrinking, rprop_growing, rprop_least, rprop_most};
    return kernel.rprop(theta, first, second_.data() + begin, gradient, count, &step);
}

template <class T>
double Optimizer<T>::update(Network<T>& network, std::size_t k, std::size_t first, std::size_t count, T* gradient) {
    const Layer& layer = layout_.layers()[k - 1];
    T* theta = network.parameters().data();
    const std::size_t begin = layer.offset + first * layer.stride;
    const std::size_t size = count * layer.stride;
    const std::size_t biases = first == 0 ? layer.stride : 0;  // row 0, free of penalty and decay
    const double alpha = options_.alpha * scale_;
    if (!prepares()) {
        if (biases > 0) {
            move(theta, begin, biases, gradient, scale_, 0);
        }
        return move(theta, begin + biases, size - biases, gradient + biases, scale_, alpha);
    }
    const kernels::Clip clip{scale_, options_.clip_value};
    const kernels::RegularisedStep of_biases{clip, clip_factor_, 0, 0, 1};
    const kernels::RegularisedStep of_weights{clip, clip_factor_, alpha * options_.l1_ratio,
                                              alpha * (1 - options_.l1_ratio),
                                              1 - learning_rate_ * options_.weight_decay};
    const kernels::Table<T>& kernel = kernels::active<T>();
    kernel.regularise(gradient, theta + begin, biases, &of_biases);
    const double penalty = kernel.regularise(gradient + biases, theta + begin + biases, size - biases, &of_weights);
    move(theta, begin, size, gradient, 1, 0);
    return penalty;
}

template <class T>
double Optimizer<T>::end_step(double sum) const {
    return prepares() ? sum : 0.5 * options_.alpha * scale_ * sum;
}

template <class T>
double Optimizer<T>::squared_norm(const T* gradient, std::size_t count) const {
    const kernels::Clip clip{scale_, options_.clip_value};
    return kernels::active<T>().squared_norm(gradient, count, &clip);
}

template <class T>
void Optimizer<T>::clip_norm(double squared_norm) {
    const double norm = std::sqrt(squared_norm);
    clip_factor_ = norm > options_.clip_norm ? options_.clip_norm / norm : 1;
}

template <class T>
void Optimizer<T>::limit_norms(Network<T>& network, std::size_t k, std::size_t first, std::size_t count) const {
    const Layer& layer = layout_.layers()[k - 1];
    T* weights = network.parameters().data() + layer.offset + layer.stride;  // row 0 is the bias
    kernels::active<T>().limit_norms(weights + first, layer.stride, layer.inputs, count, options_.max_norm);
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
