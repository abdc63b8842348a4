// All kernels once, compiled for one level. A level_*.cpp defines ROSENBLATT_LEVEL (a namespace of its own, so that no
// two levels share a symbol), ROSENBLATT_LEVEL_NAME, ROSENBLATT_VECTOR_BYTES and ROSENBLATT_REGISTERS, and includes
// this file. Only headers without code may be included here; see kernels/table.hpp.
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "kernels/levels.hpp"

namespace rosenblatt::kernels::ROSENBLATT_LEVEL {
namespace {

#include "kernels/generic/vector.inl"
//
#include "kernels/generic/exponential.inl"
#include "kernels/generic/logarithm.inl"
#include "kernels/generic/normal.inl"
#include "kernels/generic/sine.inl"
//
#include "kernels/generic/activation.inl"
#include "kernels/generic/activation_by_net_input.inl"
#include "kernels/generic/ordered.inl"
//
#include "kernels/generic/gather.inl"
#include "kernels/generic/loss.inl"
//
#include "kernels/generic/log_loss.inl"
//
#include "kernels/generic/deviance.inl"
#include "kernels/generic/focal.inl"
#include "kernels/generic/hinge.inl"
#include "kernels/generic/robust_loss.inl"
//
#include "kernels/generic/multiply.inl"
#include "kernels/generic/noise.inl"
#include "kernels/generic/optimizer.inl"
//
#include "kernels/generic/adaptive_steps.inl"
#include "kernels/generic/regularise.inl"
//
#include "kernels/generic/row.inl"
#include "kernels/generic/sparse.inl"

template <class T>
constexpr Table<T> make_table() {
    return {
        .level = ROSENBLATT_LEVEL_NAME,
        .multiply = multiply<T>,
        .multiply_transposed = multiply_transposed<T>,
        .sum_parts = sum_parts<T>,
        .sum_rows = sum_rows<T>,
        .multiply_sparse = multiply_sparse<T>,
        .transpose = transpose<T>,
        .exponentials = exponentials<T>,
        .logarithms = logarithms<T>,
        .activate = {activate<T, HardLimit>, activate<T, ReLU>, activate<T, Linear>, activate<T, Sigmoid>,
                     activate<T, Tanh>, softmax<T>, activate<T, Exponential>, activate<T, SymmetricHardLimit>,
                     activate<T, LeakyReLU>, activate<T, ELU>, activate<T, SELU>, activate<T, GELU>, activate<T, SiLU>,
                     activate<T, Softplus>, activate<T, Softsign>, activate<T, HardSigmoid>, activate<T, Sin>,
                     activate<T, RadialBasis>, ordered<T>},
        .derivative = {derivative<T, HardLimit>, derivative<T, ReLU>, derivative<T, Linear>, derivative<T, Sigmoid>,
                       derivative<T, Tanh>, softmax_derivative<T>, derivative<T, Exponential>,
                       derivative<T, SymmetricHardLimit>, derivative<T, LeakyReLU>, derivative<T, ELU>,
                       derivative<T, SELU>, derivative_by_net_input<T, GELU>, derivative_by_net_input<T, SiLU>,
                       derivative_by_net_input<T, Softplus>, derivative<T, Softsign>, derivative<T, HardSigmoid>,
                       derivative_by_net_input<T, Sin>, derivative_by_net_input<T, RadialBasis>, ordered_derivative<T>},
        .loss = {squared_error<T>, half_squared_error<T>, log_loss<T>, binary_log_loss<T>, poisson<T>, perceptron<T>,
                 absolute_error<T>, huber<T>, quantile<T>, gamma<T>, tweedie<T>, focal<T>, binary_focal<T>, hinge<T>,
                 class_hinge<T>},
        .gather_uint8 = gather<T, std::uint8_t>,
        .gather_float32 = gather<T, float>,
        .gather_float64 = gather<T, double>,
        .drop = drop<T>,
        .add_noise = add_noise<T>,
        .is_finite = is_finite<T>,
        .sgd = sgd<T>,
        .adam = adam<T>,
        .nadam = nadam<T>,
        .rmsprop = rmsprop<T>,
        .rprop = rprop<T>,
        .regularise = regularise<T>,
        .squared_norm = squared_norm<T>,
        .limit_norms = limit_norms<T>,
        .dot = dot<T>,
        .add_scaled = add_scaled<T>,
    };
}

}  // namespace

constinit const Table<float> table_float32 = make_table<float>();
constinit const Table<double> table_float64 = make_table<double>();

}  // namespace rosenblatt::kernels::ROSENBLATT_LEVEL
