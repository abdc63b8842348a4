#include "rosenblatt/perceptron.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/sparse_batch.hpp"
#include "src/dense_unit.hpp"
#include "src/interruption.hpp"
#include "src/patience.hpp"
#include "src/perceptron_check.hpp"
#include "src/shuffled_order.hpp"
#include "src/sparse_unit.hpp"

namespace rosenblatt {
namespace {

using Ending = PerceptronResult::Ending;

// How far ahead rows are asked for. With 4 instead of 2 MNIST took as long.
constexpr std::size_t rows_ahead = 2;

// Unit: what is done with single rows, DenseUnit or SparseUnit
template <class T, class Unit>
class Training {
public:
    Training(std::span<T> w, double intercept, const PerceptronData<T>& data, const PerceptronOptions& options,
             const PerceptronListener& listener)
        : data_(data),
          options_(options),
          listener_(listener),
          has_l1_(options.penalty == Penalty::l1 || options.penalty == Penalty::elasticnet),
          has_l2_(options.penalty == Penalty::l2 || options.penalty == Penalty::elasticnet),
          l1_ratio_(options.penalty == Penalty::l1   ? 1.0
                    : options.penalty == Penalty::l2 ? 0.0
                                                     : options.l1_ratio),
          unit_(data.rows, w, has_l1_, has_l2_),
          intercept_(intercept),
          order_(data.rows.count),
          saved_v_(w.size()),
          interruption_(listener.interrupted, static_cast<std::size_t>(entries_per_row(data.rows))) {
        std::iota(order_.begin(), order_.end(), 0U);
        save();
    }

    PerceptronResult run() {
        Patience patience(options_);
        PerceptronResult result;
        try {
            while (result.n_iter < options_.max_iter) {
                PerceptronEpoch epoch{result.n_iter + 1, 0, 0, 0, std::numeric_limits<double>::quiet_NaN()};
                if (!learn(epoch)) {
                    result.ending = Ending::interrupted;
                    restore();
                    break;
                }
                ++result.n_iter;
                if (!std::isfinite(intercept_) || !unit_.is_finite()) {
                    result.ending = Ending::overflow;
                    break;
                }
                save();
                if (options_.early_stopping) {
                    epoch.validation_score = score();
                }
                epoch.scale = unit_.scale();
                epoch.intercept = intercept_;
                if (listener_.on_epoch && listener_.on_epoch(epoch)) {
                    result.ending = Ending::interrupted;
                    break;
                }
                if (patience.is_exhausted(epoch)) {
                    result.ending = Ending::converged;
                    break;
                }
            }
        } catch (...) {
            restore();
            unit_.apply_scale();
            throw;
        }
        unit_.apply_scale();
        result.intercept = intercept_;
        return result;
    }

private:
    // One pass over the rows; false if it was interrupted.
    bool learn(PerceptronEpoch& epoch) {
        if (options_.shuffle) {
            shuffle(order_, options_.seed);
        }
        const bool has_penalty = has_l1_ || has_l2_;
        std::size_t learned = 0;
        for (std::size_t k = 0; k < order_.size(); ++k) {
            if (interruption_.requested()) {
                return false;
            }
            const std::size_t i = order_[k];
            const double y = data_.y[i];
            if (options_.shuffle && k + rows_ahead < order_.size()) {
                unit_.prefetch(order_[k + rows_ahead]);
            }
            if (is_held_out(i)) {
                continue;
            }
            ++learned;
            double step = 0;
            const double margin = unit_.margin(i, y, intercept_, epoch.number == 1);
            if (margin <= 0) {
                epoch.loss -= margin;
                epoch.objective -= margin;
                ++epoch.wrong;
                step = options_.eta0 * y * factor(i);
            }
            if (has_penalty) {
                epoch.objective += unit_.penalty(options_.alpha, l1_ratio_);
            }
            update(step);
        }
        epoch.loss /= static_cast<double>(learned);
        epoch.objective /= static_cast<double>(learned);
        return true;
    }

    void update(double step) {
        if (has_l2_) {
            unit_.shrink(static_cast<T>(std::max(0.0, 1 - (1 - l1_ratio_) * options_.eta0 * options_.alpha)));
        }
        if (step != 0) {
            unit_.add(static_cast<T>(step));
            if (options_.fit_intercept) {
                intercept_ += step * Unit::intercept_rate;
            }
        }
        if (has_l1_) {
            l1_total_ += l1_ratio_ * options_.eta0 * options_.alpha;
            unit_.push_to_zero(l1_total_);
        }
    }

    // Weight of the class times weight of the row
    [[nodiscard]] double factor(std::size_t i) const {
        const auto of_class = static_cast<T>(data_.y[i] > 0 ? options_.weight_positive : options_.weight_negative);
        return static_cast<double>(data_.weights.empty() ? of_class : of_class * data_.weights[i]);
    }

    [[nodiscard]] bool is_held_out(std::size_t i) const {
        return !data_.validation.empty() && data_.validation[i] != 0;
    }

    // Share of the validation rows, by weight, that are answered rightly. As in scikit-learn, v stands in for w = scale
    // * v here, so that an L2 penalty lets the intercept count for too little.
    [[nodiscard]] double score() {
        double right = 0;
        double all = 0;
        for (std::size_t i = 0; i < data_.rows.count; ++i) {
            if (is_held_out(i)) {
                const bool is_positive = static_cast<double>(unit_.validation_input(i)) + intercept_ > 0;
                const double weight = data_.weights.empty() ? 1 : static_cast<double>(data_.weights[i]);
                right += is_positive == (data_.y[i] > 0) ? weight : 0;
                all += weight;
            }
        }
        return right / all;
    }

    void save() {
        std::copy(unit_.v().begin(), unit_.v().end(), saved_v_.data());
        saved_scale_ = unit_.scale();
        saved_intercept_ = intercept_;
    }

    void restore() {
        const auto scale = static_cast<T>(saved_scale_);
        unit_.apply_scale();
        std::transform(saved_v_.data(), saved_v_.data() + saved_v_.size(), unit_.v().begin(),
                       [scale](T value) { return value * scale; });
        intercept_ = saved_intercept_;
    }

    const PerceptronData<T>& data_;
    const PerceptronOptions& options_;
    const PerceptronListener& listener_;
    bool has_l1_;
    bool has_l2_;
    double l1_ratio_;
    Unit unit_;
    double intercept_;
    double l1_total_ = 0;
    std::vector<std::uint32_t> order_;
    AlignedBuffer<T> saved_v_;  // the model as of the last whole epoch
    double saved_scale_ = 1;
    double saved_intercept_ = 0;
    Interruption interruption_;
};

}  // namespace

template <class T>
PerceptronResult train_perceptron(std::span<T> w, double intercept, const PerceptronData<T>& data,
                                  const PerceptronOptions& options, const PerceptronListener& listener) {
    check(w, data, options);
    if (data.rows.are_sparse()) {
        return Training<T, SparseUnit<T>>(w, intercept, data, options, listener).run();
    }
    if (data.rows.element == Element::uint8) {
        return Training<T, DenseUnit<T, float>>(w, intercept, data, options, listener).run();
    }
    return Training<T, DenseUnit<T, T>>(w, intercept, data, options, listener).run();
}

template PerceptronResult train_perceptron(std::span<float>, double, const PerceptronData<float>&,
                                           const PerceptronOptions&, const PerceptronListener&);
template PerceptronResult train_perceptron(std::span<double>, double, const PerceptronData<double>&,
                                           const PerceptronOptions&, const PerceptronListener&);

}  // namespace rosenblatt
