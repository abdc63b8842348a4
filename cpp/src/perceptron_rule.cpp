#include "rosenblatt/perceptron_rule.hpp"

#include <stdexcept>
#include <string>

#include "kernels/dispatch.hpp"

namespace rosenblatt {

template <class T>
std::size_t perceptron_rule(Network<T>& network, Workspace<T>& workspace, std::size_t rows, double eta) {
    const Layer& layer = network.layout().layers().front();
    if (network.depth() != 1 || layer.activation != Activation::hard_limit) {
        throw std::invalid_argument("the perceptron rule trains a single layer of HardLimit; this network has " +
                                    std::to_string(network.depth()) + " layer(s), the first with " +
                                    std::string(name(layer.activation)));
    }
    const kernels::Table<T>& kernel = kernels::active<T>();
    const MatrixView<T> theta = network.theta(1);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        const T* x = workspace.a(0).row(i);
        T* n = workspace.n(1).row(i);
        T* a = workspace.a(1).row(i);
        T* error = workspace.s(1).row(i);  // y - a; its padding stays zero
        const PickedRows<T> row{x, 0, nullptr};
        kernel.multiply(n, workspace.n(1).stride, theta.data, &row, theta.row(1), theta.stride, 1, theta.rows - 1,
                        theta.cols, nullptr, nullptr);
        kernel.activate[static_cast<int>(Activation::hard_limit)](a, workspace.a(1).stride, n, workspace.n(1).stride, 1,
                                                                  theta.cols);
        bool is_wrong = false;
        for (std::size_t j = 0; j < theta.cols; ++j) {
            error[j] = workspace.y()(i, j) - a[j];
            is_wrong = is_wrong || error[j] != 0;
        }
        if (is_wrong) {
            ++wrong;
            kernel.add_scaled(theta.row(0), error, static_cast<T>(eta), theta.cols);
            for (std::size_t q = 1; q < theta.rows; ++q) {
                kernel.add_scaled(theta.row(q), error, static_cast<T>(eta) * x[q - 1], theta.cols);
            }
        }
    }
    return wrong;
}

template std::size_t perceptron_rule(Network<float>&, Workspace<float>&, std::size_t, double);
template std::size_t perceptron_rule(Network<double>&, Workspace<double>&, std::size_t, double);

}  // namespace rosenblatt
