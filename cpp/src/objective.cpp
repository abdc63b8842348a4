#include "rosenblatt/objective.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace rosenblatt {
namespace {

double checked_weight(const TrainingData& data, const Layout& layout) {
    check_training_data(data, layout);
    return nonzero_weight(data.targets, data.training);
}

}  // namespace

template <class T>
Objective<T>::Objective(const Network<T>& network, const TrainingData& data, const ObjectiveOptions& options,
                        OwnLoss<T> own_loss)
    : team_(worthwhile_threads(network.layout(), data.training.size(), options.threads, data.rows)),
      weight_(checked_weight(data, network.layout())),
      index_(data.training.begin(), data.training.end()),
      options_(options),
      layout_(network.layout()),
      data_(data),
      step_(network, index_.size(), team_, data.rows, {Way::by_rows}, true) {
    if (!own_loss) {
        check_loss(options.loss, layout_.layers().back().activation);
    }
    step_.take_own_loss(std::move(own_loss));
}

template <class T>
std::optional<typename Objective<T>::Value> Objective<T>::evaluate(const Network<T>& network,
                                                                   const std::function<bool()>& interrupted) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds look_interval{100};
    Clock::time_point next_look = Clock::now() + look_interval;
    const std::span<const std::int64_t> rows = index_;
    const auto chunk_at = [&](std::size_t begin) {
        return begin < rows.size() ? rows.subspan(begin, std::min(step_.chunk(), rows.size() - begin))
                                   : std::span<const std::int64_t>{};
    };
    step_.begin_anew(network);
    double loss = 0;
    for (std::size_t begin = 0; begin < rows.size(); begin += step_.chunk()) {
        if (interrupted && Clock::now() > next_look) {
            next_look = Clock::now() + look_interval;
            if (interrupted()) {
                return {};
            }
        }
        loss += step_.pass(network, data_.targets, chunk_at(begin), options_.loss,
                           {chunk_at(begin + step_.chunk()), chunk_at(begin + 2 * step_.chunk())});
        step_.accumulate(network);
    }
    return Value{loss / weight_, finish_gradient(network)};
}

template <class T>
double Objective<T>::finish_gradient(const Network<T>& network) {
    const double scale = 1 / weight_;
    const double l1 = options_.alpha * options_.l1_ratio * scale;
    const double l2 = options_.alpha * (1 - options_.l1_ratio) * scale;
    double absolutes = 0;
    double squares = 0;
    for (std::size_t k = 1; k <= layout_.layers().size(); ++k) {
        const MatrixView<T> g = gradient(k);
        const MatrixView<const T> theta = network.theta(k);
        for (std::size_t i = 0; i < g.rows; ++i) {
            const bool is_penalised = i > 0;  // row 0 is the bias
            for (std::size_t j = 0; j < g.cols; ++j) {
                const double w = is_penalised ? static_cast<double>(theta(i, j)) : 0;
                const double sign = w > 0 ? 1 : w < 0 ? -1 : 0;
                g(i, j) = static_cast<T>(scale * static_cast<double>(g(i, j)) + l2 * w + l1 * sign);
                absolutes += sign * w;
                squares += w * w;
            }
        }
    }
    return l1 * absolutes + 0.5 * l2 * squares;
}

template class Objective<float>;
template class Objective<double>;

}  // namespace rosenblatt
