// Whether somebody wants a training to end, asked about ten times a second.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

namespace rosenblatt {

// Looks at the clock every few rows, after some 16384 numbers.
class Interruption {
public:
    Interruption(const std::function<bool()>& asked, std::size_t numbers_per_row)
        : asked_(asked), rows_between_looks_(1 + 16384 / (numbers_per_row + 1)) {}

    [[nodiscard]] bool requested() {
        if (!asked_ || ++rows_ < rows_between_looks_) {
            return false;
        }
        rows_ = 0;
        const Clock::time_point now = Clock::now();
        if (now < next_look_) {
            return false;
        }
        next_look_ = now + look_interval;
        return asked_();
    }

private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds look_interval{100};

    const std::function<bool()>& asked_;
    std::size_t rows_between_looks_;
    std::size_t rows_ = 0;
    Clock::time_point next_look_ = Clock::now() + look_interval;
};

}  // namespace rosenblatt
