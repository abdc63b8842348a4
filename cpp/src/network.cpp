#include "rosenblatt/network.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "kernels/dispatch.hpp"

namespace rosenblatt {
namespace {

kernels::Ahead lines_of(const RowsAhead& ahead) {
    if (ahead.rows == nullptr || ahead.rows->are_sparse()) {
        return {};
    }
    const auto size = static_cast<std::ptrdiff_t>(element_size(ahead.rows->element));
    return {static_cast<const unsigned char*>(ahead.rows->data), ahead.rows->stride * size,
            ahead.rows->features * static_cast<std::size_t>(size), ahead.index.data(), ahead.index.size()};
}

}  // namespace

template <class T>
Network<T>::Network(std::vector<std::size_t> sizes, const std::vector<Activation>& activations)
    : layout_(std::move(sizes), activations, sizeof(T)), parameters_(layout_.size()) {}

template <class T>
void Network<T>::forward(Workspace<T>& workspace, std::size_t rows, std::size_t first, const RowsAhead& ahead) const {
    const kernels::Table<T>& kernel = kernels::active<T>();
    const kernels::Ahead lines = lines_of(ahead);
    for (std::size_t k = 1; k <= depth(); ++k) {
        const Layer& layer = layout_.layers()[k - 1];
        const MatrixView<T> input = workspace.a(k - 1).rows_from(first, rows);
        const MatrixView<T> n = workspace.n(k).rows_from(first, rows);
        const MatrixView<T> a = workspace.a(k).rows_from(first, rows);
        // n^k = [1 a^(k-1)] theta^k, a^k = f^k(n^k); a sparse a^0 has no columns, and its entries come after the 1
        kernel.multiply(n.data, n.stride, input.data - 1, input.stride, parameters_.data() + layer.offset, layer.stride,
                        rows, input.cols + 1, layer.outputs, k == 1 ? &lines : nullptr);
        if (k == 1 && workspace.sparse() != nullptr) {
            const auto& x = workspace.sparse()->by_rows();
            kernel.multiply_sparse(n.data, n.stride, x.begin.data() + first, x.position.data(), x.value.data(),
                                   theta(1).row(1), layer.stride, rows, layer.outputs, true);
        }
        const bool is_identity = layer.activation == Activation::linear && a.data == n.data;
        if (!is_identity) {
            kernel.activate[static_cast<int>(layer.activation)](a.data, a.stride, n.data, n.stride, rows,
                                                                layer.outputs);
        }
    }
}

template <class T>
void Network<T>::sensitivities(Workspace<T>& workspace, std::size_t rows, std::size_t first, Loss loss,
                               std::span<double> losses) const {
    const kernels::Table<T>& kernel = kernels::active<T>();
    const auto multiply_by_slope = [&](std::size_t k) {
        const Activation f = layout_.layers()[k - 1].activation;
        if (f != Activation::linear) {
            const MatrixView<T> s = workspace.s(k).rows_from(first, rows);
            const MatrixView<T> a = workspace.a(k).rows_from(first, rows);
            kernel.derivative[static_cast<int>(f)](s.data, s.stride, a.data, a.stride, rows, s.cols);
        }
    };

    // s^l = dL/da^l o f'(n^l)
    const std::size_t l = depth();
    const MatrixView<T> s_last = workspace.s(l).rows_from(first, rows);
    const MatrixView<T> a_last = workspace.a(l).rows_from(first, rows);
    const MatrixView<T> y = workspace.y().rows_from(first, rows);
    kernel.loss[static_cast<int>(loss)](losses.data(), s_last.data, s_last.stride, a_last.data, a_last.stride, y.data,
                                        y.stride, rows, layout_.outputs());
    if (!is_canonical(loss)) {
        multiply_by_slope(l);
    }

    // s^(k-1) = s^k (W^k)^T o f'(n^(k-1))
    for (std::size_t k = l; k > 1; --k) {
        const MatrixView<T> s = workspace.s(k).rows_from(first, rows);
        const MatrixView<T> s_before = workspace.s(k - 1).rows_from(first, rows);
        const MatrixView<T> transposed = workspace.transposed_weights(k);
        kernel.multiply(s_before.data, s_before.stride, s.data, s.stride, transposed.data, transposed.stride, rows,
                        s.cols, s_before.cols, nullptr);
        multiply_by_slope(k - 1);
    }
}

template <class T>
void Network<T>::gradient(T* out, const Workspace<T>& workspace, std::size_t rows, std::size_t k, std::size_t first,
                          std::size_t count, bool add) const {
    // dL/dtheta^k = [1 a^(k-1)]^T s^k
    const MatrixView<T> input = workspace.a(k - 1);
    const MatrixView<T> s = workspace.s(k);
    const std::size_t stride = layout_.layers()[k - 1].stride;
    const kernels::Table<T>& kernel = kernels::active<T>();
    const SparseBatch<T>* sparse = k == 1 ? workspace.sparse() : nullptr;
    // Of a sparse input, only the row of the 1 is dense.
    const std::size_t dense = sparse == nullptr ? count : first == 0 ? 1 : 0;
    if (dense > 0) {
        kernel.multiply_transposed(out, stride, input.data - 1 + first, input.stride, s.data, s.stride, dense, rows,
                                   s.cols, add);
    }
    if (sparse != nullptr) {
        const auto& x = sparse->by_columns();
        kernel.multiply_sparse(out + dense * stride, stride, x.begin.data() + first + dense - 1, x.position.data(),
                               x.value.data(), s.data, s.stride, count - dense, s.cols, add);
    }
}

template <class T>
void Network<T>::transpose_weights(Workspace<T>& workspace, std::size_t k, std::size_t first, std::size_t count) const {
    const Layer& layer = layout_.layers()[k - 1];
    const MatrixView<T> transposed = workspace.transposed_weights(k);
    // Row 0 of theta is the bias, of which nothing goes back.
    const std::size_t skipped = first == 0 ? 1 : 0;
    kernels::active<T>().transpose(transposed.data + first + skipped - 1, transposed.stride,
                                   parameters_.data() + layer.offset + (first + skipped) * layer.stride, layer.stride,
                                   count - skipped, layer.outputs);
}

template <class T>
double Network<T>::backward(Workspace<T>& workspace, std::size_t rows, Loss loss, bool add) const {
    for (std::size_t k = 2; k <= depth(); ++k) {
        transpose_weights(workspace, k, 0, layout_.layers()[k - 1].inputs + 1);
    }
    if (workspace.sparse() != nullptr) {
        workspace.sparse()->transpose();
    }
    std::vector<double> losses(rows);
    sensitivities(workspace, rows, 0, loss, losses);
    for (std::size_t k = 1; k <= depth(); ++k) {
        const Layer& layer = layout_.layers()[k - 1];
        gradient(workspace.gradient() + layer.offset, workspace, rows, k, 0, layer.inputs + 1, add);
    }
    return std::accumulate(losses.begin(), losses.end(), 0.0);
}

std::size_t multiplications_per_row(const Layout& layout, const Rows& rows) {
    if (!rows.are_sparse()) {
        return layout.size();
    }
    const Layer& first = layout.layers().front();
    return layout.size() - first.size() +
           static_cast<std::size_t>((1 + entries_per_row(rows)) * static_cast<double>(first.stride));
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
