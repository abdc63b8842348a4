#include "rosenblatt/fastest_way.hpp"

#include <algorithm>

namespace rosenblatt {
namespace {

// A way is kept for 32 ms at first and for half a second at most: trials of three ways then take up to a twentieth of
// the time at first and a hundredth later, of which only what the slower ways lose is lost.
constexpr std::chrono::nanoseconds shortest_stay = std::chrono::milliseconds(32);
constexpr std::size_t most_doublings = 4;

}  // namespace

void FastestWay::begin_window(std::size_t way, std::chrono::nanoseconds length) {
    is_warm_ = way == way_ && is_warm_;
    way_ = way;
    length_ = length;
    work_ = 0;
}

void FastestWay::done_until(double work, Clock::time_point now) {
    if (!is_warm_) {
        is_warm_ = true;
        begin_ = now;
        return;
    }
    work_ += work;
    const std::chrono::nanoseconds spent = now - begin_;
    if (spent < length_) {
        return;
    }
    begin_ = now;
    if (!is_trial_) {
        // The fastest way so far is tried first: it is warm.
        is_trial_ = true;
        std::fill(seconds_.begin(), seconds_.end(), 0.0);
        begin_window(fastest_, trial_length);
        return;
    }
    seconds_[way_] = std::chrono::duration<double>(spent).count() / work_;
    const auto untried = std::find(seconds_.begin(), seconds_.end(), 0.0);
    if (untried != seconds_.end()) {
        begin_window(static_cast<std::size_t>(untried - seconds_.begin()), trial_length);
        return;
    }
    const auto best = static_cast<std::size_t>(std::min_element(seconds_.begin(), seconds_.end()) - seconds_.begin());
    kept_ = best == fastest_ ? std::min(kept_ + 1, most_doublings) : 0;
    fastest_ = best;
    is_trial_ = false;
    begin_window(best, shortest_stay * (1U << kept_));
}

}  // namespace rosenblatt
