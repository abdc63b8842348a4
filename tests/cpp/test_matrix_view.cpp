#include "rosenblatt/matrix_view.hpp"

#include <doctest/doctest.h>

#include <array>

namespace rosenblatt {
namespace {

TEST_CASE("a view addresses rows by its stride") {
    std::array<int, 8> memory{0, 1, 2, 3, 4, 5, 6, 7};
    const MatrixView<int> view{memory.data(), 2, 3, 4};
    CHECK(view(0, 2) == 2);
    CHECK(view(1, 0) == 4);
    CHECK(view.row(1) == memory.data() + 4);
    view(1, 2) = 60;
    CHECK(memory[6] == 60);
}

TEST_CASE("a view narrows to a read-only one of the same memory") {
    std::array<double, 4> memory{1, 2, 3, 4};
    const MatrixView<double> view{memory.data(), 2, 2, 2};
    const MatrixView<const double> read_only = view;
    CHECK(read_only.data == view.data);
    CHECK(read_only.rows == 2);
    CHECK(read_only.cols == 2);
    CHECK(read_only.stride == 2);
}

}  // namespace
}  // namespace rosenblatt
