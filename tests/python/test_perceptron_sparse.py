"""Perceptron on sparse X: scikit-learn's weights bit for bit, whatever the matrix looks like inside."""

from __future__ import annotations

import pickle
import tracemalloc
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn
from sklearn.datasets import load_digits
from sklearn.linear_model import Perceptron as SklearnPerceptron
from sklearn.model_selection import cross_val_score
from sklearn.utils.fixes import parse_version

from rosenblatt import Perceptron, memory

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

DIGITS, NUMBERS = load_digits(return_X_y=True)
DENSE = np.where(DIGITS[:300] > 9, DIGITS[:300], 0)
X = sp.csr_matrix(DENSE)
Y = NUMBERS[:300]
RANDOM = np.random.RandomState(0)
WEIGHTS = RANDOM.uniform(size=300)
NORMAL = sp.csr_array(np.where(RANDOM.uniform(size=(300, 40)) < 0.2, RANDOM.normal(size=(300, 40)), 0))
TABLES = {"digits": X, "normal": NORMAL}
TARGETS = {"two": (Y > 4).astype(int), "ten": Y}


# Before 1.8, scikit-learn left the penalty out of the objective that it watches, and stopped elsewhere.
WATCHES_PENALTY = parse_version(sklearn.__version__) >= parse_version("1.8")


def comparable(parameters):
    return parameters if WATCHES_PENALTY or "penalty" not in parameters else parameters | {"tol": None}


def fitted(X=X, y=Y, cls=Perceptron, **parameters):
    return cls(**{"max_iter": 10} | parameters).fit(X, y)


def assert_same(ours, theirs, X):
    np.testing.assert_array_equal(ours.coef_, theirs.coef_, strict=True)
    np.testing.assert_array_equal(ours.intercept_, theirs.intercept_, strict=True)
    assert (ours.n_iter_, ours.t_) == (theirs.n_iter_, theirs.t_)
    np.testing.assert_array_equal(ours.decision_function(X), theirs.decision_function(X), strict=True)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X), strict=True)
    assert ours.score(X, theirs.predict(X)) == 1


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"shuffle": False, "random_state": 3},
        {"eta0": 0.1, "fit_intercept": False},
        {"max_iter": 1000},
        {"tol": None, "max_iter": 4},
        {"class_weight": "balanced"},
        {"class_weight": {0: 0.3, 1: 2}},
        {"penalty": "l1"},
        {"penalty": "l1", "alpha": 0.01, "eta0": 0.3},
        {"penalty": "l2", "alpha": 0.01},
        {"penalty": "l2", "alpha": 0.9},
        {"penalty": "l2", "alpha": 2.0},
        {"penalty": "elasticnet", "alpha": 0.01},
        {"penalty": "elasticnet", "alpha": 2.0, "l1_ratio": 0.001},
        {"early_stopping": True},
        {"early_stopping": True, "penalty": "elasticnet", "class_weight": "balanced"},
    ],
    ids=str,
)
def test_weights_are_those_of_scikit_learn(table, target, dtype, parameters):
    given, y = TABLES[table].astype(dtype), TARGETS[target]
    parameters = comparable({"max_iter": 10} | parameters)
    ours, theirs = (cls(**parameters) for cls in (Perceptron, SklearnPerceptron))
    for weights in (None, WEIGHTS):
        assert_same(
            ours.fit(given, y, sample_weight=weights), theirs.fit(given, y, sample_weight=weights), given
        )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("penalty", [None, "l1", "l2", "elasticnet"])
@pytest.mark.parametrize("target", TARGETS)
def test_warm_start_partial_fit_and_initial_weights(target, penalty, dtype):
    given, y = NORMAL.astype(dtype), TARGETS[target]
    units = 1 if target == "two" else 10
    start = {"coef_init": RANDOM.normal(size=(units, 40)), "intercept_init": RANDOM.normal(size=units)}
    both = (Perceptron, SklearnPerceptron)
    warm = [cls(warm_start=True, max_iter=3, tol=None, penalty=penalty) for cls in both]
    partial = [cls(penalty=penalty) for cls in both]
    for call in range(3):
        arguments = start if call == 0 else {}
        assert_same(*[model.fit(given, y, **arguments) for model in warm], given)
        rows = slice(100 * call, 100 * call + 100)
        classes = np.unique(y) if call == 0 else None
        assert_same(*[model.partial_fit(given[rows], y[rows], classes) for model in partial], given)


def test_sparse_and_dense_by_turns():
    ours, theirs = (cls(warm_start=True, max_iter=3) for cls in (Perceptron, SklearnPerceptron))
    for given in (X, DENSE, X):
        ours.fit(given, Y)
        theirs.fit(given, Y)
        np.testing.assert_array_equal(ours.coef_, theirs.coef_, strict=True)
        np.testing.assert_array_equal(ours.intercept_, theirs.intercept_, strict=True)
    np.testing.assert_allclose(ours.decision_function(X), ours.decision_function(DENSE), rtol=1e-12)


@pytest.mark.parametrize("n_jobs", [2, -1, None])
def test_the_result_does_not_depend_on_the_threads(monkeypatch, n_jobs):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    given = sp.csr_array(np.tile(DENSE, (20, 1)))
    y = np.tile(Y, 20)
    assert_same(fitted(given, y, n_jobs=n_jobs), fitted(given, y, n_jobs=1), given)


# Matrices of every kind.


def wide_indices(matrix):
    matrix = matrix.copy()
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
    return matrix


def backwards(matrix):
    """Every row's entries from the last column to the first."""
    bounds = zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)
    order = np.concatenate([np.arange(begin, end)[::-1] for begin, end in bounds])
    return sp.csr_array((matrix.data[order], matrix.indices[order], matrix.indptr), matrix.shape)


def in_thirds(matrix):
    """Every entry three times, and not exactly a third of it each time."""
    data = np.repeat(matrix.data / 3, 3)
    return sp.csr_array((data, np.repeat(matrix.indices, 3), 3 * matrix.indptr), matrix.shape)


def with_zeros(matrix):
    """All elements as entries."""
    rows, columns = matrix.shape
    indices = np.tile(np.arange(columns, dtype=np.int32), rows)
    begins = np.arange(rows + 1, dtype=np.int32) * np.int32(columns)
    return sp.csr_array((matrix.toarray().ravel(), indices, begins), matrix.shape)


def every_second(matrix):
    """Arrays whose elements are not neighbours."""
    matrix = matrix.copy()
    for name in ("data", "indices", "indptr"):
        setattr(matrix, name, np.repeat(getattr(matrix, name), 2)[::2])
    return matrix


@pytest.mark.parametrize("penalty", [None, "l1", "l2"])
@pytest.mark.parametrize(
    "layout", [wide_indices, backwards, in_thirds, with_zeros, every_second], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("target", TARGETS)
def test_any_layout_is_read_entry_by_entry(layout, target, penalty):
    given, y = layout(NORMAL), TARGETS[target]
    kept = given.copy()
    model = fitted(given, y, penalty=penalty, early_stopping=True)
    plain = given
    if layout in (wide_indices, every_second):  # which scikit-learn does not take
        plain = NORMAL
    assert_same(
        model, fitted(plain, y, SklearnPerceptron, penalty=penalty, early_stopping=True), sp.csr_matrix(plain)
    )
    np.testing.assert_array_equal(model.predict(given), model.predict(NORMAL))
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(given, name), getattr(kept, name), strict=True)


@pytest.mark.filterwarnings("ignore:Constructing a DIA matrix")
@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"])
@pytest.mark.parametrize("kind", ["array", "matrix"])
def test_any_form(form, kind):
    given = getattr(sp, f"{form}_{kind}")(NORMAL)
    assert_same(fitted(given), fitted(given, cls=SklearnPerceptron), given)
    assert_same(fitted(given), fitted(NORMAL), given)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.int8, bool, np.longdouble])
def test_any_dtype_becomes_float64(dtype):
    given = sp.csr_array(DENSE.astype(dtype))
    plain = given.astype(float)
    for y in TARGETS.values():
        model = fitted(given, y)
        assert_same(model, fitted(plain, y, SklearnPerceptron), plain)
        np.testing.assert_array_equal(model.decision_function(given), model.decision_function(plain))


@pytest.mark.parametrize(
    "dense",
    [DENSE[:2], DENSE[:, 20:21], np.eye(30), np.full((20, 1), 7.0)],
    ids=["rows", "column", "eye", "1"],
)
def test_unusual_shapes(dense):
    given, y = sp.csr_matrix(dense), np.arange(len(dense)) % 2
    assert_same(fitted(given, y), fitted(given, y, SklearnPerceptron), given)


def test_rows_without_entries_move_the_bias_only():
    given = sp.csr_matrix(np.where(np.arange(300)[:, None] % 3, DENSE, 0))
    assert_same(fitted(given), fitted(given, cls=SklearnPerceptron), given)
    model = fitted(sp.csr_array((20, 5)), np.arange(20) % 2, tol=None)
    assert not model.coef_.any()
    assert model.intercept_ == pytest.approx(0, abs=0.02)
    np.testing.assert_array_equal(
        fitted().decision_function(sp.csr_array((2, 64))), [fitted().intercept_] * 2
    )


# Memory and work.


def test_nothing_becomes_dense():
    at = np.random.RandomState(0).randint(0, 200_000, 2000)
    wide = sp.csr_array((np.ones(2000), at, 2 * np.arange(1001)), (1000, 200_000))  # 1.6 GB as an array
    y = np.arange(1000) % 2
    fitted(wide[:10], y[:10])  # what is imported or made once does not count
    tracemalloc.start()
    model = fitted(wide, y, penalty="elasticnet")
    model.partial_fit(wide.tocsc(), y).predict(wide)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * model.coef_.nbytes


@pytest.mark.parametrize("penalty", ["l1", "l2", "elasticnet"])
@pytest.mark.parametrize("alpha", [1e-4, 3.0])
def test_work_is_in_proportion_to_the_entries(penalty, alpha):
    """100,000 rows of one entry: 10^11 numbers, were all weights looked at for each of them."""
    rows, columns = 100_000, 1_000_000
    indices = np.random.RandomState(0).randint(0, columns, rows)
    wide = sp.csr_array((np.ones(rows), indices, np.arange(rows + 1)), (rows, columns))
    model = fitted(wide, np.arange(rows) % 2, penalty=penalty, alpha=alpha, max_iter=2)
    assert model.n_iter_ == 2


@pytest.mark.parametrize("classes", [2, 3])
def test_columns_beyond_all_memory_are_refused(classes, monkeypatch):
    monkeypatch.setattr(memory, "_free", lambda _: 2**33)
    given = sp.csr_array(([1.0, 2.0, 3.0], [5, 10**9 - 1, 7], [0, 1, 2, 3]), (3, 10**9))
    y = np.arange(3) % classes
    model = Perceptron()
    tracemalloc.start()
    for fit in (model.fit, lambda X, y: model.partial_fit(X, y, classes=np.unique(y))):
        with pytest.raises(
            MemoryError, match=r"x 1000000000 float64 weights.*GiB of memory; 8\.0 GiB are free"
        ):
            fit(given, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20
    assert not hasattr(model, "coef_")


def test_columns_beyond_this_machine_are_refused():
    given = sp.csr_array(([1.0, 2.0], [5, 2**40], [0, 1, 2]), (2, 2**45))
    with pytest.raises(MemoryError, match="GiB"):
        Perceptron().fit(given, [0, 1])


# What cannot be right.


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
def test_broken_matrices_crash_nothing(name, at, value, form):
    given = form(X, copy=True)
    getattr(given, name)[at] = value
    model = fitted()
    calls = (
        Perceptron().fit,
        lambda X, y: Perceptron().partial_fit(X, y, classes=np.unique(y)),
        lambda X, _: model.predict(X),
        model.gradient_check,
    )
    for call in calls:
        with (
            warnings.catch_warnings(action="ignore"),
            pytest.raises(ValueError, match=r"indices|indptr|index"),
        ):
            call(given, Y)


def with_entry(value):
    matrix = X.copy()
    matrix.data[7] = value
    return matrix


BAD = {
    "NaN": with_entry(np.nan),
    "infinity": with_entry(np.inf),
    "infinity in a CSC matrix": with_entry(-np.inf).tocsc(),
    "complex": X.astype(complex),
    "no rows": X[:0],
    "no columns": X[:, :0],
    "other columns": X[:, :63],
    "other rows": X[:-1],
}


@pytest.mark.parametrize("case", BAD)
def test_refused_as_by_scikit_learn(case):
    given = BAD[case]
    errors = {}
    for cls in (Perceptron, SklearnPerceptron):
        model = fitted(cls=cls)
        for name, call in {
            "fit": cls().fit,
            "partial_fit": model.partial_fit,
            "predict": lambda X, _, model=model: model.predict(X),
            "score": model.score,
        }.items():
            try:
                call(given, Y if case == "other rows" else Y[: given.shape[0]])
            except Exception as error:
                errors.setdefault(name, []).append(type(error))
            else:
                errors.setdefault(name, []).append(None)
    assert {name: ours for name, (ours, _) in errors.items()} == {
        name: theirs for name, (_, theirs) in errors.items()
    }
    assert any(error for error, _ in errors.values())


def test_overflow_is_told():
    given = sp.csr_matrix([[1e308], [1e308], [-1e308]])
    for model in (Perceptron(eta0=10), SklearnPerceptron(eta0=10)):
        with pytest.raises(ValueError, match="Floating-point"):
            model.fit(given, [0, 1, 0])


def test_with_scikit_learns_tools():
    assert Perceptron().__sklearn_tags__().input_tags.sparse
    scores = [cross_val_score(cls(), X, Y, cv=3) for cls in (Perceptron, SklearnPerceptron)]
    np.testing.assert_array_equal(*scores)
    model = fitted()
    assert_same(pickle.loads(pickle.dumps(model)), model, X)
