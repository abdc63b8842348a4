// Nothing is allocated within an epoch, nor from one epoch to the next.
#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <vector>

#include "training_run.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

void* allocate(std::size_t size, std::size_t alignment) {
    ++allocations;
    // A whole number of alignments, as aligned_alloc wants it.
    return std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
}

void* allocate_or_throw(std::size_t size, std::size_t alignment) {
    void* memory = allocate(size, alignment);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

constexpr std::size_t usual = alignof(std::max_align_t);

}  // namespace

// The global ones, of this test program: each counts. NOLINTBEGIN(cppcoreguidelines-*,misc-*,hicpp-*)
void* operator new(std::size_t size) { return allocate_or_throw(size, usual); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size, usual); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }
// NOLINTEND(cppcoreguidelines-*,misc-*,hicpp-*)

namespace rosenblatt {
namespace {

// How often something was allocated from the end of the first epoch to that of the last one; S is the type of x.
template <class T, class S>
std::size_t allocated_by_epochs(const std::vector<std::size_t>& sizes, std::size_t batch, std::size_t threads,
                                Solver solver, const Noise& noise = {}, bool is_watched = false,
                                const Regularisation& with = {}, bool is_normalised = false) {
    Network<T> network(sizes, {Activation::tanh, Activation::softmax});
    testing::Dice dice(1);
    testing::set_random_parameters(network, dice);
    constexpr std::size_t rows = 300;
    const std::vector<S> x(rows * sizes[0], S(1));
    const std::vector<std::int64_t> labels(rows, 1);
    std::vector<std::int64_t> index(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        index[i] = static_cast<std::int64_t>(i);
    }
    TrainerOptions options;
    static_cast<Regularisation&>(options.optimizer) = with;
    options.optimizer.solver = solver;
    options.batch_size = batch;
    options.tol = 0;
    options.n_iter_no_change = std::numeric_limits<double>::infinity();
    options.threads = threads;
    options.noise = noise;
    std::shared_ptr<BatchNorm<T>> batch_norm;
    if (is_normalised) {
        batch_norm = std::make_shared<BatchNorm<T>>(network, Optimizer<T>(network.layout(), options.optimizer));
    }
    Trainer<T> trainer(network, options, {}, {}, batch_norm);
    MersenneTwister random(1);
    std::size_t first = 0;
    std::size_t last = 0;
    Listener listener;
    listener.on_epoch = [&](const Epoch& epoch) {
        (epoch.number == 1 ? first : last) = allocations.load();
        return false;
    };
    const Rows table{x.data(), element_of<S>(), rows, sizes[0], static_cast<std::ptrdiff_t>(sizes[0])};
    ValidationData watched;
    if (is_watched) {
        watched = {table, {labels, {}}, index};
    }
    trainer.fit(network, {table, {labels, {}}, index, watched}, 20, random, listener);
    return last - first;
}

TEST_CASE("an allocation is counted") {
    const std::size_t before = allocations.load();
    const std::vector<int> some(10);
    CHECK(allocations.load() > before);
}

template <class T, class S>
void check_epochs() {
    for (const std::size_t threads : {1U, 2U}) {
        for (const std::size_t batch : {32U, 200U}) {
            CAPTURE(threads);
            CAPTURE(batch);
            CHECK(allocated_by_epochs<T, S>({500, 40, 2}, batch, threads, Solver::adam) == 0);
            Noise noise;
            noise.input_noise = 0.1;
            noise.input_dropout = 0.2;
            noise.dropout = {0.5};
            CHECK(allocated_by_epochs<T, S>({500, 40, 2}, batch, threads, Solver::adam, noise) == 0);
        }
    }
    CHECK(allocated_by_epochs<T, S>({2, 4, 2}, 4, 1, Solver::sgd) == 0);
    CHECK(allocated_by_epochs<T, S>({500, 40, 2}, 200, 2, Solver::adam, {}, true, {}, true) == 0);
    CHECK(allocated_by_epochs<T, S>({500, 40, 2}, 200, 2, Solver::adam, {}, true) == 0);
    Regularisation with;
    with.l1_ratio = 0.5;
    with.clip_norm = 1;
    with.max_norm = 1;
    CHECK(allocated_by_epochs<T, S>({500, 40, 2}, 200, 2, Solver::nadam, {}, false, with) == 0);
    CHECK(allocated_by_epochs<T, S>({500, 40, 2}, 300, 2, Solver::rprop, {}, false, with) == 0);
}

TEST_CASE_TEMPLATE("no epoch allocates", T, float, double) {
    check_epochs<T, std::uint8_t>();
    check_epochs<T, float>();
    check_epochs<T, double>();
}

}  // namespace
}  // namespace rosenblatt
