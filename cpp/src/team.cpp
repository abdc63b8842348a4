#include "rosenblatt/team.hpp"

namespace rosenblatt {
namespace {

constexpr std::uint64_t low_half = 0xffffffffU;

void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// Returns when `variable` no longer holds `old`. Spins for some 20 microseconds, the time between two phases of a small
// network, and sleeps then: a thread that spins on takes the core from the one that it is waiting for.
template <class Value>
void wait_while(const std::atomic<Value>& variable, Value old) {
    constexpr int spins = 500;
    for (int i = 0; i < spins; ++i) {
        if (variable.load(std::memory_order_acquire) != old) {
            return;
        }
        pause_briefly();
    }
    variable.wait(old, std::memory_order_acquire);
}

}  // namespace

Team::Team(std::size_t size) : shares_(size == 0 ? 1 : size) {
    threads_.reserve(shares_.size() - 1);
    for (std::size_t thread = 1; thread < shares_.size(); ++thread) {
        threads_.emplace_back([this, thread] { wait_for_phases(thread); });
    }
}

Team::~Team() {
    is_over_.store(true);
    number_.fetch_add(1);
    number_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void Team::run_phase(const Phase& phase) {
    // Nobody takes blocks now: those of the phase before are all done.
    const std::uint64_t number = number_.load(std::memory_order_relaxed) + 1;
    phase_.store(&phase, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    for (std::size_t thread = 0; thread < size(); ++thread) {
        const std::size_t count =
            first_block(thread + 1, phase.blocks, size()) - first_block(thread, phase.blocks, size());
        shares_[thread].left.store(number << 32U | count, std::memory_order_release);
    }
    number_.store(number, std::memory_order_release);
    number_.notify_all();
    work_on(number & low_half, 0);
    for (std::size_t done = done_.load(std::memory_order_acquire); done != phase.blocks;
         done = done_.load(std::memory_order_acquire)) {
        wait_while(done_, done);
    }
}

// Takes blocks of this phase until none is left, first of the thread's own share, then of the others'.
void Team::work_on(std::uint64_t number, std::size_t thread) {
    for (std::size_t i = 0; i < size(); ++i) {
        const std::size_t owner = (thread + i) % size();
        std::atomic<std::uint64_t>& left = shares_[owner].left;
        std::uint64_t seen = left.load(std::memory_order_acquire);
        while ((seen >> 32U) == number && (seen & low_half) != 0) {
            if (!left.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
                continue;
            }
            // The phase is this one as long as the block that was just taken is not done.
            const Phase& phase = *phase_.load(std::memory_order_relaxed);
            const std::size_t end = first_block(owner + 1, phase.blocks, size());
            const std::size_t blocks = phase.blocks;
            phase.work(phase.context, end - (seen & low_half), thread);
            if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == blocks) {
                done_.notify_all();
            }
            seen = left.load(std::memory_order_acquire);
        }
    }
}

void Team::wait_for_phases(std::size_t thread) {
    std::uint64_t number = 0;
    while (true) {
        wait_while(number_, number);
        number = number_.load(std::memory_order_acquire);
        if (is_over_.load()) {
            return;
        }
        work_on(number & low_half, thread);
    }
}

}  // namespace rosenblatt
