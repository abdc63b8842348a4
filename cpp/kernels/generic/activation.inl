// a = f(n) and s = s o f'(n), element by element (equations 34-38); f' is written by means of a = f(n). Whole vectors
// of n and a are read and written, with the padding of their rows.

struct HardLimit {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return n >= T(0) ? spread<T>(1) : spread<T>(0);
    }
    template <class T>
    static T slope(T) {
        return T(0);
    }
};

// Of a vector of any length, for the products. Written so that NaN stays NaN: a diverged training has to be seen, not
// clipped to zero.
template <class V>
inline V relu(V n) {
    return n < V{} ? V{} : n;
}

template <class V>
inline V times_relu_slope(V s, V a) {
    return s * (a > V{} ? V{} + 1 : V{});
}

struct ReLU {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return relu<Vector<T>>(n);
    }
    template <class T>
    static T slope(T a) {
        return a > 0 ? T(1) : T(0);
    }
};

struct Linear {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return n;
    }
    template <class T>
    static T slope(T) {
        return T(1);
    }
};

struct Sigmoid {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return logistic<T>(n);
    }
    template <class T>
    static T slope(T a) {
        return a * (T(1) - a);
    }
};

struct Tanh {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return hyperbolic_tangent<T>(n);
    }
    template <class T>
    static T slope(T a) {
        return T(1) - a * a;
    }
};

struct Exponential {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return exponential<T>(n);
    }
    template <class T>
    static T slope(T a) {
        return a;
    }
};

template <class T, class F>
void activate(T* a, std::size_t a_stride, const T* n, std::size_t n_stride, std::size_t rows, std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; j += lanes<T>) {
            store(a + i * a_stride + j, F::template value<T>(load(n + i * n_stride + j)));
        }
    }
}

template <class T, class F>
void derivative(T* s, std::size_t s_stride, const T* a, std::size_t a_stride, std::size_t rows, std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
            s[i * s_stride + j] *= F::slope(a[i * a_stride + j]);
        }
    }
}

// a = n - max n_i, one row
template <class T>
inline void take_off_largest(T* a, const T* n, std::size_t cols) {
    const T lowest = -FloatingPoint<T>::infinity;
    Vector<T> largest = spread<T>(lowest);
    for (std::size_t j = 0; j < cols; j += lanes<T>) {
        const Vector<T> nj = first_lanes<T>(load(n + j), cols - j, lowest);
        // NaN is passed over here and stays in its place.
        largest = nj > largest ? nj : largest;
    }
    const T largest_of_all = largest_of_lanes<T>(largest);
    for (std::size_t j = 0; j < cols; j += lanes<T>) {
        store(a + j, first_lanes<T>(load(n + j) - largest_of_all, cols - j, T(0)));
    }
}

// a_j = exp(a_j) / sum exp(a_i), one row; the padding becomes zero
template <class T>
inline void exponential_shares(T* a, std::size_t cols) {
    Vector<T> sum = {};
    for (std::size_t j = 0; j < cols; j += lanes<T>) {
        const Vector<T> e = first_lanes<T>(exponential<T>(load(a + j)), cols - j, T(0));
        store(a + j, e);
        sum += e;
    }
    const T factor = T(1) / sum_of_lanes<T>(sum);
    for (std::size_t j = 0; j < cols; j += lanes<T>) {
        store(a + j, load(a + j) * factor);
    }
}

// a_j = exp(n_j) / sum exp(n_i), with the largest n taken off first so that nothing overflows
template <class T>
void softmax(T* a, std::size_t a_stride, const T* n, std::size_t n_stride, std::size_t rows, std::size_t cols) {
    for (std::size_t first = 0; first < rows; first += rows_together) {
        const std::size_t end = smaller(first + rows_together, rows);
        for (std::size_t i = first; i < end; ++i) {
            take_off_largest(a + i * a_stride, n + i * n_stride, cols);
        }
        for (std::size_t i = first; i < end; ++i) {
            exponential_shares(a + i * a_stride, cols);
        }
    }
}

// s_j = a_j (s_j - sum s_i a_i): the Jacobian of the softmax is diag(a) - a a^T.
template <class T>
void softmax_derivative(T* s, std::size_t s_stride, const T* a, std::size_t a_stride, std::size_t rows,
                        std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        T* si = s + i * s_stride;
        const T* ai = a + i * a_stride;
        T mean = 0;
        for (std::size_t j = 0; j < cols; ++j) {
            mean += si[j] * ai[j];
        }
        for (std::size_t j = 0; j < cols; ++j) {
            si[j] = ai[j] * (si[j] - mean);
        }
    }
}
