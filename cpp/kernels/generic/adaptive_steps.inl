// The steps of the other optimizers, over ranges as those of SGD and Adam. What they have in common is here once: each
// rule says by how much theta changes, `rule.change(i, g)`, for the vector from element i on.
template <class T, class Rule>
struct StepBy {
    T* theta;
    const T* gradient;
    T scale, decay;
    Rule rule;
    Vector<T> squares = {};

    template <std::size_t Vectors>
    void run(std::size_t begin) {
        Vector<T> next[Vectors];
#pragma GCC unroll 4
        for (std::size_t j = 0; j < Vectors; ++j) {
            const std::size_t i = begin + j * lanes<T>;
            const Vector<T> old = load(theta + i);
            squares += old * old;
            next[j] = old - rule.change(i, scale * load(gradient + i) + decay * old);
        }
#pragma GCC unroll 4
        for (std::size_t j = 0; j < Vectors; ++j) {
            store(theta + begin + j * lanes<T>, next[j]);
        }
    }
};

template <class T, class Rule>
double step_by(Rule rule, T* theta, const T* gradient, std::size_t count, const StepScale& of) {
    StepBy<T, Rule> step{theta, gradient, static_cast<T>(of.scale), static_cast<T>(of.decay), rule};
    for_each_vector<T>(count, step);
    return static_cast<double>(sum_of_lanes<T>(step.squares));
}

// -1, 0 or 1; NaN stays NaN.
template <class T>
inline Vector<T> signs(const Vector<T>& x) {
    return x > T(0) ? spread<T>(1) : x < T(0) ? spread<T>(-1) : x;
}

// m and v as Adam's; theta = theta - (gradient_rate g + mean_rate m) / (sqrt(correction v) + epsilon).
template <class T>
struct NAdamRule {
    T* mean;
    T* variance;
    T gradient_rate, mean_rate, correction, beta_1, beta_2, new_1, new_2, epsilon;

    [[nodiscard]] Vector<T> change(std::size_t i, const Vector<T>& g) const {
        const Vector<T> m = beta_1 * load(mean + i) + new_1 * g;
        const Vector<T> v = beta_2 * load(variance + i) + new_2 * (g * g);
        store(mean + i, m);
        store(variance + i, v);
        return (gradient_rate * g + mean_rate * m) / (square_roots<T>(correction * v) + epsilon);
    }
};

template <class T>
double nadam(T* theta, T* mean, T* variance, const T* gradient, std::size_t count, const NAdamStep* step) {
    const NAdamRule<T> rule{mean,
                            variance,
                            static_cast<T>(step->gradient_rate),
                            static_cast<T>(step->mean_rate),
                            static_cast<T>(step->correction),
                            static_cast<T>(step->beta_1),
                            static_cast<T>(step->beta_2),
                            static_cast<T>(1 - step->beta_1),
                            static_cast<T>(1 - step->beta_2),
                            static_cast<T>(step->epsilon)};
    return step_by<T>(rule, theta, gradient, count, step->gradient);
}

// v = kept v + added g^2; theta = theta - eta g / (sqrt v + epsilon).
template <class T>
struct RmsPropRule {
    T* square;
    T rate, kept, added, epsilon;

    [[nodiscard]] Vector<T> change(std::size_t i, const Vector<T>& g) const {
        const Vector<T> v = kept * load(square + i) + added * (g * g);
        store(square + i, v);
        return rate * g / (square_roots<T>(v) + epsilon);
    }
};

template <class T>
double rmsprop(T* theta, T* square, const T* gradient, std::size_t count, const RmsPropStep* step) {
    const RmsPropRule<T> rule{square, static_cast<T>(step->learning_rate), static_cast<T>(step->kept),
                              static_cast<T>(step->added), static_cast<T>(step->epsilon)};
    return step_by<T>(rule, theta, gradient, count, step->gradient);
}

// Igel and Huesken 2003, iRprop-: where g has kept its sign, the step grows; where it has changed it, the step shrinks,
// and g counts as 0, now and when it is compared with the next one. theta = theta - sign(g) step.
template <class T>
struct RpropRule {
    T* last;
    T* size;
    T shrinking, growing, least, most;

    [[nodiscard]] Vector<T> change(std::size_t i, const Vector<T>& g) const {
        const Vector<T> sign = signs<T>(g);
        const Vector<T> agreement = sign * signs<T>(load(last + i));
        const Vector<T> old = load(size + i);
        const Vector<T> longer = growing * old < most ? growing * old : spread<T>(most);
        const Vector<T> shorter = shrinking * old > least ? shrinking * old : spread<T>(least);
        const Vector<T> next = agreement > T(0) ? longer : agreement < T(0) ? shorter : old;
        store(size + i, next);
        store(last + i, agreement < T(0) ? spread<T>(0) : g);
        return (agreement < T(0) ? spread<T>(0) : sign) * next;
    }
};

template <class T>
double rprop(T* theta, T* last, T* size, const T* gradient, std::size_t count, const RpropStep* step) {
    const RpropRule<T> rule{last,
                            size,
                            static_cast<T>(step->shrinking),
                            static_cast<T>(step->growing),
                            static_cast<T>(step->least),
                            static_cast<T>(step->most)};
    return step_by<T>(rule, theta, gradient, count, step->gradient);
}
