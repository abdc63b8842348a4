// Products and sums of single rows, for the perceptron rule.

template <class T>
T dot(const T* x, const T* w, std::size_t count) {
    // Four sums at a time hide the latency of the multiply-add.
    constexpr std::size_t block = 4 * lanes<T>;
    Vector<T> sum[4] = {};
    std::size_t i = 0;
    for (; i + block <= count; i += block) {
        for (std::size_t j = 0; j < 4; ++j) {
            sum[j] += load(x + i + j * lanes<T>) * load(w + i + j * lanes<T>);
        }
    }
    T rest = 0;
    for (; i < count; ++i) {
        rest += x[i] * w[i];
    }
    return sum_of_lanes<T>((sum[0] + sum[1]) + (sum[2] + sum[3])) + rest;
}

template <class T>
void add_scaled(T* w, const T* x, T scale, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        w[i] += scale * x[i];
    }
}
