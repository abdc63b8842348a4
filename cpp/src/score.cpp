#include "rosenblatt/score.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace rosenblatt {
namespace {

double weight(const Targets& targets, std::int64_t row) {
    return targets.weights.empty() ? 1 : targets.weights[static_cast<std::size_t>(row)];
}

template <class T>
std::ptrdiff_t largest(std::span<const T> values) {
    return std::max_element(values.begin(), values.end()) - values.begin();
}

// Whether the largest answer of every group is that of its class.
template <class T>
bool are_right(std::span<const T> a, std::span<const T> y, const std::vector<std::size_t>& groups) {
    std::size_t first = 0;
    return std::all_of(groups.begin(), groups.end(), [&](std::size_t width) {
        const bool is_right = largest(a.subspan(first, width)) == largest(y.subspan(first, width));
        first += width;
        return is_right;
    });
}

// An answer above `threshold` is a yes.
template <class T>
bool is_right(std::span<const T> a, const Targets& targets, std::span<const T> y, std::int64_t row, T threshold) {
    if (targets.are_labels() && a.size() > 1) {
        return largest(a) == targets.labels[static_cast<std::size_t>(row)];
    }
    return std::equal(a.begin(), a.end(), y.begin(),
                      [&](T answer, T wanted) { return (answer > threshold) == (wanted > T(0.5)); });
}

template <class T>
double accuracy(MatrixView<const T> a, MatrixView<const T> y, const Targets& targets,
                std::span<const std::int64_t> index, const std::vector<std::size_t>& groups, T threshold) {
    double right = 0;
    for (std::size_t i = 0; i < a.rows; ++i) {
        const std::span<const T> answer{a.row(i), a.cols};
        const std::span<const T> wanted{y.row(i), y.cols};
        const bool counts = groups.empty() ? is_right<T>(answer, targets, wanted, index[i], threshold)
                                           : are_right<T>(answer, wanted, groups);
        right += counts ? weight(targets, index[i]) : 0;
    }
    return right / total_weight(targets, index);
}

// 1 - sum w (y - a)^2 / sum w (y - mean y)^2 per output; where y does not vary, 1 if it is met exactly and 0 if not.
template <class T>
double r2(MatrixView<const T> a, MatrixView<const T> y, const Targets& targets, std::span<const std::int64_t> index) {
    const double all = total_weight(targets, index);
    double sum = 0;
    for (std::size_t j = 0; j < a.cols; ++j) {
        double mean = 0;
        for (std::size_t i = 0; i < a.rows; ++i) {
            mean += weight(targets, index[i]) * static_cast<double>(y(i, j));
        }
        mean /= all;  // last: the mean of equal targets is that target exactly
        double residual = 0;
        double variation = 0;
        for (std::size_t i = 0; i < a.rows; ++i) {
            const double wanted = static_cast<double>(y(i, j));
            residual += weight(targets, index[i]) * std::pow(wanted - static_cast<double>(a(i, j)), 2);
            variation += weight(targets, index[i]) * std::pow(wanted - mean, 2);
        }
        sum += variation != 0 ? 1 - residual / variation : residual == 0 ? 1 : 0;
    }
    return sum / static_cast<double>(a.cols);
}

}  // namespace

template <class T>
double score(MatrixView<const T> a, MatrixView<const T> y, const Targets& targets, std::span<const std::int64_t> index,
             Score kind, const std::vector<std::size_t>& groups, T threshold) {
    for (std::size_t i = 0; i < a.rows; ++i) {
        if (!std::all_of(a.row(i), a.row(i) + a.cols, [](T x) { return std::isfinite(x); })) {
            return std::numeric_limits<double>::quiet_NaN();
        }
    }
    return kind == Score::accuracy ? accuracy<T>(a, y, targets, index, groups, threshold) : r2<T>(a, y, targets, index);
}

template double score(MatrixView<const float>, MatrixView<const float>, const Targets&, std::span<const std::int64_t>,
                      Score, const std::vector<std::size_t>&, float);
template double score(MatrixView<const double>, MatrixView<const double>, const Targets&, std::span<const std::int64_t>,
                      Score, const std::vector<std::size_t>&, double);

}  // namespace rosenblatt
