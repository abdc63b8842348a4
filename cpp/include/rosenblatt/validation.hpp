// What a network is worth on rows that it does not learn from: its score and its loss there, epoch after epoch.
#pragma once

#include <vector>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/loss_function.hpp"
#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/network.hpp"
#include "rosenblatt/prediction.hpp"
#include "rosenblatt/score.hpp"
#include "rosenblatt/team.hpp"
#include "rosenblatt/training_data.hpp"
#include "rosenblatt/workspace.hpp"

namespace rosenblatt {

struct ValidationOptions {
    LossFunction loss;
    double loss_scale = 1;  // as of the training
    Score score = Score::accuracy;
};

template <class T>
class Validation {
public:
    struct Result {
        double score;  // NaN if an answer is not finite
        double loss;   // mean over rows, each with its weight, without a penalty
    };

    // For networks of this layout; the memory of `data` has to stay. `own_loss`, if it is not empty, is taken instead
    // of that of the options. Everything is sized here. Throws std::invalid_argument where they do not fit, or where
    // the weights add up to 0.
    Validation(const Layout& layout, const ValidationData& data, const ValidationOptions& options, Team& team,
               OwnLoss<T> own_loss = {});

    [[nodiscard]] Result evaluate(const Network<T>& network);

private:
    [[nodiscard]] double mean_loss(const Network<T>& network);

    Team& team_;
    ValidationData data_;
    ValidationOptions options_;
    OwnLoss<T> own_loss_;
    double weight_;  // the sum of the rows' weights
    std::vector<T> memory_;
    MatrixView<T> a_;  // without padding: of a single output, it would be 15 sixteenths of the memory
    MatrixView<T> y_;  // the same
    // Some of these rows with padding, as the losses want them; nobody asks for s.
    AlignedBuffer<T> a_block_;
    AlignedBuffer<T> y_block_;
    AlignedBuffer<T> s_block_;
    std::vector<double> losses_;
    std::vector<Workspace<T>> workspaces_;
};

}  // namespace rosenblatt
