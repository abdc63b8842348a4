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

}  // namespace

std::size_t worthwhile_threads(const Layout& layout, std::size_t batch_size, std::size_t threads, const Rows& rows) {
    // Handing out two phases costs about 2 microseconds; 200,000 multiply-adds take about 10.
    constexpr std::size_t multiplications_per_thread = 200'000;
    std::size_t work = 3 * chunk_rows(layout, batch_size, rows) * multiplications_per_row(layout, rows);
    if (rows.are_sparse()) {
        // Here the optimizer counts, too: moving a parameter takes as long as about 8 multiply-adds.
        work += 8 * layout.size();
    }
    return std::clamp(work / multiplications_per_thread, std::size_t{1}, std::max<std::size_t>(threads, 1));
}

std::vector<Way> promising_ways(const Layout& layout, std::size_t element_size, std::size_t batch_size,
                                std::size_t threads, const Rows& rows) {
    if (threads == 1) {
        return {Way::alone};
    }
    std::vector<Way> ways{Way::by_rows};
    if (!rows.are_sparse() && UpdatePlan(layout, element_size, threads, true).owned_cols() > 0) {
        ways.push_back(Way::by_columns);
    }
    // Of steps that take a thread more than about 0.3 ms, the hand-overs are a small part wherever the cores lie.
    constexpr std::size_t most_multiplications = 16'000'000;
    if (3 * chunk_rows(layout, batch_size, rows) * multiplications_per_row(layout, rows) < most_multiplications) {
        ways.push_back(Way::alone);
    }
    return ways;
}

template <class T>
TrainingStep<T>::TrainingStep(const Network<T>& network, std::size_t batch_size, Team& team, const Rows& rows,
                              std::vector<Way> ways)
    : team_(team),
      x_(rows),
      ways_(ways.empty() ? promising_ways(network.layout(), sizeof(T), batch_size, team.size(), rows)
                         : std::move(ways)),
      fastest_way_(ways_.size()),
      by_rows_(network.layout(), sizeof(T), team.size(), false),
      by_columns_(network.layout(), sizeof(T), team.size(),
                  std::find(ways_.begin(), ways_.end(), Way::by_columns) != ways_.end()),
      workspace_(network.layout(), chunk_rows(network.layout(), batch_size, rows),
                 chunk_rows(network.layout(), batch_size, rows) < batch_size ? Keep::training : Keep::sensitivities,
                 rows, by_columns_.owned_cols() > 0),
      losses_(workspace_.batch()),
      squares_(by_rows_.squares()) {
    take(ways_.front());
    const std::vector<Layer>& layers = network.layout().layers();
    for (std::size_t thread = 0; thread < team.size(); ++thread) {
        const auto add = [&](std::size_t k, std::size_t cols) {
            gradients_.emplace_back(by_rows_.slab_rows(k) * padded(cols, sizeof(T)));
        };
        add(1, by_columns_.owned_cols() / team.size());
        add(1, layers.front().outputs - by_columns_.owned_cols());
        for (std::size_t k = 1; k <= layers.size(); ++k) {
            add(k, layers[k - 1].outputs);
        }
    }
    for (std::size_t k = 2; k <= network.depth(); ++k) {
        network.transpose_weights(workspace_, k, 0, layers[k - 1].inputs + 1);
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
    if (plan().owned_cols() > 0 || workspace_.reads_in_place()) {
        return {};  // those are fetched while the gradient is summed
    }
    const auto [first, count] = part(i, upcoming_.next.size());
    return {&x_, upcoming_.next.subspan(first, count), x_.row_bytes()};
}

template <class T>
RowsAhead TrainingStep<T>::ahead_of_slab(const UpdatePlan::Unit& unit, std::size_t unit_number, std::size_t i,
                                         std::size_t slabs) const {
    const auto share = [](std::span<const std::int64_t> rows, std::size_t number, std::size_t of) {
        const std::size_t first = number * rows.size() / of;
        return rows.subspan(first, (number + 1) * rows.size() / of - first);
    };
    if (workspace_.reads_in_place()) {
        const std::size_t bytes = most_bytes_ahead / std::max<std::size_t>(upcoming_.next.size(), 1);
        if (plan().owned_cols() == 0) {  // a thread reads the rows of its own blocks,
            return {&x_, share(upcoming_.next, unit_number, plan().units().size()), bytes};
        }
        if (unit.is_owned) {  // or all of them
            return {&x_, share(upcoming_.next, i, slabs), bytes};
        }
    } else if (unit.is_owned) {  // and of those that it will gather, its share
        const std::size_t owner = unit.block.first_col / unit.block.cols;
        return {&x_, share(share(upcoming_.later, owner, team_.size()), i, slabs), x_.row_bytes()};
    }
    return {};
}

template <class T>
double TrainingStep<T>::pass(const Network<T>& network, const Targets& targets, std::span<const std::int64_t> index,
                             Loss loss, const Upcoming& upcoming) {
    rows_ = index.size();
    upcoming_ = upcoming;
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
        });
    } else if (has_begun) {
        workspace_.advance();
    } else if (in_place) {
        workspace_.read_in_place(x_, index);
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
        if (sparse == nullptr && !in_place && !has_begun) {
            gather(workspace_.a(0).rows_from(first, count), x_, index.subspan(first, count));
        }
        gather(workspace_.y().rows_from(first, count), targets, index.subspan(first, count));
        network.forward(workspace_, count, first, ahead_of_block(block), has_begun ? by_columns_.owned_cols() : 0);
        network.sensitivities(workspace_, count, first, loss, std::span(losses_).subspan(first, count));
        if (plan().owned_cols() > 0 && !in_place) {
            const Part next = part(block, upcoming_.next.size());
            gather(workspace_.next_a(0).rows_from(next.first, next.count), x_,
                   upcoming_.next.subspan(next.first, next.count));
        }
    });
    return std::accumulate(losses_.begin(), losses_.begin() + static_cast<std::ptrdiff_t>(rows_), 0.0);
}

template <class T>
template <class Move>
void TrainingStep<T>::sum_gradients(const Network<T>& network, bool accumulates, const Move& move) {
    const bool begins_next = plan().owned_cols() > 0 && !upcoming_.next.empty();
    if (begins_next && workspace_.reads_in_place()) {
        workspace_.read_next_in_place(x_, upcoming_.next);
    }
    team_.run(plan().units().size(), [&](std::size_t i, std::size_t thread) {
        const UpdatePlan::Unit& unit = plan().units()[i];
        const std::size_t k = unit.block.k;
        const Layer& layer = network.layout().layers()[k - 1];
        const std::size_t width = unit.is_owned ? 0 : k == 1 && plan().owned_cols() > 0 ? 1 : k + 1;
        AlignedBuffer<T>& scratch = gradients_[thread * (network.depth() + 2) + width];
        const std::size_t stride = accumulates ? layer.stride : padded(unit.block.cols, sizeof(T));
        const std::size_t end = unit.block.first_row + unit.block.rows;
        const std::size_t slab_rows = plan().slab_rows(k);
        const std::size_t slabs = (unit.block.rows + slab_rows - 1) / slab_rows;
        Block slab = unit.block;
        for (std::size_t j = 0; j < slabs; ++j, slab.first_row += slab_rows) {
            slab.rows = std::min(slab_rows, end - slab.first_row);
            T* gradient = accumulates ? workspace_.gradient() + layer.offset + slab.first_row * stride + slab.first_col
                                      : scratch.data();
            network.gradient(gradient, stride, workspace_, rows_, slab, is_accumulated_,
                             ahead_of_slab(unit, i, j, slabs));
            move(slab, gradient, stride,
                 squares_.data() + plan().squares_of(unit.first_slab + j) + lines(slab.first_col, sizeof(T)));
        }
        if (unit.is_owned && begins_next) {
            network.forward_next(workspace_, upcoming_.next.size(), unit.block.first_col, unit.block.cols);
        }
    });
    has_begun_ = begins_next;
}

template <class T>
void TrainingStep<T>::accumulate(const Network<T>& network) {
    sum_gradients(network, true, [](const Block&, const T*, std::size_t, double*) {});
    is_accumulated_ = true;
}

template <class T>
double TrainingStep<T>::update(Network<T>& network, Optimizer<T>& optimizer, std::size_t rows) {
    optimizer.begin_step(rows);
    sum_gradients(network, is_accumulated_,
                  [&](const Block& slab, const T* gradient, std::size_t stride, double* squares) {
                      optimizer.update(network, slab, gradient, stride, squares);
                      if (slab.k > 1) {
                          network.transpose_weights(workspace_, slab.k, slab.first_row, slab.rows);
                      }
                  });
    is_accumulated_ = false;
    fastest_way_.done(static_cast<double>(rows));
    take(ways_[fastest_way_.way()]);
    return optimizer.end_step(std::accumulate(squares_.begin(), squares_.end(), 0.0));
}

template class TrainingStep<float>;
template class TrainingStep<double>;

}  // namespace rosenblatt
