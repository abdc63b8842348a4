// What a perceptron does with the rows of a dense table.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "kernels/dispatch.hpp"
#include "rosenblatt/rows.hpp"
#include "src/row_reader.hpp"
#include "src/scaled_weights.hpp"

namespace rosenblatt {

// F: see ScaledWeights
template <class T, class F>
class DenseUnit {
public:
    static constexpr double intercept_rate = 1;

    DenseUnit(const Rows& rows, std::span<T> w, bool has_l1, bool has_l2)
        : features_(rows.features),
          has_penalty_(has_l1 || has_l2),
          weights_(w, has_l1),
          read_(rows),
          read_quickly_(rows) {
        if (has_penalty_) {
            weights_.measure_norms();
        }
    }

    [[gnu::always_inline]] void prefetch(std::size_t i) const { read_.prefetch(i); }

    // y n of row i, exact where it is not positive. What follows is about this row.
    [[nodiscard]] double margin(std::size_t i, double y, double intercept, bool is_first_epoch) {
        const F* quick_x = read_quickly_(i);
        if (is_first_epoch) {
            longest_ = std::max(longest_, squared_length(quick_x));
        }
        if (weights_.is_surely_right(quick_x, longest_, y, intercept)) {
            return 1;
        }
        x_ = read_(i);
        return y * (static_cast<double>(weights_.net_input(x_, longest_)) + intercept);
    }

    // w += step * x, after a margin that is not positive
    void add(T step) { weights_.add(x_, step, has_penalty_); }

    void shrink(T factor) { weights_.shrink(factor); }
    void push_to_zero(double total) { weights_.push_to_zero(total); }
    void apply_scale() { weights_.apply_scale(); }

    [[nodiscard]] double penalty(double alpha, double l1_ratio) const { return weights_.penalty(alpha, l1_ratio); }
    [[nodiscard]] bool is_finite() const { return weights_.is_finite(); }
    [[nodiscard]] std::span<T> v() const { return weights_.v(); }
    [[nodiscard]] double scale() const { return weights_.scale(); }

    // x v^T of row i in any order
    [[nodiscard]] T validation_input(std::size_t i) {
        return kernels::active<T>().dot(read_(i), v().data(), v().size());
    }

private:
    [[nodiscard]] double squared_length(const F* x) const {
        return static_cast<double>(kernels::active<F>().dot(x, x, features_));
    }

    std::size_t features_;
    bool has_penalty_;
    ScaledWeights<T, F> weights_;
    double longest_ = 0;  // |x|^2 of the longest row seen so far
    RowReader<T> read_;
    RowReader<F> read_quickly_;
    const T* x_ = nullptr;
};

}  // namespace rosenblatt
