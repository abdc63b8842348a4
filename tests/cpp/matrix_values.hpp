// Small matrices by their values, as the textbook prints them.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "rosenblatt/matrix_view.hpp"

namespace rosenblatt::testing {

using Values = std::vector<std::vector<double>>;

template <class T>
void assign(MatrixView<T> matrix, const Values& values) {
    REQUIRE(values.size() <= matrix.rows);
    for (std::size_t i = 0; i < values.size(); ++i) {
        REQUIRE(values[i].size() == matrix.cols);
        for (std::size_t j = 0; j < matrix.cols; ++j) {
            matrix(i, j) = static_cast<T>(values[i][j]);
        }
    }
}

// The first rows of `matrix` are `values`, each to an absolute tolerance.
template <class T>
void check_close(MatrixView<T> matrix, const Values& values, double tolerance) {
    REQUIRE(values.size() <= matrix.rows);
    for (std::size_t i = 0; i < values.size(); ++i) {
        REQUIRE(values[i].size() == matrix.cols);
        for (std::size_t j = 0; j < matrix.cols; ++j) {
            const auto value = static_cast<double>(matrix(i, j));
            const double expected = values[i][j];
            CAPTURE(i);
            CAPTURE(j);
            CAPTURE(value);
            CAPTURE(expected);
            CHECK(std::abs(value - expected) <= tolerance);
        }
    }
}

}  // namespace rosenblatt::testing
