// The vector type of a level and the few words that the kernels speak of it. Written with the vector extensions that
// GCC and Clang share: +, -, *, / work on whole vectors, and a scalar operand is spread over all lanes.

template <class T>
struct VectorOf {
#if ROSENBLATT_VECTOR_BYTES > 0
    typedef T type __attribute__((vector_size(ROSENBLATT_VECTOR_BYTES)));
    static constexpr std::size_t lanes = ROSENBLATT_VECTOR_BYTES / sizeof(T);
#else
    typedef T type;
    static constexpr std::size_t lanes = 1;
#endif
};

template <class T>
using Vector = typename VectorOf<T>::type;

template <class T>
constexpr std::size_t lanes = VectorOf<T>::lanes;

template <class T>
inline Vector<T> load(const T* from) {
    Vector<T> value;
    __builtin_memcpy(&value, from, sizeof(value));
    return value;
}

template <class T>
inline void store(T* to, Vector<T> value) {
    __builtin_memcpy(to, &value, sizeof(value));
}

// Half a vector, where that is another type.
constexpr bool has_half_vectors = ROSENBLATT_VECTOR_BYTES == 64;

template <class T>
struct HalfVectorOf {
#if ROSENBLATT_VECTOR_BYTES == 64
    typedef T type __attribute__((vector_size(32)));
#else
    typedef Vector<T> type;
#endif
};

template <class T>
using HalfVector = typename HalfVectorOf<T>::type;

template <class T>
inline HalfVector<T> load_half(const T* from) {
    HalfVector<T> value;
    __builtin_memcpy(&value, from, sizeof(value));
    return value;
}

template <class T>
inline void store_half(T* to, HalfVector<T> value) {
    __builtin_memcpy(to, &value, sizeof(value));
}

template <class T>
inline T lane(const Vector<T>& value, [[maybe_unused]] std::size_t i) {
#if ROSENBLATT_VECTOR_BYTES > 0
    return value[i];
#else
    return value;
#endif
}

template <class T, std::size_t Count>
struct Lanes {
    typedef T type __attribute__((vector_size(Count * sizeof(T))));
};

template <class T>
struct Lanes<T, 1> {
    typedef T type;
};

// f of all lanes: of the lower and the upper half first, then of the halves of that.
template <class T, std::size_t Count, class F>
inline T folded(const typename Lanes<T, Count>::type& x, F f) {
    if constexpr (Count == 1) {
        return x;
    } else if constexpr (Count == 2) {
        return f(x[0], x[1]);
    } else {
        typename Lanes<T, Count / 2>::type half[2];
        __builtin_memcpy(half, &x, sizeof(x));
        return folded<T, Count / 2>(f(half[0], half[1]), f);
    }
}

template <class T>
inline T sum_of_lanes(const Vector<T>& value) {
    return folded<T, lanes<T>>(value, [](const auto& x, const auto& y) { return x + y; });
}

// A lane that is NaN may be passed over.
template <class T>
inline T largest_of_lanes(const Vector<T>& value) {
    return folded<T, lanes<T>>(value, [](const auto& x, const auto& y) { return x > y ? x : y; });
}

// f of all lanes in double; of float32, f of the upper half is added to that of the lower.
template <class F>
inline Vector<double> in_double(const Vector<double>& value, F f) {
    return f(value);
}

template <class F>
inline Vector<double> in_double(const Vector<float>& value, F f) {
#if ROSENBLATT_VECTOR_BYTES > 0
    typename Lanes<float, lanes<float> / 2>::type half[2];
    __builtin_memcpy(half, &value, sizeof(value));
    return f(__builtin_convertvector(half[0], Vector<double>)) + f(__builtin_convertvector(half[1], Vector<double>));
#else
    return f(static_cast<double>(value));
#endif
}

template <class T>
inline Vector<T> spread(T value) {
    return Vector<T>{} + value;
}

// The first lanes of a vector, and `otherwise` in the place of the others: the end of a row without its padding.
template <class T>
inline Vector<T> first_lanes(const Vector<T>& value, std::size_t count, T otherwise) {
    T number[lanes<T>];
    for (std::size_t i = 0; i < lanes<T>; ++i) {
        number[i] = static_cast<T>(i);
    }
    return load(number) < static_cast<T>(static_cast<std::ptrdiff_t>(count)) ? value : spread<T>(otherwise);
}

inline float square_root(float x) { return __builtin_sqrtf(x); }
inline double square_root(double x) { return __builtin_sqrt(x); }

template <class T>
inline Vector<T> square_roots(const Vector<T>& x) {
    T root[lanes<T>];
    store(root, x);
    for (std::size_t i = 0; i < lanes<T>; ++i) {
        root[i] = square_root(root[i]);
    }
    return load(root);
}

inline std::size_t smaller(std::size_t x, std::size_t y) { return x < y ? x : y; }

// Rows that a kernel works on together where each row is a long chain of steps (a logarithm, its sum, its conversion to
// double: about 100 cycles). One loop for each step lets the steps of many rows overlap; in a single loop over rows, a
// core's window has room for two or three of them.
constexpr std::size_t rows_together = 32;
