#include "rosenblatt/sparse_batch.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace rosenblatt {
namespace {

std::size_t begin_of(const Rows& rows, std::size_t row) { return static_cast<std::size_t>(rows.csr.begins[row]); }

std::size_t length_of(const Rows& rows, std::size_t row) { return begin_of(rows, row + 1) - begin_of(rows, row); }

// The most entries that `batch` different rows can have: those of the longest.
std::size_t most_entries(const Rows& rows, std::size_t batch) {
    std::vector<std::size_t> lengths(rows.count);
    for (std::size_t row = 0; row < rows.count; ++row) {
        lengths[row] = length_of(rows, row);
    }
    const auto end = lengths.begin() + static_cast<std::ptrdiff_t>(std::min(batch, rows.count));
    if (end != lengths.end()) {
        std::nth_element(lengths.begin(), end, lengths.end(), std::greater<>());
    }
    return std::accumulate(lengths.begin(), end, std::size_t{0});
}

template <class T, class S>
void convert(T* to, const S* from, std::size_t count) {
    std::transform(from, from + count, to, [](S x) { return static_cast<T>(x); });
}

void copy_columns(std::uint32_t* to, const Rows& rows, std::size_t first, std::size_t count) {
    const Integers& columns = rows.csr.columns;
    if (columns.are_wide) {
        convert(to, static_cast<const std::int64_t*>(columns.data) + first, count);
    } else {
        convert(to, static_cast<const std::int32_t*>(columns.data) + first, count);
    }
}

template <class T>
void copy_values(T* to, const Rows& rows, std::size_t first, std::size_t count) {
    switch (rows.element) {
        case Element::uint8:
            convert(to, static_cast<const std::uint8_t*>(rows.data) + first, count);
            return;
        case Element::float32:
            convert(to, static_cast<const float*>(rows.data) + first, count);
            return;
        case Element::float64:
            convert(to, static_cast<const double*>(rows.data) + first, count);
            return;
    }
}

}  // namespace

void check_sparse(const Rows& rows) {
    const Integers& begins = rows.csr.begins;
    const Integers& columns = rows.csr.columns;
    if (begins.count != rows.count + 1) {
        throw std::invalid_argument("indptr has " + std::to_string(begins.count) + " elements, not one more than the " +
                                    std::to_string(rows.count) + " rows");
    }
    const auto entries = static_cast<std::int64_t>(columns.count);
    const auto features = static_cast<std::int64_t>(rows.features);
    for (std::size_t i = 0; i <= rows.count; ++i) {
        const std::int64_t least = i == 0 ? 0 : begins[i - 1];
        if (begins[i] < least || begins[i] > entries) {
            throw std::invalid_argument("indptr[" + std::to_string(i) + "] is " + std::to_string(begins[i]) +
                                        ", not in " + std::to_string(least) + " .. " + std::to_string(entries));
        }
    }
    for (std::size_t e = begin_of(rows, 0); e < begin_of(rows, rows.count); ++e) {
        if (columns[e] < 0 || columns[e] >= features) {
            throw std::invalid_argument("indices[" + std::to_string(e) + "] is " + std::to_string(columns[e]) +
                                        ", not one of the " + std::to_string(features) + " columns");
        }
    }
}

std::size_t multiplications_per_row(const Layout& layout, const Rows& rows) {
    if (!rows.are_sparse()) {
        return layout.size();
    }
    const Layer& first = layout.layers().front();
    const std::size_t entries = begin_of(rows, rows.count) - begin_of(rows, 0);
    const double mean = static_cast<double>(entries) / static_cast<double>(std::max<std::size_t>(rows.count, 1));
    // 1 for the bias
    return layout.size() - first.size() + static_cast<std::size_t>((1 + mean) * static_cast<double>(first.stride));
}

template <class T>
SparseBatch<T>::SparseBatch(const Rows& rows, std::size_t batch, bool has_columns) {
    if (rows.features > std::numeric_limits<std::uint32_t>::max()) {
        throw std::length_error(std::to_string(rows.features) + " columns are too many for sparse rows");
    }
    const std::size_t entries = most_entries(rows, batch);
    by_rows_ = {std::vector<std::size_t>(batch + 1), std::vector<std::uint32_t>(entries), std::vector<T>(entries)};
    if (has_columns) {
        // One more, see transpose().
        by_columns_ = {std::vector<std::size_t>(rows.features + 2), std::vector<std::uint32_t>(entries),
                       std::vector<T>(entries)};
    }
}

template <class T>
void SparseBatch<T>::place(const Rows& rows, std::span<const std::int64_t> index) {
    rows_ = index.size();
    for (std::size_t i = 0; i < rows_; ++i) {
        by_rows_.begin[i + 1] = by_rows_.begin[i] + length_of(rows, static_cast<std::size_t>(index[i]));
    }
    const std::size_t entries = by_rows_.begin[rows_];
    if (entries > by_rows_.value.size()) {  // only where a row is named more than once
        for (Lines* lines : {&by_rows_, &by_columns_}) {
            lines->position.resize(entries);
            lines->value.resize(entries);
        }
    }
}

template <class T>
void SparseBatch<T>::gather(const Rows& rows, std::span<const std::int64_t> index, std::size_t first,
                            std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) {
        const auto row = static_cast<std::size_t>(index[i]);
        const std::size_t from = begin_of(rows, row);
        const std::size_t length = length_of(rows, row);
        copy_columns(by_rows_.position.data() + by_rows_.begin[i], rows, from, length);
        copy_values(by_rows_.value.data() + by_rows_.begin[i], rows, from, length);
    }
}

template <class T>
void SparseBatch<T>::transpose() {
    // Counting sort. Columns are counted two places ahead; the sums of these counts say, one place ahead, where each
    // column begins, and count up to where the next one does while its entries come in.
    std::vector<std::size_t>& begin = by_columns_.begin;
    const std::size_t entries = by_rows_.begin[rows_];
    std::fill(begin.begin(), begin.end(), 0);
    for (std::size_t e = 0; e < entries; ++e) {
        ++begin[by_rows_.position[e] + std::size_t{2}];
    }
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    for (std::size_t i = 0; i < rows_; ++i) {
        for (std::size_t e = by_rows_.begin[i]; e < by_rows_.begin[i + 1]; ++e) {
            const std::size_t to = begin[by_rows_.position[e] + std::size_t{1}]++;
            by_columns_.position[to] = static_cast<std::uint32_t>(i);
            by_columns_.value[to] = by_rows_.value[e];
        }
    }
}

template class SparseBatch<float>;
template class SparseBatch<double>;

}  // namespace rosenblatt
