// The steps of the optimizers over some rows and columns of theta. The L2 penalty needs sum theta^2 of every batch, so
// the same pass over theta gives it.

template <class T>
void descend(T* theta, const T* gradient, double learning_rate, double scale, std::size_t count) {
    const T rate = static_cast<T>(learning_rate);
    const T factor = static_cast<T>(scale);
    for (std::size_t i = 0; i < count; ++i) {
        theta[i] -= rate * (factor * gradient[i]);
    }
}

// A panel of so many cache lines of a row at a time. The new theta of a panel is held back in registers and stored
// together: where other threads have read theta, each of its lines has to be claimed from their cores before it is
// written, and a core claims several at a time only where nothing else is stored in between. With two threads, four
// lines at a time make Adam's step 1.6 times as fast as one.
constexpr std::size_t widest_panel = 4;

template <class T>
constexpr std::size_t vectors_per_line = vector_padding / sizeof(Vector<T>);

// Calls step.run<rows, lines> for every panel of rows x cols, with where it begins in theta and in the gradient. The
// squares of each line are summed over the rows in their order, so that they do not depend on the lines beside it.
template <class T, class Step>
struct Panels {
    // Of wider rows, one after the other is taken, because the prefetchers like memory in its order: an SGD step over
    // 785 x 1024 parameters took 1.7 times as long panel by panel. Of narrower ones, all rows of a panel, so that the
    // sums stay in registers: the stores of the row before hold up their loads, and the step took 2.5 times as long.
    static constexpr std::size_t narrow = 8;
    static constexpr std::size_t most_lines = 64;

    Step step;
    std::size_t stride, gradient_stride;

    // Lines lines of all rows.
    template <std::size_t Lines>
    void panel(std::size_t rows, std::size_t line, Vector<T>* sums) const {
        const Step local = step;  // which no store can change, so that its numbers stay in registers
        const std::size_t col = line * vector_padding / sizeof(T);
        Vector<T> here[Lines] = {};
        // As many rows together as make a panel of the widest kind.
        constexpr std::size_t together = widest_panel / Lines;
        std::size_t row = 0;
        for (; row + together <= rows; row += together) {
            local.template run<together, Lines>(row * stride + col, stride, row * gradient_stride + col,
                                                gradient_stride, here);
        }
        for (; row < rows; ++row) {
            local.template run<1, Lines>(row * stride + col, stride, row * gradient_stride + col, gradient_stride,
                                         here);
        }
#pragma GCC unroll 4
        for (std::size_t i = 0; i < Lines; ++i) {
            sums[i] = here[i];
        }
    }

    template <std::size_t Lines>
    void panel_of(std::size_t lines, std::size_t rows, std::size_t line, Vector<T>* sums) const {
        if (lines == Lines) {
            panel<Lines>(rows, line, sums);
        } else if constexpr (Lines > 1) {
            panel_of<Lines - 1>(lines, rows, line, sums);
        }
    }

    // Whole panels of one row after the other.
    void panels_by_row(std::size_t rows, std::size_t line, std::size_t panels, Vector<T>* sums) const {
        const Step local = step;
        constexpr std::size_t width = widest_panel * vector_padding / sizeof(T);
        const std::size_t col = line * vector_padding / sizeof(T);
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t i = 0; i < panels; ++i) {
                local.template run<1, widest_panel>(row * stride + col + i * width, stride,
                                                    row * gradient_stride + col + i * width, gradient_stride,
                                                    sums + i * widest_panel);
            }
        }
    }

    void run(std::size_t rows, std::size_t cols, double* squares) const {
        const std::size_t lines = cols * sizeof(T) / vector_padding;
        for (std::size_t begin = 0; begin < lines; begin += most_lines) {
            const std::size_t count = smaller(lines - begin, most_lines);
            Vector<T> sums[most_lines];
            std::size_t i = 0;
            if (count > narrow) {
                for (std::size_t j = 0; j < count; ++j) {
                    sums[j] = Vector<T>{};
                }
                panels_by_row(rows, begin, count / widest_panel, sums);
                i = count / widest_panel * widest_panel;
            }
            for (; i < count; i += widest_panel) {
                panel_of<widest_panel>(smaller(count - i, widest_panel), rows, begin + i, sums + i);
            }
            for (std::size_t j = 0; j < count; ++j) {
                squares[begin + j] = static_cast<double>(sum_of_lanes<T>(sums[j]));
            }
        }
    }
};

// v = momentum v - eta g; theta = theta + v, or with Nesterov theta + momentum v - eta g.
template <class T>
struct Sgd {
    T* theta;
    T* velocity;
    const T* gradient;
    T scale, decay, rate, momentum;
    bool nesterov;

    template <std::size_t Rows, std::size_t Lines>
    void run(std::size_t begin, std::size_t stride, std::size_t begin_gradient, std::size_t gradient_stride,
             Vector<T>* squares) const {
        constexpr std::size_t vectors = Lines * vectors_per_line<T>;
        Vector<T> next[Rows][vectors];
#pragma GCC unroll 16
        for (std::size_t n = 0; n < Rows * vectors; ++n) {
            const std::size_t row = n / vectors;
            const std::size_t j = n % vectors;
            const std::size_t i = begin + row * stride + j * lanes<T>;
            const Vector<T> old = load(theta + i);
            squares[j / vectors_per_line<T>] += old * old;
            const Vector<T> g =
                scale * load(gradient + begin_gradient + row * gradient_stride + j * lanes<T>) + rounded(decay * old);
            const Vector<T> slope = rounded(rate * g);
            const Vector<T> v = momentum * load(velocity + i) - slope;
            store(velocity + i, v);
            next[row][j] = nesterov ? old + (momentum * v - slope) : old + v;
        }
#pragma GCC unroll 16
        for (std::size_t n = 0; n < Rows * vectors; ++n) {
            store(theta + begin + n / vectors * stride + n % vectors * lanes<T>, next[n / vectors][n % vectors]);
        }
    }
};

template <class T>
void sgd(T* theta, T* velocity, std::size_t stride, const T* gradient, std::size_t gradient_stride, std::size_t rows,
         std::size_t cols, const SgdStep* step, double* squares) {
    const Sgd<T> sgd{theta,
                     velocity,
                     gradient,
                     static_cast<T>(step->gradient.scale),
                     static_cast<T>(step->gradient.decay),
                     static_cast<T>(step->learning_rate),
                     static_cast<T>(step->momentum),
                     step->nesterov};
    Panels<T, Sgd<T>>{sgd, stride, gradient_stride}.run(rows, cols, squares);
}

// Kingma and Ba 2015, algorithm 1, in the order that its section 2 recommends: the bias corrections are in the rate.
template <class T>
struct Adam {
    T* theta;
    T* mean;
    T* variance;
    const T* gradient;
    T scale, decay, rate, beta_1, beta_2, new_1, new_2, epsilon;

    template <std::size_t Rows, std::size_t Lines>
    void run(std::size_t begin, std::size_t stride, std::size_t begin_gradient, std::size_t gradient_stride,
             Vector<T>* squares) const {
        constexpr std::size_t vectors = Lines * vectors_per_line<T>;
        Vector<T> next[Rows][vectors];
#pragma GCC unroll 16
        for (std::size_t n = 0; n < Rows * vectors; ++n) {
            const std::size_t row = n / vectors;
            const std::size_t j = n % vectors;
            const std::size_t i = begin + row * stride + j * lanes<T>;
            const Vector<T> old = load(theta + i);
            squares[j / vectors_per_line<T>] += old * old;
            const Vector<T> g =
                scale * load(gradient + begin_gradient + row * gradient_stride + j * lanes<T>) + rounded(decay * old);
            const Vector<T> m = beta_1 * load(mean + i) + rounded(new_1 * g);
            const Vector<T> v = beta_2 * load(variance + i) + rounded(new_2 * (g * g));
            store(mean + i, m);
            store(variance + i, v);
            next[row][j] = old - rate * m / (square_roots<T>(v) + epsilon);
        }
#pragma GCC unroll 16
        for (std::size_t n = 0; n < Rows * vectors; ++n) {
            store(theta + begin + n / vectors * stride + n % vectors * lanes<T>, next[n / vectors][n % vectors]);
        }
    }
};

template <class T>
void adam(T* theta, T* mean, T* variance, std::size_t stride, const T* gradient, std::size_t gradient_stride,
          std::size_t rows, std::size_t cols, const AdamStep* step, double* squares) {
    const Adam<T> adam{theta,
                       mean,
                       variance,
                       gradient,
                       static_cast<T>(step->gradient.scale),
                       static_cast<T>(step->gradient.decay),
                       static_cast<T>(step->learning_rate),
                       static_cast<T>(step->beta_1),
                       static_cast<T>(step->beta_2),
                       static_cast<T>(1 - step->beta_1),
                       static_cast<T>(1 - step->beta_2),
                       static_cast<T>(step->epsilon)};
    Panels<T, Adam<T>>{adam, stride, gradient_stride}.run(rows, cols, squares);
}
