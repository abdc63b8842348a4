// The errors of a network on data and their Jacobian, as Levenberg-Marquardt asks for them (Hagan and Menhaj 1994).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/team.hpp"
#include "rosenblatt/training_data.hpp"

namespace rosenblatt {

// The errors are e = sqrt(w) (y - a), row after row and output after output, and J = de/dtheta. Its columns are the
// parameters of layer 1, of layer 2 and so on, each theta by its rows without padding: the bias first. In float64 only:
// J^T J has the square of the condition of J.
class Jacobian {
public:
    // For networks of this layout, on data.training of `data`, whose memory has to stay. Throws std::invalid_argument
    // where they do not fit, where a weight is negative, or where the weights add up to 0; and OutOfMemory.
    Jacobian(const Network<double>& network, const TrainingData& data, std::size_t threads);

    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] std::size_t parameters() const { return parameters_; }
    [[nodiscard]] std::size_t rows() const { return index_.size(); }

    // e^T e at the network's parameters. `interrupted`, if it is not empty, is asked about ten times a second; none if
    // it says true.
    std::optional<double> sum_of_squares(const Network<double>& network, const std::function<bool()>& interrupted);

    // [J e]^T [J e] at the network's parameters: J^T J with J^T e as its last column, and e^T e in the corner; of what
    // is below the diagonal, nothing is promised. The view is that of the last call. None as above.
    std::optional<MatrixView<double>> normal_equations(const Network<double>& network,
                                                       const std::function<bool()>& interrupted);

    // [J e] itself, into out (count * outputs x parameters + 1), for the training rows from `first` on.
    void evaluate(const Network<double>& network, std::size_t first, std::size_t count, MatrixView<double> out);

private:
    // Some rows of a chunk, which a thread takes at a time.
    struct Block {
        std::size_t first;  // in the chunk
        std::span<const std::int64_t> index;
    };
    [[nodiscard]] std::size_t blocks_of(std::span<const std::int64_t> chunk) const;
    [[nodiscard]] Block block_of(std::span<const std::int64_t> chunk, std::size_t block) const;

    // Calls work(chunk) for one chunk of rows after the other; false if it was interrupted.
    template <class Work>
    bool run_chunks(const std::function<bool()>& interrupted, const Work& work) const;

    void transpose_weights(const Network<double>& network);

    // The forward pass of some rows, whose weights' roots are left as the workspace's, and their targets.
    void forward(const Network<double>& network, std::size_t thread, std::span<const std::int64_t> index);

    // After forward: e of row i and output j.
    [[nodiscard]] double error(std::size_t thread, std::size_t i, std::size_t j) const;

    // [J e] of a block of rows, into the first rows of out.
    void write_block(const Network<double>& network, std::size_t thread, std::span<const std::int64_t> index,
                     MatrixView<double> out);

    // After forward: the Marquardt sensitivities of output j, -sqrt(w) da_j/dn of every layer.
    void sensitivities(const Network<double>& network, std::size_t thread, std::size_t rows, std::size_t j);

    Layout layout_;
    TrainingData data_;
    std::vector<std::int64_t> index_;
    std::size_t parameters_;  // without padding
    std::size_t chunk_;       // rows
    std::size_t block_;       // rows
    Team team_;
    std::vector<Workspace<double>> workspaces_;  // one for each thread
    std::vector<std::vector<double>> roots_;     // of the weights of a block's rows, for each thread
    std::vector<double> squares_;                // of each block of a chunk
    AlignedBuffer<double> jacobian_memory_;      // [J e] of a chunk
    AlignedBuffer<double> normal_memory_;
    MatrixView<double> jacobian_;
    MatrixView<double> normal_;
};

}  // namespace rosenblatt
