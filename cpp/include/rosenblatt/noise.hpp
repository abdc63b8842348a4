// Noise in a training: dropout (Srivastava et al. 2014) and normal numbers added to the input (Bishop 1995).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rosenblatt/layout.hpp"
#include "rosenblatt/matrix_view.hpp"
#include "rosenblatt/rows.hpp"

namespace rosenblatt {

template <class T>
class Workspace;

// What is done to the rows of a training. Every random number belongs to (seed, layer, number of the row since the
// training began, column), so it is the same for any number of threads and any way of sharing out.
struct Noise {
    double input_noise = 0;       // standard deviation of what is added to the input,
    double input_dropout = 0;     // each number of which is then 0 with this probability
    std::vector<double> dropout;  // the same of a^k of the hidden layers k = 1 .. l - 1; empty: none
    std::uint64_t seed = 0;
    std::uint64_t rows = 0;  // that came before the first one

    [[nodiscard]] bool changes_input() const { return input_noise > 0 || input_dropout > 0; }
    [[nodiscard]] bool changes(std::size_t k) const { return k > 0 && k <= dropout.size() && dropout[k - 1] > 0; }
    [[nodiscard]] bool is_on() const;
};

// Throws std::invalid_argument unless every probability is in [0, 1), there is one for each hidden layer or none, and
// the deviation is finite and not negative.
void check_noise(const Noise& noise, const Layout& layout);

// Throws std::invalid_argument for normal noise on sparse rows, which would no longer be sparse.
void check_noise(const Noise& noise, const Rows& rows);

// The input of the batch, rows `first` to first + count - 1, which were gathered: with noise, then dropped. Of a sparse
// one, what is stored is dropped.
template <class T>
void disturb_input(Workspace<T>& workspace, std::size_t first, std::size_t count);

// The input of layer k + 1, the same rows, after those of a^k were computed: a^k o m with m = 0 or 1 / (1 - p), which
// lies beside a^k, because f' is read from that. Without dropout, a^k itself.
template <class T>
[[nodiscard]] MatrixView<T> passed_on(Workspace<T>& workspace, std::size_t k, std::size_t first, std::size_t count);

// The way back: s = dL/d(a^k o m) becomes s o m. Nothing without dropout.
template <class T>
void drop_sensitivities(Workspace<T>& workspace, std::size_t k, std::size_t first, std::size_t count);

}  // namespace rosenblatt
