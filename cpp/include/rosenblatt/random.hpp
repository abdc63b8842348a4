// The random numbers of NumPy's legacy generator, continued: the same seed gives the same shuffles as scikit-learn.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace rosenblatt {

// MT19937 (Matsumoto and Nishimura 1998) with the state as numpy.random.RandomState.get_state() gives it.
class MersenneTwister {
public:
    static constexpr std::size_t state_size = 624;

    // Seeds as RandomState(seed) does for a seed below 2^32.
    explicit MersenneTwister(std::uint32_t seed = 0);

    // Continues from a state: 624 words, and the position 0 .. 624 of the next one to be used.
    MersenneTwister(std::span<const std::uint32_t, state_size> words, std::size_t position);

    [[nodiscard]] const std::array<std::uint32_t, state_size>& words() const { return words_; }
    [[nodiscard]] std::size_t position() const { return position_; }

    [[nodiscard]] std::uint32_t next();

    // A uniform number in 0 .. largest, by masking and rejection as NumPy draws it.
    [[nodiscard]] std::uint64_t at_most(std::uint64_t largest);

    // A number in low .. high as RandomState.uniform draws it: 53 random bits, from two words.
    [[nodiscard]] double uniform(double low, double high);

    // RandomState.shuffle of a one-dimensional array (Fisher and Yates, from the end).
    void shuffle(std::span<std::int64_t> values);

private:
    void refill();

    std::array<std::uint32_t, state_size> words_{};
    std::size_t position_ = state_size;
};

}  // namespace rosenblatt
