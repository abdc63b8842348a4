#include <memory>

#include "cases.hpp"
#include "kernels/dispatch.hpp"
#include "numbers.hpp"
#include "rosenblatt/aligned_buffer.hpp"

namespace rosenblatt::micro {
namespace {

template <class T>
struct Memory {
    explicit Memory(std::size_t count) : x(count), w(count) {
        fill(x.data(), count, T(0), T(1));
        fill(w.data(), count, T(-1), T(1));
    }
    AlignedBuffer<T> x, w;
    T result = 0;
};

template <class T>
Work row_work(std::size_t count, std::size_t numbers) {
    const auto elements = static_cast<double>(count);
    return {.flops = 2 * elements, .elements = elements, .bytes = elements * static_cast<double>(numbers * sizeof(T))};
}

template <class T>
Case dot_case(std::size_t count) {
    return {"dot " + std::to_string(count), row_work<T>(count, 2), [=] {
                const auto memory = std::make_shared<Memory<T>>(count);
                return [=] { memory->result = kernels::active<T>().dot(memory->x.data(), memory->w.data(), count); };
            }};
}

template <class T>
Case add_scaled_case(std::size_t count) {
    return {"add_scaled " + std::to_string(count), row_work<T>(count, 3), [=] {
                const auto memory = std::make_shared<Memory<T>>(count);
                return [=] { kernels::active<T>().add_scaled(memory->w.data(), memory->x.data(), T(0.01), count); };
            }};
}

}  // namespace

template <class T>
std::vector<Case> row_cases() {
    std::vector<Case> cases;
    for (const std::size_t count : {std::size_t{64}, std::size_t{784}}) {
        cases.push_back(dot_case<T>(count));
        cases.push_back(add_scaled_case<T>(count));
    }
    return cases;
}

template std::vector<Case> row_cases<float>();
template std::vector<Case> row_cases<double>();

}  // namespace rosenblatt::micro
