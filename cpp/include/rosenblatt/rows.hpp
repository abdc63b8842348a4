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

struct Rows {
    const void* data = nullptr;
    Element element = Element::float64;
    std::size_t count = 0;
    std::size_t features = 0;
    std::ptrdiff_t stride = 0;  // elements from one row to the next; may be negative

    [[nodiscard]] Rows rows_from(std::size_t first, std::size_t number) const {
        const auto offset = static_cast<std::ptrdiff_t>(first * element_size(element)) * stride;
        return {static_cast<const unsigned char*>(data) + offset, element, number, features, stride};
    }
};

// Rows that will be gathered soon: whoever computes meanwhile may have them fetched from memory.
struct RowsAhead {
    const Rows* rows = nullptr;
    std::span<const std::int64_t> index;
};

// out (index.size() x features) = the rows named by `index`, each in [0, rows.count)
template <class T>
void gather(MatrixView<T> out, const Rows& rows, std::span<const std::int64_t> index);

}  // namespace rosenblatt
