"""Sample weights: a row with the weight n counts as n rows, in the training and in scores."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn import neural_network
from sklearn.metrics import accuracy_score, r2_score

import rosenblatt
from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 60
RANDOM = np.random.RandomState(0)
X = RANDOM.rand(ROWS, 4)
X[X < 0.3] = 0
Y = np.argsort(np.argsort(X.sum(axis=1))) * 3 // ROWS
WEIGHTS = RANDOM.uniform(0.1, 3, ROWS)
WHOLE = RANDOM.randint(0, 4, ROWS)
SOME_NEGATIVE = np.where(np.arange(ROWS) % 5 == 0, -0.5, WEIGHTS)
NUMBERS = np.sin(4 * X.sum(axis=1))

TARGETS = {
    "binary": (MLPClassifier, Y > 0),
    "multiclass": (MLPClassifier, Y),
    "multilabel": (MLPClassifier, np.c_[Y > 0, Y == 1, Y < 2].astype(int)),
    "regression": (MLPRegressor, NUMBERS),
    "regression2": (MLPRegressor, np.c_[NUMBERS, X[:, 0]]),
}
ESTIMATORS = [MLPClassifier, MLPRegressor]
SOLVERS = ["adam", "sgd", "lbfgs"]
HAS_WEIGHTS = "sample_weight" in inspect.signature(neural_network.MLPClassifier.fit).parameters

by_target = pytest.mark.parametrize("kind", TARGETS)
by_solver = pytest.mark.parametrize("solver", SOLVERS)
by_estimator = pytest.mark.parametrize("estimator", ESTIMATORS)


def make(estimator, module=rosenblatt, **parameters):
    parameters = {"hidden_layer_sizes": (6,), "max_iter": 8, "random_state": 0} | parameters
    return getattr(module, estimator.__name__)(**parameters)


def one_batch(estimator, solver, **parameters):
    """With all rows in it, so that only what they weigh counts, and not who is with whom."""
    options = {"batch_size": 1000, "shuffle": False, "learning_rate_init": 0.01, "alpha": 0.01}
    return make(estimator, solver=solver, activation="tanh", **options | parameters)


def thetas(model):
    return [*model.coefs_, *model.intercepts_]


def assert_alike(model, other, rtol=0.0):
    """Equal curves and parameters; to the bit where rtol is 0."""
    np.testing.assert_allclose(model.loss_curve_, other.loss_curve_, rtol=rtol)
    for mine, wanted in zip(thetas(model), thetas(other), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=rtol, atol=rtol)


# What a weight means.


@by_solver
@by_target
def test_ones_are_as_none(kind, solver):
    estimator, y = TARGETS[kind]
    assert_alike(
        make(estimator, solver=solver).fit(X, y, np.ones(ROWS)), make(estimator, solver=solver).fit(X, y)
    )


@pytest.mark.filterwarnings("ignore:batch_size=1000 is larger")
@by_solver
@by_target
def test_whole_numbers_are_as_repeated_rows(kind, solver):
    """With the weight 0 as a row left out."""
    estimator, y = TARGETS[kind]
    weighted = one_batch(estimator, solver).fit(X, y, WHOLE)
    repeated = one_batch(estimator, solver).fit(np.repeat(X, WHOLE, axis=0), np.repeat(y, WHOLE, axis=0))
    assert (WHOLE == 0).sum() > 5
    assert_alike(weighted, repeated, rtol=1e-9)


@pytest.mark.filterwarnings("ignore:batch_size=1000 is larger")
@by_solver
@by_estimator
def test_without_a_penalty_only_the_proportions_count(estimator, solver):
    models = [one_batch(estimator, solver, alpha=0).fit(X, Y, times * WEIGHTS) for times in (1, 1024)]
    assert_alike(*models, rtol=1e-9)


@by_estimator
def test_a_batch_without_weight_is_passed_over(estimator):
    """Here every second row; the mean over the epoch is one over all batches, so these count as 0."""
    parameters = {"batch_size": 1, "shuffle": False}
    every_second = (np.arange(ROWS) % 2).astype(float)
    model = make(estimator, **parameters).fit(X, Y, every_second)
    half = make(estimator, **parameters).fit(X[1::2], Y[1::2])
    np.testing.assert_allclose(model.loss_curve_, np.divide(half.loss_curve_, 2), rtol=1e-12)
    for mine, wanted in zip(thetas(model), thetas(half), strict=True):
        np.testing.assert_array_equal(mine, wanted)
    if HAS_WEIGHTS:
        with pytest.raises(ZeroDivisionError):
            make(estimator, neural_network, **parameters).fit(X, Y, every_second)


@pytest.mark.parametrize(
    "weights", [WEIGHTS, SOME_NEGATIVE, WHOLE], ids=["positive", "some_negative", "some_zero"]
)
@pytest.mark.parametrize("batch_size", [13, 200])
@by_solver
@by_target
@pytest.mark.filterwarnings("ignore:.*batch_size.*:UserWarning")
def test_as_scikit_learn(kind, solver, batch_size, weights):
    estimator, y = TARGETS[kind]
    parameters = {"solver": solver, "batch_size": batch_size}
    ours = make(estimator, **parameters).fit(X, y, weights)
    assert np.isfinite(ours.loss_curve_).all()
    # Its lbfgs is handed a gradient of another scale than the loss where there are several outputs.
    if HAS_WEIGHTS and (solver, kind) != ("lbfgs", "regression2"):
        theirs = make(estimator, neural_network, **parameters).fit(X, y, weights)
        assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-6 if solver == "lbfgs" else 1e-9)
        if solver != "lbfgs":
            assert ours.loss_curve_ == pytest.approx(theirs.loss_curve_, rel=1e-9)


# Early stopping and scores.


@pytest.mark.parametrize("weights", [WEIGHTS, SOME_NEGATIVE], ids=["positive", "some_negative"])
@by_target
def test_early_stopping_watches_a_weighted_score(kind, weights):
    estimator, y = TARGETS[kind]
    parameters = {
        "early_stopping": True,
        "validation_fraction": 0.3,
        "learning_rate_init": 0.1,
        "max_iter": 60,
    }
    ours = make(estimator, **parameters).fit(X, y, weights)
    assert ours.validation_scores_ != make(estimator, **parameters).fit(X, y).validation_scores_
    if HAS_WEIGHTS:
        theirs = make(estimator, neural_network, **parameters).fit(X, y, weights)
        assert ours.validation_scores_ == pytest.approx(theirs.validation_scores_, rel=1e-9)
        assert ours.loss_curve_ == pytest.approx(theirs.loss_curve_, rel=1e-9)
        np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-9)


@by_estimator
def test_score(estimator):
    model = make(estimator, max_iter=100).fit(X, Y)
    score = accuracy_score if estimator is MLPClassifier else r2_score
    wanted = score(Y, model.predict(X), sample_weight=WEIGHTS)
    assert model.score(X, Y, sample_weight=WEIGHTS) == model.score(X, Y, WEIGHTS) == wanted
    assert model.score(X, Y) != wanted


# Input of every kind.


@by_estimator
def test_weights_of_any_kind(estimator):
    wanted = make(estimator).fit(X, Y, WHOLE.astype(float))
    read_only = WHOLE.astype(float)
    read_only.flags.writeable = False
    strided = np.repeat(WHOLE, 2).astype(float)[::2]
    for given in (
        WHOLE,
        list(WHOLE),
        tuple(WHOLE),
        WHOLE.astype(np.float32),
        WHOLE.astype(np.uint8),
        read_only,
        strided,
    ):
        assert_alike(make(estimator).fit(X, Y, given), wanted)
    assert_alike(make(estimator).fit(X, Y, 2.5), make(estimator).fit(X, Y, np.full(ROWS, 2.5)))
    assert_alike(make(estimator).fit(X, Y, WHOLE > 0), make(estimator).fit(X, Y, (WHOLE > 0).astype(float)))


@by_solver
@by_estimator
def test_float32_and_sparse_rows(estimator, solver):
    wanted = make(estimator, solver=solver).fit(X, Y, WEIGHTS)
    assert_alike(make(estimator, solver=solver).fit(sp.csr_array(X), Y, WEIGHTS), wanted, rtol=1e-6)
    narrow = make(estimator, solver=solver).fit(X.astype(np.float32), Y, WEIGHTS.astype(np.float32))
    assert narrow.coefs_[0].dtype == np.float32
    np.testing.assert_allclose(narrow.loss_curve_, wanted.loss_curve_, rtol=1e-4)


@by_estimator
def test_partial_fit(estimator):
    parameters = {"batch_size": 7, "learning_rate_init": 0.01, "max_iter": 1}
    model, reference = make(estimator, **parameters), make(estimator, **parameters).fit(X, Y, WEIGHTS)
    classes = {"classes": [0, 1, 2]} if estimator is MLPClassifier else {}
    assert_alike(model.partial_fit(X, Y, WEIGHTS, **classes), reference)
    model.partial_fit(X, Y, SOME_NEGATIVE).partial_fit(X, Y)
    if HAS_WEIGHTS:
        theirs = make(estimator, neural_network, **parameters).partial_fit(X, Y, WEIGHTS, **classes)
        theirs.partial_fit(X, Y, SOME_NEGATIVE).partial_fit(X, Y)
        assert_alike(model, theirs, rtol=1e-9)


@by_solver
@by_estimator
def test_bit_identical_for_any_number_of_threads(estimator, solver):
    given, y, weights = np.tile(X, (10, 1)), np.tile(Y, 10), np.tile(SOME_NEGATIVE, 10)
    parameters = {
        "solver": solver,
        "hidden_layer_sizes": (70, 30),
        "max_iter": 3,
        "early_stopping": solver == "sgd",
    }
    alone = make(estimator, **parameters, n_threads=1).fit(given, y, weights)
    for n_threads in (2, 3, 5):
        model = make(estimator, **parameters, n_threads=n_threads).fit(given, y, weights)
        assert_alike(model, alone)
        assert model.validation_scores_ == alone.validation_scores_


@pytest.mark.parametrize("estimator", [*ESTIMATORS, rosenblatt.Perceptron])
def test_weights_in_any_layout(estimator):
    def trained(weights):
        model = estimator(max_iter=5, random_state=0).fit(X, Y, sample_weight=weights)
        return model.coef_ if estimator is rosenblatt.Perceptron else model.coefs_[0]

    unaligned = np.frombuffer(b"x" + WEIGHTS.tobytes(), np.uint8)[1:].view(np.float64)
    assert not unaligned.flags.aligned
    for weights in (unaligned, np.repeat(WEIGHTS, 2)[::2], WEIGHTS[::-1].copy()[::-1]):
        np.testing.assert_array_equal(trained(weights), trained(WEIGHTS))
