// The kernels of the other optimizers and of what comes before and after a step, on every level: against the plain one,
// which test_solvers.cpp and test_regularisation.cpp check, and with numbers that are none.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "kernels/dispatch.hpp"
#include "kernels/table.hpp"
#include "random_numbers.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

const kernels::StepScale along{0.25, 0.125};
const kernels::NAdamStep nadam{along, 0.01, 0.02, 1.5, 0.9, 0.999, 1e-8};
const kernels::RmsPropStep rmsprop{along, 0.01, 0.9, 0.1, 1e-8};
const kernels::RpropStep rprop{along, 0.5, 1.2, 1e-6, 50};
const kernels::RegularisedStep regularised{{0.25, 0.2}, 0.5, 0.0625, 0.125, 0.75};

// What a step reads and writes, and what it returned.
template <class T>
struct Numbers {
    std::vector<T> theta, gradient, first, second;
    double returned = 0;

    explicit Numbers(std::size_t count) : theta(count), gradient(count), first(count), second(count) {
        Dice dice(3);
        dice.fill(theta.data(), count);
        dice.fill(gradient.data(), count);
        dice.fill(first.data(), count);
        dice.fill(second.data(), count, 0.1, 1);
    }
};

template <class T>
struct Kernel {
    const char* name;
    std::function<double(const kernels::Table<T>&, Numbers<T>&)> call;
};

template <class T>
std::vector<Kernel<T>> all_kernels() {
    using Table = kernels::Table<T>;
    return {
        {"nadam",
         [](const Table& table, Numbers<T>& x) {
             return table.nadam(x.theta.data(), x.first.data(), x.second.data(), x.gradient.data(), x.theta.size(),
                                &nadam);
         }},
        {"rmsprop",
         [](const Table& table, Numbers<T>& x) {
             return table.rmsprop(x.theta.data(), x.second.data(), x.gradient.data(), x.theta.size(), &rmsprop);
         }},
        {"rprop",
         [](const Table& table, Numbers<T>& x) {
             return table.rprop(x.theta.data(), x.first.data(), x.second.data(), x.gradient.data(), x.theta.size(),
                                &rprop);
         }},
        {"regularise",
         [](const Table& table, Numbers<T>& x) {
             return table.regularise(x.gradient.data(), x.theta.data(), x.theta.size(), &regularised);
         }},
        {"squared_norm",
         [](const Table& table, Numbers<T>& x) {
             return table.squared_norm(x.gradient.data(), x.gradient.size(), &regularised.clip);
         }},
        {"limit_norms",
         [](const Table& table, Numbers<T>& x) {  // rows of 16, whole cache lines of both types
             table.limit_norms(x.theta.data(), 16, x.theta.size() / 16, 16, 0.9);
             return 0.0;
         }},
    };
}

template <class T>
void check_same(const std::vector<T>& values, const std::vector<T>& wanted) {
    constexpr double tolerance = 8 * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        REQUIRE(static_cast<double>(values[i]) == doctest::Approx(static_cast<double>(wanted[i])).epsilon(tolerance));
    }
}

TEST_CASE_TEMPLATE("every level takes the plain one's step, whatever the length", T, float, double) {
    for (const Kernel<T>& kernel : all_kernels<T>()) {
        for (const std::size_t count : {16U, 32U, 48U, 64U, 80U, 160U, 1600U}) {
            Numbers<T> wanted(count);
            wanted.returned = kernel.call(kernels::level<T>("plain"), wanted);
            for (const std::string& level : kernels::available_levels()) {
                CAPTURE(level);
                CAPTURE(kernel.name);
                CAPTURE(count);
                Numbers<T> x(count);
                x.returned = kernel.call(kernels::level<T>(level), x);
                check_same(x.theta, wanted.theta);
                check_same(x.gradient, wanted.gradient);
                check_same(x.first, wanted.first);
                check_same(x.second, wanted.second);
                CHECK(x.returned == doctest::Approx(wanted.returned).epsilon(1e-5));
            }
        }
    }
}

TEST_CASE_TEMPLATE("a gradient that is no number makes a parameter of its own none, and no other", T, float, double) {
    for (const std::string& level : kernels::available_levels()) {
        for (const Kernel<T>& kernel : all_kernels<T>()) {
            const std::string name = kernel.name;
            if (name == "squared_norm" || name == "limit_norms") {
                continue;
            }
            CAPTURE(level);
            CAPTURE(name);
            Numbers<T> x(64);
            Numbers<T> other(64);
            x.gradient[5] = static_cast<T>(nan);
            kernel.call(kernels::level<T>(level), x);
            kernel.call(kernels::level<T>(level), other);
            CHECK(std::isnan(name == "regularise" ? x.gradient[5] : x.theta[5]));
            for (std::size_t i = 0; i < 64; ++i) {
                if (i != 5) {
                    REQUIRE(x.theta[i] == other.theta[i]);
                    REQUIRE(x.gradient[i] == other.gradient[i]);
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("regularise: clips beyond the limit on both sides, infinity too; no limit changes nothing", T, float,
                   double) {
    for (const std::string& level : kernels::available_levels()) {
        const kernels::Table<T>& table = kernels::level<T>(level);
        std::vector<T> gradient(16);
        std::vector<T> theta(16, T(1));
        gradient[0] = T(10);
        gradient[1] = T(-10);
        gradient[2] = static_cast<T>(inf);
        gradient[3] = static_cast<T>(-inf);
        gradient[4] = T(0.5);
        const std::vector<T> before = gradient;
        const kernels::RegularisedStep none{{1, inf}, 1, 0, 0, 1};
        CHECK(table.regularise(gradient.data(), theta.data(), 16, &none) == 0);
        CHECK(gradient == before);
        CHECK(theta == std::vector<T>(16, T(1)));
        const kernels::RegularisedStep limit{{1, 2}, 1, 0, 0, 1};
        CHECK(table.squared_norm(gradient.data(), 16, &limit.clip) == 4 * 4 + 0.25);
        table.regularise(gradient.data(), theta.data(), 16, &limit);
        CHECK(std::vector<T>(gradient.begin(), gradient.begin() + 5) ==
              std::vector<T>{T(2), T(-2), T(2), T(-2), T(0.5)});
    }
}

TEST_CASE_TEMPLATE("limit_norms: each column by itself, and rows of another stride left alone", T, float, double) {
    for (const std::string& level : kernels::available_levels()) {
        constexpr std::size_t stride = 48;
        std::vector<T> weights(3 * stride, T(1));
        for (std::size_t i = 0; i < 3; ++i) {
            weights[i * stride + 4] = T(30);
            weights[i * stride + 7] = static_cast<T>(nan);
            weights[i * stride + 20] = T(30);
        }
        kernels::level<T>(level).limit_norms(weights.data(), stride, 3, 16, 2);
        for (std::size_t i = 0; i < 3; ++i) {
            CHECK(static_cast<double>(weights[i * stride + 4]) == doctest::Approx(2 / std::sqrt(3)).epsilon(1e-6));
            CHECK(std::isnan(weights[i * stride + 7]));
            CHECK(weights[i * stride + 20] == T(30));  // not among the 16 columns
            CHECK(weights[i * stride + 3] == T(1));    // of the norm sqrt 3 < 2
        }
    }
}

}  // namespace
}  // namespace rosenblatt
