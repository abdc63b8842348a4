#include "bandwidth.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include <unistd.h>

#include "crew.hpp"
#include "rosenblatt/aligned_buffer.hpp"

namespace rosenblatt::micro {
namespace {

using Part = AlignedBuffer<std::uint64_t>;

// Eight sums side by side, so that the additions do not wait for each other.
std::uint64_t sum(const Part& part) {
    constexpr std::size_t width = 8;
    std::uint64_t sums[width] = {};
    for (std::size_t i = 0; i + width <= part.size(); i += width) {
        for (std::size_t j = 0; j < width; ++j) {
            sums[j] += part.data()[i + j];
        }
    }
    std::uint64_t total = 0;
    for (const std::uint64_t one : sums) {
        total += one;
    }
    return total;
}

}  // namespace

std::size_t beyond_caches() {
    constexpr std::size_t least = std::size_t{256} << 20U;
#if defined(_SC_LEVEL3_CACHE_SIZE)
    const long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
    return cache > 0 ? std::max(least, 4 * static_cast<std::size_t>(cache)) : least;
#else
    return least;
#endif
}

double bandwidth(std::size_t threads, std::size_t bytes, std::size_t passes) {
    // Each thread fills its own part first: where memory belongs to processors, it is then near that thread's.
    std::vector<Part> parts(threads);
    const std::size_t size = bytes / sizeof(std::uint64_t) / threads;
    [[maybe_unused]] const double filling = crew_seconds(threads, [&](std::size_t i) { parts[i] = Part(size); });
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t pass = 0; pass < passes; ++pass) {
        least = std::min(least, crew_seconds(threads, [&](std::size_t i) {
                             [[maybe_unused]] const volatile std::uint64_t result = sum(parts[i]);
                         }));
    }
    return static_cast<double>(size * threads * sizeof(std::uint64_t)) / least / 1e9;
}

}  // namespace rosenblatt::micro
