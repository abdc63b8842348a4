// exp, log and the activations made of such functions, of every level, beside the standard library's in double (for
// float32) or long double (for float64): the largest error in units in the last place, printed, and what becomes of
// infinities, NaN and zeros.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/dispatch.hpp"
#include "kernels/table.hpp"
#include "random_numbers.hpp"

namespace rosenblatt {
namespace {

// Whole vectors of every level.
constexpr std::size_t block = 1024;

template <class T>
using Wide = std::conditional_t<sizeof(T) == sizeof(float), double, long double>;

// Up to tanh, nearly all numbers of float32 are tried.
enum class Function { exponential, logarithm, sigmoid, tanh, elu, gelu, silu, softplus, sin, cos, radial_basis };

template <class T>
Wide<T> reference(Function function, T value) {
    const auto x = static_cast<Wide<T>>(value);
    switch (function) {
        case Function::exponential:
            return std::exp(x);
        case Function::logarithm:
            return std::log(x);
        case Function::sigmoid:
            return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
        case Function::tanh:
            return std::tanh(x);
        case Function::elu:
            return x < 0 ? std::expm1(x) : x;
        case Function::gelu:
            return x * std::erfc(-x / std::numbers::sqrt2_v<Wide<T>>) / 2;
        case Function::silu:
            return x < 0 ? x * std::exp(x) / (1 + std::exp(x)) : x / (1 + std::exp(-x));
        case Function::softplus:
            return x < 0 ? std::log1p(std::exp(x)) : x + std::log1p(std::exp(-x));
        case Function::sin:
            return std::sin(x);
        case Function::cos:
            return std::cos(x);
        case Function::radial_basis:
            break;
    }
    return std::exp(-x * x);
}

// Below, a factor of the product n Phi(n) or n sigmoid(n) is no normal number, and has not all of its digits.
template <class T>
bool is_measured(Function function, T x) {
    const bool is_float = sizeof(T) == sizeof(float);
    return function == Function::gelu   ? x > (is_float ? T(-12.9) : T(-37.4))
           : function == Function::silu ? x > (is_float ? T(-87) : T(-708))
                                        : true;
}

Activation activation_of(Function function) {
    switch (function) {
        case Function::sigmoid:
            return Activation::sigmoid;
        case Function::elu:
            return Activation::elu;
        case Function::gelu:
            return Activation::gelu;
        case Function::silu:
            return Activation::silu;
        case Function::softplus:
            return Activation::softplus;
        case Function::sin:
            return Activation::sin;
        case Function::radial_basis:
            return Activation::radial_basis;
        default:
            return Activation::tanh;
    }
}

template <class T>
void evaluate(const kernels::Table<T>& kernel, Function function, T* y, const T* x) {
    switch (function) {
        case Function::exponential:
            kernel.exponentials(y, x, block);
            return;
        case Function::logarithm:
            kernel.logarithms(y, x, block);
            return;
        case Function::cos:  // the derivative of sin
            std::fill_n(y, block, T(1));
            kernel.derivative[static_cast<int>(Activation::sin)](y, block, x, block, 1, block);
            return;
        default:
            kernel.activate[static_cast<int>(activation_of(function))](y, block, x, block, 1, block);
    }
}

// |y - exact| in units in the last place of T at `exact`, where subnormal numbers have the smallest of them.
template <class T>
double error_in_ulp(T y, Wide<T> exact) {
    if (std::isnan(exact) || std::isnan(y)) {
        return std::isnan(exact) == std::isnan(y) ? 0 : std::numeric_limits<double>::infinity();
    }
    const T nearest = static_cast<T>(exact);
    if (std::isinf(nearest) || std::isinf(y)) {
        return nearest == y ? 0 : std::numeric_limits<double>::infinity();
    }
    using Bits = std::conditional_t<sizeof(T) == sizeof(float), std::uint32_t, std::uint64_t>;
    constexpr auto exponent = std::bit_cast<Bits>(std::numeric_limits<T>::infinity());
    const T power = std::bit_cast<T>(std::bit_cast<Bits>(nearest) & exponent);
    const T ulp = std::max(power * std::numeric_limits<T>::epsilon(), std::numeric_limits<T>::denorm_min());
    return static_cast<double>(std::abs(static_cast<Wide<T>>(y) - exact) / ulp);
}

// The largest errors of all levels over blocks of x that `fill(x)` gives until it returns false.
template <class T, class Fill>
std::vector<double> largest_errors(Function function, Fill fill) {
    std::vector<const kernels::Table<T>*> tables;
    for (const std::string& level : kernels::available_levels()) {
        tables.push_back(&kernels::level<T>(level));
    }
    std::vector<double> largest(tables.size());
    std::vector<T> x(block);
    std::vector<T> y(block);
    std::vector<Wide<T>> exact(block);
    while (fill(x)) {
        std::transform(x.begin(), x.end(), exact.begin(), [&](T value) { return reference(function, value); });
        for (std::size_t i = 0; i < tables.size(); ++i) {
            evaluate(*tables[i], function, y.data(), x.data());
            for (std::size_t j = 0; j < block; ++j) {
                if (is_measured(function, x[j])) {
                    largest[i] = std::max(largest[i], error_in_ulp(y[j], exact[j]));
                }
            }
        }
    }
    return largest;
}

void check_and_print(const std::string& name, const std::vector<double>& errors, double limit) {
    const std::vector<std::string> levels = kernels::available_levels();
    for (std::size_t i = 0; i < levels.size(); ++i) {
        MESSAGE(name << " on " << levels[i] << ": at most " << errors[i] << " ulp");
        CHECK(errors[i] <= limit);
    }
}

constexpr std::array functions{Function::exponential, Function::logarithm,    Function::sigmoid, Function::tanh,
                               Function::elu,         Function::gelu,         Function::silu,    Function::softplus,
                               Function::sin,         Function::radial_basis, Function::cos};
constexpr std::array names{"exp",  "log",      "sigmoid", "tanh",      "elu", "gelu",
                           "silu", "softplus", "sin",     "exp(-x^2)", "cos"};
constexpr std::array limits{2.0, 0.9, 4.0, 4.0, 4.0, 8.0, 8.0, 4.0, 4.0, 4.0, 4.0};  // ulp

// Beyond, exp, sigmoid and tanh are constant or nearly so, and n ln 2, which has no error to speak of, is almost all of
// log (2^n m): of all positive numbers, the largest errors of log are those between 1/2 and 4.
TEST_CASE("float32: every number whose size is between 2^-14 and 128, and a part of the others") {
#ifdef NDEBUG
    constexpr std::uint64_t step_of_elementary = 1;
#else
    constexpr std::uint64_t step_of_elementary = 97;  // the sanitizers' builds are slow
#endif
    constexpr std::uint64_t step_of_made = 211;  // of the functions that are made of those
    constexpr std::uint64_t step_elsewhere = 8191;
    for (std::size_t f = 0; f < functions.size(); ++f) {
        std::uint64_t bits = 0;
        const std::uint64_t step = functions[f] <= Function::tanh ? step_of_elementary : step_of_made;
        const auto fill = [&](std::vector<float>& x) {
            for (float& value : x) {
                value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
                const float size = functions[f] == Function::logarithm ? value : std::abs(value);
                bits += size >= 0x1p-14F && size < 128 ? step : step_elsewhere;
            }
            return bits < (std::uint64_t{1} << 32U);
        };
        check_and_print(std::string(names[f]) + " of float32", largest_errors<float>(functions[f], fill), limits[f]);
    }
}

TEST_CASE("float64: two million numbers of every size") {
    for (std::size_t f = 0; f < functions.size(); ++f) {
        testing::Dice dice(static_cast<std::uint32_t>(f));
        const double low = functions[f] == Function::logarithm ? 0 : -1;
        int blocks = 0;
        const auto fill = [&](std::vector<double>& x) {
            dice.fill(x.data(), x.size(), low, 1);
            for (std::size_t i = 0; i < x.size(); ++i) {
                x[i] = i % 2 == 0 ? x[i] * 760 : i % 4 == 1 ? x[i] * 3 : std::ldexp(x[i], blocks - 1070);
            }
            return ++blocks < 2000;
        };
        check_and_print(std::string(names[f]) + " of float64", largest_errors<double>(functions[f], fill), limits[f]);
    }
}

TEST_CASE_TEMPLATE("infinities, NaN and zeros", T, float, double) {
    constexpr T infinity = std::numeric_limits<T>::infinity();
    std::vector<T> x(block);
    std::vector<T> y(block);
    const std::vector<T> special{infinity, -infinity, std::numeric_limits<T>::quiet_NaN(),  T(0),
                                 T(-0.0),  T(1),      -std::numeric_limits<T>::denorm_min()};
    std::copy(special.begin(), special.end(), x.begin());
    for (const std::string& level : kernels::available_levels()) {
        CAPTURE(level);
        const kernels::Table<T>& kernel = kernels::level<T>(level);
        evaluate(kernel, Function::exponential, y.data(), x.data());
        CHECK(y[0] == infinity);
        CHECK(y[1] == 0);
        CHECK(std::isnan(y[2]));
        CHECK(y[3] == 1);
        evaluate(kernel, Function::logarithm, y.data(), x.data());
        CHECK(y[0] == infinity);
        CHECK(std::isnan(y[1]));
        CHECK(std::isnan(y[2]));
        CHECK(y[3] == -infinity);
        CHECK(y[4] == -infinity);
        CHECK(y[5] == 0);
        CHECK(std::isnan(y[6]));
        evaluate(kernel, Function::sigmoid, y.data(), x.data());
        CHECK(y[0] == 1);
        CHECK(y[1] == 0);
        CHECK(std::isnan(y[2]));
        CHECK(y[3] == T(0.5));
        evaluate(kernel, Function::tanh, y.data(), x.data());
        CHECK(y[0] == 1);
        CHECK(y[1] == -1);
        CHECK(std::isnan(y[2]));
        CHECK(y[3] == 0);
        CHECK(std::signbit(y[4]));
    }
}

}  // namespace
}  // namespace rosenblatt
