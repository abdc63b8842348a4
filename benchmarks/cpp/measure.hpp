// A case and the FMA peak, measured in turns.
#pragma once

#include "cases.hpp"
#include "timing.hpp"

namespace rosenblatt::micro {

struct Figures {
    double seconds;      // of a call, the best of several runs
    double peak_gflops;  // the best of as many runs that took turns with them, so that noise hits both
};

template <class T>
[[nodiscard]] Figures measure(const Case& one, Effort effort);

}  // namespace rosenblatt::micro
