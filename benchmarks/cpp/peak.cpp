#include "peak.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "crew.hpp"
#include "kernels/dispatch.hpp"

namespace rosenblatt::micro {
namespace {

template <class T>
const FmaLoop<T>* loop_of(const FmaLoop<float>* float32, const FmaLoop<double>* float64) {
    if constexpr (sizeof(T) == sizeof(float)) {
        return float32;
    } else {
        return float64;
    }
}

template <class T>
const FmaLoop<T>& active_loop() {
    const std::vector<const FmaLoop<T>*> loops{
#if defined(ROSENBLATT_X86)
        loop_of<T>(&v4::loop_float32, &v4::loop_float64),
        loop_of<T>(&v3::loop_float32, &v3::loop_float64),
        loop_of<T>(&v2::loop_float32, &v2::loop_float64),
#elif defined(ROSENBLATT_AARCH64)
        loop_of<T>(&neon::loop_float32, &neon::loop_float64),
#endif
        loop_of<T>(&plain::loop_float32, &plain::loop_float64),
    };
    const std::string_view level = kernels::active<T>().level;
    for (const FmaLoop<T>* loop : loops) {
        if (level == loop->level) {
            return *loop;
        }
    }
    throw std::logic_error("no FMA loop for the instruction set " + std::string(level));
}

// With a half and 1, every sum goes to 2: no overflow, and no numbers that are slow because they are tiny.
template <class T>
void spin(const FmaLoop<T>& loop, std::size_t rounds) {
    [[maybe_unused]] const volatile T result = loop.run(rounds, T(0.5), T(1));
}

}  // namespace

template <class T>
FmaPeak<T>::FmaPeak(double seconds) : loop_(active_loop<T>()) {
    constexpr std::size_t some = 1000;
    rounds_ = some * repeats_for([this] { spin(loop_, some); }, seconds);
}

template <class T>
double FmaPeak<T>::run(std::size_t threads) const {
    const double time = crew_seconds(threads, [this](std::size_t) { spin(loop_, rounds_); });
    return static_cast<double>(threads) * static_cast<double>(rounds_) * static_cast<double>(loop_.flops) / time / 1e9;
}

template <class T>
double fma_peak(std::size_t threads, Effort effort) {
    const FmaPeak<T> peak(effort.seconds);
    double best = 0;
    for (std::size_t i = 0; i < effort.runs; ++i) {
        best = std::max(best, peak.run(threads));
    }
    return best;
}

template class FmaPeak<float>;
template class FmaPeak<double>;
template double fma_peak<float>(std::size_t, Effort);
template double fma_peak<double>(std::size_t, Effort);

}  // namespace rosenblatt::micro
