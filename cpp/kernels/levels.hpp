// The tables that exist on this architecture, one pair for each level_*.cpp.
#pragma once

#include "kernels/table.hpp"

#define ROSENBLATT_DECLARE_LEVEL(level)       \
    namespace rosenblatt::kernels::level {    \
    extern const Table<float> table_float32;  \
    extern const Table<double> table_float64; \
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
