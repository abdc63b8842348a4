// The weights of a perceptron that learns dense rows, as a scalar times a vector. Where a result depends on the order
// of its roundings, that order is scikit-learn's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <numeric>
#include <span>
#include <type_traits>

#include "kernels/dispatch.hpp"
#include "rosenblatt/aligned_buffer.hpp"
#include "src/weight_updates.hpp"

namespace rosenblatt {

// w = scale * v, so that the L2 penalty shrinks all weights by one multiplication. F is the type of the quick look at a
// row in is_surely_right: T, or float for rows of bytes, which become float in half the time that they take to become
// double.
template <class T, class F>
class ScaledWeights {
public:
    ScaledWeights(std::span<T> v, bool has_l1)
        : v_(v), reserve_(has_l1 ? v.size() : 0), quick_v_(std::is_same_v<T, F> ? 0 : v.size()) {
        measure();
    }

    // Whether y n > 0 beyond any rounding error. The kernel sums in an order of its own; by Cauchy and Schwarz two sums
    // of the same products differ by less than features * epsilon * |x| |v|. Most rows are right, so most end here.
    // x_squared is |x|^2 or more.
    [[nodiscard]] bool is_surely_right(const F* x, double x_squared, double y, double intercept) const {
        if (!(x_squared > underflow) || !(v_squared_ > underflow)) {
            return false;
        }
        const double n = scale_ * static_cast<double>(kernel_.dot(x, quick_v(), v_.size())) + intercept;
        const double margin = scale_ * doubt<F>() * std::sqrt(x_squared * v_squared_);
        return y * n > margin;
    }

    // x w^T, summed from the first feature to the last in double precision, which takes 0.7 us for 784 features because
    // each addition waits for the one before. In single precision the result has fewer digits than the sum: where all
    // that the sum can be, going by one in another order, rounds to the same number, that is the result.
    [[nodiscard]] T net_input(const T* x, [[maybe_unused]] double x_squared) const {
        if constexpr (std::is_same_v<T, float>) {
            const double sum = sum_in_lanes(x);
            const double margin = doubt<double>() * std::sqrt(x_squared * v_squared_);
            const auto low = static_cast<T>((sum - margin) * scale_);
            const auto high = static_cast<T>((sum + margin) * scale_);
            if (x_squared > underflow && v_squared_ > underflow && low == high) {
                return low;
            }
        }
        double sum = 0;
        for (std::size_t j = 0; j < v_.size(); ++j) {
            sum += static_cast<double>(v_[j] * x[j]);
        }
        return static_cast<T>(sum * scale_);
    }

    // w += step * x
    void add(const T* x, T step, bool needs_norms) {
        const auto scale = static_cast<T>(scale_);
        const auto factor = static_cast<double>(step / scale);
        for (std::size_t j = 0; j < v_.size(); ++j) {
            move_weight(v_[j], x[j], factor);
        }
        measure();
        if (needs_norms) {
            measure_norms(scale);
        }
    }

    void shrink(T factor) {
        scale_ *= static_cast<double>(factor);
        norms_.multiply(factor);
        if (scale_ < smallest_scale<T>()) {
            apply_scale();
        }
    }

    void apply_scale() {
        const auto scale = static_cast<T>(scale_);
        for (T& value : v_) {
            value *= scale;
        }
        scale_ = 1;
        measure();
    }

    void push_to_zero(double total) {
        T* got = reserve_.data();
        const double scale = scale_;
        for (std::size_t j = 0; j < v_.size(); ++j) {
            truncate_weight(v_[j], got[j], total, scale);
        }
        copy_quick_v();
    }

    [[nodiscard]] double penalty(double alpha, double l1_ratio) const { return norms_.penalty(alpha, l1_ratio); }

    // Norms of the weights before the first update.
    void measure_norms(T scale = 1) {
        WeightNorms<T> norms;
        for (const T value : v_) {
            norms.include(value);
        }
        norms.multiply(scale);
        norms_ = norms;
    }

    [[nodiscard]] bool is_finite() const {
        return std::all_of(v_.begin(), v_.end(), [](T value) { return std::isfinite(value); });
    }

    [[nodiscard]] std::span<T> v() const { return v_; }
    [[nodiscard]] double scale() const { return scale_; }

private:
    // Squares below this may have lost digits to underflow.
    static constexpr double underflow =
        static_cast<double>(std::numeric_limits<F>::min()) / static_cast<double>(std::numeric_limits<F>::epsilon());

    // By how much two sums of the same products, in different orders and in the precision of S, can differ, in units of
    // |x| |v|. Twice the bound, for the roundings of the bound itself; 8 for the few that are not part of the sum.
    template <class S>
    [[nodiscard]] double doubt() const {
        return 2 * static_cast<double>(v_.size() + 8) * static_cast<double>(std::numeric_limits<S>::epsilon());
    }

    [[nodiscard]] double sum_in_lanes(const T* x) const {
        constexpr std::size_t lanes = 8;
        double sum[lanes] = {};
        std::size_t j = 0;
        for (; j + lanes <= v_.size(); j += lanes) {
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                sum[lane] += static_cast<double>(v_[j + lane] * x[j + lane]);
            }
        }
        for (; j < v_.size(); ++j) {
            sum[0] += static_cast<double>(v_[j] * x[j]);
        }
        return std::accumulate(std::begin(sum), std::end(sum), 0.0);
    }

    [[nodiscard]] const F* quick_v() const {
        if constexpr (std::is_same_v<T, F>) {
            return v_.data();
        } else {
            return quick_v_.data();
        }
    }

    void copy_quick_v() {
        if constexpr (!std::is_same_v<T, F>) {
            std::transform(v_.begin(), v_.end(), quick_v_.data(), [](T value) { return static_cast<F>(value); });
        }
    }

    void measure() {
        copy_quick_v();
        v_squared_ = static_cast<double>(kernel_.dot(quick_v(), quick_v(), v_.size()));
    }

    const kernels::Table<F>& kernel_ = kernels::active<F>();
    std::span<T> v_;
    AlignedBuffer<T> reserve_;
    AlignedBuffer<F> quick_v_;  // v as F, where that is another type
    double scale_ = 1;
    double v_squared_ = 0;  // |v|^2 or more: push_to_zero only makes it smaller
    WeightNorms<T> norms_;
};

}  // namespace rosenblatt
