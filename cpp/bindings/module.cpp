// The C++ core as the Python module rosenblatt._core: conversion and checks, no mathematics.
#include <pybind11/pybind11.h>

namespace rosenblatt::bindings {

void register_isa(pybind11::module_& module);
void register_random(const pybind11::module_& module);
void register_loss(pybind11::module_& module);
void register_network(pybind11::module_& module);
void register_optimizer(pybind11::module_& module);
void register_batch_norm(pybind11::module_& module);
void register_trainer(pybind11::module_& module);
void register_objective(pybind11::module_& module);
void register_jacobian(const pybind11::module_& module);
void register_validation(pybind11::module_& module);
void register_perceptron(pybind11::module_& module);

}  // namespace rosenblatt::bindings

PYBIND11_MODULE(_core, module) {
    module.doc() = "The C++ core of rosenblatt.";
    rosenblatt::bindings::register_isa(module);
    rosenblatt::bindings::register_random(module);
    rosenblatt::bindings::register_loss(module);
    rosenblatt::bindings::register_network(module);
    rosenblatt::bindings::register_optimizer(module);
    rosenblatt::bindings::register_batch_norm(module);
    rosenblatt::bindings::register_trainer(module);
    rosenblatt::bindings::register_objective(module);
    rosenblatt::bindings::register_jacobian(module);
    rosenblatt::bindings::register_validation(module);
    rosenblatt::bindings::register_perceptron(module);
}
