// Sparse rows of a batch, converted, by rows and by columns: what the first layer reads in place of a(0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rosenblatt/rows.hpp"

namespace rosenblatt {

// Throws std::invalid_argument unless the entries of each row lie within those of the table and their columns in
// [0, features). Everything else here relies on that.
void check_sparse(const Rows& rows);

// The mean number of entries in a row; a dense one has `features` of them.
[[nodiscard]] double entries_per_row(const Rows& rows);

template <class T>
class SparseBatch {
public:
    // Line i (a row, or a column) holds value[e] at position[e] for e = begin[i] .. begin[i + 1] - 1.
    struct Lines {
        std::vector<std::size_t> begin;
        std::vector<std::uint32_t> position;
        std::vector<T> value;
    };

    // Room for any `batch` different rows of these, and for their columns if those are asked for. Throws
    // std::length_error for more columns than fit into 32 bits.
    SparseBatch(const Rows& rows, std::size_t batch, bool has_columns);

    // A batch begins: the rows named by `index`. Settles where each of them will lie; allocates only where a row is
    // named more than once.
    void place(const Rows& rows, std::span<const std::int64_t> index);

    // After that: reads rows `first` to first + count - 1 of the batch. Different ones may be read at the same time.
    void gather(const Rows& rows, std::span<const std::int64_t> index, std::size_t first, std::size_t count);

    // When all rows have been read: by_columns() from by_rows(). A column's entries are in the order of the rows.
    void transpose();

    [[nodiscard]] const Lines& by_rows() const { return by_rows_; }
    [[nodiscard]] Lines& by_rows() { return by_rows_; }  // to be changed before they are transposed
    [[nodiscard]] const Lines& by_columns() const { return by_columns_; }

private:
    std::size_t rows_ = 0;  // of the batch
    Lines by_rows_;
    Lines by_columns_;
};

}  // namespace rosenblatt
