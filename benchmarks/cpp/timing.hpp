// Seconds of short runs.
#pragma once

#include <chrono>
#include <cstddef>

namespace rosenblatt::micro {

using Clock = std::chrono::steady_clock;

[[nodiscard]] inline double seconds(Clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

// The time that `repeats` calls of work() take.
template <class Work>
[[nodiscard]] double seconds_of(const Work& work, std::size_t repeats) {
    const Clock::time_point begin = Clock::now();
    for (std::size_t i = 0; i < repeats; ++i) {
        work();
    }
    return seconds(Clock::now() - begin);
}

// How many calls of work() take about `target` seconds.
template <class Work>
[[nodiscard]] std::size_t repeats_for(const Work& work, double target) {
    std::size_t repeats = 1;
    for (;;) {
        const double time = seconds_of(work, repeats);
        if (time >= target / 2) {
            const auto fitting = static_cast<std::size_t>(static_cast<double>(repeats) * target / time);
            return fitting > 0 ? fitting : 1;
        }
        repeats *= 2;
    }
}

// How many runs a figure is the best of, and how long each takes.
struct Effort {
    std::size_t runs;
    double seconds;
};

}  // namespace rosenblatt::micro
