// The choice of the fastest way, with a clock of its own.
#include "rosenblatt/fastest_way.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <vector>

namespace rosenblatt {
namespace {

using Micros = std::chrono::microseconds;

// Works in steps that take so long in each way, and counts the steps in each.
class Worker {
public:
    explicit Worker(std::vector<Micros> step) : step_(std::move(step)), choice_(step_.size()) {}

    std::vector<std::size_t> work(Micros duration) {
        std::vector<std::size_t> steps(step_.size());
        for (const auto end = now_ + duration; now_ < end;) {
            const std::size_t way = choice_.way();
            ++steps[way];
            now_ += step_[way];
            choice_.done_until(1, now_);
        }
        return steps;
    }

    void take(std::vector<Micros> step) { step_ = std::move(step); }

private:
    std::vector<Micros> step_;
    FastestWay choice_;
    FastestWay::Clock::time_point now_;
};

TEST_CASE("the fastest of several ways is taken most of the time") {
    for (const std::size_t fastest : {0U, 1U, 2U}) {
        std::vector<Micros> steps(3, Micros(50));
        steps[fastest] = Micros(30);
        Worker worker(steps);
        const std::vector<std::size_t> taken = worker.work(std::chrono::seconds(10));
        // A trial of the two others takes 2 ms, after half a second at most.
        CHECK(static_cast<double>(taken[fastest]) * 30e-6 > 0.98 * 10);
    }
}

TEST_CASE("another way that has become faster is found within a second") {
    Worker worker({Micros(30), Micros(50)});
    worker.work(std::chrono::seconds(5));
    worker.take({Micros(50), Micros(30)});
    worker.work(std::chrono::seconds(1));
    const std::vector<std::size_t> taken = worker.work(std::chrono::seconds(1));
    CHECK(taken[1] > 20 * taken[0]);
}

TEST_CASE("steps longer than a trial are tried twice each, the first time to warm up") {
    Worker worker({Micros(5000), Micros(4000), Micros(9000)});
    const std::vector<std::size_t> taken = worker.work(Micros(2 * 5000 + 2 * 4000 + 2 * 9000));
    CHECK(taken == std::vector<std::size_t>{2, 2, 2});
    const std::vector<std::size_t> after = worker.work(std::chrono::milliseconds(24));
    CHECK(after == std::vector<std::size_t>{0, 6, 0});
}

TEST_CASE("the time is counted for the work done: steps may differ") {
    FastestWay choice(2);
    FastestWay::Clock::time_point now;
    for (int i = 0; i < 1000; ++i) {
        // Way 0 takes 1 microsecond for a row, way 1 takes 2, but has fewer rows.
        const double rows = choice.way() == 0 ? 200 : 10;
        now += Micros(choice.way() == 0 ? 200 : 20);
        choice.done_until(rows, now);
    }
    CHECK(choice.way() == 0);
}

TEST_CASE("a single way needs no clock") {
    FastestWay choice(1);
    for (int i = 0; i < 3; ++i) {
        choice.done(1);
        CHECK(choice.way() == 0);
    }
}

}  // namespace
}  // namespace rosenblatt
