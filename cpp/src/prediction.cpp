#include "rosenblatt/prediction.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <optional>
#include <vector>

#include "kernels/dispatch.hpp"

namespace rosenblatt {
namespace {

// As in training: few passes over theta, and activations that stay in the cache of a core.
constexpr std::size_t rows_per_block = 128;

// Some rows of a table, named by `index`.
struct Some {
    Rows rows;
    std::span<const std::int64_t> index;
    bool are_all_in_order = false;
};

std::size_t blocks_of(std::size_t rows) { return (rows + rows_per_block - 1) / rows_per_block; }

// `some(first, count)` names the rows of the answers from `first` on.
template <class T, class Selection>
bool predict_blocks(const Network<T>& network, MatrixView<T> out, const Rows& rows, Team& team,
                    std::vector<Workspace<T>>& workspaces, const Selection& some) {
    const kernels::Table<T>& kernel = kernels::active<T>();
    const std::size_t blocks = blocks_of(out.rows);
    std::atomic<bool> is_finite{true};
    team.run(blocks, [&](std::size_t block, std::size_t thread) {
        Workspace<T>& workspace = workspaces[thread];
        const std::size_t first = block * rows_per_block;
        const std::size_t count = std::min(rows_per_block, out.rows - first);
        const Some here = some(first, count);
        const Some next = some(first + count, std::min(rows_per_block, out.rows - first - count));
        if (here.are_all_in_order && workspace.reads_in_place()) {
            workspace.read_in_place(here.rows, {});
        } else {
            gather(workspace, here.rows, here.index);
        }
        if (!rows.are_sparse() && rows.element != Element::uint8) {
            const PickedRows<T> x = workspace.input();
            for (std::size_t i = 0; i < count; ++i) {
                const std::int64_t row = x.index != nullptr ? x.index[i] : static_cast<std::int64_t>(i);
                if (!kernel.is_finite(x.data + row * x.stride, rows.features)) {
                    is_finite.store(false, std::memory_order_relaxed);
                }
            }
        }
        network.forward(workspace, count, 0, {&next.rows, next.index, next.rows.row_bytes()});
        const MatrixView<T> a = workspace.a(network.depth());
        for (std::size_t i = 0; i < count; ++i) {
            std::copy_n(a.row(i), out.cols, out.row(first + i));
        }
    });
    return is_finite;
}

}  // namespace

std::size_t worthwhile_threads_to_predict(const Layout& layout, const Rows& rows, std::size_t threads) {
    // Starting a thread costs about 30 microseconds; 4 million multiply-adds take about 100.
    constexpr std::size_t multiplications_per_thread = 4'000'000;
    const std::size_t worthwhile = std::min(
        rows.count * multiplications_per_row(layout, rows) / multiplications_per_thread, rows.count / rows_per_block);
    return std::clamp(worthwhile, std::size_t{1}, std::max<std::size_t>(threads, 1));
}

template <class T>
std::vector<Workspace<T>> workspaces_to_predict(const Layout& layout, const Rows& rows, std::size_t count,
                                                const Team& team) {
    // All are made here: a thread of the team may not run out of memory. Any of them may take any of the blocks.
    std::vector<Workspace<T>> workspaces;
    for (std::size_t i = 0; i < (blocks_of(count) == 1 ? 1 : team.size()); ++i) {
        workspaces.emplace_back(layout, std::min(rows_per_block, count), Keep::outputs, rows);
    }
    return workspaces;
}

template <class T>
bool predict(const Network<T>& network, MatrixView<T> out, const Rows& rows, Team& team) {
    std::vector<Workspace<T>> workspaces = workspaces_to_predict<T>(network.layout(), rows, out.rows, team);
    std::array<std::int64_t, rows_per_block> index{};
    std::iota(index.begin(), index.end(), 0);
    return predict_blocks(network, out, rows, team, workspaces, [&](std::size_t first, std::size_t count) {
        return Some{rows.rows_from(first, count), std::span(index).first(count), true};
    });
}

template <class T>
bool predict(const Network<T>& network, MatrixView<T> out, const Rows& rows, std::span<const std::int64_t> index,
             Team& team) {
    std::vector<Workspace<T>> workspaces = workspaces_to_predict<T>(network.layout(), rows, out.rows, team);
    return predict(network, out, rows, index, team, workspaces);
}

template <class T>
bool predict(const Network<T>& network, MatrixView<T> out, const Rows& rows, std::span<const std::int64_t> index,
             Team& team, std::vector<Workspace<T>>& workspaces) {
    return predict_blocks(network, out, rows, team, workspaces, [&](std::size_t first, std::size_t count) {
        return Some{rows, index.subspan(first, count)};
    });
}

template bool predict(const Network<float>&, MatrixView<float>, const Rows&, Team&);
template bool predict(const Network<double>&, MatrixView<double>, const Rows&, Team&);
template bool predict(const Network<float>&, MatrixView<float>, const Rows&, std::span<const std::int64_t>, Team&);
template bool predict(const Network<double>&, MatrixView<double>, const Rows&, std::span<const std::int64_t>, Team&);
template bool predict(const Network<float>&, MatrixView<float>, const Rows&, std::span<const std::int64_t>, Team&,
                      std::vector<Workspace<float>>&);
template bool predict(const Network<double>&, MatrixView<double>, const Rows&, std::span<const std::int64_t>, Team&,
                      std::vector<Workspace<double>>&);
template std::vector<Workspace<float>> workspaces_to_predict(const Layout&, const Rows&, std::size_t, const Team&);
template std::vector<Workspace<double>> workspaces_to_predict(const Layout&, const Rows&, std::size_t, const Team&);

}  // namespace rosenblatt
