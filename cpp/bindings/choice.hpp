// Options that Python gives by name.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace rosenblatt::bindings {

// The value of an enumeration whose names are `names`, in its order; throws std::invalid_argument for another name.
template <class Enum>
[[nodiscard]] Enum choice(const std::string& what, const std::string& text, const std::vector<std::string>& names) {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) {
        throw std::invalid_argument("unknown " + what + " '" + text + "'");
    }
    return static_cast<Enum>(found - names.begin());
}

}  // namespace rosenblatt::bindings
