#include "rosenblatt/random.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

namespace rosenblatt {

MersenneTwister::MersenneTwister(std::uint32_t seed) {
    words_[0] = seed;
    for (std::size_t i = 1; i < state_size; ++i) {
        const std::uint32_t previous = words_[i - 1];
        words_[i] = 1812433253U * (previous ^ (previous >> 30U)) + static_cast<std::uint32_t>(i);
    }
}

MersenneTwister::MersenneTwister(std::span<const std::uint32_t, state_size> words, std::size_t position)
    : position_(position) {
    if (position > state_size) {
        throw std::invalid_argument("the position in a Mersenne Twister's state must be 0 to 624, not " +
                                    std::to_string(position));
    }
    std::copy(words.begin(), words.end(), words_.begin());
}

void MersenneTwister::refill() {
    constexpr std::size_t middle = 397;
    constexpr std::size_t rest = state_size - middle;
    const auto twisted = [this](std::size_t i, std::size_t next) {
        const std::uint32_t y = (words_[i] & 0x80000000U) | (words_[next] & 0x7fffffffU);
        return (y >> 1U) ^ ((y & 1U) != 0 ? 0x9908b0dfU : 0U);
    };
    // Three parts instead of indices modulo 624: SIMD halves the time.
    for (std::size_t i = 0; i < rest; ++i) {
        words_[i] = words_[i + middle] ^ twisted(i, i + 1);
    }
    for (std::size_t i = rest; i < state_size - 1; ++i) {
        words_[i] = words_[i - rest] ^ twisted(i, i + 1);
    }
    words_[state_size - 1] = words_[middle - 1] ^ twisted(state_size - 1, 0);
    position_ = 0;
}

std::uint32_t MersenneTwister::next() {
    if (position_ == state_size) {
        refill();
    }
    std::uint32_t y = words_[position_++];
    y ^= y >> 11U;
    y ^= (y << 7U) & 0x9d2c5680U;
    y ^= (y << 15U) & 0xefc60000U;
    y ^= y >> 18U;
    return y;
}

std::uint64_t MersenneTwister::at_most(std::uint64_t largest) {
    if (largest == 0) {
        return 0;
    }
    const std::uint64_t mask = ~std::uint64_t{0} >> static_cast<unsigned>(std::countl_zero(largest));
    const bool one_word = largest <= 0xffffffffU;
    while (true) {
        std::uint64_t value = next();
        if (!one_word) {
            value = (value << 32U) | next();
        }
        value &= mask;
        if (value <= largest) {
            return value;
        }
    }
}

double MersenneTwister::uniform(double low, double high) {
    const std::uint32_t upper = next() >> 5U;  // 27 bits, and 26 more
    const std::uint32_t lower = next() >> 6U;
    return low + (high - low) * ((upper * 0x1p26 + lower) * 0x1p-53);
}

void MersenneTwister::shuffle(std::span<std::int64_t> values) {
    for (std::size_t i = values.size(); i-- > 1;) {
        std::swap(values[i], values[at_most(i)]);
    }
}

}  // namespace rosenblatt
