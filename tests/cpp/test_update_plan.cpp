// The units of the update: they make up theta, whatever the team.
#include "rosenblatt/update_plan.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/team.hpp"

namespace rosenblatt {
namespace {

Layout layout_of(const std::vector<std::size_t>& sizes) {
    return {sizes, std::vector<Activation>(sizes.size() - 1, Activation::relu), sizeof(float)};
}

// How often each parameter is in a unit.
std::vector<int> covered(const Layout& layout, const UpdatePlan& plan) {
    std::vector<int> count(layout.size());
    for (const UpdatePlan::Unit& unit : plan.units()) {
        const Layer& layer = layout.layers()[unit.block.k - 1];
        for (std::size_t i = unit.block.first_row; i < unit.block.first_row + unit.block.rows; ++i) {
            for (std::size_t j = unit.block.first_col; j < unit.block.first_col + unit.block.cols; ++j) {
                ++count[layer.offset + i * layer.stride + j];
            }
        }
    }
    return count;
}

TEST_CASE("every parameter is in one unit, and the padding in none") {
    for (const std::vector<std::size_t>& sizes :
         {std::vector<std::size_t>{3, 1}, {784, 32, 10}, {784, 100, 10}, {60, 33, 200, 7}, {5, 40, 3}}) {
        const Layout layout = layout_of(sizes);
        std::vector<int> wanted(layout.size());
        for (const Layer& layer : layout.layers()) {
            for (std::size_t i = 0; i <= layer.inputs; ++i) {
                for (std::size_t j = 0; j < layer.outputs; ++j) {
                    wanted[layer.offset + i * layer.stride + j] = 1;
                }
            }
        }
        for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
            for (const bool owns : {false, true}) {
                CAPTURE(threads);
                CAPTURE(owns);
                const UpdatePlan plan(layout, sizeof(float), threads, owns);
                CHECK(covered(layout, plan) == wanted);
                CHECK((owns || plan.owned_cols() == 0));
            }
        }
    }
}

TEST_CASE("threads own whole cache lines of the first layer, as many each, and begin with them") {
    CHECK(UpdatePlan(layout_of({784, 100, 10}), sizeof(float), 2, true).owned_cols() == 96);
    CHECK(UpdatePlan(layout_of({784, 100, 10}), sizeof(float), 3, true).owned_cols() == 96);
    CHECK(UpdatePlan(layout_of({784, 100, 10}), sizeof(double), 2, true).owned_cols() == 96);
    CHECK(UpdatePlan(layout_of({784, 31, 10}), sizeof(float), 2, true).owned_cols() == 0);
    CHECK(UpdatePlan(layout_of({784, 32, 10}), sizeof(float), 2, true).owned_cols() == 32);
    CHECK(UpdatePlan(layout_of({784, 32, 10}), sizeof(float), 3, true).owned_cols() == 0);

    const UpdatePlan plan(layout_of({784, 100, 10}), sizeof(float), 3, true);
    const std::size_t count = plan.units().size();
    for (std::size_t thread = 0; thread < 3; ++thread) {
        const UpdatePlan::Unit& unit = plan.units()[Team::first_block(thread, count, 3)];
        CHECK(unit.is_owned);
        CHECK(unit.block.first_col == 32 * thread);
        CHECK(unit.block.rows == 785);
    }
}

TEST_CASE("the slabs and the places of their squares do not depend on the team") {
    const Layout layout = layout_of({784, 100, 10});
    const UpdatePlan alone(layout, sizeof(float), 1, true);
    const UpdatePlan shared(layout, sizeof(float), 2, true);
    CHECK(alone.squares() == shared.squares());
    for (const std::size_t k : {1U, 2U}) {
        CHECK(alone.slab_rows(k) == shared.slab_rows(k));
    }
    CHECK(alone.squares_of(5) == shared.squares_of(5));
    CHECK(alone.squares_of(5) == 5 * lines(100, sizeof(float)));
}

}  // namespace
}  // namespace rosenblatt
