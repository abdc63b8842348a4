#include "rosenblatt/normaliser.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace rosenblatt {
namespace {

// Rows are padded to whole cache lines: a strip is always one, and what is in the padding is multiplied by gamma = 0.
template <class T>
constexpr std::size_t strip_width = cache_line / sizeof(T);

template <class T, class Number = double>
using Line = std::array<Number, strip_width<T>>;

}  // namespace

// Columns `first` to first + count - 1 of a layer, which are those from `column` on of all layers.
template <class T>
struct Normaliser<T>::Strip {
    std::size_t first;
    std::size_t count;
    std::size_t column;
};

template <class T>
Normaliser<T>::Normaliser(BatchNorm<T>& batch_norm, std::size_t chunk, std::size_t batch_size)
    : batch_norm_(batch_norm),
      batch_size_(static_cast<double>(batch_size)),
      inverse_deviation_(batch_norm.width()),
      gradient_(batch_norm.scales_layout().size()) {
    const std::vector<std::size_t>& sizes = batch_norm.network().layout().sizes();
    for (std::size_t k = 1; k + 1 < sizes.size(); ++k) {
        const std::size_t stride = padded(sizes[k], sizeof(T));
        AlignedBuffer<T> memory(chunk * stride);
        const MatrixView<T> view{memory.data(), chunk, sizes[k], stride};
        h_.push_back({std::move(memory), view});
    }
}

template <class T>
void Normaliser<T>::begin(std::size_t rows, bool adds) {
    rows_ = rows;
    adds_ = adds;
    // One row has no variance.
    if (rows == 1) {
        share_ = 0;
    } else if (batch_norm_.has_statistics()) {
        share_ = 1 - std::pow(BatchNorm<T>::momentum, static_cast<double>(rows) / batch_size_);
    } else {
        share_ = 1;
    }
}

template <class T>
void Normaliser<T>::end() {
    if (share_ > 0) {
        batch_norm_.set_has_statistics(true);
    }
}

template <class T>
std::size_t Normaliser<T>::strips(std::size_t k) const {
    return (h_[k - 1].view.cols + strip_width<T> - 1) / strip_width<T>;
}

template <class T>
typename Normaliser<T>::Strip Normaliser<T>::strip_of(std::size_t k, std::size_t strip) const {
    const std::size_t first = strip * strip_width<T>;
    return {first, std::min(strip_width<T>, h_[k - 1].view.cols - first), batch_norm_.column(k) + first};
}

template <class T>
void Normaliser<T>::normalise(MatrixView<T> n, std::size_t k, std::size_t strip) {
    const auto [first, count, column] = strip_of(k, strip);
    const MatrixView<T> h = h_[k - 1].view;
    const auto rows = static_cast<double>(rows_);
    Line<T> mean{};
    for (std::size_t i = 0; i < rows_; ++i) {
        const T* row = h.row(i) + first;
        for (std::size_t j = 0; j < mean.size(); ++j) {
            mean[j] += static_cast<double>(row[j]);
        }
    }
    for (double& sum : mean) {
        sum /= rows;
    }
    Line<T> squares{};
    for (std::size_t i = 0; i < rows_; ++i) {
        const T* row = h.row(i) + first;
        for (std::size_t j = 0; j < squares.size(); ++j) {
            const double deviation = static_cast<double>(row[j]) - mean[j];
            squares[j] += deviation * deviation;
        }
    }
    Line<T, T> beta{};
    Line<T, T> gamma{};
    Line<T, T> centre{};
    Line<T, T> inverse{};
    for (std::size_t j = 0; j < count; ++j) {
        const double variance = squares[j] / rows;
        const double inverse_deviation = 1 / std::sqrt(variance + BatchNorm<T>::epsilon);
        inverse_deviation_[column + j] = inverse_deviation;
        beta[j] = batch_norm_.scales()(0, column + j);
        gamma[j] = batch_norm_.scales()(1, column + j);
        centre[j] = static_cast<T>(mean[j]);
        inverse[j] = static_cast<T>(inverse_deviation);
        if (share_ > 0) {
            double& moving_mean = batch_norm_.mean()[column + j];
            double& moving_variance = batch_norm_.variance()[column + j];
            moving_mean += share_ * (mean[j] - moving_mean);
            moving_variance += share_ * (squares[j] / (rows - 1) - moving_variance);
        }
    }
    for (std::size_t i = 0; i < rows_; ++i) {
        T* row = h.row(i) + first;
        T* out = n.row(i) + first;
        for (std::size_t j = 0; j < beta.size(); ++j) {
            row[j] = (row[j] - centre[j]) * inverse[j];
            out[j] = gamma[j] * row[j] + beta[j];
        }
    }
}

template <class T>
void Normaliser<T>::propagate_back(MatrixView<T> s, std::size_t k, std::size_t strip) {
    const auto [first, count, column] = strip_of(k, strip);
    const MatrixView<T> normalised = h_[k - 1].view;
    Line<T> sum{};
    Line<T> product{};
    for (std::size_t i = 0; i < rows_; ++i) {
        const T* row = s.row(i) + first;
        const T* x = normalised.row(i) + first;
        for (std::size_t j = 0; j < sum.size(); ++j) {
            sum[j] += static_cast<double>(row[j]);
            product[j] += static_cast<double>(row[j]) * static_cast<double>(x[j]);
        }
    }
    // dL/dbeta = sum s, dL/dgamma = sum s x with x = (h - mu) / sigma
    const MatrixView<T> gradient = layer_view(batch_norm_.scales_layout(), gradient_.data(), 1);
    const auto rows = static_cast<double>(rows_);
    Line<T, T> factor{};
    Line<T, T> mean{};
    Line<T, T> mean_product{};
    for (std::size_t j = 0; j < count; ++j) {
        T& of_beta = gradient(0, column + j);
        T& of_gamma = gradient(1, column + j);
        of_beta = static_cast<T>(sum[j]) + (adds_ ? of_beta : T(0));
        of_gamma = static_cast<T>(product[j]) + (adds_ ? of_gamma : T(0));
        const double gamma = static_cast<double>(batch_norm_.scales()(1, column + j));
        factor[j] = static_cast<T>(gamma * inverse_deviation_[column + j]);
        mean[j] = static_cast<T>(sum[j] / rows);
        mean_product[j] = static_cast<T>(product[j] / rows);
    }
    // dL/dh = gamma / sigma (s - mean s - x mean(s x))
    for (std::size_t i = 0; i < rows_; ++i) {
        T* row = s.row(i) + first;
        const T* x = normalised.row(i) + first;
        for (std::size_t j = 0; j < factor.size(); ++j) {
            row[j] = factor[j] * (row[j] - mean[j] - x[j] * mean_product[j]);
        }
    }
}

template class Normaliser<float>;
template class Normaliser<double>;

}  // namespace rosenblatt
