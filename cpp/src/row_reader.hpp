// Single rows of a dense table as T.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/rows.hpp"

namespace rosenblatt {

// Where they lie if they are of that type already, else converted into a small buffer.
template <class T>
class RowReader {
public:
    explicit RowReader(const Rows& rows)
        : rows_(rows), is_direct_(rows.element == element_of<T>()), buffer_(is_direct_ ? 0 : rows.features) {}

    [[nodiscard]] const T* operator()(std::size_t i) {
        if (is_direct_) {
            return static_cast<const T*>(rows_.data) + static_cast<std::ptrdiff_t>(i) * rows_.stride;
        }
        const auto index = static_cast<std::int64_t>(i);
        gather<T>({buffer_.data(), 1, rows_.features, rows_.features}, rows_, {&index, 1});
        return buffer_.data();
    }

    // A shuffled row lies somewhere in main memory: it is asked for while those before it are worked on. It is to come
    // into the second-level cache, at 18 GB/s; of lines on their way to the first, a core awaits few at a time: 9 GB/s.
    //
    // Always inlined, as whatever calls it must be: GCC takes a function that only prefetches for one without effect,
    // and drops the call. MNIST then takes 1.35 times as long.
    [[gnu::always_inline]] void prefetch(std::size_t i) const {
        const char* begin =
            static_cast<const char*>(rows_.data) +
            static_cast<std::ptrdiff_t>(i) * rows_.stride * static_cast<std::ptrdiff_t>(element_size(rows_.element));
        for (std::size_t byte = 0; byte < rows_.row_bytes(); byte += cache_line) {
            __builtin_prefetch(begin + byte, 0, 2);
        }
    }

private:
    Rows rows_;
    bool is_direct_;
    AlignedBuffer<T> buffer_;
};

}  // namespace rosenblatt
