#include "rosenblatt/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

namespace rosenblatt {
namespace {

using Clock = std::chrono::steady_clock;

// Ten looks a second: a person does not wait, and a look every tenth of a second costs nothing.
constexpr std::chrono::milliseconds look_interval{100};

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

// Asks the listener whether to stop, about ten times a second.
template <class T>
struct Trainer<T>::Interruption {
    const Listener& listener;
    Clock::time_point next_look = Clock::now() + look_interval;

    bool requested(Clock::time_point now) {
        if (!listener.interrupted || now < next_look) {
            return false;
        }
        next_look = now + look_interval;
        return listener.interrupted();
    }
};

// The network and the optimizer as of the last epoch, to be restored where one is broken off.
template <class T>
class Trainer<T>::LastEpoch {
public:
    LastEpoch(Network<T>& network, Optimizer<T>& optimizer, BatchNorm<T>* batch_norm)
        : network_(network),
          optimizer_(optimizer),
          batch_norm_(batch_norm),
          parameters_(network.parameters().size(), typename AlignedBuffer<T>::Unwritten{}),
          state_(optimizer.unwritten_state()) {
        if (batch_norm != nullptr) {
            batch_norm_state_ = batch_norm->unwritten_state();
        }
    }

    [[nodiscard]] bool is_saved() const { return is_saved_; }
    void forget() { is_saved_ = false; }
    void save() {
        parameters_.copy_from(network_.parameters());
        optimizer_.save(state_);
        if (batch_norm_ != nullptr) {
            batch_norm_->save(batch_norm_state_);
        }
        is_saved_ = true;
    }
    void restore() {
        network_.parameters().copy_from(parameters_);
        optimizer_.restore(state_);
        if (batch_norm_ != nullptr) {
            batch_norm_->restore(batch_norm_state_);
        }
    }

private:
    Network<T>& network_;
    Optimizer<T>& optimizer_;
    BatchNorm<T>* batch_norm_;
    AlignedBuffer<T> parameters_;
    typename Optimizer<T>::State state_;
    typename BatchNorm<T>::State batch_norm_state_;
    bool is_saved_ = false;
};

template <class T>
Trainer<T>::Trainer(const Network<T>& network, const TrainerOptions& options, std::shared_ptr<Optimizer<T>> optimizer,
                    OwnLoss<T> own_loss, std::shared_ptr<BatchNorm<T>> batch_norm)
    : options_(options),
      own_loss_(std::move(own_loss)),
      optimizer_(optimizer != nullptr ? std::move(optimizer)
                                      : std::make_shared<Optimizer<T>>(network.layout(), options.optimizer)),
      batch_norm_(std::move(batch_norm)) {
    if (optimizer_->layout().sizes() != network.layout().sizes()) {
        throw std::invalid_argument("the optimizer is that of a network of other sizes");
    }
    if (batch_norm_ && batch_norm_->network().layout().sizes() != network.layout().sizes()) {
        throw std::invalid_argument("the batch normalisation is that of a network of other sizes");
    }
    if (!own_loss_) {
        check_loss(options.loss, network.layout().layers().back().activation);
    }
    if (options.batch_size == 0) {
        throw std::invalid_argument("batch_size must be at least 1, not 0");
    }
    check_noise(options.noise, network.layout());
}

template <class T>
typename Trainer<T>::Course Trainer<T>::train_epoch(Network<T>& network, TrainingStep<T>& step,
                                                    const TrainingData& data, const Plan& plan,
                                                    const Listener& listener, Interruption* interruption) {
    const std::size_t batch_size = options_.batch_size;
    const std::span<const std::int64_t> order = plan.order;
    // As many rows of a batch as a step takes at a time, from `begin` on.
    const auto chunk_at = [&](std::size_t begin) {
        const std::size_t end = std::min(begin / batch_size * batch_size + batch_size, order.size());
        return order.subspan(begin, begin < end ? std::min(step.chunk(), end - begin) : 0);
    };
    double sum = 0;
    double batch_loss = 0;
    std::span<const std::int64_t> next = chunk_at(0);
    std::size_t done = 0;
    bool is_stopped = false;
    while (done < order.size() && !is_stopped) {
        if (interruption != nullptr && interruption->requested(Clock::now())) {
            return {Course::Ending::interrupted};
        }
        const std::span<const std::int64_t> rows = next;
        if (done % batch_size > 0) {
            step.accumulate(trained(network));
        }
        done += rows.size();
        next = chunk_at(done);
        batch_loss +=
            step.pass(trained(network), data.targets, rows, options_.loss, {next, chunk_at(done + next.size())});
        if (done % batch_size == 0 || done == order.size()) {
            const std::size_t batch = (done - 1) % batch_size + 1;
            const std::size_t number = (done - 1) / batch_size + 1;
            if (!plan.rates.empty()) {
                optimizer_->set_learning_rate(plan.rates[number - 1]);
            }
            const double weight = total_weight(data.targets, order.subspan(done - batch, batch));
            double mean = std::numeric_limits<double>::quiet_NaN();
            if (weight == 0) {  // there is no mean, and nothing to be learned
                step.discard();
            } else {
                const double penalty = step.update(trained(network), *optimizer_, batch, weight);
                mean = options_.loss_scale * batch_loss / weight + penalty;
                sum += mean * static_cast<double>(batch);
            }
            batch_loss = 0;
            if (listener.on_batch) {
                fold_into(network);  // which may be looked at
                const std::size_t batches = (order.size() - 1) / batch_size + 1;
                is_stopped =
                    listener.on_batch({plan.number, number, batches, batch, mean, optimizer_->learning_rate()});
            }
        }
    }
    return {is_stopped ? Course::Ending::stopped : Course::Ending::whole, done, sum / static_cast<double>(done)};
}

template <class T>
void Trainer<T>::count_improvement(const Network<T>& network, double loss, double validation_score) {
    bool improved = false;
    if (options_.early_stopping) {
        improved = !(validation_score < progress_.best_validation_score + options_.tol);
        if (validation_score > progress_.best_validation_score) {
            progress_.best_validation_score = validation_score;
            best_parameters_.copy_from(network.parameters());
            if (batch_norm_) {
                batch_norm_->save(best_batch_norm_);
            }
        }
    } else {
        improved = !(loss > progress_.best_loss - options_.tol);
        progress_.best_loss = std::min(progress_.best_loss, loss);
    }
    progress_.no_improvement = improved ? 0 : progress_.no_improvement + 1;
}

template <class T>
Ending Trainer<T>::train(Network<T>& network, const TrainingData& data, std::size_t max_iter, MersenneTwister& random,
                         const Listener& listener) {
    const std::size_t batch_size = std::min(options_.batch_size, data.training.size());
    Team team(worthwhile_threads(network.layout(), batch_size, options_.threads, data.rows));
    Noise noise = options_.noise;
    if (noise.is_on()) {
        noise.seed = std::uint64_t{random.next()} << 32U;
        noise.seed |= random.next();
        noise.rows = static_cast<std::uint64_t>(progress_.samples);  // a later fit with the same seed draws others
    }
    std::vector<Way> ways = promising_ways(network.layout(), batch_size, team.size(), data.rows);
    if (optimizer_->clips_norm() || optimizer_->limits_norms()) {
        std::erase(ways, Way::by_inputs);  // which begins the next pass while others still move parameters
    }
    TrainingStep<T> step(trained(network), batch_size, team, data.rows, std::move(ways), optimizer_->clips_norm(),
                         noise, batch_norm_.get());
    step.take_own_loss(own_loss_);
    std::optional<Validation<T>> validation;
    if (!data.validation.empty()) {
        validation.emplace(network.layout(), data.validation,
                           ValidationOptions{options_.loss, options_.loss_scale, options_.score}, team, own_loss_);
    }
    std::vector<std::int64_t> order(data.training.begin(), data.training.end());
    std::vector<std::int64_t> permutation(options_.shuffle ? order.size() : 0);
    std::vector<std::int64_t> shuffled(permutation.size());
    // To be interrupted within an epoch, its beginning must be saved; a short one is rather waited for. The first one
    // is taken for short if it is below 10^8 operations: a twentieth of a second at 2 GFLOP/s. None is where batches
    // may throw: with a loss of one's own, and where somebody listens to them.
    LastEpoch last_epoch(trained(network), *optimizer_, batch_norm_.get());
    constexpr std::size_t most_multiplications = 17'000'000;  // of a forward pass: a sixth of all operations
    const bool may_throw = own_loss_ || listener.on_batch;
    if (may_throw || order.size() > most_multiplications / multiplications_per_row(network.layout(), data.rows)) {
        last_epoch.save();
    }
    std::vector<double> rates(listener.before_epoch ? (order.size() - 1) / batch_size + 1 : 0);
    constexpr std::size_t most_reserved = 100'000;  // a training that may be endless reserves no more
    const std::size_t reserved = loss_curve_.size() + std::min(max_iter, most_reserved);
    loss_curve_.reserve(reserved);
    if (validation) {
        validation_scores_.reserve(reserved);
        validation_losses_.reserve(reserved);
    }
    Interruption interruption{listener};
    Clock::time_point begin = Clock::now();
    for (std::size_t epoch = 1; epoch <= max_iter; ++epoch) {
        const bool has_rates = listener.before_epoch && listener.before_epoch(rates);
        if (options_.shuffle) {
            // As scikit-learn does: a fresh permutation of the order of the epoch before.
            std::iota(permutation.begin(), permutation.end(), 0);
            random.shuffle(permutation);
            std::transform(permutation.begin(), permutation.end(), shuffled.begin(),
                           [&](std::int64_t i) { return order[static_cast<std::size_t>(i)]; });
            order.swap(shuffled);
        }
        const Plan plan{epoch, order, has_rates ? std::span<const double>(rates) : std::span<const double>()};
        Course course;
        try {
            course = train_epoch(network, step, data, plan, listener, last_epoch.is_saved() ? &interruption : nullptr);
        } catch (...) {  // of a loss of one's own, or the listener's, of a batch or an interruption: then it is saved
            last_epoch.restore();
            fold_into(network);
            throw;
        }
        if (course.ending == Course::Ending::interrupted) {
            last_epoch.restore();
            fold_into(network);
            return Ending::interrupted;
        }
        fold_into(network);
        const double loss = course.loss;
        const double learning_rate = optimizer_->learning_rate();
        progress_.samples += static_cast<double>(course.rows);
        loss_curve_.push_back(loss);
        typename Validation<T>::Result seen{nan, nan};
        if (validation) {
            seen = validation->evaluate(network);
            validation_losses_.push_back(seen.loss);
            validation_scores_.push_back(listener.score ? nan : seen.score);
            if (listener.score) {
                validation_scores_.back() = listener.score();
            }
            seen.score = validation_scores_.back();
        }
        count_improvement(network, loss, seen.score);
        optimizer_->epoch_ends(progress_.samples);
        bool is_converged = false;
        if (progress_.no_improvement > options_.n_iter_no_change) {
            is_converged = optimizer_->stalled();
            progress_.no_improvement = is_converged ? progress_.no_improvement : 0;
        }
        const bool is_stopped =
            listener.on_epoch && listener.on_epoch({epoch, loss, seen.score, seen.loss, learning_rate});
        if (is_stopped || course.ending == Course::Ending::stopped) {
            return Ending::stopped_by_listener;
        }
        if (!std::isfinite(loss)) {
            return Ending::diverged;
        }
        if (is_converged) {
            return Ending::converged;
        }
        // One look at the clock an epoch: it takes 25 ns, an epoch of XOR 500.
        const Clock::time_point end = Clock::now();
        if (interruption.requested(end)) {
            return Ending::interrupted;
        }
        if (may_throw || end - begin > look_interval / 2) {
            last_epoch.save();
        } else {
            last_epoch.forget();
        }
        begin = end;
    }
    return Ending::max_iter;
}

template <class T>
Ending Trainer<T>::fit(Network<T>& network, const TrainingData& data, std::size_t max_iter, MersenneTwister& random,
                       const Listener& listener) {
    check_training_data(data, network.layout());
    check_noise(options_.noise, data.rows);
    if (options_.early_stopping && data.validation.empty()) {
        throw std::invalid_argument("early stopping needs rows to validate on");
    }
    if (!options_.early_stopping) {
        return train(network, data, max_iter, random, listener);
    }
    if (best_parameters_.size() == 0) {
        best_parameters_ = network.parameters();
        if (batch_norm_) {
            best_batch_norm_ = batch_norm_->unwritten_state();
            batch_norm_->save(best_batch_norm_);
        }
    }
    Ending ending = Ending::max_iter;
    try {
        ending = train(network, data, max_iter, random, listener);
    } catch (...) {
        restore_best(network);
        throw;
    }
    restore_best(network);
    return ending;
}

template <class T>
void Trainer<T>::restore_best(Network<T>& network) {
    network.parameters().copy_from(best_parameters_);
    if (batch_norm_) {
        batch_norm_->restore_parameters(best_batch_norm_);
    }
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace rosenblatt
