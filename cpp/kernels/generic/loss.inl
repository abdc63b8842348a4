// Each loss writes the sensitivity s and returns the loss summed over rows and outputs, in double.

template <class T>
double squared_error(T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y, std::size_t y_stride,
                     std::size_t rows, std::size_t cols) {
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
            const T error = y[i * y_stride + j] - a[i * a_stride + j];
            s[i * s_stride + j] = T(-2) * error;
            sum += static_cast<double>(error) * static_cast<double>(error);
        }
    }
    return sum;
}

template <class T>
double half_squared_error(T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
                          std::size_t y_stride, std::size_t rows, std::size_t cols) {
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
            const T error = a[i * a_stride + j] - y[i * y_stride + j];
            s[i * s_stride + j] = error;
            sum += 0.5 * static_cast<double>(error) * static_cast<double>(error);
        }
    }
    return sum;
}

// Probabilities are kept eps away from 0 and 1, as scikit-learn does, so that the loss of a certain mistake is finite
// (36 in float64) and the loss curves agree.
template <class T>
inline T clipped(T probability) {
    const T eps = sizeof(T) == sizeof(float) ? T(__FLT_EPSILON__) : T(__DBL_EPSILON__);
    return probability < eps ? eps : probability > T(1) - eps ? T(1) - eps : probability;
}

template <class T>
double log_loss(T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y, std::size_t y_stride,
                std::size_t rows, std::size_t cols) {
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
            const T aij = a[i * a_stride + j];
            const T yij = y[i * y_stride + j];
            s[i * s_stride + j] = aij - yij;
            if (yij != 0) {
                sum -= static_cast<double>(yij * logarithm(clipped(aij)));
            }
        }
    }
    return sum;
}

template <class T>
double binary_log_loss(T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y, std::size_t y_stride,
                       std::size_t rows, std::size_t cols) {
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
            const T aij = a[i * a_stride + j];
            const T yij = y[i * y_stride + j];
            s[i * s_stride + j] = aij - yij;
            if (yij != 0) {
                sum -= static_cast<double>(yij * logarithm(clipped(aij)));
            }
            if (yij != 1) {
                sum -= static_cast<double>((T(1) - yij) * logarithm(T(1) - clipped(aij)));
            }
        }
    }
    return sum;
}
