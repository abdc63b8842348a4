#include "rosenblatt/jacobian.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

#include "kernels/dispatch.hpp"

namespace rosenblatt {
namespace {

// Rows of J^T J that a thread sums at a time: whole cache lines.
constexpr std::size_t slab_rows = 64;

std::size_t count_parameters(const Layout& layout) {
    std::size_t count = 0;
    for (const Layer& layer : layout.layers()) {
        count += (layer.inputs + 1) * layer.outputs;
    }
    if (count >= std::size_t{1} << 31U) {  // their square would not fit into the address space
        throw OutOfMemory(count, count * sizeof(double));
    }
    return count;
}

// [J e] of a chunk takes about a megabyte, so that it stays in a second-level cache while J^T J is summed; or 64 errors
// at least, whose multiplications outweigh the reading and writing of J^T J.
std::size_t chunk_rows(const Layout& layout, std::size_t parameters, std::size_t rows) {
    constexpr std::size_t most_numbers = std::size_t{1} << 17U;
    const std::size_t fewest_rows = std::max<std::size_t>(64 / layout.outputs(), 1);
    return std::min(rows,
                    std::clamp<std::size_t>(most_numbers / ((parameters + 1) * layout.outputs()), fewest_rows, 1024));
}

// Handing out two phases costs about 2 microseconds; 200,000 multiply-adds take about 10.
std::size_t worthwhile(const Layout& layout, std::size_t parameters, std::size_t chunk, std::size_t threads) {
    constexpr std::size_t multiplications_per_thread = 200'000;
    const std::size_t work = chunk * layout.outputs() * parameters;
    const std::size_t most = work / (1 + multiplications_per_thread / (1 + parameters / 2));
    return std::clamp(most, std::size_t{1}, std::max<std::size_t>(threads, 1));
}

TrainingData checked(const TrainingData& data, const Layout& layout) {
    check_training_data(data, layout);
    const std::span<const double> weights = data.targets.weights;
    if (!weights.empty()) {
        for (const std::int64_t i : data.training) {
            const double weight = weights[static_cast<std::size_t>(i)];
            if (weight < 0) {
                throw std::invalid_argument("the weight of row " + std::to_string(i) + " is " + std::to_string(weight) +
                                            "; an error's weight is a square, so it must be at least 0");
            }
        }
    }
    nonzero_weight(data.targets, data.training);
    return data;
}

double entry(const Rows& rows, std::size_t e) {
    switch (rows.element) {
        case Element::uint8:
            return static_cast<const std::uint8_t*>(rows.data)[e];
        case Element::float32:
            return static_cast<const float*>(rows.data)[e];
        case Element::float64:
            break;
    }
    return static_cast<const double*>(rows.data)[e];
}

// Sparse rows become dense ones: J^T J has a column for each input anyway.
void gather_dense(MatrixView<double> x, const Rows& rows, std::span<const std::int64_t> index) {
    if (!rows.are_sparse()) {
        gather(x, rows, index);
        return;
    }
    for (std::size_t i = 0; i < index.size(); ++i) {
        std::fill_n(x.row(i), x.cols, 0);
        const auto row = static_cast<std::size_t>(index[i]);
        const auto end = static_cast<std::size_t>(rows.csr.begins[row + 1]);
        for (auto e = static_cast<std::size_t>(rows.csr.begins[row]); e < end; ++e) {
            x(i, static_cast<std::size_t>(rows.csr.columns[e])) += entry(rows, e);
        }
    }
}

}  // namespace

Jacobian::Jacobian(const Network<double>& network, const TrainingData& data, std::size_t threads)
    : layout_(network.layout()),
      data_(checked(data, layout_)),
      index_(data.training.begin(), data.training.end()),
      parameters_(count_parameters(layout_)),
      chunk_(chunk_rows(layout_, parameters_, index_.size())),
      block_(std::min<std::size_t>(chunk_, 32)),
      team_(worthwhile(layout_, parameters_, chunk_, threads)) {
    for (std::size_t thread = 0; thread < team_.size(); ++thread) {
        workspaces_.emplace_back(layout_, block_, Keep::sensitivities);
        roots_.emplace_back(block_, 1);
    }
    squares_.resize((chunk_ + block_ - 1) / block_);
    const std::size_t stride = padded(parameters_ + 1, sizeof(double));
    const std::size_t errors = chunk_ * layout_.outputs();
    jacobian_memory_ = AlignedBuffer<double>(errors * stride);
    jacobian_ = {jacobian_memory_.data(), errors, parameters_ + 1, stride};
    normal_memory_ = AlignedBuffer<double>((parameters_ + 1) * stride);
    normal_ = {normal_memory_.data(), parameters_ + 1, parameters_ + 1, stride};
}

std::size_t Jacobian::blocks_of(std::span<const std::int64_t> chunk) const {
    return (chunk.size() + block_ - 1) / block_;
}

Jacobian::Block Jacobian::block_of(std::span<const std::int64_t> chunk, std::size_t block) const {
    const std::size_t first = block * block_;
    return {first, chunk.subspan(first, std::min(block_, chunk.size() - first))};
}

template <class Work>
bool Jacobian::run_chunks(const std::function<bool()>& interrupted, const Work& work) const {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds look_interval{100};
    Clock::time_point next_look = Clock::now() + look_interval;
    const std::span<const std::int64_t> rows = index_;
    for (std::size_t begin = 0; begin < rows.size(); begin += chunk_) {
        if (interrupted && Clock::now() > next_look) {
            next_look = Clock::now() + look_interval;
            if (interrupted()) {
                return false;
            }
        }
        work(rows.subspan(begin, std::min(chunk_, rows.size() - begin)));
    }
    return true;
}

std::optional<double> Jacobian::sum_of_squares(const Network<double>& network,
                                               const std::function<bool()>& interrupted) {
    double sum = 0;
    const bool is_whole = run_chunks(interrupted, [&](std::span<const std::int64_t> chunk) {
        team_.run(blocks_of(chunk), [&](std::size_t number, std::size_t thread) {
            const Block block = block_of(chunk, number);
            forward(network, thread, block.index);
            double squares = 0;
            for (std::size_t i = 0; i < block.index.size(); ++i) {
                for (std::size_t j = 0; j < layout_.outputs(); ++j) {
                    const double e = error(thread, i, j);
                    squares += e * e;
                }
            }
            squares_[number] = squares;
        });
        sum = std::accumulate(squares_.begin(), squares_.begin() + static_cast<std::ptrdiff_t>(blocks_of(chunk)), sum);
    });
    return is_whole ? std::optional(sum) : std::nullopt;
}

std::optional<MatrixView<double>> Jacobian::normal_equations(const Network<double>& network,
                                                             const std::function<bool()>& interrupted) {
    transpose_weights(network);
    const std::size_t outputs = layout_.outputs();
    const std::size_t slabs = (normal_.rows + slab_rows - 1) / slab_rows;
    bool add = false;
    const bool is_whole = run_chunks(interrupted, [&](std::span<const std::int64_t> chunk) {
        team_.run(blocks_of(chunk), [&](std::size_t number, std::size_t thread) {
            const Block block = block_of(chunk, number);
            write_block(network, thread, block.index,
                        jacobian_.rows_from(block.first * outputs, block.index.size() * outputs));
        });
        // A slab is the same rows and columns whoever sums it, so its sums are the same, too; it begins at the
        // diagonal.
        team_.run(slabs, [&](std::size_t slab, std::size_t) {
            const std::size_t first = slab * slab_rows;
            const double* columns = jacobian_.data + first;
            const PickedRows<double> left{columns, static_cast<std::ptrdiff_t>(jacobian_.stride), nullptr};
            kernels::active<double>().multiply_transposed(normal_.row(first) + first, normal_.stride, &left, columns,
                                                          jacobian_.stride, std::min(slab_rows, normal_.rows - first),
                                                          chunk.size() * outputs, normal_.cols - first, add, nullptr);
        });
        add = true;
    });
    return is_whole ? std::optional(normal_) : std::nullopt;
}

void Jacobian::evaluate(const Network<double>& network, std::size_t first, std::size_t count, MatrixView<double> out) {
    transpose_weights(network);
    const std::span<const std::int64_t> rows = std::span<const std::int64_t>(index_).subspan(first, count);
    for (std::size_t number = 0; number < blocks_of(rows); ++number) {
        const Block block = block_of(rows, number);
        write_block(network, 0, block.index,
                    out.rows_from(block.first * layout_.outputs(), block.index.size() * layout_.outputs()));
    }
}

void Jacobian::transpose_weights(const Network<double>& network) {
    for (Workspace<double>& workspace : workspaces_) {
        for (std::size_t k = 2; k <= network.depth(); ++k) {
            network.transpose_weights(workspace, k, 0, layout_.layers()[k - 1].inputs + 1);
        }
    }
}

void Jacobian::forward(const Network<double>& network, std::size_t thread, std::span<const std::int64_t> index) {
    Workspace<double>& workspace = workspaces_[thread];
    gather_dense(workspace.a(0), data_.rows, index);
    gather(workspace.y(), data_.targets, index);
    const std::span<const double> weights = data_.targets.weights;
    if (!weights.empty()) {
        std::transform(index.begin(), index.end(), roots_[thread].begin(),
                       [&](std::int64_t i) { return std::sqrt(weights[static_cast<std::size_t>(i)]); });
    }
    network.forward(workspace, index.size());
}

double Jacobian::error(std::size_t thread, std::size_t i, std::size_t j) const {
    const Workspace<double>& workspace = workspaces_[thread];
    return roots_[thread][i] * (workspace.y()(i, j) - workspace.a(layout_.layers().size())(i, j));
}

void Jacobian::write_block(const Network<double>& network, std::size_t thread, std::span<const std::int64_t> index,
                           MatrixView<double> out) {
    forward(network, thread, index);
    const Workspace<double>& workspace = workspaces_[thread];
    for (std::size_t j = 0; j < layout_.outputs(); ++j) {
        sensitivities(network, thread, index.size(), j);
        for (std::size_t i = 0; i < index.size(); ++i) {
            // de/dtheta^k = [1 a^(k-1)]^T s^k
            double* to = out.row(i * layout_.outputs() + j);
            for (std::size_t k = 1; k <= network.depth(); ++k) {
                const double* s = workspace.s(k).row(i);
                const double* a = workspace.a(k - 1).row(i);
                const std::size_t outputs = layout_.layers()[k - 1].outputs;
                to = std::copy_n(s, outputs, to);
                for (std::size_t input = 0; input < layout_.layers()[k - 1].inputs; ++input) {
                    to = std::transform(s, s + outputs, to, [&](double x) { return a[input] * x; });
                }
            }
            *to = error(thread, i, j);
        }
    }
}

void Jacobian::sensitivities(const Network<double>& network, std::size_t thread, std::size_t rows, std::size_t j) {
    Workspace<double>& workspace = workspaces_[thread];
    // s^l = -sqrt(w) times column j of f'(n^l), for e = sqrt(w) (y - a)
    const std::size_t l = network.depth();
    const MatrixView<double> last = workspace.s(l).rows_from(0, rows);
    for (std::size_t i = 0; i < rows; ++i) {
        std::fill_n(last.row(i), last.cols, 0);
        last(i, j) = -roots_[thread][i];
    }
    network.multiply_by_derivative(last, workspace, l, 0);
    network.propagate_back(workspace, rows, 0);
}

}  // namespace rosenblatt
