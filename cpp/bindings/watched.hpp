// Validation rows as Python hands them over.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <tuple>

#include "arrays.hpp"
#include "rosenblatt/score.hpp"
#include "rosenblatt/training_data.hpp"

namespace rosenblatt::bindings {

// x (an array or a CSR matrix), y, weights, and the numbers of the rows to watch.
using WatchedArrays = std::tuple<py::object, py::array, std::optional<py::array>, py::array>;

// With what owns their memory.
struct Watched {
    Table x;
    TargetsArray y;
    py::array rows;
    ValidationData data;
};

// Where x is the very object that the training's `table` was made of, that is taken: its indices are checked already.
[[nodiscard]] Watched as_watched(const WatchedArrays& arrays, const py::object& training_x = {},
                                 const Table& table = {});

[[nodiscard]] Score parse_score(const std::string& name);

}  // namespace rosenblatt::bindings
