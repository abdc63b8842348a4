// A network: its layers and its parameters in one buffer, the forward and the backward pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/layout.hpp"
#include "rosenblatt/loss_function.hpp"
#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/rows.hpp"
#include "rosenblatt/workspace.hpp"

namespace rosenblatt {

template <class T>
class Network {
public:
    // Throws as Layout does, and OutOfMemory.
    Network(std::vector<std::size_t> sizes, const std::vector<Activation>& activations,
            std::vector<std::size_t> groups = {});

    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] std::size_t depth() const { return layout_.layers().size(); }  // l of the textbook

    // theta of layer k = 1 .. l, (inputs + 1) x outputs with the bias as row 0.
    [[nodiscard]] MatrixView<T> theta(std::size_t k) { return layer_view(layout_, parameters_.data(), k); }
    [[nodiscard]] MatrixView<const T> theta(std::size_t k) const { return layer_view(layout_, parameters_.data(), k); }

    // Layers 1 to k as a network of their own, with a copy of their parameters.
    [[nodiscard]] Network first_layers(std::size_t k) const;

    // All parameters with their padding (zeros).
    [[nodiscard]] AlignedBuffer<T>& parameters() { return parameters_; }
    [[nodiscard]] const AlignedBuffer<T>& parameters() const { return parameters_; }

    // Forward pass (equations 20, 21) of `rows` rows of the workspace's input, from row `first` on. What is computed of
    // a row does not depend on the others, nor on where it lies. Rows `ahead` are fetched meanwhile. With `has_begun`,
    // the workspace has all parts of the first layer's net input.
    void forward(Workspace<T>& workspace, std::size_t rows, std::size_t first = 0, const RowsAhead& ahead = {},
                 bool has_begun = false) const;

    // The same layer by layer, for whoever has something to do between: [1 a^(k-1)] theta^k of these rows into the same
    // rows of `out`, and a^k = f^k(n^k).
    void net_input(MatrixView<T> out, Workspace<T>& workspace, std::size_t k, std::size_t rows, std::size_t first,
                   const RowsAhead& ahead = {}) const;
    void activate(Workspace<T>& workspace, std::size_t k, std::size_t rows, std::size_t first) const;

    // A part of the first layer's net input, for `rows` rows of the workspace's next input: what inputs `first` to
    // first + count - 1, a block of the inner dimension, make of it.
    void forward_next(Workspace<T>& workspace, std::size_t rows, std::size_t part, std::size_t first,
                      std::size_t count) const;

    // After forward: the sensitivities of these rows (equations 24, 33), and the loss of each of them. workspace.y()
    // holds the targets (smoothed ones then, if the loss does that), workspace.transposed_weights() W as it is. With
    // `weights`, both are multiplied by the row's.
    void sensitivities(Workspace<T>& workspace, std::size_t rows, std::size_t first, const LossFunction& loss,
                       std::span<double> losses, std::span<const double> weights = {}) const;

    // The same after somebody else has taken the loss: workspace.s(l) holds dL/da of these rows, or dL/dn where the
    // loss is canonical.
    void sensitivities_after_loss(Workspace<T>& workspace, std::size_t rows, std::size_t first, bool is_canonical,
                                  std::span<double> losses, std::span<const double> weights = {}) const;

    // Both without what follows: s^l only.
    void last_sensitivities(Workspace<T>& workspace, std::size_t rows, std::size_t first, const LossFunction& loss,
                            std::span<double> losses, std::span<const double> weights = {}) const;
    void last_sensitivities_after_loss(Workspace<T>& workspace, std::size_t rows, std::size_t first, bool is_canonical,
                                       std::span<double> losses, std::span<const double> weights = {}) const;

    // The last part of that: workspace.s(l) holds s^l of these rows; s^(l-1) .. s^1 from it (equation 33).
    void propagate_back(Workspace<T>& workspace, std::size_t rows, std::size_t first) const;

    // s^(k-1) from s^k.
    void propagate_back_from(std::size_t k, Workspace<T>& workspace, std::size_t rows, std::size_t first) const;

    // After that: rows `first` to first + count - 1 of [1 a]^T s of layer k (equation 19), summed over the first `rows`
    // rows of the batch; out has the stride of theta. With `add`, out += that. Of a sparse input, all rows that were
    // gathered count, and its columns must be there. Rows `ahead` are fetched meanwhile.
    void gradient(T* out, const Workspace<T>& workspace, std::size_t rows, std::size_t k, std::size_t first,
                  std::size_t count, bool add, const RowsAhead& ahead = {}) const;

    // workspace.transposed_weights(k) as of rows `first` to first + count - 1 of theta of layer k.
    void transpose_weights(Workspace<T>& workspace, std::size_t k, std::size_t first, std::size_t count) const;

    // The backward pass in one: the sensitivities of all layers, workspace.gradient() from them, summed over the rows
    // or added to what is there. Returns the loss summed over rows. Gathers the
    // columns of a sparse input itself. `own_loss`, if it is not empty, is taken instead of `loss`.
    double backward(Workspace<T>& workspace, std::size_t rows, const LossFunction& loss, bool add = false,
                    const OwnLoss<T>& own_loss = {}) const;

    // After forward: s, with the shape of a of layer k for the rows of the batch from `first` on, times f'(n) of these
    // rows: element by element, or the Jacobian of a softmax, or of that of each group.
    void multiply_by_derivative(MatrixView<T> s, const Workspace<T>& workspace, std::size_t k,
                                std::size_t first = 0) const;

private:
    Layout layout_;
    AlignedBuffer<T> parameters_;
};

// Multiply-adds of the forward pass, or of the gradient, for a row like these.
[[nodiscard]] std::size_t multiplications_per_row(const Layout& layout, const Rows& rows);

// Gradient descent (equation 19): theta -= eta * scale * gradient, to the bit as SGD without momentum does it.
template <class T>
void descend(Network<T>& network, const Workspace<T>& workspace, double eta, double scale);

}  // namespace rosenblatt
