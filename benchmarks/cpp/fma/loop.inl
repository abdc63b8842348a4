// The loop of one level. A level_*.cpp defines what the kernels' level_*.cpp of that name defines, and includes this.
#include <cstddef>

#include "fma/loop.hpp"

namespace rosenblatt::micro::ROSENBLATT_LEVEL {
namespace {

#include "kernels/generic/vector.inl"

// Enough to hide the latency: 12 for two multipliers and two adders of 3 cycles each, 16 for Apple's four multiply-adds
// of 4 cycles. The two operands need a register each.
constexpr std::size_t sums = ROSENBLATT_REGISTERS >= 32 ? 24 : 12;

template <class T>
T run(std::size_t rounds, T factor, T summand) {
    Vector<T> sum[sums];
#pragma GCC unroll 32
    for (std::size_t i = 0; i < sums; ++i) {
        sum[i] = Vector<T>{} + static_cast<T>(i);
    }
    const Vector<T> factors = Vector<T>{} + factor;
    const Vector<T> summands = Vector<T>{} + summand;
    for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 32
        for (std::size_t i = 0; i < sums; ++i) {
            sum[i] = sum[i] * factors + summands;
        }
    }
    T total = 0;
#pragma GCC unroll 32
    for (std::size_t i = 0; i < sums; ++i) {
        total += sum_of_lanes<T>(sum[i]);
    }
    return total;
}

template <class T>
constexpr FmaLoop<T> make_loop() {
    return {ROSENBLATT_LEVEL_NAME, 2 * sums * lanes<T>, run<T>};
}

}  // namespace

constinit const FmaLoop<float> loop_float32 = make_loop<float>();
constinit const FmaLoop<double> loop_float64 = make_loop<double>();

}  // namespace rosenblatt::micro::ROSENBLATT_LEVEL
