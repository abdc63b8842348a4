// Rows that lie anywhere in one table: the left factor of a product. The kernels see this header: no code here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rosenblatt {

// Row i begins at data + index[i] * stride, or at data + i * stride where index is null.
template <class T>
struct PickedRows {
    const T* data;
    std::ptrdiff_t stride;  // elements; may be negative
    const std::int64_t* index;
};

}  // namespace rosenblatt
