#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "cases.hpp"
#include "kernels/dispatch.hpp"
#include "numbers.hpp"
#include "rosenblatt/workspace.hpp"

namespace rosenblatt::micro {
namespace {

constexpr std::size_t rows = 128;

// One layer's a, s and y with a network's strides: a of probabilities, y of one 1 a row, s of zeros.
template <class T>
struct Memory {
    explicit Memory(std::size_t cols)
        : layout({1, cols}, {Activation::softmax}, sizeof(T)), workspace(layout, rows, Keep::everything) {
        fill(n(), T(-3), T(3));
        fill(a(), T(0.1), T(0.9));
        for (std::size_t i = 0; i < rows; ++i) {
            y()(i, i * i * 7919 % 1009 % cols) = T(1);
        }
    }
    [[nodiscard]] MatrixView<T> n() const { return workspace.n(1); }
    [[nodiscard]] MatrixView<T> a() const { return workspace.a(1); }
    [[nodiscard]] MatrixView<T> s() const { return workspace.s(1); }
    [[nodiscard]] MatrixView<T> y() const { return workspace.y(); }

    Layout layout;
    Workspace<T> workspace;
};

std::string case_name(const char* kernel, std::string_view function, std::size_t cols) {
    return std::string(kernel) + " " + std::string(function) + " " + std::to_string(rows) + "x" + std::to_string(cols);
}

// Each element takes `numbers` numbers from or to memory.
template <class T>
Work element_work(std::size_t cols, std::size_t numbers) {
    const auto elements = static_cast<double>(rows * cols);
    return {.elements = elements, .bytes = elements * static_cast<double>(numbers * sizeof(T))};
}

// Hidden layers are 100 wide here, softmax has 10 classes.
std::size_t width(Activation activation) { return activation == Activation::softmax ? 10 : 100; }

template <class T>
Case activate_case(Activation activation) {
    const std::size_t cols = width(activation);
    return {case_name("activate", name(activation), cols), element_work<T>(cols, 2), [=] {
                const auto memory = std::make_shared<Memory<T>>(cols);
                // Not in place, or the numbers would change from call to call.
                return [=] {
                    kernels::active<T>().activate[static_cast<int>(activation)](
                        memory->a().data, memory->a().stride, memory->n().data, memory->n().stride, rows, cols);
                };
            }};
}

template <class T>
Case derivative_case(Activation activation) {
    const std::size_t cols = width(activation);
    return {case_name("derivative", name(activation), cols), element_work<T>(cols, 3), [=] {
                const auto memory = std::make_shared<Memory<T>>(cols);
                // s is zero: multiplied by slopes again and again, it would soon hold tiny numbers, which are slow.
                return [=] {
                    kernels::active<T>().derivative[static_cast<int>(activation)](
                        memory->s().data, memory->s().stride, memory->a().data, memory->a().stride, rows, cols);
                };
            }};
}

template <class T>
Case loss_case(Loss loss) {
    constexpr std::size_t cols = 10;
    return {case_name("loss", name(loss), cols), element_work<T>(cols, 3), [=] {
                const auto memory = std::make_shared<Memory<T>>(cols);
                const auto losses = std::make_shared<std::vector<double>>(rows);
                const auto quantile = std::make_shared<double>(0.5);
                return [=] {
                    const kernels::LossParameters parameters{1, 1.5, 2, quantile.get(), 1};
                    const MatrixView<T> s = memory->s();
                    const MatrixView<T> a = memory->a();
                    const MatrixView<T> y = memory->y();
                    kernels::active<T>().loss[static_cast<int>(loss)](
                        losses->data(), s.data, s.stride, a.data, a.stride, y.data, y.stride, rows, cols, &parameters);
                };
            }};
}

template <class T>
Case exponentials_case() {
    constexpr std::size_t cols = 96;
    return {case_name("exponentials", "exp", cols), element_work<T>(cols, 2), [] {
                const auto x = std::make_shared<AlignedBuffer<T>>(rows * cols);
                const auto y = std::make_shared<AlignedBuffer<T>>(rows * cols);
                fill(x->data(), x->size(), T(-3), T(3));
                return [=] { kernels::active<T>().exponentials(y->data(), x->data(), x->size()); };
            }};
}

template <class T>
Case logarithms_case() {
    constexpr std::size_t cols = 96;
    return {case_name("logarithms", "log", cols), element_work<T>(cols, 2), [] {
                const auto x = std::make_shared<AlignedBuffer<T>>(rows * cols);
                const auto y = std::make_shared<AlignedBuffer<T>>(rows * cols);
                fill(x->data(), x->size(), T(0), T(1));
                return [=] { kernels::active<T>().logarithms(y->data(), x->data(), x->size()); };
            }};
}

}  // namespace

template <class T>
std::vector<Case> element_cases() {
    std::vector<Case> cases;
    for (int i = 0; i < activation_count; ++i) {
        cases.push_back(activate_case<T>(static_cast<Activation>(i)));
    }
    cases.push_back(exponentials_case<T>());
    cases.push_back(logarithms_case<T>());
    for (int i = 0; i < activation_count; ++i) {
        const auto activation = static_cast<Activation>(i);
        if (activation != Activation::linear) {  // a network leaves that one out
            cases.push_back(derivative_case<T>(activation));
        }
    }
    for (int i = 0; i < loss_count; ++i) {
        cases.push_back(loss_case<T>(static_cast<Loss>(i)));
    }
    return cases;
}

template std::vector<Case> element_cases<float>();
template std::vector<Case> element_cases<double>();

}  // namespace rosenblatt::micro
