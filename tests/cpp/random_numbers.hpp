// Random numbers for the tests, the same on every platform: std::mt19937 is, the standard's distributions are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

#include "rosenblatt/matrix_view.hpp"

namespace rosenblatt::testing {

class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}

    [[nodiscard]] double uniform(double low, double high) {
        return low + (high - low) * static_cast<double>(engine_()) / 4294967296.0;
    }

    // low .. high, both included
    [[nodiscard]] std::size_t integer(std::size_t low, std::size_t high) { return low + engine_() % (high - low + 1); }

    template <class T>
    void fill(T* values, std::size_t count, double low = -1, double high = 1) {
        for (std::size_t i = 0; i < count; ++i) {
            values[i] = static_cast<T>(uniform(low, high));
        }
    }

    template <class T>
    void fill(MatrixView<T> matrix, double low = -1, double high = 1) {
        for (std::size_t i = 0; i < matrix.rows; ++i) {
            fill(matrix.row(i), matrix.cols, low, high);
        }
    }

private:
    std::mt19937 engine_;
};

}  // namespace rosenblatt::testing
