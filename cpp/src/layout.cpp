#include "rosenblatt/layout.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "rosenblatt/aligned_buffer.hpp"

namespace rosenblatt {
namespace {

void check_groups(const std::vector<std::size_t>& groups, std::size_t outputs, Activation last) {
    std::size_t rest = outputs;
    const bool fit = std::all_of(groups.begin(), groups.end(), [&rest](std::size_t width) {
        const bool fits = width > 0 && width <= rest;
        rest -= fits ? width : 0;
        return fits;
    });
    if (!fit || rest != 0) {
        throw std::invalid_argument("the groups of outputs must each be at least 1 wide and together " +
                                    std::to_string(outputs) + ", the width of the last layer");
    }
    if (is_elementwise(last)) {
        throw std::invalid_argument("groups of outputs need a last layer whose activation is taken of a whole row, " +
                                    std::string("like Softmax, not ") + std::string(name(last)));
    }
}

}  // namespace

std::size_t padded(std::size_t cols, std::size_t element_size) {
    const std::size_t per_line = cache_line / element_size;
    const std::size_t whole = (cols + per_line - 1) / per_line * per_line;
    return whole * element_size % 1024 == 0 ? whole + per_line : whole;
}

Layout::Layout(std::vector<std::size_t> sizes, const std::vector<Activation>& activations, std::size_t element_size,
               std::vector<std::size_t> groups)
    : sizes_(std::move(sizes)) {
    if (sizes_.size() < 2) {
        throw std::invalid_argument("a network needs at least two sizes, its inputs and its outputs; got " +
                                    std::to_string(sizes_.size()));
    }
    if (activations.size() != sizes_.size() - 1) {
        throw std::invalid_argument("a network of " + std::to_string(sizes_.size() - 1) + " layers needs as many " +
                                    "activations; got " + std::to_string(activations.size()));
    }
    // A sixteenth of the address space, in elements: no sum or product below overflows.
    const std::size_t most = std::numeric_limits<std::size_t>::max() / 16 / element_size;
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
        if (sizes_[i] == 0) {
            throw std::invalid_argument("every size of a network must be at least 1; size " + std::to_string(i) +
                                        " is 0");
        }
        if (sizes_[i] > most) {
            throw std::length_error("size " + std::to_string(i) + " of the network, " + std::to_string(sizes_[i]) +
                                    ", is too large");
        }
    }
    for (std::size_t k = 0; k + 1 < sizes_.size(); ++k) {
        const std::size_t stride = padded(sizes_[k + 1], element_size);
        const Layer layer{sizes_[k], sizes_[k + 1], stride, size_, activations[k]};
        if ((most - size_) / stride < sizes_[k] + 1) {
            throw std::length_error("the parameters of layer " + std::to_string(k + 1) + ", " +
                                    std::to_string(sizes_[k] + 1) + " x " + std::to_string(sizes_[k + 1]) +
                                    ", do not fit into memory");
        }
        size_ += layer.size();
        layers_.push_back(layer);
    }
    if (!groups.empty()) {
        check_groups(groups, outputs(), activations.back());
        if (groups.size() > 1) {  // a single one is the whole layer
            groups_ = std::move(groups);
        }
    }
}

}  // namespace rosenblatt
