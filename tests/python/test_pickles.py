"""Copies of the three estimators by pickle, copy and joblib, in every state that they can be in."""

from __future__ import annotations

import copy
import io
import pickle

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError

from rosenblatt import MLPClassifier, MLPRegressor, Perceptron

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = (table[:200] for table in load_digits(return_X_y=True))
X = X / 16


def through_joblib(model):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    buffer.seek(0)
    return joblib.load(buffer)


COPIES = {
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "oldest pickle": lambda model: pickle.loads(pickle.dumps(model, protocol=2)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "joblib": through_joblib,
}

MODELS = {
    "sgd": lambda **more: MLPClassifier((8,), solver="sgd", momentum=0.9, random_state=0, **more),
    "adam": lambda **more: MLPClassifier((8,), random_state=0, **more),
    "regressor": lambda **more: MLPRegressor(hidden_layer_sizes=(8, 4), random_state=0, **more),
    "invscaling": lambda **more: MLPRegressor(
        hidden_layer_sizes=(8,), solver="sgd", learning_rate="invscaling", random_state=0, **more
    ),
    "perceptron": Perceptron,
    "penalized": lambda **more: Perceptron(penalty="l1", **more),
}

by_copy = pytest.mark.parametrize("how", COPIES)
by_model = pytest.mark.parametrize("kind", MODELS)


def first(model):
    """What partial_fit wants to know of in its first call."""
    return {} if isinstance(model, MLPRegressor) else {"classes": np.arange(10)}


def learned(model):
    """Every number that fit or partial_fit has set, by name."""
    return {key: value for key, value in vars(model).items() if key.endswith("_") and not key.startswith("_")}


def check_equal(one, other):
    """Two estimators have learned the same, bit by bit."""
    assert learned(one).keys() == learned(other).keys()
    for key, value in learned(one).items():
        np.testing.assert_equal(getattr(other, key), value)
    np.testing.assert_array_equal(one.predict(X), other.predict(X))


@by_copy
@by_model
def test_an_unfitted_estimator(kind, how):
    model = MODELS[kind](max_iter=7)
    other = COPIES[how](model)
    assert type(other) is type(model)
    assert other.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        other.predict(X)
    check_equal(other.fit(X, Y), model.fit(X, Y))


@by_copy
@by_model
def test_a_fitted_estimator(kind, how):
    model = MODELS[kind](max_iter=7).fit(X, Y)
    other = COPIES[how](model)
    assert other.get_params() == model.get_params()
    check_equal(other, model)
    assert other.score(X, Y) == model.score(X, Y)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
@by_model
def test_other_types_of_rows(kind, dtype):
    rows = (16 * X).astype(dtype)
    model = MODELS[kind](max_iter=3).fit(rows, Y)
    other = COPIES["pickle"](model)
    np.testing.assert_array_equal(other.predict(rows), model.predict(rows))
    weights = (m.coef_ if isinstance(model, Perceptron) else m.coefs_[0] for m in (model, other))
    assert [w.dtype for w in weights] == [np.float32 if dtype is np.float32 else np.float64] * 2


@by_copy
@by_model
def test_a_fit_goes_on_with_warm_start(kind, how):
    model = MODELS[kind](max_iter=3, warm_start=True).fit(X, Y)
    other = COPIES[how](model)
    check_equal(other.fit(X, Y), model.fit(X, Y))


@by_copy
@by_model
def test_partial_fit_goes_on(kind, how):
    """Momenta, moments and the learning rate's schedule go on as well, bit by bit."""
    model = MODELS[kind]()
    for _ in range(3):
        model.partial_fit(X, Y, **first(model))
    other = COPIES[how](model)
    check_equal(other, model)
    for rows in (slice(0, 100), slice(100, 200), slice(0, 200)):
        model.partial_fit(X[rows], Y[rows])
        other.partial_fit(X[rows], Y[rows])
    check_equal(other, model)


@by_model
def test_partial_fit_after_a_fit_goes_on(kind):
    model = MODELS[kind](max_iter=3).fit(X, Y)
    other = COPIES["pickle"](model)
    for _ in range(3):
        model.partial_fit(X, Y)
        other.partial_fit(X, Y)
    check_equal(other, model)


@pytest.mark.parametrize("how", ["pickle", "deepcopy", "joblib"])
@by_model
def test_a_copy_is_its_own(kind, how):
    model = MODELS[kind](max_iter=3).fit(X, Y)
    other = COPIES[how](model)
    before = copy.deepcopy(model)
    for array in [other.coef_] if isinstance(model, Perceptron) else other.coefs_:
        array[...] = 0
    check_equal(model, before)
    other.fit(X[:, :32], Y)
    check_equal(model, before)


@by_model
def test_training_a_shallow_copy_leaves_the_first_alone(kind):
    model = MODELS[kind](max_iter=3).fit(X, Y)
    before = copy.deepcopy(model)
    copy.copy(model).fit(1 - X, Y)
    check_equal(model, before)


@by_model
def test_partial_fit_of_a_shallow_copy_leaves_the_first_alone(kind):
    model = MODELS[kind]().partial_fit(X, Y, **first(MODELS[kind]()))
    before = copy.deepcopy(model)
    copy.copy(model).partial_fit(1 - X, Y)
    check_equal(model, before)


def number_of_parameters(model):
    if isinstance(model, Perceptron):
        return model.coef_.size + model.intercept_.size
    return sum(values.size for values in [*model.coefs_, *model.intercepts_])


# Arrays as large as the parameters that training needs beside them: velocity of sgd, two moments of adam.
STATES = {"sgd": 1, "invscaling": 1, "adam": 2, "regressor": 2, "perceptron": 0, "penalized": 0}

# Names, parameters of the constructor, shapes, classes.
FEW_KILOBYTES = 4096


@by_model
def test_a_pickle_does_not_grow(kind):
    """scikit-learn's issue 19959: each call of partial_fit left its rows in the pickle."""
    model = MODELS[kind]()
    sizes = []
    for calls in range(1, 21):
        model.partial_fit(X, Y, **first(model))
        if calls in (1, 5, 20):
            sizes.append(len(pickle.dumps(model)))
    # The curve of losses grows by a number in each call.
    assert sizes[1] - sizes[0] <= 4 * 16 + 64
    assert sizes[2] - sizes[0] <= 19 * 16 + 64
    assert sizes[-1] <= 8 * number_of_parameters(model) * (1 + STATES[kind]) + FEW_KILOBYTES


@by_model
def test_the_size_of_a_pickle_after_a_fit(kind):
    model = MODELS[kind](max_iter=20)
    if isinstance(model, MLPClassifier | MLPRegressor):
        model.set_params(hidden_layer_sizes=(300,))
    model.fit(X, Y)
    size = len(pickle.dumps(model))
    assert size <= 8 * number_of_parameters(model) * (1 + STATES[kind]) + FEW_KILOBYTES
    # Rows do not make it larger.
    twice = model.fit(np.vstack([X, X]), np.r_[Y, Y])
    assert len(pickle.dumps(twice)) <= size + 256


def test_a_pickle_that_was_cut_off():
    for make in MODELS.values():
        whole = pickle.dumps(make(max_iter=2).fit(X, Y))
        with pytest.raises((pickle.UnpicklingError, EOFError)):
            pickle.loads(whole[: len(whole) // 2])
