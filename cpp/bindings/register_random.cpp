// MersenneTwister: NumPy's legacy generator, lent to the core.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

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

py::array_t<double> uniform(MersenneTwister& self, double low, double high, const std::vector<py::ssize_t>& size) {
    py::array_t<double> numbers(size);
    std::generate_n(numbers.mutable_data(), numbers.size(), [&] { return self.uniform(low, high); });
    return numbers;
}

}  // namespace

void register_random(const py::module_& module) {
    py::class_<MersenneTwister>(module, "MersenneTwister",
                                "MT19937, continued from a state of NumPy's, or seeded like RandomState.")
        .def(py::init(&make), py::arg("state"))
        .def(py::init<std::uint32_t>(), py::arg("seed"))
        .def("uniform", &uniform, py::arg("low"), py::arg("high"), py::arg("size"),
             "The numbers that RandomState.uniform draws.")
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
