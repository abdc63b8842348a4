// Which instruction set the kernels use.
#pragma once

#include <string>
#include <vector>

namespace rosenblatt {

// The level in use: "x86-64-v4", "x86-64-v3", "x86-64-v2", "neon" or "plain". Throws std::invalid_argument if the
// environment variable ROSENBLATT_ISA names a level that is unknown or that this machine cannot run.
[[nodiscard]] std::string active_isa();

// The levels that this machine can run, best first.
[[nodiscard]] std::vector<std::string> available_isas();

}  // namespace rosenblatt
