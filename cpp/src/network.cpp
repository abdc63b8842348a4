#include "rosenblatt/network.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "kernels/dispatch.hpp"
#include "rosenblatt/output_groups.hpp"

namespace rosenblatt {
namespace {

kernels::Ahead lines_of(const RowsAhead& ahead) {
    if (ahead.rows == nullptr || ahead.rows->are_sparse()) {
        return {};
    }
    const auto size = static_cast<std::ptrdiff_t>(element_size(ahead.rows->element));
    return {static_cast<const unsigned char*>(ahead.rows->data) + ahead.first_byte, ahead.rows->stride * size,
            std::min(ahead.bytes, ahead.rows->row_bytes() - ahead.first_byte), ahead.index.data(), ahead.index.size()};
}

template <class T>
PickedRows<T> rows_from(PickedRows<T> rows, std::size_t first) {
    if (rows.index != nullptr) {
        rows.index += first;
    } else {
        rows.data += static_cast<std::ptrdiff_t>(first) * rows.stride;
    }
    return rows;
}

template <class T>
PickedRows<T> all_rows(MatrixView<T> matrix) {
    return {matrix.data, static_cast<std::ptrdiff_t>(matrix.stride), nullptr};
}

// out = [1 a^(k-1)] theta^k, finished if there is something to finish it with; always inlined into the plain pass.
template <class T>
[[gnu::always_inline]] inline void multiply_input(const Network<T>& network, MatrixView<T> out, Workspace<T>& workspace,
                                                  std::size_t k, std::size_t rows, std::size_t first,
                                                  const kernels::Finish<T>* finish, const kernels::Ahead& lines) {
    const kernels::Table<T>& kernel = kernels::active<T>();
    const MatrixView<const T> weights = network.theta(k);
    const SparseBatch<T>* sparse = k == 1 ? workspace.sparse() : nullptr;
    const PickedRows<T> input =
        k == 1 ? rows_from(workspace.input(), first) : all_rows(passed_on(workspace, k - 1, first, rows));
    kernel.multiply(out.data, out.stride, weights.row(0), &input, weights.row(1), weights.stride, rows,
                    sparse == nullptr ? weights.rows - 1 : 0, out.cols, finish, k == 1 ? &lines : nullptr);
    if (sparse != nullptr) {
        const auto& x = sparse->by_rows();
        kernel.multiply_sparse(out.data, out.stride, x.begin.data() + first, x.position.data(), x.value.data(),
                               weights.row(1), weights.stride, rows, out.cols, true);
    }
}

}  // namespace

template <class T>
Network<T>::Network(std::vector<std::size_t> sizes, const std::vector<Activation>& activations,
                    std::vector<std::size_t> groups)
    : layout_(std::move(sizes), activations, sizeof(T), std::move(groups)), parameters_(layout_.size()) {}

template <class T>
Network<T> Network<T>::first_layers(std::size_t k) const {
    const std::vector<std::size_t>& sizes = layout_.sizes();
    std::vector<Activation> activations;
    for (std::size_t i = 0; i < k; ++i) {
        activations.push_back(layout_.layers()[i].activation);
    }
    const auto end = sizes.begin() + static_cast<std::ptrdiff_t>(k) + 1;
    Network first({sizes.begin(), end}, activations, k == depth() ? layout_.groups() : std::vector<std::size_t>{});
    std::copy_n(parameters_.data(), first.parameters_.size(), first.parameters_.data());
    return first;
}

template <class T>
void Network<T>::forward(Workspace<T>& workspace, std::size_t rows, std::size_t first, const RowsAhead& ahead,
                         bool has_begun) const {
    using Kind = typename kernels::Finish<T>::Kind;
    const kernels::Table<T>& kernel = kernels::active<T>();
    const kernels::Ahead lines = lines_of(ahead);
    for (std::size_t k = 1; k <= depth(); ++k) {
        const Activation f = layout_.layers()[k - 1].activation;
        const MatrixView<T> n = workspace.n(k).rows_from(first, rows);
        // n^k = b^k + a^(k-1) W^k, a^k = f^k(n^k)
        if (k == 1 && has_begun) {
            kernel.sum_parts(n.data, n.stride, theta(k).row(0), workspace.part(0).row(first), workspace.part_size(),
                             workspace.parts(), rows, n.cols);
        } else {
            const kernels::Finish<T> finish{f == Activation::relu ? Kind::relu : Kind::call,
                                            kernel.activate[static_cast<int>(f)], n.data, n.stride};
            const bool is_sparse = k == 1 && workspace.sparse() != nullptr;
            const bool finishes = workspace.a(k).data == workspace.n(k).data && !is_sparse && is_elementwise(f);
            multiply_input(*this, n, workspace, k, rows, first, finishes && f != Activation::linear ? &finish : nullptr,
                           lines);
            if (finishes) {
                continue;
            }
        }
        activate(workspace, k, rows, first);
    }
}

template <class T>
void Network<T>::net_input(MatrixView<T> out, Workspace<T>& workspace, std::size_t k, std::size_t rows,
                           std::size_t first, const RowsAhead& ahead) const {
    multiply_input<T>(*this, out.rows_from(first, rows), workspace, k, rows, first, nullptr, lines_of(ahead));
}

template <class T>
void Network<T>::activate(Workspace<T>& workspace, std::size_t k, std::size_t rows, std::size_t first) const {
    const Activation f = layout_.layers()[k - 1].activation;
    const MatrixView<T> n = workspace.n(k).rows_from(first, rows);
    const MatrixView<T> a = workspace.a(k).rows_from(first, rows);
    if (k == depth() && !layout_.groups().empty()) {
        activate_groups<T>(a, n, layout_, workspace.group_a().rows_from(first, rows));
    } else if (f != Activation::linear || a.data != n.data) {
        kernels::active<T>().activate[static_cast<int>(f)](a.data, a.stride, n.data, n.stride, rows, n.cols);
    }
}

template <class T>
void Network<T>::forward_next(Workspace<T>& workspace, std::size_t rows, std::size_t part, std::size_t first,
                              std::size_t count) const {
    const MatrixView<T> n = workspace.part(part);
    const MatrixView<const T> weights = theta(1);
    PickedRows<T> input = workspace.next_input();
    input.data += first;
    kernels::active<T>().multiply(n.data, n.stride, nullptr, &input, weights.row(first + 1), weights.stride, rows,
                                  count, n.cols, nullptr, nullptr);
}

template <class T>
void Network<T>::sensitivities(Workspace<T>& workspace, std::size_t rows, std::size_t first, const LossFunction& loss,
                               std::span<double> losses, std::span<const double> weights) const {
    last_sensitivities(workspace, rows, first, loss, losses, weights);
    propagate_back(workspace, rows, first);
}

template <class T>
void Network<T>::last_sensitivities(Workspace<T>& workspace, std::size_t rows, std::size_t first,
                                    const LossFunction& loss, std::span<double> losses,
                                    std::span<const double> weights) const {
    const MatrixView<T> s = workspace.s(depth()).rows_from(first, rows);
    const MatrixView<T> a = workspace.a(depth()).rows_from(first, rows);
    const MatrixView<T> y = workspace.y().rows_from(first, rows);
    take_loss<T>(s, losses, a, y, loss, layout_.groups());
    last_sensitivities_after_loss(workspace, rows, first, is_canonical(loss.loss), losses, weights);
}

template <class T>
void Network<T>::sensitivities_after_loss(Workspace<T>& workspace, std::size_t rows, std::size_t first,
                                          bool is_canonical, std::span<double> losses,
                                          std::span<const double> weights) const {
    last_sensitivities_after_loss(workspace, rows, first, is_canonical, losses, weights);
    propagate_back(workspace, rows, first);
}

template <class T>
void Network<T>::last_sensitivities_after_loss(Workspace<T>& workspace, std::size_t rows, std::size_t first,
                                               bool is_canonical, std::span<double> losses,
                                               std::span<const double> weights) const {
    // s^l = dL/da^l o f'(n^l)
    const MatrixView<T> s_last = workspace.s(depth()).rows_from(first, rows);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        losses[i] *= weights[i];
        T* s = s_last.row(i);
        std::transform(s, s + s_last.cols, s, [&](T x) { return static_cast<T>(static_cast<double>(x) * weights[i]); });
    }
    if (!is_canonical) {
        multiply_by_derivative(s_last, workspace, depth(), first);
    }
}

template <class T>
void Network<T>::propagate_back(Workspace<T>& workspace, std::size_t rows, std::size_t first) const {
    for (std::size_t k = depth(); k > 1; --k) {
        propagate_back_from(k, workspace, rows, first);
    }
}

template <class T>
void Network<T>::propagate_back_from(std::size_t k, Workspace<T>& workspace, std::size_t rows,
                                     std::size_t first) const {
    // s^(k-1) = s^k (W^k)^T o f'(n^(k-1))
    const kernels::Table<T>& kernel = kernels::active<T>();
    const PickedRows<T> s = all_rows(workspace.s(k).rows_from(first, rows));
    const MatrixView<T> s_before = workspace.s(k - 1).rows_from(first, rows);
    const MatrixView<T> in = workspace.derivative_input(k - 1).rows_from(first, rows);
    const MatrixView<T> transposed = workspace.transposed_weights(k);
    const Activation f = layout_.layers()[k - 2].activation;
    using Kind = typename kernels::Finish<T>::Kind;
    const kernels::Finish<T> multiply_by_slope{f == Activation::relu ? Kind::relu_slope : Kind::call,
                                               kernel.derivative[static_cast<int>(f)], in.data, in.stride};
    const bool is_finished = is_elementwise(f) && f != Activation::linear;
    kernel.multiply(s_before.data, s_before.stride, nullptr, &s, transposed.data, transposed.stride, rows,
                    layout_.layers()[k - 1].outputs, s_before.cols, is_finished ? &multiply_by_slope : nullptr,
                    nullptr);
    drop_sensitivities(workspace, k - 1, first, rows);
    if (!is_elementwise(f)) {
        multiply_by_slope.call(s_before.data, s_before.stride, in.data, in.stride, rows, s_before.cols);
    }
}

template <class T>
void Network<T>::gradient(T* out, const Workspace<T>& workspace, std::size_t rows, std::size_t k, std::size_t first,
                          std::size_t count, bool add, const RowsAhead& ahead) const {
    // dL/db^k = 1^T s^k, dL/dW^k = (a^(k-1))^T s^k
    const kernels::Table<T>& kernel = kernels::active<T>();
    const std::size_t stride = layout_.layers()[k - 1].stride;
    const MatrixView<T> s = workspace.s(k);
    const std::size_t biases = first == 0 ? 1 : 0;
    if (biases > 0) {
        kernel.sum_rows(out, s.data, s.stride, rows, s.cols, add);
    }
    if (count == biases) {
        return;
    }
    T* weights = out + biases * stride;
    const std::size_t first_input = first + biases - 1;
    if (k == 1 && workspace.sparse() != nullptr) {
        const auto& x = workspace.sparse()->by_columns();
        kernel.multiply_sparse(weights, stride, x.begin.data() + first_input, x.position.data(), x.value.data(), s.data,
                               s.stride, count - biases, s.cols, add);
        return;
    }
    PickedRows<T> input = k == 1 ? workspace.input() : all_rows(workspace.passed_on(k - 1));
    input.data += first_input;
    const kernels::Ahead lines = lines_of(ahead);
    kernel.multiply_transposed(weights, stride, &input, s.data, s.stride, count - biases, rows, s.cols, add, &lines);
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
double Network<T>::backward(Workspace<T>& workspace, std::size_t rows, const LossFunction& loss, bool add,
                            const OwnLoss<T>& own_loss) const {
    for (std::size_t k = 2; k <= depth(); ++k) {
        transpose_weights(workspace, k, 0, layout_.layers()[k - 1].inputs + 1);
    }
    if (workspace.sparse() != nullptr) {
        workspace.sparse()->transpose();
    }
    std::vector<double> losses(rows);
    if (own_loss) {
        own_loss(workspace.s(depth()).rows_from(0, rows), losses, workspace.a(depth()).rows_from(0, rows),
                 workspace.y().rows_from(0, rows));
        sensitivities_after_loss(workspace, rows, 0, false, losses);
    } else {
        sensitivities(workspace, rows, 0, loss, losses);
    }
    for (std::size_t k = 1; k <= depth(); ++k) {
        const Layer& layer = layout_.layers()[k - 1];
        gradient(workspace.gradient() + layer.offset, workspace, rows, k, 0, layer.inputs + 1, add);
    }
    return std::accumulate(losses.begin(), losses.end(), 0.0);
}

template <class T>
void Network<T>::multiply_by_derivative(MatrixView<T> s, const Workspace<T>& workspace, std::size_t k,
                                        std::size_t first) const {
    const MatrixView<T> in = workspace.derivative_input(k).rows_from(first, s.rows);
    if (k == depth() && !layout_.groups().empty()) {
        multiply_groups_by_derivative<T>(s, in, layout_, workspace.group_s().rows_from(first, s.rows),
                                         workspace.group_a().rows_from(first, s.rows));
        return;
    }
    const auto f = static_cast<int>(layout_.layers()[k - 1].activation);
    kernels::active<T>().derivative[f](s.data, s.stride, in.data, in.stride, s.rows, s.cols);
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
    // By the optimizer's own kernel: a product may be fused with the difference after it or be rounded before, so
    // other code for the same formula can differ in the last bit from what trains.
    AlignedBuffer<T>& theta = network.parameters();
    AlignedBuffer<T> velocity(theta.size());
    const kernels::SgdStep step{{scale, 0}, eta, 0, false};
    kernels::active<T>().sgd(theta.data(), velocity.data(), workspace.gradient(), theta.size(), &step);
}

template class Network<float>;
template class Network<double>;
template void descend(Network<float>&, const Workspace<float>&, double, double);
template void descend(Network<double>&, const Workspace<double>&, double, double);

}  // namespace rosenblatt
