"""Sparse X: what scikit-learn takes is taken, and trains as there and as the dense table that it means."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn import neural_network
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score

import rosenblatt
from rosenblatt import MLPClassifier, MLPRegressor, _core

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

DIGITS, NUMBERS = load_digits(return_X_y=True)
DENSE = np.where(DIGITS[:300] > 9, DIGITS[:300], 0)
X = sp.csr_array(DENSE)
Y = NUMBERS[:300]
ESTIMATORS = [MLPClassifier, MLPRegressor]

by_estimator = pytest.mark.parametrize("estimator", ESTIMATORS)


def make(estimator, module=rosenblatt, **parameters):
    parameters = {"hidden_layer_sizes": (30, 20), "max_iter": 10, "random_state": 0} | parameters
    return getattr(module, estimator.__name__)(**parameters)


def fitted(estimator=MLPClassifier, X=X, y=Y, **parameters):
    return make(estimator, **parameters).fit(X, y)


def answers(model, X):
    return model.predict_proba(X) if isinstance(model, MLPClassifier) else model.predict(X)


def assert_same(model, other, rtol=1e-9):
    np.testing.assert_allclose(model.loss_curve_, other.loss_curve_, rtol=rtol)
    assert (model.n_iter_, model.t_, model.n_features_in_) == (other.n_iter_, other.t_, other.n_features_in_)
    for mine, wanted in zip(model.coefs_ + model.intercepts_, other.coefs_ + other.intercepts_, strict=True):
        assert mine.dtype == wanted.dtype
        np.testing.assert_allclose(mine, wanted, rtol=1e3 * rtol, atol=1e3 * rtol)


# Against scikit-learn, and against the dense table.


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"solver": "sgd", "learning_rate_init": 0.01},
        {"early_stopping": True, "max_iter": 30, "n_iter_no_change": 3},
        {"batch_size": 7, "max_iter": 3},
        {"batch_size": 300, "shuffle": False},
        {"hidden_layer_sizes": ()},
        {"hidden_layer_sizes": (130,), "alpha": 1},
    ],
    ids=str,
)
@by_estimator
def test_same_as_scikit_learn_and_as_dense(estimator, parameters, activation):
    parameters = {"activation": activation} | parameters
    model = fitted(estimator, **parameters)
    theirs = make(estimator, neural_network, **parameters).fit(X, Y)
    dense = fitted(estimator, DENSE, **parameters)
    for other in (theirs, dense):
        assert_same(model, other)
        assert model.validation_scores_ == other.validation_scores_ or np.allclose(
            model.validation_scores_, other.validation_scores_, rtol=1e-9
        )
    np.testing.assert_allclose(answers(model, X), answers(dense, DENSE), rtol=1e-6, atol=1e-12)
    np.testing.assert_array_equal(answers(model, X), answers(model, X.tocsc()))
    assert model.score(X, Y) == pytest.approx(theirs.score(X, Y), rel=1e-9)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@by_estimator
def test_same_in_float32(estimator, solver):
    narrow = X.astype(np.float32)
    model = fitted(estimator, narrow, solver=solver)
    assert {p.dtype for p in model.coefs_ + model.intercepts_} == {np.dtype(np.float32)}
    assert answers(model, narrow).dtype == np.float32
    assert_same(model, make(estimator, neural_network, solver=solver).fit(narrow, Y), rtol=1e-4)


@by_estimator
def test_warm_start_and_back_and_forth_between_sparse_and_dense(estimator):
    ours = make(estimator, warm_start=True)
    theirs = make(estimator, neural_network, warm_start=True)
    for given in (X, DENSE, X):
        ours.fit(given, Y)
        theirs.fit(given, Y)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-8)
    np.testing.assert_allclose(answers(ours, X), answers(ours, DENSE), rtol=1e-6, atol=1e-12)


def test_multilabel_and_several_outputs():
    bits = (Y[:, None] >> np.arange(4)) & 1
    assert_same(fitted(y=bits), make(MLPClassifier, neural_network).fit(X, bits))
    assert_same(fitted(y=sp.csr_array(bits)), fitted(y=bits))
    assert_same(fitted(MLPRegressor, y=bits), make(MLPRegressor, neural_network).fit(X, bits))


# Input of every kind.


@pytest.mark.filterwarnings("ignore:Constructing a DIA matrix")
@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"])
@pytest.mark.parametrize("kind", ["array", "matrix"])
def test_any_form(form, kind):
    given = getattr(sp, f"{form}_{kind}")(X)
    model = fitted(X=given)
    assert_same(model, fitted(), rtol=1e-12)
    np.testing.assert_array_equal(model.predict(given), model.predict(X))


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.int8, bool, np.longdouble])
def test_any_dtype_becomes_float64(dtype):
    given = X.astype(dtype)
    model = fitted(X=given)
    wanted = fitted(X=sp.csr_array(DENSE.astype(dtype).astype(float)))
    assert model.coefs_[0].dtype == np.float64
    assert_same(model, wanted, rtol=1e-12)
    np.testing.assert_allclose(
        model.predict_proba(given), wanted.predict_proba(X.astype(dtype).astype(float))
    )


def wide_indices(matrix):
    matrix = matrix.copy()
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
    return matrix


def backwards(matrix):
    """Every row's entries from the last column to the first."""
    order = np.concatenate(
        [np.arange(b, e)[::-1] for b, e in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)]
    )
    return sp.csr_array((matrix.data[order], matrix.indices[order], matrix.indptr), matrix.shape)


def in_halves(matrix):
    """Every entry twice, each time half of it."""
    return sp.csr_array(
        (np.repeat(matrix.data / 2, 2), np.repeat(matrix.indices, 2), 2 * matrix.indptr), matrix.shape
    )


def with_zeros(matrix):
    """All elements as entries."""
    rows, columns = matrix.shape
    dense = matrix.toarray()
    return sp.csr_array(
        (dense.ravel(), np.tile(np.arange(columns), rows), np.arange(rows + 1) * columns), matrix.shape
    )


def every_second(matrix):
    """Arrays whose elements are not neighbours."""
    matrix = matrix.copy()
    for name in ("data", "indices", "indptr"):
        setattr(matrix, name, np.repeat(getattr(matrix, name), 2)[::2])
    return matrix


def read_only(matrix):
    matrix = matrix.copy()
    for name in ("data", "indices", "indptr"):
        getattr(matrix, name).flags.writeable = False
    return matrix


@pytest.mark.parametrize(
    "layout",
    [wide_indices, backwards, in_halves, with_zeros, every_second, read_only],
    ids=lambda f: f.__name__,
)
@by_estimator
def test_any_layout(estimator, layout):
    given = layout(X)
    kept = given.copy()
    model = fitted(estimator, given, early_stopping=True)
    assert_same(model, fitted(estimator, early_stopping=True))
    np.testing.assert_allclose(answers(model, given), answers(model, X), rtol=1e-9)
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(given, name), getattr(kept, name))
        assert getattr(given, name).dtype == getattr(kept, name).dtype


@pytest.mark.parametrize(
    "dense",
    [DENSE[:1], DENSE[:, 20:21], np.zeros((20, 3)), np.eye(30), np.full((20, 1), 7.0)],
    ids=["one_row", "one_column", "zeros", "eye", "one_constant_column"],
)
@by_estimator
def test_unusual_shapes_and_values(estimator, dense):
    given, y = sp.csr_array(dense), Y[: len(dense)]
    model = fitted(estimator, given, y)
    assert_same(model, fitted(estimator, dense, y))
    assert model.predict(given).shape == (len(dense),)


def test_empty_rows_are_answered_from_the_bias():
    model = fitted(X=sp.csr_array(np.where(np.arange(300)[:, None] % 3, DENSE, 0)))
    empty = sp.csr_array((4, 64))
    np.testing.assert_allclose(model.predict_proba(empty), model.predict_proba(np.zeros((4, 64))), rtol=1e-12)


def scattered(rows, columns, entries):
    """Random entries in random places."""
    random = np.random.default_rng(0)
    places = random.integers(rows, size=entries), random.integers(columns, size=entries)
    return sp.csr_array((random.random(entries), places), shape=(rows, columns))


def test_very_wide_takes_memory_for_what_is_there():
    """The dense table would take 16 GB."""
    wide = scattered(2000, 1_000_000, 2000)
    model = fitted(X=wide, y=np.arange(2000) % 2, hidden_layer_sizes=(1,), max_iter=1, batch_size=1000)
    assert model.predict(wide).shape == (2000,)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "parameters",
    [
        {"hidden_layer_sizes": (100,)},
        {"hidden_layer_sizes": (257,), "batch_size": 1500},
        {"hidden_layer_sizes": (120, 30), "solver": "sgd", "batch_size": 37, "early_stopping": True},
        {"hidden_layer_sizes": ()},
    ],
    ids=str,
)
@by_estimator
def test_bit_identical_for_any_number_of_threads(estimator, parameters, dtype):
    given = scattered(1500, 700, 21_000).astype(dtype)
    y = np.arange(1500) % 10
    alone = fitted(estimator, given, y, n_threads=1, max_iter=2, **parameters)
    for n_threads in (2, 3, 4, 8):
        model = fitted(estimator, given, y, n_threads=n_threads, max_iter=2, **parameters)
        assert model.loss_curve_ == alone.loss_curve_
        assert model.validation_scores_ == alone.validation_scores_
        for mine, wanted in zip(
            model.coefs_ + model.intercepts_, alone.coefs_ + alone.intercepts_, strict=True
        ):
            np.testing.assert_array_equal(mine, wanted)


@by_estimator
def test_with_scikit_learns_tools(estimator):
    assert make(estimator).__sklearn_tags__().input_tags.sparse
    scores = cross_val_score(make(estimator, max_iter=50), X, Y, cv=3)
    np.testing.assert_allclose(
        scores, cross_val_score(make(estimator, max_iter=50), DENSE, Y, cv=3), rtol=1e-6
    )
    model = fitted(estimator)
    np.testing.assert_array_equal(answers(pickle.loads(pickle.dumps(model)), X), answers(model, X))


# Input that cannot be right.


def with_entry(value):
    matrix = X.copy()
    matrix.data[7] = value
    return matrix


BAD = {
    "NaN": (with_entry(np.nan), ValueError, "Input X contains NaN"),
    "infinity": (with_entry(np.inf), ValueError, "Input X contains infinity"),
    "infinity in a CSC matrix": (with_entry(-np.inf).tocsc(), ValueError, "Input X contains infinity"),
    "complex": (X.astype(complex), ValueError, "Complex data not supported"),
    "no rows": (X[:0], ValueError, r"0 sample\(s\)"),
    "no columns": (X[:, :0], ValueError, r"0 feature\(s\)"),
}


@pytest.mark.parametrize("case", BAD)
@by_estimator
def test_refused_as_by_scikit_learn(estimator, case):
    given, error, message = BAD[case]
    for module in (rosenblatt, neural_network):
        fresh = make(estimator, module)
        with pytest.raises(error, match=message):
            fresh.fit(given, Y[: given.shape[0]])
        assert not hasattr(fresh, "coefs_")
        with pytest.raises(error, match=message):
            make(estimator, module).fit(X, Y).predict(given)


@by_estimator
def test_other_columns_and_other_lengths(estimator):
    model = fitted(estimator)
    with pytest.raises(ValueError, match=r"X has 63 features, but .* is expecting 64"):
        model.predict(X[:, :63])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.fit(X, Y[:-1])


def spoiled(name, at, value):
    """A matrix whose arrays were changed behind SciPy's back."""
    matrix = X.copy()
    getattr(matrix, name)[at] = value
    return matrix


def replaced(name, value):
    matrix = X.copy()
    setattr(matrix, name, value)
    return matrix


BROKEN = {
    "column too large": (spoiled("indices", 5, 64), ValueError, r"indices\[5\] is 64, not one of the 64"),
    "column far too large": (spoiled("indices", -1, 2**31 - 1), ValueError, "is 2147483647, not one of"),
    "column negative": (spoiled("indices", 0, -1), ValueError, r"indices\[0\] is -1, not one of"),
    "row ends before it begins": (spoiled("indptr", 9, 0), ValueError, r"indptr\[9\] is 0, not in"),
    "row begins before all": (spoiled("indptr", 0, -4), ValueError, r"indptr\[0\] is -4, not in 0"),
    "row ends after all": (spoiled("indptr", -1, 10**9), ValueError, "is 1000000000, not in"),
    "too few rows": (replaced("indptr", X.indptr[:-1]), ValueError, "indptr has 300 elements, not one more"),
    "no rows at all": (replaced("indptr", X.indptr[:0]), ValueError, "indptr has 0 elements"),
    "fewer values": (replaced("data", X.data[:-1]), ValueError, "data has .* elements and x.indices"),
    "fewer columns": (replaced("indices", X.indices[:-1]), ValueError, "data has .* elements and x.indices"),
    "narrow columns": (replaced("indices", X.indices.astype(np.int16)), TypeError, "int32 or int64"),
    "columns that are no integers": (
        replaced("indices", X.indices.astype(float)),
        TypeError,
        "int32 or int64",
    ),
    "two dimensions": (replaced("indices", X.indices[None]), ValueError, "must have one dimension"),
    "no array": (replaced("indptr", X.indptr.tolist()), TypeError, "x.indptr must be an array"),
    "values of another dtype": (X.astype(np.int32), TypeError, "uint8, float32 or float64"),
    "another form": (X.tocsc(), TypeError, "an array or a CSR matrix, not .*csc"),
    "a list": (DENSE.tolist(), TypeError, "an array or a CSR matrix, not .*list"),
    "None": (None, TypeError, "an array or a CSR matrix"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_core_refuses_what_would_lead_it_astray(case):
    given, error, message = BROKEN[case]
    network = _core.NetworkFloat64([64, 5, 2], ["ReLU", "Softmax"])
    with pytest.raises(error, match=message):
        network.predict(given)


@pytest.mark.parametrize("form", [sp.csr_array, sp.csr_matrix, sp.csc_array, sp.csc_matrix])
@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        ("indices", 5, 300),
        ("indices", -1, 2**31 - 1),
        ("indices", 0, -1),
        ("indptr", 9, 0),
        ("indptr", 0, -4),
        ("indptr", -1, 10**9),
    ],
)
@by_estimator
def test_broken_matrices_crash_nothing(estimator, name, at, value, form):
    given = form(X, copy=True)
    getattr(given, name)[at] = value
    model = fitted(estimator)
    for do in (make(estimator).fit, lambda rows, _, model=model: model.predict(rows)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(ValueError, match=r"indices|indptr|index"):
                do(given, Y)
