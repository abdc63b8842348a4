// What must not be: inline functions, which the linker shares among files, compiled for a newer instruction set. The
// test of instruction_sets has to see them.
#include <cstdint>

namespace rosenblatt::testing {

using Wide = std::int32_t __attribute__((vector_size(64)));

[[gnu::noinline]] inline void largest(Wide& out, const Wide& x, const Wide& y) { out = x > y ? x : y; }
[[gnu::noinline]] inline int population(std::uint64_t x) { return __builtin_popcountll(x); }
[[gnu::noinline]] inline std::uint64_t without(std::uint64_t x, std::uint64_t y) { return ~x & y; }

int leak(Wide& out, const Wide& x, const Wide& y, std::uint64_t bits);

int leak(Wide& out, const Wide& x, const Wide& y, std::uint64_t bits) {
    largest(out, x, y);
    return population(without(bits, bits / 3));
}

}  // namespace rosenblatt::testing
