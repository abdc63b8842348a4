// Random numbers by counter, and what they do to a row: dropout and normal noise. A number depends on the key of its
// row and on its column alone, not on what was drawn before, so any thread may draw any of them.

// 32 random bits: a Weyl sequence through the last step of MurmurHash3 (Appleby 2011), one half of the key before the
// first multiplication and the other before the second, so that no row is another one shifted. Whole numbers, which
// every instruction set counts alike.
inline std::uint32_t random_bits(std::uint64_t key, std::uint32_t column) {
    std::uint32_t x = static_cast<std::uint32_t>(key) + column * 0x9e3779b9U;
    x = (x ^ (x >> 16U)) * 0x85ebca6bU;
    x ^= static_cast<std::uint32_t>(key >> 32U);
    x = (x ^ (x >> 13U)) * 0xc2b2ae35U;
    return x ^ (x >> 16U);
}

template <class T>
void drop(T* out, const T* in, const std::uint32_t* columns, std::size_t count, const Drop* drop) {
    const std::uint64_t key = drop->key;
    const std::uint32_t below = drop->below;
    const T scale = static_cast<T>(drop->scale);
    if (columns != nullptr) {
        for (std::size_t i = 0; i < count; ++i) {
            out[i] = random_bits(key, columns[i]) < below ? T(0) : scale * in[i];
        }
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = random_bits(key, static_cast<std::uint32_t>(i)) < below ? T(0) : scale * in[i];
    }
}

template <class T>
struct Circle {
    Vector<T> cosine;
    Vector<T> sine;
};

// Of |r| <= pi / 4, by their Taylor series: the first terms left out are below 3e-8 in float32 (r^10 / 10!, and
// r^11 / 11!) and 5e-17 in float64 (r^18 / 18!, and r^17 / 17!).
template <class T>
inline Circle<T> circle(Vector<T> r) {
    constexpr std::size_t terms = sizeof(T) == sizeof(float) ? 4 : 8;
    const Vector<T> square = r * r;
    Vector<T> cosine = spread<T>(1);
    Vector<T> sine = spread<T>(1);
    // 1 - r^2 / (1 * 2) (1 - r^2 / (3 * 4) (1 - ...)), and of the sine 1 - r^2 / (2 * 3) (1 - r^2 / (4 * 5) (1 - ...))
#pragma GCC unroll 8
    for (std::size_t i = terms; i > 0; --i) {
        const T n = static_cast<T>(2 * i);
        cosine = T(1) - square * cosine * (T(1) / (n * (n - 1)));
        if (i < terms || sizeof(T) == sizeof(float)) {
            sine = T(1) - square * sine * (T(1) / (n * (n + 1)));
        }
    }
    return {cosine, r * sine};
}

// x_j += deviation * z_j with normal z (Box and Muller 1958): of the two numbers u = (0, 1] and r, an angle, that
// columns j and j + 16 of 32 neighbours draw, they make sqrt(-2 log u) (cos r, sin r). The least u is 2^-32, so |z| is
// at most 6.7; of 10^10 normal numbers, one is beyond that on average.
template <class T>
void add_noise(T* x, std::size_t count, const NormalNoise* noise) {
    constexpr std::size_t half = 16;  // whole vectors of every length
    const std::uint64_t key = noise->key;
    const T deviation = static_cast<T>(noise->deviation);
    for (std::size_t first = 0; first < count; first += 2 * half) {
        T u[half];
        T r[half];
        std::uint32_t quarter[half];
        for (std::size_t j = 0; j < half; ++j) {
            const auto column = static_cast<std::uint32_t>(first + j);
            // Signed, because those are converted to floating point by one instruction.
            const auto bits = static_cast<std::int32_t>(random_bits(key, column) >> 1U);
            u[j] = (static_cast<T>(bits) + T(0.5)) * T(0x1p-31);
            quarter[j] = random_bits(key, column + static_cast<std::uint32_t>(half));
            r[j] = static_cast<T>(static_cast<std::int32_t>(quarter[j])) * (std::numbers::pi_v<T> * T(0x1p-33));
        }
        T cosine[half];
        T sine[half];
        for (std::size_t j = 0; j < half; j += lanes<T>) {
            const Vector<T> length = square_roots<T>(T(-2) * logarithm<T>(load(u + j)));
            const Circle<T> point = circle<T>(load(r + j));
            store(cosine + j, length * point.cosine);
            store(sine + j, length * point.sine);
        }
        // That is the quarter of the circle around angle 0; the lowest bits, which r has no need of, turn it.
        T z[2 * half];
        for (std::size_t j = 0; j < half; ++j) {
            const T c = (quarter[j] & 1U) != 0 ? -cosine[j] : cosine[j];
            z[j] = (quarter[j] & 2U) != 0 ? sine[j] : c;
            z[j + half] = (quarter[j] & 2U) != 0 ? c : sine[j];
        }
        const std::size_t rest = smaller(2 * half, count - first);
        for (std::size_t j = 0; j < rest; ++j) {
            x[first + j] += deviation * z[j];
        }
    }
}
