// What a network answers to many rows: block by block, the blocks shared out over a team.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/rows.hpp"
#include "rosenblatt/team.hpp"
#include "rosenblatt/workspace.hpp"

namespace rosenblatt {

// How many threads, of so many, pay for the answers to these rows.
[[nodiscard]] std::size_t worthwhile_threads_to_predict(const Layout& layout, const Rows& rows, std::size_t threads);

// out (rows.count x outputs) = a^l of every row. Returns whether all that was read is finite (in T); if not, `out` is
// written all the same. Sparse rows are not looked at.
template <class T>
bool predict(const Network<T>& network, MatrixView<T> out, const Rows& rows, Team& team);

// The same for the rows named by `index`; out is index.size() x outputs.
template <class T>
bool predict(const Network<T>& network, MatrixView<T> out, const Rows& rows, std::span<const std::int64_t> index,
             Team& team);

// Room for the answers to `count` of those rows at a time: a workspace for each thread of the team.
template <class T>
[[nodiscard]] std::vector<Workspace<T>> workspaces_to_predict(const Layout& layout, const Rows& rows, std::size_t count,
                                                              const Team& team);

// The same by means of such workspaces: nothing is allocated.
template <class T>
bool predict(const Network<T>& network, MatrixView<T> out, const Rows& rows, std::span<const std::int64_t> index,
             Team& team, std::vector<Workspace<T>>& workspaces);

}  // namespace rosenblatt
