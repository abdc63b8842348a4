// What a perceptron does with sparse rows: the work for a row is in proportion to its entries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rosenblatt/rows.hpp"
#include "rosenblatt/sparse_batch.hpp"
#include "src/sparse_weights.hpp"

namespace rosenblatt {

template <class T>
class SparseUnit {
public:
    // As in scikit-learn: every wrong row moves the intercept, but a weight only those with an entry in its column.
    static constexpr double intercept_rate = 0.01;

    SparseUnit(const Rows& rows, std::span<T> w, bool has_l1, bool has_l2)
        : rows_(rows), row_(rows, 1, false), weights_(w, rows.csr.columns.count, has_l1, has_l2) {}

    // Nothing: the entries of a row are few cache lines, and where they lie would have to be read first.
    void prefetch(std::size_t /*i*/) const {}

    // y n of row i. What follows is about this row.
    [[nodiscard]] double margin(std::size_t i, double y, double intercept, bool /*is_first_epoch*/) {
        x_ = read(i);
        return y * (static_cast<double>(weights_.net_input(x_)) + intercept);
    }

    // w += step * x
    void add(T step) { weights_.add(x_, step); }

    void shrink(T factor) { weights_.shrink(factor); }
    void push_to_zero(double total) { weights_.push_to_zero(x_, total); }
    void apply_scale() { weights_.apply_scale(); }

    [[nodiscard]] double penalty(double alpha, double l1_ratio) const { return weights_.penalty(alpha, l1_ratio); }
    [[nodiscard]] bool is_finite() const { return weights_.is_finite(); }
    [[nodiscard]] std::span<T> v() const { return weights_.v(); }
    [[nodiscard]] double scale() const { return weights_.scale(); }

    // x v^T of row i, summed as SciPy does
    [[nodiscard]] T validation_input(std::size_t i) {
        const std::span<const T> v = weights_.v();
        const SparseRow<T> x = read(i);
        T sum = 0;
        for (std::size_t e = 0; e < x.columns.size(); ++e) {
            sum += x.values[e] * v[x.columns[e]];
        }
        return sum;
    }

private:
    [[nodiscard]] SparseRow<T> read(std::size_t i) {
        const auto index = static_cast<std::int64_t>(i);
        row_.place(rows_, {&index, 1});
        row_.gather(rows_, {&index, 1}, 0, 1);
        const auto& [begin, columns, values] = row_.by_rows();
        return {{columns.data(), begin[1]}, {values.data(), begin[1]}};
    }

    Rows rows_;
    SparseBatch<T> row_;
    SparseWeights<T> weights_;
    SparseRow<T> x_;
};

}  // namespace rosenblatt
