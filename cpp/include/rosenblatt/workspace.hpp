// What the forward pass leaves for the backward pass: n, a and s of every layer for a batch of rows, sized once.
#pragma once

#include <cstddef>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/layout.hpp"
#include "rosenblatt/matrix_view.hpp"

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
    // Room for `batch` rows. Throws OutOfMemory.
    Workspace(const Layout& layout, std::size_t batch, Keep keep);

    [[nodiscard]] std::size_t batch() const { return batch_; }
    [[nodiscard]] Keep keep() const { return keep_; }

    // Net inputs of layer k = 1 .. l; the same memory as a(k) unless everything is kept.
    [[nodiscard]] MatrixView<T> n(std::size_t k) const;

    // Activations of layer k = 0 .. l. The element before each row is the constant 1, so [1 a] is one row of
    // cols + 1 elements that begins at a(k).data - 1, and n = [1 a] theta is a single product (equation 16).
    [[nodiscard]] MatrixView<T> a(std::size_t k) const;

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
    AlignedBuffer<T> memory_;
    T* begin_ = nullptr;
    T* gradient_begin_ = nullptr;
};

}  // namespace rosenblatt
