// a = f(n) and s = s o f'(n), element by element; f' is written by means of a = f(n). Whole vectors of n and a are read
// and written, with the padding of their rows. All is written so that NaN stays NaN: a diverged training has to be
// seen.

struct HardLimit {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return n >= T(0) ? spread<T>(1) : n < T(0) ? spread<T>(0) : n;
    }
    template <class T>
    static T slope(T) {
        return T(0);
    }
};

struct SymmetricHardLimit {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return n >= T(0) ? spread<T>(1) : n < T(0) ? spread<T>(-1) : n;
    }
    template <class T>
    static T slope(T) {
        return T(0);
    }
};

// Of a vector of any length, for the products.
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

// Of the functions with a kink at 0, the derivative there is that of the left side, as for ReLU.
struct LeakyReLU {
    static constexpr double slope_below = 0.01;
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return n < T(0) ? n * T(slope_below) : n;
    }
    template <class T>
    static T slope(T a) {
        return a > 0 ? T(1) : T(slope_below);
    }
};

// exp n - 1 for n < 0, and n itself for others and NaN
template <class T>
inline Vector<T> exponential_less_one_below(Vector<T> n) {
    constexpr T lowest = -2 * FloatingPoint<T>::tanh_is_one;  // it is -1 there
    const Vector<T> below = n < T(0) ? (n < lowest ? spread<T>(lowest) : n) : Vector<T>{};
    return n < T(0) ? exponential_less_one<T>(below) : n;
}

struct ELU {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return exponential_less_one_below<T>(n);
    }
    template <class T>
    static T slope(T a) {
        return a > 0 ? T(1) : a + T(1);
    }
};

// With these constants, a mean of 0 and a variance of 1 are a stable fixed point of a layer's activations.
struct SELU {
    static constexpr double alpha = 1.6732632423543772848;
    static constexpr double lambda = 1.0507009873554804934;
    template <class T>
    static Vector<T> value(Vector<T> n) {
        const Vector<T> a = exponential_less_one_below<T>(n);
        return a * (n < T(0) ? spread<T>(T(lambda * alpha)) : spread<T>(T(lambda)));
    }
    template <class T>
    static T slope(T a) {
        return a > 0 ? T(lambda) : a + T(lambda * alpha);
    }
};

struct Softsign {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        constexpr T largest = T(1e30);  // it is 1 there
        n = n > largest ? spread<T>(largest) : n;
        n = n < -largest ? spread<T>(-largest) : n;
        return n / (T(1) + (n < T(0) ? -n : n));
    }
    template <class T>
    static T slope(T a) {
        const T rest = T(1) - (a < 0 ? -a : a);
        return rest * rest;
    }
};

struct HardSigmoid {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        const Vector<T> a = n / T(6) + T(0.5);
        return a < T(0) ? spread<T>(0) : a > T(1) ? spread<T>(1) : a;
    }
    template <class T>
    static T slope(T a) {
        return a > 0 && a < 1 ? T(1) / T(6) : T(0);
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
