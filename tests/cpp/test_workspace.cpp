#include "rosenblatt/workspace.hpp"

#include <doctest/doctest.h>

#include <algorithm>
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

TEST_CASE_TEMPLATE("for a backward pass, n is kept of the layers whose derivative needs it", T, float, double) {
    const Layout layout({3, 4, 5, 2}, {Activation::gelu, Activation::tanh, Activation::sin}, sizeof(T));
    for (const Keep keep : {Keep::outputs, Keep::sensitivities, Keep::training}) {
        const Workspace<T> workspace(layout, 2, keep);
        for (std::size_t k = 1; k <= 3; ++k) {
            const bool is_apart = keep != Keep::outputs && k != 2;
            CHECK((workspace.n(k).data != workspace.a(k).data) == is_apart);
            CHECK(workspace.derivative_input(k).data == (k == 2 ? workspace.a(k) : workspace.n(k)).data);
        }
    }
    const Workspace<T> everything(layout, 2, Keep::everything);
    CHECK(everything.derivative_input(2).data == everything.a(2).data);
    CHECK(everything.derivative_input(3).data == everything.n(3).data);
}

TEST_CASE_TEMPLATE("the zero padding survives a forward and a backward pass", T, float, double) {
    testing::Dice dice(1);
    for (std::size_t width = 1; width <= 40; ++width) {
        // cos 0 and the others' values and slopes at a padding of 0 are not 0.
        Network<T> network({width, width, 3, width}, {Activation::sin, Activation::relu, Activation::softplus});
        testing::set_random_parameters(network, dice);
        for (const Keep keep : {Keep::training, Keep::everything}) {
            Workspace<T> workspace(network.layout(), 5, keep);
            testing::set_random_batch(workspace, Loss::squared_error, dice);
            network.forward(workspace, 5);
            network.backward(workspace, 5, Loss::squared_error);
            for (std::size_t k = 1; k <= 3; ++k) {
                CAPTURE(width);
                CAPTURE(k);
                CHECK(has_zero_padding(workspace.s(k)));
                const Layer& layer = network.layout().layers()[k - 1];
                CHECK(has_zero_padding(
                    MatrixView<T>{workspace.gradient() + layer.offset, layer.inputs + 1, layer.outputs, layer.stride}));
            }
        }
    }
}

TEST_CASE_TEMPLATE("rows that hold the network's type are read where they lie", T, float, double) {
    const std::vector<std::int64_t> index{4, 0, 4, 2};
    std::vector<T> table(5 * 7);
    testing::Dice dice(2);
    dice.fill(table.data(), table.size());
    Network<T> network({5, 4, 2}, {Activation::tanh, Activation::linear});
    testing::set_random_parameters(network, dice);
    // The rows in their order with a gap between them, and from the last to the first.
    for (const std::ptrdiff_t stride : {7, -7}) {
        const T* first = stride > 0 ? table.data() : table.data() + 4 * 7;
        const Rows rows{first, element_of<T>(), 5, 5, stride};
        Workspace<T> in_place(network.layout(), 4, Keep::training, rows);
        Workspace<T> copied(network.layout(), 4, Keep::training);
        CHECK(in_place.reads_in_place());
        CHECK(in_place.a(0).cols == 0);
        CHECK_FALSE(copied.reads_in_place());
        gather(in_place, rows, index);
        gather(copied, rows, index);
        CHECK(in_place.input().data == first);
        for (Workspace<T>* workspace : {&in_place, &copied}) {
            std::fill_n(workspace->y().data, workspace->y().rows * workspace->y().stride, T(0));
            network.forward(*workspace, 4);
            network.backward(*workspace, 4, Loss::squared_error);
        }
        CHECK(std::equal(copied.gradient(), copied.gradient() + network.layout().size(), in_place.gradient()));
    }
    const std::vector<std::uint8_t> bytes(25);
    CHECK_FALSE(
        Workspace<T>(network.layout(), 4, Keep::training, {bytes.data(), Element::uint8, 5, 5, 5}).reads_in_place());
}

TEST_CASE_TEMPLATE("the input of the next batch becomes that of the batch; its first layer has parts", T, float,
                   double) {
    const Layout layout(sizes, activations, sizeof(T));
    Workspace<T> workspace(layout, 2, Keep::outputs, {}, 3);
    const T* before = workspace.a(0).data;
    const T* next = workspace.next_a0().data;
    CHECK(next != before);
    CHECK(workspace.next_input().data == next);
    workspace.advance();
    CHECK(workspace.a(0).data == next);
    CHECK(workspace.input().data == next);
    CHECK(workspace.next_a0().data == before);

    REQUIRE(workspace.parts() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(workspace.part(i).rows == 2);
        CHECK(workspace.part(i).cols == sizes[1]);
        CHECK(workspace.part(i).stride == workspace.n(1).stride);
        CHECK(workspace.part(i).data == workspace.part(0).data + i * workspace.part_size());
    }
    CHECK(Workspace<T>(layout, 2, Keep::outputs).parts() == 0);
}

TEST_CASE("a batch that no memory can hold is refused, not wrapped around") {
    const Layout layout({3, 2}, {Activation::linear}, sizeof(double));
    constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();
    CHECK_THROWS_AS(Workspace<double>(layout, largest, Keep::outputs), std::bad_alloc);
    CHECK_THROWS_AS(Workspace<double>(layout, largest / 8 / 16, Keep::training), std::bad_alloc);
}

}  // namespace
}  // namespace rosenblatt
