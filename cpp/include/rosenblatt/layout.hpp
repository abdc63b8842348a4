// Where the parameters of a network lie in its one buffer. Parameters, gradients and the optimizer's state share it.
#pragma once

#include <cstddef>
#include <vector>

#include "rosenblatt/activation.hpp"
#include "rosenblatt/matrix_view.hpp"

namespace rosenblatt {

// Layer k of the textbook: theta = [b; W] is an (inputs + 1) x outputs matrix whose row 0 is the bias (equation 13).
struct Layer {
    std::size_t inputs;
    std::size_t outputs;
    std::size_t stride;  // of a row of theta, padded
    std::size_t offset;  // of theta in the buffer
    Activation activation;

    [[nodiscard]] std::size_t size() const { return (inputs + 1) * stride; }
};

// The number of elements that a row of `cols` elements of `element_size` bytes takes with its padding: whole cache
// lines, and not a multiple of 1 KiB, because rows such a distance apart compete for the same few places in the cache.
[[nodiscard]] std::size_t padded(std::size_t cols, std::size_t element_size);

class Layout {
public:
    // `sizes` are the widths of the input and of every layer, `activations` one for each layer. `groups` are the widths
    // of the parts of the outputs of which each has its own activation, say its softmax; none: all are one part.
    // Throws std::invalid_argument unless there is at least one layer, no width is 0, and the lists fit together, and
    // std::length_error where the parameters would not fit into the address space.
    Layout(std::vector<std::size_t> sizes, const std::vector<Activation>& activations, std::size_t element_size,
           std::vector<std::size_t> groups = {});

    [[nodiscard]] const std::vector<std::size_t>& sizes() const { return sizes_; }
    [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }
    [[nodiscard]] std::size_t inputs() const { return sizes_.front(); }
    [[nodiscard]] std::size_t outputs() const { return sizes_.back(); }
    [[nodiscard]] const std::vector<std::size_t>& groups() const { return groups_; }  // at least two, or none
    [[nodiscard]] std::size_t size() const { return size_; }                          // elements with padding

private:
    std::vector<std::size_t> sizes_;
    std::vector<Layer> layers_;
    std::vector<std::size_t> groups_;
    std::size_t size_ = 0;
};

// What a buffer of that layout holds for layer k = 1 .. l, in the shape of theta.
template <class T>
[[nodiscard]] MatrixView<T> layer_view(const Layout& layout, T* buffer, std::size_t k) {
    const Layer& layer = layout.layers()[k - 1];
    return {buffer + layer.offset, layer.inputs + 1, layer.outputs, layer.stride};
}

}  // namespace rosenblatt
