// The pass of a training step with batch normalisation.
#include <span>

#include "rosenblatt/sparse_batch.hpp"
#include "rosenblatt/training_step.hpp"

namespace rosenblatt {

template <class T>
void TrainingStep<T>::pass_by_layers(const Network<T>& network, const Targets& targets,
                                     std::span<const std::int64_t> index, const LossFunction& loss) {
    const std::size_t l = network.depth();
    SparseBatch<T>* sparse = workspace_.sparse();
    normaliser_->begin(rows_, is_accumulated_);
    for (std::size_t k = 1; k < l; ++k) {
        // One block more is the transposition of sparse rows, which nothing here waits for.
        const std::size_t transpositions = k == 1 && sparse != nullptr ? 1 : 0;
        team_.run(transpositions + blocks_, [&](std::size_t i, std::size_t) {
            if (i < transpositions) {
                sparse->transpose();
                return;
            }
            const std::size_t block = i - transpositions;
            const auto [first, count] = part(block, rows_);
            if (k == 1) {
                gather_block(block, targets, index, false);
            } else {
                network.activate(workspace_, k - 1, count, first);
            }
            network.net_input(normaliser_->h(k), workspace_, k, count, first,
                              k == 1 ? ahead_of_block(block) : RowsAhead{});
        });
        team_.run(normaliser_->strips(k),
                  [&](std::size_t strip, std::size_t) { normaliser_->normalise(workspace_.n(k), k, strip); });
    }
    normaliser_->end();
    team_.run(blocks_, [&](std::size_t block, std::size_t) {
        const auto [first, count] = part(block, rows_);
        network.activate(workspace_, l - 1, count, first);
        network.net_input(workspace_.n(l), workspace_, l, count, first);
        network.activate(workspace_, l, count, first);
        if (!own_loss_) {
            network.last_sensitivities(workspace_, count, first, loss, std::span(losses_).subspan(first, count),
                                       gather_weights(targets, index.subspan(first, count), first));
        }
    });
    if (own_loss_) {
        own_loss_(workspace_.s(l).rows_from(0, rows_), std::span(losses_).first(rows_),
                  workspace_.a(l).rows_from(0, rows_), workspace_.y().rows_from(0, rows_));
        team_.run(blocks_, [&](std::size_t block, std::size_t) {
            const auto [first, count] = part(block, rows_);
            network.last_sensitivities_after_loss(workspace_, count, first, false,
                                                  std::span(losses_).subspan(first, count),
                                                  gather_weights(targets, index.subspan(first, count), first));
        });
    }
    propagate_back_by_layers(network);
}

template <class T>
void TrainingStep<T>::propagate_back_by_layers(const Network<T>& network) {
    for (std::size_t k = network.depth(); k > 1; --k) {
        team_.run(blocks_, [&](std::size_t block, std::size_t) {
            const auto [first, count] = part(block, rows_);
            network.propagate_back_from(k, workspace_, count, first);
        });
        team_.run(normaliser_->strips(k - 1), [&](std::size_t strip, std::size_t) {
            normaliser_->propagate_back(workspace_.s(k - 1), k - 1, strip);
        });
    }
}

template void TrainingStep<float>::pass_by_layers(const Network<float>&, const Targets&, std::span<const std::int64_t>,
                                                  const LossFunction&);
template void TrainingStep<double>::pass_by_layers(const Network<double>&, const Targets&,
                                                   std::span<const std::int64_t>, const LossFunction&);

}  // namespace rosenblatt
