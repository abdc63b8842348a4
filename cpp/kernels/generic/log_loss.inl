// The losses of probabilities; s = a - y, see loss.inl. A label's y holds only zeros and ones, and only the logarithms
// that it needs are taken: each case below gives the same bits as the formula with all of them.

// Probabilities are kept eps away from 0 and 1, as scikit-learn does, so that the loss of a certain mistake is finite
// (36 in float64) and the loss curves agree. NaN stays NaN.
template <class T>
inline Vector<T> clipped(Vector<T> probability) {
    constexpr T eps = sizeof(T) == sizeof(float) ? T(__FLT_EPSILON__) : T(__DBL_EPSILON__);
    probability = probability < eps ? spread<T>(eps) : probability;
    return probability > T(1) - eps ? spread<T>(T(1) - eps) : probability;
}

// L = -sum y_j log a_j, one row
template <class T>
inline double cross_entropy(const T* a, const T* y, std::size_t cols) {
    double sum = 0;
    for (std::size_t j = 0; j < cols; j += lanes<T>) {
        sum += sum_of_first_lanes<T>(-load(y + j) * logarithm<T>(clipped<T>(load(a + j))), cols - j);
    }
    return sum;
}

// The probability that a row gives to its label, sum y_j a_j, if y is that of a label: one 1 among zeros.
template <class T>
struct Answer {
    T probability;
    bool is_of_label;
};

template <class T>
inline Answer<T> answer(const T* a, const T* y, std::size_t cols) {
    Vector<T> probability = {};
    Vector<T> ones = {};
    for (std::size_t j = 0; j < cols; j += lanes<T>) {
        const Vector<T> yj = load(y + j);
        probability += first_lanes<T>(load(a + j) * yj, cols - j, T(0));
        // Everything but 0 and 1 counts as two.
        const Vector<T> one = yj == T(0) ? spread<T>(0) : yj == T(1) ? spread<T>(1) : spread<T>(2);
        ones += first_lanes<T>(one, cols - j, T(0));
    }
    return {sum_of_lanes<T>(probability), sum_of_lanes<T>(ones) == T(1)};
}

// L = -sum y_j log a_j
template <class T>
void log_loss(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
              std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters*) {
    static_assert(rows_together % lanes<T> == 0);
    T p[rows_together] = {};
    bool is_of_label[rows_together];
    for (std::size_t first = 0; first < rows; first += rows_together) {
        const std::size_t count = smaller(rows_together, rows - first);
        for (std::size_t i = 0; i < count; ++i) {
            const T* ai = a + (first + i) * a_stride;
            const T* yi = y + (first + i) * y_stride;
            write_error(s + (first + i) * s_stride, ai, yi, T(1), cols);
            const Answer<T> found = answer(ai, yi, cols);
            p[i] = found.probability;
            is_of_label[i] = found.is_of_label;
        }
        for (std::size_t i = 0; i < count; i += lanes<T>) {
            store(p + i, -logarithm<T>(clipped<T>(load(p + i))));
        }
        for (std::size_t i = 0; i < count; ++i) {
            losses[first + i] = is_of_label[i]
                                    ? static_cast<double>(p[i])
                                    : cross_entropy(a + (first + i) * a_stride, y + (first + i) * y_stride, cols);
        }
    }
}

// -(y log a + (1 - y) log (1 - a)); of 0 and 1, one of the two products is 0.
template <class T>
inline Vector<T> binary_cross_entropy(Vector<T> a, Vector<T> y) {
    const Vector<T> p = clipped<T>(a);
    const Vector<T> others = y == T(0) ? spread<T>(0) : y == T(1) ? spread<T>(0) : spread<T>(1);
    if (sum_of_lanes<T>(others) == T(0)) {
        return -logarithm<T>(y == T(1) ? p : T(1) - p);
    }
    return (y - T(1)) * logarithm<T>(T(1) - p) - y * logarithm<T>(p);
}

// A single output: a vector takes one row in each of its lanes.
template <class T>
inline void binary_losses_of_one_output(double* losses, const T* a, std::size_t a_stride, const T* y,
                                        std::size_t y_stride, std::size_t rows) {
    // Many vectors: right after its elements were written one by one, the load of a vector has to wait for them.
    constexpr std::size_t block = 128;
    T p[block] = {};
    T wanted[block] = {};
    for (std::size_t first = 0; first < rows; first += block) {
        const std::size_t count = smaller(block, rows - first);
        for (std::size_t i = 0; i < count; ++i) {
            p[i] = a[(first + i) * a_stride];
            wanted[i] = y[(first + i) * y_stride];
        }
        for (std::size_t i = 0; i < count; i += lanes<T>) {
            store(p + i, binary_cross_entropy<T>(load(p + i), load(wanted + i)));
        }
        for (std::size_t i = 0; i < count; ++i) {
            losses[first + i] = static_cast<double>(p[i]);
        }
    }
}

// L = -sum (y_j log a_j + (1 - y_j) log (1 - a_j))
template <class T>
void binary_log_loss(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
                     std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters*) {
    for (std::size_t i = 0; i < rows; ++i) {
        write_error(s + i * s_stride, a + i * a_stride, y + i * y_stride, T(1), cols);
        losses[i] = 0;
    }
    if (cols == 1) {
        binary_losses_of_one_output(losses, a, a_stride, y, y_stride, rows);
        return;
    }
    Vector<T> parts[rows_together];
    for (std::size_t first = 0; first < rows; first += rows_together) {
        const std::size_t count = smaller(rows_together, rows - first);
        for (std::size_t j = 0; j < cols; j += lanes<T>) {
            for (std::size_t i = 0; i < count; ++i) {
                parts[i] =
                    binary_cross_entropy<T>(load(a + (first + i) * a_stride + j), load(y + (first + i) * y_stride + j));
            }
            for (std::size_t i = 0; i < count; ++i) {
                losses[first + i] += sum_of_first_lanes<T>(parts[i], cols - j);
            }
        }
    }
}
