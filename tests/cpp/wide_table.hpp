// A table of 2500 rows and 60 columns, dense and sparse, with one of seven classes for each row, and an epoch of it: so
// many rows that a batch of all of them is more than one chunk.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "random_network.hpp"
#include "rosenblatt/training_step.hpp"
#include "sparse_table.hpp"

namespace rosenblatt::testing {

template <class T>
struct WideTable {
    SparseTable<T> table;
    std::vector<T> x;
    std::vector<std::int64_t> labels;
    std::vector<std::int64_t> index;

    explicit WideTable(Dice& dice)
        : table(2500, 60, 20, dice),
          x(table.dense.begin(), table.dense.end()),
          labels(table.count),
          index(table.count) {
        std::iota(index.begin(), index.end(), 0);
        for (std::size_t i = 0; i < labels.size(); ++i) {
            labels[i] = static_cast<std::int64_t>(i * i % 7);
        }
    }
    [[nodiscard]] Rows rows(bool is_sparse) const {
        return is_sparse ? table.sparse_rows() : Rows{x.data(), element_of<T>(), table.count, 60, 60};
    }
    [[nodiscard]] static Network<T> network(Dice& dice) {
        Network<T> network({60, 90, 80, 7}, {Activation::tanh, Activation::relu, Activation::softmax});
        set_random_parameters(network, dice);
        return network;
    }
    void epoch(TrainingStep<T>& step, Network<T>& network, Optimizer<T>& optimizer, std::size_t batch) const {
        for (std::size_t done = 0; done < index.size(); done += batch) {
            const std::size_t count = std::min(batch, index.size() - done);
            for (std::size_t begin = 0; begin < count; begin += step.chunk()) {
                if (begin > 0) {
                    step.accumulate(network);
                }
                const std::size_t chunk = std::min(step.chunk(), count - begin);
                step.pass(network, {labels, {}}, std::span(index).subspan(done + begin, chunk), Loss::log_loss);
            }
            step.update(network, optimizer, count, static_cast<double>(count));
        }
    }
};

}  // namespace rosenblatt::testing
