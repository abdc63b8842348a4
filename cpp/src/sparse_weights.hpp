// The weights of a perceptron that learns sparse rows, as a scalar times a vector. Entries are taken one after the
// other as they lie in the row, several of the same column too: the order of the roundings is scikit-learn's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "src/weight_updates.hpp"

namespace rosenblatt {

template <class T>
struct SparseRow {
    std::span<const std::uint32_t> columns;
    std::span<const T> values;  // as many
};

// w = scale * v, so that the L2 penalty shrinks all weights by one multiplication.
template <class T>
class SparseWeights {
public:
    // For rows with so many entries in all
    SparseWeights(std::span<T> v, std::size_t entries, bool has_l1, bool has_l2)
        : v_(v), reserve_(has_l1 ? v.size() : 0), has_norms_(has_l1 || has_l2), is_used_(has_l2 ? v.size() : 0) {
        if (has_l2) {
            const auto zeros = static_cast<std::size_t>(std::count(v.begin(), v.end(), T(0)));
            used_.reserve(v.size() - zeros + std::min(zeros, entries));
        }
        for (std::size_t j = 0; has_norms_ && j < v.size(); ++j) {
            norms_.include(v[j]);
            if (has_l2 && v[j] != 0) {
                use(static_cast<std::uint32_t>(j));
            }
        }
    }

    // x w^T
    [[nodiscard]] T net_input(const SparseRow<T>& x) const {
        double sum = 0;
        for (std::size_t e = 0; e < x.columns.size(); ++e) {
            sum += static_cast<double>(v_[x.columns[e]] * x.values[e]);
        }
        return static_cast<T>(sum * scale_);
    }

    // w += step * x. As in scikit-learn, the norms are those of the weights of this row alone from now on.
    void add(const SparseRow<T>& x, T step) {
        const auto scale = static_cast<T>(scale_);
        const auto factor = static_cast<double>(step / scale);
        if (!has_norms_) {
            for (std::size_t e = 0; e < x.columns.size(); ++e) {
                move_weight(v_[x.columns[e]], x.values[e], factor);
            }
            return;
        }
        WeightNorms<T> norms;
        for (std::size_t e = 0; e < x.columns.size(); ++e) {
            const std::uint32_t j = x.columns[e];
            move_weight(v_[j], x.values[e], factor);
            norms.include(v_[j]);
            if (!is_used_.empty() && is_used_[j] == 0) {
                use(j);
            }
        }
        norms.multiply(scale);
        norms_ = norms;
    }

    void shrink(T factor) {
        scale_ *= static_cast<double>(factor);
        norms_.multiply(factor);
        if (scale_ < smallest_scale<T>()) {
            apply_scale();
        }
    }

    // Only the used weights can have another value than 0. A factor of 0, which a large alpha makes of every row,
    // leaves none of them.
    void apply_scale() {
        const auto scale = static_cast<T>(scale_);
        scale_ = 1;
        for (const std::uint32_t j : used_) {
            v_[j] *= scale;
        }
        if (scale == 0) {
            for (const std::uint32_t j : used_) {
                is_used_[j] = 0;
            }
            used_.clear();
        }
    }

    // As in scikit-learn, only the weights of this row
    void push_to_zero(const SparseRow<T>& x, double total) {
        T* got = reserve_.data();
        for (const std::uint32_t j : x.columns) {
            truncate_weight(v_[j], got[j], total, scale_);
        }
    }

    [[nodiscard]] double penalty(double alpha, double l1_ratio) const { return norms_.penalty(alpha, l1_ratio); }

    [[nodiscard]] bool is_finite() const {
        return std::all_of(v_.begin(), v_.end(), [](T value) { return std::isfinite(value); });
    }

    [[nodiscard]] std::span<T> v() const { return v_; }
    [[nodiscard]] double scale() const { return scale_; }

private:
    void use(std::uint32_t j) {
        is_used_[j] = 1;
        used_.push_back(j);
    }

    std::span<T> v_;
    AlignedBuffer<T> reserve_;
    bool has_norms_;
    // With an L2 penalty, whose scale can become 1 every row: the columns whose weights may not be 0.
    std::vector<std::uint8_t> is_used_;
    std::vector<std::uint32_t> used_;
    double scale_ = 1;
    WeightNorms<T> norms_;
};

}  // namespace rosenblatt
