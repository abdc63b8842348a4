#include "rosenblatt/input_gradient.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

#include "kernels/dispatch.hpp"

namespace rosenblatt {
namespace {

constexpr std::size_t most_rows = 128;

// As in prediction, but no block of inputs larger than 8 MiB of float64: a sparse row may have millions of columns.
std::size_t rows_per_block(const Layout& layout) {
    constexpr std::size_t most_elements = std::size_t{1} << 20U;
    return std::clamp(most_elements / layout.inputs(), std::size_t{1}, most_rows);
}

// What a thread needs.
template <class T>
struct Room {
    Workspace<T> workspace;
    AlignedBuffer<T> memory;  // of dx
    MatrixView<T> dx;

    Room(const Network<T>& network, std::size_t batch, const Rows& rows)
        : workspace(network.layout(), batch, Keep::sensitivities, rows),
          memory(batch * padded(network.layout().inputs(), sizeof(T))),
          dx{memory.data(), batch, network.layout().inputs(), padded(network.layout().inputs(), sizeof(T))} {
        for (std::size_t k = 2; k <= network.depth(); ++k) {
            network.transpose_weights(workspace, k, 0, network.layout().layers()[k - 1].inputs + 1);
        }
    }
};

}  // namespace

std::size_t worthwhile_threads_to_differentiate(const Layout& layout, const Rows& rows, std::size_t outputs,
                                                std::size_t threads) {
    // As in prediction; a backward pass for each output takes about as long as the forward pass.
    constexpr std::size_t multiplications_per_thread = 4'000'000;
    const std::size_t per_row = multiplications_per_row(layout, rows) + outputs * layout.size();
    const std::size_t blocks = (rows.count + rows_per_block(layout) - 1) / rows_per_block(layout);
    return std::clamp(std::min(rows.count * per_row / multiplications_per_thread, blocks), std::size_t{1},
                      std::max<std::size_t>(threads, 1));
}

template <class T>
void input_gradients(const Network<T>& network, MatrixView<T> out, const Rows& rows,
                     std::span<const std::size_t> outputs, Team& team) {
    const kernels::Table<T>& kernel = kernels::active<T>();
    const std::size_t l = network.depth();
    const std::size_t batch = std::clamp(rows.count, std::size_t{1}, rows_per_block(network.layout()));
    const std::size_t blocks = (rows.count + batch - 1) / batch;
    // All are made here: a thread of the team may not run out of memory. Any of them may take any of the blocks.
    std::vector<Room<T>> rooms;
    for (std::size_t i = 0; i < (blocks == 1 ? 1 : team.size()); ++i) {
        rooms.emplace_back(network, batch, rows);
    }
    const Layer& first_layer = network.layout().layers().front();
    const std::size_t stride = padded(first_layer.inputs, sizeof(T));
    AlignedBuffer<T> transposed(first_layer.outputs * stride);  // W^1, as the workspaces have those of the others
    kernel.transpose(transposed.data(), stride, network.theta(1).row(1), first_layer.stride, first_layer.inputs,
                     first_layer.outputs);
    team.run(blocks, [&](std::size_t block, std::size_t thread) {
        Workspace<T>& workspace = rooms[thread].workspace;
        const MatrixView<T> dx = rooms[thread].dx;
        const std::size_t first = block * batch;
        const std::size_t count = std::min(batch, rows.count - first);
        std::array<std::int64_t, most_rows> numbers{};
        std::iota(numbers.begin(), numbers.end(), static_cast<std::int64_t>(first));
        gather(workspace, rows, std::span(numbers).first(count));
        network.forward(workspace, count);
        const MatrixView<T> s_last = workspace.s(l).rows_from(0, count);
        for (std::size_t j = 0; j < outputs.size(); ++j) {
            for (std::size_t i = 0; i < count; ++i) {
                std::fill_n(s_last.row(i), s_last.cols, T(0));
                s_last(i, outputs[j]) = T(1);
            }
            network.multiply_by_derivative(s_last, workspace, l);
            network.propagate_back(workspace, count, 0);
            const MatrixView<T> s = workspace.s(1);
            const PickedRows<T> left{s.data, static_cast<std::ptrdiff_t>(s.stride), nullptr};
            kernel.multiply(dx.data, dx.stride, nullptr, &left, transposed.data(), stride, count, s.cols, dx.cols,
                            nullptr, nullptr);
            for (std::size_t i = 0; i < count; ++i) {
                std::copy_n(dx.row(i), dx.cols, out.row((first + i) * outputs.size() + j));
            }
        }
    });
}

template void input_gradients(const Network<float>&, MatrixView<float>, const Rows&, std::span<const std::size_t>,
                              Team&);
template void input_gradients(const Network<double>&, MatrixView<double>, const Rows&, std::span<const std::size_t>,
                              Team&);

}  // namespace rosenblatt
