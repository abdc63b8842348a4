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
          start_(right_stride_),
          out_(rows * out_stride_) {
        dice.fill(left_.data(), left_.size());
        dice.fill(MatrixView<T>{right_.data(), inner, cols, right_stride_});
        dice.fill(MatrixView<T>{start_.data(), 1, cols, right_stride_});
    }

    // The rows of the left factor in the order in which they lie, or picked from a table where they lie in another.
    void pick_rows(bool are_picked) {
        order_.clear();
        const std::size_t count = is_transposed_ ? inner_ : rows_;
        for (std::size_t i = 0; i < count && are_picked; ++i) {
            order_.push_back(static_cast<std::int64_t>(count - 1 - i));
        }
    }

    // Of a product that is not transposed: what the sums begin with, and what is done to them at the end.
    void start_with_row(bool starts) { has_start_ = starts; }
    void finish_with(const kernels::Finish<T>* finish) { finish_ = finish; }

    // The left factor begins one element before a cache line: any address will do.
    void run(const std::string& level, std::size_t first_row, std::size_t rows, std::size_t cols) {
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        out_.fill(untouched);
        PickedRows<T> rows_of_left{left_.data() + line - 1, static_cast<std::ptrdiff_t>(left_stride_),
                                   order_.empty() ? nullptr : order_.data()};
        if (is_transposed_) {
            rows_of_left.data += first_row;
            kernel.multiply_transposed(out_.data(), out_stride_, &rows_of_left, right_.data(), right_stride_, rows,
                                       inner_, cols, false, nullptr);
        } else {
            if (order_.empty()) {
                rows_of_left.data += first_row * left_stride_;
            } else {
                rows_of_left.index += first_row;
            }
            kernel.multiply(out_.data(), out_stride_, has_start_ ? start_.data() : nullptr, &rows_of_left,
                            right_.data(), right_stride_, rows, inner_, cols, finish_, nullptr);
        }
    }
    void run(const std::string& level) { run(level, 0, rows_, cols_); }

    [[nodiscard]] T out(std::size_t i, std::size_t j) const { return out_.data()[i * out_stride_ + j]; }
    [[nodiscard]] const T* out() const { return out_.data(); }
    [[nodiscard]] std::size_t out_stride() const { return out_stride_; }

    // The largest difference to the sum in higher precision.
    [[nodiscard]] double error() const {
        double largest = 0;
        for (std::size_t i = 0; i < rows_; ++i) {
            for (std::size_t j = 0; j < cols_; ++j) {
                long double sum = has_start_ ? static_cast<long double>(start_.data()[j]) : 0;
                for (std::size_t k = 0; k < inner_; ++k) {
                    const T x = is_transposed_ ? left(k)[i] : left(i)[k];
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
    [[nodiscard]] const T* left(std::size_t row) const {
        const std::size_t place = order_.empty() ? row : static_cast<std::size_t>(order_[row]);
        return left_.data() + line - 1 + place * left_stride_;
    }

    std::size_t rows_, inner_, cols_;
    bool is_transposed_;
    std::size_t left_stride_, right_stride_, out_stride_;
    AlignedBuffer<T> left_, right_, start_, out_;
    std::vector<std::int64_t> order_;
    bool has_start_ = false;
    const kernels::Finish<T>* finish_ = nullptr;
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
                product.pick_rows((rows + cols) % 2 == 0);
                product.start_with_row(!is_transposed && (rows + inner) % 2 == 0);
                for (const std::string& level : kernels::available_levels()) {
                    product.run(level);
                    CAPTURE(level);
                    CAPTURE(rows);
                    CAPTURE(inner);
                    CAPTURE(cols);
                    const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
                    REQUIRE(product.error() <= eps * static_cast<double>(inner + 1));
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
        product.start_with_row(!is_transposed);
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

TEST_CASE_TEMPLATE("an inner dimension of several blocks", T, float, double) {
    Dice dice(4);
    for (const bool is_transposed : {false, true}) {
        for (const std::size_t inner : {127U, 128U, 129U, 399U, 400U, 401U, 1201U}) {
            Product<T> product(13, inner, 100, is_transposed, dice);
            for (const bool are_picked : {false, true}) {
                product.pick_rows(are_picked);
                for (const std::string& level : kernels::available_levels()) {
                    product.run(level);
                    CAPTURE(level);
                    CAPTURE(inner);
                    CHECK(product.error() <=
                          static_cast<double>(std::numeric_limits<T>::epsilon()) * static_cast<double>(inner));
                    CHECK(product.has_clean_padding());
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("multiply: the activation and the slope of every tile", T, float, double) {
    using Kind = typename kernels::Finish<T>::Kind;
    constexpr std::size_t line = kernels::vector_padding / sizeof(T);
    constexpr std::size_t rows = 13;
    Dice dice(5);
    for (const std::string& level : kernels::available_levels()) {
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        for (const std::size_t inner : {3U, 401U}) {
            for (std::size_t cols = 1; cols <= 130; cols += cols < 40 ? 1 : 9) {
                const std::size_t stride = (cols + line - 1) / line * line;
                Product<T> product(rows, inner, cols, false, dice);
                product.run(level);
                const Product<T> plain = product;
                AlignedBuffer<T> a(rows * stride);
                dice.fill(a.data(), a.size());
                const auto check = [&](Kind kind, auto call, bool is_slope, auto&& expected) {
                    const kernels::Finish<T> finish{kind, call, is_slope ? a.data() : product.out(),
                                                    is_slope ? stride : product.out_stride()};
                    product.finish_with(&finish);
                    product.run(level);
                    bool is_same = true;
                    for (std::size_t i = 0; i < rows; ++i) {
                        for (std::size_t j = 0; j < cols; ++j) {
                            is_same =
                                is_same && product.out(i, j) == expected(plain.out(i, j), a.data()[i * stride + j]);
                        }
                    }
                    CAPTURE(level);
                    CAPTURE(inner);
                    CAPTURE(cols);
                    REQUIRE(is_same);
                    // Another activation of a padding of zeros need not be zero.
                    REQUIRE((kind == Kind::call || product.has_clean_padding()));
                };
                check(Kind::relu, kernel.activate[static_cast<int>(Activation::relu)], false,
                      [](T n, T) { return n < 0 ? T(0) : n; });
                check(Kind::call, kernel.activate[static_cast<int>(Activation::hard_limit)], false,
                      [](T n, T) { return n >= 0 ? T(1) : T(0); });
                check(Kind::relu_slope, kernel.derivative[static_cast<int>(Activation::relu)], true,
                      [](T s, T slope_of) { return slope_of > 0 ? s : s * 0; });
                check(Kind::call, kernel.derivative[static_cast<int>(Activation::relu)], true,
                      [](T s, T slope_of) { return slope_of > 0 ? s : s * 0; });
            }
        }
    }
}

TEST_CASE_TEMPLATE("a ReLU lets NaN through, whether a tile is finished in registers or not", T, float, double) {
    using Kind = typename kernels::Finish<T>::Kind;
    constexpr std::size_t cols = 64 / sizeof(T);
    for (const std::string& level : kernels::available_levels()) {
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        const T x = std::numeric_limits<T>::quiet_NaN();
        const PickedRows<T> left{&x, 1, nullptr};
        AlignedBuffer<T> right(cols);
        right.fill(T(1));
        for (const Kind kind : {Kind::relu, Kind::call}) {
            AlignedBuffer<T> out(cols);
            const kernels::Finish<T> finish{kind, kernel.activate[static_cast<int>(Activation::relu)], out.data(),
                                            cols};
            kernel.multiply(out.data(), cols, nullptr, &left, right.data(), cols, 1, 1, cols, &finish, nullptr);
            CAPTURE(level);
            CHECK(std::isnan(out.data()[cols - 1]));
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
