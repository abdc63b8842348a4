"""gradient_check: small for every estimator there is, and large for a gradient that is wrong."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.gradient_check import largest_error
from rosenblatt.lbfgs import Objective

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 30
X = np.random.RandomState(0).rand(ROWS, 3)
X[::4] = 0  # with an intercept of 0, such a row is on the kink of every ReLU
Y = np.arange(ROWS) % 3
NUMBERS = np.sin(4 * X.sum(axis=1))
WEIGHTS = np.random.RandomState(1).uniform(0, 3, ROWS)

# Estimator, its own parameters, targets.
CASES = {
    "binary": (MLPClassifier, {}, Y > 0),
    "multiclass": (MLPClassifier, {}, Y),
    "multilabel": (MLPClassifier, {}, np.c_[Y > 0, Y == 1, Y < 2].astype(int)),
    "regression": (MLPRegressor, {}, NUMBERS),
    "regression2": (MLPRegressor, {}, np.c_[NUMBERS, X[:, 0]]),
    "poisson": (MLPRegressor, {"loss": "poisson"}, Y),
    "poisson2": (MLPRegressor, {"loss": "poisson"}, np.c_[Y, 3 - Y]),
}

by_case = pytest.mark.parametrize("case", CASES)


def make(case, **parameters):
    estimator, own, y = CASES[case]
    return estimator(**{"hidden_layer_sizes": (5,), "max_iter": 5, "random_state": 0} | own | parameters), y


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["rows", "weighted"])
@pytest.mark.parametrize("alpha", [0, 1])
@pytest.mark.parametrize("hidden", [(), (5,), (4, 3)], ids=str)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@by_case
def test_right_before_and_after_a_fit(case, activation, hidden, alpha, weights):
    model, y = make(case, activation=activation, hidden_layer_sizes=hidden, alpha=alpha)
    assert model.gradient_check(X, y, weights) < 1e-6
    assert model.fit(X, y, weights).gradient_check(X, y, weights) < 1e-6


@pytest.mark.parametrize(
    "given",
    [X.astype(np.float32), sp.csr_array(X), (3 * X).astype(np.uint8)],
    ids=["float32", "sparse", "uint8"],
)
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@by_case
def test_rows_of_any_kind(case, solver, given):
    model, y = make(case, solver=solver)
    assert model.gradient_check(given, y) < 1e-6
    assert model.fit(given, y).gradient_check(given, y) < 1e-6
    assert (model.coefs_[0].dtype == np.float32) == (given.dtype == np.float32)


@by_case
def test_rows_on_the_kink(case):
    """With intercepts of 0, the net input of a row of zeros is 0, where a ReLU has no derivative."""
    model, y = make(case, activation="relu", hidden_layer_sizes=(8,))
    model.fit(X, y)
    for b in model.intercepts_[:-1]:
        b[...] = 0
    # A difference quotient by these intercepts has half of the slope; by every other parameter it is right.
    objective = objective_of(model, X, y)
    biases = slice(sum(W.size for W in model.coefs_), sum(W.size for W in model.coefs_) + 8)
    assert largest_error(without(objective, biases), np.delete(objective.begin, np.r_[biases])) < 1e-6


def test_many_parameters_are_sampled():
    model, y = make("multiclass", hidden_layer_sizes=(200, 100))
    assert model.gradient_check(X, y) < 1e-6


# What it leaves alone.


@by_case
def test_the_estimator_is_unchanged(case):
    model, y = make(case, activation="tanh")
    model.gradient_check(X, y)
    assert not hasattr(model, "coefs_")
    assert [name for name in vars(model) if name.endswith("_")] == []
    model.fit(X, y)
    before, first = pickle.dumps(model), model.coefs_[0]
    model.gradient_check(X, y)
    assert pickle.dumps(model) == before
    assert model.coefs_[0] is first


def test_random_states_and_callbacks_are_left_alone():
    class Fail:
        def on_epoch_end(self, state):
            raise AssertionError("nothing is trained")

    model, y = make("multiclass", callbacks=[Fail()], verbose=True, early_stopping=True)
    assert model.gradient_check(X, y) < 1e-6


def test_the_parameters_of_now_are_looked_at():
    """Those edited by hand, too, and rows with fewer classes than in the training."""
    model, y = make("multiclass")
    model.fit(X, y)
    model.coefs_ = [1.5 * W for W in model.coefs_]
    assert model.gradient_check(X[y < 2], y[y < 2]) < 1e-6


# Gradients that are wrong.


def objective_of(model, X, y, weights=None):
    network, data, _ = model._prepared(X, y, weights, goes_on=True, is_partial=True, classes=None)
    return Objective(model, network, data)


def without(function, left_out):
    """The function of all other parameters."""
    whole = function.begin.copy()
    others = np.delete(np.arange(len(whole)), np.r_[left_out])

    def of_the_others(vector):
        at = whole.copy()
        at[others] = vector
        value, gradient = function(at)
        return value, gradient[others]

    return of_the_others


def test_one_entry_off_by_a_hundredth():
    model, y = make("regression", activation="tanh", alpha=1)
    objective = objective_of(model.fit(X, y), X, y)
    assert largest_error(objective, objective.begin) < 1e-6
    largest = np.abs(objective(objective.begin)[1]).argmax()

    def wrong(vector):
        value, gradient = objective(vector)
        gradient[largest] *= 1.01
        return value, gradient

    assert largest_error(wrong, objective.begin) == pytest.approx(0.0099, rel=0.01)


def test_a_layer_transposed():
    model, y = make("regression", activation="tanh", hidden_layer_sizes=(3,))
    objective = objective_of(model.fit(X, y), X, y)

    def transposed(vector):
        value, gradient = objective(vector)
        gradient[:9] = gradient[:9].reshape(3, 3).T.ravel()
        return value, gradient

    assert largest_error(transposed, objective.begin) > 0.1


def test_a_penalty_left_out():
    model, y = make("regression", activation="tanh", alpha=1)
    objective = objective_of(model.fit(X, y), X, y)

    def unpenalised(vector):
        value, gradient = objective(vector)
        coefficients = sum(W.size for W in model.coefs_)
        gradient[:coefficients] -= vector[:coefficients] / ROWS
        return value, gradient

    assert largest_error(unpenalised, objective.begin) > 0.01


def test_scikit_learns_scale_of_several_outputs():
    """The mean over outputs beside the gradient of the sum."""
    model, y = make("regression2", activation="tanh", alpha=0)
    objective = objective_of(model.fit(X, y), X, y)
    wrong = largest_error(lambda vector: (objective(vector)[0] / 2, objective(vector)[1]), objective.begin)
    assert wrong == pytest.approx(0.5, rel=1e-3)


# What is refused, as by fit.


@pytest.mark.parametrize("fitted", [False, True], ids=["unfitted", "fitted"])
@pytest.mark.parametrize(
    ("X", "y", "weights", "message"),
    [
        (np.full_like(X, np.nan), Y, None, "Input X contains NaN"),
        (X[:, 0], Y, None, "Expected 2D array, got 1D"),
        (X, Y[:-1], None, "inconsistent numbers of samples"),
        (X, np.where(Y > 1, np.nan, 1.0), None, "Input y contains NaN"),
        (X, Y, np.zeros(ROWS), "at least one non-zero number"),
        (X, Y, WEIGHTS[1:], "sample_weight.shape"),
    ],
    ids=["NaN", "one_dimension", "too_few_targets", "NaN_in_y", "no_weight", "too_few_weights"],
)
@pytest.mark.parametrize("case", ["multiclass", "regression", "poisson"])
def test_bad_input(case, fitted, X, y, weights, message):
    model, _ = make(case)
    if fitted:
        model.fit(globals()["X"], Y)
    for do in (model.gradient_check, model.fit):
        with pytest.raises(ValueError, match=message):
            do(X, y, weights)


def test_bad_input_for_what_was_fitted():
    model, y = make("multiclass")
    model.fit(X, y)
    with pytest.raises(ValueError, match="X has 2 features"):
        model.gradient_check(X[:, :2], y)
    with pytest.raises(ValueError, match=r"`y` has classes not in `self.classes_`"):
        model.gradient_check(X, y + 1)
    with pytest.raises(ValueError, match="'alpha' parameter"):
        model.set_params(alpha=-1).gradient_check(X, y)
    with pytest.raises(ValueError, match="needs y >= 0, but y is -1 in row 0"):
        make("poisson")[0].gradient_check(X, y - 1)


def test_a_training_that_diverged_has_no_gradient_to_compare():
    model, y = make("poisson")
    model.fit(X, y).intercepts_[-1][...] = 800
    with pytest.raises(ValueError, match=r"the value is (inf|nan) at these parameters"):
        model.gradient_check(X, y)
