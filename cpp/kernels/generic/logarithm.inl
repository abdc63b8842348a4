// log of whole vectors.
//
// x = 2^n m with a whole n and sqrt(1/2) <= m < sqrt(2), so log x = n ln 2 + log m. With f = m - 1 and s = f / (2 + f),
// log m = 2 artanh s = 2 s + s R with the Taylor series R = 2 s^2 / 3 + 2 s^4 / 5 + ...; because of
// 2 s = f - f^2 / 2 + s f^2 / 2 that is f - (f^2 / 2 - s (f^2 / 2 + R)), where f is exact and the rest is small beside
// it. |s| is at most 0.172: the first term left out of R is below 5e-9 in float32 and 1.3e-18 in float64.
// Largest errors of all positive float32 numbers: 0.76 ulp with a fused multiply-add, 0.86 without; of samples in
// float64 0.75 and 0.82. tests/cpp/test_elementary.cpp prints them.

template <class T>
struct Logarithm;

template <>
struct Logarithm<float> {
    static constexpr float smallest_normal = __FLT_MIN__;
    static constexpr float not_a_number = __builtin_nanf("");
    static constexpr float sqrt_half = 0x1.6a09e6p-1F;
    static constexpr std::size_t terms = 4;
};

template <>
struct Logarithm<double> {
    static constexpr double smallest_normal = __DBL_MIN__;
    static constexpr double not_a_number = __builtin_nan("");
    static constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1;
    static constexpr std::size_t terms = 10;
};

template <class T>
inline Vector<T> logarithm(Vector<T> x) {
    using F = FloatingPoint<T>;
    using L = Logarithm<T>;
    using Integer = typename F::Integer;
    // Subnormal numbers become normal ones.
    constexpr T scale = static_cast<T>(Integer{1} << F::fraction_bits);
    const auto is_small = x < L::smallest_normal;
    const Vector<T> normal = is_small ? x * scale : x;
    // Of what has no logarithm, that of 1 is taken, because integers must not overflow.
    const IntegerVector<T> bits = bits_as<IntegerVector<T>>(x > T(0) ? normal : spread<T>(1));
    const IntegerVector<T> n = (bits - bits_as<Integer>(L::sqrt_half)) >> F::fraction_bits;
    const Vector<T> f = bits_as<Vector<T>>(bits - (n << F::fraction_bits)) - T(1);
    // n as a number: the lowest bits of `round` + n are n.
    const Vector<T> lifted = bits_as<Vector<T>>(n + bits_as<Integer>(F::round)) - F::round;
    const Vector<T> whole = is_small ? lifted - static_cast<T>(F::fraction_bits) : lifted;

    const Vector<T> s = f / (f + T(2));
    const Vector<T> square = s * s;
    // Horner's rule for 2/3 + 2 s^2 / 5 + ...
    Vector<T> sum = spread<T>(T(2) / static_cast<T>(2 * L::terms + 1));
#pragma GCC unroll 16
    for (std::size_t i = L::terms; i > 1; --i) {
        sum = sum * square + T(2) / static_cast<T>(2 * i - 1);
    }
    const Vector<T> half = T(0.5) * f * f;
    const Vector<T> y = whole * F::ln2_high - ((half - (s * (half + square * sum) + whole * F::ln2_low)) - f);

    const Vector<T> of_others = x == T(0) ? spread<T>(-F::infinity) : spread<T>(L::not_a_number);
    return x > T(0) ? (x < F::infinity ? y : x) : of_others;
}

// log(1 + x) of 0 <= x <= 1, also where 1 + x is rounded to 1: the rounding of that sum is made good.
template <class T>
inline Vector<T> logarithm_of_one_plus(Vector<T> x) {
    const Vector<T> sum = x + T(1);
    return logarithm<T>(sum) + (x - (sum - T(1))) / sum;
}

// y = log x, by whole vectors
template <class T>
void logarithms(T* y, const T* x, std::size_t count) {
    for (std::size_t i = 0; i < count; i += lanes<T>) {
        store(y + i, logarithm<T>(load(x + i)));
    }
}
