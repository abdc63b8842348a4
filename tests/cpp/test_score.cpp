#include "rosenblatt/score.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace rosenblatt {
namespace {

// Of the rows named by `index`, all without one.
template <class T>
double score_of(const std::vector<double>& answers, std::size_t outputs, const Targets& targets, Score kind,
                std::vector<std::int64_t> index = {}) {
    const std::size_t count = answers.size() / outputs;
    if (index.empty()) {
        index.resize(count);
        std::iota(index.begin(), index.end(), 0);
    }
    const auto stride = static_cast<std::ptrdiff_t>(outputs);
    std::vector<T> memory(2 * index.size() * outputs);
    const MatrixView<T> a{memory.data(), index.size(), outputs, outputs};
    const MatrixView<T> y{memory.data() + index.size() * outputs, index.size(), outputs, outputs};
    gather(a, Rows{answers.data(), Element::float64, count, outputs, stride}, index);
    gather(y, targets, index);
    return score<T>(a, y, targets, index, kind);
}

Targets values(const std::vector<double>& y, std::size_t outputs) {
    return {{}, Rows{y.data(), Element::float64, y.size() / outputs, outputs, static_cast<std::ptrdiff_t>(outputs)}};
}

TEST_CASE_TEMPLATE("accuracy: labels and several outputs, the largest one counts", T, float, double) {
    const std::vector<double> a{0.1, 0.7, 0.2, 0.5, 0.3, 0.2, 0.1, 0.2, 0.7, 0.6, 0.3, 0.1};
    const std::vector<std::int64_t> labels{1, 0, 2, 1};
    CHECK(score_of<T>(a, 3, {labels, {}}, Score::accuracy) == 0.75);
    CHECK(score_of<T>(a, 3, {labels, {}}, Score::accuracy, {3}) == 0);
    CHECK(score_of<T>(a, 3, {labels, {}}, Score::accuracy, {3, 2, 2, 2}) == 0.75);
    // As numpy.argmax: of equal answers, the first.
    const std::vector<std::int64_t> first{0};
    CHECK(score_of<T>({0.5, 0.5}, 2, {first, {}}, Score::accuracy) == 1);
}

TEST_CASE_TEMPLATE("accuracy: a single output stands for class 1 above 0.5", T, float, double) {
    const std::vector<std::int64_t> labels{0, 1, 0, 1};
    CHECK(score_of<T>({0.2, 0.8, 0.9, 0.5}, 1, {labels, {}}, Score::accuracy) == 0.5);
    CHECK(score_of<T>({0.5, 0.51, 0.1, 1}, 1, {labels, {}}, Score::accuracy) == 1);
}

TEST_CASE_TEMPLATE("accuracy: of rows of 0 and 1, every output has to be right", T, float, double) {
    const std::vector<double> y{1, 0, 1, 1, 0, 0};
    CHECK(score_of<T>({0.9, 0.1, 0.9, 0.1, 0.5, 0.5}, 2, values(y, 2), Score::accuracy) ==
          doctest::Approx(2.0 / 3).epsilon(1e-15));
}

TEST_CASE_TEMPLATE("r2 by hand", T, float, double) {
    // mean 2, variation 1 + 0 + 1 = 2; residual 0.25 + 0 + 0.25 = 0.5
    const std::vector<double> y{1, 2, 3};
    CHECK(score_of<T>({1.5, 2, 2.5}, 1, values(y, 1), Score::r2) == doctest::Approx(0.75).epsilon(1e-7));
    CHECK(score_of<T>({1, 2, 3}, 1, values(y, 1), Score::r2) == 1);
    CHECK(score_of<T>({2, 2, 2}, 1, values(y, 1), Score::r2) == doctest::Approx(0).epsilon(1e-7));
    CHECK(score_of<T>({3, 2, 1}, 1, values(y, 1), Score::r2) == doctest::Approx(-3).epsilon(1e-7));
    // The mean over outputs: 0.75 and 1
    const std::vector<double> two{1, 5, 2, 6, 3, 8};
    CHECK(score_of<T>({1.5, 5, 2, 6, 2.5, 8}, 2, values(two, 2), Score::r2) == doctest::Approx(0.875).epsilon(1e-7));
}

TEST_CASE_TEMPLATE("r2 where y does not vary: 1 if it is met exactly, else 0", T, float, double) {
    const std::vector<double> y{4, 4};
    CHECK(score_of<T>({4, 4}, 1, values(y, 1), Score::r2) == 1);
    CHECK(score_of<T>({4, 5}, 1, values(y, 1), Score::r2) == 0);
}

TEST_CASE_TEMPLATE("a row counts by its weight: as if it were there so many times", T, float, double) {
    const std::vector<double> weights{3, 0, 1};
    const std::vector<std::int64_t> labels{0, 1, 1};
    CHECK(score_of<T>({0.2, 0.1, 0.4}, 1, {labels, {}, weights}, Score::accuracy) == 0.75);
    CHECK(score_of<T>({0.2, 0.1, 0.4}, 1, {labels, {}, weights}, Score::accuracy, {2, 0}) == 0.75);
    const std::vector<double> y{1, 2, 3};
    Targets weighted = values(y, 1);
    weighted.weights = weights;
    // mean 1.5, variation 3 * 0.25 + 2.25 = 3; residual 3 * 0.25
    CHECK(score_of<T>({1.5, 7, 3}, 1, weighted, Score::r2) == doctest::Approx(0.75).epsilon(1e-7));
}

TEST_CASE_TEMPLATE("an answer that is not finite makes the score NaN", T, float, double) {
    const std::vector<double> y{0, 1};
    const std::vector<std::int64_t> labels{0, 1};
    for (const double bad : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        CHECK(std::isnan(score_of<T>({0, bad}, 1, values(y, 1), Score::r2)));
        CHECK(std::isnan(score_of<T>({0, bad}, 1, {labels, {}}, Score::accuracy)));
    }
}

}  // namespace
}  // namespace rosenblatt
