// What the machine could do at most: multiply-adds in registers.
#pragma once

#include <cstddef>

#include "fma/loop.hpp"
#include "timing.hpp"

namespace rosenblatt::micro {

// The peak of the level that the kernels use.
template <class T>
class FmaPeak {
public:
    // Runs will take about `seconds` each.
    explicit FmaPeak(double seconds);

    // GFLOP/s of one run, over `threads` threads that begin at the same time.
    [[nodiscard]] double run(std::size_t threads) const;

private:
    const FmaLoop<T>& loop_;
    std::size_t rounds_;
};

// GFLOP/s, the best of several runs.
template <class T>
[[nodiscard]] double fma_peak(std::size_t threads, Effort effort);

}  // namespace rosenblatt::micro
