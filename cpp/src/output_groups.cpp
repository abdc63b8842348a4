#include "rosenblatt/output_groups.hpp"

#include <algorithm>

#include "kernels/dispatch.hpp"

namespace rosenblatt {
namespace {

template <class T>
void copy(MatrixView<T> out, MatrixView<const T> in) {
    for (std::size_t i = 0; i < in.rows; ++i) {
        std::copy_n(in.row(i), in.cols, out.row(i));
    }
}

// Columns first .. first + width - 1.
template <class T>
MatrixView<T> columns(MatrixView<T> matrix, std::size_t first, std::size_t width) {
    return {matrix.data + first, matrix.rows, width, matrix.stride};
}

}  // namespace

template <class T>
void activate_groups(MatrixView<T> a, MatrixView<const T> n, const Layout& layout, MatrixView<T> scratch) {
    const auto activate = kernels::active<T>().activate[static_cast<int>(layout.layers().back().activation)];
    std::size_t first = 0;
    for (const std::size_t width : layout.groups()) {
        const MatrixView<T> here = columns(scratch, 0, width);
        copy<T>(here, columns(n, first, width));
        activate(here.data, here.stride, here.data, here.stride, n.rows, width);
        copy<T>(columns(a, first, width), {here.data, n.rows, width, here.stride});
        first += width;
    }
}

template <class T>
void multiply_groups_by_derivative(MatrixView<T> s, MatrixView<const T> a, const Layout& layout,
                                   MatrixView<T> s_scratch, MatrixView<T> a_scratch) {
    const auto derivative = kernels::active<T>().derivative[static_cast<int>(layout.layers().back().activation)];
    std::size_t first = 0;
    for (const std::size_t width : layout.groups()) {
        copy<T>(s_scratch, columns<const T>(s, first, width));
        copy<T>(a_scratch, columns(a, first, width));
        derivative(s_scratch.data, s_scratch.stride, a_scratch.data, a_scratch.stride, s.rows, width);
        copy<T>(columns(s, first, width), {s_scratch.data, s.rows, width, s_scratch.stride});
        first += width;
    }
}

template void activate_groups(MatrixView<float>, MatrixView<const float>, const Layout&, MatrixView<float>);
template void activate_groups(MatrixView<double>, MatrixView<const double>, const Layout&, MatrixView<double>);
template void multiply_groups_by_derivative(MatrixView<float>, MatrixView<const float>, const Layout&,
                                            MatrixView<float>, MatrixView<float>);
template void multiply_groups_by_derivative(MatrixView<double>, MatrixView<const double>, const Layout&,
                                            MatrixView<double>, MatrixView<double>);

}  // namespace rosenblatt
