"""Input that cannot be right: each is refused for a reason, with scikit-learn's type of exception."""

from __future__ import annotations

import pickle
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse
from sklearn import neural_network
from sklearn.exceptions import NotFittedError
from sklearn.utils._param_validation import InvalidParameterError

import rosenblatt

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    # NumPy's, before scikit-learn refuses the infinity that came of it.
    pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning"),
]

ROWS = 24
X = np.random.RandomState(0).rand(ROWS, 3)
LABELS = np.arange(ROWS) % 3
VALUES = X.sum(axis=1)
FITTING = {"MLPClassifier": LABELS, "MLPRegressor": VALUES}
ESTIMATORS = list(FITTING)


def make(name, module=rosenblatt, **parameters):
    return getattr(module, name)(
        **{"hidden_layer_sizes": (4,), "max_iter": 2, "random_state": 0} | parameters
    )


def outcome(do):
    """The exception of a call, or None."""
    try:
        do()
    except Exception as error:
        return error
    return None


def check_refused(do, reference, error, message):
    """Ours refuses it with this type and message, scikit-learn with this type."""
    with pytest.raises(error, match=message) as caught:
        do()
    assert isinstance(outcome(reference), error)
    return caught.value


def with_value(value, dtype=float):
    table = X.astype(dtype)
    table[5, 1] = value
    return table


BAD_X = {
    "one dimension": (X[:, 0], ValueError, "Expected 2D array, got 1D"),
    "three dimensions": (X[:, :, None], ValueError, "dim 3"),
    "a number": (3.0, ValueError, "Expected 2D array, got scalar"),
    "None": (None, ValueError, "Expected 2D array, got scalar"),
    "no rows": (X[:0], ValueError, r"0 sample\(s\)"),
    "no columns": (X[:, :0], ValueError, r"0 feature\(s\)"),
    "empty list": ([], ValueError, "Expected 2D array"),
    "NaN": (with_value(np.nan), ValueError, "Input X contains NaN"),
    "NaN in float32": (with_value(np.nan, np.float32), ValueError, "Input X contains NaN"),
    "NaN in float16": (with_value(np.nan, np.float16), ValueError, "Input X contains NaN"),
    "infinity": (with_value(np.inf), ValueError, "Input X contains infinity"),
    "minus infinity": (with_value(-np.inf, np.float32), ValueError, "Input X contains infinity"),
    "integer too large for float64": (np.full((ROWS, 3), 10**400, object), OverflowError, "too large"),
    "strings": (np.full((ROWS, 3), "a"), ValueError, "could not convert string to float"),
    "bytes": (np.full((ROWS, 3), b"a"), ValueError, "could not convert string to float"),
    "objects that are no numbers": (with_value("a", object), ValueError, "could not convert string"),
    "objects of another kind": (with_value(object(), object), TypeError, "must be a string or a real number"),
    "None among objects": (with_value(None, object), ValueError, "Input X contains NaN"),
    "complex": (X + 1j, ValueError, "Complex data not supported"),
    "ragged": ([[1, 2], [3]] * 12, ValueError, "inhomogeneous"),
    "matrix": (X.view(np.matrix), TypeError, "np.matrix is not supported"),
    "dict": ({"a": 1}, (TypeError, ValueError), "must be a string or a real number"),
}


@pytest.mark.parametrize("case", BAD_X)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_bad_x(name, case):
    given, error, message = BAD_X[case]
    y = FITTING[name]
    ours = make(name)
    check_refused(
        lambda: ours.fit(given, y),
        lambda: make(name, neural_network).fit(given, y),
        error,
        message,
    )
    assert not hasattr(ours, "coefs_")

    ours, theirs = make(name).fit(X, y), make(name, neural_network).fit(X, y)
    check_refused(lambda: ours.predict(given), lambda: theirs.predict(given), error, message)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_numbers_too_large_for_float64(name):
    given = X.astype(np.longdouble) * np.finfo(np.longdouble).max
    model = make(name).fit(X, FITTING[name])
    for do in (model.fit, lambda rows, _: model.predict(rows)):
        with pytest.raises(ValueError, match="infinity or a value too large for dtype"):
            do(given, FITTING[name])


BAD_Y = {
    "too short": ("both", LABELS[:-1], ValueError, r"inconsistent numbers of samples: \[24, 23\]"),
    "too long": ("both", np.r_[LABELS, 0], ValueError, r"inconsistent numbers of samples: \[24, 25\]"),
    "None": ("both", None, ValueError, "requires y to be passed"),
    "NaN": ("both", np.where(VALUES > 1.5, np.nan, 1.0), ValueError, "Input y contains NaN"),
    "infinity": ("both", np.where(VALUES > 1.5, np.inf, 1.0), ValueError, "Input y contains infinity"),
    "complex": ("both", LABELS + 1j, ValueError, "Complex data not supported"),
    "three dimensions": ("both", np.zeros((ROWS, 2, 2)), ValueError, "dim 3"),
    "no columns": ("both", np.zeros((ROWS, 0)), ValueError, r"0 feature\(s\)"),
    "a number": ("both", 3, (TypeError, ValueError), None),
    "continuous": ("MLPClassifier", VALUES, ValueError, "Unknown label type"),
    "several values in columns": ("MLPClassifier", X, ValueError, "Unknown label type"),
    "sets": ("MLPClassifier", [{1}, {2}] * 12, ValueError, "Unknown label type"),
    "bytes": ("MLPClassifier", np.array([b"a", b"b"] * 12), (TypeError, FutureWarning), "bytes"),
    "mixed objects": ("MLPClassifier", np.array(["a", 1] * 12, object), TypeError, "not supported between"),
    "NaN among strings": ("MLPClassifier", np.array(["a", np.nan] * 12, object), ValueError, "NaN"),
    "NaN among objects": ("MLPRegressor", np.array([1, np.nan] * 12, object), ValueError, "NaN"),
}


@pytest.mark.parametrize(
    ("name", "case"),
    [
        (name, case)
        for case, (which, *_) in BAD_Y.items()
        for name in (ESTIMATORS if which == "both" else [which])
    ],
)
def test_bad_y(name, case):
    _, y, error, message = BAD_Y[case]
    ours = make(name)
    check_refused(
        lambda: ours.fit(X, y),
        lambda: make(name, neural_network).fit(X, y),
        error,
        message,
    )
    assert not hasattr(ours, "coefs_")


def test_strings_for_a_regression():
    """scikit-learn lets a TypeError of a NumPy function through; this one names the string."""
    y = np.array(["a", "b"] * 12)
    with pytest.raises(ValueError, match="could not convert string to float"):
        make("MLPRegressor").fit(X, y)
    with pytest.raises(TypeError):
        make("MLPRegressor", neural_network).fit(X, y)


def test_sparse_labels_train_like_dense_ones():
    y = np.c_[LABELS == 0, LABELS < 2, LABELS > 0].astype(int)
    dense, sparse = make("MLPClassifier").fit(X, y), make("MLPClassifier").fit(X, scipy.sparse.csr_array(y))
    assert sparse.loss_curve_ == dense.loss_curve_
    np.testing.assert_array_equal(sparse.predict(X), dense.predict(X))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_prediction_with_other_columns(name):
    ours, theirs = (make(name, module).fit(X, FITTING[name]) for module in (rosenblatt, neural_network))
    for given in (X[:, :2], np.hstack([X, X])):
        check_refused(
            lambda given=given: ours.predict(given),
            lambda given=given: theirs.predict(given),
            ValueError,
            rf"X has {given.shape[1]} features, but {name} is expecting 3 features",
        )


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("MLPClassifier", "predict"),
        ("MLPClassifier", "predict_proba"),
        ("MLPClassifier", "predict_log_proba"),
        ("MLPRegressor", "predict"),
    ],
)
def test_prediction_before_fit(name, method):
    for given in (X, X[:, 0], None):
        check_refused(
            lambda given=given: getattr(make(name), method)(given),
            lambda given=given: getattr(make(name, neural_network), method)(given),
            NotFittedError,
            f"This {name} instance is not fitted yet",
        )


# Every parameter out of its range or of a wrong type.
BAD_PARAMETERS = {
    "hidden_layer_sizes": [0, -1, 2.5, "a", "10", None, object()],
    "activation": ["softmax", "ReLU", "", None, 1],
    "solver": ["Adam", "newton", None, 1],
    "alpha": [-1e-9, np.nan, np.inf, "0.1", None, [0.1]],
    "batch_size": [0, -1, 2.5, "all", None],
    "learning_rate": ["fast", None, 0.1],
    "learning_rate_init": [0, -1, np.nan, np.inf, "0.1", None],
    "power_t": [-1, np.nan, "1", None],
    "max_iter": [0, -1, 2.0, "10", None, np.inf],
    "shuffle": [1, None, "yes"],
    "random_state": [-1, 2**32, 0.5, "a", np.random.default_rng(0)],
    "tol": [-1, np.nan, "0", None],
    "verbose": [-1, "a", None],
    "warm_start": [1, None, "no"],
    "momentum": [-0.1, 1.1, np.nan, None, "0.9"],
    "nesterovs_momentum": [1, None, "no"],
    "early_stopping": [1, None, "no"],
    "validation_fraction": [-0.1, 1, 1.5, np.nan, None],
    "beta_1": [-0.1, 1, np.nan, None],
    "beta_2": [-0.1, 1, np.nan, None],
    "epsilon": [0, -1, np.nan, None],
    "n_iter_no_change": [0, -1, 2.5, -np.inf, np.nan, None, "10"],
    "max_fun": [0, -1, 2.5, np.inf, None, "10"],
}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [(parameter, value) for parameter, values in BAD_PARAMETERS.items() for value in values],
    ids=lambda value: "object" if type(value) is object else str(value),  # its address changes
)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_bad_parameters(name, parameter, value):
    ours, theirs = (make(name, module, **{parameter: value}) for module in (rosenblatt, neural_network))
    y = FITTING[name]
    error = check_refused(
        lambda: ours.fit(X, y),
        lambda: theirs.fit(X, y),
        InvalidParameterError,
        f"The '{parameter}' parameter of {name} must be",
    )
    assert isinstance(error, ValueError)
    assert not hasattr(ours, "coefs_")


# scikit-learn says TypeError for some of these, a by-product of NumPy that names neither parameter nor value.
BAD_LAYERS = [
    (0,),
    (-1,),
    (5, 0, 5),
    (2.5,),
    (5, 2.0),
    ((2,), (3,)),
    [[2, 3]],
    ("4",),
    (None,),
    (np.nan,),
    (Fraction(5, 2),),
    np.array([4.0]),
    np.array([[4, 5]]),
    np.array([], float).reshape(1, 0),
    {"a": 4},
    10**30,
    (10**30,),
    (5, 2**64),
]


@pytest.mark.parametrize("sizes", BAD_LAYERS, ids=str)
def test_bad_hidden_layer_sizes(sizes):
    with pytest.raises(ValueError, match="hidden_layer_sizes"):
        make("MLPClassifier", hidden_layer_sizes=sizes).fit(X, LABELS)
    theirs = outcome(lambda: make("MLPClassifier", neural_network, hidden_layer_sizes=sizes).fit(X, LABELS))
    assert isinstance(theirs, ValueError | TypeError | IndexError | OverflowError | MemoryError)


@pytest.mark.parametrize(
    "sizes",
    [10**12, (10**12,), (10**18,), (10**18, 10**18), (2**61,), (2**62, 4), (2**63 - 1,), (10**9, 10**9)],
    ids=str,
)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_layers_too_large_for_any_memory(name, sizes):
    model = make(name, hidden_layer_sizes=sizes)
    with pytest.raises((MemoryError, ValueError), match=r"memory|too large"):
        model.fit(X, FITTING[name])
    # The process is as well as before.
    model.set_params(hidden_layer_sizes=(3,)).fit(X, FITTING[name])
    assert np.isfinite(model.loss_)


@pytest.mark.parametrize(
    "parameters",
    [
        {"max_iter": 10**30, "tol": 10.0, "n_iter_no_change": 1},
        {"max_iter": 2**63, "tol": 10.0, "n_iter_no_change": 1},
        {"n_iter_no_change": 10**30},
        {"tol": 1e308},
        {"epsilon": 1e308},
    ],
    ids=str,
)
def test_very_large_parameters_that_are_allowed(parameters):
    ours, theirs = (make("MLPClassifier", module, **parameters) for module in (rosenblatt, neural_network))
    assert ours.fit(X, LABELS).n_iter_ == theirs.fit(X, LABELS).n_iter_


@pytest.mark.parametrize("parameter", ["alpha", "learning_rate_init", "tol", "power_t", "epsilon"])
def test_integers_that_are_no_float(parameter):
    """The number is in the range, but there is no float64 of it."""
    parameters = {"solver": "sgd", parameter: 10**400}
    with pytest.raises((ValueError, OverflowError), match=r"too large|must be"):
        make("MLPClassifier", **parameters).fit(X, LABELS)


def test_a_batch_larger_than_any_integer():
    with pytest.warns(UserWarning, match="larger than the 24 rows"):
        model = make("MLPClassifier", batch_size=10**30).fit(X, LABELS)
    assert model.loss_curve_ == make("MLPClassifier", batch_size=ROWS).fit(X, LABELS).loss_curve_


@pytest.mark.parametrize(
    ("fraction", "message"), [(0.0, "test_size"), (0.01, "too small"), (0.04, "too small")]
)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_too_few_rows_to_validate_on(name, fraction, message):
    # With one class only nothing is stratified, which would need a row of each class.
    with pytest.raises(ValueError, match=message):
        make(name, early_stopping=True, validation_fraction=fraction).fit(X, np.ones(ROWS))


def test_a_single_row_cannot_be_split():
    with pytest.raises(ValueError, match="train set will be empty"):
        make("MLPRegressor", early_stopping=True).fit(X[:1], VALUES[:1])


def test_a_class_with_one_row_cannot_be_stratified():
    y = np.r_[1, np.zeros(ROWS - 1)]
    ours, theirs = (make("MLPClassifier", m, early_stopping=True) for m in (rosenblatt, neural_network))
    check_refused(lambda: ours.fit(X, y), lambda: theirs.fit(X, y), ValueError, "class")


@pytest.mark.parametrize(
    ("y", "error"),
    [
        (LABELS[:12], None),
        (LABELS + 1, "same classes"),
        (LABELS % 2, "same classes"),
        (np.c_[LABELS == 0, LABELS == 1, LABELS == 2].astype(int), r"output\(s\) for classes, but y"),
    ],
    ids=["fewer_rows", "other_classes", "a_class_missing", "multilabel"],
)
def test_warm_start_with_other_classes(y, error):
    ours, theirs = (
        make("MLPClassifier", m, warm_start=True).fit(X, LABELS) for m in (rosenblatt, neural_network)
    )
    if error is None:
        ours.fit(X[: len(y)], y)
        return
    check_refused(lambda: ours.fit(X, y), lambda: theirs.fit(X, y), ValueError, error)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_warm_start_with_other_layers_or_columns(name):
    ours = make(name, warm_start=True).fit(X, FITTING[name])
    with pytest.raises(ValueError, match="X has 2 features, but"):
        ours.fit(X[:, :2], FITTING[name])
    with pytest.raises(ValueError, match=r"\[3, 4, \d\], but hidden_layer_sizes and y ask for \[3, 5, \d\]"):
        ours.set_params(hidden_layer_sizes=(5,)).fit(X, FITTING[name])
    assert ours.coefs_[0].shape == (3, 4)


def test_warm_start_with_other_outputs():
    ours = make("MLPRegressor", warm_start=True).fit(X, VALUES)
    with pytest.raises(ValueError, match=r"\[3, 4, 1\], but .* \[3, 4, 2\]"):
        ours.fit(X, np.c_[VALUES, VALUES])


def test_wrong_parameters_by_name():
    for module in (rosenblatt, neural_network):
        with pytest.raises(TypeError, match="unexpected keyword"):
            make("MLPClassifier", module, hidden_layers=3)
        with pytest.raises(ValueError, match="Invalid parameter"):
            make("MLPClassifier", module).set_params(hidden_layers=3)


def test_a_pickle_that_was_cut_off():
    whole = pickle.dumps(make("MLPClassifier").fit(X, LABELS))
    with pytest.raises((pickle.UnpicklingError, EOFError)):
        pickle.loads(whole[: len(whole) // 2])
