// Finds out, while a work is done over and over, which of several ways to do it is the fastest.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace rosenblatt {

// All ways have the same result; only their time differs, and it changes with what else the machine does: where two
// virtual cores lie on different parts of a processor, two threads were seen to take twice as long as one for small
// steps, for some seconds, and then half as long again.
//
// Every way is tried for a moment; the fastest is kept, and tried against the others again after a while, which gets
// longer as long as it stays the fastest.
class FastestWay {
public:
    using Clock = std::chrono::steady_clock;

    explicit FastestWay(std::size_t ways) : seconds_(ways) {}

    // The way to take now.
    [[nodiscard]] std::size_t way() const { return way_; }

    // So much work was done in that way.
    void done(double work) {
        if (seconds_.size() > 1) {
            done_until(work, Clock::now());
        }
    }

    // The same at a given time.
    void done_until(double work, Clock::time_point now);

private:
    void begin_window(std::size_t way, std::chrono::nanoseconds length);

    std::vector<double> seconds_;  // for a unit of work, as of the last trial
    std::size_t way_ = 0;
    std::size_t fastest_ = 0;
    bool is_trial_ = true;
    bool is_warm_ = false;  // the first work in another way is not measured: the caches hold other things
    std::size_t kept_ = 0;  // trials in a row that had the same outcome
    double work_ = 0;
    Clock::time_point begin_;
    std::chrono::nanoseconds length_ = trial_length;

    static constexpr std::chrono::nanoseconds trial_length = std::chrono::milliseconds(1);
};

}  // namespace rosenblatt
