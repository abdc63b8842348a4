// The products of matrices on every level, against the textbook's three loops.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "kernels/dispatch.hpp"
#include "random_numbers.hpp"
#include "rosenblatt/aligned_buffer.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;

// Left and right factor, and the output, in buffers without an element to spare: AddressSanitizer sees any step aside.
template <class T>
class Product {
public:
    static constexpr std::size_t line = kernels::vector_padding / sizeof(T);
    static constexpr T untouched = -77;

    // The right factor's rows are padded with zeros; the output's rows have another cache line beyond their padding.
    Product(std::size_t rows, std::size_t inner, std::size_t cols, bool is_transposed, Dice& dice)
        : rows_(rows),
          inner_(inner),
          cols_(cols),
          is_transposed_(is_transposed),
          left_stride_((is_transposed ? rows : inner) + 3),
          right_stride_((cols + line - 1) / line * line),
          out_stride_(right_stride_ + line),
          left_(line + (is_transposed ? inner : rows) * left_stride_),
          right_(inner * right_stride_),
          out_(rows * out_stride_) {
        dice.fill(left_.data(), left_.size());
        dice.fill(MatrixView<T>{right_.data(), inner, cols, right_stride_});
    }

    // As a network calls it: the left factor begins one element before a cache line.
    void run(const std::string& level, std::size_t first_row, std::size_t rows, std::size_t cols) {
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        out_.fill(untouched);
        if (is_transposed_) {
            kernel.multiply_transposed(out_.data(), out_stride_, left() + first_row, left_stride_, right_.data(),
                                       right_stride_, rows, inner_, cols, false);
        } else {
            kernel.multiply(out_.data(), out_stride_, left() + first_row * left_stride_, left_stride_, right_.data(),
                            right_stride_, rows, inner_, cols, nullptr);
        }
    }
    void run(const std::string& level) { run(level, 0, rows_, cols_); }

    [[nodiscard]] T out(std::size_t i, std::size_t j) const { return out_.data()[i * out_stride_ + j]; }

    // The largest difference to the sum in higher precision.
    [[nodiscard]] double error() const {
        double largest = 0;
        for (std::size_t i = 0; i < rows_; ++i) {
            for (std::size_t j = 0; j < cols_; ++j) {
                long double sum = 0;
                for (std::size_t k = 0; k < inner_; ++k) {
                    const T x = is_transposed_ ? left()[k * left_stride_ + i] : left()[i * left_stride_ + k];
                    sum += static_cast<long double>(x) * static_cast<long double>(right_.data()[k * right_stride_ + j]);
                }
                largest = std::max(largest, std::abs(static_cast<double>(out(i, j) - sum)));
            }
        }
        return largest;
    }

    // The padding is zero or as it was, and what lies beyond it is as it was.
    [[nodiscard]] bool has_clean_padding() const {
        bool is_clean = true;
        for (std::size_t i = 0; i < rows_; ++i) {
            for (std::size_t j = cols_; j < out_stride_; ++j) {
                is_clean = is_clean && (out(i, j) == untouched || (out(i, j) == 0 && j < right_stride_));
            }
        }
        return is_clean;
    }

private:
    [[nodiscard]] const T* left() const { return left_.data() + line - 1; }

    std::size_t rows_, inner_, cols_;
    bool is_transposed_;
    std::size_t left_stride_, right_stride_, out_stride_;
    AlignedBuffer<T> left_, right_, out_;
};

template <class T>
void check_all_sizes(bool is_transposed) {
    Dice dice(1);
    std::vector<std::size_t> widths{63, 64, 65, 100, 127, 128, 129};
    for (std::size_t cols = 1; cols <= 50; ++cols) {
        widths.push_back(cols);
    }
    for (std::size_t rows = 1; rows <= 17; ++rows) {
        for (const std::size_t inner : {1U, 2U, 3U, 4U, 5U, 100U}) {
            for (const std::size_t cols : widths) {
                Product<T> product(rows, inner, cols, is_transposed, dice);
                for (const std::string& level : kernels::available_levels()) {
                    product.run(level);
                    CAPTURE(level);
                    CAPTURE(rows);
                    CAPTURE(inner);
                    CAPTURE(cols);
                    const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
                    REQUIRE(product.error() <= eps * static_cast<double>(inner));
                    REQUIRE(product.has_clean_padding());
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("multiply: every size around the tiles", T, float, double) { check_all_sizes<T>(false); }

TEST_CASE_TEMPLATE("multiply_transposed: every size around the tiles", T, float, double) { check_all_sizes<T>(true); }

TEST_CASE_TEMPLATE("a result does not depend on the rows and columns around it, to the last bit", T, float, double) {
    constexpr std::size_t rows = 29;
    constexpr std::size_t cols = 70;
    Dice dice(2);
    for (const bool is_transposed : {false, true}) {
        Product<T> product(rows, 50, cols, is_transposed, dice);
        for (const std::string& level : kernels::available_levels()) {
            CAPTURE(level);
            CAPTURE(is_transposed);
            product.run(level);
            const Product<T> whole = product;
            for (std::size_t first = 0; first < rows; ++first) {
                for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{5}, rows - first}) {
                    for (const std::size_t width : {std::size_t{1}, std::size_t{17}, cols}) {
                        if (first + count > rows) {
                            continue;
                        }
                        product.run(level, first, count, width);
                        bool is_same = true;
                        for (std::size_t i = 0; i < count; ++i) {
                            for (std::size_t j = 0; j < width; ++j) {
                                is_same = is_same && product.out(i, j) == whole.out(first + i, j);
                            }
                        }
                        CAPTURE(first);
                        CAPTURE(count);
                        CAPTURE(width);
                        REQUIRE(is_same);
                    }
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("transpose leaves the padding alone", T, float, double) {
    Dice dice(3);
    for (const std::string& level : kernels::available_levels()) {
        for (std::size_t rows = 1; rows <= 34; ++rows) {
            for (const std::size_t cols : {1U, 2U, 7U, 8U, 9U, 15U, 16U, 17U, 31U, 32U, 33U, 100U}) {
                const std::size_t in_stride = cols + 3;
                const std::size_t out_stride = rows + 5;
                std::vector<T> in(rows * in_stride);
                dice.fill(in.data(), in.size());
                std::vector<T> out(cols * out_stride, T(-77));
                std::vector<T> expected = out;
                for (std::size_t i = 0; i < rows; ++i) {
                    for (std::size_t j = 0; j < cols; ++j) {
                        expected[j * out_stride + i] = in[i * in_stride + j];
                    }
                }
                kernels::level<T>(level).transpose(out.data(), out_stride, in.data(), in_stride, rows, cols);
                CAPTURE(level);
                CAPTURE(rows);
                CAPTURE(cols);
                REQUIRE(out == expected);
            }
        }
    }
}

// The same numbers as a dense left factor: rows without entries, a column twice in a row, the entries in any order.
TEST_CASE_TEMPLATE("multiply_sparse: every number of columns, set and added to", T, float, double) {
    constexpr std::size_t line = kernels::vector_padding / sizeof(T);
    constexpr std::size_t rows = 5;
    constexpr std::size_t inner = 9;
    Dice dice(6);
    // Absolute places, as a part of a larger matrix has them.
    const std::vector<std::size_t> begin{2, 5, 5, 6, 13, 13};
    std::vector<std::uint32_t> position{99, 99, 8, 0, 3, 4, 7, 6, 5, 7, 1, 2, 0};
    std::vector<T> value(position.size());
    dice.fill(value.data(), value.size());
    for (const std::string& level : kernels::available_levels()) {
        for (std::size_t cols = 1; cols <= 130; ++cols) {
            const std::size_t stride = (cols + line - 1) / line * line;
            AlignedBuffer<T> right(inner * stride);
            dice.fill(MatrixView<T>{right.data(), inner, cols, stride});
            for (const bool add : {false, true}) {
                AlignedBuffer<T> out(rows * (stride + line));
                dice.fill(MatrixView<T>{out.data(), rows, cols, stride + line});
                const AlignedBuffer<T> before = out;
                kernels::level<T>(level).multiply_sparse(out.data(), stride + line, begin.data(), position.data(),
                                                         value.data(), right.data(), stride, rows, cols, add);
                double largest = 0;
                bool is_clean = true;
                for (std::size_t i = 0; i < rows; ++i) {
                    for (std::size_t j = 0; j < stride + line; ++j) {
                        const std::size_t at = i * (stride + line) + j;
                        double sum = add ? static_cast<double>(before.data()[at]) : 0;
                        for (std::size_t e = begin[i]; e < begin[i + 1] && j < cols; ++e) {
                            sum += static_cast<double>(value[e]) *
                                   static_cast<double>(right.data()[position[e] * stride + j]);
                        }
                        largest = std::max(largest, std::abs(static_cast<double>(out.data()[at]) - sum));
                        is_clean = is_clean && (j < cols || out.data()[at] == T(0));
                    }
                }
                CAPTURE(level);
                CAPTURE(cols);
                CAPTURE(add);
                CHECK(largest <= 8 * static_cast<double>(std::numeric_limits<T>::epsilon()));
                CHECK(is_clean);
            }
        }
    }
}

}  // namespace
}  // namespace rosenblatt
