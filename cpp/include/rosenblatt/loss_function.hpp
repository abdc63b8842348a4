// A loss with the numbers that it takes.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "rosenblatt/loss.hpp"
#include "rosenblatt/matrix_view.hpp"

namespace rosenblatt {

struct LossFunction {
    Loss loss = Loss::log_loss;
    double huber_delta = 1;              // where the Huber loss becomes linear
    double tweedie_power = 1.5;          // the variance grows as the mean to this power
    double focal_gamma = 2;              // 0: the focal loss is the log-loss
    double label_smoothing = 0;          // the share of a row's label that all labels get instead
    std::vector<double> quantiles{0.5};  // of one output after the other, and again from the first

    LossFunction() = default;
    // A loss by itself is one with the numbers above. NOLINTNEXTLINE(google-explicit-constructor)
    LossFunction(Loss kind) : loss(kind) {}
};

// Throws std::invalid_argument unless the numbers of `loss` are in their ranges, and it can be taken of outputs made by
// `activation`.
void check_loss(const LossFunction& loss, Activation activation);

// The losses of some rows and s = dL/da, or dL/dn where the loss is canonical. All rows are padded to whole vectors;
// the padding of s stays zero. Where labels are smoothed, y becomes (1 - eps) y + eps / K with K classes (2 where each
// output is a label of its own, else the width of the group of outputs; Szegedy et al. 2016).
template <class T>
void take_loss(MatrixView<T> s, std::span<double> losses, MatrixView<const T> a, MatrixView<T> y,
               const LossFunction& loss, const std::vector<std::size_t>& groups = {});

// A loss that somebody else computes: writes dL/da to s and the loss of each row, from a and y of a chunk of rows. It
// is called by the thread that asked for the training, and may throw.
template <class T>
using OwnLoss =
    std::function<void(MatrixView<T> s, std::span<double> losses, MatrixView<const T> a, MatrixView<const T> y)>;

}  // namespace rosenblatt
