// The same work on several threads at the same time. A Team would not do: there a thread that is early takes what
// belongs to one that is late.
#pragma once

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <thread>
#include <vector>

#include "timing.hpp"

namespace rosenblatt::micro {

// Calls work(thread) on each of `threads` threads and returns the time from the first's begin to the last's end.
template <class Work>
[[nodiscard]] double crew_seconds(std::size_t threads, const Work& work) {
    if (threads == 1) {
        return seconds_of([&] { work(0); }, 1);
    }
    std::vector<Clock::time_point> begin(threads);
    std::vector<Clock::time_point> end(threads);
    std::barrier together(static_cast<std::ptrdiff_t>(threads));
    std::vector<std::thread> crew;
    for (std::size_t i = 0; i < threads; ++i) {
        crew.emplace_back([&, i] {
            together.arrive_and_wait();
            begin[i] = Clock::now();
            work(i);
            end[i] = Clock::now();
        });
    }
    for (std::thread& thread : crew) {
        thread.join();
    }
    return seconds(*std::max_element(end.begin(), end.end()) - *std::min_element(begin.begin(), begin.end()));
}

}  // namespace rosenblatt::micro
