// What happens to single weights of a perceptron, and the norms of them all. Where a result depends on the order of
// its roundings, that order is scikit-learn's.
#pragma once

#include <algorithm>
#include <cmath>

namespace rosenblatt {

// v += factor * x. Product and sum are rounded each for itself, which a fused multiply-add would not do.
template <class T>
void move_weight(T& v, T x, double factor) {
    v = static_cast<T>(static_cast<double>(v) + static_cast<double>(x) * factor);
}

// Truncated gradient (Tsuruoka, Tsujii, Ananiadou 2009) for the weight scale * v: `total` is the L1 penalty that every
// weight should have had by now, `got` what this one has, and it is not pushed across zero.
template <class T>
void truncate_weight(T& v, T& got, double total, double scale) {
    const auto before = static_cast<double>(v);
    const auto had = static_cast<double>(got);
    double after = before;
    if (before > 0) {
        after = std::max(0.0, before - (total + had) / scale);
    } else if (before < 0) {
        after = std::min(0.0, before + (total - had) / scale);
    }
    v = static_cast<T>(after);
    got = static_cast<T>(had + scale * (static_cast<double>(v) - before));
}

// The scale of w = scale * v below which it is multiplied into v.
template <class T>
[[nodiscard]] constexpr double smallest_scale() {
    return sizeof(T) == sizeof(float) ? 1e-6 : 1e-9;
}

// |w|^2 and |w|_1 of w = scale * v: first every v, then the scale.
template <class T>
class WeightNorms {
public:
    void include(T v) {
        squares_ += static_cast<double>(v * v);
        absolutes_ += std::abs(static_cast<double>(v));
    }

    // By a factor of at least 0
    void multiply(T factor) {
        squares_ *= static_cast<double>(factor * factor);
        absolutes_ *= static_cast<double>(factor);
    }

    // alpha times the penalty of the weights as of the last update, which is as often as scikit-learn measures them.
    [[nodiscard]] double penalty(double alpha, double l1_ratio) const {
        const auto norm = static_cast<T>(std::sqrt(squares_));
        return alpha * ((1 - l1_ratio) * 0.5 * static_cast<double>(norm * norm) +
                        l1_ratio * static_cast<double>(static_cast<T>(absolutes_)));
    }

private:
    double squares_ = 0;
    double absolutes_ = 0;
};

}  // namespace rosenblatt
