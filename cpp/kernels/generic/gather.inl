// Rows of a table, picked by index and converted on the way.

template <class T, class S>
void gather(T* out, std::size_t out_stride, const S* in, std::ptrdiff_t in_stride, const std::int64_t* index,
            std::size_t rows, std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        const S* from = in + index[i] * in_stride;
        T* to = out + i * out_stride;
        for (std::size_t j = 0; j < cols; ++j) {
            to[j] = static_cast<T>(from[j]);
        }
    }
}

// 0 x is 0 for every finite x and NaN for every other.
template <class T>
bool is_finite(const T* x, std::size_t count) {
    Vector<T> sum = {};
    std::size_t i = 0;
    for (; i + lanes<T> <= count; i += lanes<T>) {
        sum += T(0) * load(x + i);
    }
    T rest = 0;
    for (; i < count; ++i) {
        rest += T(0) * x[i];
    }
    return sum_of_lanes<T>(sum) + rest == T(0);
}
