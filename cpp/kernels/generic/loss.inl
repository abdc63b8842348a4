// The losses. Each writes the sensitivity s and the loss of each row, which is summed in double and does not depend on
// the rows beside it. Whatever lies in the padding of a and y, that of s stays zero.

// s = scale (a - y), one row
template <class T>
inline void write_error(T* s, const T* a, const T* y, T scale, std::size_t cols) {
    for (std::size_t j = 0; j < cols; j += lanes<T>) {
        store(s + j, first_lanes<T>(scale * (load(a + j) - load(y + j)), cols - j, T(0)));
    }
}

// The padding of x is zero.
template <class T>
inline double sum_of_squares(const T* x, std::size_t count) {
    const auto square = [](const auto& value) { return value * value; };
    // A few last elements are added one by one: a single output takes 2 instead of 5 ns that way.
    const std::size_t last = count % lanes<T>;
    const std::size_t whole = last <= 4 ? count - last : count;
    double rest = 0;
    for (std::size_t j = whole; j < count; ++j) {
        rest += square(static_cast<double>(x[j]));
    }
    if (whole == 0) {
        return rest;
    }
    Vector<double> sum = {};
    for (std::size_t j = 0; j < whole; j += lanes<T>) {
        sum += in_double(load(x + j), square);
    }
    return sum_of_lanes<double>(sum) + rest;
}

template <class T>
inline double sum_of_first_lanes(const Vector<T>& value, std::size_t count) {
    return sum_of_lanes<double>(in_double(first_lanes<T>(value, count, T(0)), [](const auto& x) { return x; }));
}

// The loss of some outputs and its derivative.
template <class T>
struct LossOfOutputs {
    Vector<T> value;
    Vector<T> slope;
};

// L = sum of at(a_j, y_j, j).value, s_j = its slope, for losses that look at each output for itself
template <class T, class At>
inline void sum_of_outputs(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
                           std::size_t y_stride, std::size_t rows, std::size_t cols, const At& at) {
    for (std::size_t i = 0; i < rows; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < cols; j += lanes<T>) {
            const LossOfOutputs<T> here = at(load(a + i * a_stride + j), load(y + i * y_stride + j), j);
            store(s + i * s_stride + j, first_lanes<T>(here.slope, cols - j, T(0)));
            sum += sum_of_first_lanes<T>(here.value, cols - j);
        }
        losses[i] = sum;
    }
}

// L = sum (a_j - y_j)^2, s = 2 (a - y), so L = sum s_j^2 / 4
template <class T>
void squared_error(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
                   std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters*) {
    for (std::size_t i = 0; i < rows; ++i) {
        write_error(s + i * s_stride, a + i * a_stride, y + i * y_stride, T(2), cols);
        losses[i] = 0.25 * sum_of_squares(s + i * s_stride, cols);
    }
}

// L = sum (a_j - y_j)^2 / 2, s = a - y
template <class T>
void half_squared_error(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
                        std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters*) {
    for (std::size_t i = 0; i < rows; ++i) {
        write_error(s + i * s_stride, a + i * a_stride, y + i * y_stride, T(1), cols);
        losses[i] = 0.5 * sum_of_squares(s + i * s_stride, cols);
    }
}

// L = sum (y_j log(y_j / a_j) - y_j + a_j), where 0 log 0 = 0; s = a - y, as for the losses of probabilities
template <class T>
void poisson(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
             std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters*) {
    for (std::size_t i = 0; i < rows; ++i) {
        write_error(s + i * s_stride, a + i * a_stride, y + i * y_stride, T(1), cols);
        double sum = 0;
        for (std::size_t j = 0; j < cols; j += lanes<T>) {
            const Vector<T> aj = load(a + i * a_stride + j);
            const Vector<T> yj = load(y + i * y_stride + j);
            const Vector<T> relative = yj == T(0) ? spread<T>(0) : yj * logarithm<T>(yj / aj);
            const Vector<T> value = first_lanes<T>(relative - yj + aj, cols - j, T(0));
            sum += sum_of_lanes<double>(in_double(value, [](const auto& x) { return x; }));
        }
        losses[i] = sum;
    }
}

// L = sum |a_j - y_j|, s = a - y: with a learning rate of eta, gradient descent is the perceptron rule (equation 6)
template <class T>
void perceptron(double* losses, T* s, std::size_t s_stride, const T* a, std::size_t a_stride, const T* y,
                std::size_t y_stride, std::size_t rows, std::size_t cols, const LossParameters*) {
    for (std::size_t i = 0; i < rows; ++i) {
        T* si = s + i * s_stride;
        write_error(si, a + i * a_stride, y + i * y_stride, T(1), cols);
        double sum = 0;
        for (std::size_t j = 0; j < cols; ++j) {
            sum += static_cast<double>(si[j] < 0 ? -si[j] : si[j]);
        }
        losses[i] = sum;
    }
}
