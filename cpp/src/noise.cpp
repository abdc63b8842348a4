#include "rosenblatt/noise.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "kernels/dispatch.hpp"
#include "rosenblatt/workspace.hpp"

namespace rosenblatt {
namespace {

// Streams of random numbers: the normal ones have one, and so has the dropout of each layer, of which the input is 0.
constexpr std::size_t normal_stream = 0;
constexpr std::size_t stream_of(std::size_t k) { return k + 1; }

// SplitMix64 (Steele, Lea and Flood 2014): its increment, and what it makes of each number.
constexpr std::uint64_t increment = 0x9e3779b97f4a7c15U;

std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
}

// The key of a row's numbers in a stream.
std::uint64_t key_of(const Noise& noise, std::size_t stream, std::uint64_t row) {
    return mixed(mixed(noise.seed + (stream + 1) * increment) + row * increment);
}

// p is rounded to a multiple of 2^-32, and the scale is 1 / (1 - p) of that: the mean is kept whatever p is.
kernels::Drop drop_of(double p) {
    constexpr double all = 0x1p32;
    const double below = std::min(std::nearbyint(p * all), all - 1);
    return {0, static_cast<std::uint32_t>(below), all / (all - below)};
}

template <class T>
void drop_rows(MatrixView<T> out, MatrixView<T> in, const Noise& noise, std::size_t k, std::uint64_t first_row) {
    kernels::Drop drop = drop_of(k == 0 ? noise.input_dropout : noise.dropout[k - 1]);
    for (std::size_t i = 0; i < in.rows; ++i) {
        drop.key = key_of(noise, stream_of(k), first_row + i);
        kernels::active<T>().drop(out.row(i), in.row(i), nullptr, in.cols, &drop);
    }
}

void check_probability(double p, const std::string& what) {
    if (!(p >= 0 && p < 1)) {
        throw std::invalid_argument(what + " must be a probability in [0, 1), not " + std::to_string(p));
    }
}

}  // namespace

bool Noise::is_on() const {
    return changes_input() || std::any_of(dropout.begin(), dropout.end(), [](double p) { return p > 0; });
}

void check_noise(const Noise& noise, const Layout& layout) {
    if (!(noise.input_noise >= 0 && std::isfinite(noise.input_noise))) {
        throw std::invalid_argument("input_noise must be a standard deviation, finite and not negative, not " +
                                    std::to_string(noise.input_noise));
    }
    check_probability(noise.input_dropout, "input_dropout");
    const std::size_t hidden = layout.layers().size() - 1;
    if (!noise.dropout.empty() && noise.dropout.size() != hidden) {
        throw std::invalid_argument("dropout has " + std::to_string(noise.dropout.size()) +
                                    " probabilities; expected one for each of the " + std::to_string(hidden) +
                                    " hidden layers");
    }
    for (std::size_t k = 1; k <= noise.dropout.size(); ++k) {
        check_probability(noise.dropout[k - 1], "dropout of layer " + std::to_string(k));
    }
}

void check_noise(const Noise& noise, const Rows& rows) {
    if (noise.input_noise > 0 && rows.are_sparse()) {
        throw std::invalid_argument("input_noise would make a dense table of sparse rows");
    }
}

template <class T>
void disturb_input(Workspace<T>& workspace, std::size_t first, std::size_t count) {
    const Noise& noise = workspace.noise();
    if (!noise.changes_input()) {
        return;
    }
    const kernels::Table<T>& kernel = kernels::active<T>();
    const std::uint64_t first_row = workspace.row_number() + first;
    if (SparseBatch<T>* sparse = workspace.sparse()) {
        typename SparseBatch<T>::Lines& x = sparse->by_rows();
        kernels::Drop drop = drop_of(noise.input_dropout);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t begin = x.begin[first + i];
            drop.key = key_of(noise, stream_of(0), first_row + i);
            kernel.drop(x.value.data() + begin, x.value.data() + begin, x.position.data() + begin,
                        x.begin[first + i + 1] - begin, &drop);
        }
        return;
    }
    const MatrixView<T> a0 = workspace.a(0).rows_from(first, count);
    for (std::size_t i = 0; noise.input_noise > 0 && i < count; ++i) {
        const kernels::NormalNoise normal{key_of(noise, normal_stream, first_row + i), noise.input_noise};
        kernel.add_noise(a0.row(i), a0.cols, &normal);
    }
    if (noise.input_dropout > 0) {
        drop_rows(a0, a0, noise, 0, first_row);
    }
}

template <class T>
MatrixView<T> passed_on(Workspace<T>& workspace, std::size_t k, std::size_t first, std::size_t count) {
    const MatrixView<T> out = workspace.passed_on(k).rows_from(first, count);
    if (workspace.noise().changes(k)) {
        drop_rows(out, workspace.a(k).rows_from(first, count), workspace.noise(), k, workspace.row_number() + first);
    }
    return out;
}

template <class T>
void drop_sensitivities(Workspace<T>& workspace, std::size_t k, std::size_t first, std::size_t count) {
    if (workspace.noise().changes(k)) {
        const MatrixView<T> s = workspace.s(k).rows_from(first, count);
        drop_rows(s, s, workspace.noise(), k, workspace.row_number() + first);
    }
}

template void disturb_input(Workspace<float>&, std::size_t, std::size_t);
template void disturb_input(Workspace<double>&, std::size_t, std::size_t);
template MatrixView<float> passed_on(Workspace<float>&, std::size_t, std::size_t, std::size_t);
template MatrixView<double> passed_on(Workspace<double>&, std::size_t, std::size_t, std::size_t);
template void drop_sensitivities(Workspace<float>&, std::size_t, std::size_t, std::size_t);
template void drop_sensitivities(Workspace<double>&, std::size_t, std::size_t, std::size_t);

}  // namespace rosenblatt
