// The activations whose derivative is written by means of n, because a = f(n) does not tell it, or not with its
// precision. Where n is large, it is cut off before it meets a factor that is 0 there: infinity times 0 is NaN.

template <class T>
inline Vector<T> not_below(Vector<T> n, T lowest) {
    return n < lowest ? spread<T>(lowest) : n;
}

template <class T>
inline Vector<T> within(Vector<T> n, T largest) {
    n = not_below<T>(n, -largest);
    return n > largest ? spread<T>(largest) : n;
}

struct GELU {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        n = not_below<T>(n, -NormalTail<T>::largest);
        return n * normal<T>(within<T>(n, NormalTail<T>::largest)).distribution;
    }
    template <class T>
    static Vector<T> slope(Vector<T> n) {
        n = within<T>(n, NormalTail<T>::largest);
        const Normal<T> at = normal<T>(n);
        return at.distribution + n * at.density;
    }
};

struct SiLU {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        n = not_below<T>(n, FloatingPoint<T>::smallest);
        return n * logistic<T>(n);
    }
    template <class T>
    static Vector<T> slope(Vector<T> n) {
        n = within<T>(n, -FloatingPoint<T>::smallest);
        const Vector<T> p = logistic<T>(n);
        return p * (T(1) + n * (T(1) - p));
    }
};

// log(1 + exp n) = max(n, 0) + log(1 + exp(-|n|)), which has no overflow
struct Softplus {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        const Vector<T> rest = logarithm_of_one_plus<T>(exponential<T>(n < T(0) ? n : -n));
        return n > T(0) ? n + rest : rest;
    }
    template <class T>
    static Vector<T> slope(Vector<T> n) {
        return logistic<T>(n);
    }
};

struct Sin {
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return sine<T>(n);
    }
    template <class T>
    static Vector<T> slope(Vector<T> n) {
        return cosine<T>(n);
    }
};

struct RadialBasis {
    template <class T>
    static constexpr T largest = static_cast<T>(sizeof(T) == sizeof(float) ? 10.25 : 27.4);  // it is 0 there
    template <class T>
    static Vector<T> value(Vector<T> n) {
        return exponential_of_square<T>(n, T(1), largest<T>);
    }
    template <class T>
    static Vector<T> slope(Vector<T> n) {
        return T(-2) * within<T>(n, largest<T>) * value<T>(n);
    }
};

template <class T>
inline Vector<T> load_first(const T* from, std::size_t count) {
    T number[lanes<T>] = {};
    __builtin_memcpy(number, from, count * sizeof(T));
    return load(number);
}

template <class T, class F>
void derivative_by_net_input(T* s, std::size_t s_stride, const T* n, std::size_t n_stride, std::size_t rows,
                             std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        T* si = s + i * s_stride;
        const T* ni = n + i * n_stride;
        std::size_t j = 0;
        for (; j + lanes<T> <= cols; j += lanes<T>) {
            store(si + j, load(si + j) * F::template slope<T>(load(ni + j)));
        }
        if (j < cols) {  // without the padding, of which s may have none
            T rest[lanes<T>];
            store(rest, load_first(si + j, cols - j) * F::template slope<T>(load_first(ni + j, cols - j)));
            __builtin_memcpy(si + j, rest, (cols - j) * sizeof(T));
        }
    }
}
