#include "rosenblatt/batch_norm.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace rosenblatt {
namespace {

std::size_t hidden_width(const Layout& layout) {
    const std::vector<std::size_t>& sizes = layout.sizes();
    if (sizes.size() < 3) {
        throw std::invalid_argument("batch normalisation is of hidden layers, and this network has none");
    }
    return std::accumulate(sizes.begin() + 1, sizes.end() - 1, std::size_t{0});
}

// gamma = weights and beta = biases of a layer with one input; nothing but the clipping of gradients is done to them.
OptimizerOptions without_penalty(OptimizerOptions options) {
    const Regularisation with = options;
    static_cast<Regularisation&>(options) = {};
    options.alpha = 0;
    options.clip_value = with.clip_value;
    options.clip_norm = with.clip_norm;
    return options;
}

}  // namespace

template <class T>
BatchNorm<T>::BatchNorm(const Network<T>& network, const Optimizer<T>& optimizer)
    : network_(network),
      scales_({1, hidden_width(network.layout())}, {Activation::linear}),
      mean_(hidden_width(network.layout())),
      variance_(mean_.size(), 1 - epsilon),
      optimizer_(scales_.layout(), without_penalty(optimizer.options())) {
    std::size_t column = 0;
    for (std::size_t k = 1; k < network_.depth(); ++k) {
        columns_.push_back(column);
        const MatrixView<T> theta = network_.theta(k);
        std::copy_n(theta.row(0), theta.cols, scales().row(0) + column);
        std::fill_n(theta.row(0), theta.cols, T(0));
        column += theta.cols;
    }
    std::fill_n(scales().row(1), column, T(1));
}

template <class T>
void BatchNorm<T>::fold(Network<T>& folded) const {
    const std::size_t l = network_.depth();
    for (std::size_t k = 1; k < l; ++k) {
        const MatrixView<const T> theta = network_.theta(k);
        const MatrixView<T> out = folded.theta(k);
        for (std::size_t j = 0; j < theta.cols; ++j) {
            const std::size_t i = column(k) + j;
            const double factor = static_cast<double>(scales()(1, i)) / std::sqrt(variance_[i] + epsilon);
            out(0, j) = static_cast<T>(static_cast<double>(scales()(0, i)) - mean_[i] * factor);
            for (std::size_t m = 1; m < theta.rows; ++m) {
                out(m, j) = static_cast<T>(static_cast<double>(theta(m, j)) * factor);
            }
        }
    }
    const Layer& last = network_.layout().layers().back();
    std::copy_n(network_.parameters().data() + last.offset, last.size(), folded.parameters().data() + last.offset);
}

template <class T>
bool BatchNorm<T>::is_folded_in(const Network<T>& network) const {
    if (network.layout().sizes() != network_.layout().sizes()) {
        return false;
    }
    Network<T> folded = network_;
    fold(folded);
    const AlignedBuffer<T>& expected = folded.parameters();
    return std::equal(expected.data(), expected.data() + expected.size(), network.parameters().data());
}

template <class T>
void BatchNorm<T>::begin_step(const Optimizer<T>& weights, double weight) {
    optimizer_.regularise(without_penalty(weights.options()));
    optimizer_.set_learning_rate(weights.learning_rate());
    optimizer_.begin_step(weight);
}

template <class T>
double BatchNorm<T>::squared_norm(const AlignedBuffer<T>& gradient) const {
    return optimizer_.squared_norm(gradient.data(), gradient.size());
}

template <class T>
void BatchNorm<T>::update(AlignedBuffer<T>& gradient) {
    optimizer_.update(scales_, 1, 0, 2, gradient.data());
}

template <class T>
typename BatchNorm<T>::State BatchNorm<T>::unwritten_state() const {
    using Buffer = AlignedBuffer<T>;
    State state;
    state.parameters = Buffer(network_.parameters().size(), typename Buffer::Unwritten{});
    state.scales = Buffer(scales_.parameters().size(), typename Buffer::Unwritten{});
    state.mean.resize(width());
    state.variance.resize(width());
    state.optimizer = optimizer_.unwritten_state();
    return state;
}

template <class T>
void BatchNorm<T>::save(State& state) const {
    state.parameters.copy_from(network_.parameters());
    state.scales.copy_from(scales_.parameters());
    state.mean = mean_;
    state.variance = variance_;
    state.has_statistics = has_statistics_;
    optimizer_.save(state.optimizer);
}

template <class T>
void BatchNorm<T>::restore(const State& state) {
    restore_parameters(state);
    optimizer_.restore(state.optimizer);
}

template <class T>
void BatchNorm<T>::restore_parameters(const State& state) {
    network_.parameters().copy_from(state.parameters);
    scales_.parameters().copy_from(state.scales);
    mean_ = state.mean;
    variance_ = state.variance;
    has_statistics_ = state.has_statistics;
}

template <class T>
void BatchNorm<T>::check_sizes(const BatchNorm& other) const {
    if (other.network_.layout().sizes() != network_.layout().sizes()) {
        throw std::invalid_argument("the batch normalisation is that of a network of other sizes");
    }
}

template <class T>
void BatchNorm<T>::copy_parameters(const BatchNorm& other) {
    check_sizes(other);
    network_.parameters().copy_from(other.network_.parameters());
    scales_.parameters().copy_from(other.scales_.parameters());
    mean_ = other.mean_;
    variance_ = other.variance_;
    has_statistics_ = other.has_statistics_;
}

template <class T>
void BatchNorm<T>::copy_steps(const BatchNorm& other) {
    check_sizes(other);
    optimizer_ = other.optimizer_;
}

template class BatchNorm<float>;
template class BatchNorm<double>;

}  // namespace rosenblatt
