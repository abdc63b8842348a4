#include "rosenblatt/workspace.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

#include "random_network.hpp"

namespace rosenblatt {
namespace {

const std::vector<std::size_t> sizes{5, 17, 1, 40, 3};
const std::vector<Activation> activations{Activation::relu, Activation::sigmoid, Activation::linear,
                                          Activation::softmax};

template <class T>
bool starts_on_a_cache_line(MatrixView<T> matrix) {
    bool all = true;
    for (std::size_t i = 0; i < matrix.rows; ++i) {
        all = all && reinterpret_cast<std::uintptr_t>(matrix.row(i)) % cache_line == 0;
    }
    return all;
}

template <class T>
bool has_ones_before_rows(const Workspace<T>& workspace, std::size_t k) {
    bool all = true;
    for (std::size_t i = 0; i < workspace.batch(); ++i) {
        all = all && workspace.a(k).row(i)[-1] == T(1);
    }
    return all;
}

// Whether every element of a row beyond its columns is 0.
template <class T>
bool has_zero_padding(MatrixView<T> matrix) {
    bool all = true;
    for (std::size_t i = 0; i < matrix.rows; ++i) {
        for (std::size_t j = matrix.cols; j < matrix.stride; ++j) {
            all = all && matrix(i, j) == T(0);
        }
    }
    return all;
}

TEST_CASE_TEMPLATE("every matrix has its shape and aligned rows", T, float, double) {
    const Layout layout(sizes, activations, sizeof(T));
    for (const Keep keep : {Keep::outputs, Keep::training, Keep::everything}) {
        const Workspace<T> workspace(layout, 6, keep);
        CHECK(workspace.batch() == 6);
        CHECK(workspace.keep() == keep);
        for (std::size_t k = 0; k < sizes.size(); ++k) {
            CAPTURE(k);
            CHECK(workspace.a(k).rows == 6);
            CHECK(workspace.a(k).cols == sizes[k]);
            CHECK(starts_on_a_cache_line(workspace.a(k)));
            if (k > 0) {
                CHECK(workspace.n(k).rows == 6);
                CHECK(workspace.n(k).cols == sizes[k]);
                CHECK(starts_on_a_cache_line(workspace.n(k)));
            }
            if (k > 0 && keep != Keep::outputs) {
                CHECK(workspace.s(k).rows == 6);
                CHECK(workspace.s(k).cols == sizes[k]);
                CHECK(starts_on_a_cache_line(workspace.s(k)));
            }
            if (k > 1 && keep != Keep::outputs) {
                CHECK(workspace.transposed_weights(k).rows == sizes[k]);
                CHECK(workspace.transposed_weights(k).cols == sizes[k - 1]);
                CHECK(starts_on_a_cache_line(workspace.transposed_weights(k)));
            }
        }
        if (keep == Keep::outputs) {
            CHECK(workspace.gradient() == nullptr);
        } else {
            CHECK(workspace.y().rows == 6);
            CHECK(workspace.y().cols == 3);
            CHECK(reinterpret_cast<std::uintptr_t>(workspace.gradient()) % cache_line == 0);
        }
    }
}

TEST_CASE_TEMPLATE("n shares the memory of a unless everything is kept", T, float, double) {
    const Layout layout(sizes, activations, sizeof(T));
    for (const Keep keep : {Keep::outputs, Keep::training, Keep::everything}) {
        const Workspace<T> workspace(layout, 2, keep);
        for (std::size_t k = 1; k < sizes.size(); ++k) {
            CHECK((workspace.n(k).data == workspace.a(k).data) == (keep != Keep::everything));
        }
    }
}

TEST_CASE_TEMPLATE("the ones and the zero padding survive a forward and a backward pass", T, float, double) {
    testing::Dice dice(1);
    for (std::size_t width = 1; width <= 40; ++width) {
        Network<T> network({width, width, 3, width}, {Activation::tanh, Activation::relu, Activation::sigmoid});
        testing::set_random_parameters(network, dice);
        for (const Keep keep : {Keep::training, Keep::everything}) {
            Workspace<T> workspace(network.layout(), 5, keep);
            for (std::size_t k = 0; k <= 3; ++k) {
                REQUIRE(has_ones_before_rows(workspace, k));
            }
            testing::set_random_batch(workspace, Loss::squared_error, dice);
            network.forward(workspace, 5);
            network.backward(workspace, 5, Loss::squared_error);
            for (std::size_t k = 0; k <= 3; ++k) {
                CAPTURE(width);
                CAPTURE(k);
                CHECK(has_ones_before_rows(workspace, k));
                if (k > 0) {
                    CHECK(has_zero_padding(workspace.s(k)));
                    const Layer& layer = network.layout().layers()[k - 1];
                    CHECK(has_zero_padding(MatrixView<T>{workspace.gradient() + layer.offset, layer.inputs + 1,
                                                         layer.outputs, layer.stride}));
                }
            }
        }
    }
}

TEST_CASE("a batch that no memory can hold is refused, not wrapped around") {
    const Layout layout({3, 2}, {Activation::linear}, sizeof(double));
    constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();
    CHECK_THROWS_AS(Workspace<double>(layout, largest, Keep::outputs), std::bad_alloc);
    CHECK_THROWS_AS(Workspace<double>(layout, largest / 8 / 16, Keep::training), std::bad_alloc);
}

}  // namespace
}  // namespace rosenblatt
