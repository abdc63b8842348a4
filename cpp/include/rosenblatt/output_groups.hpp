// An activation that is not element-wise, taken of each group of the last layer's outputs by itself: one softmax for
// each target of a classifier of several targets.
#pragma once

#include <cstddef>

#include "rosenblatt/layout.hpp"
#include "rosenblatt/matrix_view.hpp"

namespace rosenblatt {

// a = f(n) of the last layer, group by group; a and n may be the same. The kernels read and write whole vectors, and so
// would change the neighbours of a group: it is copied to `scratch`, which has as many rows, of the widest group.
template <class T>
void activate_groups(MatrixView<T> a, MatrixView<const T> n, const Layout& layout, MatrixView<T> scratch);

// s times f'(n) of the last layer, group by group: the Jacobian of each. Two scratches like the one above.
template <class T>
void multiply_groups_by_derivative(MatrixView<T> s, MatrixView<const T> a, const Layout& layout,
                                   MatrixView<T> s_scratch, MatrixView<T> a_scratch);

}  // namespace rosenblatt
