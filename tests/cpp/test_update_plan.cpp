// The units of the update: they make up theta, whatever the team.
#include "rosenblatt/update_plan.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "rosenblatt/team.hpp"

namespace rosenblatt {
namespace {

Layout layout_of(const std::vector<std::size_t>& sizes) {
    return {sizes, std::vector<Activation>(sizes.size() - 1, Activation::relu), sizeof(float)};
}

const std::vector<std::vector<std::size_t>> networks{
    {3, 1}, {784, 32, 10}, {784, 100, 10}, {60, 33, 200, 7}, {400, 1024, 10}, {10000, 3, 5, 2}, {201, 40}};

TEST_CASE("every row of theta is in one slab, and every slab in one unit") {
    for (const std::vector<std::size_t>& sizes : networks) {
        const Layout layout = layout_of(sizes);
        for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
            for (const bool owns : {false, true}) {
                CAPTURE(sizes.front());
                CAPTURE(threads);
                CAPTURE(owns);
                const UpdatePlan plan(layout, threads, owns);
                std::vector<std::vector<int>> covered;
                for (const Layer& layer : layout.layers()) {
                    covered.emplace_back(layer.inputs + 1);
                }
                std::vector<int> used(plan.slabs().size());
                for (const UpdatePlan::Unit& unit : plan.units()) {
                    for (std::size_t i = unit.first_slab; i < unit.first_slab + unit.slabs; ++i) {
                        ++used[i];
                        const UpdatePlan::Slab& slab = plan.slabs()[i];
                        CHECK(slab.count <= plan.most_slab_rows(slab.k));
                        for (std::size_t row = slab.first; row < slab.first + slab.count; ++row) {
                            ++covered[slab.k - 1][row];
                        }
                    }
                }
                CHECK(used == std::vector<int>(used.size(), 1));
                for (const std::vector<int>& rows : covered) {
                    CHECK(rows == std::vector<int>(rows.size(), 1));
                }
            }
        }
    }
}

TEST_CASE("the slabs do not depend on the team") {
    for (const std::vector<std::size_t>& sizes : networks) {
        const UpdatePlan alone(layout_of(sizes), 1, false);
        const UpdatePlan shared(layout_of(sizes), 3, true);
        REQUIRE(alone.slabs().size() == shared.slabs().size());
        for (std::size_t i = 0; i < alone.slabs().size(); ++i) {
            CHECK(alone.slabs()[i].k == shared.slabs()[i].k);
            CHECK(alone.slabs()[i].first == shared.slabs()[i].first);
            CHECK(alone.slabs()[i].count == shared.slabs()[i].count);
        }
    }
}

TEST_CASE("threads own blocks of inputs, with their rows of theta, and begin with them") {
    // 784 inputs are four blocks of 196.
    for (const std::size_t threads : {1U, 2U, 3U, 4U, 8U}) {
        CAPTURE(threads);
        const UpdatePlan plan(layout_of({784, 100, 10}), threads, true);
        REQUIRE(plan.inner_blocks().size() == 4);
        const std::size_t owners = threads < 4 ? threads : 4;
        std::size_t next_block = 0;
        for (std::size_t owner = 0; owner < owners; ++owner) {
            const UpdatePlan::Unit& unit = plan.units()[Team::first_block(owner, plan.units().size(), owners)];
            CHECK(unit.first_block == next_block);
            CHECK(unit.blocks >= 1);
            next_block += unit.blocks;
            // Its slabs are the rows of theta of its inputs; the bias, row 0, goes with input 0.
            const UpdatePlan::InnerBlock& first = plan.inner_blocks()[unit.first_block];
            const UpdatePlan::InnerBlock& last = plan.inner_blocks()[unit.first_block + unit.blocks - 1];
            const UpdatePlan::Slab& top = plan.slabs()[unit.first_slab];
            const UpdatePlan::Slab& bottom = plan.slabs()[unit.first_slab + unit.slabs - 1];
            CHECK(top.k == 1);
            CHECK(top.first == (first.first == 0 ? 0 : first.first + 1));
            CHECK(bottom.first + bottom.count == last.first + last.count + 1);
        }
        CHECK(next_block == 4);
    }
    CHECK(UpdatePlan(layout_of({784, 100, 10}), 2, false).units().front().blocks == 0);
}

TEST_CASE("without the biases of hidden layers, every other row of theta is in one slab") {
    for (const std::vector<std::size_t>& sizes : networks) {
        const Layout layout = layout_of(sizes);
        std::vector<std::vector<int>> covered;
        for (const Layer& layer : layout.layers()) {
            covered.emplace_back(layer.inputs + 1);
        }
        const UpdatePlan plan(layout, 2, false, false);
        for (const UpdatePlan::Slab& slab : plan.slabs()) {
            for (std::size_t row = slab.first; row < slab.first + slab.count; ++row) {
                ++covered[slab.k - 1].at(row);
            }
        }
        for (std::size_t k = 1; k <= covered.size(); ++k) {
            std::vector<int> expected(covered[k - 1].size(), 1);
            expected.front() = k < covered.size() ? 0 : 1;
            CHECK(covered[k - 1] == expected);
        }
    }
}

}  // namespace
}  // namespace rosenblatt
