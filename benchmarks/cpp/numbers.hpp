// Random numbers to compute with.
#pragma once

#include <cstddef>
#include <random>

#include "rosenblatt/matrix_view.hpp"

namespace rosenblatt::micro {

// Uniform in [low, high), the same in every run; the padding of rows is left alone.
template <class T>
void fill(MatrixView<T> out, T low, T high) {
    std::mt19937 generator;  // NOLINT(bugprone-random-generator-seed): the same numbers in every run
    std::uniform_real_distribution<T> distribution(low, high);
    for (std::size_t i = 0; i < out.rows; ++i) {
        for (std::size_t j = 0; j < out.cols; ++j) {
            out(i, j) = distribution(generator);
        }
    }
}

template <class T>
void fill(T* out, std::size_t count, T low, T high) {
    fill(MatrixView<T>{out, 1, count, count}, low, high);
}

}  // namespace rosenblatt::micro
