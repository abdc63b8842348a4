// exp, and with it exp(-x^2), the sigmoid and tanh, of whole vectors.
//
// x = n ln 2 + r with a whole n and |r| <= ln 2 / 2, so exp x = 2^n exp r, and exp r = 1 + q with the Taylor series
// q = r + r^2 / 2! + ... up to r^7 in float32 (the first term left out is below 5e-9) and r^13 in float64 (4e-18).
// Largest errors, printed by tests/cpp/test_elementary.cpp: see there.

template <class T>
struct FloatingPoint;

template <>
struct FloatingPoint<float> {
    using Integer = std::int32_t;
    static constexpr int fraction_bits = 23;
    static constexpr Integer bias = 127;
    static constexpr float infinity = __builtin_inff();
    static constexpr Integer sign = -__INT32_MAX__ - 1;  // its bit
    static constexpr float round = 0x1.8p23F;      // added and taken off again, it rounds to the nearest whole number
    static constexpr float ln2_high = 0x1.63p-1F;  // NOLINT(modernize-use-std-numbers): 9 bits, n times it is exact
    static constexpr float ln2_low = -0x1.bd0106p-13F;
    static constexpr float smallest = -104;  // exp of it is 0
    static constexpr float largest = 89;     // exp of it is infinite
    static constexpr float tanh_is_one = 10;
    static constexpr std::size_t terms = 7;
};

template <>
struct FloatingPoint<double> {
    using Integer = std::int64_t;
    static constexpr int fraction_bits = 52;
    static constexpr Integer bias = 1023;
    static constexpr double infinity = __builtin_inf();
    static constexpr Integer sign = -__INT64_MAX__ - 1;
    static constexpr double round = 0x1.8p52;
    static constexpr double ln2_high = 0x1.62e42feep-1;  // NOLINT(modernize-use-std-numbers): 33 bits
    static constexpr double ln2_low = 0x1.a39ef35793c76p-33;
    static constexpr double smallest = -746;
    static constexpr double largest = 710;
    static constexpr double tanh_is_one = 20;
    static constexpr std::size_t terms = 13;
};

template <class T>
using IntegerVector = Vector<typename FloatingPoint<T>::Integer>;

template <class To, class From>
inline To bits_as(const From& from) {
    To to;
    static_assert(sizeof(to) == sizeof(from));
    __builtin_memcpy(&to, &from, sizeof(to));
    return to;
}

// 2^n of whole numbers in the range of normal numbers
template <class T>
inline Vector<T> power_of_two(IntegerVector<T> n) {
    return bits_as<Vector<T>>((n + FloatingPoint<T>::bias) << FloatingPoint<T>::fraction_bits);
}

template <class T>
struct Reduced {
    IntegerVector<T> n;
    Vector<T> q;  // exp r - 1
};

// q of a remainder r
template <class T>
inline Vector<T> series_less_one(Vector<T> r) {
    using F = FloatingPoint<T>;
    // Horner's rule for 1/2! + r/3! + ...
    T factorial = 1;
    for (std::size_t i = 2; i <= F::terms; ++i) {
        factorial *= static_cast<T>(i);
    }
    Vector<T> sum = spread<T>(1 / factorial);
#pragma GCC unroll 16
    for (std::size_t i = F::terms; i > 2; --i) {
        factorial /= static_cast<T>(i);
        sum = sum * r + 1 / factorial;
    }
    return r + (r * r) * sum;
}

// The lowest bits of `shifted` are a whole number.
template <class T>
inline IntegerVector<T> whole_number(Vector<T> shifted) {
    return bits_as<IntegerVector<T>>(shifted) - bits_as<IntegerVector<T>>(spread<T>(FloatingPoint<T>::round));
}

// Of x that are not far beyond `smallest` and `largest`.
template <class T>
inline Reduced<T> reduce(Vector<T> x) {
    using F = FloatingPoint<T>;
    const Vector<T> shifted = x * std::numbers::log2e_v<T> + F::round;
    const Vector<T> n = shifted - F::round;
    const Vector<T> r = (x - n * F::ln2_high) - n * F::ln2_low;
    return {whole_number<T>(shifted), series_less_one<T>(r)};
}

// 2^n (1 + q), in two factors: it may be infinite or below the normal numbers where neither factor is.
template <class T>
inline Vector<T> scaled(const Reduced<T>& reduced) {
    const IntegerVector<T> half = reduced.n >> 1;
    return (reduced.q + T(1)) * power_of_two<T>(half) * power_of_two<T>(reduced.n - half);
}

template <class T>
inline Vector<T> exponential(Vector<T> x) {
    using F = FloatingPoint<T>;
    // Written so that NaN stays NaN.
    x = x < F::smallest ? spread<T>(F::smallest) : x;
    x = x > F::largest ? spread<T>(F::largest) : x;
    return scaled<T>(reduce<T>(x));
}

// exp x - 1 of x <= 0 that are no larger than those of which tanh is one, twice: it keeps its precision for small x.
template <class T>
inline Vector<T> exponential_less_one(Vector<T> x) {
    const Reduced<T> reduced = reduce<T>(x);
    const Vector<T> scale = power_of_two<T>(reduced.n);
    return (scale - T(1)) + scale * reduced.q;
}

// exp x - 1 of any x, which keeps its precision for small x, too.
template <class T>
inline Vector<T> exponential_less_one_of_any(Vector<T> x) {
    const Vector<T> size = x < T(0) ? -x : x;
    return size < T(1) ? exponential_less_one<T>(size < T(1) ? x : spread<T>(0)) : exponential<T>(x) - T(1);
}

// exp(-factor x^2), where the factor is a power of two, and 0 for |x| beyond `largest`. x is cut into a high part whose
// square is exact and the rest: the rounding of x^2 would cost exp as many ulp as x^2 counts, hundreds for large x.
template <class T>
inline Vector<T> exponential_of_square(Vector<T> x, T factor, T largest) {
    using F = FloatingPoint<T>;
    x = x < -largest ? spread<T>(-largest) : x;
    x = x > largest ? spread<T>(largest) : x;
    constexpr typename F::Integer low_bits = (typename F::Integer{1} << ((F::fraction_bits + 2) / 2)) - 1;
    const Vector<T> high = bits_as<Vector<T>>(bits_as<IntegerVector<T>>(x) & ~low_bits);
    const Vector<T> square = -factor * (high * high);
    const Vector<T> rest = -factor * ((x - high) * (x + high));
    const Vector<T> shifted = (square + rest) * std::numbers::log2e_v<T> + F::round;
    const Vector<T> n = shifted - F::round;
    const Vector<T> r = ((square - n * F::ln2_high) - n * F::ln2_low) + rest;
    return scaled<T>({whole_number<T>(shifted), series_less_one<T>(r)});
}

// 1 / (1 + exp(-x)), for negative x in the form that has no overflow
template <class T>
inline Vector<T> logistic(Vector<T> x) {
    const Vector<T> e = exponential<T>(x < T(0) ? x : -x);
    return (x < T(0) ? e : spread<T>(1)) / (e + T(1));
}

// tanh |x| = -m / (2 + m) with m = exp(-2 |x|) - 1, which keeps its precision for small x.
template <class T>
inline Vector<T> hyperbolic_tangent(Vector<T> x) {
    using F = FloatingPoint<T>;
    Vector<T> size = x < T(0) ? -x : x;
    size = size > F::tanh_is_one ? spread<T>(F::tanh_is_one) : size;
    const Vector<T> m = exponential_less_one<T>(T(-2) * size);
    const Vector<T> t = m / (T(-2) - m);
    // The sign of x, also that of a zero.
    return bits_as<Vector<T>>((bits_as<IntegerVector<T>>(t) & ~F::sign) | (bits_as<IntegerVector<T>>(x) & F::sign));
}

// y = exp x, by whole vectors
template <class T>
void exponentials(T* y, const T* x, std::size_t count) {
    for (std::size_t i = 0; i < count; i += lanes<T>) {
        store(y + i, exponential<T>(load(x + i)));
    }
}
