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
bool is_right(std::span<const T> a, const Targets& targets, std::span<const T> y, std::int64_t row) {
    if (targets.are_labels() && a.size() > 1) {
        const auto best = std::max_element(a.begin(), a.end()) - a.begin();
        return best == targets.labels[static_cast<std::size_t>(row)];
    }
    return std::equal(a.begin(), a.end(), y.begin(),
                      [](T answer, T wanted) { return (answer > T(0.5)) == (wanted > T(0.5)); });
}

template <class T>
double accuracy(MatrixView<const T> a, MatrixView<const T> y, const Targets& targets,
                std::span<const std::int64_t> index) {
    double right = 0;
    for (std::size_t i = 0; i < a.rows; ++i) {
        right += is_right<T>({a.row(i), a.cols}, targets, {y.row(i), y.cols}, index[i]) ? weight(targets, index[i]) : 0;
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
             Score kind) {
    for (std::size_t i = 0; i < a.rows; ++i) {
        if (!std::all_of(a.row(i), a.row(i) + a.cols, [](T x) { return std::isfinite(x); })) {
            return std::numeric_limits<double>::quiet_NaN();
        }
    }
    return kind == Score::accuracy ? accuracy<T>(a, y, targets, index) : r2<T>(a, y, targets, index);
}

template double score(MatrixView<const float>, MatrixView<const float>, const Targets&, std::span<const std::int64_t>,
                      Score);
template double score(MatrixView<const double>, MatrixView<const double>, const Targets&, std::span<const std::int64_t>,
                      Score);

}  // namespace rosenblatt
