#include <algorithm>
#include <cstdint>
#include <memory>

#include "cases.hpp"
#include "kernels/dispatch.hpp"
#include "numbers.hpp"
#include "rosenblatt/workspace.hpp"

namespace rosenblatt::micro {
namespace {

struct Shape {
    std::vector<std::size_t> sizes;
    std::size_t batch;
    std::size_t block;  // rows of a forward pass, see TrainingStep::pass
};

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> all{
        {{784, 100, 10}, 200, 100},       // MNIST, scikit-learn's defaults: two blocks
        {{784, 100, 10}, 128, 128},       // the tallest block
        {{784, 32, 10}, 32, 32},          //
        {{784, 256, 128, 10}, 200, 100},  //
        {{784, 1024, 10}, 200, 100},      //
        {{64, 100, 10}, 200, 100},        // digits
        {{2, 4, 2}, 4, 4},                // XOR
    };
    return all;
}

// A network's memory with the strides of Layout and Workspace.
template <class T>
struct Memory {
    explicit Memory(const Shape& shape)
        : layout(shape.sizes, std::vector<Activation>(shape.sizes.size() - 1, Activation::relu), sizeof(T)),
          workspace(layout, shape.batch, Keep::sensitivities),
          theta(layout.size()),
          gradient(layout.size()),
          order(shape.batch) {
        // 7 is prime to all of these numbers of rows.
        for (std::size_t i = 0; i < order.size(); ++i) {
            order[i] = static_cast<std::int64_t>(7 * i % order.size());
        }
        fill(theta.data(), theta.size(), T(-0.1), T(0.1));
        for (std::size_t k = 0; k < shape.sizes.size(); ++k) {
            fill(workspace.a(k), T(0), T(1));
        }
        for (std::size_t k = 1; k < shape.sizes.size(); ++k) {
            fill(workspace.s(k), T(-1), T(1));
        }
        for (std::size_t k = 2; k < shape.sizes.size(); ++k) {
            fill(workspace.transposed_weights(k), T(-0.1), T(0.1));
        }
    }

    [[nodiscard]] const Layer& layer(std::size_t k) const { return layout.layers()[k - 1]; }

    [[nodiscard]] PickedRows<T> rows(std::size_t k, bool in_place) const {
        const MatrixView<T> a = workspace.a(k);
        return {a.data, static_cast<std::ptrdiff_t>(a.stride), in_place ? order.data() : nullptr};
    }

    Layout layout;
    Workspace<T> workspace;
    AlignedBuffer<T> theta;
    AlignedBuffer<T> gradient;
    std::vector<std::int64_t> order;
};

// Rows of theta whose gradient is computed at a time, see UpdatePlan.
std::size_t slab_height(const Layout& layout, const Layer& layer) {
    constexpr std::size_t height = 12;
    const std::size_t elements = std::max<std::size_t>(layout.size() / 32, 2048);
    return std::min(std::max(elements / layer.stride / height * height, height), layer.inputs + 1);
}

std::string product_name(const char* kernel, std::size_t rows, std::size_t inner, std::size_t cols) {
    return std::string(kernel) + " " + std::to_string(rows) + "x" + std::to_string(inner) + "x" + std::to_string(cols);
}

Work product_work(std::size_t rows, std::size_t inner, std::size_t cols) {
    return {.flops = 2 * static_cast<double>(rows) * static_cast<double>(inner) * static_cast<double>(cols)};
}

// a^k = ReLU(b^k + a^(k-1) W^k), of rows one after the other, or read in place, where they lie in any order
template <class T>
Case forward_case(const Shape& shape, std::size_t k, bool in_place) {
    const std::size_t inner = shape.sizes[k - 1];
    const std::size_t cols = shape.sizes[k];
    return {product_name(in_place ? "multiply in place" : "multiply forward", shape.block, inner, cols),
            product_work(shape.block, inner + 1, cols), [=] {
                const auto memory = std::make_shared<Memory<T>>(shape);
                return [=] {
                    const MatrixView<T> n = memory->workspace.n(k);
                    const PickedRows<T> input = memory->rows(k - 1, in_place);
                    const Layer& layer = memory->layer(k);
                    const T* theta = memory->theta.data() + layer.offset;
                    const kernels::Finish<T> activate{kernels::Finish<T>::Kind::relu,
                                                      kernels::active<T>().activate[static_cast<int>(Activation::relu)],
                                                      n.data, n.stride};
                    kernels::active<T>().multiply(n.data, n.stride, theta, &input, theta + layer.stride, layer.stride,
                                                  shape.block, inner, cols, &activate, nullptr);
                };
            }};
}

// s^(k-1) = s^k (W^k)^T o ReLU'(n^(k-1))
template <class T>
Case backward_case(const Shape& shape, std::size_t k) {
    const std::size_t inner = shape.sizes[k];
    const std::size_t cols = shape.sizes[k - 1];
    return {product_name("multiply backward", shape.block, inner, cols), product_work(shape.block, inner, cols), [=] {
                const auto memory = std::make_shared<Memory<T>>(shape);
                return [=] {
                    const MatrixView<T> s = memory->workspace.s(k);
                    const MatrixView<T> s_before = memory->workspace.s(k - 1);
                    const MatrixView<T> a_before = memory->workspace.a(k - 1);
                    const MatrixView<T> transposed = memory->workspace.transposed_weights(k);
                    const PickedRows<T> left{s.data, static_cast<std::ptrdiff_t>(s.stride), nullptr};
                    const kernels::Finish<T> multiply_by_slope{
                        kernels::Finish<T>::Kind::relu_slope,
                        kernels::active<T>().derivative[static_cast<int>(Activation::relu)], a_before.data,
                        a_before.stride};
                    kernels::active<T>().multiply(s_before.data, s_before.stride, nullptr, &left, transposed.data,
                                                  transposed.stride, shape.block, inner, cols, &multiply_by_slope,
                                                  nullptr);
                };
            }};
}

// dL/dW^k = (a^(k-1))^T s^k, slab after slab into the same memory, as a step with an optimizer does
template <class T>
Case gradient_case(const Shape& shape, std::size_t k, bool in_place) {
    const std::size_t rows = shape.sizes[k - 1];
    const std::size_t cols = shape.sizes[k];
    return {product_name(in_place ? "multiply_transposed in place" : "multiply_transposed", rows, shape.batch, cols),
            product_work(rows, shape.batch, cols), [=] {
                const auto memory = std::make_shared<Memory<T>>(shape);
                const std::size_t height = slab_height(memory->layout, memory->layer(k));
                return [=] {
                    PickedRows<T> input = memory->rows(k - 1, in_place);
                    const MatrixView<T> s = memory->workspace.s(k);
                    for (std::size_t first = 0; first < rows; first += height, input.data += height) {
                        kernels::active<T>().multiply_transposed(
                            memory->gradient.data(), memory->layer(k).stride, &input, s.data, s.stride,
                            std::min(height, rows - first), shape.batch, cols, false, nullptr);
                    }
                };
            }};
}

template <class T>
Case transpose_case(const Shape& shape, std::size_t k) {
    const std::size_t rows = shape.sizes[k - 1];
    const std::size_t cols = shape.sizes[k];
    const auto elements = static_cast<double>(rows * cols);
    return {"transpose " + std::to_string(rows) + "x" + std::to_string(cols),
            {.elements = elements, .bytes = 2 * sizeof(T) * elements},
            [=] {
                const auto memory = std::make_shared<Memory<T>>(shape);
                return [=] {
                    const MatrixView<T> transposed = memory->workspace.transposed_weights(k);
                    const Layer& layer = memory->layer(k);
                    kernels::active<T>().transpose(transposed.data, transposed.stride,
                                                   memory->theta.data() + layer.offset + layer.stride, layer.stride,
                                                   rows, cols);
                };
            }};
}

}  // namespace

template <class T>
std::vector<Case> product_cases() {
    std::vector<Case> cases;
    // Networks share layers; each product is measured once.
    const auto add = [&cases](const Case& one) {
        if (std::none_of(cases.begin(), cases.end(), [&](const Case& other) { return other.name == one.name; })) {
            cases.push_back(one);
        }
    };
    for (const Shape& shape : shapes()) {
        for (std::size_t k = 1; k < shape.sizes.size(); ++k) {
            for (const bool in_place : {false, true}) {
                if (k == 1 || !in_place) {
                    add(forward_case<T>(shape, k, in_place));
                    add(gradient_case<T>(shape, k, in_place));
                }
            }
            if (k > 1) {
                add(backward_case<T>(shape, k));
                add(transpose_case<T>(shape, k));
            }
        }
    }
    return cases;
}

template std::vector<Case> product_cases<float>();
template std::vector<Case> product_cases<double>();

}  // namespace rosenblatt::micro
