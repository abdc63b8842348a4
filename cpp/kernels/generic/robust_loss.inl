// Losses that grow no faster than the error e = a - y far from 0; s = dL/da. Written so that NaN stays NaN, and that
// the derivative where there is none, at e = 0, is 0.

// L = sum |e_j|
template <class T>
void absolute_error(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
                    std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters*) {
    const auto at = [](const Vector<T>& aj, const Vector<T>& yj, std::size_t) {
        const Vector<T> e = aj - yj;
        const Vector<T> sign = e > T(0) ? spread<T>(1) : e < T(0) ? spread<T>(-1) : e;
        return LossOfOutputs<T>{sign * e, sign};
    };
    sum_of_outputs(losses, s, s_stride, a, a_stride, y, y_stride, rows, cols, at);
}

// L = sum e_j^2 / 2 where |e_j| <= delta, delta (|e_j| - delta / 2) elsewhere (Huber 1964): s (e - s / 2) with e cut
// off at +-delta for s
template <class T>
void huber(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
           std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters* parameters) {
    const auto delta = static_cast<T>(parameters->huber_delta);
    const auto at = [delta](const Vector<T>& aj, const Vector<T>& yj, std::size_t) {
        const Vector<T> e = aj - yj;
        const Vector<T> slope = e > delta ? spread<T>(delta) : e < -delta ? spread<T>(-delta) : e;
        return LossOfOutputs<T>{slope * (e - T(0.5) * slope), slope};
    };
    sum_of_outputs(losses, s, s_stride, a, a_stride, y, y_stride, rows, cols, at);
}

// L = sum (1 - q_j) e_j where e_j > 0, -q_j e_j elsewhere (Koenker and Bassett 1978)
template <class T>
void quantile(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
              std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters* parameters) {
    const auto at = [parameters](const Vector<T>& aj, const Vector<T>& yj, std::size_t j) {
        T level[lanes<T>];
        std::size_t next = j % parameters->quantile_count;
        for (std::size_t i = 0; i < lanes<T>; ++i) {
            level[i] = static_cast<T>(parameters->quantiles[next]);
            next = next + 1 == parameters->quantile_count ? 0 : next + 1;
        }
        const Vector<T> q = load(level);
        const Vector<T> e = aj - yj;
        const Vector<T> slope = e > T(0) ? T(1) - q : e < T(0) ? -q : e;
        return LossOfOutputs<T>{slope * e, slope};
    };
    sum_of_outputs(losses, s, s_stride, a, a_stride, y, y_stride, rows, cols, at);
}
