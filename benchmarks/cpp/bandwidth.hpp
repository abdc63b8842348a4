// How fast numbers come from memory.
#pragma once

#include <cstddef>

#include "timing.hpp"

namespace rosenblatt::micro {

// A buffer much larger than the last-level cache, in bytes.
[[nodiscard]] std::size_t beyond_caches();

// GB/s of `threads` threads that each read their part of `bytes` bytes, the best of several passes.
[[nodiscard]] double bandwidth(std::size_t threads, std::size_t bytes, std::size_t passes);

}  // namespace rosenblatt::micro
