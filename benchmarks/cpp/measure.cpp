#include "measure.hpp"

#include <algorithm>
#include <limits>

#include "peak.hpp"

namespace rosenblatt::micro {

template <class T>
Figures measure(const Case& one, Effort effort) {
    const Call call = one.prepare();
    const std::size_t repeats = repeats_for(call, effort.seconds);
    const FmaPeak<T> peak(effort.seconds);
    Figures best{std::numeric_limits<double>::infinity(), 0};
    for (std::size_t i = 0; i < effort.runs; ++i) {
        best.peak_gflops = std::max(best.peak_gflops, peak.run(1));
        best.seconds = std::min(best.seconds, seconds_of(call, repeats) / static_cast<double>(repeats));
    }
    return best;
}

template Figures measure<float>(const Case&, Effort);
template Figures measure<double>(const Case&, Effort);

}  // namespace rosenblatt::micro
