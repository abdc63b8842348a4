// Choice of the instruction set at run time.
#pragma once

#include <string>
#include <vector>

#include "kernels/table.hpp"

namespace rosenblatt::kernels {

// The table in use: the best level that this machine can run, or the one that ROSENBLATT_ISA names. Throws
// std::invalid_argument if ROSENBLATT_ISA names an unknown level or one that this machine cannot run.
template <class T>
[[nodiscard]] const Table<T>& active();

// The table of one level by name, for tests; throws std::invalid_argument as above.
template <class T>
[[nodiscard]] const Table<T>& level(const std::string& name);

// The levels that this machine can run, best first; "plain" is always the last.
[[nodiscard]] std::vector<std::string> available_levels();

}  // namespace rosenblatt::kernels
