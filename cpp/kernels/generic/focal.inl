// The focal losses (Lin et al. 2017): log-losses in which answers that are nearly right count little. s = dL/dn, in
// which no a is divided by: of a probability that underflows to 0, dL/da is infinite, but dL/dn is not.

// x^exponent of positive x
template <class T>
inline Vector<T> power(const Vector<T>& x, T exponent) {
    return exponential<T>(exponent * logarithm<T>(x));
}

// L = -sum y_j q_j^gamma log a_j with q = 1 - a. With g_j = a_j dL/da_j = y_j q_j^gamma (gamma a_j log a_j / q_j - 1),
// the Jacobian of the softmax makes s_j = g_j - a_j sum g_i of it.
template <class T>
void focal(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
           std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters* parameters) {
    const auto exponent = static_cast<T>(parameters->focal_gamma);
    for (std::size_t i = 0; i < rows; ++i) {
        T* si = s + i * s_stride;
        const T* ai = a + i * a_stride;
        double loss = 0;
        T sum = 0;
        for (std::size_t j = 0; j < cols; j += lanes<T>) {
            const Vector<T> p = clipped<T>(load(ai + j));
            const Vector<T> q = T(1) - p;
            const Vector<T> log_p = logarithm<T>(p);
            const Vector<T> weight = load(y + i * y_stride + j) * power<T>(q, exponent);
            const Vector<T> g = first_lanes<T>(weight * (exponent * p * log_p / q - T(1)), cols - j, T(0));
            loss -= sum_of_first_lanes<T>(weight * log_p, cols - j);
            store(si + j, g);
            sum += sum_of_lanes<T>(g);
        }
        for (std::size_t j = 0; j < cols; j += lanes<T>) {
            store(si + j, first_lanes<T>(load(si + j) - load(ai + j) * sum, cols - j, T(0)));
        }
        losses[i] = loss;
    }
}

// L = -sum y_j q_j^gamma log a_j + (1 - y_j) a_j^gamma log q_j with q = 1 - a, and the derivative of the sigmoid is a
// q: s_j = y_j q_j^gamma (gamma a_j log a_j - q_j) - (1 - y_j) a_j^gamma (gamma q_j log q_j - a_j).
template <class T>
void binary_focal(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
                  std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters* parameters) {
    const auto exponent = static_cast<T>(parameters->focal_gamma);
    const auto at = [exponent](const Vector<T>& aj, const Vector<T>& yj, std::size_t) {
        const Vector<T> p = clipped<T>(aj);
        const Vector<T> q = T(1) - p;
        const Vector<T> log_p = logarithm<T>(p);
        const Vector<T> log_q = logarithm<T>(q);
        const Vector<T> positive = yj * power<T>(q, exponent);
        const Vector<T> negative = (T(1) - yj) * power<T>(p, exponent);
        return LossOfOutputs<T>{-(positive * log_p + negative * log_q),
                                positive * (exponent * p * log_p - q) - negative * (exponent * q * log_q - p)};
    };
    sum_of_outputs(losses, s, s_stride, a, a_stride, y, y_stride, rows, cols, at);
}
