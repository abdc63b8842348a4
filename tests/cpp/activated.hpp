// f(n) of one row, by a level's kernel.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kernels/dispatch.hpp"
#include "kernels/table.hpp"

namespace rosenblatt::testing {

// The kernel reads and writes whole vectors; the widest has 16 elements.
template <class T>
std::vector<T> activated(const std::string& level, Activation f, std::vector<T> n) {
    const std::size_t count = n.size();
    n.resize((count + 15) / 16 * 16);
    kernels::level<T>(level).activate[static_cast<int>(f)](n.data(), n.size(), n.data(), n.size(), 1, count);
    n.resize(count);
    return n;
}

}  // namespace rosenblatt::testing
