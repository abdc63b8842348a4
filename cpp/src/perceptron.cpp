#include "rosenblatt/perceptron.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kernels/dispatch.hpp"
#include "rosenblatt/aligned_buffer.hpp"
#include "src/scaled_weights.hpp"

namespace rosenblatt {
namespace {

using Clock = std::chrono::steady_clock;
using Ending = PerceptronResult::Ending;

constexpr std::chrono::milliseconds look_interval{100};
constexpr double infinity = std::numeric_limits<double>::infinity();

// How far ahead rows are asked for. With 4 instead of 2 MNIST took as long.
constexpr std::size_t rows_ahead = 2;

void require(bool condition, const std::string& message) {
    if (!condition) {
        throw std::invalid_argument(message);
    }
}

void check_length(const char* name, std::size_t length, std::size_t expected, const char* unit) {
    require(length == expected, std::string(name) + " has " + std::to_string(length) + " entries; expected " +
                                    std::to_string(expected) + ", one a " + unit);
}

template <class T>
void check(std::span<T> w, const PerceptronData<T>& data, const PerceptronOptions& options) {
    const std::size_t count = data.rows.count;
    check_length("w", w.size(), data.rows.features, "feature");
    check_length("y", data.y.size(), count, "row");
    require(count <= std::numeric_limits<std::int32_t>::max(),
            "at most 2147483647 rows are supported; x has " + std::to_string(count));
    if (!data.weights.empty()) {
        check_length("weights", data.weights.size(), count, "row");
    }
    if (!data.validation.empty()) {
        check_length("validation", data.validation.size(), count, "row");
    }
    require(std::all_of(data.y.begin(), data.y.end(), [](std::int8_t y) { return y == 1 || y == -1; }),
            "y must hold 1 and -1 only");
    const auto held_out =
        count - static_cast<std::size_t>(std::count(data.validation.begin(), data.validation.end(), std::uint8_t{0}));
    require(data.validation.empty() ? count > 0 : held_out < count, "there are no rows to train on");
    require(!options.early_stopping || (!data.validation.empty() && held_out > 0),
            "early stopping needs rows to validate on");
    require(options.alpha >= 0, "alpha must be at least 0, not " + std::to_string(options.alpha));
    require(options.l1_ratio >= 0 && options.l1_ratio <= 1,
            "l1_ratio must lie in 0 .. 1, not " + std::to_string(options.l1_ratio));
    require(options.eta0 > 0, "eta0 must be greater than 0, not " + std::to_string(options.eta0));
    require(options.max_iter > 0, "max_iter must be at least 1");
    require(options.n_iter_no_change > 0, "n_iter_no_change must be at least 1");
}

// The xorshift generator (Marsaglia 2003) and the shuffle of scikit-learn's sequential data sets. The seed is taken by
// value: every epoch permutes the order of the one before by the same permutation.
void shuffle(std::span<std::uint32_t> order, std::uint32_t seed) {
    const auto count = static_cast<std::uint32_t>(order.size());
    seed = seed == 0 ? 1 : seed;
    for (std::uint32_t i = 0; i + 1 < count; ++i) {
        seed ^= seed << 13U;
        seed ^= seed >> 17U;
        seed ^= seed << 5U;
        std::swap(order[i], order[i + (seed & 0x7fffffffU) % (count - i)]);
    }
}

// Single rows as T: where they lie if they are of that type already, else converted into a small buffer.
template <class T>
class RowReader {
public:
    explicit RowReader(const Rows& rows)
        : rows_(rows),
          is_direct_(rows.element == (sizeof(T) == sizeof(float) ? Element::float32 : Element::float64)),
          buffer_(is_direct_ ? 0 : rows.features) {}

    [[nodiscard]] const T* operator()(std::size_t i) {
        if (is_direct_) {
            return static_cast<const T*>(rows_.data) + static_cast<std::ptrdiff_t>(i) * rows_.stride;
        }
        const auto index = static_cast<std::int64_t>(i);
        gather<T>({buffer_.data(), 1, rows_.features, rows_.features}, rows_, {&index, 1});
        return buffer_.data();
    }

    // A shuffled row lies somewhere in main memory: it is asked for while those before it are worked on. It is to come
    // into the second-level cache, at 18 GB/s; of lines on their way to the first, a core awaits few at a time: 9 GB/s.
    void prefetch(std::size_t i) const {
        const std::size_t size = rows_.element == Element::uint8     ? 1
                                 : rows_.element == Element::float32 ? sizeof(float)
                                                                     : sizeof(double);
        const char* begin = static_cast<const char*>(rows_.data) +
                            static_cast<std::ptrdiff_t>(i) * rows_.stride * static_cast<std::ptrdiff_t>(size);
        for (std::size_t byte = 0; byte < rows_.features * size; byte += cache_line) {
            __builtin_prefetch(begin + byte, 0, 2);
        }
    }

private:
    Rows rows_;
    bool is_direct_;
    AlignedBuffer<T> buffer_;
};

// Looks at the clock every few rows, and asks the listener about ten times a second.
class Interruption {
public:
    Interruption(const std::function<bool()>& asked, std::size_t features)
        : asked_(asked), rows_between_looks_(1 + 16384 / (features + 1)) {}

    [[nodiscard]] bool requested() {
        if (!asked_ || ++rows_ < rows_between_looks_) {
            return false;
        }
        rows_ = 0;
        const Clock::time_point now = Clock::now();
        if (now < next_look_) {
            return false;
        }
        next_look_ = now + look_interval;
        return asked_();
    }

private:
    const std::function<bool()>& asked_;
    std::size_t rows_between_looks_;
    std::size_t rows_ = 0;
    Clock::time_point next_look_ = Clock::now() + look_interval;
};

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
    const PerceptronOptions& options_;
    double best_ = options_.early_stopping ? -infinity : infinity;
    std::size_t waited_ = 0;
};

// F: see ScaledWeights
template <class T, class F>
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
          weights_(w, has_l1_),
          intercept_(intercept),
          read_(data.rows),
          read_quickly_(data.rows),
          order_(data.rows.count),
          saved_v_(w.size()),
          interruption_(listener.interrupted, w.size()) {
        std::iota(order_.begin(), order_.end(), 0U);
        if (has_l1_ || has_l2_) {
            weights_.measure_norms();
        }
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
                if (!std::isfinite(intercept_) || !weights_.is_finite()) {
                    result.ending = Ending::overflow;
                    break;
                }
                save();
                if (options_.early_stopping) {
                    epoch.validation_score = score();
                }
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
            weights_.apply_scale();
            throw;
        }
        weights_.apply_scale();
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
                read_.prefetch(order_[k + rows_ahead]);
            }
            if (is_held_out(i)) {
                continue;
            }
            ++learned;
            const F* quick_x = read_quickly_(i);
            if (epoch.number == 1) {
                longest_ = std::max(longest_, squared_length(quick_x));
            }
            double step = 0;
            if (has_penalty) {
                epoch.objective += weights_.penalty(options_.alpha, l1_ratio_);
            }
            const T* x = nullptr;
            if (!weights_.is_surely_right(quick_x, longest_, y, intercept_)) {
                x = read_(i);
                const double z = y * (static_cast<double>(weights_.net_input(x, longest_)) + intercept_);
                if (z <= 0) {
                    epoch.loss -= z;
                    epoch.objective -= z;
                    ++epoch.wrong;
                    step = options_.eta0 * y * factor(i);
                }
            }
            update(x, step);
        }
        epoch.loss /= static_cast<double>(learned);
        epoch.objective /= static_cast<double>(learned);
        return true;
    }

    [[nodiscard]] double squared_length(const F* x) const {
        return static_cast<double>(kernels::active<F>().dot(x, x, data_.rows.features));
    }

    // x is looked at only where step is not 0.
    void update(const T* x, double step) {
        if (has_l2_) {
            weights_.shrink(static_cast<T>(std::max(0.0, 1 - (1 - l1_ratio_) * options_.eta0 * options_.alpha)));
        }
        if (step != 0) {
            weights_.add(x, static_cast<T>(step), has_l1_ || has_l2_);
            if (options_.fit_intercept) {
                intercept_ += step;
            }
        }
        if (has_l1_) {
            l1_total_ += l1_ratio_ * options_.eta0 * options_.alpha;
            weights_.push_to_zero(l1_total_);
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
        const kernels::Table<T>& kernel = kernels::active<T>();
        const std::span<const T> v = weights_.v();
        double right = 0;
        double all = 0;
        for (std::size_t i = 0; i < data_.rows.count; ++i) {
            if (is_held_out(i)) {
                const bool is_positive = static_cast<double>(kernel.dot(read_(i), v.data(), v.size())) + intercept_ > 0;
                const double weight = data_.weights.empty() ? 1 : static_cast<double>(data_.weights[i]);
                right += is_positive == (data_.y[i] > 0) ? weight : 0;
                all += weight;
            }
        }
        return right / all;
    }

    void save() {
        std::copy(weights_.v().begin(), weights_.v().end(), saved_v_.data());
        saved_scale_ = weights_.scale();
        saved_intercept_ = intercept_;
    }

    void restore() {
        const auto scale = static_cast<T>(saved_scale_);
        weights_.apply_scale();
        std::transform(saved_v_.data(), saved_v_.data() + saved_v_.size(), weights_.v().begin(),
                       [scale](T value) { return value * scale; });
        intercept_ = saved_intercept_;
    }

    const PerceptronData<T>& data_;
    const PerceptronOptions& options_;
    const PerceptronListener& listener_;
    bool has_l1_;
    bool has_l2_;
    double l1_ratio_;
    ScaledWeights<T, F> weights_;
    double intercept_;
    double l1_total_ = 0;
    double longest_ = 0;  // |x|^2 of the longest row seen so far
    RowReader<T> read_;
    RowReader<F> read_quickly_;
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
    if (data.rows.element == Element::uint8) {
        return Training<T, float>(w, intercept, data, options, listener).run();
    }
    return Training<T, T>(w, intercept, data, options, listener).run();
}

template PerceptronResult train_perceptron(std::span<float>, double, const PerceptronData<float>&,
                                           const PerceptronOptions&, const PerceptronListener&);
template PerceptronResult train_perceptron(std::span<double>, double, const PerceptronData<double>&,
                                           const PerceptronOptions&, const PerceptronListener&);

}  // namespace rosenblatt
