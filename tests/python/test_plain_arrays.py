"""The short way past scikit-learn's validation leads where the long one does."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import config_context
from sklearn.base import is_regressor
from sklearn.utils.validation import validate_data

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.plain_arrays import DTYPES, is_plain, validated

ESTIMATORS = [MLPClassifier, MLPRegressor]
ODD = [0.0, -1.5, 1e38, 3e38, -3e38, 1e308, -1e308, np.inf, -np.inf, np.nan]


def tables(dtypes, dimensions, rows):
    shapes = st.tuples(*[st.sampled_from(rows), *[st.integers(0, 3)] * 2])

    @st.composite
    def table(draw):
        shape = draw(shapes)[: draw(st.sampled_from(dimensions))]
        dtype = np.dtype(draw(st.sampled_from(dtypes)))
        wild = draw(hnp.arrays(float, shape, elements=st.sampled_from(draw(st.sampled_from([ODD[:3], ODD])))))
        with np.errstate(all="ignore"):
            values = wild.astype(dtype) if dtype.kind != "O" else np.where(wild == 0, None, wild)
        order = draw(st.sampled_from(["C", "F", "backwards"]))
        return values[::-1] if order == "backwards" else np.asarray(values, order=order)

    return table()


X_TABLES = tables(["f4", "f8", "u1", "f2", ">f8", "i8", "?", "O"], [2, 2, 2, 1, 3], [4, 4, 4, 0, 1])
Y_TABLES = tables(["i8", "i4", "u1", "?", "f4", "f8", "f2", ">f4", "U3", "O"], [1, 1, 2, 3], [4, 4, 4, 0, 5])


def outcome(validate, estimator, X, y, reset):
    """Everything that a caller can see of a validation."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = validate(estimator, X, y, reset)
        except Exception as error:
            result = type(error), str(error)
    said = [(warning.category, str(warning.message)) for warning in caught]
    return result, estimator.__dict__, said


def by_scikit_learn(estimator, X, y, reset):
    return validate_data(
        estimator,
        X,
        y,
        accept_sparse=["csr", "csc"],
        dtype=DTYPES,
        multi_output=True,
        y_numeric=is_regressor(estimator),
        reset=reset,
    )


def assert_same(make, X, y, reset):
    mine, theirs = make(), make()
    (got, attributes, said) = outcome(validated, mine, X, y, reset)
    (wanted, their_attributes, they_said) = outcome(by_scikit_learn, theirs, X, y, reset)
    assert said == they_said
    assert attributes.keys() == their_attributes.keys()
    assert attributes.get("n_features_in_") == their_attributes.get("n_features_in_")
    for one, other in zip(got, wanted, strict=True):
        if isinstance(other, np.ndarray):
            assert type(one) is np.ndarray
            assert (one is X) == (other is X)
            assert (one is y) == (other is y)
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
        else:
            assert one == other


@pytest.mark.parametrize("estimator", ESTIMATORS)
@settings(max_examples=300, deadline=None)
@given(
    X=X_TABLES, y=Y_TABLES, before=st.sampled_from([None, 1, 2, 3]), names=st.booleans(), warm=st.booleans()
)
def test_same_results_attributes_errors_and_warnings(estimator, X, y, before, names, warm):
    def make():
        model = estimator()
        if before is not None:
            model.n_features_in_ = before
            if names:
                model.feature_names_in_ = np.array([f"x{i}" for i in range(before)], object)
        return model

    assert_same(make, X, y, reset=not warm or before is None)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "y", [np.arange(5), np.arange(5.0), np.ones((5, 2), bool)], ids=["integers", "numbers", "table"]
)
def test_the_short_way_is_taken(dtype, y, monkeypatch):
    monkeypatch.setattr("rosenblatt.plain_arrays.validate_data", None)
    X = np.ones((5, 3), dtype)
    assert is_plain(MLPClassifier(), X, reset=True)
    got = validated(MLPClassifier(), X, y, reset=True)
    assert got[0] is X
    assert got[1] is y


class Mine(np.ndarray):
    pass


@pytest.mark.parametrize(
    "X",
    [
        np.eye(3).tolist(),
        np.eye(3).view(Mine),
        np.eye(3).view(np.matrix),
        np.ma.masked_equal(np.eye(3), 1),
        np.eye(3, dtype=complex),
        np.eye(3).astype("U3"),
        None,
    ],
    ids=["list", "subclass", "matrix", "masked", "complex", "text", "None"],
)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_what_is_not_plain(estimator, X):
    assert not is_plain(estimator(), X, reset=True)
    assert_same(estimator, X, np.arange(3), reset=True)
    assert_same(estimator, np.eye(3), X, reset=True)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_finite_numbers_whose_sum_is_not(estimator):
    assert_same(estimator, np.full((4, 2), 1e308), np.full(4, 1e308), reset=True)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_infinity_passes_where_scikit_learn_is_told_not_to_look(estimator):
    with config_context(assume_finite=True):
        assert_same(estimator, np.full((4, 2), np.inf), np.arange(4), reset=True)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_numpy_told_to_raise_does_not_raise(estimator):
    with np.errstate(all="raise"):
        validated(estimator(), np.full((4, 2), 3e38, np.float32) * [[1, 1]], np.arange(4), reset=True)
