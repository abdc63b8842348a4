// Zero-filled memory that begins on a cache line, so that rows padded to whole vectors stay aligned.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <memory>
#include <new>

namespace rosenblatt {

inline constexpr std::size_t cache_line = 64;

class OutOfMemory : public std::bad_alloc {
public:
    // The message has no memory to be made in but this one.
    OutOfMemory(std::size_t count, std::size_t element_size) noexcept {
        std::snprintf(message_.data(), message_.size(), "not enough memory for %zu numbers of %zu bytes", count,
                      element_size);
    }
    [[nodiscard]] const char* what() const noexcept override { return message_.data(); }

private:
    std::array<char, 80> message_{};
};

template <class T>
class AlignedBuffer {
public:
    AlignedBuffer() = default;

    // Zeros. Throws OutOfMemory, also where the size in bytes cannot be represented.
    explicit AlignedBuffer(std::size_t size) : AlignedBuffer(size, Unwritten{}) { fill(T(0)); }

    // Not written yet: memory that may never be needed is not touched. Throws as above.
    struct Unwritten {};
    AlignedBuffer(std::size_t size, Unwritten /*tag*/) : size_(size) {
        void* memory = nullptr;
        if (size <= std::numeric_limits<std::ptrdiff_t>::max() / sizeof(T)) {
            memory = ::operator new(size * sizeof(T), std::align_val_t{cache_line}, std::nothrow);
        }
        if (memory == nullptr) {
            throw OutOfMemory(size, sizeof(T));
        }
        data_.reset(static_cast<T*>(memory));
    }

    AlignedBuffer(const AlignedBuffer& other) : AlignedBuffer(other.size_, Unwritten{}) { copy_from(other); }
    AlignedBuffer(AlignedBuffer&&) noexcept = default;
    AlignedBuffer& operator=(AlignedBuffer&&) noexcept = default;
    AlignedBuffer& operator=(const AlignedBuffer& other) {
        if (this != &other) {
            *this = AlignedBuffer(other);
        }
        return *this;
    }
    ~AlignedBuffer() = default;

    [[nodiscard]] T* data() { return data_.get(); }
    [[nodiscard]] const T* data() const { return data_.get(); }
    [[nodiscard]] std::size_t size() const { return size_; }

    // Both buffers have the same size.
    void copy_from(const AlignedBuffer& other) { std::copy_n(other.data(), size_, data()); }
    void fill(T value) { std::fill_n(data(), size_, value); }

private:
    struct Free {
        void operator()(T* pointer) const { ::operator delete(pointer, std::align_val_t{cache_line}); }
    };
    std::unique_ptr<T[], Free> data_;
    std::size_t size_ = 0;
};

}  // namespace rosenblatt
