// Batch normalisation (Ioffe and Szegedy 2015) of the net inputs of all hidden layers: what is trained, and how it is
// folded into a network without.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/optimizer.hpp"

namespace rosenblatt {

// Of a hidden layer k, the net input is n = gamma (h - mu) / sqrt(sigma^2 + epsilon) + beta with h = a^(k-1) W. While
// it learns, mu and sigma^2 are those of the rows of a chunk; a folded network has moving averages of them in its
// weights.
template <class T>
class BatchNorm {
public:
    static constexpr double epsilon = 1e-5;
    static constexpr double momentum = 0.9;  // of the moving averages, for each batch

    // Begins with the W of a network, beta = b and gamma = 1, and folded is that network until a chunk was seen. The
    // options of `optimizer`, which moves W, are those with which beta and gamma will be moved. Throws
    // std::invalid_argument for a network without hidden layers.
    BatchNorm(const Network<T>& network, const Optimizer<T>& optimizer);

    // The network that is trained: its W, and b of the last layer. The b of hidden layers, which beta makes redundant,
    // is 0.
    [[nodiscard]] Network<T>& network() { return network_; }
    [[nodiscard]] const Network<T>& network() const { return network_; }

    // The hidden perceptrons of all layers together are numbered as the columns here are, layer k from column(k) on.
    [[nodiscard]] std::size_t width() const { return mean_.size(); }
    [[nodiscard]] std::size_t column(std::size_t k) const { return columns_[k - 1]; }

    // beta as row 0 and gamma as row 1.
    [[nodiscard]] MatrixView<T> scales() { return scales_.theta(1); }
    [[nodiscard]] MatrixView<const T> scales() const { return scales_.theta(1); }
    [[nodiscard]] const Layout& scales_layout() const { return scales_.layout(); }

    // The moving averages of mu and of sigma^2, this one with Bessel's correction; whether they are of any chunk yet.
    [[nodiscard]] std::span<double> mean() { return mean_; }
    [[nodiscard]] std::span<double> variance() { return variance_; }
    [[nodiscard]] bool has_statistics() const { return has_statistics_; }
    void set_has_statistics(bool has) { has_statistics_ = has; }

    // Writes into a network of the same sizes what this one is with its moving averages:
    // W gamma / sqrt(sigma^2 + epsilon), beta - mu gamma / sqrt(sigma^2 + epsilon).
    void fold(Network<T>& folded) const;
    // Whether these are the parameters that fold would write, to the bit.
    [[nodiscard]] bool is_folded_in(const Network<T>& network) const;

    // One step of beta and gamma along the gradient of a batch in the layout of the scales, together with one of
    // `weights`, the optimizer of W, as Optimizer has it. Without penalty and decay.
    void begin_step(const Optimizer<T>& weights, double weight);
    [[nodiscard]] double squared_norm(const AlignedBuffer<T>& gradient) const;
    void clip_norm(double squared_norm) { optimizer_.clip_norm(squared_norm); }
    void update(AlignedBuffer<T>& gradient);

    // Of beta and gamma.
    [[nodiscard]] Optimizer<T>& optimizer() { return optimizer_; }

    // All of it in one. None of the calls but the first allocates.
    struct State {
        AlignedBuffer<T> parameters;
        AlignedBuffer<T> scales;
        std::vector<double> mean;
        std::vector<double> variance;
        bool has_statistics = false;
        typename Optimizer<T>::State optimizer;
    };
    [[nodiscard]] State unwritten_state() const;
    void save(State& state) const;
    void restore(const State& state);
    void restore_parameters(const State& state);  // and statistics; the optimizer stays as it is

    // The same of another one for a network of the same sizes. Both throw std::invalid_argument for other sizes.
    void copy_parameters(const BatchNorm& other);
    void copy_steps(const BatchNorm& other);  // the optimizer's

private:
    void check_sizes(const BatchNorm& other) const;

    Network<T> network_;
    std::vector<std::size_t> columns_;
    Network<T> scales_;  // of one layer, whose theta is [beta; gamma]: an optimizer moves networks
    std::vector<double> mean_;
    std::vector<double> variance_;
    bool has_statistics_ = false;
    Optimizer<T> optimizer_;
};

}  // namespace rosenblatt
