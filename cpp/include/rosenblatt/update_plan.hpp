// How the update of a step is cut into units of work for a team.
#pragma once

#include <cstddef>
#include <vector>

#include "rosenblatt/layout.hpp"

namespace rosenblatt {

// The rows of each layer's theta are cut into slabs, a fixed grid, whatever the team. A unit is some slabs, whose
// gradient is summed, and whose parameters are moved, by one thread.
//
// Of the first layer, which has most of the parameters, each thread may own some inputs, blocks of the inner dimension
// of its product: theta's rows for them stay in the cache of its core, where it moves them and begins the next forward
// pass with them. Handed to and fro, 784 x 32 parameters took two threads 8 of the 36 microseconds of a step of 32
// rows. The other layers are units of one slab each, for whichever thread comes first.
class UpdatePlan {
public:
    // Rows first to first + count - 1 of theta of layer k.
    struct Slab {
        std::size_t k;
        std::size_t first;
        std::size_t count;
    };
    // Inputs first to first + count - 1 of the first layer.
    struct InnerBlock {
        std::size_t first;
        std::size_t count;
    };
    // A unit that is owned has blocks, those of its slabs.
    struct Unit {
        std::size_t first_slab;
        std::size_t slabs;
        std::size_t first_block;
        std::size_t blocks;
    };

    // For so many threads. Without `owns_inputs`, none owns any; without `moves_hidden_biases`, no slab has row 0 of a
    // hidden layer's theta.
    UpdatePlan(const Layout& layout, std::size_t threads, bool owns_inputs, bool moves_hidden_biases = true);

    [[nodiscard]] const std::vector<Slab>& slabs() const { return slabs_; }
    [[nodiscard]] std::size_t most_slab_rows(std::size_t k) const;

    // In the order in which a team's shares are to be, each beginning with the inputs that its thread owns.
    [[nodiscard]] const std::vector<Unit>& units() const { return units_; }

    // Those of the first layer that the product sums one after the other.
    [[nodiscard]] const std::vector<InnerBlock>& inner_blocks() const { return inner_blocks_; }

private:
    std::vector<Slab> slabs_;
    std::vector<InnerBlock> inner_blocks_;
    std::vector<Unit> units_;
};

}  // namespace rosenblatt
