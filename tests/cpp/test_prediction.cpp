#include "rosenblatt/prediction.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "random_network.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;

constexpr std::size_t inputs = 6;
constexpr std::size_t outputs = 5;
constexpr std::size_t stride = 8;  // of the answers, so that their padding can be looked at

template <class T>
Network<T> random_network() {
    Network<T> network({inputs, 11, outputs}, {Activation::tanh, Activation::softmax});
    Dice dice(7);
    testing::set_random_parameters(network, dice);
    return network;
}

template <class T>
std::vector<T> random_table(std::size_t rows) {
    std::vector<T> x(rows * inputs);
    Dice dice(8);
    dice.fill(x.data(), x.size());
    return x;
}

template <class T>
Rows rows_of(const std::vector<T>& x) {
    const Element element = sizeof(T) == sizeof(float) ? Element::float32 : Element::float64;
    return {x.data(), element, x.size() / inputs, inputs, inputs};
}

TEST_CASE_TEMPLATE("the answers are those of one forward pass, for any number of rows and threads", T, float, double) {
    const Network<T> network = random_network<T>();
    const std::vector<T> x = random_table<T>(600);
    const Rows rows = rows_of(x);
    for (const std::size_t threads : {1U, 2U, 3U}) {
        Team team(threads);
        for (const std::size_t count : {0U, 1U, 127U, 128U, 129U, 600U}) {
            CAPTURE(threads);
            CAPTURE(count);
            std::vector<std::int64_t> index(count);
            std::iota(index.rbegin(), index.rend(), 0);
            std::vector<T> answers((count + 1) * stride, T(-1));
            CHECK(predict(network, {answers.data(), count, outputs, stride}, rows, index, team));

            Workspace<T> workspace(network.layout(), count, Keep::everything);
            gather(workspace.a(0), rows, index);
            network.forward(workspace, count);
            for (std::size_t i = 0; i < count; ++i) {
                const T* answer = answers.data() + i * stride;
                REQUIRE(std::equal(answer, answer + outputs, workspace.a(2).row(i)));
                REQUIRE(answer[outputs] == T(-1));
            }
            CHECK(answers[count * stride] == T(-1));

            // Without an index: every row of the table, from the first on.
            std::vector<T> all(count * stride, T(-1));
            CHECK(predict(network, {all.data(), count, outputs, stride}, rows.rows_from(0, count), team));
            for (std::size_t i = 0; i < count; ++i) {
                REQUIRE(std::equal(all.data() + i * stride, all.data() + (i + 1) * stride,
                                   answers.data() + (count - 1 - i) * stride));
            }
        }
    }
}

TEST_CASE("a table that runs backwards is answered from its first row on") {
    const Network<double> network = random_network<double>();
    const std::vector<double> x = random_table<double>(300);
    const Rows forward = rows_of(x);
    const Rows backward{x.data() + 299 * inputs, Element::float64, 300, inputs, -static_cast<std::ptrdiff_t>(inputs)};
    Team team(2);
    std::vector<double> answers(300 * outputs);
    std::vector<double> reversed(300 * outputs);
    predict(network, {answers.data(), 300, outputs, outputs}, forward, team);
    predict(network, {reversed.data(), 300, outputs, outputs}, backward, team);
    for (std::size_t i = 0; i < 300; ++i) {
        REQUIRE(std::equal(answers.data() + i * outputs, answers.data() + (i + 1) * outputs,
                           reversed.data() + (299 - i) * outputs));
    }
}

TEST_CASE_TEMPLATE("one element that is not finite is noticed, wherever it is", T, float, double) {
    const Network<T> network = random_network<T>();
    Team team(2);
    using Limits = std::numeric_limits<T>;
    std::vector<T> answers(300 * outputs);
    for (const T bad : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()}) {
        for (const std::size_t where : {std::size_t{0}, inputs - 1, 130 * inputs + 2, 300 * inputs - 1}) {
            std::vector<T> x = random_table<T>(300);
            x[where] = bad;
            CHECK_FALSE(predict(network, {answers.data(), 300, outputs, outputs}, rows_of(x), team));
        }
    }
    const std::vector<T> extreme(300 * inputs, Limits::max());
    CHECK(predict(network, {answers.data(), 300, outputs, outputs}, rows_of(extreme), team));
}

TEST_CASE("doubles that a float32 network cannot hold are noticed") {
    const Network<float> network = random_network<float>();
    Team team(1);
    std::vector<double> x = random_table<double>(3);
    std::vector<float> answers(3 * outputs);
    CHECK(predict(network, {answers.data(), 3, outputs, outputs}, rows_of(x), team));
    x[7] = 1e300;
    CHECK_FALSE(predict(network, {answers.data(), 3, outputs, outputs}, rows_of(x), team));
}

TEST_CASE("more threads than blocks: whichever of them take the blocks") {
    const Network<float> network = random_network<float>();
    const std::vector<float> x = random_table<float>(200);
    Team alone(1);
    Team many(8);
    std::vector<float> wanted(200 * outputs);
    predict(network, {wanted.data(), 200, outputs, outputs}, rows_of(x), alone);
    for (int i = 0; i < 500; ++i) {
        std::vector<float> answers(200 * outputs);
        predict(network, {answers.data(), 200, outputs, outputs}, rows_of(x), many);
        REQUIRE(answers == wanted);
    }
}

TEST_CASE("threads are taken only where they pay") {
    const Layout layout({784, 100, 10}, {Activation::relu, Activation::softmax}, sizeof(float));
    const auto threads_for = [&](std::size_t count, std::size_t threads) {
        return worthwhile_threads_to_predict(layout, {nullptr, Element::uint8, count, 784, 784}, threads);
    };
    CHECK(threads_for(1, 8) == 1);
    CHECK(threads_for(200, 8) == 1);
    CHECK(threads_for(60'000, 8) == 8);
    CHECK(threads_for(0, 8) == 1);
    CHECK(threads_for(60'000, 0) == 1);
}

}  // namespace
}  // namespace rosenblatt
