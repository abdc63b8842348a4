// One step of a training: forward pass, backward pass and the optimizer's update for a batch, shared out over a team of
// threads. The result is the same, bit by bit, for a team of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/batch_norm.hpp"
#include "rosenblatt/fastest_way.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/normaliser.hpp"
#include "rosenblatt/optimizer.hpp"
#include "rosenblatt/targets.hpp"
#include "rosenblatt/team.hpp"
#include "rosenblatt/update_plan.hpp"

namespace rosenblatt {

// How many threads, of so many, pay for batches of so many rows, of those `rows` if they are sparse.
[[nodiscard]] std::size_t worthwhile_threads(const Layout& layout, std::size_t batch_size, std::size_t threads,
                                             const Rows& rows = {});

// What comes after a chunk, as far as it is known: the rows of the next one, to begin with them early, and of the one
// after that, to fetch them from memory.
struct Upcoming {
    std::span<const std::int64_t> next;
    std::span<const std::int64_t> later;
};

// How a team works together. All ways give the same result; which one is the fastest is found out on the way.
enum class Way {
    by_rows,    // shares out blocks of rows, then slabs of parameters
    by_inputs,  // each thread owns inputs of the first layer, see UpdatePlan
    alone,      // the calling thread does everything
};

// The ways that may be the fastest for a team of so many threads.
[[nodiscard]] std::vector<Way> promising_ways(const Layout& layout, std::size_t batch_size, std::size_t threads,
                                              const Rows& rows);

template <class T>
class TrainingStep {
public:
    // For batches of up to `batch_size` of those `rows`, and for a network whose parameters nobody else changes
    // meanwhile. A batch is taken in chunks of at most chunk() rows. One of `ways` is taken, or of promising_ways. With
    // `keeps_gradient`, gradient() is there also for batches of one chunk; an optimizer that clips norms needs that.
    // With `noise` on the input, Way::by_inputs is none of the ways. With a `batch_norm`, it is moved, too, the network
    // is its own, and Way::by_inputs is none of the ways.
    TrainingStep(const Network<T>& network, std::size_t batch_size, Team& team, const Rows& rows,
                 std::vector<Way> ways = {}, bool keeps_gradient = false, const Noise& noise = {},
                 BatchNorm<T>* batch_norm = nullptr);

    [[nodiscard]] std::size_t chunk() const { return workspace_.batch(); }

    // Forward and backward pass for a chunk: the rows named by `index`, which has to stay where it is until the update.
    // Returns the loss summed over them, each counting by its weight. The pass after this one must be that of
    // `upcoming.next`, if there are any.
    double pass(const Network<T>& network, const Targets& targets, std::span<const std::int64_t> index,
                const LossFunction& loss, const Upcoming& upcoming = {});

    // From now on, every pass takes this loss, whatever else it is given; it throws what the loss throws.
    void take_own_loss(OwnLoss<T> loss) { own_loss_ = std::move(loss); }

    // Between two chunks of a batch: adds the gradient of the one that was passed to that of the batch.
    void accumulate(const Network<T>& network);

    // After the last chunk: the optimizer's step along the gradient of all `rows` rows, whose weights add up to
    // `weight`. Returns the penalty.
    double update(Network<T>& network, Optimizer<T>& optimizer, std::size_t rows, double weight);

    // Instead of an update: forgets the batch, which changes nothing.
    void discard();

    // The same, after somebody else has changed the parameters.
    void begin_anew(const Network<T>& network);

    // What was accumulated, in the layout of the parameters.
    [[nodiscard]] T* gradient() { return workspace_.gradient(); }

    // That of beta and gamma since the last update, in the layout of the scales; only with a batch_norm.
    [[nodiscard]] AlignedBuffer<T>& scales_gradient() { return normaliser_->gradient(); }

private:
    // Some rows of a chunk.
    struct Part {
        std::size_t first;
        std::size_t count;
    };
    // Block i of the chunk, which has `rows` rows.
    [[nodiscard]] Part part(std::size_t i, std::size_t rows) const;

    // What is to be fetched from memory while a chunk's block i, or slab i of a unit, is worked on.
    [[nodiscard]] RowsAhead ahead_of_block(std::size_t i) const;
    [[nodiscard]] RowsAhead ahead_of_slab(std::size_t unit, std::size_t i) const;

    // weights_ of a block's rows; empty where they have none.
    std::span<const double> gather_weights(const Targets& targets, std::span<const std::int64_t> index,
                                           std::size_t first);

    // Input and targets of a block, if they are not there yet.
    void gather_block(std::size_t block, const Targets& targets, std::span<const std::int64_t> index, bool has_begun);

    // What pass does after the beginning, with a batch_norm: its sums are over all rows, so that a layer must be done
    // before the next one.
    void pass_by_layers(const Network<T>& network, const Targets& targets, std::span<const std::int64_t> index,
                        const LossFunction& loss);
    void propagate_back_by_layers(const Network<T>& network);

    // Sums the gradient of all units, and calls move(number, gradient) for each slab; then begins the next pass, if the
    // parameters are those of the next pass by then.
    template <class Move>
    void sum_gradients(const Network<T>& network, bool accumulates, bool may_begin, const Move& move);

    // After the optimizer's last update: its limit for the norms of the columns of W, in all layers.
    void limit_norms(Network<T>& network, const Optimizer<T>& optimizer);

    [[nodiscard]] const UpdatePlan& plan() const { return way_ == Way::by_inputs ? by_inputs_ : by_rows_; }
    void take(Way way);

    Team& team_;
    Rows x_;
    std::vector<Way> ways_;
    FastestWay fastest_way_;
    Way way_ = Way::by_rows;
    UpdatePlan by_rows_;
    UpdatePlan by_inputs_;
    Workspace<T> workspace_;
    BatchNorm<T>* batch_norm_;
    std::optional<Normaliser<T>> normaliser_;  // with a batch_norm
    // Of one slab, for each thread and layer: the padding of its rows stays zero, and so does that of theta.
    std::vector<AlignedBuffer<T>> gradients_;
    std::vector<double> losses_;   // of each row of a chunk
    std::vector<double> weights_;  // of each row of a chunk, if they have any
    std::vector<double> squares_;  // of each slab's weights, or of its gradient
    std::uint64_t rows_before_;    // that were passed in this training
    std::size_t rows_ = 0;         // of the chunk that was passed last,
    std::size_t blocks_ = 0;       // which is so many blocks of work
    OwnLoss<T> own_loss_;          // if it is not empty
    Upcoming upcoming_;
    bool has_begun_ = false;       // the next pass: its input and the parts of its first layer are there
    bool is_accumulated_ = false;  // workspace_.gradient() holds that of earlier chunks
};

}  // namespace rosenblatt
