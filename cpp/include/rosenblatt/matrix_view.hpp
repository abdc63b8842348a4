// A matrix that lies in somebody else's memory: rows x cols, with `stride` elements from one row to the next.
#pragma once

#include <cstddef>
#include <type_traits>

namespace rosenblatt {

template <class T>
struct MatrixView {
    T* data = nullptr;
    std::size_t rows = 0;
    std::size_t cols = 0;
    std::size_t stride = 0;

    [[nodiscard]] T* row(std::size_t i) const { return data + i * stride; }
    [[nodiscard]] T& operator()(std::size_t i, std::size_t j) const { return data[i * stride + j]; }

    [[nodiscard]] MatrixView rows_from(std::size_t first, std::size_t count) const {
        return {data + first * stride, count, cols, stride};
    }

    // NOLINTNEXTLINE(google-explicit-constructor): a view may always be narrowed to a read-only one
    operator MatrixView<const T>() const
        requires(!std::is_const_v<T>)
    {
        return {data, rows, cols, stride};
    }
};

}  // namespace rosenblatt
