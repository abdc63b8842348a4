#include "rosenblatt/aligned_buffer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <utility>

namespace rosenblatt {
namespace {

template <class T>
bool is_filled_with(const AlignedBuffer<T>& buffer, T value) {
    return std::all_of(buffer.data(), buffer.data() + buffer.size(), [value](T x) { return x == value; });
}

TEST_CASE_TEMPLATE("a buffer begins on a cache line and is zero", T, float, double) {
    for (const std::size_t size : {0U, 1U, 15U, 16U, 1000U}) {
        const AlignedBuffer<T> buffer(size);
        CHECK(buffer.size() == size);
        CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % cache_line == 0);
        CHECK(is_filled_with(buffer, T(0)));
    }
}

TEST_CASE("a copy has memory of its own, a moved buffer keeps it") {
    AlignedBuffer<double> original(5);
    original.fill(2);
    AlignedBuffer<double> copy = original;
    original.fill(3);
    CHECK(is_filled_with(copy, 2.0));

    copy = original;
    CHECK(is_filled_with(copy, 3.0));
    CHECK(copy.data() != original.data());

    const double* const memory = original.data();
    const AlignedBuffer<double> moved = std::move(original);
    CHECK(moved.data() == memory);
    CHECK(moved.size() == 5);

    AlignedBuffer<double> target(5);
    target.copy_from(moved);
    CHECK(is_filled_with(target, 3.0));
}

TEST_CASE("the default is empty and can be copied") {
    const AlignedBuffer<float> empty;
    AlignedBuffer<float> copy(4);
    copy = empty;
    CHECK(empty.size() == 0);
    CHECK(copy.size() == 0);
}

TEST_CASE("a size whose bytes cannot be counted is refused") {
    constexpr std::size_t too_many = std::numeric_limits<std::size_t>::max() / sizeof(double);
    CHECK_THROWS_AS(AlignedBuffer<double>{too_many}, std::bad_alloc);
    CHECK_THROWS_AS(AlignedBuffer<double>{std::numeric_limits<std::size_t>::max()}, std::bad_alloc);
    CHECK_THROWS_WITH_AS(AlignedBuffer<float>{std::size_t{1} << 62U},
                         "not enough memory for 4611686018427387904 numbers of 4 bytes", OutOfMemory);
}

}  // namespace
}  // namespace rosenblatt
