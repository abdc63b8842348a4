#include <memory>
#include <vector>

#include "cases.hpp"
#include "kernels/dispatch.hpp"
#include "numbers.hpp"
#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/layout.hpp"

namespace rosenblatt::micro {
namespace {

// theta, the gradient, and the optimizer's two states: so many rows, with their padding.
template <class T>
struct Memory {
    Memory(std::size_t height, std::size_t cols)
        : rows(height),
          stride(padded(cols, sizeof(T))),
          theta(rows * stride),
          gradient(rows * stride),
          first(rows * stride),
          second(rows * stride),
          squares(lines(stride, sizeof(T))) {
        fill(theta.data(), theta.size(), T(-0.1), T(0.1));
        fill(gradient.data(), gradient.size(), T(-1), T(1));
    }
    std::size_t rows, stride;
    AlignedBuffer<T> theta, gradient, first, second;
    std::vector<double> squares;
};

constexpr kernels::StepScale mean_of_200{1.0 / 200, 1e-4 / 200};

std::string step_name(const char* kernel, std::size_t rows, std::size_t cols) {
    return std::string(kernel) + " " + std::to_string(rows) + "x" + std::to_string(cols);
}

// Elements, and how often each of them is read or written.
template <class T>
Work step_work(std::size_t rows, std::size_t cols, double times) {
    const auto elements = static_cast<double>(rows * padded(cols, sizeof(T)));
    return {.elements = elements, .bytes = times * sizeof(T) * elements};
}

template <class T>
Case descend_case(std::size_t rows, std::size_t cols) {
    return {step_name("descend", rows, cols), step_work<T>(rows, cols, 3), [=] {
                const auto memory = std::make_shared<Memory<T>>(rows, cols);
                return [=] {
                    kernels::active<T>().descend(memory->theta.data(), memory->gradient.data(), 1e-3, 1.0 / 200,
                                                 memory->theta.size());
                };
            }};
}

template <class T>
Case sgd_case(std::size_t rows, std::size_t cols) {
    return {step_name("sgd", rows, cols), step_work<T>(rows, cols, 5), [=] {
                const auto memory = std::make_shared<Memory<T>>(rows, cols);
                return [=] {
                    const kernels::SgdStep step{mean_of_200, 1e-3, 0.9, true};
                    kernels::active<T>().sgd(memory->theta.data(), memory->first.data(), memory->stride,
                                             memory->gradient.data(), memory->stride, memory->rows, memory->stride,
                                             &step, memory->squares.data());
                };
            }};
}

template <class T>
Case adam_case(std::size_t rows, std::size_t cols) {
    return {step_name("adam", rows, cols), step_work<T>(rows, cols, 7), [=] {
                const auto memory = std::make_shared<Memory<T>>(rows, cols);
                return [=] {
                    const kernels::AdamStep step{mean_of_200, 1e-3, 0.9, 0.999, 1e-8};
                    kernels::active<T>().adam(memory->theta.data(), memory->first.data(), memory->second.data(),
                                              memory->stride, memory->gradient.data(), memory->stride, memory->rows,
                                              memory->stride, &step, memory->squares.data());
                };
            }};
}

}  // namespace

template <class T>
std::vector<Case> optimizer_cases() {
    std::vector<Case> cases;
    const auto add = [&cases](std::size_t rows, std::size_t cols) {
        cases.push_back(descend_case<T>(rows, cols));
        cases.push_back(sgd_case<T>(rows, cols));
        cases.push_back(adam_case<T>(rows, cols));
    };
    // A slab of 784 x 100, the columns of it that one of two threads owns, all of it, and more than fits into a core's
    // caches.
    add(24, 100);
    add(24, 48);
    add(785, 100);
    add(785, 1024);
    return cases;
}

template std::vector<Case> optimizer_cases<float>();
template std::vector<Case> optimizer_cases<double>();

}  // namespace rosenblatt::micro
