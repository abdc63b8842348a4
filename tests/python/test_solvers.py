"""Each solver through the estimators, beside its paper's algorithm in NumPy."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.datasets import make_moons
from sklearn.neural_network import MLPClassifier as TheirClassifier

from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 1500  # more than the 1024 that a step takes at a time
STEPS = 50
ALPHA = 0.3

RNG = np.random.RandomState(0)
X = RNG.uniform(-1, 1, (ROWS, 5))
X[X < -0.2] = 0
Y = np.sin(2 * X.sum(axis=1))
LABELS = (Y > 0).astype(int)
WEIGHTS = RNG.uniform(0, 2, ROWS)

# A learning rate at which each learns fast, without oscillations that would make rounding errors grow.
RATES = {"sgd": 0.1, "adam": 0.01, "adamw": 0.01, "nadam": 0.01, "rmsprop": 0.003, "adagrad": 0.1}
RATES["rprop"] = 0.01
by_solver = pytest.mark.parametrize("solver", RATES)
by_stochastic_solver = pytest.mark.parametrize("solver", [name for name in RATES if name != "rprop"])
by_estimator = pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])


def make(estimator, solver, **parameters):
    parameters = {
        "hidden_layer_sizes": (7,),
        "activation": "tanh",
        "learning_rate_init": RATES[solver],
        "alpha": ALPHA,
        "shuffle": False,
        "tol": 0,
        "n_iter_no_change": np.inf,
        "random_state": 0,
    } | parameters
    return estimator(solver=solver, **parameters)


# The algorithms: state holds what is remembered of each parameter, g is the gradient, t = 1, 2, ...


def sgd(state, theta, g, eta, _t):
    state["v"] = 0.9 * state.get("v", 0) - eta * g
    return theta + 0.9 * state["v"] - eta * g


def adam(state, theta, g, eta, t):
    state["m"] = 0.9 * state.get("m", 0) + 0.1 * g
    state["v"] = 0.999 * state.get("v", 0) + 0.001 * g**2
    rate = eta * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return theta - rate * state["m"] / (np.sqrt(state["v"]) + 1e-8)


def adamw(state, theta, g, eta, t):
    """W has two axes, b one, which does not decay."""
    decayed = theta * (1 - eta * 0.01) if theta.ndim == 2 else theta
    return adam(state, decayed, g, eta, t)


def nadam(state, theta, g, eta, t):
    def mu(i):
        return 0.9 * (1 - 0.5 * 0.96 ** (0.004 * i))

    state["product"] = state.get("product", 1) * mu(t)
    state["m"] = 0.9 * state.get("m", 0) + 0.1 * g
    state["v"] = 0.999 * state.get("v", 0) + 0.001 * g**2
    denominator = np.sqrt(state["v"] / (1 - 0.999**t)) + 1e-8
    theta = theta - eta * (1 - mu(t)) / (1 - state["product"]) * g / denominator
    return theta - eta * mu(t + 1) / (1 - state["product"] * mu(t + 1)) * state["m"] / denominator


def rmsprop(state, theta, g, eta, _t):
    state["v"] = 0.9 * state.get("v", 0) + 0.1 * g**2
    return theta - eta * g / (np.sqrt(state["v"]) + 1e-8)


def adagrad(state, theta, g, eta, _t):
    state["v"] = state.get("v", 0) + g**2
    return theta - eta * g / (np.sqrt(state["v"]) + 1e-8)


def rprop(state, theta, g, eta, _t):
    before, step = state.get("g", np.zeros_like(g)), state.get("step", np.full_like(g, eta))
    step = np.where(before * g > 0, np.minimum(1.2 * step, 50), step)
    step = np.where(before * g < 0, np.maximum(0.5 * step, 1e-6), step)
    g = np.where(before * g < 0, 0, g)
    state["g"], state["step"] = g, step
    return theta - np.sign(g) * step


ALGORITHMS = {function.__name__: function for function in (sgd, adam, adamw, nadam, rmsprop, adagrad, rprop)}


def loss_and_gradients(estimator, parameters, X, y, weights):
    """Backpropagation through a layer of tanh: a mean over rows, W before b."""
    W1, W2, b1, b2 = parameters
    a1 = np.tanh(X @ W1 + b1)
    n2 = (a1 @ W2 + b2).ravel()
    if estimator is MLPRegressor:
        a2, losses = n2, (n2 - y) ** 2 / 2
    else:
        a2, losses = 1 / (1 + np.exp(-n2)), np.logaddexp(0, n2) - y * n2
    share = weights / weights.sum()
    s2 = (share * (a2 - y))[:, None]
    s1 = s2 @ W2.T * (1 - a1**2)
    decay = ALPHA / weights.sum()
    loss = share @ losses + decay / 2 * ((W1**2).sum() + (W2**2).sum())
    return loss, [X.T @ s1 + decay * W1, a1.T @ s2 + decay * W2, s1.sum(axis=0), s2.sum(axis=0)]


def trained_by_numpy(solver, estimator, parameters, X, y, weights, batch, epochs):
    states, t, curve = [{} for _ in parameters], 0, []
    for _ in range(epochs):
        total = 0.0
        for begin in range(0, len(y), batch):
            rows = slice(begin, begin + batch)
            loss, gradients = loss_and_gradients(estimator, parameters, X[rows], y[rows], weights[rows])
            t += 1
            total += loss * len(y[rows])
            parameters = [
                ALGORITHMS[solver](state, theta, g, RATES[solver], t)
                for state, theta, g in zip(states, parameters, gradients, strict=True)
            ]
        curve.append(total / len(y))
    return parameters, curve


def compare(
    solver, estimator, batch="auto", dtype=np.float64, table=np.asarray, weights=None, tolerance=1e-12
):
    y = Y if estimator is MLPRegressor else LABELS
    model = make(estimator, solver, max_iter=1, batch_size=batch, warm_start=True)
    model.fit(X.astype(dtype), y)
    begin = [theta.astype(np.float64) for theta in [*model.coefs_, *model.intercepts_]]
    rows = ROWS if batch == "auto" else batch
    epochs = STEPS * rows // ROWS
    model.set_params(max_iter=epochs).fit(table(X.astype(dtype)), y, sample_weight=weights)
    wanted, curve = trained_by_numpy(
        solver,
        estimator,
        begin,
        X.astype(dtype).astype(np.float64),
        y,
        np.ones(ROWS) if weights is None else weights,
        rows,
        epochs,
    )
    for theta, expected in zip([*model.coefs_, *model.intercepts_], wanted, strict=True):
        assert theta.dtype == dtype
        np.testing.assert_allclose(theta, expected, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(model.loss_curve_[1:], curve, rtol=max(tolerance, 1e-12))


def whole_batch(solver):
    return "auto" if solver == "rprop" else ROWS


@by_estimator
@by_solver
def test_fifty_steps_with_all_rows(solver, estimator):
    compare(solver, estimator, whole_batch(solver))


@by_solver
def test_fifty_steps_of_weighted_sparse_rows(solver):
    compare(solver, MLPClassifier, whole_batch(solver), table=sp.csr_matrix, weights=WEIGHTS, tolerance=1e-11)


@by_solver
def test_fifty_steps_in_float32(solver):
    compare(solver, MLPRegressor, whole_batch(solver), dtype=np.float32, tolerance=1e-5)


@by_stochastic_solver
def test_steps_of_mini_batches(solver):
    compare(solver, MLPClassifier, 300)


def test_rprop_takes_all_rows_in_their_order():
    models = [make(MLPRegressor, "rprop", max_iter=5, shuffle=shuffle).fit(X, Y) for shuffle in (True, False)]
    for W, other in zip(models[0].coefs_, models[1].coefs_, strict=True):
        assert (other == W).all()
    assert models[0].t_ == 5 * ROWS
    assert not hasattr(models[0], "partial_fit")
    with pytest.raises(AttributeError, match="partial_fit"):
        models[0].partial_fit(X, Y)


@by_solver
def test_the_same_for_any_number_of_threads(solver):
    def fitted(threads):
        model = MLPClassifier((150, 20), solver=solver, max_iter=3, random_state=0, n_threads=threads)
        return model.fit(X, LABELS).coefs_

    for W, other, third in zip(fitted(1), fitted(2), fitted(3), strict=True):
        assert (other == W).all()
        assert (third == W).all()


@by_solver
def test_learns(solver):
    moons, side = make_moons(300, noise=0.1, random_state=0)
    model = MLPClassifier(
        (32,),
        solver=solver,
        learning_rate_init=2 * RATES[solver],
        batch_size="auto" if solver == "rprop" else 30,
        max_iter=200,
        random_state=0,
    )
    assert model.fit(moons, side).score(moons, side) >= 0.98
    assert model.loss_ < 0.12


@by_stochastic_solver
def test_the_optimizer_goes_on_after_a_pickle(solver):
    models = [make(MLPRegressor, solver, batch_size=200) for _ in range(2)]
    for call in range(6):
        for model in models:
            model.partial_fit(X, Y)
        if call == 2:
            models[1] = pickle.loads(pickle.dumps(models[1]))
    assert models[0].loss_curve_ == models[1].loss_curve_
    for W, other in zip(models[0].coefs_, models[1].coefs_, strict=True):
        assert (other == W).all()


@by_stochastic_solver
def test_calls_of_partial_fit_are_epochs_of_fit(solver):
    whole = make(MLPRegressor, solver, max_iter=4).fit(X, Y)
    parts = make(MLPRegressor, solver)
    for _ in range(4):
        parts.partial_fit(X, Y)
    assert parts.loss_curve_ == whole.loss_curve_


@by_solver
def test_a_warm_start_begins_with_a_new_optimizer(solver):
    model = make(MLPRegressor, solver, max_iter=3, warm_start=True).fit(X, Y)
    other = make(MLPRegressor, solver, max_iter=3, warm_start=True).fit(X, Y)
    other.coefs_ = [W.copy() for W in model.coefs_]
    other.__dict__.pop("_optimizer")
    for W, wanted in zip(model.fit(X, Y).coefs_, other.fit(X, Y).coefs_, strict=True):
        assert (wanted == W).all()
    assert len(model.loss_curve_) == 6


def test_adamw_is_adam_with_weight_decay():
    def fitted(solver, **parameters):
        return make(MLPRegressor, solver, learning_rate_init=0.01, max_iter=5, **parameters).fit(X, Y).coefs_

    for W, same in zip(fitted("adamw"), fitted("adam", weight_decay=0.01), strict=True):
        assert (same == W).all()
    for W, same in zip(fitted("adamw", weight_decay=0), fitted("adam"), strict=True):
        assert (same == W).all()


def test_rho_counts():
    curves = [make(MLPRegressor, "rmsprop", rho=rho, max_iter=5).fit(X, Y).loss_curve_ for rho in (0.5, 0.9)]
    assert curves[0] != curves[1]


@pytest.mark.parametrize("solver", ["adamw", "nadam", "rmsprop", "adagrad", "rprop"])
def test_scikit_learn_lacks_it(solver):
    model = make(MLPClassifier, solver, max_iter=2).fit(X, LABELS)
    with pytest.raises(ValueError, match=f"scikit-learn has no solver={solver!r}"):
        model.to_sklearn()
    assert isinstance(make(MLPClassifier, "sgd", max_iter=2).fit(X, LABELS).to_sklearn(), TheirClassifier)
