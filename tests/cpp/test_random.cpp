#include "rosenblatt/random.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

namespace rosenblatt {
namespace {

using Order = std::vector<std::int64_t>;

Order ascending(std::size_t count) {
    Order order(count);
    std::iota(order.begin(), order.end(), 0);
    return order;
}

Order shuffled(std::uint32_t seed, std::size_t count) {
    Order order = ascending(count);
    MersenneTwister(seed).shuffle(order);
    return order;
}

// Horner's scheme at 31, modulo 2^64
std::uint64_t hash(const Order& order) {
    return std::accumulate(order.begin(), order.end(), std::uint64_t{0}, [](std::uint64_t sum, std::int64_t value) {
        return sum * 31 + static_cast<std::uint64_t>(value);
    });
}

TEST_CASE("the 10000th number of the default seed is the one that the C++ standard names") {
    MersenneTwister random(5489);
    for (int i = 1; i < 10000; ++i) {
        (void)random.next();
    }
    CHECK(random.next() == 4123659995U);
}

TEST_CASE("the sequence is that of std::mt19937") {
    for (const std::uint32_t seed : {0U, 1U, 42U, 5489U, 0xffffffffU}) {
        MersenneTwister random(seed);
        std::mt19937 reference(seed);
        CAPTURE(seed);
        for (int i = 0; i < 2000; ++i) {
            REQUIRE(random.next() == reference());
        }
    }
}

TEST_CASE("words and position carry the sequence on") {
    MersenneTwister random(7);
    for (const int steps : {0, 1, 622, 1, 100}) {
        for (int i = 0; i < steps; ++i) {
            (void)random.next();
        }
        MersenneTwister continued(random.words(), random.position());
        MersenneTwister original = random;
        for (int i = 0; i < 1300; ++i) {
            REQUIRE(continued.next() == original.next());
        }
    }
    CHECK_THROWS_WITH_AS(MersenneTwister(random.words(), 625),
                         "the position in a Mersenne Twister's state must be 0 to 624, not 625", std::invalid_argument);
}

TEST_CASE("at_most is numpy.random.RandomState.randint") {
    // RandomState(0).randint(0, 10, size=8) and RandomState(42).randint(0, 10, size=8)
    MersenneTwister zero(0);
    for (const std::uint64_t expected : {5U, 0U, 3U, 3U, 7U, 9U, 3U, 5U}) {
        CHECK(zero.at_most(9) == expected);
    }
    MersenneTwister other(42);
    for (const std::uint64_t expected : {6U, 3U, 7U, 4U, 6U, 9U, 2U, 6U}) {
        CHECK(other.at_most(9) == expected);
    }
    // Beyond 32 bits: RandomState(0).randint(0, 2**40 - 2**38, size=4, dtype=np.int64)
    MersenneTwister wide(0);
    const std::uint64_t largest = (std::uint64_t{1} << 40U) - (std::uint64_t{1} << 38U) - 1;
    for (const std::uint64_t expected : {741280623151U, 506137267392U, 291447657211U, 41332891347U}) {
        CHECK(wide.at_most(largest) == expected);
    }
}

TEST_CASE("at_most keeps its bound and reaches every number about equally often") {
    MersenneTwister random(3);
    for (const std::uint64_t largest : {1U, 2U, 5U, 7U, 8U}) {
        std::array<int, 9> counts{};
        constexpr int draws = 9000;
        for (int i = 0; i < draws; ++i) {
            const std::uint64_t value = random.at_most(largest);
            REQUIRE(value <= largest);
            ++counts.at(value);
        }
        const double expected = draws / (static_cast<double>(largest) + 1);
        for (std::size_t value = 0; value <= largest; ++value) {
            CAPTURE(largest);
            CAPTURE(value);
            // 0.15 of 1000 are five standard deviations.
            CHECK(counts.at(value) == doctest::Approx(expected).epsilon(0.15));
        }
    }
}

TEST_CASE("at most 0 is 0 and draws nothing; the extremes of both widths do not hang") {
    MersenneTwister random(1);
    const std::size_t before = random.position();
    CHECK(random.at_most(0) == 0);
    CHECK(random.position() == before);
    (void)random.at_most(0xffffffffU);
    CHECK(random.position() == 1);
    (void)random.at_most(~std::uint64_t{0});
    CHECK(random.position() == 3);
}

TEST_CASE("uniform is numpy.random.RandomState.uniform") {
    // RandomState(0).uniform(0, 1, 3) and RandomState(42).uniform(-0.5, 3, 3)
    MersenneTwister zero(0);
    for (const double expected : {0x1.18fe1565f12a8p-1, 0x1.6e2d4cf608733p-1, 0x1.349d66b6e894bp-1}) {
        CHECK(zero.uniform(0, 1) == expected);
    }
    MersenneTwister other(42);
    for (const double expected : {0x1.9f2d07526cf5cp-1, 0x1.69eb85ba45b8ap+1, 0x1.07eeebd3a9a67p+1}) {
        CHECK(other.uniform(-0.5, 3) == expected);
    }
}

TEST_CASE("shuffle is numpy.random.RandomState.shuffle") {
    // numpy.random.RandomState(seed).shuffle(numpy.arange(count))
    CHECK(shuffled(0, 1) == Order{0});
    CHECK(shuffled(0, 2) == Order{1, 0});
    CHECK(shuffled(0, 10) == Order{2, 8, 4, 9, 1, 6, 7, 3, 0, 5});
    CHECK(shuffled(42, 1) == Order{0});
    CHECK(shuffled(42, 2) == Order{1, 0});
    CHECK(shuffled(42, 10) == Order{8, 1, 5, 0, 7, 2, 9, 4, 3, 6});
    CHECK(hash(shuffled(0, 1000)) == 14524138259262836928U);
    CHECK(hash(shuffled(42, 1000)) == 5988264916020632582U);

    Order empty;
    MersenneTwister(0).shuffle(empty);
    CHECK(empty.empty());
}

TEST_CASE("shuffles go on where the last one ended") {
    MersenneTwister random(0);
    Order order = ascending(10);
    random.shuffle(order);
    random.shuffle(order);
    CHECK(order == Order{9, 6, 8, 4, 5, 0, 2, 7, 3, 1});
    random.shuffle(order);
    CHECK(order == Order{8, 4, 3, 5, 0, 6, 9, 2, 1, 7});
}

}  // namespace
}  // namespace rosenblatt
