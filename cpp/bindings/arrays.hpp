// NumPy arrays as the core's views, without a copy where dtype and layout allow.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/rows.hpp"
#include "rosenblatt/targets.hpp"

namespace rosenblatt::bindings {

namespace py = pybind11;

// A table and what owns its memory: an array, or several.
struct Table {
    py::object owner;
    Rows rows;
};

// A two-dimensional array of uint8, float32 or float64. Rows may lie anywhere and in any order, also backwards; only
// where the elements of a row are not neighbours (a Fortran-ordered array, say) is the array copied. Raises TypeError
// for another dtype and ValueError for another number of dimensions; `name` is the argument's, for the message.
[[nodiscard]] Table as_table(const py::array& array, const char* name);

// The same, or whatever has SciPy's attributes of a CSR matrix: format "csr", shape, data (of those dtypes), indices
// and indptr (int32 or int64). These arrays are copied only where their elements are not neighbours. Raises TypeError
// and ValueError for anything else, also for indices out of range.
[[nodiscard]] Table as_rows(const py::object& x, const char* name);

// Whether every element lies at a multiple of its size.
[[nodiscard]] bool is_aligned(const py::array& array);

// A one-dimensional contiguous array of exactly this dtype; raises TypeError and ValueError as above.
template <class T>
[[nodiscard]] std::span<const T> as_span(const py::array& array, const char* name) {
    if (!array.dtype().equal(py::dtype::of<T>())) {
        throw py::type_error(std::string(name) + " must be an array of " +
                             py::str(py::dtype::of<T>()).cast<std::string>() + ", not of " +
                             py::str(array.dtype()).cast<std::string>());
    }
    if (array.ndim() != 1) {
        throw py::value_error(std::string(name) + " must have one dimension, not " + std::to_string(array.ndim()));
    }
    if ((array.size() > 1 && array.strides(0) != array.itemsize()) || !is_aligned(array)) {
        throw py::value_error(std::string(name) + " must be contiguous");
    }
    return {static_cast<const T*>(array.data()), static_cast<std::size_t>(array.size())};
}

// A one-dimensional contiguous array of int64; raises TypeError and ValueError as above.
[[nodiscard]] std::span<const std::int64_t> as_index(const py::array& array, const char* name);

// y: a one-dimensional array of int64 labels or a table of values; weights: one float64 for each row.
struct TargetsArray {
    Table table;
    py::object weights;
    Targets targets;
};
[[nodiscard]] TargetsArray as_targets(const py::array& y, const std::optional<py::array>& weights);

// A writable array over memory that `owner` keeps alive.
template <class T>
[[nodiscard]] py::array_t<T> as_array(MatrixView<T> view, py::handle owner) {
    const auto size = static_cast<py::ssize_t>(sizeof(T));
    return py::array_t<T>({static_cast<py::ssize_t>(view.rows), static_cast<py::ssize_t>(view.cols)},
                          {static_cast<py::ssize_t>(view.stride) * size, size}, view.data, owner);
}

// 0 .. count - 1
[[nodiscard]] std::vector<std::int64_t> every_row(std::size_t count);

}  // namespace rosenblatt::bindings
