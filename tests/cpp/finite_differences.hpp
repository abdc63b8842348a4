// Derivatives by central differences: the reference for every derivative that the core writes out.
#pragma once

namespace rosenblatt::testing {

// df/dx at the present x by four points. The formula is off by f^(5) step^4 / 30 and the rounding of f by about
// eps |f| / step: with a step of 1e-4 both are below 1e-11 for functions of moderate size.
template <class F>
[[nodiscard]] double central_difference(double& x, const F& f, double step = 1e-4) {
    const double here = x;
    const auto at = [&](double offset) {
        x = here + offset;
        return f();
    };
    const double near = at(step) - at(-step);
    const double far = at(2 * step) - at(-2 * step);
    x = here;
    return (8 * near - far) / (12 * step);
}

}  // namespace rosenblatt::testing
