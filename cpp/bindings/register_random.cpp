// MersenneTwister: NumPy's legacy generator, lent to the core.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <utility>

#include "rosenblatt/random.hpp"

namespace rosenblatt::bindings {
namespace {

namespace py = pybind11;
using Words = py::array_t<std::uint32_t, py::array::c_style | py::array::forcecast>;
using State = std::pair<Words, std::size_t>;

MersenneTwister make(const State& state) {
    const auto& [words, position] = state;
    if (words.size() != static_cast<py::ssize_t>(MersenneTwister::state_size)) {
        throw py::value_error("the state of a Mersenne Twister has 624 words, not " + std::to_string(words.size()));
    }
    return {std::span<const std::uint32_t, MersenneTwister::state_size>(words.data(), MersenneTwister::state_size),
            position};
}

}  // namespace

void register_random(const py::module_& module) {
    py::class_<MersenneTwister>(module, "MersenneTwister", "MT19937, continued from a state of NumPy's.")
        .def(py::init(&make), py::arg("state"))
        .def_property(
            "state",
            [](const MersenneTwister& self) {
                return State(Words(static_cast<py::ssize_t>(self.words().size()), self.words().data()),
                             self.position());
            },
            [](MersenneTwister& self, const State& state) { self = make(state); },
            "624 words, and the position 0 .. 624 of the next one to be used.");
}

}  // namespace rosenblatt::bindings
