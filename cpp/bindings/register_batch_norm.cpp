// BatchNorm for float32 and float64.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <span>
#include <string>

#include "arrays.hpp"
#include "rosenblatt/batch_norm.hpp"

namespace rosenblatt::bindings {
namespace {

py::array_t<double> as_vector(std::span<double> values, py::handle owner) {
    return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data(), owner);
}

template <class T>
void register_batch_norm_of(py::module_& module, const std::string& suffix) {
    using Bn = BatchNorm<T>;
    py::class_<Bn, std::shared_ptr<Bn>>(module, ("BatchNorm" + suffix).c_str(),
                                        "Batch normalisation of the hidden layers: what is trained in the place of a "
                                        "network, and folded into it.")
        .def(py::init<const Network<T>&, const Optimizer<T>&>(), py::arg("network"), py::arg("optimizer"))
        .def("copy", [](const Bn& self) { return std::make_shared<Bn>(self); })
        .def("copy_parameters", &Bn::copy_parameters, py::arg("other"),
             "Take over all but the optimizer from one of the same sizes.")
        .def("copy_steps", &Bn::copy_steps, py::arg("other"), "Take over the optimizer of beta and gamma.")
        .def("fold", &Bn::fold, py::arg("network"), "Write the parameters into a network of the same sizes.")
        .def("is_folded_in", &Bn::is_folded_in, py::arg("network"),
             "Whether fold would write what the network holds, to the bit.")
        .def_property_readonly(
            "network", [](Bn& self) -> Network<T>& { return self.network(); },
            py::return_value_policy::reference_internal,
            "The network that is trained, whose hidden layers have no bias.")
        .def_property_readonly(
            "optimizer", [](Bn& self) -> Optimizer<T>& { return self.optimizer(); },
            py::return_value_policy::reference_internal, "Of beta and gamma, a layer with one input.")
        .def_property_readonly(
            "scales", [](const py::object& self) { return as_array<T>(self.cast<Bn&>().scales(), self); },
            "beta and gamma of all hidden layers, two rows, as a writable view.")
        .def_property_readonly(
            "mean", [](const py::object& self) { return as_vector(self.cast<Bn&>().mean(), self); },
            "Moving average of the means, as a writable view.")
        .def_property_readonly(
            "variance", [](const py::object& self) { return as_vector(self.cast<Bn&>().variance(), self); },
            "Moving average of the variances, likewise.")
        .def_property("has_statistics", &Bn::has_statistics, &Bn::set_has_statistics,
                      "Whether these are of any rows yet.");
}

}  // namespace

void register_batch_norm(py::module_& module) {
    register_batch_norm_of<float>(module, "Float32");
    register_batch_norm_of<double>(module, "Float64");
}

}  // namespace rosenblatt::bindings
