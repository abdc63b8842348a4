#include "arrays.hpp"

#include <pybind11/stl.h>

#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "rosenblatt/sparse_batch.hpp"

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

// An array with all elements side by side, for a copy only where it must be one.
py::array as_vector(const py::object& attribute, const std::string& name) {
    if (!py::isinstance<py::array>(attribute)) {
        throw py::type_error(name + " must be an array");
    }
    auto vector = py::array::ensure(
        attribute, static_cast<int>(py::array::c_style) | static_cast<int>(py::detail::npy_api::NPY_ARRAY_ALIGNED_));
    if (!vector) {
        throw py::error_already_set();
    }
    if (vector.ndim() != 1) {
        throw py::value_error(name + " must have one dimension, not " + std::to_string(vector.ndim()));
    }
    return vector;
}

Integers as_integers(const py::array& vector, const std::string& name) {
    const bool are_wide = vector.dtype().equal(py::dtype::of<std::int64_t>());
    if (!are_wide && !vector.dtype().equal(py::dtype::of<std::int32_t>())) {
        throw py::type_error(name + " must be an array of int32 or int64, not of " +
                             py::str(vector.dtype()).cast<std::string>());
    }
    return {vector.data(), static_cast<std::size_t>(vector.size()), are_wide};
}

}  // namespace

bool is_aligned(const py::array& array) {
    return (static_cast<unsigned>(array.flags()) & static_cast<unsigned>(py::detail::npy_api::NPY_ARRAY_ALIGNED_)) != 0;
}

Table as_table(const py::array& array, const char* name) {
    py::array owner = array;
    Table table;
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
        owner = py::array::ensure(
            array, static_cast<int>(py::array::c_style) | static_cast<int>(py::detail::npy_api::NPY_ARRAY_ALIGNED_));
        if (!owner) {
            throw py::error_already_set();
        }
    }
    table.rows.data = owner.data();
    table.rows.count = static_cast<std::size_t>(owner.shape(0));
    table.rows.features = static_cast<std::size_t>(owner.shape(1));
    table.rows.stride = owner.strides(0) / size;
    table.owner = std::move(owner);
    return table;
}

Table as_rows(const py::object& x, const char* name) {
    if (py::isinstance<py::array>(x)) {
        return as_table(py::reinterpret_borrow<py::array>(x), name);
    }
    const std::string of = std::string(name) + ".";
    const py::object format = py::getattr(x, "format", py::none());
    if (!format.equal(py::str("csr"))) {
        throw py::type_error(std::string(name) + " must be an array or a CSR matrix, not " +
                             py::str(py::type::of(x)).cast<std::string>());
    }
    const py::array data = as_vector(x.attr("data"), of + "data");
    const py::array indices = as_vector(x.attr("indices"), of + "indices");
    const py::array indptr = as_vector(x.attr("indptr"), of + "indptr");
    const auto [count, features] = x.attr("shape").cast<std::pair<std::size_t, std::size_t>>();
    Table table{py::make_tuple(data, indices, indptr), {}};
    if (!element_of(data.dtype(), table.rows.element)) {
        throw py::type_error(of + "data must be an array of uint8, float32 or float64, not of " +
                             py::str(data.dtype()).cast<std::string>());
    }
    if (data.size() != indices.size()) {
        throw py::value_error(of + "data has " + std::to_string(data.size()) + " elements and " + of + "indices " +
                              std::to_string(indices.size()));
    }
    table.rows.data = data.data();
    table.rows.count = count;
    table.rows.features = features;
    table.rows.csr = {as_integers(indptr, of + "indptr"), as_integers(indices, of + "indices")};
    check_sparse(table.rows);
    return table;
}

std::span<const std::int64_t> as_index(const py::array& array, const char* name) {
    return as_span<std::int64_t>(array, name);
}

TargetsArray as_targets(const py::array& y, const std::optional<py::array>& weights) {
    TargetsArray result{{y, {}}, {}, {}};
    if (weights) {
        result.weights = *weights;
        result.targets.weights = as_span<double>(*weights, "weights");
    }
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
