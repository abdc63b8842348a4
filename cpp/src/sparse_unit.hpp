// What a perceptron does with sparse rows: the work for a row is in proportion to its entries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rosenblatt/aligned_buffer.hpp"
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
        : rows_(rows),
          is_direct_(rows.element == element_of<T>() && !rows.csr.columns.are_wide),
          row_(rows, 1, false),
          weights_(w, rows.csr.columns.count, has_l1, has_l2) {}

    // The entries of a row that is read soon; always inlined, see RowReader.
    [[gnu::always_inline]] void prefetch(std::size_t i) const {
        const auto begin = static_cast<std::size_t>(rows_.csr.begins[i]);
        const std::size_t count = static_cast<std::size_t>(rows_.csr.begins[i + 1]) - begin;
        const std::size_t column_size = rows_.csr.columns.are_wide ? sizeof(std::int64_t) : sizeof(std::int32_t);
        prefetch(rows_.csr.columns.data, begin * column_size, count * column_size);
        const std::size_t value_size = element_size(rows_.element);
        prefetch(rows_.data, begin * value_size, count * value_size);
    }

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
    [[gnu::always_inline]] static void prefetch(const void* data, std::size_t first, std::size_t bytes) {
        const char* begin = static_cast<const char*>(data) + first;
        for (std::size_t byte = 0; byte < bytes; byte += cache_line) {
            __builtin_prefetch(begin + byte, 0, 2);
        }
    }

    // Where it lies, as a rule: to copy the entries took twice as long as to learn from them. Others are converted.
    [[nodiscard]] SparseRow<T> read(std::size_t i) {
        if (is_direct_) {
            const auto begin = static_cast<std::size_t>(rows_.csr.begins[i]);
            const auto count = static_cast<std::size_t>(rows_.csr.begins[i + 1]) - begin;
            // As unsigned, which is another view of the same numbers: none is negative.
            return {{static_cast<const std::uint32_t*>(rows_.csr.columns.data) + begin, count},
                    {static_cast<const T*>(rows_.data) + begin, count}};
        }
        const auto index = static_cast<std::int64_t>(i);
        row_.place(rows_, {&index, 1});
        row_.gather(rows_, {&index, 1}, 0, 1);
        const auto& [begin, columns, values] = row_.by_rows();
        return {{columns.data(), begin[1]}, {values.data(), begin[1]}};
    }

    Rows rows_;
    bool is_direct_;
    SparseBatch<T> row_;
    SparseWeights<T> weights_;
    SparseRow<T> x_;
};

}  // namespace rosenblatt
