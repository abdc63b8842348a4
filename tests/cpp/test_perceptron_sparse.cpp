// The perceptron on sparse rows.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "rosenblatt/perceptron.hpp"
#include "sparse_table.hpp"
#include "src/sparse_weights.hpp"

namespace rosenblatt {
namespace {

using testing::integers;

PerceptronOptions options_for(std::size_t max_iter, Penalty penalty, double alpha) {
    PerceptronOptions options;
    options.tol = -std::numeric_limits<double>::infinity();
    options.max_iter = max_iter;
    options.penalty = penalty;
    options.alpha = alpha;
    return options;
}

struct Outcome {
    std::vector<double> w;
    double intercept;
};

template <class T>
Outcome train(const Rows& rows, const std::vector<std::int8_t>& y, const PerceptronOptions& options) {
    std::vector<T> w(rows.features);
    const PerceptronResult result = train_perceptron<T>(w, 0, {rows, y, {}, {}}, options, {});
    return {{w.begin(), w.end()}, result.intercept};
}

std::vector<std::int8_t> by_turns(std::size_t count) {
    std::vector<std::int8_t> y(count, 1);
    for (std::size_t i = 0; i < count; i += 2) {
        y[i] = -1;
    }
    return y;
}

TEST_CASE("one epoch by hand: the intercept moves by a hundredth") {
    // Row 0 has column 2 twice: w = [0 0 5], b = 0.01. Row 1 has no entry: n = 0.01 is wrong, b = 0. Row 2 is right.
    const std::vector<double> values{2, 3, 1, 0};
    const std::vector<std::int32_t> columns{2, 2, 2, 0};
    const std::vector<std::int64_t> begins{0, 2, 2, 4};
    const Rows rows{values.data(), Element::float64, 3, 3, 0, {integers(begins), integers(columns)}};
    PerceptronOptions options = options_for(1, Penalty::none, 0);
    options.shuffle = false;
    const Outcome outcome = train<double>(rows, {1, -1, 1}, options);
    CHECK(outcome.w == std::vector<double>{0, 0, 5});
    CHECK(outcome.intercept == 0);
}

// Whole numbers: without an intercept and a penalty, the table's entries in any order make the same steps.
template <class T, class S, class I>
void check_same_as_dense() {
    testing::Dice dice(1);
    const testing::SparseTable<S, I> table(60, 30, 12, dice);
    const std::vector<std::int8_t> y = by_turns(60);
    PerceptronOptions options = options_for(5, Penalty::none, 0);
    options.fit_intercept = false;
    CHECK(train<T>(table.sparse_rows(), y, options).w == train<T>(table.dense_rows(), y, options).w);
}

TEST_CASE_TEMPLATE("weights of sparse rows are those of the table that they mean", T, float, double) {
    check_same_as_dense<T, std::uint8_t, std::int32_t>();
    check_same_as_dense<T, float, std::int64_t>();
    check_same_as_dense<T, double, std::int32_t>();
}

TEST_CASE_TEMPLATE("the L2 penalty shrinks every weight, also those of other rows", T, float, double) {
    testing::Dice dice(2);
    const testing::SparseTable<T> table(60, 30, 12, dice);
    const std::vector<std::int8_t> y = by_turns(60);
    for (const double alpha : {1e-3, 0.5, 0.99, 3.0}) {  // which multiplies the scale into v never, often, always
        CAPTURE(alpha);
        PerceptronOptions options = options_for(5, Penalty::l2, alpha);
        options.fit_intercept = false;
        const Outcome sparse = train<T>(table.sparse_rows(), y, options);
        const Outcome dense = train<T>(table.dense_rows(), y, options);
        for (std::size_t j = 0; j < sparse.w.size(); ++j) {
            CHECK(sparse.w[j] == doctest::Approx(dense.w[j]).epsilon(1e-4));
        }
    }
}

TEST_CASE("weights that are 0 cost nothing when the scale is multiplied into v") {
    std::vector<double> v{3, 0, 0, -1};
    SparseWeights<double> weights(v, 10, false, true);
    const std::vector<std::uint32_t> columns{1, 3, 1};
    const std::vector<double> values{1, 1, 1};
    weights.shrink(0.5);
    weights.add({columns, values}, 1);
    weights.apply_scale();
    CHECK(v == std::vector<double>{1.5, 2, 0, 0.5});
    CHECK(weights.scale() == 1);
    weights.shrink(0);
    CHECK(v == std::vector<double>{0, 0, 0, 0});
    weights.add({columns, values}, 1);
    weights.shrink(1e-10);
    CHECK(v[1] == doctest::Approx(2e-10));
    CHECK(v[3] == doctest::Approx(1e-10));
}

TEST_CASE("an L1 penalty waits for the next row with an entry") {
    std::vector<double> v{1, 1};
    SparseWeights<double> weights(v, 4, true, false);
    const std::vector<std::uint32_t> first{0};
    const std::vector<std::uint32_t> second{1};
    const std::vector<double> zero{0};
    weights.push_to_zero({first, zero}, 0.25);
    CHECK(v == std::vector<double>{0.75, 1});
    weights.push_to_zero({second, zero}, 0.5);
    CHECK(v == std::vector<double>{0.75, 0.5});
    weights.push_to_zero({first, zero}, 2);
    CHECK(v == std::vector<double>{0, 0.5});
}

TEST_CASE("the penalty is that of the last row's weights") {
    std::vector<double> v{3, 4};
    SparseWeights<double> weights(v, 4, false, true);
    CHECK(weights.penalty(1, 0) == 12.5);
    const std::vector<std::uint32_t> column{0};
    const std::vector<double> one{1};
    weights.add({column, one}, 1);
    CHECK(weights.penalty(1, 0) == 8);
    CHECK(weights.penalty(1, 1) == 4);
}

TEST_CASE("rows held out are scored and not learned from") {
    testing::Dice dice(3);
    const testing::SparseTable<double> table(40, 10, 6, dice);
    const std::vector<std::int8_t> y = by_turns(40);
    std::vector<std::uint8_t> validation(40, 0);
    validation[7] = validation[8] = validation[20] = 1;
    PerceptronOptions options = options_for(4, Penalty::none, 0);
    options.early_stopping = true;
    double score = -1;
    const PerceptronListener listener{[&](const PerceptronEpoch& epoch) {
                                          score = epoch.validation_score;
                                          return false;
                                      },
                                      {}};
    std::vector<double> w(10);
    const PerceptronResult result =
        train_perceptron<double>(w, 0, {table.sparse_rows(), y, {}, validation}, options, listener);
    std::size_t right = 0;
    for (const std::size_t i : {7U, 8U, 20U}) {
        double n = result.intercept;
        for (std::size_t j = 0; j < 10; ++j) {
            n += table.dense[i * 10 + j] * w[j];
        }
        right += static_cast<std::size_t>((n > 0) == (y[i] > 0));
    }
    CHECK(score == static_cast<double>(right) / 3);
}

}  // namespace
}  // namespace rosenblatt
