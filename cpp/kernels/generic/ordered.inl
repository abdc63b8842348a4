// Outputs that increase along a row, for quantiles that cannot cross: a_1 = n_1, a_j = a_(j-1) + log(1 + exp n_j).

template <class T>
void ordered(T* a, std::size_t a_stride, const T* n, std::size_t n_stride, std::size_t rows, std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        T* ai = a + i * a_stride;
        const T* ni = n + i * n_stride;
        const T first = ni[0];
        for (std::size_t j = 0; j < cols; j += lanes<T>) {
            store(ai + j, Softplus::value<T>(load(ni + j)));
        }
        ai[0] = first;
        for (std::size_t j = 1; j < cols; ++j) {
            ai[j] += ai[j - 1];
        }
    }
}

// n_j moves all a_i with i >= j, by the slope of log(1 + exp n_j), which is 1 - exp(a_(j-1) - a_j); that of n_1 is 1.
template <class T>
void ordered_derivative(T* s, std::size_t s_stride, const T* a, std::size_t a_stride, std::size_t rows,
                        std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        T* si = s + i * s_stride;
        const T* ai = a + i * a_stride;
        for (std::size_t j = cols - 1; j > 0; --j) {
            si[j - 1] += si[j];
        }
        for (std::size_t j = 1; j < cols; j += lanes<T>) {
            const std::size_t count = smaller(lanes<T>, cols - j);
            T step[lanes<T>] = {};
            for (std::size_t k = 0; k < count; ++k) {
                step[k] = ai[j + k] - ai[j + k - 1];
            }
            store(step, -exponential_less_one_of_any<T>(-load(step)));
            for (std::size_t k = 0; k < count; ++k) {
                si[j + k] *= step[k];
            }
        }
    }
}
