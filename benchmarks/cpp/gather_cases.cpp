#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>

#include "cases.hpp"
#include "kernels/dispatch.hpp"
#include "rosenblatt/workspace.hpp"

namespace rosenblatt::micro {
namespace {

constexpr std::size_t features = 784;
constexpr std::size_t batch = 128;

// A table of MNIST's width and its rows in random order; each call gathers the next batch, so rows come from memory.
template <class T, class S>
struct Memory {
    explicit Memory(std::size_t bytes)
        : table(std::max(bytes, features * batch * sizeof(S)) / sizeof(S)),
          index(std::max(bytes / (features * sizeof(S)) / batch, std::size_t{1}) * batch),
          layout({features, 1}, {Activation::linear}, sizeof(T)),
          workspace(layout, batch, Keep::outputs) {
        std::iota(index.begin(), index.end(), 0);
        // NOLINTNEXTLINE(bugprone-random-generator-seed): the same order in every run
        std::shuffle(index.begin(), index.end(), std::mt19937());
    }

    AlignedBuffer<S> table;
    std::vector<std::int64_t> index;
    Layout layout;
    Workspace<T> workspace;
    std::size_t done = 0;
};

template <class T, class S, class Kernel>
Case gather_case(const char* name, Kernel kernels::Table<T>::* kernel, std::size_t bytes) {
    const auto elements = static_cast<double>(batch * features);
    return {std::string(name) + " " + std::to_string(batch) + "x" + std::to_string(features),
            {.elements = elements, .bytes = elements * (sizeof(S) + sizeof(T))},
            [=] {
                const auto memory = std::make_shared<Memory<T, S>>(bytes);
                return [=] {
                    const MatrixView<T> out = memory->workspace.a(0);
                    (kernels::active<T>().*kernel)(out.data, out.stride, memory->table.data(), features,
                                                   memory->index.data() + memory->done, batch, features);
                    memory->done = (memory->done + batch) % memory->index.size();
                };
            }};
}

}  // namespace

template <class T>
std::vector<Case> gather_cases(std::size_t bytes) {
    using Table = kernels::Table<T>;
    return {gather_case<T, std::uint8_t>("gather_uint8", &Table::gather_uint8, bytes),
            gather_case<T, float>("gather_float32", &Table::gather_float32, bytes),
            gather_case<T, double>("gather_float64", &Table::gather_float64, bytes)};
}

template std::vector<Case> gather_cases<float>(std::size_t);
template std::vector<Case> gather_cases<double>(std::size_t);

}  // namespace rosenblatt::micro
