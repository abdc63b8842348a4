// When a perceptron has learned for long enough.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include "rosenblatt/perceptron.hpp"

namespace rosenblatt {

// scikit-learn's stopping rule: n_iter_no_change epochs in a row without an improvement by tol.
class Patience {
public:
    explicit Patience(const PerceptronOptions& options) : options_(options) {}

    [[nodiscard]] bool is_exhausted(const PerceptronEpoch& epoch) {
        const bool is_score = options_.early_stopping;
        const double value = is_score ? epoch.validation_score : epoch.objective;
        const bool is_better = is_score ? !(value < best_ + options_.tol) : !(value > best_ - options_.tol);
        waited_ = is_better || options_.tol == -infinity ? 0 : waited_ + 1;
        best_ = is_score ? std::max(best_, value) : std::min(best_, value);
        return waited_ >= options_.n_iter_no_change;
    }

private:
    static constexpr double infinity = std::numeric_limits<double>::infinity();

    const PerceptronOptions& options_;
    double best_ = options_.early_stopping ? -infinity : infinity;
    std::size_t waited_ = 0;
};

}  // namespace rosenblatt
