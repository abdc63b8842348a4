// Optimizer for float32 and float64.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "arrays.hpp"
#include "choice.hpp"
#include "rosenblatt/optimizer.hpp"

namespace rosenblatt::bindings {
namespace {

template <class T>
std::size_t checked_layer(const Optimizer<T>& optimizer, std::size_t k) {
    const std::size_t depth = optimizer.layout().layers().size();
    if (k < 1 || k > depth) {
        throw py::index_error("layers are numbered 1 to " + std::to_string(depth) + "; there is no layer " +
                              std::to_string(k));
    }
    return k;
}

template <class T>
void register_optimizer_of(py::module_& module, const std::string& suffix) {
    using Op = Optimizer<T>;
    py::class_<Op, std::shared_ptr<Op>>(module, ("Optimizer" + suffix).c_str(),
                                        "A solver by mini-batches, and what it remembers of the steps so far.")
        .def(py::init([](const Network<T>& network, const std::string& solver, const std::string& learning_rate,
                         double learning_rate_init, double power_t, double momentum, bool nesterovs_momentum,
                         double beta_1, double beta_2, double epsilon, double rho) {
                 OptimizerOptions options;
                 options.solver =
                     choice<Solver>("solver", solver, {"sgd", "adam", "nadam", "rmsprop", "adagrad", "rprop"});
                 options.learning_rate =
                     choice<LearningRate>("learning_rate", learning_rate, {"constant", "invscaling", "adaptive"});
                 options.learning_rate_init = learning_rate_init;
                 options.power_t = power_t;
                 options.momentum = momentum;
                 options.nesterovs_momentum = nesterovs_momentum;
                 options.beta_1 = beta_1;
                 options.beta_2 = beta_2;
                 options.epsilon = epsilon;
                 options.rho = rho;
                 return std::make_shared<Op>(network.layout(), options);
             }),
             py::arg("network"), py::kw_only(), py::arg("solver"), py::arg("learning_rate"),
             py::arg("learning_rate_init"), py::arg("power_t"), py::arg("momentum"), py::arg("nesterovs_momentum"),
             py::arg("beta_1"), py::arg("beta_2"), py::arg("epsilon"), py::arg("rho") = 0.9)
        .def(
            "regularise",
            [](Op& self, double alpha, double l1_ratio, double weight_decay, double clip_value, double clip_norm,
               double max_norm) { self.regularise({alpha, l1_ratio, weight_decay, clip_value, clip_norm, max_norm}); },
            py::kw_only(), py::arg("alpha"), py::arg("l1_ratio"), py::arg("weight_decay"), py::arg("clip_value"),
            py::arg("clip_norm"), py::arg("max_norm"),
            "What holds weights or gradient small from the next step on; inf is no limit.")
        .def("copy", [](const Op& self) { return std::make_shared<Op>(self); })
        .def(
            "first",
            [](const py::object& self, std::size_t k) {
                Op& optimizer = self.cast<Op&>();
                return as_array<T>(optimizer.first(checked_layer(optimizer, k)), self);
            },
            py::arg("k"),
            "Velocity, mean of the gradient, mean or sum of its square (rmsprop, adagrad), or the last gradient "
            "(rprop), "
            "as a writable view in the shape of theta of k.")
        .def(
            "second",
            [](const py::object& self, std::size_t k) {
                Op& optimizer = self.cast<Op&>();
                if (!optimizer.has_second()) {
                    throw std::invalid_argument("this solver has no second moment");
                }
                return as_array<T>(optimizer.second(checked_layer(optimizer, k)), self);
            },
            py::arg("k"), "Mean of the gradient's square, or the size of the steps (rprop), likewise.")
        .def(
            "restore", [](Op& self, double steps, double rate) { self.restore(steps, rate); }, py::arg("steps"),
            py::arg("learning_rate"), "Take over what was saved; the rest is written into first and second.")
        .def_property_readonly("sizes", [](const Op& self) { return self.layout().sizes(); })
        .def_property_readonly("has_second", &Op::has_second)
        .def_property_readonly("steps", &Op::steps)
        .def_property("learning_rate", &Op::learning_rate, &Op::set_learning_rate);
}

}  // namespace

void register_optimizer(py::module_& module) {
    register_optimizer_of<float>(module, "Float32");
    register_optimizer_of<double>(module, "Float64");
}

}  // namespace rosenblatt::bindings
