// Threads that share out the blocks of one phase after the other. They live as long as the call that made them, so a
// fork, or another library's threads, never meets them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace rosenblatt {

class Team {
public:
    // `size` threads, the calling one among them; at least 1.
    explicit Team(std::size_t size);
    ~Team();
    Team(const Team&) = delete;
    Team(Team&&) = delete;
    Team& operator=(const Team&) = delete;
    Team& operator=(Team&&) = delete;

    [[nodiscard]] std::size_t size() const { return shares_.size(); }

    // Whether the calling thread works alone from now on, while the others sleep, or all do.
    void work_alone(bool alone) { is_alone_ = alone; }
    [[nodiscard]] std::size_t workers() const { return is_alone_ ? 1 : size(); }

    // Each of `threads` has a share of neighbouring blocks, the same ones in every phase of as many blocks: what a
    // block needs is likely to be in that core's cache. This is where a share begins, and where the one before it ends.
    [[nodiscard]] static std::size_t first_block(std::size_t thread, std::size_t blocks, std::size_t threads) {
        return thread * blocks / threads;
    }

    // Calls work(block, thread) once for every block = 0 .. blocks - 1, thread < size(), and returns when all are
    // done. Which thread gets which block is open: results must not depend on it. `work` must not throw.
    template <class Work>
    void run(std::size_t blocks, const Work& work) {
        if (workers() == 1 || blocks == 1) {
            for (std::size_t block = 0; block < blocks; ++block) {
                work(block, 0);
            }
            return;
        }
        const Phase phase{[](const void* context, std::size_t block, std::size_t thread) {
                              (*static_cast<const Work*>(context))(block, thread);
                          },
                          &work, blocks};
        run_phase(phase);
    }

private:
    struct Phase {
        void (*work)(const void* context, std::size_t block, std::size_t thread);
        const void* context;
        std::size_t blocks;
    };
    // The blocks of a thread that nobody has taken yet: how many, and in the upper half the number of the phase, so
    // that a thread that comes late takes nothing from a phase that it knows nothing about. Each on a cache line of
    // its own.
    struct alignas(64) Share {
        std::atomic<std::uint64_t> left{0};
    };

    void run_phase(const Phase& phase);
    void work_on(std::uint64_t number, std::size_t thread);
    void wait_for_phases(std::size_t thread);

    // What a thread reads when a phase begins, and on a cache line of its own what all write.
    alignas(64) std::atomic<std::uint64_t> number_{0};  // of the phase
    std::atomic<const Phase*> phase_{nullptr};
    std::vector<Share> shares_;
    std::vector<std::thread> threads_;
    alignas(64) std::atomic<std::size_t> done_{0};  // blocks of this phase
    bool is_alone_ = false;                         // read and written by the calling thread only
    std::atomic<bool> is_over_{false};
};

}  // namespace rosenblatt
