// Objective for float32 and float64.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "arrays.hpp"
#include "interrupt.hpp"
#include "losses.hpp"
#include "rosenblatt/objective.hpp"

namespace rosenblatt::bindings {
namespace {

// With what owns the data's memory.
template <class T>
struct Held {
    Table x;
    TargetsArray y;
    Objective<T> objective;

    Held(const Network<T>& network, const py::object& rows, const py::array& targets,
         const std::optional<py::array>& weights, const ObjectiveOptions& options, OwnLoss<T> own_loss)
        : x(as_rows(rows, "x")),
          y(as_targets(targets, weights)),
          objective(network, {x.rows, y.targets, every_row(x.rows.count), {}}, options, std::move(own_loss)) {}
};

template <class T>
std::pair<double, double> evaluate(Held<T>& self, const Network<T>& network) {
    if (network.layout().sizes() != self.objective.layout().sizes() ||
        network.layout().groups() != self.objective.layout().groups()) {
        throw py::value_error("the network has other sizes or groups than the one that the objective was made for");
    }
    std::optional<typename Objective<T>::Value> value;
    {
        const py::gil_scoped_release release;
        value = self.objective.evaluate(network, interrupted);
    }
    if (!value) {
        PyErr_SetNone(PyExc_KeyboardInterrupt);
        throw py::error_already_set();
    }
    return {value->loss, value->penalty};
}

template <class T>
void register_objective_of(py::module_& module, const std::string& suffix) {
    using Ob = Held<T>;
    py::class_<Ob>(module, ("Objective" + suffix).c_str(), "The loss of a network on data, and its gradient.")
        .def(py::init([](const Network<T>& network, const py::object& x, const py::array& y,
                         const std::optional<py::array>& weights, const LossArgument& loss, double alpha,
                         double l1_ratio, std::size_t threads) {
                 return std::make_unique<Ob>(network, x, y, weights,
                                             ObjectiveOptions{as_loss(loss), alpha, l1_ratio, threads},
                                             as_own_loss<T>(loss));
             }),
             py::arg("network"), py::arg("x"), py::arg("y"), py::arg("weights"), py::kw_only(), py::arg("loss"),
             py::arg("alpha"), py::arg("l1_ratio"), py::arg("threads"))
        .def("evaluate", &evaluate<T>, py::arg("network"),
             "The loss, a mean over rows, and the penalty, at the network's parameters. Raises KeyboardInterrupt.")
        .def(
            "gradient",
            [](const py::object& self, std::size_t k) {
                Objective<T>& objective = self.cast<Ob&>().objective;
                const std::size_t depth = objective.layout().layers().size();
                if (k < 1 || k > depth) {
                    throw py::index_error("layers are numbered 1 to " + std::to_string(depth) + "; there is no layer " +
                                          std::to_string(k));
                }
                return as_array<T>(objective.gradient(k), self);
            },
            py::arg("k"), "Of loss and penalty, as of the last evaluation, in the shape of theta of layer k.");
}

}  // namespace

void register_objective(py::module_& module) {
    register_objective_of<float>(module, "Float32");
    register_objective_of<double>(module, "Float64");
}

}  // namespace rosenblatt::bindings
