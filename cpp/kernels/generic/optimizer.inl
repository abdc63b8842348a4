// The steps of the optimizers over one flat range of parameters; count is a multiple of the padding. The L2 penalty
// needs sum theta^2 of every batch, so the same pass over theta gives it.

template <class T>
void descend(T* theta, const T* gradient, double learning_rate, double scale, std::size_t count) {
    const T rate = static_cast<T>(learning_rate);
    const T factor = static_cast<T>(scale);
    for (std::size_t i = 0; i < count; ++i) {
        theta[i] -= rate * (factor * gradient[i]);
    }
}

// v = momentum v - eta g; theta = theta + v, or with Nesterov theta + momentum v - eta g.
template <class T>
double sgd(T* theta, T* velocity, const T* gradient, std::size_t count, const SgdStep* step) {
    const T scale = static_cast<T>(step->gradient.scale);
    const T decay = static_cast<T>(step->gradient.decay);
    const T rate = static_cast<T>(step->learning_rate);
    const T momentum = static_cast<T>(step->momentum);
    const bool nesterov = step->nesterov;
    Vector<T> squares = {};
    for (std::size_t i = 0; i < count; i += lanes<T>) {
        const Vector<T> old = load(theta + i);
        squares += old * old;
        const Vector<T> slope = rate * (scale * load(gradient + i) + decay * old);
        const Vector<T> v = momentum * load(velocity + i) - slope;
        store(velocity + i, v);
        store(theta + i, nesterov ? old + (momentum * v - slope) : old + v);
    }
    return static_cast<double>(sum_of_lanes<T>(squares));
}

// Kingma and Ba 2015, algorithm 1, in the order that its section 2 recommends: the bias corrections are in the rate.
template <class T>
double adam(T* theta, T* mean, T* variance, const T* gradient, std::size_t count, const AdamStep* step) {
    const T scale = static_cast<T>(step->gradient.scale);
    const T decay = static_cast<T>(step->gradient.decay);
    const T rate = static_cast<T>(step->learning_rate);
    const T beta_1 = static_cast<T>(step->beta_1);
    const T beta_2 = static_cast<T>(step->beta_2);
    const T new_1 = static_cast<T>(1 - step->beta_1);
    const T new_2 = static_cast<T>(1 - step->beta_2);
    const T epsilon = static_cast<T>(step->epsilon);
    Vector<T> squares = {};
    for (std::size_t i = 0; i < count; i += lanes<T>) {
        const Vector<T> old = load(theta + i);
        squares += old * old;
        const Vector<T> g = scale * load(gradient + i) + decay * old;
        const Vector<T> m = beta_1 * load(mean + i) + new_1 * g;
        const Vector<T> v = beta_2 * load(variance + i) + new_2 * (g * g);
        store(mean + i, m);
        store(variance + i, v);
        T root[lanes<T>];
        store(root, v);
        for (std::size_t j = 0; j < lanes<T>; ++j) {
            root[j] = square_root(root[j]);
        }
        store(theta + i, old - rate * m / (load(root) + epsilon));
    }
    return static_cast<double>(sum_of_lanes<T>(squares));
}
