"""Calls that cannot be right, by tables: refused as scikit-learn refuses them, and without any trace."""

from __future__ import annotations

import pickle
from inspect import signature

import numpy as np
import pytest
import scipy.sparse
import sklearn
from sklearn import linear_model, neural_network
from sklearn.exceptions import NotFittedError
from sklearn.utils.fixes import parse_version

import rosenblatt

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    # NumPy's, where scikit-learn looks whether labels that are NaN are integers, before it refuses them.
    pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning"),
]

ROWS = 24
X = np.random.RandomState(0).rand(ROWS, 3)
LABELS = np.arange(ROWS) % 3
VALUES = X.sum(axis=1)
CLASSES = np.arange(3)
ABSENT = object()

THEIRS = {
    "MLPClassifier": neural_network.MLPClassifier,
    "MLPRegressor": neural_network.MLPRegressor,
    "Perceptron": linear_model.Perceptron,
}
# score is scikit-learn's own; it looks at its weights since 1.7.
SCORE = ["score"] if parse_version(sklearn.__version__) >= parse_version("1.7") else []
NETWORKS = ("MLPClassifier", "MLPRegressor")
CLASSIFIERS = ("MLPClassifier", "Perceptron")
by_name = pytest.mark.parametrize("name", THEIRS)


def make(kind):
    if kind.__name__ == "Perceptron":
        return kind()
    return kind(hidden_layer_sizes=(4,), max_iter=2, random_state=0)


def arguments(name, method, changes):
    """Those of a call that is right, but for the changes."""
    right = {"X": X}
    if method != "predict":
        right["y"] = VALUES if name == "MLPRegressor" else LABELS
    if method == "partial_fit" and name != "MLPRegressor":
        right["classes"] = CLASSES
    return {key: value for key, value in (right | changes).items() if value is not ABSENT}


def call(model, method, changes):
    return getattr(model, method)(**arguments(type(model).__name__, method, changes))


def check_refused(name, method, changes, error, message, *, before=()):
    """Ours and theirs raise this error, ours with this message and as if the call had never been."""
    ours, theirs = make(getattr(rosenblatt, name)), make(THEIRS[name])
    for earlier in before:
        call(ours, earlier, {})
        call(theirs, earlier, {})
    state = pickle.dumps(ours)
    with pytest.raises(error, match=message) as caught:
        call(ours, method, changes)
    assert str(caught.value)
    assert pickle.dumps(ours) == state
    # Networks of scikit-learn take weights since 1.7.
    if {*arguments(name, method, changes)} <= {*signature(getattr(theirs, method)).parameters}:
        with pytest.raises(error):
            call(theirs, method, changes)
    call(ours, method, {})  # it is as able as before


def check_everywhere(name, methods, changes, error, message):
    for method in methods:
        if method in ("fit", "partial_fit"):
            check_refused(name, method, changes, error, message)
        check_refused(name, method, changes, error, message, before=["fit"])


def with_value(value, dtype=float):
    table = X.astype(dtype)
    table[5, 1] = value
    return table


BAD_X = {
    "one dimension": (X[:, 0], ValueError, "Expected 2D array, got 1D"),
    "three dimensions": (X[:, :, None], ValueError, "dim 3"),
    "no rows": (X[:0], ValueError, r"0 sample\(s\)"),
    "no columns": (X[:, :0], ValueError, r"0 feature\(s\)"),
    "None": (None, ValueError, "Expected 2D array, got scalar"),
    "NaN": (with_value(np.nan), ValueError, "Input X contains NaN"),
    "infinity": (with_value(-np.inf, np.float32), ValueError, "Input X contains infinity"),
    "text": (with_value("a", object), ValueError, "could not convert string to float: 'a'"),
    "complex": (X + 1j, ValueError, "Complex data not supported"),
    "rows of other lengths": ([[1, 2], [3]] * 12, ValueError, "inhomogeneous"),
    "matrix": (X.view(np.matrix), TypeError, "np.matrix is not supported"),
    "sparse, NaN": (scipy.sparse.csr_array(with_value(np.nan)), ValueError, "Input X contains NaN"),
    "absent": (ABSENT, TypeError, "missing 1 required positional argument: 'X'"),
}


@pytest.mark.parametrize("case", BAD_X)
@by_name
def test_bad_x(name, case):
    given, error, message = BAD_X[case]
    methods = ["fit", "partial_fit", "predict", "score"]
    check_everywhere(name, methods, {"X": given}, error, message)


@pytest.mark.parametrize("other", [X[:, :2], scipy.sparse.csr_array(X[:, :2]), np.hstack([X, X])], ids=type)
@by_name
def test_other_columns_than_before(name, other):
    message = rf"X has {other.shape[1]} features, but {name} is expecting 3 features"
    for method in ("partial_fit", "predict", "score"):
        check_refused(name, method, {"X": other}, ValueError, message, before=["partial_fit"])


@by_name
def test_other_numbers_of_rows_and_targets(name):
    message = r"inconsistent numbers of samples: \[2[34], 2[34]\]"
    check_everywhere(name, ["fit", "partial_fit", "score"], {"X": X[1:]}, ValueError, message)


@by_name
def test_answers_before_a_fit(name):
    for method in ("predict", "score"):
        for module in (rosenblatt, None):
            model = make(getattr(module, name) if module else THEIRS[name])
            with pytest.raises(NotFittedError, match=f"This {name} instance is not fitted yet"):
                call(model, method, {})


BAD_Y = {
    "None": (THEIRS, None, ValueError, "requires y to be passed"),
    "absent": (THEIRS, ABSENT, TypeError, "missing 1 required positional argument: 'y'"),
    "NaN": (THEIRS, np.where(LABELS > 1, np.nan, LABELS), ValueError, "Input y contains NaN"),
    "three dimensions": (THEIRS, np.zeros((ROWS, 2, 2)), ValueError, "dim 3|1d array"),
    "text for numbers": (["MLPRegressor"], ["a"] * ROWS, (ValueError, TypeError), "could not convert string"),
    "fractions": (CLASSIFIERS, VALUES, ValueError, "Unknown label type|classes"),
    "sets": (CLASSIFIERS, [{1}, {2}] * 12, (ValueError, TypeError), "label|set"),
    "columns for one unit": (["Perceptron"], np.c_[LABELS, LABELS], ValueError, "1d array"),
}


@pytest.mark.parametrize(("name", "case"), [(name, case) for case, row in BAD_Y.items() for name in row[0]])
def test_bad_y(name, case):
    _, y, error, message = BAD_Y[case]
    check_everywhere(name, ["fit", "partial_fit"], {"y": y}, error, message)


def test_a_single_class_for_a_perceptron():
    message = "greater than one; got 1 class"
    check_everywhere("Perceptron", ["fit"], {"y": np.ones(ROWS)}, ValueError, message)


BAD_WEIGHTS = {
    "too few": (np.ones(23), ValueError, "23"),
    "too many": (np.ones(25), ValueError, "25"),
    "none": ([], ValueError, r"0 sample|, 0\]"),
    "NaN": (np.where(LABELS > 1, np.nan, 1), ValueError, "Input sample_weight contains NaN"),
    "infinity": (np.where(LABELS > 1, np.inf, 1), ValueError, "Input sample_weight contains infinity"),
    "complex": (np.ones(ROWS) + 1j, ValueError, "Complex data not supported"),
    "a column": (np.ones((ROWS, 1)), ValueError, r"[Ss]ample.weights? must be 1D"),
    "a table": (np.ones((ROWS, 3)), ValueError, r"[Ss]ample.weights? must be 1D"),
    "text": (["a"] * ROWS, (ValueError, TypeError), r"could not convert string to float|dtype"),
    "a word": ("balanced", ValueError, r"could not convert string to float: 'balanced'|'sample_weight'"),
}


@pytest.mark.parametrize("case", BAD_WEIGHTS)
@by_name
def test_bad_weights(name, case):
    given, error, message = BAD_WEIGHTS[case]
    methods = ["fit", "partial_fit", *SCORE]
    check_everywhere(name, methods, {"sample_weight": given}, error, message)


@by_name
def test_sparse_weights(name):
    sparse = {"sample_weight": scipy.sparse.csr_array(np.ones((ROWS, 1)))}
    check_everywhere(
        name, ["fit", "partial_fit"], sparse, TypeError, "Sparse data was passed for sample_weight"
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_of_zero(name):
    zeros, message = {"sample_weight": np.zeros(ROWS)}, r"Sample weights must contain at least one non-zero"
    for method in ("fit", "partial_fit"):
        ours, fresh = (make(getattr(rosenblatt, name)) for _ in range(2))
        with pytest.raises(ValueError, match=message):
            call(ours, method, zeros)
        assert pickle.dumps(ours) == pickle.dumps(fresh)
    # scikit-learn says ZeroDivisionError for weights that cancel each other.
    with pytest.raises(ValueError, match="sample_weight adds up to zero"):
        call(ours, "fit", {"sample_weight": np.tile([1.0, -1.0], 12)})


@pytest.mark.parametrize("value", [-1.0, 2, True], ids=["negative", "integer", "bool"])
@by_name
def test_weights_that_are_allowed(name, value):
    """Negative ones, too: they push away from their rows."""
    given = np.where(np.arange(ROWS) == 5, np.asarray(value), np.ones(ROWS, np.asarray(value).dtype))
    assert np.isfinite(
        call(make(getattr(rosenblatt, name)), "fit", {"sample_weight": given}).predict(X)
    ).all()
    assert np.isfinite(call(make(getattr(rosenblatt, name)), "partial_fit", {"sample_weight": given}).n_iter_)
    as_list = make(getattr(rosenblatt, name)).fit(**arguments(name, "fit", {"sample_weight": given.tolist()}))
    direct = call(make(getattr(rosenblatt, name)), "fit", {"sample_weight": given})
    np.testing.assert_array_equal(as_list.predict(X), direct.predict(X))


# For the first call of partial_fit.
BAD_CLASSES = {
    "absent": (ABSENT, "classes must be passed on the first call to partial_fit"),
    "a number": (3, "Expected array-like .* got 3"),
    "a word": ("abc", "Expected array-like .* got 'abc'"),
    "a set": ({0, 1, 2}, r"Expected array-like .* got \{0, 1, 2\}"),
    "a table": ([[0, 1, 2]], "Unknown label type|1 outputs of classes, but y has"),
    "fractions": ([0.5, 1.5], "Unknown label type"),
    "NaN": ([0, 1, 2, np.nan], "Input contains NaN"),
    "none": ([], r"classes|0 samples"),
    "a class is missing": ([0, 1], "classes"),
    "text": (["a", "b"], "classes"),
}


@pytest.mark.parametrize("case", BAD_CLASSES)
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_bad_classes(name, case):
    given, message = BAD_CLASSES[case]
    check_refused(name, "partial_fit", {"classes": given}, ValueError, message)


# For a later one.
BAD_LATER = {
    "an unknown class": ({"y": LABELS + 1, "classes": ABSENT}, "classes"),
    "other classes": (
        {"classes": [0, 1]},
        r"`classes=\[0, 1\]` is not the same as on last call to partial_fit",
    ),
    "text": ({"y": np.array(["a", "b", "c"])[LABELS], "classes": ABSENT}, "classes"),
    "fractions": ({"y": VALUES, "classes": ABSENT}, "Unknown label type|classes"),
    "columns": ({"y": np.c_[LABELS == 0, LABELS > 0].astype(int), "classes": ABSENT}, "1d array|shape"),
}


@pytest.mark.parametrize("case", BAD_LATER)
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_bad_later_calls_of_partial_fit(name, case):
    changes, message = BAD_LATER[case]
    check_refused(name, "partial_fit", changes, ValueError, message, before=["partial_fit", "partial_fit"])


@by_name
def test_arguments_that_do_not_exist(name):
    for method in ("fit", "partial_fit", "predict", "score"):
        check_refused(
            name, method, {"weights": 1}, TypeError, "unexpected keyword argument 'weights'", before=["fit"]
        )


@by_name
def test_bad_parameters_are_found_by_partial_fit(name):
    parameter, value = ("eta0", -1) if name == "Perceptron" else ("learning_rate_init", -1)
    for module in (rosenblatt, None):
        model = make(getattr(module, name) if module else THEIRS[name]).set_params(**{parameter: value})
        with pytest.raises(ValueError, match=f"The '{parameter}' parameter of {name} must be"):
            call(model, "partial_fit", {})
        assert not [key for key in vars(model) if key.endswith("_")]
