#include "rosenblatt/targets.hpp"

#include <algorithm>
#include <stdexcept>

namespace rosenblatt {

template <class T>
void gather(MatrixView<T> y, const Targets& targets, std::span<const std::int64_t> index) {
    if (!targets.are_labels()) {
        gather(y, targets.values, index);
        return;
    }
    for (std::size_t i = 0; i < index.size(); ++i) {
        const std::int64_t label = targets.labels[static_cast<std::size_t>(index[i])];
        if (y.cols == 1) {
            y(i, 0) = static_cast<T>(label);
        } else {
            std::fill_n(y.row(i), y.cols, T(0));
            y(i, static_cast<std::size_t>(label)) = T(1);
        }
    }
}

double total_weight(const Targets& targets, std::span<const std::int64_t> index) {
    if (targets.weights.empty()) {
        return static_cast<double>(index.size());
    }
    double sum = 0;
    for (const std::int64_t i : index) {
        sum += targets.weights[static_cast<std::size_t>(i)];
    }
    return sum;
}

double nonzero_weight(const Targets& targets, std::span<const std::int64_t> index, const std::string& what) {
    const double weight = total_weight(targets, index);
    if (weight == 0) {
        throw std::invalid_argument(what + "the weights of the rows add up to 0");
    }
    return weight;
}

void check_targets(const Targets& targets, std::size_t count, std::size_t outputs) {
    if (targets.count() != count) {
        throw std::invalid_argument("x has " + std::to_string(count) + " rows but y has " +
                                    std::to_string(targets.count()));
    }
    if (!targets.weights.empty() && targets.weights.size() != count) {
        throw std::invalid_argument("x has " + std::to_string(count) + " rows but there are " +
                                    std::to_string(targets.weights.size()) + " weights");
    }
    if (!targets.are_labels()) {
        if (targets.values.features != outputs) {
            throw std::invalid_argument("y has " + std::to_string(targets.values.features) +
                                        " columns but the network has " + std::to_string(outputs) + " outputs");
        }
        return;
    }
    const auto classes = static_cast<std::int64_t>(std::max<std::size_t>(outputs, 2));
    for (std::size_t i = 0; i < targets.labels.size(); ++i) {
        if (targets.labels[i] < 0 || targets.labels[i] >= classes) {
            throw std::invalid_argument("the label " + std::to_string(targets.labels[i]) + " of row " +
                                        std::to_string(i) + " is not in 0 .. " + std::to_string(classes - 1));
        }
    }
}

template void gather(MatrixView<float>, const Targets&, std::span<const std::int64_t>);
template void gather(MatrixView<double>, const Targets&, std::span<const std::int64_t>);

}  // namespace rosenblatt
