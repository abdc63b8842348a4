#include "rosenblatt/team.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <thread>
#include <vector>

namespace rosenblatt {
namespace {

TEST_CASE("every block of every phase is done once, before the next phase begins") {
    for (const std::size_t size : {1U, 2U, 3U, 8U}) {
        Team team(size);
        CHECK(team.size() == size);
        for (const std::size_t blocks : {0U, 1U, 2U, 7U, 8U, 100U}) {
            CAPTURE(size);
            CAPTURE(blocks);
            // Not atomic: phases that overlapped, or a block done twice, are what the thread sanitizer is to see.
            std::vector<int> times(blocks);
            for (int phase = 0; phase < 50; ++phase) {
                team.run(blocks,
                         [&](std::size_t block, std::size_t thread) { times[block] += thread < size ? 1 : 1000; });
                REQUIRE(std::all_of(times.begin(), times.end(), [phase](int n) { return n == phase + 1; }));
            }
        }
    }
}

TEST_CASE("what one thread writes in a phase, another reads in the next") {
    Team team(4);
    std::vector<std::size_t> values(64, 1);
    for (int phase = 0; phase < 20; ++phase) {
        const std::vector<std::size_t> before = values;
        team.run(values.size(),
                 [&](std::size_t block, std::size_t) { values[block] = before[values.size() - 1 - block] + 1; });
    }
    CHECK(std::accumulate(values.begin(), values.end(), std::size_t{0}) == 64 * 21);
}

TEST_CASE("a thread that is held up does not keep the others from its blocks") {
    Team team(2);
    std::atomic<std::size_t> done{0};
    // Block 0 ends when all the others are done: it would never, if the half of the blocks that is the share of its
    // thread waited for that thread.
    team.run(10, [&](std::size_t block, std::size_t) {
        while (block == 0 && done.load() != 9) {
            std::this_thread::yield();
        }
        ++done;
    });
    CHECK(done.load() == 10);
}

TEST_CASE("threads that sleep between two phases wake up for the next") {
    Team team(3);
    std::atomic<int> sum{0};
    for (int phase = 0; phase < 3; ++phase) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        team.run(30, [&](std::size_t, std::size_t) { ++sum; });
    }
    CHECK(sum.load() == 90);
}

TEST_CASE("a team that never works ends") {
    for (int i = 0; i < 20; ++i) {
        const Team team(4);
        CHECK(team.size() == 4);
    }
    CHECK(Team(0).size() == 1);
}

}  // namespace
}  // namespace rosenblatt
