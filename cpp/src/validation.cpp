#include "rosenblatt/validation.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace rosenblatt {
namespace {

// The sensitivities of so many rows stay in a first-level cache, up to 32 outputs.
constexpr std::size_t rows_per_block = 128;

double checked_weight(const ValidationData& data, const Layout& layout) {
    check_validation_data(data, layout);
    return nonzero_weight(data.targets, data.index, "validation: ");
}

}  // namespace

template <class T>
Validation<T>::Validation(const Layout& layout, const ValidationData& data, const ValidationOptions& options,
                          Team& team, OwnLoss<T> own_loss)
    : team_(team),
      data_(data),
      options_(options),
      own_loss_(std::move(own_loss)),
      weight_(checked_weight(data, layout)),
      memory_(2 * data.index.size() * layout.outputs()),
      a_{memory_.data(), data.index.size(), layout.outputs(), layout.outputs()},
      y_{memory_.data() + a_.rows * a_.cols, a_.rows, a_.cols, a_.cols},
      a_block_(rows_per_block * layout.layers().back().stride),
      y_block_(a_block_.size()),
      s_block_(a_block_.size()),
      losses_(rows_per_block),
      workspaces_(workspaces_to_predict<T>(layout, data.rows, a_.rows, team)) {
    if (!own_loss_) {
        check_loss(options.loss, layout.layers().back().activation);
    }
    gather(y_, data.targets, data.index);
}

template <class T>
typename Validation<T>::Result Validation<T>::evaluate(const Network<T>& network) {
    predict(network, a_, data_.rows, data_.index, team_, workspaces_);
    const double loss = mean_loss(network);
    if (options_.score == Score::loss) {
        return {-loss, loss};
    }
    // Linear answers to labels are those of a hinge loss, on either side of 0; all others are probabilities.
    const bool is_linear = network.layout().layers().back().activation == Activation::linear;
    const double score = rosenblatt::score<T>(a_, y_, data_.targets, data_.index, options_.score,
                                              network.layout().groups(), is_linear ? T(0) : T(0.5));
    return {score, loss};
}

template <class T>
double Validation<T>::mean_loss(const Network<T>& network) {
    const std::size_t stride = s_block_.size() / rows_per_block;
    double sum = 0;
    for (std::size_t first = 0; first < a_.rows; first += rows_per_block) {
        const std::size_t count = std::min(rows_per_block, a_.rows - first);
        for (std::size_t i = 0; i < count; ++i) {
            std::copy_n(a_.row(first + i), a_.cols, a_block_.data() + i * stride);
            std::copy_n(y_.row(first + i), y_.cols, y_block_.data() + i * stride);
        }
        const MatrixView<T> a{a_block_.data(), count, a_.cols, stride};
        const MatrixView<T> y{y_block_.data(), count, a_.cols, stride};
        const MatrixView<T> s{s_block_.data(), count, a_.cols, stride};
        if (own_loss_) {
            own_loss_(s, std::span(losses_).first(count), a, y);
        } else {
            take_loss<T>(s, losses_, a, y, options_.loss, network.layout().groups());
        }
        for (std::size_t i = 0; i < count; ++i) {
            const auto row = static_cast<std::size_t>(data_.index[first + i]);
            sum += losses_[i] * (data_.targets.weights.empty() ? 1 : data_.targets.weights[row]);
        }
    }
    return options_.loss_scale * sum / weight_;
}

template class Validation<float>;
template class Validation<double>;

}  // namespace rosenblatt
