#include "rosenblatt/input_gradient.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "finite_differences.hpp"
#include "random_network.hpp"
#include "rosenblatt/prediction.hpp"
#include "sparse_table.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;

template <class T>
Network<T> random_network(const std::vector<std::size_t>& sizes, const std::vector<Activation>& activations,
                          const std::vector<std::size_t>& groups = {}) {
    Network<T> network(sizes, activations, groups);
    Dice dice(5);
    testing::set_random_parameters(network, dice);
    return network;
}

template <class T>
Rows table(const std::vector<T>& x, std::size_t rows) {
    const std::size_t cols = x.size() / rows;
    return {x.data(), element_of<T>(), rows, cols, static_cast<std::ptrdiff_t>(cols)};
}

template <class T>
std::vector<T> gradients(const Network<T>& network, const Rows& rows, const std::vector<std::size_t>& outputs,
                         std::size_t threads = 1) {
    const std::size_t inputs = network.layout().inputs();
    std::vector<T> out(rows.count * outputs.size() * inputs);
    Team team(threads);
    input_gradients(network, MatrixView<T>{out.data(), rows.count * outputs.size(), inputs, inputs}, rows, outputs,
                    team);
    return out;
}

std::vector<std::size_t> every(std::size_t outputs) {
    std::vector<std::size_t> all(outputs);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

void check_by_differences(const Network<double>& network) {
    const std::size_t inputs = network.layout().inputs();
    const std::size_t outputs = network.layout().outputs();
    std::vector<double> x(3 * inputs);
    Dice(9).fill(x.data(), x.size());
    const std::vector<double> found = gradients(network, table(x, 3), every(outputs));
    std::vector<double> a(outputs);
    Team team(1);
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t o = 0; o < outputs; ++o) {
            for (std::size_t j = 0; j < inputs; ++j) {
                const double slope = testing::central_difference(x[i * inputs + j], [&] {
                    predict(network, MatrixView<double>{a.data(), 1, outputs, outputs}, table(x, 3).rows_from(i, 1),
                            team);
                    return a[o];
                });
                const double got = found[(i * outputs + o) * inputs + j];
                CHECK(std::abs(got - slope) <= 1e-8 * std::max(1.0, std::abs(slope)));
            }
        }
    }
}

TEST_CASE("agree with finite differences, whatever the activations") {
    for (const Activation hidden : {Activation::linear, Activation::sigmoid, Activation::tanh, Activation::softmax,
                                    Activation::exponential, Activation::relu}) {
        for (const Activation last :
             {Activation::linear, Activation::sigmoid, Activation::softmax, Activation::exponential}) {
            CAPTURE(name(hidden));
            CAPTURE(name(last));
            check_by_differences(random_network<double>({4, 6, 5, 3}, {hidden, Activation::tanh, last}));
        }
    }
    check_by_differences(random_network<double>({3, 2}, {Activation::softmax}));
    check_by_differences(random_network<double>({3, 5, 6}, {Activation::tanh, Activation::softmax}, {2, 1, 3}));
}

TEST_CASE_TEMPLATE("one layer of Linear: the gradient is its weights", T, float, double) {
    const Network<T> network = random_network<T>({20, 3}, {Activation::linear});
    const std::vector<T> x(2 * 20, T(1));
    const std::vector<T> found = gradients(network, table(x, 2), {2, 0});
    for (std::size_t i = 0; i < 2; ++i) {
        for (std::size_t j = 0; j < 20; ++j) {
            CHECK(found[(i * 2 + 0) * 20 + j] == network.theta(1)(j + 1, 2));
            CHECK(found[(i * 2 + 1) * 20 + j] == network.theta(1)(j + 1, 0));
        }
    }
}

TEST_CASE_TEMPLATE("the same bits for any threads, any neighbours and any order of outputs", T, float, double) {
    const Network<T> network = random_network<T>({13, 17, 5}, {Activation::sigmoid, Activation::softmax});
    constexpr std::size_t rows = 300;
    std::vector<T> x(rows * 13);
    Dice(10).fill(x.data(), x.size());
    const std::vector<T> alone = gradients(network, table(x, rows), every(5));
    CHECK(gradients(network, table(x, rows), every(5), 4) == alone);
    const std::vector<T> one = gradients(network, table(x, rows).rows_from(299, 1), {3});
    CHECK(std::equal(one.begin(), one.end(), alone.begin() + (299 * 5 + 3) * 13));
}

TEST_CASE_TEMPLATE("sparse rows and bytes: the gradient at the same place", T, float, double) {
    const Network<T> network = random_network<T>({30, 8, 2}, {Activation::tanh, Activation::softmax});
    Dice dice(11);
    const testing::SparseTable<double> sparse(200, 30, 8, dice);
    const std::vector<T> expected = gradients(network, sparse.dense_rows(), every(2));
    const std::vector<T> found = gradients(network, sparse.sparse_rows(), every(2), 2);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
    }
    std::vector<std::uint8_t> bytes(3 * 30);
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(dice.integer(0, 2)); });
    const std::vector<T> same(bytes.begin(), bytes.end());
    CHECK(gradients(network, table(bytes, 3), every(2)) == gradients(network, table(same, 3), every(2)));
}

TEST_CASE("rows of a million columns are taken a few at a time") {
    const Network<float> network = random_network<float>({600'000, 1}, {Activation::linear});
    const std::vector<float> x(3 * 600'000, 1.0F);
    const std::vector<float> found = gradients(network, table(x, 3), {0}, 2);
    for (const std::size_t j : {std::size_t{0}, std::size_t{599'999}}) {
        CHECK(found[2 * 600'000 + j] == network.theta(1)(j + 1, 0));
    }
}

TEST_CASE("no rows, or no outputs, have no gradients") {
    const Network<double> network = random_network<double>({3, 2}, {Activation::linear});
    const std::vector<double> x(3);
    CHECK(gradients(network, table(x, 1).rows_from(0, 0), {0, 1}).empty());
    CHECK(gradients(network, table(x, 1), {}).empty());
}

TEST_CASE("threads are taken where they pay") {
    const Network<float> network = random_network<float>({100, 50, 10}, {Activation::relu, Activation::softmax});
    const std::vector<float> x(100'000);
    CHECK(worthwhile_threads_to_differentiate(network.layout(), table(x, 1000), 10, 4) == 4);
    CHECK(worthwhile_threads_to_differentiate(network.layout(), table(x, 1000).rows_from(0, 1), 10, 4) == 1);
    CHECK(worthwhile_threads_to_differentiate(network.layout(), table(x, 1000), 10, 0) == 1);
}

TEST_CASE_TEMPLATE("the first layers of a network answer with its activations, to the bit", T, float, double) {
    const Network<T> network =
        random_network<T>({4, 9, 6, 5}, {Activation::tanh, Activation::relu, Activation::softmax}, {2, 3});
    Workspace<T> workspace(network.layout(), 7, Keep::outputs);
    Dice(12).fill(workspace.a(0));
    network.forward(workspace, 7);
    for (std::size_t k = 1; k <= 3; ++k) {
        const Network<T> first = network.first_layers(k);
        CHECK(first.depth() == k);
        CHECK(first.layout().groups() == (k == 3 ? network.layout().groups() : std::vector<std::size_t>{}));
        Workspace<T> own(first.layout(), 7, Keep::outputs);
        Dice(12).fill(own.a(0));
        first.forward(own, 7);
        for (std::size_t i = 0; i < 7; ++i) {
            CHECK(std::equal(own.a(k).row(i), own.a(k).row(i) + own.a(k).cols, workspace.a(k).row(i)));
        }
    }
}

}  // namespace
}  // namespace rosenblatt
