#include "rosenblatt/targets.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "matrix_values.hpp"

namespace rosenblatt {
namespace {

const std::vector<std::int64_t> labels{2, 0, 1, 2};
const std::vector<std::int64_t> binary_labels{1, 0, 0, 1};
const std::vector<float> table{0.5F, 1.5F, 2.5F, 3.5F, 4.5F, 5.5F};

Targets values(std::size_t features) {
    return {{}, Rows{table.data(), Element::float32, 6 / features, features, static_cast<std::ptrdiff_t>(features)}};
}

TEST_CASE_TEMPLATE("labels become rows with a single 1", T, float, double) {
    const std::vector<std::int64_t> index{3, 1, 1, 2};
    std::vector<T> memory(4 * 8, T(9));
    const MatrixView<T> y{memory.data(), 4, 3, 8};
    gather(y, Targets{labels, {}}, index);
    testing::check_close(y, {{0, 0, 1}, {1, 0, 0}, {1, 0, 0}, {0, 1, 0}}, 0);
    CHECK(memory[3] == T(9));
}

TEST_CASE_TEMPLATE("labels of a single output are its values", T, float, double) {
    const std::vector<std::int64_t> index{3, 1, 0};
    std::vector<T> memory(3 * 8);
    const MatrixView<T> y{memory.data(), 3, 1, 8};
    gather(y, Targets{binary_labels, {}}, index);
    testing::check_close(y, {{1}, {0}, {1}}, 0);
}

TEST_CASE_TEMPLATE("values are gathered as they are", T, float, double) {
    const std::vector<std::int64_t> index{2, 0};
    std::vector<T> memory(2 * 8);
    const MatrixView<T> y{memory.data(), 2, 2, 8};
    gather(y, values(2), index);
    testing::check_close(y, {{4.5, 5.5}, {0.5, 1.5}}, 0);
}

TEST_CASE("targets know what they are") {
    const Targets as_labels{labels, {}};
    CHECK(as_labels.are_labels());
    CHECK(as_labels.count() == 4);
    CHECK_FALSE(values(2).are_labels());
    CHECK(values(2).count() == 3);
}

TEST_CASE("targets must fit rows and outputs") {
    const Targets as_labels{labels, {}};
    CHECK_NOTHROW(check_targets(as_labels, 4, 3));
    CHECK_NOTHROW(check_targets(as_labels, 4, 10));
    CHECK_NOTHROW(check_targets({binary_labels, {}}, 4, 1));
    CHECK_NOTHROW(check_targets(values(3), 2, 3));

    CHECK_THROWS_WITH_AS(check_targets(as_labels, 5, 3), "x has 5 rows but y has 4", std::invalid_argument);
    CHECK_THROWS_WITH_AS(check_targets(values(3), 3, 3), "x has 3 rows but y has 2", std::invalid_argument);
    CHECK_THROWS_WITH_AS(check_targets(values(3), 2, 1), "y has 3 columns but the network has 1 outputs",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(check_targets(as_labels, 4, 2), "the label 2 of row 0 is not in 0 .. 1",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(check_targets(as_labels, 4, 1), "the label 2 of row 0 is not in 0 .. 1",
                         std::invalid_argument);
    const std::vector<std::int64_t> negative{0, 1, -1};
    CHECK_THROWS_WITH_AS(check_targets({negative, {}}, 3, 3), "the label -1 of row 2 is not in 0 .. 2",
                         std::invalid_argument);
}

}  // namespace
}  // namespace rosenblatt
