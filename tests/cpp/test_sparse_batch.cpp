#include "rosenblatt/sparse_batch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "rosenblatt/network.hpp"
#include "rosenblatt/prediction.hpp"
#include "sparse_table.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;
using testing::integers;
using testing::SparseTable;

// The matrix (count x size) that the lines mean.
template <class T>
std::vector<double> dense_of(const typename SparseBatch<T>::Lines& lines, std::size_t count, std::size_t size) {
    std::vector<double> dense(count * size);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t e = lines.begin[i]; e < lines.begin[i + 1]; ++e) {
            REQUIRE(lines.position[e] < size);
            dense[i * size + lines.position[e]] += static_cast<double>(lines.value[e]);
        }
    }
    return dense;
}

template <class T, class S, class I>
void check_batches() {
    Dice dice(1);
    const SparseTable<S, I> table(30, 12, 9, dice);
    const Rows rows = table.sparse_rows();
    CHECK_NOTHROW(check_sparse(rows));
    SparseBatch<T> batch(rows, 7, true);
    for (std::size_t size = 0; size <= 7; ++size) {
        std::vector<std::int64_t> index;
        std::vector<double> wanted;
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t row = dice.integer(0, 29);
            index.push_back(static_cast<std::int64_t>(row));
            wanted.insert(wanted.end(), &table.dense[row * 12], &table.dense[row * 12] + 12);
        }
        batch.place(rows, index);
        batch.gather(rows, index, size / 2, size - size / 2);
        batch.gather(rows, index, 0, size / 2);
        batch.transpose();
        CHECK(dense_of<T>(batch.by_rows(), size, 12) == wanted);
        const std::vector<double> transposed = dense_of<T>(batch.by_columns(), 12, size);
        for (std::size_t i = 0; i < size; ++i) {
            for (std::size_t j = 0; j < 12; ++j) {
                CHECK(transposed[j * size + i] == wanted[i * 12 + j]);
            }
        }
    }
}

TEST_CASE_TEMPLATE("batches by rows and by columns from every type of element and index", T, float, double) {
    check_batches<T, std::uint8_t, std::int32_t>();
    check_batches<T, float, std::int64_t>();
    check_batches<T, double, std::int32_t>();
    check_batches<T, double, std::int64_t>();
}

TEST_CASE("there is room for the longest rows, and more is made where a row is named twice") {
    const std::vector<double> values{1, 2, 3, 4, 5};
    const std::vector<std::int32_t> columns{0, 1, 2, 3, 0};
    const std::vector<std::int32_t> begins{0, 4, 4, 5};
    const Rows rows{values.data(), Element::float64, 3, 4, 0, {integers(begins), integers(columns)}};
    SparseBatch<float> batch(rows, 2, true);
    CHECK(batch.by_rows().value.size() == 5);
    const std::vector<std::int64_t> index{0, 0};
    batch.place(rows, index);
    batch.gather(rows, index, 0, 2);
    batch.transpose();
    CHECK(dense_of<float>(batch.by_rows(), 2, 4) == std::vector<double>{1, 2, 3, 4, 1, 2, 3, 4});
    CHECK(entries_per_row(rows) == doctest::Approx(5.0 / 3));
}

TEST_CASE("a table without entries, and one without rows") {
    const std::vector<std::int64_t> begins{0, 0, 0};
    const std::vector<std::int64_t> index{1};
    const Rows rows{nullptr, Element::float64, 2, 3, 0, {integers(begins), {}}};
    CHECK_NOTHROW(check_sparse(rows));
    SparseBatch<double> batch(rows, 2, true);
    batch.place(rows, index);
    batch.gather(rows, index, 0, 1);
    batch.transpose();
    CHECK(dense_of<double>(batch.by_columns(), 3, 1) == std::vector<double>(3));

    const Rows none{nullptr, Element::float64, 0, 3, 0, {{begins.data(), 1, true}, {}}};
    CHECK_NOTHROW(check_sparse(none));
    CHECK(SparseBatch<double>(none, 1, false).by_rows().value.empty());
}

// The message for rows of 4 columns with 5 entries.
std::string complaint(const std::vector<std::int64_t>& begins, const std::vector<std::int64_t>& columns) {
    const std::vector<double> values(5);
    try {
        check_sparse({values.data(), Element::float64, 3, 4, 0, {integers(begins), integers(columns)}});
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

TEST_CASE("indices that lead astray are refused") {
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
    const std::vector<std::int64_t> good{0, 1, 2, 3, 0};
    CHECK(complaint({0, 2, 2, 5}, good).empty());
    CHECK(complaint({1, 2, 2, 4}, good).empty());
    CHECK(complaint({0, 2, 5}, good) == "indptr has 3 elements, not one more than the 3 rows");
    CHECK(complaint({0, 2, 1, 5}, good) == "indptr[2] is 1, not in 2 .. 5");
    CHECK(complaint({0, 2, 2, 6}, good) == "indptr[3] is 6, not in 2 .. 5");
    CHECK(complaint({0, highest, 2, 5}, good) == "indptr[1] is 9223372036854775807, not in 0 .. 5");
    CHECK(complaint({-1, 2, 2, 5}, good) == "indptr[0] is -1, not in 0 .. 5");
    CHECK(complaint({lowest, 2, 2, 5}, good) == "indptr[0] is -9223372036854775808, not in 0 .. 5");
    CHECK(complaint({0, 2, 2, 5}, {0, 1, 4, 3, 0}) == "indices[2] is 4, not one of the 4 columns");
    CHECK(complaint({0, 2, 2, 5}, {0, 1, 2, 3, -1}) == "indices[4] is -1, not one of the 4 columns");
    CHECK(complaint({0, 2, 2, 5}, {highest, 1, 2, 3, 0}) ==
          "indices[0] is 9223372036854775807, not one of the 4 columns");
    // What belongs to no row is not looked at.
    CHECK(complaint({0, 2, 2, 4}, {0, 1, 2, 3, -1}).empty());
}

TEST_CASE("more columns than 32 bits can count") {
    const std::vector<std::int32_t> begins{0};
    const Rows rows{nullptr, Element::float64, 0, std::size_t{1} << 32U, 0, {integers(begins), {}}};
    CHECK_THROWS_AS(SparseBatch<float>(rows, 1, false), std::length_error);
}

TEST_CASE_TEMPLATE("sparse rows and the dense ones that they mean are answered alike", T, float, double) {
    Dice dice(2);
    const SparseTable<double> table(600, 40, 30, dice);
    Network<T> network({40, 33, 5}, {Activation::tanh, Activation::softmax});
    for (std::size_t k = 1; k <= 2; ++k) {
        dice.fill(network.theta(k));
    }
    std::vector<std::int64_t> index(550);
    for (std::int64_t& row : index) {
        row = static_cast<std::int64_t>(dice.integer(0, 599));
    }
    std::vector<T> memory(2 * 550 * 5);
    const MatrixView<T> sparse{memory.data(), 550, 5, 5};
    const MatrixView<T> dense{memory.data() + 550 * 5, 550, 5, 5};
    Team team(2);
    predict(network, sparse, table.sparse_rows(), index, team);
    predict(network, dense, table.dense_rows(), index, team);
    const double tolerance = sizeof(T) == sizeof(float) ? 1e-4 : 1e-13;
    for (std::size_t i = 0; i < 550; ++i) {
        for (std::size_t j = 0; j < 5; ++j) {
            CHECK(static_cast<double>(sparse(i, j)) ==
                  doctest::Approx(static_cast<double>(dense(i, j))).epsilon(tolerance));
        }
    }

    // Every row, without an index.
    const auto x = table.sparse_rows().rows_from(30, 550);
    std::iota(index.begin(), index.end(), 30);
    predict(network, sparse, table.sparse_rows(), index, team);
    predict(network, dense, x, team);
    CHECK(std::equal(sparse.data, sparse.data + 550 * 5, dense.data));
}

TEST_CASE("a workspace for sparse rows has no columns of input") {
    Dice dice(3);
    const SparseTable<float> table(5, 1000, 3, dice);
    const Layout layout({1000, 4}, {Activation::linear}, sizeof(float));
    const Workspace<float> workspace(layout, 3, Keep::training, table.sparse_rows());
    REQUIRE(workspace.sparse() != nullptr);
    CHECK(workspace.a(0).cols == 0);
    CHECK(Workspace<float>(layout, 3, Keep::training, table.dense_rows()).sparse() == nullptr);
}

}  // namespace
}  // namespace rosenblatt
