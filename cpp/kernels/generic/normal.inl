// The normal distribution Phi(x) = (1 + erf(x / sqrt 2)) / 2 of whole vectors.
//
// For m >= 0 its tail is Phi(-m) = exp(-m^2 / 2) u p(t) with u = 1 / (m + 5) and t = (m - 5) u: what is left of it
// without the exponential falls like 1 / m, and t brings [0, infinity) into [-1, 1) (Shepherd and Laframboise 1981). p
// interpolates at Chebyshev's points: off by 4e-9 of its value in float32 up to m = 14.5, and by 1.2e-17 in float64 up
// to 39, beyond which the tail is 0. Largest errors of GELU, n Phi(n), printed by tests/cpp/test_elementary.cpp: 8 ulp
// in float32 and 6.2 in float64, both near 0.

template <class T>
struct NormalTail;

template <>
struct NormalTail<float> {
    static constexpr float largest = 14.5F;
    static constexpr float coefficients[] = {0.76919305F,    -0.6653825F,    0.49530545F,    -0.3135343F,
                                             0.16502303F,    -0.06910342F,   0.020787962F,   -0.0030719833F,
                                             -0.0008426413F, 0.00067240215F, 0.000113388895F};
};

template <>
struct NormalTail<double> {
    static constexpr double largest = 38.7;
    static constexpr double coefficients[] = {
        0.769193049750063,      -0.6653825028900567,    0.4953056159699764,     -0.31353315667130455,
        0.1650203661703847,     -0.06911863870631016,   0.020795066799883178,   -0.0029933767705085422,
        -0.0007978693984660701, 0.0005448990647731298,  -5.937572800991586e-05, -4.97628142705858e-05,
        1.6681213742042063e-05, 3.9809021578680414e-06, -2.76926709599743e-06,  -3.366153681012471e-07,
        4.331410356862585e-07,  4.2274993740065346e-08, -6.594221662477223e-08, -9.31356099432606e-09,
        7.66307180076004e-09,   1.753048401408232e-09,  -1.5877468827473365e-10};
};

template <class T>
struct Normal {
    Vector<T> distribution;
    Vector<T> density;  // exp(-x^2 / 2) / sqrt(2 pi)
};

// Of x whose size is not infinite.
template <class T>
inline Normal<T> normal(Vector<T> x) {
    using N = NormalTail<T>;
    constexpr std::size_t terms = sizeof(N::coefficients) / sizeof(T);
    const Vector<T> size = x < T(0) ? -x : x;
    const Vector<T> bell = exponential_of_square<T>(x, T(0.5), N::largest);
    const Vector<T> u = T(1) / (size + T(5));
    const Vector<T> t = (size - T(5)) * u;
    Vector<T> sum = spread<T>(N::coefficients[terms - 1]);
#pragma GCC unroll 32
    for (std::size_t i = terms - 1; i > 0; --i) {
        sum = sum * t + N::coefficients[i - 1];
    }
    const Vector<T> tail = bell * (u * sum);
    constexpr T density_at_0 = T(0.5) * std::numbers::inv_sqrtpi_v<T> * std::numbers::sqrt2_v<T>;
    return {x < T(0) ? tail : T(1) - tail, density_at_0 * bell};
}
