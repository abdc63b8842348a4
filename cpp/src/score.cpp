#include "rosenblatt/score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "rosenblatt/prediction.hpp"

namespace rosenblatt {
namespace {

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
    std::size_t right = 0;
    for (std::size_t i = 0; i < a.rows; ++i) {
        right += is_right<T>({a.row(i), a.cols}, targets, {y.row(i), y.cols}, index[i]) ? 1U : 0U;
    }
    return static_cast<double>(right) / static_cast<double>(a.rows);
}

// 1 - sum (y - a)^2 / sum (y - mean y)^2 per output; where y does not vary, 1 if it is met exactly and 0 if not.
template <class T>
double r2(MatrixView<const T> a, MatrixView<const T> y) {
    double sum = 0;
    for (std::size_t j = 0; j < a.cols; ++j) {
        double mean = 0;
        for (std::size_t i = 0; i < a.rows; ++i) {
            mean += static_cast<double>(y(i, j));
        }
        mean /= static_cast<double>(a.rows);  // last: the mean of equal targets is that target exactly
        double residual = 0;
        double variation = 0;
        for (std::size_t i = 0; i < a.rows; ++i) {
            const double wanted = static_cast<double>(y(i, j));
            residual += std::pow(wanted - static_cast<double>(a(i, j)), 2);
            variation += std::pow(wanted - mean, 2);
        }
        sum += variation != 0 ? 1 - residual / variation : residual == 0 ? 1 : 0;
    }
    return sum / static_cast<double>(a.cols);
}

}  // namespace

template <class T>
double score(const Network<T>& network, const Rows& rows, const Targets& targets, std::span<const std::int64_t> index,
             Score kind, Team& team) {
    const std::size_t outputs = network.layout().outputs();
    std::vector<T> memory(2 * index.size() * outputs);
    const MatrixView<T> a{memory.data(), index.size(), outputs, outputs};
    const MatrixView<T> y{memory.data() + index.size() * outputs, index.size(), outputs, outputs};
    predict(network, a, rows, index, team);
    if (!std::all_of(a.data, a.data + index.size() * outputs, [](T x) { return std::isfinite(x); })) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    gather(y, targets, index);
    return kind == Score::accuracy ? accuracy<T>(a, y, targets, index) : r2<T>(a, y);
}

template double score(const Network<float>&, const Rows&, const Targets&, std::span<const std::int64_t>, Score, Team&);
template double score(const Network<double>&, const Rows&, const Targets&, std::span<const std::int64_t>, Score, Team&);

}  // namespace rosenblatt
