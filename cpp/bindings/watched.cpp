#include "watched.hpp"

#include "choice.hpp"

namespace rosenblatt::bindings {

Watched as_watched(const WatchedArrays& arrays, const py::object& training_x, const Table& table) {
    const auto& [x, y, weights, rows] = arrays;
    Watched watched{training_x && x.is(training_x) ? table : as_rows(x, "x"), as_targets(y, weights), rows, {}};
    watched.data = {watched.x.rows, watched.y.targets, as_index(rows, "validation")};
    return watched;
}

Score parse_score(const std::string& name) { return choice<Score>("score", name, {"accuracy", "r2", "loss"}); }

}  // namespace rosenblatt::bindings
