// A loop of multiply-adds in registers, one for each level of the kernels: what the processor could do at most.
//
// Seen by files compiled for newer instruction sets; see kernels/table.hpp.
#pragma once

#include <cstddef>

namespace rosenblatt::micro {

template <class T>
struct FmaLoop {
    const char* level;
    std::size_t flops;  // of a round
    T (*run)(std::size_t rounds, T factor, T summand);
};

}  // namespace rosenblatt::micro

#define ROSENBLATT_DECLARE_LEVEL(level)        \
    namespace rosenblatt::micro::level {       \
    extern const FmaLoop<float> loop_float32;  \
    extern const FmaLoop<double> loop_float64; \
    }

ROSENBLATT_DECLARE_LEVEL(plain)
#if defined(ROSENBLATT_X86)
ROSENBLATT_DECLARE_LEVEL(v2)
ROSENBLATT_DECLARE_LEVEL(v3)
ROSENBLATT_DECLARE_LEVEL(v4)
#endif
#if defined(ROSENBLATT_AARCH64)
ROSENBLATT_DECLARE_LEVEL(neon)
#endif

#undef ROSENBLATT_DECLARE_LEVEL
