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

// The one that a canonical loss needs.
[[nodiscard]] inline Activation canonical_activation(Loss loss) {
    return loss == Loss::log_loss          ? Activation::softmax
           : loss == Loss::binary_log_loss ? Activation::sigmoid
           : loss == Loss::perceptron      ? Activation::hard_limit
                                           : Activation::exponential;
}

// 0 to 4 hidden layers of 1 to 40 neurons, a batch of 1 to 9, a last layer that fits the loss. The hard limits are left
// out, whose derivative is 0 by decree, and with them the perceptron loss, and exp, which soon is infinite.
[[nodiscard]] inline Architecture random_architecture(Dice& dice) {
    const std::vector<Activation> smooth{Activation::relu,         Activation::linear,   Activation::sigmoid,
                                         Activation::tanh,         Activation::softmax,  Activation::elu,
                                         Activation::gelu,         Activation::silu,     Activation::sin,
                                         Activation::leaky_relu,   Activation::selu,     Activation::softsign,
                                         Activation::hard_sigmoid, Activation::softplus, Activation::radial_basis};
    Architecture result{{dice.integer(1, 40)}, {}, Loss::perceptron, 0};
    while (result.loss == Loss::perceptron) {
        result.loss = static_cast<Loss>(dice.integer(0, loss_count - 1));
    }
    const std::size_t depth = dice.integer(1, 5);
    for (std::size_t k = 1; k <= depth; ++k) {
        result.sizes.push_back(dice.integer(1, 40));
        result.activations.push_back(smooth[dice.integer(0, smooth.size() - 1)]);
    }
    if (is_canonical(result.loss)) {
        result.activations.back() = canonical_activation(result.loss);
    }
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

// x in +-1 (floats too), y as the loss wants it: classes for the log-losses, 0 to 3 for poisson, else +-1.
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
            y(i, j) = loss == Loss::log_loss          ? static_cast<T>(j == label ? 1 : 0)
                      : loss == Loss::binary_log_loss ? static_cast<T>(dice.integer(0, 1))
                      : loss == Loss::poisson         ? static_cast<T>(static_cast<float>(dice.uniform(0, 3)))
                                                      : static_cast<T>(static_cast<float>(dice.uniform(-1, 1)));
        }
    }
}

}  // namespace rosenblatt::testing
