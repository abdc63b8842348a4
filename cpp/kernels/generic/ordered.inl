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

// n_j moves all a_i with i >= j, by the slope of log(1 + exp n_j); that of n_1 is 1. By means of n: where a is large,
// the difference of two of them has no digits left that tell the slope.
template <class T>
void ordered_derivative(T* s, std::size_t s_stride, const T* n, std::size_t n_stride, std::size_t rows,
                        std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        T* si = s + i * s_stride;
        for (std::size_t j = cols - 1; j > 0; --j) {
            si[j - 1] += si[j];
        }
        const T first = si[0];
        derivative_by_net_input<T, Softplus>(si, s_stride, n + i * n_stride, n_stride, 1, cols);
        si[0] = first;
    }
}
