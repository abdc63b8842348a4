#include "rosenblatt/perceptron.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

namespace rosenblatt {
namespace {

using Ending = PerceptronResult::Ending;

constexpr double inf = std::numeric_limits<double>::infinity();

template <class S>
Rows rows_of(const std::vector<S>& values, std::size_t features) {
    return {values.data(), element_of<S>(), values.size() / features, features, static_cast<std::ptrdiff_t>(features)};
}

// Every epoch, no shuffling: what a hand can follow.
PerceptronOptions by_hand(std::size_t max_iter) {
    PerceptronOptions options;
    options.shuffle = false;
    options.tol = -inf;
    options.max_iter = max_iter;
    return options;
}

template <class T>
struct Model {
    std::vector<T> w;
    PerceptronResult result;

    Model(const Rows& rows, const std::vector<std::int8_t>& y, const PerceptronOptions& options,
          const PerceptronListener& listener = {})
        : w(rows.features) {
        result = train_perceptron<T>(w, 0, {rows, y, {}, {}}, options, listener);
    }

    [[nodiscard]] std::size_t errors(const Rows& rows, const std::vector<std::int8_t>& y) const {
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < rows.count; ++i) {
            double n = result.intercept;
            for (std::size_t j = 0; j < rows.features; ++j) {
                const auto* data = static_cast<const double*>(rows.data);
                n += static_cast<double>(w[j]) * data[i * rows.features + j];
            }
            wrong += static_cast<std::size_t>((n > 0) != (y[i] > 0));
        }
        return wrong;
    }
};

// The same rule without penalty, weights and quick looks: one row after the other in the order given. Returns w, then
// b, and the loss of the last epoch.
template <class T, class S>
std::pair<std::vector<T>, double> plain_rule(const std::vector<S>& x, std::size_t features,
                                             const std::vector<std::int8_t>& y, std::size_t epochs, double eta) {
    std::vector<T> w(features);
    double b = 0;
    double loss = 0;
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
        loss = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < features; ++j) {
                sum += static_cast<double>(static_cast<T>(x[i * features + j]) * w[j]);
            }
            const double z = y[i] * (static_cast<double>(static_cast<T>(sum)) + b);
            if (z <= 0) {
                loss -= z;
                for (std::size_t j = 0; j < features; ++j) {
                    const auto step = static_cast<double>(static_cast<T>(eta * y[i]));
                    w[j] = static_cast<T>(static_cast<double>(w[j]) + static_cast<double>(x[i * features + j]) * step);
                }
                b += eta * y[i];
            }
        }
    }
    w.push_back(static_cast<T>(b));
    return {w, loss / static_cast<double>(y.size())};
}

const std::vector<double> corners{0, 0, 0, 1, 1, 0, 1, 1};
const std::vector<std::int8_t> logical_and{-1, -1, -1, 1};
const std::vector<std::int8_t> logical_or{-1, 1, 1, 1};
const std::vector<std::int8_t> logical_xor{-1, 1, 1, -1};

TEST_CASE("one epoch of AND by hand") {
    // (0,0): n = 0 is wrong, b = -1. (0,1), (1,0): n = -1 is right. (1,1): n = -1 is wrong, w = [1 1], b = 0.
    const Model<double> model(rows_of(corners, 2), logical_and, by_hand(1));
    CHECK(model.w == std::vector<double>{1, 1});
    CHECK(model.result.intercept == 0);
    CHECK(model.result.n_iter == 1);
    CHECK(model.result.ending == Ending::max_iter);
}

TEST_CASE_TEMPLATE("AND and OR are learned without an error, XOR never", T, float, double) {
    const Rows rows = rows_of(corners, 2);
    CHECK(Model<T>(rows, logical_and, by_hand(20)).errors(rows, logical_and) == 0);
    CHECK(Model<T>(rows, logical_or, by_hand(20)).errors(rows, logical_or) == 0);
    for (std::size_t epochs = 1; epochs <= 50; ++epochs) {
        CHECK(Model<T>(rows, logical_xor, by_hand(epochs)).errors(rows, logical_xor) > 0);
    }
}

TEST_CASE("the listener hears of every epoch") {
    std::vector<std::size_t> wrong;
    std::vector<double> losses;
    const PerceptronListener listener{[&](const PerceptronEpoch& epoch) {
                                          CHECK(epoch.number == wrong.size() + 1);
                                          CHECK(std::isnan(epoch.validation_score));
                                          CHECK(epoch.objective == epoch.loss);
                                          wrong.push_back(epoch.wrong);
                                          losses.push_back(epoch.loss);
                                          return false;
                                      },
                                      {}};
    const Model<double> model(rows_of(corners, 2), logical_and, by_hand(20), listener);
    REQUIRE(wrong.size() == 20);
    CHECK(wrong.front() == 2);        // (0,0) and (1,1), see above
    CHECK(losses.front() == 1. / 4);  // n = 0 and n = -1
    CHECK(wrong.back() == 0);
    CHECK(losses.back() == 0);
}

// 67 features: whole vectors of every instruction set, and a rest. Tenths make products that are not exact.
TEST_CASE_TEMPLATE("quick looks change no bit of the result", T, float, double) {
    constexpr std::size_t features = 67;
    constexpr std::size_t count = 90;
    std::vector<std::uint8_t> bytes(count * features);
    std::vector<T> tenths(bytes.size());
    std::vector<std::int8_t> y(count);
    std::uint32_t seed = 1;
    const auto next = [&seed] { return (seed = seed * 1664525U + 1013904223U) >> 24U; };
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(next());
        tenths[i] = static_cast<T>((static_cast<double>(bytes[i]) - 128) / 10);
    }
    std::generate(y.begin(), y.end(), [&] { return next() < 128 ? std::int8_t{1} : std::int8_t{-1}; });
    PerceptronOptions options = by_hand(12);
    options.eta0 = 0.1;
    const auto check = [&](const auto& x) {
        double loss = -1;
        const PerceptronListener listener{[&loss](const PerceptronEpoch& epoch) {
                                              loss = epoch.loss;
                                              return false;
                                          },
                                          {}};
        const Model<T> model(rows_of(x, features), y, options, listener);
        const auto [expected, expected_loss] = plain_rule<T>(x, features, y, options.max_iter, options.eta0);
        CHECK(std::equal(model.w.begin(), model.w.end(), expected.begin()));
        CHECK(static_cast<T>(model.result.intercept) == expected.back());
        CHECK(loss == expected_loss);
    };
    check(tenths);
    check(bytes);
}

TEST_CASE_TEMPLATE("a net input is summed in the order of the features where that matters", T, float, double) {
    // From the first to the last, 2^60 + 1 - 2^60 is 0, which is wrong; in most other orders it is 1, which is right.
    constexpr T big = 1 << 30;
    std::vector<T> x(16);
    std::vector<T> w(16);
    x[0] = w[0] = x[8] = big;
    w[8] = -big;
    x[1] = w[1] = 1;
    const std::vector<std::int8_t> y{1};
    std::size_t wrong = 0;
    double loss = -1;
    const PerceptronListener listener{[&](const PerceptronEpoch& epoch) {
                                          wrong = epoch.wrong;
                                          loss = epoch.loss;
                                          return false;
                                      },
                                      {}};
    train_perceptron<T>(w, 0, {rows_of(x, x.size()), y, {}, {}}, by_hand(1), listener);
    CHECK(wrong == 1);
    CHECK(loss == 0);
    CHECK(w[1] == 2);
}

TEST_CASE("the shuffle draws from the xorshift generator") {
    // Its first two words after the seed 1 are 270369 and 67634689, the first 0 modulo 3, the second 1 modulo 2: the
    // rows come in the order 0, 2, 1. Row 0 leads to w = [1 0], b = 1, row 2 to w = [1 -2], b = 0, and then row 1 is
    // right.
    const std::vector<double> x{1, 0, 0, 1, 0, 2};
    PerceptronOptions options = by_hand(1);
    options.shuffle = true;
    const Model<double> model(rows_of(x, 2), {1, -1, -1}, options);
    CHECK(model.w == std::vector<double>{1, -2});
    CHECK(model.result.intercept == 0);
}

TEST_CASE("training stops when the objective no longer improves") {
    PerceptronOptions options = by_hand(1000);
    options.tol = 1e-3;
    const Model<double> model(rows_of(corners, 2), logical_and, options);
    CHECK(model.result.ending == Ending::converged);
    CHECK(model.result.n_iter < 30);
}

TEST_CASE("rows held out are not learned from") {
    PerceptronOptions options = by_hand(3);
    options.early_stopping = true;
    const std::vector<std::uint8_t> validation{0, 1, 1, 0};
    std::vector<double> scores;
    const PerceptronListener listener{[&](const PerceptronEpoch& epoch) {
                                          scores.push_back(epoch.validation_score);
                                          return false;
                                      },
                                      {}};
    std::vector<double> with(2);
    const PerceptronResult result =
        train_perceptron<double>(with, 0, {rows_of(corners, 2), logical_and, {}, validation}, options, listener);
    const std::vector<double> kept{0, 0, 1, 1};
    const Model<double> without(rows_of(kept, 2), {-1, 1}, by_hand(3));
    CHECK(with == without.w);
    CHECK(result.intercept == without.result.intercept);
    REQUIRE(scores.size() == 3);
    CHECK(scores[0] == 0);  // w = [1 1], b = 0 answers (0,1) and (1,0) with 1
}

TEST_CASE("the L1 penalty leaves exact zeros, the L2 penalty shrinks") {
    const std::vector<double> x{1, 0.01, -1, 0.02, 2, -0.01, -2, 0.01};
    const std::vector<std::int8_t> y{1, -1, 1, -1};
    PerceptronOptions options = by_hand(50);
    const Model<double> free(rows_of(x, 2), y, options);
    options.penalty = Penalty::l1;
    options.alpha = 0.05;
    const Model<double> sparse(rows_of(x, 2), y, options);
    CHECK(free.w[1] != 0);
    CHECK(sparse.w[1] == 0);
    options.penalty = Penalty::l2;
    options.alpha = 2;  // 1 - eta0 alpha < 0: the weights are set to zero before every step
    const Model<double> shrunk(rows_of(x, 2), y, options);
    CHECK(std::abs(shrunk.w[0]) <= 2);
    CHECK(std::isfinite(shrunk.result.intercept));
}

TEST_CASE("an interruption leaves the model as of the last whole epoch") {
    // The clock is looked at within an epoch, of which many pass before the listener is asked.
    const std::vector<double> x(200000, 1);
    const std::vector<std::int8_t> y(x.size(), 1);
    std::vector<double> w{-1e6};
    std::size_t epochs = 0;
    double after_last = 0;
    const PerceptronListener listener{[&](const PerceptronEpoch&) {
                                          ++epochs;
                                          after_last = w[0];
                                          return false;
                                      },
                                      [&] { return epochs >= 2; }};
    PerceptronOptions options = by_hand(std::numeric_limits<std::size_t>::max());
    options.fit_intercept = false;
    const PerceptronResult result = train_perceptron<double>(w, 0, {rows_of(x, 1), y, {}, {}}, options, listener);
    CHECK(result.ending == Ending::interrupted);
    CHECK(result.n_iter == epochs);
    CHECK(w[0] == after_last);
}

TEST_CASE("the listener can end the training after an epoch") {
    const PerceptronListener listener{[](const PerceptronEpoch& epoch) { return epoch.number == 2; }, {}};
    const Model<double> model(rows_of(corners, 2), logical_and, by_hand(5), listener);
    CHECK(model.result.ending == Ending::interrupted);
    CHECK(model.result.n_iter == 2);
    CHECK(model.w == Model<double>(rows_of(corners, 2), logical_and, by_hand(2)).w);
}

TEST_CASE("an exception of the listener passes, and leaves the model as of the last whole epoch") {
    std::vector<double> w(2);
    const PerceptronListener listener{[](const PerceptronEpoch&) -> bool { throw std::domain_error("enough"); }, {}};
    CHECK_THROWS_AS(train_perceptron<double>(w, 0, {rows_of(corners, 2), logical_and, {}, {}}, by_hand(5), listener),
                    std::domain_error);
    CHECK(w == std::vector<double>{1, 1});
}

TEST_CASE("an overflow is told") {
    const std::vector<float> x{3e38F, 3e38F, 3e38F};
    const Model<float> model(rows_of(x, 1), {1, -1, 1}, [] {
        PerceptronOptions options = by_hand(10);
        options.eta0 = 10;
        return options;
    }());
    CHECK(model.result.ending == Ending::overflow);
    CHECK(model.result.n_iter == 1);
}

TEST_CASE("arguments that do not fit are refused") {
    const Rows rows = rows_of(corners, 2);
    std::vector<double> w(2);
    const auto train = [&w](const PerceptronData<double>& data, const PerceptronOptions& options) {
        train_perceptron<double>(w, 0, data, options, {});
    };
    const std::vector<std::int8_t> short_y{1, -1};
    const std::vector<std::int8_t> zeros(4);
    const std::vector<double> short_weights{1};
    const std::vector<std::uint8_t> short_mask{1};
    const std::vector<std::uint8_t> all(4, 1);
    CHECK_THROWS_AS(train({rows, short_y, {}, {}}, by_hand(1)), std::invalid_argument);
    CHECK_THROWS_AS(train({rows, zeros, {}, {}}, by_hand(1)), std::invalid_argument);
    CHECK_THROWS_AS(train({rows, logical_and, short_weights, {}}, by_hand(1)), std::invalid_argument);
    CHECK_THROWS_AS(train({rows, logical_and, {}, short_mask}, by_hand(1)), std::invalid_argument);
    CHECK_THROWS_AS(train({rows, logical_and, {}, all}, by_hand(1)), std::invalid_argument);
    CHECK_THROWS_AS(train({rows_of(corners, 4), logical_and, {}, {}}, by_hand(1)), std::invalid_argument);
    CHECK_THROWS_AS(train({}, by_hand(1)), std::invalid_argument);

    const auto refuse = [&](auto change) {
        PerceptronOptions options;
        change(options);
        CHECK_THROWS_AS(train({rows, logical_and, {}, {}}, options), std::invalid_argument);
    };
    refuse([](PerceptronOptions& options) { options.max_iter = 0; });
    refuse([](PerceptronOptions& options) { options.eta0 = 0; });
    refuse([](PerceptronOptions& options) { options.eta0 = std::numeric_limits<double>::quiet_NaN(); });
    refuse([](PerceptronOptions& options) { options.alpha = -1; });
    refuse([](PerceptronOptions& options) { options.l1_ratio = 1.5; });
    refuse([](PerceptronOptions& options) { options.n_iter_no_change = 0; });
    refuse([](PerceptronOptions& options) { options.early_stopping = true; });  // no rows to validate on
}

}  // namespace
}  // namespace rosenblatt
