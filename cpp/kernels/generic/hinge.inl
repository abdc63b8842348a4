// The hinge losses, of linear outputs a = n: what a right answer is short of a margin of 1.

// L = sum max(0, 1 - t_j a_j) with t = 2 y - 1: each output a label of its own; s = -t where that is above 0
template <class T>
void hinge(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
           std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters*) {
    const auto at = [](const Vector<T>& aj, const Vector<T>& yj, std::size_t) {
        const Vector<T> t = T(2) * yj - T(1);
        const Vector<T> missing = T(1) - t * aj;
        return LossOfOutputs<T>{missing < T(0) ? spread<T>(0) : missing, missing > T(0)   ? -t
                                                                         : missing < T(0) ? spread<T>(0)
                                                                                          : missing};
    };
    sum_of_outputs(losses, s, s_stride, a, a_stride, y, y_stride, rows, cols, at);
}

// L = max(0, 1 + max_(j != c) a_j - a_c) with the class c of the row (Crammer and Singer 2001): s is 1 for the largest
// other output, the first of equal ones, and -1 for that of the class where L is above 0.
template <class T>
void class_hinge(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
                 std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters*) {
    for (std::size_t i = 0; i < rows; ++i) {
        T* si = s + i * s_stride;
        const T* ai = a + i * a_stride;
        const T* yi = y + i * y_stride;
        std::size_t wanted = 0;
        for (std::size_t j = 1; j < cols; ++j) {
            wanted = yi[j] > yi[wanted] ? j : wanted;
        }
        std::size_t other = cols;
        double nan = 0;
        for (std::size_t j = 0; j < cols; ++j) {
            const bool is_nan = ai[j] != ai[j];
            nan = is_nan ? static_cast<double>(ai[j]) : nan;
            si[j] = is_nan ? ai[j] : T(0);
            other = j != wanted && (other == cols || ai[j] > ai[other]) ? j : other;
        }
        losses[i] = nan;
        if (other == cols || nan != 0) {  // there is a single class, or nothing to compare
            continue;
        }
        const T missing = T(1) + ai[other] - ai[wanted];
        if (missing <= T(0)) {
            continue;
        }
        losses[i] = static_cast<double>(missing);
        si[other] = T(1);
        si[wanted] = T(-1);
    }
}
