// sin and cos of whole vectors.
//
// x = n pi + r with a whole n and |r| <= pi / 2, so sin x = (-1)^n sin r, with the Taylor series up to r^13 in float32
// (the first term left out is below 7e-10) and r^21 in float64 (2e-18); and cos x is the same with an n that lies
// halfway between two whole numbers. pi is cut into parts that n times are exact, all but the last, so that r keeps its
// precision near the zeros. Beyond `largest`, where they no longer are, the standard library's sine is taken.
// Largest errors that tests/cpp/test_elementary.cpp finds in samples of numbers of every size: 2.1 ulp in float32, 2.4
// in float64.

template <class T>
struct Pi;

template <>
struct Pi<float> {
    // 12 bits each. NOLINTNEXTLINE(modernize-use-std-numbers)
    static constexpr float parts[] = {0x1.92p+1F, 0x1.fb4p-11F, 0x1.444p-23F, 0x1.68c234p-38F};
    static constexpr float largest = 6000;
    static constexpr std::size_t terms = 6;
};

template <>
struct Pi<double> {
    // 33 bits each. NOLINTNEXTLINE(modernize-use-std-numbers)
    static constexpr double parts[] = {0x1.921fb544p+1, 0x1.0b4611a6p-33, 0x1.3198a2e037073p-68};
    static constexpr double largest = 1.6e6;
    static constexpr std::size_t terms = 10;
};

inline float sine_of_library(float x) { return __builtin_sinf(x); }
inline double sine_of_library(double x) { return __builtin_sin(x); }
inline float cosine_of_library(float x) { return __builtin_cosf(x); }
inline double cosine_of_library(double x) { return __builtin_cos(x); }

// sin(x + pi `shift`), the shift being 0 or 1/2, for |x| up to `largest`
template <class T>
inline Vector<T> near_sine(Vector<T> x, T shift) {
    using F = FloatingPoint<T>;
    const Vector<T> shifted = (x * std::numbers::inv_pi_v<T> + shift) + F::round;
    const Vector<T> n = (shifted - F::round) - shift;
    Vector<T> r = x;
#pragma GCC unroll 4
    for (const T part : Pi<T>::parts) {
        r = r - n * part;
    }
    // Horner's rule for -1/3! + r^2/5! - ...
    T factor = 1;
    for (std::size_t i = 1; i <= Pi<T>::terms; ++i) {
        factor /= -static_cast<T>(2 * i * (2 * i + 1));
    }
    const Vector<T> square = r * r;
    Vector<T> sum = spread<T>(factor);
#pragma GCC unroll 16
    for (std::size_t i = Pi<T>::terms; i > 1; --i) {
        factor *= -static_cast<T>(2 * i * (2 * i + 1));
        sum = sum * square + factor;
    }
    const Vector<T> sine = r + r * (square * sum);
    // An odd n turns the sign; its lowest bit is that of `shifted`.
    const IntegerVector<T> sign = bits_as<IntegerVector<T>>(shifted) << static_cast<int>(8 * sizeof(T) - 1);
    return bits_as<Vector<T>>(bits_as<IntegerVector<T>>(sine) ^ sign);
}

template <class T, bool IsCosine>
inline Vector<T> sine_or_cosine(Vector<T> x) {
    Vector<T> y = near_sine<T>(x, IsCosine ? T(0.5) : T(0));
    const Vector<T> size = x < T(0) ? -x : x;
    const Vector<T> is_far = size > Pi<T>::largest ? spread<T>(1) : spread<T>(0);
    if (sum_of_lanes<T>(is_far) > T(0)) {
        T far[lanes<T>];
        store(far, x);
        for (std::size_t i = 0; i < lanes<T>; ++i) {
            far[i] = IsCosine ? cosine_of_library(far[i]) : sine_of_library(far[i]);
        }
        y = size > Pi<T>::largest ? load(far) : y;
    }
    return y;
}

// A zero keeps its sign.
template <class T>
inline Vector<T> sine(Vector<T> x) {
    return x == T(0) ? x : sine_or_cosine<T, false>(x);
}

template <class T>
inline Vector<T> cosine(Vector<T> x) {
    return sine_or_cosine<T, true>(x);
}
