#include <memory>

#include "cases.hpp"
#include "kernels/dispatch.hpp"
#include "numbers.hpp"
#include "rosenblatt/aligned_buffer.hpp"

namespace rosenblatt::micro {
namespace {

// theta, the gradient, and the optimizer's two states.
template <class T>
struct Memory {
    explicit Memory(std::size_t count) : theta(count), gradient(count), first(count), second(count) {
        fill(theta.data(), count, T(-0.1), T(0.1));
        fill(gradient.data(), count, T(-1), T(1));
    }
    AlignedBuffer<T> theta, gradient, first, second;
};

constexpr kernels::StepScale mean_of_200{1.0 / 200, 1e-4 / 200};

template <class T>
Case sgd_case(std::size_t count) {
    const auto parameters = static_cast<double>(count);
    return {"sgd " + std::to_string(count), {.elements = parameters, .bytes = 5 * sizeof(T) * parameters}, [=] {
                const auto memory = std::make_shared<Memory<T>>(count);
                return [=] {
                    const kernels::SgdStep step{mean_of_200, 1e-3, 0.9, true};
                    kernels::active<T>().sgd(memory->theta.data(), memory->first.data(), memory->gradient.data(), count,
                                             &step);
                };
            }};
}

template <class T>
Case adam_case(std::size_t count) {
    const auto parameters = static_cast<double>(count);
    return {"adam " + std::to_string(count), {.elements = parameters, .bytes = 7 * sizeof(T) * parameters}, [=] {
                const auto memory = std::make_shared<Memory<T>>(count);
                return [=] {
                    const kernels::AdamStep step{mean_of_200, 1e-3, 0.9, 0.999, 1e-8};
                    kernels::active<T>().adam(memory->theta.data(), memory->first.data(), memory->second.data(),
                                              memory->gradient.data(), count, &step);
                };
            }};
}

}  // namespace

template <class T>
std::vector<Case> optimizer_cases() {
    std::vector<Case> cases;
    // A slab of 24 rows of 784 x 100, all of it, and more than fits into a core's caches.
    for (const std::size_t count : {std::size_t{24} * 112, std::size_t{785} * 112, std::size_t{785} * 1024}) {
        cases.push_back(sgd_case<T>(count));
        cases.push_back(adam_case<T>(count));
    }
    return cases;
}

template std::vector<Case> optimizer_cases<float>();
template std::vector<Case> optimizer_cases<double>();

}  // namespace rosenblatt::micro
