// Dropout and normal noise: the numbers drawn are those of the distributions, independent of each other, and the same
// for every instruction set and wherever a row lies.
#include "rosenblatt/noise.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/dispatch.hpp"
#include "rosenblatt/sparse_batch.hpp"
#include "rosenblatt/workspace.hpp"
#include "sparse_table.hpp"

namespace rosenblatt {
namespace {

using Numbers = std::vector<double>;

const std::vector<Activation> three_layers{Activation::tanh, Activation::tanh, Activation::linear};

Noise with_dropout(std::vector<double> dropout, std::uint64_t seed = 1) {
    Noise noise;
    noise.dropout = std::move(dropout);
    noise.seed = seed;
    return noise;
}

// What dropout makes of ones in hidden layer k of 300 x 200, row after row: 0 and 1 / (1 - p).
Numbers masks(const Noise& noise, std::size_t k, std::uint64_t row_number = 0) {
    const Layout layout({1, 200, 200, 1}, three_layers, sizeof(double));
    Workspace<double> workspace(layout, 300, Keep::sensitivities, {}, 0, noise);
    workspace.set_row_number(row_number);
    Numbers result;
    for (std::size_t i = 0; i < 300; ++i) {
        std::fill_n(workspace.a(k).row(i), 200, 1.0);
    }
    const MatrixView<double> out = passed_on(workspace, k, 0, 300);
    for (std::size_t i = 0; i < 300; ++i) {
        result.insert(result.end(), out.row(i), out.row(i) + 200);
    }
    return result;
}

double mean(const Numbers& x) { return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()); }

// The correlation of x_i and y_(i + lag)
double correlation(const Numbers& x, const Numbers& y, std::size_t lag = 0) {
    const double mean_x = mean(x);
    const double mean_y = mean(y);
    double product = 0;
    double square_x = 0;
    double square_y = 0;
    for (std::size_t i = 0; i + lag < x.size(); ++i) {
        product += (x[i] - mean_x) * (y[i + lag] - mean_y);
        square_x += (x[i] - mean_x) * (x[i] - mean_x);
        square_y += (y[i + lag] - mean_y) * (y[i + lag] - mean_y);
    }
    return product / std::sqrt(square_x * square_y);
}

// Normal noise of deviation 1, `rows` rows of `cols` numbers.
template <class T>
Numbers normal_numbers(std::size_t rows, std::size_t cols) {
    Noise noise;
    noise.input_noise = 1;
    noise.seed = 5;
    const Layout layout({cols, 1}, {Activation::linear}, sizeof(T));
    Workspace<T> workspace(layout, rows, Keep::sensitivities, {}, 0, noise);
    disturb_input(workspace, 0, rows);
    Numbers result;
    for (std::size_t i = 0; i < rows; ++i) {
        const T* row = workspace.a(0).row(i);
        result.insert(result.end(), row, row + cols);
    }
    return result;
}

TEST_CASE("dropout takes the share p, and multiplies the rest by 1 / (1 - p)") {
    for (const double p : {0.01, 0.1, 0.5, 0.75, 0.99}) {
        CAPTURE(p);
        const Numbers m = masks(with_dropout({p, 0}), 1);
        const auto dropped = static_cast<double>(std::count(m.begin(), m.end(), 0.0));
        const auto count = static_cast<double>(m.size());
        const double deviation = std::sqrt(p * (1 - p) / count);
        CHECK(std::abs(dropped / count - p) < 4 * deviation);
        CHECK(*std::max_element(m.begin(), m.end()) == doctest::Approx(1 / (1 - p)).epsilon(1e-7));
        CHECK(std::all_of(m.begin(), m.end(), [&](double x) { return x == 0 || x > 1; }));
        // So its mean is 1 and its variance p / (1 - p).
        CHECK(std::abs(mean(m) - 1) < 4 * deviation / (1 - p));
        double variance = 0;
        for (const double x : m) {
            variance += (x - 1) * (x - 1) / count;
        }
        CHECK(variance == doctest::Approx(p / (1 - p)).epsilon(0.15));
    }
}

TEST_CASE("masks of neighbouring columns, rows, layers, batches and seeds are not correlated") {
    const Noise noise = with_dropout({0.5, 0.5});
    const Numbers m = masks(noise, 1);
    // Of independent numbers, a correlation deviates from 0 by 1 / sqrt(count).
    const double bound = 4 / std::sqrt(static_cast<double>(m.size()));
    for (const std::size_t lag : {1U, 2U, 3U, 4U, 8U, 16U, 32U, 64U, 199U, 200U, 201U, 400U, 2000U}) {
        CAPTURE(lag);
        CHECK(std::abs(correlation(m, m, lag)) < bound);
    }
    CHECK(std::abs(correlation(m, masks(noise, 2))) < bound);
    CHECK(std::abs(correlation(m, masks(noise, 1, 300))) < bound);
    CHECK(std::abs(correlation(m, masks(noise, 1, std::uint64_t{1} << 32U))) < bound);
    for (const std::uint64_t seed :
         {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{1} << 32U, std::uint64_t{1} << 63U}) {
        CAPTURE(seed);
        CHECK(std::abs(correlation(m, masks(with_dropout({0.5, 0.5}, seed), 1))) < bound);
    }
}

TEST_CASE("each of the 32 bits of a number is as often 0 as 1: p = 2^-i and 1 - 2^-i") {
    for (unsigned i = 1; i <= 8; ++i) {
        for (const double p : {std::ldexp(1.0, -static_cast<int>(i)), 1 - std::ldexp(1.0, -static_cast<int>(i))}) {
            CAPTURE(p);
            const Numbers m = masks(with_dropout({p, 0}, i), 1);
            const auto count = static_cast<double>(m.size());
            const auto dropped = static_cast<double>(std::count(m.begin(), m.end(), 0.0));
            CHECK(std::abs(dropped / count - p) < 4 * std::sqrt(p * (1 - p) / count));
        }
    }
}

TEST_CASE("the columns of a row are dropped independently: the number of dropped ones has the binomial variance") {
    const Numbers m = masks(with_dropout({0.5, 0}), 1);
    const auto chi_square = [&](std::size_t groups, auto group) {
        Numbers dropped(groups);
        for (std::size_t i = 0; i < m.size(); ++i) {
            dropped[group(i)] += m[i] == 0 ? 1 : 0;
        }
        const double each = static_cast<double>(m.size()) / static_cast<double>(groups);
        double sum = 0;
        for (const double count : dropped) {
            sum += (count - each / 2) * (count - each / 2) / (each / 4);
        }
        return sum;
    };
    // Chi-square of so many degrees of freedom: its variance is twice that.
    CHECK(std::abs(chi_square(300, [](std::size_t i) { return i / 200; }) - 300) < 4 * std::sqrt(2.0 * 300));
    CHECK(std::abs(chi_square(200, [](std::size_t i) { return i % 200; }) - 200) < 4 * std::sqrt(2.0 * 200));
}

TEST_CASE("a row's mask does not depend on where it lies in the batch, and is the same for all instruction sets") {
    const Noise noise = with_dropout({0.3, 0.3});
    const Numbers m = masks(noise, 1);
    const Numbers later = masks(noise, 1, 100);
    CHECK(std::equal(m.begin() + 100 * 200, m.end(), later.begin()));

    for (const std::string& name : kernels::available_levels()) {
        CAPTURE(name);
        const kernels::Drop drop{0x0123456789abcdef, 0x50000000, 2};
        std::vector<float> narrow(1000, 1);
        Numbers wide(1000, 1);
        Numbers plain(1000, 1);
        kernels::level<float>(name).drop(narrow.data(), narrow.data(), nullptr, 1000, &drop);
        kernels::level<double>(name).drop(wide.data(), wide.data(), nullptr, 1000, &drop);
        kernels::level<double>("plain").drop(plain.data(), plain.data(), nullptr, 1000, &drop);
        CHECK(wide == plain);
        CHECK(std::equal(narrow.begin(), narrow.end(), wide.begin()));
        // Of some columns, in any order.
        const std::vector<std::uint32_t> columns{999, 3, 3, 500, 0};
        Numbers some(5, 1);
        kernels::level<double>(name).drop(some.data(), some.data(), columns.data(), 5, &drop);
        for (std::size_t i = 0; i < 5; ++i) {
            CHECK(some[i] == wide[columns[i]]);
        }
    }
}

TEST_CASE_TEMPLATE("normal noise has the moments, the tails and the distribution of normal numbers", T, float, double) {
    const Numbers z = normal_numbers<T>(2000, 250);
    const auto count = static_cast<double>(z.size());
    const auto moment = [&](int power) {
        double sum = 0;
        for (const double x : z) {
            sum += std::pow(x, power);
        }
        return sum / count;
    };
    // The moments 0, 1, 0, 3, 0, 15; that of z^n has the variance E z^2n - (E z^n)^2.
    CHECK(std::abs(moment(1)) < 4 * std::sqrt(1 / count));
    CHECK(std::abs(moment(2) - 1) < 4 * std::sqrt(2 / count));
    CHECK(std::abs(moment(3)) < 4 * std::sqrt(15 / count));
    CHECK(std::abs(moment(4) - 3) < 4 * std::sqrt(96 / count));
    CHECK(std::abs(moment(6) - 15) < 4 * std::sqrt(10170 / count));
    for (const double limit : {0.5, 1.0, 2.0, 3.0, 4.0}) {
        CAPTURE(limit);
        const double p = std::erfc(limit / std::numbers::sqrt2) / 2;
        const double bound = 4 * std::sqrt(p / count);
        const auto beyond = [&](double sign) {
            return static_cast<double>(std::count_if(z.begin(), z.end(), [&](double x) { return sign * x > limit; }));
        };
        CHECK(std::abs(beyond(1) / count - p) < bound);
        CHECK(std::abs(beyond(-1) / count - p) < bound);
    }
    // Kolmogorov and Smirnov: beyond 2.2 / sqrt(count) one time in 10,000.
    Numbers sorted = z;
    std::sort(sorted.begin(), sorted.end());
    double largest = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double expected = std::erfc(-sorted[i] / std::numbers::sqrt2) / 2;
        largest = std::max(largest, std::abs((static_cast<double>(i) + 0.5) / count - expected));
    }
    CHECK(largest < 2.2 / std::sqrt(count));
}

TEST_CASE("normal numbers are not correlated with their neighbours, nor with the partner that shares their length") {
    const Numbers z = normal_numbers<double>(2000, 250);
    Numbers squares(z.size());
    std::transform(z.begin(), z.end(), squares.begin(), [](double x) { return x * x; });
    const double bound = 4 / std::sqrt(static_cast<double>(z.size()));
    for (const std::size_t lag : {1U, 2U, 8U, 15U, 16U, 17U, 32U, 250U, 251U}) {
        CAPTURE(lag);
        CHECK(std::abs(correlation(z, z, lag)) < bound);
        CHECK(std::abs(correlation(squares, squares, lag)) < bound);
    }
}

TEST_CASE("normal numbers are those of Box and Muller, to rounding the same for all instruction sets and precisions") {
    const Numbers reference = [] {
        Numbers z(70);
        const kernels::NormalNoise noise{0x0123456789abcdef, 1};
        kernels::level<double>("plain").add_noise(z.data(), 70, &noise);
        return z;
    }();
    for (const std::string& name : kernels::available_levels()) {
        CAPTURE(name);
        for (const std::size_t count : {1U, 5U, 31U, 33U, 70U}) {
            const kernels::NormalNoise noise{0x0123456789abcdef, 2};
            std::vector<float> narrow(count + 1, 3);
            Numbers wide(count + 1, 3);
            kernels::level<float>(name).add_noise(narrow.data(), count, &noise);
            kernels::level<double>(name).add_noise(wide.data(), count, &noise);
            for (std::size_t i = 0; i < count; ++i) {
                CHECK(wide[i] == doctest::Approx(3 + 2 * reference[i]).epsilon(1e-14));
                CHECK(static_cast<double>(narrow[i]) == doctest::Approx(3 + 2 * reference[i]).epsilon(1e-6));
            }
            CHECK(wide[count] == 3);
            CHECK(narrow[count] == 3);
        }
    }
    // Columns j and j + 16 lie on a circle whose radius and angle no other column shares.
    for (std::size_t j = 0; j < 16; ++j) {
        const double radius = std::hypot(reference[j], reference[j + 16]);
        const double u = std::exp(-radius * radius / 2) * 0x1p31 - 0.5;
        CHECK(u == doctest::Approx(std::nearbyint(u)).epsilon(1e-13));
    }
}

TEST_CASE("of sparse rows what is stored is dropped, as it is in a dense table") {
    const std::vector<double> values{1, 2, 3, 4, 5, 6, 7, 8};
    const std::vector<std::int32_t> columns{0, 3, 4, 1, 2, 4, 0, 4};
    const std::vector<std::int64_t> begins{0, 3, 3, 6, 8};
    const Rows rows{values.data(), Element::float64, 4, 5, 0, {testing::integers(begins), testing::integers(columns)}};
    const std::vector<std::int64_t> index{0, 1, 2, 3};
    Noise noise;
    noise.input_dropout = 0.5;
    noise.seed = 2;
    const Layout layout({5, 1}, {Activation::linear}, sizeof(double));
    Workspace<double> sparse(layout, 4, Keep::sensitivities, rows, 0, noise);
    Workspace<double> dense(layout, 4, Keep::sensitivities, {}, 0, noise);
    std::size_t dropped = 0;
    for (const std::uint64_t number : {0U, 4U, 8U}) {
        gather(sparse, rows, index);
        for (Workspace<double>* workspace : {&sparse, &dense}) {
            workspace->set_row_number(number);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            std::fill_n(dense.a(0).row(i), 5, 0.0);
            for (auto e = static_cast<std::size_t>(begins[i]); e < static_cast<std::size_t>(begins[i + 1]); ++e) {
                dense.a(0)(i, static_cast<std::size_t>(columns[e])) = values[e];
            }
        }
        disturb_input(sparse, 0, 1);
        disturb_input(sparse, 1, 3);
        disturb_input(dense, 0, 4);
        const auto& lines = static_cast<const SparseBatch<double>*>(sparse.sparse())->by_rows();
        for (std::size_t i = 0; i < 4; ++i) {
            for (std::size_t e = lines.begin[i]; e < lines.begin[i + 1]; ++e) {
                CHECK(lines.value[e] == dense.a(0)(i, lines.position[e]));
                dropped += static_cast<std::size_t>(lines.value[e] == 0);
            }
        }
    }
    CHECK(dropped > 6);
    CHECK(dropped < 18);
}

TEST_CASE("noise comes before dropout, so that what is dropped is 0") {
    Noise noise;
    noise.input_noise = 0.1;
    noise.input_dropout = 0.5;
    const Layout layout({100, 1}, {Activation::linear}, sizeof(double));
    Workspace<double> workspace(layout, 1, Keep::sensitivities, {}, 0, noise);
    std::fill_n(workspace.a(0).row(0), 100, 1.0);
    disturb_input(workspace, 0, 1);
    const double* x = workspace.a(0).row(0);
    CHECK(std::count(x, x + 100, 0.0) > 30);
    CHECK(std::count(x, x + 100, 2.0) == 0);
    CHECK(std::all_of(x, x + 100, [](double value) { return value == 0 || std::abs(value - 2) < 1; }));
}

TEST_CASE("without noise a layer passes its activations on as they are, and nothing is allocated for them") {
    const Layout layout({3, 4, 4, 1}, three_layers, sizeof(double));
    Workspace<double> workspace(layout, 2, Keep::sensitivities, {}, 0, with_dropout({0, 0.5}));
    CHECK(passed_on(workspace, 1, 0, 2).data == workspace.a(1).data);
    CHECK(passed_on(workspace, 2, 0, 2).data != workspace.a(2).data);
    CHECK_FALSE(Noise{}.is_on());
    CHECK_FALSE(with_dropout({0, 0}).is_on());
    CHECK(with_dropout({0, 0.1}).is_on());
}

TEST_CASE("noise that makes no sense is refused") {
    const Layout layout({3, 4, 4, 1}, three_layers, sizeof(double));
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double p : {-0.1, 1.0, 2.0, nan}) {
        CHECK_THROWS_AS(check_noise(with_dropout({p, 0}), layout), std::invalid_argument);
        Noise noise;
        noise.input_dropout = p;
        CHECK_THROWS_AS(check_noise(noise, layout), std::invalid_argument);
    }
    for (const double deviation : {-1.0, std::numeric_limits<double>::infinity(), nan}) {
        Noise noise;
        noise.input_noise = deviation;
        CHECK_THROWS_AS(check_noise(noise, layout), std::invalid_argument);
    }
    CHECK_THROWS_WITH_AS(check_noise(with_dropout({0.5}), layout),
                         "dropout has 1 probabilities; expected one for each of the 2 hidden layers",
                         std::invalid_argument);
    CHECK_NOTHROW(check_noise(with_dropout({}), layout));
    CHECK_NOTHROW(check_noise(with_dropout({0, 0.999}), layout));
}

}  // namespace
}  // namespace rosenblatt
