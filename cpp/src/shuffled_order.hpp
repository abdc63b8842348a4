// The order in which an epoch of the perceptron learns the rows.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

namespace rosenblatt {

// The xorshift generator (Marsaglia 2003) and the shuffle of scikit-learn's sequential data sets. The seed is taken by
// value: every epoch permutes the order of the one before by the same permutation.
inline void shuffle(std::span<std::uint32_t> order, std::uint32_t seed) {
    const auto count = static_cast<std::uint32_t>(order.size());
    seed = seed == 0 ? 1 : seed;
    for (std::uint32_t i = 0; i + 1 < count; ++i) {
        seed ^= seed << 13U;
        seed ^= seed >> 17U;
        seed ^= seed << 5U;
        std::swap(order[i], order[i + (seed & 0x7fffffffU) % (count - i)]);
    }
}

}  // namespace rosenblatt
