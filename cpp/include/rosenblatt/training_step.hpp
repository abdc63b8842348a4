// One step of a training: forward pass, backward pass and the optimizer's update for a batch, shared out over a team of
// threads. The result is the same, bit by bit, for a team of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/optimizer.hpp"
#include "rosenblatt/targets.hpp"
#include "rosenblatt/team.hpp"

namespace rosenblatt {

// How many threads, of so many, pay for batches of so many rows, of those `rows` if they are sparse.
[[nodiscard]] std::size_t worthwhile_threads(const Layout& layout, std::size_t batch_size, std::size_t threads,
                                             const Rows& rows = {});

template <class T>
class TrainingStep {
public:
    // For batches of up to `batch_size` rows, of those `rows` if they are sparse, and for a network whose parameters
    // nobody else changes meanwhile. A batch is taken in chunks of at most chunk() rows.
    TrainingStep(const Network<T>& network, std::size_t batch_size, Team& team, const Rows& rows = {});

    [[nodiscard]] std::size_t chunk() const { return workspace_.batch(); }

    // Forward and backward pass for a chunk: the rows named by `index`. Returns the loss summed over them. The rows
    // named by `next` are those of the pass after this one, if that is known: they are fetched from memory meanwhile.
    double pass(const Network<T>& network, const Rows& rows, const Targets& targets,
                std::span<const std::int64_t> index, Loss loss, std::span<const std::int64_t> next = {});

    // Between two chunks of a batch: adds the gradient of the one that was passed to that of the batch.
    void accumulate(const Network<T>& network);

    // After the last chunk: the optimizer's step along the gradient of all `rows` rows. Returns the penalty.
    double update(Network<T>& network, Optimizer<T>& optimizer, std::size_t rows);

private:
    // Some rows of theta of a layer. A fixed grid of them, whatever the team, is the unit of work of the update: each
    // slab's gradient is summed, and its parameters are moved, by one thread in one order.
    struct Slab {
        std::size_t k;
        std::size_t first;
        std::size_t count;
    };
    [[nodiscard]] static std::vector<Slab> slabs_of(const Layout& layout);

    Team& team_;
    Workspace<T> workspace_;
    std::vector<Slab> slabs_;
    // Of one slab, for each thread and layer: the padding of its rows stays zero, and so does that of theta.
    std::vector<AlignedBuffer<T>> gradients_;
    std::vector<double> losses_;   // of each row of a chunk
    std::vector<double> squares_;  // of each slab's weights
    std::size_t rows_ = 0;         // of the chunk that was passed last
    bool is_accumulated_ = false;  // workspace_.gradient() holds that of earlier chunks
};

}  // namespace rosenblatt
