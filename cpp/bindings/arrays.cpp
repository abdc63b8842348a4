#include "arrays.hpp"

#include <numeric>
#include <string>
#include <vector>

namespace rosenblatt::bindings {
namespace {

bool element_of(const py::dtype& dtype, Element& element) {
    if (dtype.equal(py::dtype::of<std::uint8_t>())) {
        element = Element::uint8;
    } else if (dtype.equal(py::dtype::of<float>())) {
        element = Element::float32;
    } else if (dtype.equal(py::dtype::of<double>())) {
        element = Element::float64;
    } else {
        return false;
    }
    return true;
}

bool is_aligned(const py::array& array) {
    return (static_cast<unsigned>(array.flags()) & static_cast<unsigned>(py::detail::npy_api::NPY_ARRAY_ALIGNED_)) != 0;
}

}  // namespace

Table as_table(const py::array& array, const char* name) {
    Table table{array, {}};
    if (!element_of(array.dtype(), table.rows.element)) {
        throw py::type_error(std::string(name) + " must be an array of uint8, float32 or float64, not of " +
                             py::str(array.dtype()).cast<std::string>());
    }
    if (array.ndim() != 2) {
        throw py::value_error(std::string(name) + " must have two dimensions, not " + std::to_string(array.ndim()));
    }
    const py::ssize_t size = array.itemsize();
    const bool rows_are_whole = array.strides(1) == size || array.shape(1) <= 1;
    if (!rows_are_whole || array.strides(0) % size != 0 || !is_aligned(array)) {
        table.owner = py::array::ensure(
            array, static_cast<int>(py::array::c_style) | static_cast<int>(py::detail::npy_api::NPY_ARRAY_ALIGNED_));
        if (!table.owner) {
            throw py::error_already_set();
        }
    }
    table.rows.data = table.owner.data();
    table.rows.count = static_cast<std::size_t>(table.owner.shape(0));
    table.rows.features = static_cast<std::size_t>(table.owner.shape(1));
    table.rows.stride = table.owner.strides(0) / size;
    return table;
}

std::span<const std::int64_t> as_index(const py::array& array, const char* name) {
    if (!array.dtype().equal(py::dtype::of<std::int64_t>())) {
        throw py::type_error(std::string(name) + " must be an array of int64, not of " +
                             py::str(array.dtype()).cast<std::string>());
    }
    if (array.ndim() != 1) {
        throw py::value_error(std::string(name) + " must have one dimension, not " + std::to_string(array.ndim()));
    }
    if ((array.size() > 1 && array.strides(0) != array.itemsize()) || !is_aligned(array)) {
        throw py::value_error(std::string(name) + " must be contiguous");
    }
    return {static_cast<const std::int64_t*>(array.data()), static_cast<std::size_t>(array.size())};
}

TargetsArray as_targets(const py::array& y) {
    TargetsArray result{{y, {}}, {}};
    if (y.ndim() == 1) {
        result.targets.labels = as_index(y, "y");
    } else {
        result.table = as_table(y, "y");
        result.targets.values = result.table.rows;
    }
    return result;
}

std::vector<std::int64_t> every_row(std::size_t count) {
    std::vector<std::int64_t> index(count);
    std::iota(index.begin(), index.end(), 0);
    return index;
}

}  // namespace rosenblatt::bindings
