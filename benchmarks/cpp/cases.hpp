// The kernels with the shapes that they are called with, ready to be measured.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace rosenblatt::micro {

// What one call is asked for; padding does not count. 0 where it says nothing about a kernel.
struct Work {
    double flops = 0;
    double elements = 0;
    double bytes = 0;  // read and written
};

using Call = std::function<void()>;

struct Case {
    std::string name;
    Work work;
    std::function<Call()> prepare;  // makes the data, which the call then owns
};

template <class T>
[[nodiscard]] constexpr const char* type_name() {
    return sizeof(T) == sizeof(float) ? "float32" : "float64";
}

// multiply, multiply_transposed and transpose, as networks of several shapes call them
template <class T>
[[nodiscard]] std::vector<Case> product_cases();

// activate, derivative, loss and exponentials
template <class T>
[[nodiscard]] std::vector<Case> element_cases();

// gather from a table of `bytes` bytes
template <class T>
[[nodiscard]] std::vector<Case> gather_cases(std::size_t bytes);

// sgd and adam
template <class T>
[[nodiscard]] std::vector<Case> optimizer_cases();

// dot and add_scaled
template <class T>
[[nodiscard]] std::vector<Case> row_cases();

}  // namespace rosenblatt::micro
