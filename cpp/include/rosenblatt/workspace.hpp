// What the forward pass leaves for the backward pass: n, a and s of every layer for a batch of rows, sized once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/layout.hpp"
#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/noise.hpp"
#include "rosenblatt/picked_rows.hpp"
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
    // Room for `batch` rows, those of x if it is known. If x is sparse, sparse() takes the place of a(0). If x holds T,
    // its rows are read where they lie, and a(0) is empty, too. With `parts`, there is room for the input of the next
    // batch, and for so many parts of its first layer's net input. With `noise`, there is room for what it changes;
    // rows to be changed are not read in place. Throws OutOfMemory.
    Workspace(const Layout& layout, std::size_t batch, Keep keep, const Rows& x = {}, std::size_t parts = 0,
              const Noise& noise = {});

    [[nodiscard]] std::size_t batch() const { return batch_; }
    [[nodiscard]] Keep keep() const { return keep_; }

    // Net inputs of layer k = 1 .. l; the same memory as a(k) unless everything is kept, or, for a backward pass, the
    // derivative of the layer's activation needs them.
    [[nodiscard]] MatrixView<T> n(std::size_t k) const;

    // Activations of layer k = 0 .. l.
    [[nodiscard]] MatrixView<T> a(std::size_t k) const;

    // What the derivative of layer k's activation is written by means of: n(k) where it needs that, else a(k).
    [[nodiscard]] MatrixView<T> derivative_input(std::size_t k) const { return view(derivative_input_[k]); }

    // The input of layer k + 1 for k = 1 .. l: a(k), or memory of its own where that is dropped.
    [[nodiscard]] MatrixView<T> passed_on(std::size_t k) const { return view(passed_on_[k]); }

    // The noise, and the number of the batch's first row since the training began.
    [[nodiscard]] const Noise& noise() const { return noise_; }
    [[nodiscard]] std::uint64_t row_number() const { return row_number_; }
    void set_row_number(std::uint64_t number) { row_number_ = number; }

    // The rows of a^0: a(0), or those of the caller's table that the last call of read_in_place named; without an
    // index, all of them in their order.
    [[nodiscard]] PickedRows<T> input() const { return inputs_[side_]; }
    [[nodiscard]] bool reads_in_place() const { return reads_in_place_; }
    void read_in_place(const Rows& x, std::span<const std::int64_t> index) { inputs_[side_] = picked(x, index); }

    // The same for the next batch. advance() makes them those of the batch.
    [[nodiscard]] MatrixView<T> next_a0() const { return view(a0_[1 - side_]); }
    [[nodiscard]] PickedRows<T> next_input() const { return inputs_[1 - side_]; }
    void read_next_in_place(const Rows& x, std::span<const std::int64_t> index) {
        inputs_[1 - side_] = picked(x, index);
    }
    void advance() { side_ = 1 - side_; }

    // Part i of the next batch's n(1), without the bias; part_size() elements lie between one part and the next.
    [[nodiscard]] MatrixView<T> part(std::size_t i) const { return view(parts_[i]); }
    [[nodiscard]] std::size_t parts() const { return parts_.size(); }
    [[nodiscard]] std::size_t part_size() const { return parts_[0].rows * parts_[0].stride; }

    // The input if it is sparse, else null.
    [[nodiscard]] SparseBatch<T>* sparse() { return sparse_ ? &*sparse_ : nullptr; }
    [[nodiscard]] const SparseBatch<T>* sparse() const { return sparse_ ? &*sparse_ : nullptr; }

    // Sensitivities of layer k = 1 .. l; their padding is zero.
    [[nodiscard]] MatrixView<T> s(std::size_t k) const;

    // Targets, batch x outputs.
    [[nodiscard]] MatrixView<T> y() const;

    // W of layer k = 2 .. l transposed, outputs x inputs: scratch of the backward pass.
    [[nodiscard]] MatrixView<T> transposed_weights(std::size_t k) const;

    // Where the last layer has groups of outputs: room for the a and the s of one, as wide as the widest.
    [[nodiscard]] MatrixView<T> group_a() const { return view(group_a_); }
    [[nodiscard]] MatrixView<T> group_s() const { return view(group_s_); }

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
    [[nodiscard]] static PickedRows<T> picked(const Rows& x, std::span<const std::int64_t> index) {
        return {static_cast<const T*>(x.data), x.stride, index.data()};
    }

    std::size_t batch_;
    Keep keep_;
    bool reads_in_place_;
    Noise noise_;
    std::uint64_t row_number_ = 0;
    std::size_t side_ = 0;  // which of the two below is that of the batch
    std::array<Place, 2> a0_ = {};
    std::array<PickedRows<T>, 2> inputs_ = {};
    std::vector<Place> n_, a_, passed_on_, s_, transposed_, derivative_input_;
    std::vector<Place> parts_;
    Place y_, group_a_, group_s_;
    std::optional<SparseBatch<T>> sparse_;
    AlignedBuffer<T> memory_;
    T* begin_ = nullptr;
    T* gradient_begin_ = nullptr;
};

// The input of a batch = the rows named by `index`, which has to stay where it is as long as they are read in place.
template <class T>
void gather(Workspace<T>& workspace, const Rows& rows, std::span<const std::int64_t> index);

}  // namespace rosenblatt
