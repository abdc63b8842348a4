#include "rosenblatt/layout.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"

namespace rosenblatt {
namespace {

constexpr auto linear = Activation::linear;

TEST_CASE("rows are padded to cache lines, but never to a multiple of 1 KiB") {
    CHECK(padded(1, sizeof(float)) == 16);
    CHECK(padded(16, sizeof(float)) == 16);
    CHECK(padded(17, sizeof(float)) == 32);
    CHECK(padded(1, sizeof(double)) == 8);
    CHECK(padded(9, sizeof(double)) == 16);
    CHECK(padded(240, sizeof(float)) == 240);
    CHECK(padded(256, sizeof(float)) == 272);
    CHECK(padded(241, sizeof(float)) == 272);
    CHECK(padded(128, sizeof(double)) == 136);
    for (const std::size_t size : {sizeof(float), sizeof(double)}) {
        for (std::size_t cols = 1; cols <= 2000; ++cols) {
            const std::size_t bytes = padded(cols, size) * size;
            CAPTURE(cols);
            REQUIRE(padded(cols, size) >= cols);
            REQUIRE(padded(cols, size) <= cols + 2 * cache_line / size);
            REQUIRE(bytes % cache_line == 0);
            REQUIRE(bytes % 1024 != 0);
        }
    }
}

TEST_CASE("layers lie one after the other, the bias as row 0") {
    const Layout layout({784, 100, 10}, {Activation::relu, Activation::softmax}, sizeof(float));
    REQUIRE(layout.layers().size() == 2);
    const Layer& hidden = layout.layers()[0];
    CHECK(hidden.inputs == 784);
    CHECK(hidden.outputs == 100);
    CHECK(hidden.stride == 112);
    CHECK(hidden.offset == 0);
    CHECK(hidden.size() == 785 * 112);
    CHECK(hidden.activation == Activation::relu);
    const Layer& last = layout.layers()[1];
    CHECK(last.inputs == 100);
    CHECK(last.outputs == 10);
    CHECK(last.stride == 16);
    CHECK(last.offset == 785 * 112);
    CHECK(last.size() == 101 * 16);
    CHECK(last.activation == Activation::softmax);
    CHECK(layout.size() == 785 * 112 + 101 * 16);
    CHECK(layout.inputs() == 784);
    CHECK(layout.outputs() == 10);
    CHECK(layout.sizes() == std::vector<std::size_t>{784, 100, 10});
}

TEST_CASE("the smallest network: one layer of one neuron") {
    const Layout layout({1, 1}, {linear}, sizeof(double));
    CHECK(layout.size() == 2 * 8);
    CHECK(layout.layers().front().size() == 2 * 8);
}

TEST_CASE("sizes and activations must make a network") {
    CHECK_THROWS_WITH_AS(Layout({}, {}, 8), "a network needs at least two sizes, its inputs and its outputs; got 0",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(Layout({3}, {}, 8), "a network needs at least two sizes, its inputs and its outputs; got 1",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(Layout({3, 2}, {}, 8), "a network of 1 layers needs as many activations; got 0",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(Layout({3, 2}, {linear, linear}, 8), "a network of 1 layers needs as many activations; got 2",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(Layout({3, 0, 2}, {linear, linear}, 8),
                         "every size of a network must be at least 1; size 1 is 0", std::invalid_argument);
}

TEST_CASE("parameters that no memory can hold are refused, not wrapped around") {
    constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();
    constexpr std::size_t root = std::size_t{1} << 31U;  // root^2 elements of 8 bytes are 2^65 bytes
    CHECK_THROWS_AS(Layout({largest, 1}, {linear}, 8), std::length_error);
    CHECK_THROWS_AS(Layout({1, largest}, {linear}, 8), std::length_error);
    CHECK_THROWS_AS(Layout({1, largest / 16}, {linear}, 8), std::length_error);
    CHECK_THROWS_AS(Layout({largest / 16, 1}, {linear}, 8), std::length_error);
    CHECK_THROWS_WITH_AS(Layout({root, root}, {linear}, 8),
                         "the parameters of layer 1, 2147483649 x 2147483648, do not fit into memory",
                         std::length_error);
    // Each layer alone would fit, all of them do not.
    constexpr std::size_t wide = std::size_t{1} << 28U;
    CHECK_NOTHROW(Layout({wide, wide}, {linear}, 8));
    CHECK_THROWS_AS(Layout(std::vector<std::size_t>(100, wide), std::vector<Activation>(99, linear), 8),
                    std::length_error);
}

}  // namespace
}  // namespace rosenblatt
