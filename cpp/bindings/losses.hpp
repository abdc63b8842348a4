// Losses as Python gives them.
#pragma once

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "rosenblatt/loss_function.hpp"

namespace rosenblatt::bindings {

namespace py = pybind11;

// The name of a loss; a loss with its numbers; or a function f(y, a) -> (losses, s), arrays of shape (rows,) and
// (rows, outputs).
using LossCallable = py::typing::Callable<py::typing::Tuple<py::array, py::array>(py::array, py::array)>;
using LossArgument = std::variant<std::string, LossFunction, LossCallable>;

// The loss of that name, or with those numbers; of a function, any loss. Throws std::invalid_argument for an unknown
// name.
[[nodiscard]] inline LossFunction as_loss(const LossArgument& loss) {
    if (const auto* name = std::get_if<std::string>(&loss)) {
        return parse_loss(*name);
    }
    const auto* function = std::get_if<LossFunction>(&loss);
    return function != nullptr ? *function : LossFunction();
}

// The function; empty for anything else.
template <class T>
[[nodiscard]] OwnLoss<T> as_own_loss(const LossArgument& loss) {
    using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;
    using Losses = py::array_t<double, py::array::c_style | py::array::forcecast>;
    const auto* given = std::get_if<LossCallable>(&loss);
    if (given == nullptr) {
        return {};
    }
    // Not the object itself: this one may be copied and destroyed without the GIL.
    auto function = given->cast<std::function<py::object(Array, Array)>>();
    return [function = std::move(function)](MatrixView<T> s, std::span<double> losses, MatrixView<const T> a,
                                            MatrixView<const T> y) {
        const py::gil_scoped_acquire acquire;
        // Copies: the function may keep what it gets.
        const auto copied = [](MatrixView<const T> from) {
            Array to({from.rows, from.cols});
            for (std::size_t i = 0; i < from.rows; ++i) {
                std::copy_n(from.row(i), from.cols, to.mutable_data(static_cast<py::ssize_t>(i)));
            }
            return to;
        };
        const auto [values, derivative] = function(copied(y), copied(a)).template cast<std::pair<Losses, Array>>();
        if (static_cast<std::size_t>(values.size()) != a.rows ||
            static_cast<std::size_t>(derivative.size()) != a.rows * a.cols) {
            throw py::value_error("the loss must return a number for each row, and a derivative for each output");
        }
        std::copy_n(values.data(), a.rows, losses.begin());
        for (std::size_t i = 0; i < a.rows; ++i) {
            std::copy_n(derivative.data() + i * a.cols, a.cols, s.row(i));
        }
    };
}

}  // namespace rosenblatt::bindings
