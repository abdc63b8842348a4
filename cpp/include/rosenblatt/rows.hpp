// The rows of a table as they lie in the caller's memory. They are read batch by batch and converted on the way, so a
// table of bytes is never blown up into one of doubles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rosenblatt/matrix_view.hpp"

namespace rosenblatt {

enum class Element { uint8, float32, float64 };

[[nodiscard]] constexpr std::size_t element_size(Element element) {
    return element == Element::uint8 ? 1 : element == Element::float32 ? 4 : 8;
}

template <class T>
[[nodiscard]] constexpr Element element_of() {
    return sizeof(T) == 1 ? Element::uint8 : sizeof(T) == sizeof(float) ? Element::float32 : Element::float64;
}

// Integers in the caller's memory: int64 where they are wide, else int32.
struct Integers {
    const void* data = nullptr;
    std::size_t count = 0;
    bool are_wide = false;

    [[nodiscard]] std::int64_t operator[](std::size_t i) const {
        return are_wide ? static_cast<const std::int64_t*>(data)[i] : static_cast<const std::int32_t*>(data)[i];
    }

    [[nodiscard]] Integers from(std::size_t first, std::size_t number) const {
        const std::size_t size = are_wide ? sizeof(std::int64_t) : sizeof(std::int32_t);
        return {static_cast<const unsigned char*>(data) + first * size, number, are_wide};
    }
};

// Compressed sparse rows: entries begins[i] .. begins[i + 1] - 1 are those of row i, each with its column. They may
// come in any order; those of the same column add up; what has no entry is 0.
struct Csr {
    Integers begins;   // count of rows + 1; SciPy's indptr
    Integers columns;  // one for each entry; SciPy's indices
};

// A table with `stride`, or with the entries of `csr` in `data`, one after the other.
struct Rows {
    const void* data = nullptr;
    Element element = Element::float64;
    std::size_t count = 0;
    std::size_t features = 0;
    std::ptrdiff_t stride = 0;  // elements from one row to the next; may be negative
    Csr csr = {};

    [[nodiscard]] bool are_sparse() const { return csr.begins.data != nullptr; }

    [[nodiscard]] std::size_t row_bytes() const { return features * element_size(element); }

    [[nodiscard]] Rows rows_from(std::size_t first, std::size_t number) const {
        Rows some = *this;
        some.count = number;
        if (are_sparse()) {
            some.csr.begins = csr.begins.from(first, number + 1);
        } else {
            const auto offset = static_cast<std::ptrdiff_t>(first * element_size(element)) * stride;
            some.data = static_cast<const unsigned char*>(data) + offset;
        }
        return some;
    }
};

// Rows that will be read soon: whoever computes meanwhile may have so many bytes of each fetched from memory.
struct RowsAhead {
    const Rows* rows = nullptr;
    std::span<const std::int64_t> index;
    std::size_t bytes = 0;
    std::size_t first_byte = 0;
};

// out (index.size() x features) = the rows named by `index`, each in [0, rows.count); the rows are not sparse
template <class T>
void gather(MatrixView<T> out, const Rows& rows, std::span<const std::int64_t> index);

}  // namespace rosenblatt
