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

template <class T>
inline T sum_of_lanes(const Vector<T>& value) {
    T sum = 0;
    for (std::size_t i = 0; i < lanes<T>; ++i) {
        sum += lane<T>(value, i);
    }
    return sum;
}

template <class T>
inline Vector<T> spread(T value) {
    return Vector<T>{} + value;
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

inline float logarithm(float x) { return __builtin_logf(x); }
inline double logarithm(double x) { return __builtin_log(x); }

inline std::size_t smaller(std::size_t x, std::size_t y) { return x < y ? x : y; }
