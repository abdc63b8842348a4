// What batch normalisation does to the rows of a chunk, on the way forward and on the way back, and its memory for
// that.
#pragma once

#include <cstddef>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/batch_norm.hpp"
#include "rosenblatt/matrix_view.hpp"

namespace rosenblatt {

// Sums over the rows of a chunk belong to a column. So columns are shared out, in strips of a cache line, and each sum
// is made by one thread in the order of the rows, whatever the team.
template <class T>
class Normaliser {
public:
    // For chunks of at most `chunk` rows, of batches of `batch_size`. The other one must stay where it is.
    Normaliser(BatchNorm<T>& batch_norm, std::size_t chunk, std::size_t batch_size);

    // Before a chunk; after it, the moving averages are those of a training that has seen it. With `adds`, its gradient
    // is added to that of the chunks before.
    void begin(std::size_t rows, bool adds);
    void end();

    // Where h = a^(k-1) W of a hidden layer is to be written; normalise makes (h - mu) / sqrt(sigma^2 + epsilon) of it.
    [[nodiscard]] MatrixView<T> h(std::size_t k) { return h_[k - 1].view; }

    // Of a strip of columns of layer k, after h of all rows: n, and the moving averages.
    [[nodiscard]] std::size_t strips(std::size_t k) const;
    void normalise(MatrixView<T> n, std::size_t k, std::size_t strip);

    // Of a strip, after s = dL/dn of all rows: the gradient of beta and gamma, and s becomes dL/dh.
    void propagate_back(MatrixView<T> s, std::size_t k, std::size_t strip);

    // In the layout of the scales.
    [[nodiscard]] AlignedBuffer<T>& gradient() { return gradient_; }

private:
    struct Strip;
    [[nodiscard]] Strip strip_of(std::size_t k, std::size_t strip) const;

    struct Memory {
        AlignedBuffer<T> memory;
        MatrixView<T> view;
    };

    BatchNorm<T>& batch_norm_;
    double batch_size_;
    std::size_t rows_ = 0;
    double share_ = 0;  // of the chunk in the moving averages
    bool adds_ = false;
    std::vector<Memory> h_;
    std::vector<double> inverse_deviation_;  // 1 / sqrt(sigma^2 + epsilon) of each column
    AlignedBuffer<T> gradient_;
};

}  // namespace rosenblatt
