// Validation for float32 and float64: what solvers written in Python watch.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "losses.hpp"
#include "rosenblatt/validation.hpp"
#include "watched.hpp"

namespace rosenblatt::bindings {
namespace {

// With what owns the data's memory.
template <class T>
struct Held {
    Watched watched;
    Team team;
    Validation<T> validation;
    std::vector<std::size_t> sizes;

    Held(const Network<T>& network, const WatchedArrays& arrays, const ValidationOptions& options, std::size_t threads,
         OwnLoss<T> own_loss)
        : watched(as_watched(arrays)),
          team(worthwhile_threads_to_predict(network.layout(), watched.x.rows, threads)),
          validation(network.layout(), watched.data, options, team, std::move(own_loss)),
          sizes(network.layout().sizes()) {}
};

template <class T>
std::pair<double, double> evaluate(Held<T>& self, const Network<T>& network) {
    if (network.layout().sizes() != self.sizes) {
        throw py::value_error("the network has other sizes than the one that the validation was made for");
    }
    const py::gil_scoped_release release;
    const auto [score, loss] = self.validation.evaluate(network);
    return {score, loss};
}

template <class T>
void register_validation_of(py::module_& module, const std::string& suffix) {
    using Va = Held<T>;
    py::class_<Va>(module, ("Validation" + suffix).c_str(), "What a network is worth on rows that are watched.")
        .def(py::init([](const Network<T>& network, const WatchedArrays& validation, const LossArgument& loss,
                         double loss_scale, const std::string& score, std::size_t threads) {
                 return std::make_unique<Va>(network, validation,
                                             ValidationOptions{as_loss(loss), loss_scale, parse_score(score)}, threads,
                                             as_own_loss<T>(loss));
             }),
             py::arg("network"), py::arg("validation"), py::kw_only(), py::arg("loss"), py::arg("loss_scale"),
             py::arg("score"), py::arg("threads"))
        .def("evaluate", &evaluate<T>, py::arg("network"), "The score and the loss, without a penalty.");
}

}  // namespace

void register_validation(py::module_& module) {
    register_validation_of<float>(module, "Float32");
    register_validation_of<double>(module, "Float64");
}

}  // namespace rosenblatt::bindings
