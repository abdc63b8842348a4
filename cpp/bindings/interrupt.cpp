#include "interrupt.hpp"

#include <pybind11/pybind11.h>

namespace rosenblatt::bindings {

bool interrupted() {
    const pybind11::gil_scoped_acquire acquire;
    if (PyErr_CheckSignals() == 0) {
        return false;
    }
    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) != 0) {
        PyErr_Clear();
        return true;
    }
    throw pybind11::error_already_set();
}

}  // namespace rosenblatt::bindings
