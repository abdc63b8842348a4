// Half the deviances of positive numbers, of an exponential; s = dL/dn = a dL/da.

// L = sum log(a_j / y_j) + y_j / a_j - 1, s = (a - y) / a
template <class T>
void gamma(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
           std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters*) {
    const auto at = [](const Vector<T>& aj, const Vector<T>& yj, std::size_t) {
        const Vector<T> ratio = yj / aj;
        return LossOfOutputs<T>{(ratio - T(1)) - logarithm<T>(ratio), (aj - yj) / aj};
    };
    sum_of_outputs(losses, s, s_stride, a, a_stride, y, y_stride, rows, cols, at);
}

// (exp(c t) - 1) / c, and t for c = 0
template <class T>
inline Vector<T> growth(const Vector<T>& t, T c) {
    return c == T(0) ? t : exponential_less_one_of_any<T>(c * t) / c;
}

// With p = power, c = 1 - p, d = 2 - p: L = sum max(y, 0)^d / (c d) - y a^c / c + a^d / d, s = a^c (a - y). For y > 0
// that is y a^c g(c) - a^d g(d) with t = log(y / a) and g(c) = (exp(c t) - 1) / c, which has no large numbers to cancel
// as p comes near 1 or 2, and is the Poisson and the gamma loss there. At p = 0, where y may be negative, L is a
// squared error.
template <class T>
void tweedie(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
             std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters* parameters) {
    const auto c = static_cast<T>(1 - parameters->tweedie_power);
    const auto d = static_cast<T>(2 - parameters->tweedie_power);
    const T rest = parameters->tweedie_power == 0 ? T(0.5) : T(0);
    const auto at = [=](const Vector<T>& aj, const Vector<T>& yj, std::size_t) {
        const Vector<T> log_a = logarithm<T>(aj);
        const Vector<T> to_c = exponential<T>(c * log_a);
        const Vector<T> to_d = exponential<T>(d * log_a);
        const Vector<T> t = logarithm<T>((yj > T(0) ? yj : spread<T>(1)) / aj);
        const Vector<T> above = yj * to_c * growth<T>(t, c) - to_d * growth<T>(t, d);
        // Where y is 0, nothing is taken times a^c, which is infinite where a underflows to 0.
        const Vector<T> below = yj < T(0) ? to_d / d - yj * to_c / c + rest * yj * yj : to_d / d;
        return LossOfOutputs<T>{yj > T(0) ? above : below, yj == T(0) ? to_d : to_c * (aj - yj)};
    };
    sum_of_outputs(losses, s, s_stride, a, a_stride, y, y_stride, rows, cols, at);
}
