#include "rosenblatt/training_step.hpp"

#include <algorithm>
#include <numeric>

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

// Boundaries of `blocks` even parts of `rows` rows, at multiples of 4, the height of most tiles.
std::size_t boundary(std::size_t block, std::size_t blocks, std::size_t rows) {
    return block == blocks ? rows : block * rows / blocks / 4 * 4;
}

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

template <class T>
std::vector<typename TrainingStep<T>::Slab> TrainingStep<T>::slabs_of(const Layout& layout) {
    // About 32 slabs can be shared out evenly among up to 8 threads; their gradients stay in the cache. 12 rows are
    // whole tiles of every height, and fewer than 2048 elements are not worth handing out.
    constexpr std::size_t height = 12;
    const std::size_t elements = std::max<std::size_t>(layout.size() / 32, 2048);
    std::vector<Slab> slabs;
    for (std::size_t k = 1; k <= layout.layers().size(); ++k) {
        const Layer& layer = layout.layers()[k - 1];
        const std::size_t rows = layer.inputs + 1;
        const std::size_t count = std::max(elements / layer.stride / height * height, height);
        for (std::size_t first = 0; first < rows; first += count) {
            slabs.push_back({k, first, std::min(count, rows - first)});
        }
    }
    return slabs;
}

template <class T>
TrainingStep<T>::TrainingStep(const Network<T>& network, std::size_t batch_size, Team& team, const Rows& rows)
    : team_(team),
      workspace_(network.layout(), chunk_rows(network.layout(), batch_size, rows),
                 chunk_rows(network.layout(), batch_size, rows) < batch_size ? Keep::training : Keep::sensitivities,
                 rows),
      slabs_(slabs_of(network.layout())),
      losses_(workspace_.batch()),
      squares_(slabs_.size()) {
    for (std::size_t thread = 0; thread < team.size(); ++thread) {
        for (const Slab& slab : slabs_) {
            if (slab.first == 0) {  // a layer's first slab is its largest
                gradients_.emplace_back(slab.count * network.layout().layers()[slab.k - 1].stride);
            }
        }
    }
    for (std::size_t k = 2; k <= network.depth(); ++k) {
        network.transpose_weights(workspace_, k, 0, network.layout().layers()[k - 1].inputs + 1);
    }
}

template <class T>
double TrainingStep<T>::pass(const Network<T>& network, const Rows& rows, const Targets& targets,
                             std::span<const std::int64_t> index, Loss loss, std::span<const std::int64_t> next) {
    rows_ = index.size();
    SparseBatch<T>* sparse = workspace_.sparse();
    // A block streams all of theta through the cache, so few large ones: 128 rows are 2 to 8 % faster than 48. Sparse
    // rows read little of it, and differ in length.
    const std::size_t rows_per_block = sparse == nullptr ? 128 : 32;
    const std::size_t per_thread = (rows_ + team_.size() * rows_per_block - 1) / (team_.size() * rows_per_block);
    const std::size_t blocks = std::min(team_.size() * per_thread, (rows_ + 3) / 4);
    if (sparse != nullptr) {
        sparse->place(rows, index);
        team_.run(blocks, [&](std::size_t block, std::size_t) {
            const std::size_t first = boundary(block, blocks, rows_);
            sparse->gather(rows, index, first, boundary(block + 1, blocks, rows_) - first);
        });
    }
    // One block more is the transposition of sparse rows, which nothing here waits for.
    const std::size_t transpositions = sparse == nullptr ? 0 : 1;
    team_.run(transpositions + blocks, [&](std::size_t i, std::size_t) {
        if (i < transpositions) {
            sparse->transpose();
            return;
        }
        const std::size_t block = i - transpositions;
        const std::size_t first = boundary(block, blocks, rows_);
        const std::size_t count = boundary(block + 1, blocks, rows_) - first;
        const std::span<const std::int64_t> some = index.subspan(first, count);
        if (sparse == nullptr) {
            gather(workspace_.a(0).rows_from(first, count), rows, some);
        }
        gather(workspace_.y().rows_from(first, count), targets, some);
        const std::size_t known = std::min(first, next.size());
        network.forward(workspace_, count, first, {&rows, next.subspan(known, std::min(count, next.size() - known))});
        network.sensitivities(workspace_, count, first, loss, std::span(losses_).subspan(first, count));
    });
    return std::accumulate(losses_.begin(), losses_.begin() + static_cast<std::ptrdiff_t>(rows_), 0.0);
}

template <class T>
void TrainingStep<T>::accumulate(const Network<T>& network) {
    team_.run(slabs_.size(), [&](std::size_t i, std::size_t) {
        const Slab& slab = slabs_[i];
        const Layer& layer = network.layout().layers()[slab.k - 1];
        network.gradient(workspace_.gradient() + layer.offset + slab.first * layer.stride, workspace_, rows_, slab.k,
                         slab.first, slab.count, is_accumulated_);
    });
    is_accumulated_ = true;
}

template <class T>
double TrainingStep<T>::update(Network<T>& network, Optimizer<T>& optimizer, std::size_t rows) {
    optimizer.begin_step(rows);
    team_.run(slabs_.size(), [&](std::size_t i, std::size_t thread) {
        const Slab& slab = slabs_[i];
        const Layer& layer = network.layout().layers()[slab.k - 1];
        T* gradient = is_accumulated_ ? workspace_.gradient() + layer.offset + slab.first * layer.stride
                                      : gradients_[thread * network.depth() + slab.k - 1].data();
        network.gradient(gradient, workspace_, rows_, slab.k, slab.first, slab.count, is_accumulated_);
        squares_[i] = optimizer.update(network, slab.k, slab.first, slab.count, gradient);
        if (slab.k > 1) {
            network.transpose_weights(workspace_, slab.k, slab.first, slab.count);
        }
    });
    is_accumulated_ = false;
    return optimizer.end_step(std::accumulate(squares_.begin(), squares_.end(), 0.0));
}

template class TrainingStep<float>;
template class TrainingStep<double>;

}  // namespace rosenblatt
