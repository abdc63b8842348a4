#include "rosenblatt/optimizer.hpp"

#include <cmath>

#include "kernels/dispatch.hpp"

namespace rosenblatt {

template <class T>
Optimizer<T>::Optimizer(const Layout& layout, const OptimizerOptions& options)
    : options_(options),
      learning_rate_(options.learning_rate_init),
      first_(layout.size()),
      second_(options.solver == Solver::adam ? layout.size() : 0) {}

template <class T>
double Optimizer<T>::step(Network<T>& network, const T* gradient, std::size_t rows) {
    const kernels::Table<T>& kernel = kernels::active<T>();
    const double scale = 1.0 / static_cast<double>(rows);
    steps_ += 1;

    double rate = learning_rate_;
    if (options_.solver == Solver::adam) {
        rate *= std::sqrt(1 - std::pow(options_.beta_2, steps_)) / (1 - std::pow(options_.beta_1, steps_));
    }
    const auto update = [&](std::size_t begin, std::size_t count, double decay) {
        T* theta = network.parameters().data() + begin;
        if (options_.solver == Solver::adam) {
            const kernels::AdamStep step{{scale, decay}, rate, options_.beta_1, options_.beta_2, options_.epsilon};
            return kernel.adam(theta, first_.data() + begin, second_.data() + begin, gradient + begin, count, &step);
        }
        const kernels::SgdStep step{{scale, decay}, rate, options_.momentum, options_.nesterovs_momentum};
        return kernel.sgd(theta, first_.data() + begin, gradient + begin, count, &step);
    };

    double squares = 0;
    for (const Layer& layer : network.layout().layers()) {
        update(layer.offset, layer.stride, 0);
        squares += update(layer.offset + layer.stride, layer.inputs * layer.stride, options_.alpha * scale);
    }
    return 0.5 * options_.alpha * scale * squares;
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
