#include "rosenblatt/activation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "activated.hpp"
#include "finite_differences.hpp"
#include "kernels/dispatch.hpp"

namespace rosenblatt {
namespace {

using testing::activated;
using testing::central_difference;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::array elementwise{Activation::hard_limit,
                                 Activation::relu,
                                 Activation::linear,
                                 Activation::sigmoid,
                                 Activation::tanh,
                                 Activation::exponential,
                                 Activation::symmetric_hard_limit,
                                 Activation::leaky_relu,
                                 Activation::elu,
                                 Activation::selu,
                                 Activation::gelu,
                                 Activation::silu,
                                 Activation::softplus,
                                 Activation::softsign,
                                 Activation::hard_sigmoid,
                                 Activation::sin,
                                 Activation::radial_basis};
// Those with a derivative everywhere.
constexpr std::array smooth{Activation::linear, Activation::sigmoid,  Activation::tanh,        Activation::exponential,
                            Activation::elu,    Activation::gelu,     Activation::silu,        Activation::softplus,
                            Activation::sin,    Activation::softsign, Activation::radial_basis};
constexpr double lambda = 1.0507009873554805;
constexpr double lambda_alpha = 1.7580993408473766;

// In long double: the rounding of n / sqrt 2 and of n^2 would cost these as many digits as n^2 has.
double normal_distribution(double n) {
    return static_cast<double>(std::erfc(-n / std::numbers::sqrt2_v<long double>) / 2);
}
double gauss(double n) { return static_cast<double>(std::exp(-static_cast<long double>(n) * n)); }

double formula(Activation f, double n) {
    switch (f) {
        case Activation::hard_limit:
            return n >= 0 ? 1 : 0;
        case Activation::symmetric_hard_limit:
            return n >= 0 ? 1 : -1;
        case Activation::relu:
            return n >= 0 ? n : 0;
        case Activation::leaky_relu:
            return n >= 0 ? n : 0.01 * n;
        case Activation::elu:
            return n >= 0 ? n : std::expm1(n);
        case Activation::selu:
            return n >= 0 ? lambda * n : lambda_alpha * std::expm1(n);
        case Activation::sigmoid:
            return 1 / (1 + std::exp(-n));
        case Activation::tanh:
            return std::tanh(n);
        case Activation::exponential:
            return std::exp(n);
        case Activation::gelu:
            return n * normal_distribution(n);
        case Activation::silu:
            return n / (1 + std::exp(-n));
        case Activation::softplus:
            return std::max(n, 0.0) + std::log1p(std::exp(-std::abs(n)));
        case Activation::softsign:
            return n / (1 + std::abs(n));
        case Activation::hard_sigmoid:
            return std::clamp(n / 6 + 0.5, 0.0, 1.0);
        case Activation::sin:
            return std::sin(n);
        case Activation::radial_basis:
            return gauss(n);
        default:
            return n;
    }
}

double slope_formula(Activation f, double n) {
    const double p = formula(Activation::sigmoid, n);
    switch (f) {
        case Activation::sigmoid:
            return p * (1 - p);
        case Activation::tanh:
            return 1 - std::tanh(n) * std::tanh(n);
        case Activation::exponential:
            return std::exp(n);
        case Activation::elu:
            return n >= 0 ? 1 : std::exp(n);
        case Activation::gelu:
            return normal_distribution(n) + n * std::exp(-n * n / 2) / std::sqrt(2 * std::acos(-1.0));
        case Activation::silu:
            return p * (1 + n * (1 - p));
        case Activation::softplus:
            return p;
        case Activation::softsign:
            return 1 / ((1 + std::abs(n)) * (1 + std::abs(n)));
        case Activation::sin:
            return std::cos(n);
        case Activation::radial_basis:
            return -2 * n * gauss(n);
        default:
            return 1;
    }
}

// s o f'(n)
template <class T>
std::vector<T> times_slope(const std::string& level, Activation f, std::vector<T> s, const std::vector<T>& n) {
    const std::vector<T> in = needs_net_input(f) ? n : activated(level, f, n);
    kernels::level<T>(level).derivative[static_cast<int>(f)](s.data(), s.size(), in.data(), in.size(), 1, s.size());
    return s;
}

// -8 .. 8, with 0 and with values around it; 41 is no multiple of any vector.
template <class T>
std::vector<T> grid() {
    std::vector<T> n;
    for (int i = -20; i <= 20; ++i) {
        n.push_back(static_cast<T>(0.4 * i));
    }
    return n;
}

TEST_CASE("names and activations belong together") {
    CHECK(name(Activation::hard_limit) == "HardLimit");
    CHECK(name(Activation::softmax) == "Softmax");
    REQUIRE(activation_names().size() == activation_count);
    for (int i = 0; i < activation_count; ++i) {
        const auto f = static_cast<Activation>(i);
        CHECK(parse_activation(name(f)) == f);
        CHECK(activation_names()[static_cast<std::size_t>(i)] == name(f));
    }
}

TEST_CASE("an unknown name is refused with the list of those that are known") {
    CHECK_THROWS_WITH_AS((void)parse_activation("relu"),
                         "unknown activation 'relu'; expected one of HardLimit, ReLU, Linear, Sigmoid, Tanh, Softmax, "
                         "Exponential, SymmetricHardLimit, LeakyReLU, ELU, SELU, GELU, SiLU, Softplus, Softsign, "
                         "HardSigmoid, Sin, RadialBasis, Ordered",
                         std::invalid_argument);
    CHECK_THROWS_AS((void)parse_activation(""), std::invalid_argument);
}

TEST_CASE_TEMPLATE("activations agree with their formulas", T, float, double) {
    const std::vector<T> n = grid<T>();
    for (const std::string& level : kernels::available_levels()) {
        for (const Activation f : elementwise) {
            const std::vector<T> a = activated(level, f, n);
            for (std::size_t i = 0; i < n.size(); ++i) {
                CAPTURE(level);
                CAPTURE(name(f));
                CAPTURE(n[i]);
                const double expected = formula(f, static_cast<double>(n[i]));
                const double tolerance =
                    8 * static_cast<double>(std::numeric_limits<T>::epsilon()) * std::abs(expected);
                CHECK(std::abs(static_cast<double>(a[i]) - expected) <= tolerance);
            }
        }
    }
}

TEST_CASE("derivatives agree with finite differences of the activations") {
    for (const std::string& level : kernels::available_levels()) {
        for (const Activation f : smooth) {
            for (const double at : grid<double>()) {
                CAPTURE(level);
                CAPTURE(name(f));
                CAPTURE(at);
                double n = at;
                const double slope = central_difference(n, [&] { return activated<double>(level, f, {n})[0]; });
                const double s = times_slope<double>(level, f, {3}, {n})[0];
                // Where ELU and softsign bend at 0, the differences of four points are off by their step.
                const bool bends = at == 0 && (f == Activation::elu || f == Activation::softsign);
                CHECK(s == doctest::Approx(3 * slope).epsilon(bends ? 1e-4 : 1e-9));
            }
        }
    }
}

TEST_CASE_TEMPLATE("derivatives of the activations with a kink", T, float, double) {
    for (const std::string& level : kernels::available_levels()) {
        CAPTURE(level);
        const std::vector<T> s{2, 2, 2, 2, 2};
        const std::vector<T> n{-1, T(-0.001), 0, T(0.001), 1};
        CHECK(times_slope(level, Activation::relu, s, n) == std::vector<T>{0, 0, 0, 2, 2});
        const T below = T(2) * T(0.01);
        CHECK(times_slope(level, Activation::leaky_relu, s, n) == std::vector<T>{below, below, below, 2, 2});
        for (const Activation f : {Activation::hard_limit, Activation::symmetric_hard_limit}) {
            CHECK(times_slope(level, f, s, n) == std::vector<T>{0, 0, 0, 0, 0});
        }
        const std::vector<T> selu = times_slope(level, Activation::selu, s, n);
        CHECK(static_cast<double>(selu[0]) == doctest::Approx(2 * lambda_alpha * std::exp(-1.0)).epsilon(1e-6));
        CHECK(static_cast<double>(selu[2]) == doctest::Approx(2 * lambda_alpha).epsilon(1e-6));
        CHECK(static_cast<double>(selu[4]) == doctest::Approx(2 * lambda).epsilon(1e-6));
        const T sixth = T(2) * (T(1) / T(6));
        CHECK(times_slope(level, Activation::hard_sigmoid, s, {-4, -3, 0, T(2.9), 3}) ==
              std::vector<T>{0, 0, sixth, sixth, 0});
    }
}

TEST_CASE_TEMPLATE("float32 derivatives agree with the formulas", T, float, double) {
    const std::vector<T> n = grid<T>();
    for (const std::string& level : kernels::available_levels()) {
        for (const Activation f : smooth) {
            const std::vector<T> s = times_slope(level, f, std::vector<T>(n.size(), 1), n);
            for (std::size_t i = 0; i < n.size(); ++i) {
                const double slope = slope_formula(f, static_cast<double>(n[i]));
                CAPTURE(level);
                CAPTURE(name(f));
                CAPTURE(n[i]);
                // 1 - a^2 near 0 keeps the absolute precision of a; so do the others that are a difference.
                CHECK(std::abs(static_cast<double>(s[i]) - slope) <=
                      8 * static_cast<double>(std::numeric_limits<T>::epsilon()) * std::max(1.0, slope));
            }
        }
    }
}

TEST_CASE_TEMPLATE("softmax: positive, summing to 1, and as the formula says", T, float, double) {
    const double tolerance = 16 * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (const std::string& level : kernels::available_levels()) {
        for (const std::size_t count : {1U, 2U, 10U, 41U}) {
            CAPTURE(level);
            CAPTURE(count);
            std::vector<T> n = grid<T>();
            n.resize(count);
            double sum = 0;
            for (const T x : n) {
                sum += std::exp(static_cast<double>(x));
            }
            const std::vector<T> a = activated(level, Activation::softmax, n);
            double total = 0;
            for (std::size_t j = 0; j < count; ++j) {
                const double expected = std::exp(static_cast<double>(n[j])) / sum;
                CHECK(std::abs(static_cast<double>(a[j]) - expected) <= tolerance * expected);
                total += static_cast<double>(a[j]);
            }
            CHECK(std::abs(total - 1) <= tolerance);
        }
    }
}

TEST_CASE_TEMPLATE("softmax: whatever lies in the padding, it becomes zero and no part of the sum", T, float, double) {
    constexpr std::size_t stride = 48;
    for (const std::string& level : kernels::available_levels()) {
        for (const std::size_t cols : {1U, 3U, 10U, 16U, 33U}) {
            for (const double padding : {nan, inf, -inf, 1e30}) {
                CAPTURE(level);
                CAPTURE(cols);
                CAPTURE(padding);
                std::vector<T> n = grid<T>();
                n.resize(cols);
                const std::vector<T> expected = activated(level, Activation::softmax, n);
                n.resize(stride, static_cast<T>(padding));
                std::vector<T> a(stride, 0);
                kernels::level<T>(level).activate[static_cast<int>(Activation::softmax)](a.data(), stride, n.data(),
                                                                                         stride, 1, cols);
                CHECK(std::equal(expected.begin(), expected.end(), a.begin()));
                CHECK(std::all_of(a.begin() + static_cast<std::ptrdiff_t>(cols), a.end(), [](T x) { return x == 0; }));
            }
        }
    }
}

TEST_CASE("softmax: the derivative is the product with the Jacobian") {
    const std::vector<double> s{0.5, -1, 2, 0.25};
    for (const std::string& level : kernels::available_levels()) {
        std::vector<double> n{0.3, -1.2, 0.8, 2};
        const std::vector<double> got = times_slope(level, Activation::softmax, s, n);
        for (std::size_t j = 0; j < n.size(); ++j) {
            // d/dn_j of sum_i s_i a_i
            const double expected = central_difference(n[j], [&] {
                const std::vector<double> a = activated(level, Activation::softmax, n);
                return s[0] * a[0] + s[1] * a[1] + s[2] * a[2] + s[3] * a[3];
            });
            CAPTURE(level);
            CAPTURE(j);
            CHECK(got[j] == doctest::Approx(expected).epsilon(1e-10));
        }
    }
}

TEST_CASE_TEMPLATE("NaN stays NaN", T, float, double) {
    for (const std::string& level : kernels::available_levels()) {
        for (const Activation f : elementwise) {
            CAPTURE(level);
            CAPTURE(name(f));
            const std::vector<T> a = activated<T>(level, f, {1, T(nan), 1});
            CHECK(std::isnan(a[1]));
            CHECK_FALSE(std::isnan(a[0]));
            CHECK_FALSE(std::isnan(a[2]));
            if (needs_net_input(f)) {
                const std::vector<T> s = times_slope<T>(level, f, {1, 1, 1}, {1, T(nan), 1});
                CHECK(std::isnan(s[1]));
                CHECK_FALSE(std::isnan(s[2]));
            }
        }
        for (const std::vector<T>& n : {std::vector<T>{T(nan), 1}, std::vector<T>{1, T(nan)}}) {
            const std::vector<T> a = activated(level, Activation::softmax, n);
            CHECK(std::isnan(a[0]));
            CHECK(std::isnan(a[1]));
        }
    }
}

TEST_CASE_TEMPLATE("infinite and large net inputs", T, float, double) {
    const std::vector<T> n{T(-inf), -1000, 1000, T(inf)};
    const T big = T(inf);
    for (const std::string& level : kernels::available_levels()) {
        CAPTURE(level);
        CHECK(activated(level, Activation::hard_limit, n) == std::vector<T>{0, 0, 1, 1});
        CHECK(activated(level, Activation::relu, n) == std::vector<T>{0, 0, 1000, big});
        CHECK(activated(level, Activation::linear, n) == n);
        CHECK(activated(level, Activation::sigmoid, n) == std::vector<T>{0, 0, 1, 1});
        CHECK(activated(level, Activation::tanh, n) == std::vector<T>{-1, -1, 1, 1});
        CHECK(activated(level, Activation::exponential, n) == std::vector<T>{0, 0, big, big});
        CHECK(activated(level, Activation::symmetric_hard_limit, n) == std::vector<T>{-1, -1, 1, 1});
        CHECK(activated(level, Activation::leaky_relu, n) == std::vector<T>{-big, T(-1000) * T(0.01), 1000, big});
        CHECK(activated(level, Activation::elu, n) == std::vector<T>{-1, -1, 1000, big});
        CHECK(activated(level, Activation::selu, n) ==
              std::vector<T>{-T(lambda_alpha), -T(lambda_alpha), T(1000) * T(lambda), big});
        CHECK(activated(level, Activation::softplus, n) == std::vector<T>{0, 0, 1000, big});
        CHECK(activated(level, Activation::hard_sigmoid, n) == std::vector<T>{0, 0, 1, 1});
        CHECK(activated(level, Activation::radial_basis, n) == std::vector<T>{0, 0, 0, 0});
        for (const Activation f : {Activation::gelu, Activation::silu}) {
            CAPTURE(name(f));
            CHECK(activated(level, f, n) == std::vector<T>{0, 0, 1000, big});
            CHECK(times_slope(level, f, std::vector<T>(4, 1), n) == std::vector<T>{0, 0, 1, 1});
        }
        CHECK(times_slope(level, Activation::softplus, std::vector<T>(4, 1), n) == std::vector<T>{0, 0, 1, 1});
        CHECK(times_slope(level, Activation::radial_basis, std::vector<T>(4, 1), n) == std::vector<T>(4, 0));
        const std::vector<T> softsign = activated(level, Activation::softsign, n);
        CHECK(softsign[0] == -1);
        CHECK(softsign[2] == T(1000) / T(1001));
        CHECK(softsign[3] == 1);
        CHECK(times_slope(level, Activation::softsign, std::vector<T>(4, 1), n)[3] == 0);
        const std::vector<T> sine = activated(level, Activation::sin, n);
        CHECK((std::isnan(sine[0]) && std::isnan(sine[3])));
        CHECK(static_cast<double>(sine[2]) == doctest::Approx(std::sin(1000.0)).epsilon(1e-6));
        CHECK(activated<T>(level, Activation::softmax, {10000, -10000, 10000}) == std::vector<T>{T(0.5), 0, T(0.5)});
        CHECK(activated<T>(level, Activation::softmax, {-10000, -10000}) == std::vector<T>{T(0.5), T(0.5)});
        CHECK(activated<T>(level, Activation::softmax, {T(-inf), 3}) == std::vector<T>{0, 1});
    }
}

TEST_CASE_TEMPLATE("both zeros", T, float, double) {
    for (const std::string& level : kernels::available_levels()) {
        for (const Activation f : elementwise) {
            CAPTURE(level);
            CAPTURE(name(f));
            const std::vector<T> a = activated<T>(level, f, {0, T(-0.0)});
            CHECK(a[0] == doctest::Approx(formula(f, 0)));
            CHECK(a[1] == a[0]);
            // Those that go through 0 with the line of n keep its sign.
            const bool is_odd_at_0 = a[0] == 0 && f != Activation::softplus && f != Activation::relu;
            CHECK((!is_odd_at_0 || std::signbit(a[1])));
        }
    }
}

TEST_CASE_TEMPLATE("a derivative leaves alone what lies beyond its columns, and reads none of it", T, float, double) {
    constexpr std::size_t stride = 48;
    for (const std::string& level : kernels::available_levels()) {
        for (int i = 0; i < activation_count; ++i) {
            for (const std::size_t cols : {1U, 7U, 16U, 33U}) {
                const auto f = static_cast<Activation>(i);
                std::vector<T> n = grid<T>();
                n.resize(cols);
                const std::vector<T> expected = times_slope(level, f, std::vector<T>(cols, 2), n);
                std::vector<T> in = needs_net_input(f) ? n : activated(level, f, n);
                in.resize(stride, T(nan));
                std::vector<T> s(stride, -7);
                std::fill_n(s.begin(), cols, T(2));
                kernels::level<T>(level).derivative[i](s.data(), stride, in.data(), stride, 1, cols);
                CAPTURE(level);
                CAPTURE(name(f));
                CAPTURE(cols);
                CHECK(std::equal(expected.begin(), expected.end(), s.begin()));
                CHECK(std::all_of(s.begin() + static_cast<std::ptrdiff_t>(cols), s.end(), [](T x) { return x == -7; }));
            }
        }
    }
}

TEST_CASE_TEMPLATE("rows lie a stride apart, and a may be n", T, float, double) {
    constexpr std::size_t stride = 16;
    for (const std::string& level : kernels::available_levels()) {
        for (int i = 0; i < activation_count; ++i) {
            const kernels::Table<T>& kernel = kernels::level<T>(level);
            std::vector<T> n(3 * stride);
            for (std::size_t j = 0; j < n.size(); ++j) {
                n[j] = static_cast<T>(std::sin(static_cast<double>(j)));
            }
            std::vector<T> in_place = n;
            std::vector<T> apart(3 * 2 * stride);
            kernel.activate[i](in_place.data(), stride, in_place.data(), stride, 3, 7);
            kernel.activate[i](apart.data(), 2 * stride, n.data(), stride, 3, 7);
            for (std::size_t row = 0; row < 3; ++row) {
                const auto begin = n.begin() + static_cast<std::ptrdiff_t>(row * stride);
                const std::vector<T> expected = activated<T>(level, static_cast<Activation>(i), {begin, begin + 7});
                CAPTURE(level);
                CAPTURE(i);
                CAPTURE(row);
                CHECK(std::equal(expected.begin(), expected.end(), in_place.data() + row * stride));
                CHECK(std::equal(expected.begin(), expected.end(), apart.data() + row * 2 * stride));
            }
        }
    }
}

}  // namespace
}  // namespace rosenblatt
