// How the update of a step is cut into units of work for a team.
#pragma once

#include <cstddef>
#include <vector>

#include "rosenblatt/layout.hpp"

namespace rosenblatt {

// The rows of each layer's theta are cut into slabs, a fixed grid, whatever the team. A unit is a block of theta whose
// gradient is summed, and whose parameters are moved, slab by slab, by one thread.
//
// Of the first layer, which has most of the parameters, each thread may own some columns, all rows of them: they stay
// in the cache of its core, where it moves them and begins the next forward pass with them. Handed to and fro, 784 x 32
// parameters took two threads 8 of the 36 microseconds of a step of 32 rows. But then each thread reads all rows of the
// batch, and with 200 of them that takes longer. Columns that cannot be shared out evenly by whole cache lines, and the
// other layers, are units of one slab each, for whichever thread comes first.
class UpdatePlan {
public:
    struct Unit {
        Block block;
        std::size_t first_slab;
        bool is_owned;
    };

    // For so many threads. Without `owns_columns`, none owns any.
    UpdatePlan(const Layout& layout, std::size_t element_size, std::size_t threads, bool owns_columns);

    // In the order in which a team's shares are to be, each beginning with the columns that its thread owns.
    [[nodiscard]] const std::vector<Unit>& units() const { return units_; }

    // Columns of the first layer that have an owner, those of the first thread first.
    [[nodiscard]] std::size_t owned_cols() const { return owned_cols_; }

    [[nodiscard]] std::size_t slab_rows(std::size_t k) const { return slab_rows_[k - 1]; }

    // Where a slab's squares begin, one for each cache line of a row, in an array of `squares()`.
    [[nodiscard]] std::size_t squares_of(std::size_t slab) const { return squares_of_[slab]; }
    [[nodiscard]] std::size_t squares() const { return squares_; }

private:
    std::size_t owned_cols_ = 0;
    std::size_t squares_ = 0;
    std::vector<std::size_t> slab_rows_;
    std::vector<std::size_t> squares_of_;
    std::vector<Unit> units_;
};

}  // namespace rosenblatt
