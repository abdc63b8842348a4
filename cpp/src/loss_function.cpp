#include "rosenblatt/loss_function.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

#include "kernels/dispatch.hpp"

namespace rosenblatt {
namespace {

void check_number(bool is_right, const char* what, double number, const char* expected) {
    if (!is_right) {
        throw std::invalid_argument(std::string(what) + " must be " + expected + ", not " + std::to_string(number));
    }
}

bool is_of_labels(Loss loss) {
    return loss == Loss::log_loss || loss == Loss::focal || loss == Loss::binary_log_loss || loss == Loss::binary_focal;
}

template <class T>
void smooth_labels(MatrixView<T> y, const LossFunction& loss, const std::vector<std::size_t>& groups) {
    const bool is_binary = loss.loss == Loss::binary_log_loss || loss.loss == Loss::binary_focal;
    const auto kept = static_cast<T>(1 - loss.label_smoothing);
    const auto smooth = [&](std::size_t first, std::size_t width) {
        const auto added = static_cast<T>(loss.label_smoothing / (is_binary ? 2 : static_cast<double>(width)));
        for (std::size_t i = 0; i < y.rows; ++i) {
            T* row = y.row(i) + first;
            std::transform(row, row + width, row, [&](T label) { return kept * label + added; });
        }
    };
    if (groups.empty()) {
        smooth(0, y.cols);
    }
    std::size_t first = 0;
    for (const std::size_t width : groups) {
        smooth(first, width);
        first += width;
    }
}

}  // namespace

void check_loss(const LossFunction& loss, Activation activation) {
    check_loss(loss.loss, activation);
    const double power = loss.tweedie_power;
    check_number(std::isfinite(loss.huber_delta) && loss.huber_delta > 0, "huber_delta", loss.huber_delta,
                 "finite and above 0");
    check_number(std::isfinite(power) && (power <= 0 || power >= 1), "tweedie_power", power,
                 "finite and not between 0 and 1, where there is no such distribution");
    check_number(std::isfinite(loss.focal_gamma) && loss.focal_gamma >= 0, "focal_gamma", loss.focal_gamma,
                 "finite and at least 0");
    check_number(loss.label_smoothing >= 0 && loss.label_smoothing < 1, "label_smoothing", loss.label_smoothing,
                 "at least 0 and below 1");
    if (loss.label_smoothing > 0 && !is_of_labels(loss.loss)) {
        throw std::invalid_argument("the loss " + std::string(name(loss.loss)) + " has no labels to smooth");
    }
    if (loss.quantiles.empty()) {
        throw std::invalid_argument("there must be at least one quantile");
    }
    for (const double quantile : loss.quantiles) {
        check_number(quantile > 0 && quantile < 1, "a quantile", quantile, "above 0 and below 1");
    }
}

template <class T>
void take_loss(MatrixView<T> s, std::span<double> losses, MatrixView<const T> a, MatrixView<T> y,
               const LossFunction& loss, const std::vector<std::size_t>& groups) {
    if (loss.label_smoothing > 0) {
        smooth_labels(y, loss, groups);
    }
    const kernels::LossParameters parameters{loss.huber_delta, loss.tweedie_power, loss.focal_gamma,
                                             loss.quantiles.data(), loss.quantiles.size()};
    kernels::active<T>().loss[static_cast<int>(loss.loss)](losses.data(), s.data, s.stride, a.data, a.stride, y.data,
                                                           y.stride, s.rows, s.cols, &parameters);
}

template void take_loss(MatrixView<float>, std::span<double>, MatrixView<const float>, MatrixView<float>,
                        const LossFunction&, const std::vector<std::size_t>&);
template void take_loss(MatrixView<double>, std::span<double>, MatrixView<const double>, MatrixView<double>,
                        const LossFunction&, const std::vector<std::size_t>&);

}  // namespace rosenblatt
