// What is done to a gradient before the step, and to the weights before and after it, where more is asked for than the
// L2 penalty that the steps have in them.

template <class T>
inline Vector<T> clipped(const Vector<T>& x, T most) {
    return x > most ? spread<T>(most) : x < -most ? spread<T>(-most) : x;
}

// g = factor clip(scale sum_gradient) + l2 theta + l1 sign(theta); theta = kept theta
template <class T>
struct Regularise {
    T* gradient;
    T* theta;
    T scale, most, factor, l1, l2, kept;
    Vector<T> absolutes = {};
    Vector<T> squares = {};

    template <std::size_t Vectors>
    void run(std::size_t begin) {
        for (std::size_t i = begin; i < begin + Vectors * lanes<T>; i += lanes<T>) {
            const Vector<T> old = load(theta + i);
            const Vector<T> sign = signs<T>(old);
            absolutes += sign * old;
            squares += old * old;
            const Vector<T> g = factor * clipped<T>(scale * load(gradient + i), most);
            store(gradient + i, g + (l2 * old + l1 * sign));
            store(theta + i, kept * old);
        }
    }
};

template <class T>
double regularise(T* gradient, T* theta, std::size_t count, const RegularisedStep* step) {
    Regularise<T> of{gradient,
                     theta,
                     static_cast<T>(step->clip.scale),
                     static_cast<T>(step->clip.most),
                     static_cast<T>(step->clip_factor),
                     static_cast<T>(step->l1),
                     static_cast<T>(step->l2),
                     static_cast<T>(step->kept)};
    for_each_vector<T>(count, of);
    return step->l1 * static_cast<double>(sum_of_lanes<T>(of.absolutes)) +
           step->l2 / 2 * static_cast<double>(sum_of_lanes<T>(of.squares));
}

// The two below sum in double: what is clipped is large, and the square of a float beyond 1.8e19 is no float any more.

template <class T>
double squared_norm(const T* gradient, std::size_t count, const Clip* clip) {
    constexpr std::size_t width = vector_padding / sizeof(T);
    double sums[width] = {};
    for (std::size_t i = 0; i < count; i += width) {
        for (std::size_t j = 0; j < width; ++j) {
            const double g = clip->scale * static_cast<double>(gradient[i + j]);
            const double kept = g > clip->most ? clip->most : g < -clip->most ? -clip->most : g;
            sums[j] += kept * kept;
        }
    }
    double sum = 0;
    for (std::size_t j = 0; j < width; ++j) {
        sum += sums[j];
    }
    return sum;
}

template <class T>
void limit_norms(T* weights, std::size_t stride, std::size_t rows, std::size_t cols, double most) {
    constexpr std::size_t width = vector_padding / sizeof(T);
    for (std::size_t first = 0; first < cols; first += width) {
        double squares[width] = {};
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < width; ++j) {
                const auto w = static_cast<double>(weights[i * stride + first + j]);
                squares[j] += w * w;
            }
        }
        T factor[width];
        bool exceeds = false;
        for (std::size_t j = 0; j < width; ++j) {
            const double norm = square_root(squares[j]);
            factor[j] = norm > most ? static_cast<T>(most / norm) : T(1);
            exceeds = exceeds || norm > most;
        }
        for (std::size_t i = 0; exceeds && i < rows; ++i) {
            for (std::size_t j = 0; j < width; ++j) {
                weights[i * stride + first + j] *= factor[j];
            }
        }
    }
}
