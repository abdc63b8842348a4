"""The Poisson loss of MLPRegressor: counts, and their logarithm as a network's last net input."""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import xlogy
from sklearn import neural_network
from sklearn.metrics import mean_poisson_deviance

from rosenblatt import MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 400
RANDOM = np.random.RandomState(0)
X = RANDOM.rand(ROWS, 3)
X[X < 0.2] = 0
LOGARITHM = X @ [1.5, -1.0, 2.0] - 0.5
RATES = np.exp(LOGARITHM)
COUNTS = RANDOM.poisson(RATES)
BOTH = np.c_[COUNTS, RANDOM.poisson(3 * X[:, 1])]
WEIGHTS = RANDOM.uniform(0.1, 3, ROWS)
SOLVERS = {
    "adam": {"learning_rate_init": 0.01},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.01},
    "lbfgs": {"solver": "lbfgs"},
}
HAS_POISSON = "loss" in inspect.signature(neural_network.MLPRegressor).parameters

by_solver = pytest.mark.parametrize("solver", SOLVERS)


def make(module=None, loss="poisson", **parameters):
    kind = neural_network.MLPRegressor if module is neural_network else MLPRegressor
    return kind(loss, **{"hidden_layer_sizes": (8,), "max_iter": 15, "random_state": 0} | parameters)


def deviance(model, X=X, y=COUNTS, weights=None):
    return mean_poisson_deviance(y, model.predict(X), sample_weight=weights)


def loss(model, y, weights=None):
    """By the formula: y log(y / a) − y + a, a mean over rows and a sum over outputs."""
    a, y = model.predict(X).reshape(ROWS, -1), np.asarray(y, float).reshape(ROWS, -1)
    each = (xlogy(y, y / a) - y + a).sum(axis=1)
    total = ROWS if weights is None else weights.sum()
    squares = sum(np.sum(W**2) for W in model.coefs_)
    return np.average(each, weights=weights) + model.alpha / 2 * squares / total


def test_the_loss_is_the_first_parameter():
    """As in scikit-learn since 1.7; all others follow in its order."""
    ours = list(inspect.signature(MLPRegressor).parameters)
    theirs = list(inspect.signature(neural_network.MLPRegressor).parameters)
    assert ours[:3] == ["loss", "hidden_layer_sizes", "activation"]
    if HAS_POISSON:
        assert ours[: len(theirs)] == theirs
    assert MLPRegressor().loss == "squared_error"
    assert MLPRegressor("poisson").get_params()["loss"] == "poisson"


# Learning.


@by_solver
def test_learns_rates(solver):
    """The logarithm of the rate is linear, so without hidden layers it is found."""
    model = make(hidden_layer_sizes=(), alpha=0, max_iter=2000, **SOLVERS[solver]).fit(X, RATES)
    assert model.out_activation_ == "exp"
    np.testing.assert_allclose(model.predict(X), RATES, rtol=0.15)
    grid = RANDOM.uniform(-5, 5, (100, 3))
    assert (model.predict(grid) > 0).all()


def test_learns_the_parameters_to_four_digits():
    model = make(hidden_layer_sizes=(), alpha=0, solver="lbfgs", max_iter=2000, tol=1e-8).fit(X, RATES)
    np.testing.assert_allclose(model.coefs_[0].ravel(), [1.5, -1, 2], rtol=1e-3)
    np.testing.assert_allclose(model.intercepts_[0], [-0.5], rtol=1e-3)


@by_solver
def test_a_better_deviance_than_that_of_squared_errors(solver):
    """On new counts; a squared error may even answer with negative numbers, which have no deviance."""
    fresh = np.random.RandomState(1)
    rows = fresh.rand(2000, 3)
    counts = fresh.poisson(np.exp(rows @ [1.5, -1.0, 2.0] - 0.5))
    poisson, squared = (
        make(loss=loss, max_iter=100, alpha=1, **SOLVERS[solver]).fit(X, COUNTS)
        for loss in ("poisson", "squared_error")
    )
    above_zero = np.maximum(squared.predict(rows), 1e-3)
    assert deviance(poisson, rows, counts) < mean_poisson_deviance(counts, above_zero)
    assert poisson.predict(rows).min() > 0


@by_solver
@pytest.mark.parametrize("y", [COUNTS, BOTH, np.zeros(ROWS)], ids=["one", "two", "zeros"])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["rows", "weighted"])
def test_as_scikit_learn(solver, y, weights):
    parameters = {"activation": "tanh", "alpha": 0.1, **SOLVERS[solver]}
    ours = make(**parameters).fit(X, y, weights)
    assert ours.predict(X).shape == y.shape
    assert (ours.predict(X) > 0).all()
    if solver == "lbfgs":
        assert ours.loss_ == pytest.approx(loss(ours, y, weights), rel=1e-9)
    if HAS_POISSON:
        theirs = make(neural_network, **parameters).fit(X, y, weights)
        assert ours.out_activation_ == theirs.out_activation_ == "exp"
        assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-6)
        if solver != "lbfgs":
            assert ours.loss_curve_ == pytest.approx(theirs.loss_curve_, rel=1e-9)
            np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6)


def test_one_batch_reports_the_loss_of_the_formula():
    """An epoch's loss is of before its step."""
    for y, weights in ((COUNTS, None), (BOTH, None), (BOTH, WEIGHTS)):
        model = make(batch_size=ROWS, alpha=0.1, max_iter=3, warm_start=True).fit(X, y, weights)
        wanted = loss(model, y, weights)
        assert model.set_params(max_iter=1).fit(X, y, weights).loss_ == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["rows", "weighted"])
def test_early_stopping(weights):
    parameters = {"early_stopping": True, "max_iter": 100, "learning_rate_init": 0.05, "batch_size": 20}
    ours = make(**parameters).fit(X, COUNTS, weights)
    assert ours.n_iter_ < 100
    assert ours.best_validation_score_ == max(ours.validation_scores_) > 0.2
    if HAS_POISSON:
        theirs = make(neural_network, **parameters).fit(X, COUNTS, weights)
        assert ours.validation_scores_ == pytest.approx(theirs.validation_scores_, rel=1e-6)
        np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6)


@by_solver
def test_float32_and_sparse_rows(solver):
    wanted = make(**SOLVERS[solver]).fit(X, BOTH)
    narrow = make(**SOLVERS[solver]).fit(X.astype(np.float32), BOTH)
    assert narrow.predict(X.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(narrow.loss_curve_, wanted.loss_curve_, rtol=1e-4)
    sparse = make(**SOLVERS[solver]).fit(sp.csr_array(X), BOTH)
    np.testing.assert_allclose(sparse.loss_curve_, wanted.loss_curve_, rtol=1e-6)
    np.testing.assert_allclose(sparse.predict(sp.csr_array(X)), wanted.predict(X), rtol=1e-4)


@by_solver
def test_bit_identical_for_any_number_of_threads(solver):
    given, y = np.tile(X, (3, 1)), np.tile(BOTH, (3, 1))
    alone, *others = (
        make(hidden_layer_sizes=(70,), max_iter=3, n_threads=n, **SOLVERS[solver]).fit(given, y)
        for n in (1, 2, 5)
    )
    for model in others:
        assert model.loss_curve_ == alone.loss_curve_
        np.testing.assert_array_equal(model.predict(X), alone.predict(X))


def test_partial_fit():
    ours = make().partial_fit(X, COUNTS).partial_fit(sp.csr_array(X), COUNTS, WEIGHTS)
    assert len(ours.loss_curve_) == 2
    if HAS_POISSON:
        theirs = make(neural_network).partial_fit(X, COUNTS).partial_fit(X, COUNTS, WEIGHTS)
        assert ours.loss_curve_ == pytest.approx(theirs.loss_curve_, rel=1e-9)


# What is refused.


@by_solver
def test_negative_counts(solver):
    """scikit-learn trains on them, on a loss that is NaN."""
    model = make(**SOLVERS[solver]).fit(X, COUNTS)
    before = pickle.dumps(model)
    with pytest.raises(ValueError, match=r"the loss 'poisson' needs y >= 0, but y is -2.5 in row 7$"):
        model.fit(X, np.where(np.arange(ROWS) == 7, -2.5, COUNTS))
    with pytest.raises(ValueError, match=r"needs y >= 0, but y is -1 in row 399, output 1$"):
        model.fit(X, BOTH - np.outer(np.arange(ROWS) == 399, [0, 1 + BOTH[399, 1]]))
    assert pickle.dumps(model) == before
    make(loss="squared_error").fit(X, -COUNTS)


@pytest.mark.parametrize(("first", "then"), [("poisson", "squared_error"), ("squared_error", "poisson")])
def test_another_loss_than_before(first, then):
    """The last layer has the activation of the first; scikit-learn goes on with gradients that are none."""
    last = {"poisson": "exp", "squared_error": "identity"}
    model = make(loss=first, warm_start=True).fit(X, COUNTS).set_params(loss=then)
    before = pickle.dumps(model)
    wanted = f"the activation '{last[first]}', but the loss '{then}' needs '{last[then]}'"
    for do in (model.fit, model.partial_fit, model.gradient_check):
        with pytest.raises(ValueError, match=wanted):
            do(X, COUNTS)
    assert pickle.dumps(model) == before
    model.set_params(warm_start=False).fit(X, COUNTS)
    assert model.out_activation_ == last[then]


def test_rows_too_large():
    """exp of their net input is infinite."""
    for solver in ("sgd", "lbfgs"):
        model = make(**SOLVERS[solver])
        with pytest.raises(ValueError, match="large values and need to be preprocessed"):
            model.fit(1e5 * X, COUNTS)
        assert not hasattr(model, "coefs_")
