#include "rosenblatt/update_plan.hpp"

#include <algorithm>

#include "kernels/table.hpp"
#include "rosenblatt/team.hpp"

namespace rosenblatt {
namespace {

// As the kernels cut the inner dimension of a product.
std::vector<UpdatePlan::InnerBlock> cut(std::size_t inputs) {
    const std::size_t count = (inputs + kernels::longest_inner_block - 1) / kernels::longest_inner_block;
    std::vector<UpdatePlan::InnerBlock> blocks;
    for (std::size_t i = 0, done = 0; i < count; ++i) {
        const std::size_t length = (inputs - done + count - i - 1) / (count - i);
        blocks.push_back({done, length});
        done += length;
    }
    return blocks;
}

}  // namespace

UpdatePlan::UpdatePlan(const Layout& layout, std::size_t threads, bool owns_inputs, bool moves_hidden_biases)
    : inner_blocks_(cut(layout.inputs())) {
    // About 32 slabs can be shared out evenly among up to 8 threads; their gradients stay in the cache. 12 rows are
    // whole tiles of every height, and fewer than 2048 elements are not worth handing out.
    constexpr std::size_t height = 12;
    const std::size_t elements = std::max<std::size_t>(layout.size() / 32, 2048);
    std::vector<std::size_t> first_slab_of_block;
    const std::size_t depth = layout.layers().size();
    const auto biases = [&](std::size_t k) { return std::size_t{moves_hidden_biases || k == depth ? 1U : 0U}; };
    const auto add_slabs = [&](std::size_t k, std::size_t first, std::size_t rows) {
        const std::size_t slab_rows = std::max(elements / layout.layers()[k - 1].stride / height * height, height);
        const std::size_t count = std::max<std::size_t>(rows / slab_rows, 1);
        for (std::size_t i = 0; i < count; ++i) {  // the last one takes what is left
            const std::size_t begin = i * slab_rows;
            slabs_.push_back({k, first + begin, i + 1 < count ? slab_rows : rows - begin});
        }
    };
    for (const InnerBlock& block : inner_blocks_) {
        first_slab_of_block.push_back(slabs_.size());
        const std::size_t bias = block.first == 0 ? biases(1) : 0;  // row 0 of theta
        add_slabs(1, block.first + 1 - bias, block.count + bias);
    }
    first_slab_of_block.push_back(slabs_.size());
    for (std::size_t k = 2; k <= depth; ++k) {
        add_slabs(k, 1 - biases(k), layout.layers()[k - 1].inputs + biases(k));
    }

    // Units that are owned, each at the beginning of its thread's share, and between them the others, a slab each.
    const std::size_t owners = owns_inputs ? std::min(threads, inner_blocks_.size()) : 0;
    std::size_t slab = owners > 0 ? first_slab_of_block.back() : 0;
    const std::size_t count = owners + slabs_.size() - slab;
    for (std::size_t owner = 0; units_.size() < count;) {
        if (owner < owners && Team::first_block(owner, count, owners) == units_.size()) {
            const std::size_t first = Team::first_block(owner, inner_blocks_.size(), owners);
            const std::size_t end = Team::first_block(owner + 1, inner_blocks_.size(), owners);
            units_.push_back({first_slab_of_block[first], first_slab_of_block[end] - first_slab_of_block[first], first,
                              end - first});
            ++owner;
        } else {
            units_.push_back({slab, 1, 0, 0});
            ++slab;
        }
    }
}

std::size_t UpdatePlan::most_slab_rows(std::size_t k) const {
    std::size_t most = 0;
    for (const Slab& slab : slabs_) {
        most = slab.k == k ? std::max(most, slab.count) : most;
    }
    return most;
}

}  // namespace rosenblatt
