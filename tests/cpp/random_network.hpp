// Networks of random architecture with random parameters, inputs and targets.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "random_numbers.hpp"
#include "rosenblatt/network.hpp"

namespace rosenblatt::testing {

struct Architecture {
    std::vector<std::size_t> sizes;
    std::vector<Activation> activations;
    Loss loss;
    std::size_t batch;
};

// 0 to 4 hidden layers of 1 to 40 neurons, a batch of 1 to 9, a last layer that fits the loss. The hard limits are left
// out, whose derivative is 0 by decree, and with them the perceptron loss, and exp, which soon is infinite; also the
// losses with kinks, which a difference may step over.
[[nodiscard]] inline Architecture random_architecture(Dice& dice) {
    const std::vector<Activation> smooth{Activation::relu,         Activation::linear,   Activation::sigmoid,
                                         Activation::tanh,         Activation::softmax,  Activation::elu,
                                         Activation::gelu,         Activation::silu,     Activation::sin,
                                         Activation::leaky_relu,   Activation::selu,     Activation::softsign,
                                         Activation::hard_sigmoid, Activation::softplus, Activation::radial_basis};
    const std::vector<Loss> without_kinks{Loss::squared_error, Loss::half_squared_error,
                                          Loss::log_loss,      Loss::binary_log_loss,
                                          Loss::poisson,       Loss::gamma,
                                          Loss::tweedie,       Loss::focal,
                                          Loss::binary_focal};
    Architecture result{{dice.integer(1, 40)}, {}, without_kinks[dice.integer(0, without_kinks.size() - 1)], 0};
    const std::size_t depth = dice.integer(1, 5);
    for (std::size_t k = 1; k <= depth; ++k) {
        result.sizes.push_back(dice.integer(1, 40));
        result.activations.push_back(smooth[dice.integer(0, smooth.size() - 1)]);
    }
    result.activations.back() = needed_activation(result.loss).value_or(result.activations.back());
    result.batch = dice.integer(1, 9);
    return result;
}

// theta in +-1.5 / sqrt(inputs), so that net inputs neither vanish nor saturate over the layers; every value is a
// float, so that networks of both precisions can be the same.
template <class T>
void set_random_parameters(Network<T>& network, Dice& dice) {
    for (std::size_t k = 1; k <= network.depth(); ++k) {
        const MatrixView<T> theta = network.theta(k);
        const double largest = 1.5 / std::sqrt(static_cast<double>(theta.rows));
        for (std::size_t i = 0; i < theta.rows; ++i) {
            for (std::size_t j = 0; j < theta.cols; ++j) {
                theta(i, j) = static_cast<T>(static_cast<float>(dice.uniform(-largest, largest)));
            }
        }
    }
}

// A target as the loss wants it: of the output of the row's label or of another one for those of classes, 0 or 1 for
// those of single outputs, above 0 for the deviances, else +-1.
[[nodiscard]] inline double random_target(Loss loss, bool is_label, Dice& dice) {
    switch (loss) {
        case Loss::log_loss:
        case Loss::focal:
        case Loss::class_hinge:
            return is_label ? 1 : 0;
        case Loss::binary_log_loss:
        case Loss::binary_focal:
        case Loss::hinge:
            return static_cast<double>(dice.integer(0, 1));
        case Loss::poisson:
        case Loss::gamma:
        case Loss::tweedie:
            return static_cast<double>(static_cast<float>(dice.uniform(0, 3)));
        default:
            return static_cast<double>(static_cast<float>(dice.uniform(-1, 1)));
    }
}

// x in +-1 (floats too), and such targets.
template <class T>
void set_random_batch(const Workspace<T>& workspace, Loss loss, Dice& dice) {
    const MatrixView<T> x = workspace.a(0);
    const MatrixView<T> y = workspace.y();
    for (std::size_t i = 0; i < workspace.batch(); ++i) {
        for (std::size_t j = 0; j < x.cols; ++j) {
            x(i, j) = static_cast<T>(static_cast<float>(dice.uniform(-1, 1)));
        }
        const std::size_t label = dice.integer(0, y.cols - 1);
        for (std::size_t j = 0; j < y.cols; ++j) {
            y(i, j) = static_cast<T>(random_target(loss, j == label, dice));
        }
    }
}

}  // namespace rosenblatt::testing
