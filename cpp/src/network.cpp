#include "rosenblatt/network.hpp"

#include <algorithm>
#include <utility>

#include "kernels/dispatch.hpp"

namespace rosenblatt {

template <class T>
Network<T>::Network(std::vector<std::size_t> sizes, const std::vector<Activation>& activations)
    : layout_(std::move(sizes), activations, sizeof(T)), parameters_(layout_.size()) {}

template <class T>
void Network<T>::forward(Workspace<T>& workspace, std::size_t rows) const {
    const kernels::Table<T>& kernel = kernels::active<T>();
    for (std::size_t k = 1; k <= depth(); ++k) {
        const Layer& layer = layout_.layers()[k - 1];
        const MatrixView<T> input = workspace.a(k - 1);
        const MatrixView<T> n = workspace.n(k);
        const MatrixView<T> a = workspace.a(k);
        // n^k = [1 a^(k-1)] theta^k, a^k = f^k(n^k)
        kernel.multiply(n.data, n.stride, input.data - 1, input.stride, parameters_.data() + layer.offset, layer.stride,
                        rows, layer.inputs + 1, layer.outputs);
        const bool is_identity = layer.activation == Activation::linear && a.data == n.data;
        if (!is_identity) {
            kernel.activate[static_cast<int>(layer.activation)](a.data, a.stride, n.data, n.stride, rows,
                                                                layer.outputs);
        }
    }
}

template <class T>
double Network<T>::backward(Workspace<T>& workspace, std::size_t rows, Loss loss, bool add) const {
    const kernels::Table<T>& kernel = kernels::active<T>();
    const auto multiply_by_slope = [&](std::size_t k) {
        const Activation f = layout_.layers()[k - 1].activation;
        if (f != Activation::linear) {
            const MatrixView<T> s = workspace.s(k);
            const MatrixView<T> a = workspace.a(k);
            kernel.derivative[static_cast<int>(f)](s.data, s.stride, a.data, a.stride, rows, s.cols);
        }
    };

    // s^l = dL/da^l o f'(n^l)
    const std::size_t l = depth();
    const MatrixView<T> s_last = workspace.s(l);
    const MatrixView<T> a_last = workspace.a(l);
    const MatrixView<T> y = workspace.y();
    const double total = kernel.loss[static_cast<int>(loss)](s_last.data, s_last.stride, a_last.data, a_last.stride,
                                                             y.data, y.stride, rows, layout_.outputs());
    if (!is_canonical(loss)) {
        multiply_by_slope(l);
    }

    for (std::size_t k = l; k >= 1; --k) {
        const Layer& layer = layout_.layers()[k - 1];
        const MatrixView<T> s = workspace.s(k);
        const MatrixView<T> input = workspace.a(k - 1);
        // dL/dtheta^k = [1 a^(k-1)]^T s^k
        kernel.multiply_transposed(workspace.gradient() + layer.offset, layer.stride, input.data - 1, input.stride,
                                   s.data, s.stride, layer.inputs + 1, rows, layer.outputs, add);
        if (k > 1) {
            // s^(k-1) = s^k (W^k)^T o f'(n^(k-1))
            const MatrixView<T> transposed = workspace.transposed_weights(k);
            const MatrixView<T> s_before = workspace.s(k - 1);
            const T* weights = parameters_.data() + layer.offset + layer.stride;
            kernel.transpose(transposed.data, transposed.stride, weights, layer.stride, layer.inputs, layer.outputs);
            kernel.multiply(s_before.data, s_before.stride, s.data, s.stride, transposed.data, transposed.stride, rows,
                            layer.outputs, layer.inputs);
            multiply_by_slope(k - 1);
        }
    }
    return total;
}

template <class T>
void Network<T>::predict(MatrixView<T> out, const Rows& rows, std::span<const std::int64_t> index) const {
    // 256 rows: their activations stay in the cache of a core up to a few hundred neurons a layer.
    constexpr std::size_t block = 256;
    Workspace<T> workspace(layout_, std::min(block, std::max<std::size_t>(index.size(), 1)), Keep::outputs);
    for (std::size_t done = 0; done < index.size(); done += block) {
        const std::size_t count = std::min(block, index.size() - done);
        gather(workspace.a(0), rows, index.subspan(done, count));
        forward(workspace, count);
        const MatrixView<T> a = workspace.a(depth());
        for (std::size_t i = 0; i < count; ++i) {
            std::copy_n(a.row(i), out.cols, out.row(done + i));
        }
    }
}

template <class T>
void descend(Network<T>& network, const Workspace<T>& workspace, double eta, double scale) {
    kernels::active<T>().descend(network.parameters().data(), workspace.gradient(), eta, scale,
                                 network.parameters().size());
}

template class Network<float>;
template class Network<double>;
template void descend(Network<float>&, const Workspace<float>&, double, double);
template void descend(Network<double>&, const Workspace<double>&, double, double);

}  // namespace rosenblatt
