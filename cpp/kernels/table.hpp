// The kernels of one instruction set behind one table of functions: all that the rest of the library knows of them.
//
// Shapes are (rows x cols); `stride` is the distance between rows in elements. Outputs come first. Every matrix that a
// kernel reads or writes whole vectors of (outputs, right factors) has rows padded to `vector_padding` bytes.
//
// This header is seen by files compiled for newer instruction sets: nothing in it may be an inline function or a
// template with code, or the linker could hand that code to an older machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rosenblatt/activation.hpp"
#include "rosenblatt/loss.hpp"
#include "rosenblatt/picked_rows.hpp"

namespace rosenblatt::kernels {

inline constexpr std::size_t vector_padding = 64;

// The inner dimension of a product that is not transposed is cut into even blocks of at most so many: each block is
// summed for itself, and the blocks' sums are added in their order. Whoever computes only some of the blocks gets the
// same sums.
inline constexpr std::size_t longest_inner_block = 200;

// One step of the optimizer: theta moves along the gradient g = scale * sum_gradient + decay * theta.
struct StepScale {
    double scale;  // 1 / batch for the mean over a batch
    double decay;  // alpha / batch for the L2 penalty, 0 for a bias
};

struct SgdStep {
    StepScale gradient;
    double learning_rate;
    double momentum;
    bool nesterov;
};

struct AdamStep {
    StepScale gradient;
    double learning_rate;  // with both bias corrections already in it
    double beta_1;
    double beta_2;
    double epsilon;
};

// The numbers that some losses take; the others do not look at them.
struct LossParameters {
    double huber_delta;
    double tweedie_power;
    double focal_gamma;
    const double* quantiles;  // of one output after the other, and again from the first
    std::size_t quantile_count;
};

struct NAdamStep {
    StepScale gradient;
    double gradient_rate;  // of the gradient and of its mean: the learning rate with its momentum schedule
    double mean_rate;
    double correction;  // of the mean square: 1 / (1 - beta_2^t)
    double beta_1;
    double beta_2;
    double epsilon;
};

// RMSProp, and Adagrad where both factors are 1.
struct RmsPropStep {
    StepScale gradient;
    double learning_rate;
    double kept;  // of the mean square
    double added;
    double epsilon;
};

struct RpropStep {
    StepScale gradient;
    double shrinking;  // of a step whose gradient changes its sign
    double growing;
    double least;  // of a step
    double most;
};

// g = scale * sum_gradient, each element cut off at -most and most.
struct Clip {
    double scale;
    double most;
};

// What comes before a step that is more than the L2 penalty.
struct RegularisedStep {
    Clip clip;
    double clip_factor;  // by which the norm of the whole gradient is brought down
    double l1;           // alpha l1_ratio / batch, 0 for a bias
    double l2;           // alpha (1 - l1_ratio) / batch, likewise
    double kept;         // of theta by its decay: 1 - learning rate * weight decay
};

// Dropout of one row: what draws less than `below` of 2^32 becomes 0, the rest is multiplied by `scale`.
struct Drop {
    std::uint64_t key;  // of the row, see kernels/generic/noise.inl
    std::uint32_t below;
    double scale;
};

// Normal noise on one row, of mean 0.
struct NormalNoise {
    std::uint64_t key;
    double deviation;
};

// Rows of the caller's table that will be read soon. A product that computes meanwhile asks for some of their cache
// lines with every tile: read when they are needed, rows of float32 took an eighth of an epoch of MNIST.
struct Ahead {
    const unsigned char* data;  // of row 0
    std::ptrdiff_t stride;      // bytes
    std::size_t bytes;          // of a row
    const std::int64_t* index;
    std::size_t rows;
};

// What is done to each tile of a product when its sums are complete: a ReLU, or the slope of one, while they are still
// in registers; anything else by a call for the tile, which lies in the first-level cache then. `in` has the shape of
// out, and is what the activation's derivative is read from; for the activation itself it is out.
template <class T>
struct Finish {
    enum class Kind { relu, relu_slope, call } kind;
    void (*call)(T* out, std::size_t out_stride, const T* in, std::size_t in_stride, std::size_t rows,
                 std::size_t cols);
    const T* in;
    std::size_t in_stride;
};

template <class T>
struct Table {
    const char* level;

    // out (rows x cols) = start + left (rows x inner) * right (inner x cols), where start is one row for all, as long
    // as a row of right, or null for 0. `finish` and `ahead` may be null.
    void (*multiply)(T* out, std::size_t out_stride, const T* start, const PickedRows<T>* left, const T* right,
                     std::size_t right_stride, std::size_t rows, std::size_t inner, std::size_t cols,
                     const Finish<T>* finish, const Ahead* ahead);

    // out (rows x cols) = transpose(left (inner x rows)) * right (inner x cols), or += that; `ahead` may be null
    void (*multiply_transposed)(T* out, std::size_t out_stride, const PickedRows<T>* left, const T* right,
                                std::size_t right_stride, std::size_t rows, std::size_t inner, std::size_t cols,
                                bool add, const Ahead* ahead);

    // out (rows x cols) = start + parts[0] + parts[1] + ..., in this order: so many matrices with the stride of out,
    // `part_size` elements from one to the next. With the blocks of a product as parts, that is the product.
    void (*sum_parts)(T* out, std::size_t out_stride, const T* start, const T* parts, std::size_t part_size,
                      std::size_t count, std::size_t rows, std::size_t cols);

    // out (cols) = the sum of the rows of in (rows x cols), or += that
    void (*sum_rows)(T* out, const T* in, std::size_t in_stride, std::size_t rows, std::size_t cols, bool add);

    // out (rows x cols) = left (rows x anything, sparse) * right (anything x cols), or += that. Row i of left holds
    // value[e] in column position[e] for e = begin[i] .. begin[i + 1] - 1, in any order.
    void (*multiply_sparse)(T* out, std::size_t out_stride, const std::size_t* begin, const std::uint32_t* position,
                            const T* value, const T* right, std::size_t right_stride, std::size_t rows,
                            std::size_t cols, bool add);

    // out (cols x rows) = transpose(in (rows x cols)); the padding of out's rows is left alone
    void (*transpose)(T* out, std::size_t out_stride, const T* in, std::size_t in_stride, std::size_t rows,
                      std::size_t cols);

    // y = exp x and y = log x, by whole vectors; count is a multiple of the padding
    void (*exponentials)(T* y, const T* x, std::size_t count);
    void (*logarithms)(T* y, const T* x, std::size_t count);

    // a = f(n), by Activation; a and n may be the same, and have rows padded to whole vectors
    void (*activate[activation_count])(T* a, std::size_t a_stride, const T* n, std::size_t n_stride, std::size_t rows,
                                       std::size_t cols);

    // s = s o f'(n), written by means of `in`: n of those that need_net_input, a = f(n) of all others; by Activation
    // (softmax: s times its Jacobian)
    void (*derivative[activation_count])(T* s, std::size_t s_stride, const T* in, std::size_t in_stride,
                                         std::size_t rows, std::size_t cols);

    // losses[i] = L of row i, the same whatever the other rows; s = dL/da (dL/dn for canonical losses); by Loss. The
    // padding of a and y may hold anything, that of s stays zero.
    void (*loss[loss_count])(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
                             std::size_t y_stride, std::size_t rows, std::size_t cols,
                             const LossParameters* parameters);

    // out[i] (cols wide) = in[index[i]], converted; in_stride in elements, may be negative
    void (*gather_uint8)(T* out, std::size_t out_stride, const std::uint8_t* in, std::ptrdiff_t in_stride,
                         const std::int64_t* index, std::size_t rows, std::size_t cols);
    void (*gather_float32)(T* out, std::size_t out_stride, const float* in, std::ptrdiff_t in_stride,
                           const std::int64_t* index, std::size_t rows, std::size_t cols);
    void (*gather_float64)(T* out, std::size_t out_stride, const double* in, std::ptrdiff_t in_stride,
                           const std::int64_t* index, std::size_t rows, std::size_t cols);

    // out = in o m, one row; m_i is 0 or the scale. Element i is that of column columns[i], or i where they are null.
    // out may be in.
    void (*drop)(T* out, const T* in, const std::uint32_t* columns, std::size_t count, const Drop* drop);

    // x += normal noise, one row
    void (*add_noise)(T* x, std::size_t count, const NormalNoise* noise);

    // whether all elements are finite
    bool (*is_finite)(const T* x, std::size_t count);

    // Momentum and Adam; count is a multiple of the padding. Both return sum theta^2 as it was before the step.
    double (*sgd)(T* theta, T* velocity, const T* gradient, std::size_t count, const SgdStep* step);
    double (*adam)(T* theta, T* mean, T* variance, const T* gradient, std::size_t count, const AdamStep* step);

    // The other optimizers, likewise. nadam: mean and mean square as Adam's; rmsprop: the mean square, or Adagrad's sum
    // of squares; rprop: the last gradient and the size of each step.
    double (*nadam)(T* theta, T* mean, T* variance, const T* gradient, std::size_t count, const NAdamStep* step);
    double (*rmsprop)(T* theta, T* square, const T* gradient, std::size_t count, const RmsPropStep* step);
    double (*rprop)(T* theta, T* last, T* size, const T* gradient, std::size_t count, const RpropStep* step);

    // gradient = clip_factor clip(gradient) + l2 theta + l1 sign(theta), for a step with scale 1 and no decay, and
    // theta = kept theta. Returns l1 |theta| + l2/2 |theta|^2 as it was before.
    double (*regularise)(T* gradient, T* theta, std::size_t count, const RegularisedStep* step);

    // sum clip(gradient)^2; count is a multiple of the padding, as everywhere here
    double (*squared_norm)(const T* gradient, std::size_t count, const Clip* clip);

    // Each column of weights (rows x cols, whole cache lines) whose norm is larger than `most` is scaled down to that;
    // the others stay as they are.
    void (*limit_norms)(T* weights, std::size_t stride, std::size_t rows, std::size_t cols, double most);

    // sum x_i w_i, and w += scale * x (the perceptron rule)
    T (*dot)(const T* x, const T* w, std::size_t count);
    void (*add_scaled)(T* w, const T* x, T scale, std::size_t count);
};

}  // namespace rosenblatt::kernels
