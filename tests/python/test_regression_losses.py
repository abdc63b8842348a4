"""The losses of MLPRegressor beside their formulas and scikit-learn's metrics."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.metrics import (
    mean_absolute_error,
    mean_gamma_deviance,
    mean_pinball_loss,
    mean_poisson_deviance,
    mean_tweedie_deviance,
)

from rosenblatt import MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 60
RANDOM = np.random.RandomState(0)
X = RANDOM.rand(ROWS, 3)
X[X < 0.1] = 0
Y = np.exp(X @ [1.0, -1.0, 2.0]) * RANDOM.uniform(0.5, 1.5, ROWS)
BOTH = np.c_[Y, 3 - X[:, 0]]
WEIGHTS = RANDOM.uniform(0.1, 3, ROWS)


def huber(y, a, sample_weight=None, delta=0.7):
    e = np.abs(y - a)
    return np.average(np.where(e <= delta, e**2 / 2, delta * (e - delta / 2)), weights=sample_weight)


def half(deviance, **parameters):
    return lambda y, a, sample_weight=None: deviance(y, a, sample_weight=sample_weight, **parameters) / 2


# Parameters, and the mean loss of one output.
LOSSES = {
    "absolute_error": ({"loss": "absolute_error"}, mean_absolute_error),
    "huber": ({"loss": "huber", "huber_delta": 0.7}, huber),
    "quantile": (
        {"loss": "quantile", "quantile": 0.8},
        lambda y, a, sample_weight=None: mean_pinball_loss(y, a, sample_weight=sample_weight, alpha=0.8),
    ),
    "poisson": ({"loss": "poisson"}, half(mean_poisson_deviance)),
    "gamma": ({"loss": "gamma"}, half(mean_gamma_deviance)),
    **{
        f"tweedie_{power}": (
            {"loss": "tweedie", "tweedie_power": power},
            half(mean_tweedie_deviance, power=power),
        )
        for power in (-1, 0, 1, 1.5, 1.9, 2, 3)
    },
}
SOLVERS = {
    "adam": {"learning_rate_init": 0.02},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.01},
    "lbfgs": {"solver": "lbfgs"},
}

by_loss = pytest.mark.parametrize("case", LOSSES)
by_solver = pytest.mark.parametrize("solver", SOLVERS)
by_weights = pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["rows", "weighted"])


def make(case, **parameters):
    usual = {"hidden_layer_sizes": (5,), "activation": "tanh", "max_iter": 15, "random_state": 0}
    return MLPRegressor(**usual | LOSSES[case][0] | parameters)


@by_weights
@pytest.mark.parametrize("alpha", [0, 1])
@pytest.mark.parametrize("hidden", [(), (5,), (4, 3)], ids=str)
@pytest.mark.parametrize("y", [Y, BOTH], ids=["one", "two"])
@by_loss
def test_gradient(case, y, hidden, alpha, weights):
    model = make(case, hidden_layer_sizes=hidden, alpha=alpha)
    assert model.gradient_check(X, y, weights) < 1e-6
    assert model.fit(X, y, weights).gradient_check(X, y, weights) < 1e-6


@by_weights
@pytest.mark.parametrize("y", [Y, BOTH], ids=["one", "two"])
@by_loss
def test_reports_the_loss_of_the_formula(case, y, weights):
    """An epoch's loss is of before its step: the mean over rows of the sum over outputs, and the penalty."""
    model = make(case, batch_size=ROWS, alpha=0.1, warm_start=True).fit(X, y, weights)
    a = model.predict(X)
    total = ROWS if weights is None else weights.sum()
    wanted = 0.05 * sum(np.sum(W**2) for W in model.coefs_) / total
    for of_output, wanted_of_output in zip(a.reshape(ROWS, -1).T, y.reshape(ROWS, -1).T, strict=True):
        wanted += LOSSES[case][1](wanted_of_output, of_output, sample_weight=weights)
    assert model.set_params(max_iter=1).fit(X, y, weights).loss_ == pytest.approx(wanted, rel=1e-11)


@pytest.mark.parametrize(
    ("solver", "case"),
    [
        *(("lbfgs", case) for case in LOSSES),
        # With other powers, the gradients are too steep for a constant learning rate.
        *(
            (solver, case)
            for solver in ("adam", "sgd")
            for case in LOSSES
            if 1 <= LOSSES[case][0].get("tweedie_power", 1) <= 2
        ),
    ],
)
def test_learns(case, solver):
    """Much more than the best constant, which is the mean or a quantile."""
    model = make(case, max_iter=300, alpha=0, **SOLVERS[solver]).fit(X, Y)
    level = {"absolute_error": 0.5, "huber": 0.5, "quantile": 0.8}.get(case)
    constant = Y.mean() if level is None else np.quantile(Y, level)
    loss = LOSSES[case][1]
    assert loss(Y, model.predict(X)) < 0.7 * loss(Y, np.full(ROWS, constant))


@by_solver
@by_loss
def test_float32_and_sparse_rows(case, solver):
    wanted = make(case, **SOLVERS[solver]).fit(X, BOTH)
    narrow = make(case, **SOLVERS[solver]).fit(X.astype(np.float32), BOTH)
    assert narrow.predict(X.astype(np.float32)).dtype == np.float32
    # The way of lbfgs depends on every bit: it is the same at the beginning.
    np.testing.assert_allclose(narrow.loss_curve_[:5], wanted.loss_curve_[:5], rtol=1e-3)
    sparse = make(case, **SOLVERS[solver]).fit(sp.csr_array(X), BOTH)
    np.testing.assert_allclose(sparse.loss_curve_[:5], wanted.loss_curve_[:5], rtol=1e-6)


@by_loss
def test_bit_identical_for_any_number_of_threads(case):
    given, y = np.tile(X, (10, 1)), np.tile(BOTH, (10, 1))
    alone, *others = (
        make(case, hidden_layer_sizes=(70,), max_iter=3, n_threads=n).fit(given, y) for n in (1, 2, 5)
    )
    for model in others:
        assert model.loss_curve_ == alone.loss_curve_
        np.testing.assert_array_equal(model.predict(given), alone.predict(given))


@by_loss
def test_weights_stand_for_repeated_rows(case):
    times = np.arange(ROWS) % 3
    weighted = make(case, solver="lbfgs").fit(X, Y, times)
    repeated = make(case, solver="lbfgs").fit(np.repeat(X, times, axis=0), np.repeat(Y, times))
    assert weighted.loss_ == pytest.approx(repeated.loss_, rel=1e-6)


@by_loss
def test_pickle_clone_and_warm_start(case):
    model = make(case, warm_start=True).fit(X, BOTH)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.fit(X, BOTH).loss_curve_ == model.fit(X, BOTH).loss_curve_
    assert clone(model).fit(X, BOTH).loss_curve_ == make(case).fit(X, BOTH).loss_curve_


@by_loss
def test_the_glass_box_has_the_loss(case):
    model = make(case).fit(X, BOTH)
    network = model.network_
    loss, a = LOSSES[case][1], model.predict(X)
    wanted = sum(loss(BOTH[:, j], a[:, j]) for j in range(2))
    assert network.backpropagate(X, BOTH, eta=0) == pytest.approx(wanted, rel=1e-11)
    again = pickle.loads(pickle.dumps(network))
    assert again.backpropagate(X, BOTH, eta=0) == network.backpropagate(X, BOTH, eta=0)


def test_the_deviances_at_their_powers():
    for power, loss in ((1, "poisson"), (2, "gamma")):
        tweedie = make("gamma", loss="tweedie", tweedie_power=power).fit(X, Y)
        np.testing.assert_allclose(
            tweedie.loss_curve_, make("gamma", loss=loss).fit(X, Y).loss_curve_, rtol=1e-10
        )


def test_robust_against_outliers():
    """One row in ten is far off; the losses that grow slowly do not care."""
    y = X @ [1.0, -1.0, 2.0]
    spoiled = y + 50 * (np.arange(ROWS) % 10 == 0)
    errors = {
        loss: np.abs(
            MLPRegressor(loss, (), solver="lbfgs", alpha=0, huber_delta=0.1, max_iter=2000, random_state=0)
            .fit(X, spoiled)
            .predict(X)
            - y
        ).mean()
        for loss in ("squared_error", "absolute_error", "huber")
    }
    assert errors["absolute_error"] < 0.1
    assert errors["huber"] < 0.2
    assert errors["squared_error"] > 3


@by_weights
def test_early_stopping(weights):
    for case in LOSSES:
        model = make(case, early_stopping=True, max_iter=30, learning_rate_init=0.05).fit(X, Y, weights)
        assert model.best_validation_score_ == max(model.validation_scores_)


# What is refused.


@pytest.mark.parametrize(
    ("parameters", "value", "message"),
    [
        ({"loss": "gamma"}, 0, r"the loss 'gamma' needs y > 0, but y is 0 in row 7, output 1$"),
        ({"loss": "gamma"}, -1, r"the loss 'gamma' needs y > 0, but y is -1 in row 7, output 1$"),
        ({"loss": "poisson"}, -1, r"the loss 'poisson' needs y >= 0, but y is -1 in row 7, output 1$"),
        ({"loss": "tweedie"}, -1, r"'tweedie' with tweedie_power=1.5 needs y >= 0, but y is -1 in row 7"),
        ({"loss": "tweedie", "tweedie_power": 3}, 0, r"tweedie_power=3 needs y > 0, but y is 0 in row 7"),
    ],
)
def test_targets_without_a_deviance(parameters, value, message):
    y = BOTH.copy()
    y[7, 1] = value
    model = MLPRegressor(max_iter=1, **parameters)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert not hasattr(model, "coefs_")
    model.fit(X, BOTH)
    before = pickle.dumps(model)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert pickle.dumps(model) == before


def test_targets_that_have_one():
    for power, value in ((1.5, 0), (0, -1), (-2, -1)):
        y = np.where(np.arange(ROWS) == 7, value, Y)
        model = MLPRegressor("tweedie", (3,), tweedie_power=power, max_iter=20, random_state=0).fit(X, y)
        assert np.isfinite(model.loss_curve_).all()
        assert model.gradient_check(X, y) < 1e-6


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"huber_delta": 0}, "huber_delta"),
        ({"huber_delta": -1}, "huber_delta"),
        ({"huber_delta": 10**400}, "huber_delta is too large"),
        ({"tweedie_power": 0.5}, "tweedie_power must not be between 0 and 1"),
        ({"tweedie_power": "1"}, "tweedie_power"),
        ({"quantile": 0}, "quantile"),
        ({"quantile": 1.0}, "quantile"),
        ({"quantile": (0.5, 0.1)}, "increasing sequence"),
        ({"quantile": (0.5, 0.5)}, "increasing sequence"),
        ({"quantile": (0.0, 0.5)}, "increasing sequence"),
        ({"quantile": ()}, "increasing sequence"),
        ({"quantile": ("a", "b")}, "increasing sequence"),
        ({"quantile": ((0.1, 0.5), (0.1, 0.5))}, "increasing sequence"),
        ({"loss": "mse"}, "loss"),
    ],
)
def test_bad_parameters(parameters, message):
    model = MLPRegressor(**parameters)
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y)
    assert not hasattr(model, "coefs_")


def test_scikit_learn_does_not_have_them():
    for case in ("absolute_error", "huber", "quantile", "gamma"):
        with pytest.raises(ValueError, match=f"scikit-learn's MLPRegressor has no loss '{case}'"):
            make(case).to_sklearn()
        with pytest.raises(ValueError, match="has no loss"):
            make(case).fit(X, Y).to_sklearn()
