// What holds the weights or the gradient small, whatever the optimizer. All but the L2 penalty is off by default, and
// costs nothing then.
#pragma once

#include <limits>

namespace rosenblatt {

struct Regularisation {
    static constexpr double none = std::numeric_limits<double>::infinity();

    // Penalty alpha (l1_ratio |W|_1 + (1 - l1_ratio)/2 |W|^2) / batch; biases are free (Zou and Hastie 2005).
    double alpha = 0.0001;
    double l1_ratio = 0;
    // W = W - learning rate * weight_decay * W beside the step, no part of the loss (Loshchilov and Hutter 2019).
    double weight_decay = 0;
    // Most of each element of the gradient of the mean loss without its penalty, then of the norm of all of it
    // (Pascanu et al. 2013).
    double clip_value = none;
    double clip_norm = none;
    // Most of the norm of a neuron's weights, without its bias, after a step (Srebro and Shraibman 2005).
    double max_norm = none;
};

}  // namespace rosenblatt
