// Jacobian, of float64 only.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>

#include "arrays.hpp"
#include "interrupt.hpp"
#include "rosenblatt/jacobian.hpp"

namespace rosenblatt::bindings {
namespace {

// With what owns the data's memory.
struct Held {
    Table x;
    TargetsArray y;
    Jacobian jacobian;

    Held(const Network<double>& network, const py::object& rows, const py::array& targets,
         const std::optional<py::array>& weights, const py::array& training, std::size_t threads)
        : x(as_rows(rows, "x")),
          y(as_targets(targets, weights)),
          jacobian(network, {x.rows, y.targets, as_index(training, "training"), {}}, threads) {}

    void check(const Network<double>& network) const {
        if (network.layout().sizes() != jacobian.layout().sizes()) {
            throw py::value_error("the network has other sizes than the one that the Jacobian was made for");
        }
    }
};

[[noreturn]] void throw_interrupt() {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    throw py::error_already_set();
}

double sum_of_squares(Held& self, const Network<double>& network) {
    self.check(network);
    std::optional<double> sum;
    {
        const py::gil_scoped_release release;
        sum = self.jacobian.sum_of_squares(network, interrupted);
    }
    if (!sum) {
        throw_interrupt();
    }
    return *sum;
}

py::array_t<double> normal_equations(const py::object& object, const Network<double>& network) {
    Held& self = object.cast<Held&>();
    self.check(network);
    std::optional<MatrixView<double>> normal;
    {
        const py::gil_scoped_release release;
        normal = self.jacobian.normal_equations(network, interrupted);
    }
    if (!normal) {
        throw_interrupt();
    }
    return as_array<double>(*normal, object);
}

py::array_t<double> evaluate(Held& self, const Network<double>& network, std::size_t first, std::size_t count) {
    self.check(network);
    if (first > self.jacobian.rows() || count > self.jacobian.rows() - first) {
        throw py::index_error("there are " + std::to_string(self.jacobian.rows()) + " rows, not " +
                              std::to_string(count) + " from row " + std::to_string(first) + " on");
    }
    const std::size_t errors = count * network.layout().outputs();
    const std::size_t columns = self.jacobian.parameters() + 1;
    py::array_t<double> out({errors, columns});
    self.jacobian.evaluate(network, first, count, {out.mutable_data(), errors, columns, columns});
    return out;
}

}  // namespace

void register_jacobian(const py::module_& module) {
    py::class_<Held>(module, "Jacobian",
                     "The errors e = sqrt(w) (y - a) of a network on data, and their Jacobian J = de/dtheta.")
        .def(py::init<const Network<double>&, const py::object&, const py::array&, const std::optional<py::array>&,
                      const py::array&, std::size_t>(),
             py::arg("network"), py::arg("x"), py::arg("y"), py::arg("weights"), py::arg("training"), py::kw_only(),
             py::arg("threads"))
        .def_property_readonly("parameters", [](const Held& self) { return self.jacobian.parameters(); })
        .def("sum_of_squares", &sum_of_squares, py::arg("network"),
             "e^T e at the network's parameters. Raises KeyboardInterrupt.")
        .def("normal_equations", &normal_equations, py::arg("network"),
             "[J e]^T [J e] at the network's parameters, on and above the diagonal, as a view that the next call "
             "writes into. Raises KeyboardInterrupt.")
        .def("evaluate", &evaluate, py::arg("network"), py::arg("first"), py::arg("count"),
             "[J e] of so many training rows, each with a row for every output.");
}

}  // namespace rosenblatt::bindings
