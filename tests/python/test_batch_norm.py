"""Batch normalisation is that of the paper, and folded into the network that predicts."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.mlp_parameters import ACTIVATION_NAMES

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RANDOM = np.random.RandomState(0)
ROWS = 90
X = RANDOM.rand(ROWS, 7)
X[X < 0.4] = 0
LABELS = np.argsort(np.argsort(X.sum(axis=1))) * 3 // ROWS
TARGETS = np.column_stack([X[:, 0] * X[:, 1], np.sin(3 * X[:, 2])])
WEIGHTS = RANDOM.uniform(0.1, 3, ROWS)
by_estimator = pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])

EPSILON = 1e-5
MOMENTUM = 0.9

# f, and its derivative by means of n and a = f(n)
ACTIVATIONS = {
    "tanh": (np.tanh, lambda _, a: 1 - a**2),
    "logistic": (lambda n: 1 / (1 + np.exp(-n)), lambda _, a: a * (1 - a)),
    "relu": (lambda n: np.maximum(n, 0), lambda n, _: n > 0),
    "radial_basis": (lambda n: np.exp(-(n**2)), lambda n, a: -2 * n * a),
    "sin": (np.sin, lambda n, _: np.cos(n)),
}


class Reference:
    """A regressor of squared errors by plain gradient descent, from these parameters on."""

    def __init__(self, coefs, intercepts, activation="tanh", *, eta, alpha, batch_size):
        self.W = [np.array(W) for W in coefs]
        self.beta = [np.array(b) for b in intercepts[:-1]]
        self.gamma = [np.ones_like(b) for b in self.beta]
        self.b = np.array(intercepts[-1])
        self.mean = self.variance = None
        self.f, self.slope = ACTIVATIONS[activation]
        self.eta, self.alpha, self.batch_size = eta, alpha, batch_size

    def epoch(self, X, Y, weights=None):
        """Learn the rows in their order; tell the mean loss with its penalty."""
        weights = np.ones(len(X)) if weights is None else weights
        total = 0.0
        for begin in range(0, len(X), self.batch_size):
            rows = slice(begin, begin + self.batch_size)
            total += len(X[rows]) * self.step(X[rows], Y[rows], weights[rows])
        return total / len(X)

    def step(self, X, Y, weights):
        W, hidden = self.W, range(len(self.beta))
        a, n, x, deviation, statistics = [X], [], [], [], []
        for k in hidden:
            h = a[-1] @ W[k]
            deviation.append(np.sqrt(h.var(axis=0) + EPSILON))
            x.append((h - h.mean(axis=0)) / deviation[-1])
            n.append(self.gamma[k] * x[-1] + self.beta[k])
            a.append(self.f(n[-1]))
            statistics.append((h.mean(axis=0), h.var(axis=0, ddof=1) if len(h) > 1 else None))
        self.keep(statistics, len(X))
        out = a[-1] @ W[-1] + self.b
        weight = weights.sum()
        penalty = self.alpha / 2 * sum((theta**2).sum() for theta in W) / weight
        loss = (weights[:, None] * (out - Y) ** 2).sum() / (2 * weight * Y.shape[1]) + penalty
        s = weights[:, None] * (out - Y)
        gradients = [
            (W[-1], a[-1].T @ s / weight + self.alpha * W[-1] / weight),
            (self.b, s.sum(axis=0) / weight),
        ]
        for k in reversed(hidden):
            s = (s @ W[k + 1].T) * self.slope(n[k], a[k + 1])
            gradients.append((self.beta[k], s.sum(axis=0) / weight))
            gradients.append((self.gamma[k], (s * x[k]).sum(axis=0) / weight))
            s = self.gamma[k] / deviation[k] * (s - s.mean(axis=0) - x[k] * (s * x[k]).mean(axis=0))
            gradients.append((W[k], a[k].T @ s / weight + self.alpha * W[k] / weight))
        for parameter, gradient in gradients:
            parameter[...] -= self.eta * gradient
        return loss

    def keep(self, statistics, rows):
        """Move the averages; one row has no variance."""
        if rows == 1:
            return
        if self.mean is None:
            self.mean, self.variance = (list(values) for values in zip(*statistics, strict=True))
            return
        share = 1 - MOMENTUM ** (rows / self.batch_size)
        for k, (mean, variance) in enumerate(statistics):
            self.mean[k] = self.mean[k] + share * (mean - self.mean[k])
            self.variance[k] = self.variance[k] + share * (variance - self.variance[k])

    def predict(self, X):
        a = X
        for k, beta in enumerate(self.beta):
            x = (a @ self.W[k] - self.mean[k]) / np.sqrt(self.variance[k] + EPSILON)
            a = self.f(self.gamma[k] * x + beta)
        return a @ self.W[-1] + self.b


def make(estimator=MLPClassifier, **parameters):
    options = {"hidden_layer_sizes": (12, 9), "max_iter": 6, "random_state": 0, "batch_size": 20}
    return estimator(**options | {"batch_norm": True} | parameters)


def descent(**parameters):
    plain = {"solver": "sgd", "momentum": 0.0, "nesterovs_momentum": False, "shuffle": False, "alpha": 0.3}
    return make(MLPRegressor, **plain, learning_rate_init=0.05, max_iter=3, **parameters)


def initial(model, y):
    """Its initial parameters: those after an epoch of next to no steps, without normalisation."""
    model = clone(model).set_params(batch_norm=False, learning_rate_init=1e-300, max_iter=1)
    model.fit(X, y)
    return model.coefs_, model.intercepts_


def thetas(model):
    return [*model.coefs_, *model.intercepts_]


def are_equal(model, other):
    return all(np.array_equal(a, b) for a, b in zip(thetas(model), thetas(other), strict=True))


def is_kept(model):
    return model._batch_norm.is_folded_in(model._network)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("batch_size", [20, 13, ROWS - 1])
def test_a_training_is_that_of_the_paper(activation, weights, batch_size):
    model = descent(activation=activation, batch_size=batch_size)
    reference = Reference(*initial(model, TARGETS), activation, eta=0.05, alpha=0.3, batch_size=batch_size)
    model.fit(X, TARGETS, sample_weight=weights)
    curve = [reference.epoch(X, TARGETS, weights) for _ in range(3)]
    np.testing.assert_allclose(model.loss_curve_, curve, rtol=1e-12)
    np.testing.assert_allclose(model.predict(X), reference.predict(X), rtol=1e-11, atol=1e-12)


def test_statistics_of_a_large_batch_are_those_of_its_chunks():
    """A chunk has at most 1024 rows; each counts in the moving averages by its share."""
    rows = 1500
    many = np.tile(X, (20, 1))[:rows] + np.arange(rows)[:, None] / rows
    y = np.tile(TARGETS, (20, 1))[:rows]
    model = descent(batch_size=rows).set_params(max_iter=1, learning_rate_init=1e-300).fit(many, y)
    h = many @ model._batch_norm.network.theta(1)[1:]
    share = 1 - 0.9 ** ((rows - 1024) / rows)
    for kept, statistic in (
        (model._batch_norm.mean, lambda h: h.mean(axis=0)),
        (model._batch_norm.variance, lambda h: h.var(axis=0, ddof=1)),
    ):
        first, second = statistic(h[:1024]), statistic(h[1024:])
        np.testing.assert_allclose(kept[:12], first + share * (second - first), rtol=1e-12)


@by_estimator
@pytest.mark.parametrize("activation", sorted(ACTIVATION_NAMES))
def test_every_activation_and_dtype(estimator, activation):
    y = LABELS if estimator is MLPClassifier else TARGETS
    for dtype in (np.float32, np.float64):
        model = make(estimator, activation=activation).fit(X.astype(dtype), y)
        assert model.coefs_[0].dtype == dtype
        assert all(np.isfinite(theta).all() for theta in thetas(model))
        assert model.loss_curve_[-1] < model.loss_curve_[0] * 1.02
        assert is_kept(model)


def test_float32_is_float64_to_its_precision():
    model, other = (make(max_iter=3).fit(X.astype(dtype), LABELS) for dtype in (np.float32, np.float64))
    np.testing.assert_allclose(model.predict_proba(X), other.predict_proba(X), atol=1e-4)


@by_estimator
def test_sparse_rows_are_learned_from_as_dense_ones(estimator):
    y = LABELS if estimator is MLPClassifier else TARGETS
    model = make(estimator).fit(X, y)
    np.testing.assert_allclose(
        np.concatenate([theta.ravel() for theta in thetas(make(estimator).fit(sp.csr_array(X), y))]),
        np.concatenate([theta.ravel() for theta in thetas(model)]),
        atol=1e-9,
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {"dropout": (0.5, 0.1), "input_dropout": 0.1, "input_noise": 0.1},
        {"clip_norm": 0.1, "max_norm": 1.0, "penalty": "l1"},
        {"clip_value": 0.01, "weight_decay": 0.1, "solver": "nadam"},
        {"solver": "rprop", "batch_size": "auto"},
        {"solver": "rmsprop"},
        {"solver": "adagrad"},
        {"solver": "sgd", "learning_rate": "invscaling"},
    ],
    ids=str,
)
def test_the_number_of_threads_does_not_matter(parameters):
    model, other = (make(**parameters, n_threads=threads).fit(X, LABELS) for threads in (1, 2))
    assert are_equal(model, other)
    assert not are_equal(model, clone(model).set_params(batch_norm=False).fit(X, LABELS))


@by_estimator
def test_many_kinds_of_targets(estimator):
    targets = {
        MLPClassifier: [LABELS, LABELS > 1, np.column_stack([LABELS > 0, LABELS > 1]).astype(int)],
        MLPRegressor: [X[:, 0], TARGETS],
    }
    for y in targets[estimator]:
        assert make(estimator, max_iter=50).fit(X, y).score(X, y) > make(estimator, max_iter=1).fit(
            X, y
        ).score(X, y)


def test_of_outputs_with_classes_each():
    y = np.column_stack([LABELS, 2 - LABELS])
    model = make(max_iter=60, learning_rate_init=0.01).fit(X, y)
    assert np.mean(model.predict(X) == y) > 0.8


def test_a_loss_of_ones_own_is_learned_with():
    def half_square(y, a):
        return 0.5 * (a - y) ** 2, a - y

    model = make(MLPRegressor, loss=half_square).fit(X, X[:, 0])
    np.testing.assert_allclose(model.predict(X), make(MLPRegressor).fit(X, X[:, 0]).predict(X), rtol=1e-9)


def test_parameters_that_were_written_are_begun_with():
    model = descent(warm_start=True).fit(X, TARGETS)
    model.coefs_[0][...] *= 2
    reference = Reference(model.coefs_, model.intercepts_, "relu", eta=0.05, alpha=0.3, batch_size=20)
    model.fit(X, TARGETS)
    for _ in range(3):
        reference.epoch(X, TARGETS)
    np.testing.assert_allclose(model.predict(X), reference.predict(X), rtol=1e-11, atol=1e-12)


def test_without_hidden_layers_there_is_nothing_to_normalise():
    model = make(hidden_layer_sizes=()).fit(X, LABELS)
    assert are_equal(model, make(hidden_layer_sizes=(), batch_norm=False).fit(X, LABELS))


def test_inputs_far_from_zero_are_learned_from():
    """The plain network does not make up for them in as many epochs."""
    random = np.random.RandomState(1)
    inputs = random.standard_normal((400, 8))
    y = (inputs[:, 0] + inputs[:, 1] * inputs[:, 2] > 0).astype(int)
    far = 30 + 10 * inputs
    options = {"hidden_layer_sizes": (30,), "max_iter": 40, "learning_rate_init": 0.01, "batch_size": 50}
    plain = make(batch_norm=False, **options).fit(far, y)
    model = make(**options).fit(far, y)
    assert model.score(far, y) > 0.95
    assert model.score(far, y) > plain.score(far, y) + 0.05


def test_the_glass_box_is_the_network_as_it_predicts():
    model = make(MLPRegressor, activation="tanh").fit(X, TARGETS)
    np.testing.assert_allclose(model.network_.forward(X), model.predict(X), rtol=1e-12)
    assert model.gradient_check(X, TARGETS) < 1e-6
    plain = model.set_params(batch_norm=False).to_sklearn()  # which has no normalisation to go on with
    np.testing.assert_allclose(plain.predict(X), model.predict(X), rtol=1e-9)
