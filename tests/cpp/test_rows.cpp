#include "rosenblatt/rows.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "matrix_values.hpp"

namespace rosenblatt {
namespace {

template <class T, class S>
void check_gather() {
    // 4 x 3 in rows of 5; the last two columns belong to somebody else.
    const std::vector<S> table{1, 2, 3, 99, 99, 4, 5, 6, 99, 99, 7, 8, 9, 99, 99, 250, 0, 12, 99, 99};
    const std::vector<std::int64_t> index{3, 0, 0, 2};
    std::vector<T> memory(4 * 4, T(-7));
    const MatrixView<T> out{memory.data(), 4, 3, 4};

    gather(out, Rows{table.data(), element_of<S>(), 4, 3, 5}, index);
    testing::check_close(out, {{250, 0, 12}, {1, 2, 3}, {1, 2, 3}, {7, 8, 9}}, 0);
    CHECK(memory[3] == T(-7));

    // Backwards: row 0 is the last one in memory.
    gather(out, Rows{table.data() + 15, element_of<S>(), 4, 3, -5}, index);
    testing::check_close(out, {{1, 2, 3}, {250, 0, 12}, {250, 0, 12}, {4, 5, 6}}, 0);

    // A stride of 0 repeats one row.
    gather(out, Rows{table.data() + 5, element_of<S>(), 4, 3, 0}, index);
    testing::check_close(out, {{4, 5, 6}, {4, 5, 6}, {4, 5, 6}, {4, 5, 6}}, 0);
}

TEST_CASE_TEMPLATE("rows are gathered by index from every type of element", T, float, double) {
    check_gather<T, std::uint8_t>();
    check_gather<T, float>();
    check_gather<T, double>();
}

TEST_CASE("values are converted, not reinterpreted") {
    const std::vector<double> table{0.1, -1e300};
    const std::vector<std::int64_t> index{0};
    std::vector<float> out(2);
    gather(MatrixView<float>{out.data(), 1, 1, 2}, Rows{table.data(), Element::float64, 1, 1, 2}, index);
    CHECK(out[0] == 0.1F);

    const std::vector<float> narrow{0.1F};
    std::vector<double> wide(1);
    gather(MatrixView<double>{wide.data(), 1, 1, 1}, Rows{narrow.data(), Element::float32, 1, 1, 1}, index);
    CHECK(wide[0] == static_cast<double>(0.1F));
}

TEST_CASE_TEMPLATE("no index, nothing written", T, float, double) {
    const std::vector<double> table{1, 2};
    T out = 5;
    gather(MatrixView<T>{&out, 0, 1, 1}, Rows{table.data(), Element::float64, 2, 1, 1}, {});
    CHECK(out == T(5));
}

}  // namespace
}  // namespace rosenblatt
