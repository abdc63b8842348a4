// What the forward pass leaves for the backward pass: n, a and s of every layer for a batch of rows, sized once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/layout.hpp"
#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/rows.hpp"
#include "rosenblatt/sparse_batch.hpp"

namespace rosenblatt {

enum class Keep {
    outputs,        // a only, overwriting n: enough to predict
    sensitivities,  // s and y as well
    training,       // and the gradient
    everything,     // and n: the glass box
};

template <class T>
class Workspace {
public:
    // Room for `batch` rows, those of x if that is sparse: then a(0) has no columns, only the constant 1 before
    // each row, and sparse() takes its place. Throws OutOfMemory.
    Workspace(const Layout& layout, std::size_t batch, Keep keep, const Rows& x = {});

    [[nodiscard]] std::size_t batch() const { return batch_; }
    [[nodiscard]] Keep keep() const { return keep_; }

    // Net inputs of layer k = 1 .. l; the same memory as a(k) unless everything is kept.
    [[nodiscard]] MatrixView<T> n(std::size_t k) const;

    // Activations of layer k = 0 .. l. The element before each row is the constant 1, so [1 a] is one row of
    // cols + 1 elements that begins at a(k).data - 1, and n = [1 a] theta is a single product (equation 16).
    [[nodiscard]] MatrixView<T> a(std::size_t k) const;

    // The input if it is sparse, else null.
    [[nodiscard]] SparseBatch<T>* sparse() { return sparse_ ? &*sparse_ : nullptr; }
    [[nodiscard]] const SparseBatch<T>* sparse() const { return sparse_ ? &*sparse_ : nullptr; }

    // Sensitivities of layer k = 1 .. l; their padding is zero.
    [[nodiscard]] MatrixView<T> s(std::size_t k) const;

    // Targets, batch x outputs.
    [[nodiscard]] MatrixView<T> y() const;

    // W of layer k = 2 .. l transposed, outputs x inputs: scratch of the backward pass.
    [[nodiscard]] MatrixView<T> transposed_weights(std::size_t k) const;

    // The gradient in the layout of the parameters.
    [[nodiscard]] T* gradient() const { return gradient_begin_; }

private:
    struct Place {
        std::size_t offset = 0;
        std::size_t rows = 0;
        std::size_t cols = 0;
        std::size_t stride = 0;
    };
    [[nodiscard]] MatrixView<T> view(const Place& place) const {
        return {begin_ + place.offset, place.rows, place.cols, place.stride};
    }

    std::size_t batch_;
    Keep keep_;
    std::vector<Place> n_, a_, s_, transposed_;
    Place y_;
    std::optional<SparseBatch<T>> sparse_;
    AlignedBuffer<T> memory_;
    T* begin_ = nullptr;
    T* gradient_begin_ = nullptr;
};

// The input of a batch = the rows named by `index`.
template <class T>
void gather(Workspace<T>& workspace, const Rows& rows, std::span<const std::int64_t> index);

}  // namespace rosenblatt
