#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "rosenblatt/isa.hpp"

namespace rosenblatt::bindings {

void register_isa(pybind11::module_& module) {
    module.def("active_isa", &active_isa, "The instruction set that the kernels use.");
    module.def("available_isas", &available_isas, "The instruction sets that this machine can run, best first.");
}

}  // namespace rosenblatt::bindings
