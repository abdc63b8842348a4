#include "rosenblatt/training_step.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "rosenblatt/sparse_batch.hpp"

namespace rosenblatt {
namespace {

// The most rows of a chunk. That bounds the memory of a batch of all rows, and the time until somebody looks for an
// interruption: a chunk is at most 2^30 multiplications, about a tenth of a second for forward and backward together.
std::size_t chunk_rows(const Layout& layout, std::size_t batch_size, const Rows& rows) {
    constexpr std::size_t most_rows = 1024;
    constexpr std::size_t fewest_rows = 32;
    constexpr std::size_t most_multiplications = std::size_t{1} << 30U;
    return std::min(batch_size,
                    std::clamp(most_multiplications / multiplications_per_row(layout, rows), fewest_rows, most_rows));
}

// What is fetched at a time of rows that are read in place stays in a second-level cache until it is read.
constexpr std::size_t most_bytes_ahead = std::size_t{256} * 1024;

bool has(const std::vector<Way>& ways, Way way) { return std::find(ways.begin(), ways.end(), way) != ways.end(); }

// An owner of inputs reads the next batch's before they are gathered and changed.
// Nor may it begin the next pass where the layers are passed one by one.
std::vector<Way> possible(std::vector<Way> ways, const Noise& noise, bool is_by_layers) {
    if (noise.changes_input() || is_by_layers) {
        std::erase(ways, Way::by_inputs);
    }
    return ways.empty() ? std::vector{Way::by_rows} : ways;
}

}  // namespace

std::size_t worthwhile_threads(const Layout& layout, std::size_t batch_size, std::size_t threads, const Rows& rows) {
    // Handing out two phases costs about 2 microseconds; 200,000 multiply-adds take about 10.
    constexpr std::size_t multiplications_per_thread = 200'000;
    // To move a parameter takes as long as about 8 multiply-adds.
    const std::size_t work =
        3 * chunk_rows(layout, batch_size, rows) * multiplications_per_row(layout, rows) + 8 * layout.size();
    return std::clamp(work / multiplications_per_thread, std::size_t{1}, std::max<std::size_t>(threads, 1));
}

std::vector<Way> promising_ways(const Layout& layout, std::size_t batch_size, std::size_t threads, const Rows& rows) {
    if (threads == 1) {
        return {Way::alone};
    }
    const std::size_t chunk = chunk_rows(layout, batch_size, rows);
    std::vector<Way> ways{Way::by_rows};
    // What goes from core to core is a part of n for each row then, instead of parameters for each input.
    if (!rows.are_sparse() && chunk < layout.inputs() && UpdatePlan(layout, threads, true).inner_blocks().size() > 1) {
        ways.push_back(Way::by_inputs);
    }
    // Of steps that take a thread more than about 0.3 ms, the hand-overs are a small part wherever the cores lie.
    constexpr std::size_t most_multiplications = 16'000'000;
    if (3 * chunk * multiplications_per_row(layout, rows) < most_multiplications) {
        ways.push_back(Way::alone);
    }
    return ways;
}

template <class T>
TrainingStep<T>::TrainingStep(const Network<T>& network, std::size_t batch_size, Team& team, const Rows& rows,
                              std::vector<Way> ways, bool keeps_gradient, const Noise& noise, BatchNorm<T>* batch_norm)
    : team_(team),
      x_(rows),
      ways_(possible(ways.empty() ? promising_ways(network.layout(), batch_size, team.size(), rows) : std::move(ways),
                     noise, batch_norm != nullptr)),
      fastest_way_(ways_.size()),
      by_rows_(network.layout(), team.size(), false, batch_norm == nullptr),
      by_inputs_(network.layout(), team.size(), true),
      workspace_(network.layout(), chunk_rows(network.layout(), batch_size, rows),
                 keeps_gradient || chunk_rows(network.layout(), batch_size, rows) < batch_size ? Keep::training
                                                                                               : Keep::sensitivities,
                 rows, has(ways_, Way::by_inputs) ? by_inputs_.inner_blocks().size() : 0, noise),
      batch_norm_(batch_norm),
      losses_(workspace_.batch()),
      weights_(workspace_.batch()),
      squares_(by_rows_.slabs().size()),
      rows_before_(noise.rows) {
    if (batch_norm != nullptr) {
        normaliser_.emplace(*batch_norm, workspace_.batch(), batch_size);
    }
    take(ways_.front());
    const std::vector<Layer>& layers = network.layout().layers();
    for (std::size_t thread = 0; thread < team.size(); ++thread) {
        for (std::size_t k = 1; k <= layers.size(); ++k) {
            gradients_.emplace_back(by_rows_.most_slab_rows(k) * layers[k - 1].stride);
        }
    }
    begin_anew(network);
}

template <class T>
void TrainingStep<T>::begin_anew(const Network<T>& network) {
    discard();
    for (std::size_t k = 2; k <= network.depth(); ++k) {
        network.transpose_weights(workspace_, k, 0, network.layout().layers()[k - 1].inputs + 1);
    }
}

template <class T>
void TrainingStep<T>::take(Way way) {
    way_ = way;
    team_.work_alone(way == Way::alone);
}

// The blocks of a chunk are even parts of its rows, cut at multiples of 4, the height of most tiles.
template <class T>
typename TrainingStep<T>::Part TrainingStep<T>::part(std::size_t block, std::size_t rows) const {
    const auto boundary = [&](std::size_t i) { return i == blocks_ ? rows : i * rows / blocks_ / 4 * 4; };
    return {boundary(block), boundary(block + 1) - boundary(block)};
}

template <class T>
RowsAhead TrainingStep<T>::ahead_of_block(std::size_t i) const {
    if (way_ == Way::by_inputs || workspace_.reads_in_place()) {
        return {};  // those are fetched while the gradient is summed
    }
    const auto [first, count] = part(i, upcoming_.next.size());
    return {&x_, upcoming_.next.subspan(first, count), x_.row_bytes()};
}

template <class T>
RowsAhead TrainingStep<T>::ahead_of_slab(std::size_t unit, std::size_t i) const {
    const auto share = [](std::span<const std::int64_t> rows, std::size_t number, std::size_t of) {
        const std::size_t first = number * rows.size() / of;
        return rows.subspan(first, (number + 1) * rows.size() / of - first);
    };
    if (upcoming_.next.empty()) {
        return {};
    }
    const UpdatePlan::Unit& here = plan().units()[unit];
    const std::span<const std::int64_t> next = upcoming_.next;
    const std::size_t most_bytes = most_bytes_ahead / next.size();
    if (way_ != Way::by_inputs) {  // a thread will read the rows of its own blocks, from their beginning
        return workspace_.reads_in_place() ? RowsAhead{&x_, share(next, unit, plan().units().size()), most_bytes}
                                           : RowsAhead{};
    }
    if (here.blocks == 0) {
        return {};
    }
    if (workspace_.reads_in_place()) {  // of all rows, it will read the inputs that it owns
        const auto& blocks = plan().inner_blocks();
        const std::size_t first = blocks[here.first_block].first;
        const auto& last = blocks[here.first_block + here.blocks - 1];
        return {&x_, share(next, i, here.slabs), std::min((last.first + last.count - first) * sizeof(T), most_bytes),
                first * sizeof(T)};
    }
    // It will gather its share of the rows after the next ones.
    const std::size_t owners = std::min(team_.size(), plan().inner_blocks().size());
    const std::size_t owner = here.first_block * owners / plan().inner_blocks().size();
    return {&x_, share(share(upcoming_.later, owner, owners), i, here.slabs), x_.row_bytes()};
}

template <class T>
std::span<const double> TrainingStep<T>::gather_weights(const Targets& targets, std::span<const std::int64_t> index,
                                                        std::size_t first) {
    if (targets.weights.empty()) {
        return {};
    }
    const std::span<double> weights = std::span(weights_).subspan(first, index.size());
    std::transform(index.begin(), index.end(), weights.begin(),
                   [&](std::int64_t i) { return targets.weights[static_cast<std::size_t>(i)]; });
    return weights;
}

template <class T>
void TrainingStep<T>::gather_block(std::size_t block, const Targets& targets, std::span<const std::int64_t> index,
                                   bool has_begun) {
    const auto [first, count] = part(block, rows_);
    if (workspace_.sparse() == nullptr && !workspace_.reads_in_place() && !has_begun) {
        gather(workspace_.a(0).rows_from(first, count), x_, index.subspan(first, count));
        disturb_input(workspace_, first, count);
    }
    gather(workspace_.y().rows_from(first, count), targets, index.subspan(first, count));
}

template <class T>
double TrainingStep<T>::pass(const Network<T>& network, const Targets& targets, std::span<const std::int64_t> index,
                             const LossFunction& loss, const Upcoming& upcoming) {
    rows_ = index.size();
    upcoming_ = upcoming;
    workspace_.set_row_number(rows_before_);
    rows_before_ += rows_;
    SparseBatch<T>* sparse = workspace_.sparse();
    const bool in_place = workspace_.reads_in_place();
    // A block streams all of theta through the cache, so few large ones: 128 rows are 2 to 8 % faster than 48. Sparse
    // rows read little of it, and differ in length.
    const std::size_t rows_per_block = sparse == nullptr ? 128 : 32;
    const std::size_t workers = team_.workers();
    const std::size_t per_worker = (rows_ + workers * rows_per_block - 1) / (workers * rows_per_block);
    blocks_ = std::min(workers * per_worker, (rows_ + 3) / 4);

    const bool has_begun = std::exchange(has_begun_, false);
    if (sparse != nullptr) {
        sparse->place(x_, index);
        team_.run(blocks_, [&](std::size_t block, std::size_t) {
            const auto [first, count] = part(block, rows_);
            sparse->gather(x_, index, first, count);
            disturb_input(workspace_, first, count);
        });
    } else if (has_begun) {
        workspace_.advance();
    } else if (in_place) {
        workspace_.read_in_place(x_, index);
    }
    if (batch_norm_ != nullptr) {
        pass_by_layers(network, targets, index, loss);
        return std::accumulate(losses_.begin(), losses_.begin() + static_cast<std::ptrdiff_t>(rows_), 0.0);
    }
    // One block more is the transposition of sparse rows, which nothing here waits for.
    const std::size_t transpositions = sparse == nullptr ? 0 : 1;
    team_.run(transpositions + blocks_, [&](std::size_t i, std::size_t) {
        if (i < transpositions) {
            sparse->transpose();
            return;
        }
        const std::size_t block = i - transpositions;
        const auto [first, count] = part(block, rows_);
        gather_block(block, targets, index, has_begun);
        network.forward(workspace_, count, first, ahead_of_block(block), has_begun);
        if (!own_loss_) {
            network.sensitivities(workspace_, count, first, loss, std::span(losses_).subspan(first, count),
                                  gather_weights(targets, index.subspan(first, count), first));
        }
        if (way_ == Way::by_inputs && !in_place) {
            const Part next = part(block, upcoming_.next.size());
            gather(workspace_.next_a0().rows_from(next.first, next.count), x_,
                   upcoming_.next.subspan(next.first, next.count));
        }
    });
    if (own_loss_) {
        const std::size_t l = network.depth();
        own_loss_(workspace_.s(l).rows_from(0, rows_), std::span(losses_).first(rows_),
                  workspace_.a(l).rows_from(0, rows_), workspace_.y().rows_from(0, rows_));
        team_.run(blocks_, [&](std::size_t block, std::size_t) {
            const auto [first, count] = part(block, rows_);
            network.sensitivities_after_loss(workspace_, count, first, false, std::span(losses_).subspan(first, count),
                                             gather_weights(targets, index.subspan(first, count), first));
        });
    }
    return std::accumulate(losses_.begin(), losses_.begin() + static_cast<std::ptrdiff_t>(rows_), 0.0);
}

template <class T>
template <class Move>
void TrainingStep<T>::sum_gradients(const Network<T>& network, bool accumulates, bool may_begin, const Move& move) {
    const bool begins_next = may_begin && way_ == Way::by_inputs && !upcoming_.next.empty();
    if (begins_next && workspace_.reads_in_place()) {
        workspace_.read_next_in_place(x_, upcoming_.next);
    }
    team_.run(plan().units().size(), [&](std::size_t i, std::size_t thread) {
        const UpdatePlan::Unit& unit = plan().units()[i];
        for (std::size_t j = 0; j < unit.slabs; ++j) {
            const UpdatePlan::Slab& slab = plan().slabs()[unit.first_slab + j];
            const Layer& layer = network.layout().layers()[slab.k - 1];
            T* gradient = accumulates ? workspace_.gradient() + layer.offset + slab.first * layer.stride
                                      : gradients_[thread * network.depth() + slab.k - 1].data();
            network.gradient(gradient, workspace_, rows_, slab.k, slab.first, slab.count, is_accumulated_,
                             ahead_of_slab(i, j));
            move(unit.first_slab + j, gradient);
        }
        for (std::size_t block = unit.first_block; begins_next && block < unit.first_block + unit.blocks; ++block) {
            const auto& [first, count] = plan().inner_blocks()[block];
            network.forward_next(workspace_, upcoming_.next.size(), block, first, count);
        }
    });
    has_begun_ = begins_next;
}

template <class T>
void TrainingStep<T>::accumulate(const Network<T>& network) {
    sum_gradients(network, true, true, [](std::size_t, const T*) {});
    is_accumulated_ = true;
}

template <class T>
void TrainingStep<T>::discard() {
    is_accumulated_ = false;
    has_begun_ = false;
}

template <class T>
double TrainingStep<T>::update(Network<T>& network, Optimizer<T>& optimizer, std::size_t rows, double weight) {
    optimizer.begin_step(weight);
    if (batch_norm_ != nullptr) {
        batch_norm_->begin_step(optimizer, weight);
    }
    const bool limits_norms = optimizer.limits_norms();
    const auto move = [&](std::size_t number, T* gradient) {
        const auto& [k, first, count] = plan().slabs()[number];
        squares_[number] = optimizer.update(network, k, first, count, gradient);
        if (k > 1 && !limits_norms) {
            network.transpose_weights(workspace_, k, first, count);
        }
    };
    if (optimizer.clips_norm()) {  // nothing may move before the gradient is known as a whole
        const auto& layers = network.layout().layers();
        sum_gradients(network, true, false, [&](std::size_t number, const T* gradient) {
            const auto& [k, first, count] = plan().slabs()[number];
            squares_[number] = optimizer.squared_norm(gradient, count * layers[k - 1].stride);
        });
        double squared_norm = std::accumulate(squares_.begin(), squares_.end(), 0.0);
        if (batch_norm_ != nullptr) {
            squared_norm += batch_norm_->squared_norm(normaliser_->gradient());
            batch_norm_->clip_norm(squared_norm);
        }
        optimizer.clip_norm(squared_norm);
        team_.run(plan().slabs().size(), [&](std::size_t number, std::size_t) {
            const auto& [k, first, count] = plan().slabs()[number];
            move(number, workspace_.gradient() + layers[k - 1].offset + first * layers[k - 1].stride);
        });
    } else {
        sum_gradients(network, is_accumulated_, !limits_norms, move);
    }
    if (limits_norms) {
        limit_norms(network, optimizer);
    }
    if (batch_norm_ != nullptr) {
        batch_norm_->update(normaliser_->gradient());
    }
    is_accumulated_ = false;
    fastest_way_.done(static_cast<double>(rows));
    take(ways_[fastest_way_.way()]);
    return optimizer.end_step(std::accumulate(squares_.begin(), squares_.end(), 0.0));
}

template <class T>
void TrainingStep<T>::limit_norms(Network<T>& network, const Optimizer<T>& optimizer) {
    // A strip of columns for each turn: as many as a few neighbouring cache lines of a row hold.
    constexpr std::size_t strip = 4 * cache_line / sizeof(T);
    for (std::size_t k = 1; k <= network.depth(); ++k) {
        const std::size_t stride = network.layout().layers()[k - 1].stride;
        team_.run((stride + strip - 1) / strip, [&](std::size_t i, std::size_t) {
            optimizer.limit_norms(network, k, i * strip, std::min(strip, stride - i * strip));
        });
    }
    team_.run(plan().slabs().size(), [&](std::size_t number, std::size_t) {
        const auto& [k, first, count] = plan().slabs()[number];
        if (k > 1) {
            network.transpose_weights(workspace_, k, first, count);
        }
    });
}

template class TrainingStep<float>;
template class TrainingStep<double>;

}  // namespace rosenblatt
