// What a network answers to many rows: block by block, the blocks shared out over a team.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/rows.hpp"
#include "rosenblatt/team.hpp"

namespace rosenblatt {

// How many threads, of so many, pay for the answers to so many rows, of those `rows` if they are sparse.
[[nodiscard]] std::size_t worthwhile_threads_to_predict(const Layout& layout, std::size_t count, std::size_t threads,
                                                        const Rows& rows = {});

// out (rows.count x outputs) = a^l of every row. Returns whether all that was read is finite (in T); if not, `out` is
// written all the same.
template <class T>
bool predict(const Network<T>& network, MatrixView<T> out, const Rows& rows, Team& team);

// The same for the rows named by `index`; out is index.size() x outputs.
template <class T>
bool predict(const Network<T>& network, MatrixView<T> out, const Rows& rows, std::span<const std::int64_t> index,
             Team& team);

}  // namespace rosenblatt
