// Network and Workspace for float32 and float64.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "losses.hpp"
#include "rosenblatt/input_gradient.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/perceptron_rule.hpp"
#include "rosenblatt/prediction.hpp"

namespace rosenblatt::bindings {
namespace {

template <class T>
std::size_t checked_layer(const Network<T>& network, std::size_t k, std::size_t first) {
    if (k < first || k > network.depth()) {
        throw py::index_error("layers are numbered " + std::to_string(first) + " to " +
                              std::to_string(network.depth()) + "; there is no layer " + std::to_string(k));
    }
    return k;
}

template <class T>
Table checked_rows(const Network<T>& network, const py::object& x) {
    Table table = as_rows(x, "x");
    if (table.rows.features != network.layout().inputs()) {
        throw py::value_error("x has " + std::to_string(table.rows.features) + " columns but the network has " +
                              std::to_string(network.layout().inputs()) + " inputs");
    }
    return table;
}

template <class T>
py::array_t<T> gradients_of_input(const Network<T>& network, const py::object& x,
                                  const std::vector<std::size_t>& outputs, std::size_t threads) {
    const Table table = checked_rows(network, x);
    for (const std::size_t output : outputs) {
        if (output >= network.layout().outputs()) {
            throw py::index_error("the network has " + std::to_string(network.layout().outputs()) +
                                  " outputs; there is no output " + std::to_string(output));
        }
    }
    const std::size_t inputs = network.layout().inputs();
    py::array_t<T> out({table.rows.count, outputs.size(), inputs});
    const MatrixView<T> view{out.mutable_data(), table.rows.count * outputs.size(), inputs, inputs};
    const py::gil_scoped_release release;
    Team team(worthwhile_threads_to_differentiate(network.layout(), table.rows, outputs.size(), threads));
    input_gradients(network, view, table.rows, outputs, team);
    return out;
}

// A workspace that knows how many of its rows are in use, and its network.
template <class T>
struct Pass {
    std::shared_ptr<Network<T>> network;
    Workspace<T> workspace;
    std::size_t rows = 0;

    Pass(std::shared_ptr<Network<T>> owner, std::size_t batch)
        : network(std::move(owner)), workspace(network->layout(), batch, Keep::everything) {}

    void set_x(const py::array& x) {
        const Table table = as_table(x, "x");
        if (table.rows.features != network->layout().inputs()) {
            throw py::value_error("x has " + std::to_string(table.rows.features) + " columns but the network has " +
                                  std::to_string(network->layout().inputs()) + " inputs");
        }
        if (table.rows.count == 0 || table.rows.count > workspace.batch()) {
            throw py::value_error("x has " + std::to_string(table.rows.count) + " rows; expected 1 to " +
                                  std::to_string(workspace.batch()));
        }
        rows = table.rows.count;
        gather(workspace.a(0), table.rows, every_row(rows));
    }

    void set_y(const py::array& y) {
        const Table table = as_table(y, "y");
        check_targets({{}, table.rows}, rows, network->layout().outputs());
        gather(workspace.y(), table.rows, every_row(rows));
    }

    [[nodiscard]] MatrixView<T> used(MatrixView<T> view) const { return {view.data, rows, view.cols, view.stride}; }
};

template <class T>
void register_network_of(py::module_& module, const std::string& suffix) {
    using Net = Network<T>;
    py::class_<Net, std::shared_ptr<Net>>(module, ("Network" + suffix).c_str(),
                                          "Layers and their parameters in one buffer.")
        .def(py::init([](std::vector<std::size_t> sizes, const std::vector<std::string>& activations,
                         std::vector<std::size_t> groups) {
                 std::vector<Activation> parsed;
                 for (const std::string& text : activations) {
                     parsed.push_back(parse_activation(text));
                 }
                 return std::make_shared<Net>(std::move(sizes), parsed, std::move(groups));
             }),
             py::arg("sizes"), py::arg("activations"), py::arg("groups") = std::vector<std::size_t>{})
        .def("copy", [](const Net& self) { return std::make_shared<Net>(self); })
        .def(
            "copy_parameters",
            [](Net& self, const Net& other) {
                if (self.layout().sizes() != other.layout().sizes()) {
                    throw py::value_error("the other network has other sizes");
                }
                self.parameters().copy_from(other.parameters());
            },
            py::arg("other"), "Take over the parameters of a network of the same layers.")
        .def_property_readonly("sizes", [](const Net& self) { return self.layout().sizes(); })
        .def_property_readonly("activations",
                               [](const Net& self) {
                                   std::vector<std::string> names;
                                   for (const Layer& layer : self.layout().layers()) {
                                       names.emplace_back(name(layer.activation));
                                   }
                                   return names;
                               })
        .def_property_readonly(
            "groups", [](const Net& self) { return self.layout().groups(); },
            "Widths of the groups of outputs that have an activation each; none if all share one.")
        .def(
            "theta",
            [](const py::object& self, std::size_t k) {
                Net& network = self.cast<Net&>();
                return as_array<T>(network.theta(checked_layer(network, k, 1)), self);
            },
            py::arg("k"), "theta of layer k = 1 .. l as a writable view; row 0 is the bias.")
        .def(
            "predict",
            [](const Net& self, const py::object& x, std::size_t threads) {
                const Table table = checked_rows(self, x);
                const std::size_t outputs = self.layout().outputs();
                py::array_t<T> out({table.rows.count, outputs});
                const MatrixView<T> view{out.mutable_data(), table.rows.count, outputs, outputs};
                bool is_finite = true;
                {
                    const py::gil_scoped_release release;
                    Team team(worthwhile_threads_to_predict(self.layout(), table.rows, threads));
                    is_finite = predict(self, view, table.rows, team);
                }
                return py::make_tuple(out, is_finite);
            },
            py::arg("x"), py::arg("threads") = 1,
            "a of the last layer for every row of x, an array or a CSR matrix, and whether all of an array is finite.")
        .def("input_gradients", &gradients_of_input<T>, py::arg("x"), py::arg("outputs"), py::arg("threads") = 1,
             "da/dx of these outputs for every row of x, an array or a CSR matrix: rows x outputs x inputs.")
        .def(
            "first_layers",
            [](const Net& self, std::size_t k) {
                return std::make_shared<Net>(self.first_layers(checked_layer(self, k, 1)));
            },
            py::arg("k"), "Layers 1 to k as a network of their own, with a copy of their parameters.");

    using P = Pass<T>;
    py::class_<P>(module, ("Pass" + suffix).c_str(), "n, a and s of every layer for a batch of rows.")
        .def(py::init<std::shared_ptr<Net>, std::size_t>(), py::arg("network"), py::arg("batch"))
        .def(
            "forward",
            [](P& self, const py::array& x) {
                self.set_x(x);
                self.network->forward(self.workspace, self.rows);
            },
            py::arg("x"), "Forward pass (equations 20, 21).")
        .def(
            "backward",
            [](P& self, const py::array& y, const LossArgument& loss) {
                const LossFunction parsed = as_loss(loss);
                const OwnLoss<T> own_loss = as_own_loss<T>(loss);
                if (!own_loss) {
                    check_loss(parsed, self.network->layout().layers().back().activation);
                }
                self.set_y(y);
                return self.network->backward(self.workspace, self.rows, parsed, false, own_loss);
            },
            py::arg("y"), py::arg("loss"),
            "Backward pass (equations 24, 33) after forward; returns the loss summed over rows.")
        .def(
            "descend", [](P& self, double eta, double scale) { descend(*self.network, self.workspace, eta, scale); },
            py::arg("eta"), py::arg("scale"), "Gradient descent (equation 19) with the gradient of backward.")
        .def(
            "times_derivative",
            [](const P& self, std::size_t k, const py::array_t<T, py::array::c_style | py::array::forcecast>& s) {
                const MatrixView<T> a = self.used(self.workspace.a(checked_layer(*self.network, k, 1)));
                if (s.ndim() != 2 || static_cast<std::size_t>(s.shape(0)) != a.rows ||
                    static_cast<std::size_t>(s.shape(1)) != a.cols) {
                    throw py::value_error("s must have the shape of a, " + std::to_string(a.rows) + " x " +
                                          std::to_string(a.cols));
                }
                py::array_t<T> out({a.rows, a.cols});
                std::copy_n(s.data(), a.rows * a.cols, out.mutable_data());
                self.network->multiply_by_derivative({out.mutable_data(), a.rows, a.cols, a.cols}, self.workspace, k);
                return out;
            },
            py::arg("k"), py::arg("s"), "s times f'(n) of layer k, row by row (equations 24, 32, 33), after forward.")
        .def(
            "perceptron_rule",
            [](P& self, const py::array& x, const py::array& y, double eta) {
                self.set_x(x);
                self.set_y(y);
                return perceptron_rule(*self.network, self.workspace, self.rows, eta);
            },
            py::arg("x"), py::arg("y"), py::arg("eta"),
            "The perceptron rule (equation 6), row after row; returns the number of wrong rows.")
        .def(
            "n",
            [](const py::object& self, std::size_t k) {
                const P& pass = self.cast<const P&>();
                return as_array<T>(pass.used(pass.workspace.n(checked_layer(*pass.network, k, 1))), self);
            },
            py::arg("k"))
        .def(
            "a",
            [](const py::object& self, std::size_t k) {
                const P& pass = self.cast<const P&>();
                return as_array<T>(pass.used(pass.workspace.a(checked_layer(*pass.network, k, 0))), self);
            },
            py::arg("k"))
        .def(
            "s",
            [](const py::object& self, std::size_t k) {
                const P& pass = self.cast<const P&>();
                return as_array<T>(pass.used(pass.workspace.s(checked_layer(*pass.network, k, 1))), self);
            },
            py::arg("k"))
        .def(
            "gradient",
            [](const py::object& self, std::size_t k) {
                const P& pass = self.cast<const P&>();
                const Layer& layer = pass.network->layout().layers()[checked_layer(*pass.network, k, 1) - 1];
                const MatrixView<T> view{pass.workspace.gradient() + layer.offset, layer.inputs + 1, layer.outputs,
                                         layer.stride};
                return as_array<T>(view, self);
            },
            py::arg("k"), "dL/dtheta of layer k, summed over the rows.");
}

}  // namespace

void register_network(py::module_& module) {
    register_network_of<float>(module, "Float32");
    register_network_of<double>(module, "Float64");
    module.def("activation_names", [] {
        const auto names = activation_names();
        return std::vector<std::string>(names.begin(), names.end());
    });
}

}  // namespace rosenblatt::bindings
