// LossFunction: a loss with the numbers that it takes.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "losses.hpp"

namespace rosenblatt::bindings {

namespace {

LossFunction made(const std::string& loss, double huber_delta, double tweedie_power, double focal_gamma,
                  double label_smoothing, std::vector<double> quantiles) {
    LossFunction result(parse_loss(loss));
    result.huber_delta = huber_delta;
    result.tweedie_power = tweedie_power;
    result.focal_gamma = focal_gamma;
    result.label_smoothing = label_smoothing;
    result.quantiles = std::move(quantiles);
    return result;
}

using State = std::tuple<std::string, double, double, double, double, std::vector<double>>;

State state(const LossFunction& loss) {
    return {std::string(name(loss.loss)), loss.huber_delta, loss.tweedie_power, loss.focal_gamma,
            loss.label_smoothing,         loss.quantiles};
}

}  // namespace

void register_loss(py::module_& module) {
    py::class_<LossFunction>(module, "LossFunction", "A loss with the numbers that it takes.")
        .def(py::init(&made), py::arg("loss"), py::kw_only(), py::arg("huber_delta") = 1.0,
             py::arg("tweedie_power") = 1.5, py::arg("focal_gamma") = 2.0, py::arg("label_smoothing") = 0.0,
             py::arg("quantiles") = std::vector<double>{0.5})
        .def_property_readonly("loss", [](const LossFunction& self) { return std::string(name(self.loss)); })
        .def_readonly("huber_delta", &LossFunction::huber_delta)
        .def_readonly("tweedie_power", &LossFunction::tweedie_power)
        .def_readonly("focal_gamma", &LossFunction::focal_gamma)
        .def_readonly("label_smoothing", &LossFunction::label_smoothing)
        .def_readonly("quantiles", &LossFunction::quantiles)
        .def(py::pickle(&state, [](const State& state) { return std::apply(made, state); }));
    module.def(
        "check_loss",
        [](const LossArgument& loss, const std::string& activation) {
            if (!std::holds_alternative<LossCallable>(loss)) {
                check_loss(as_loss(loss), parse_activation(activation));
            }
        },
        py::arg("loss"), py::arg("activation"),
        "Raises ValueError unless the numbers of a loss are right, and it fits the last layer's activation.");
    module.def("loss_names", [] {
        const auto names = loss_names();
        return std::vector<std::string>(names.begin(), names.end());
    });
}

}  // namespace rosenblatt::bindings
