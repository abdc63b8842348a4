"""Number by number against scikit-learn: the same seed gives the same training."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

import rosenblatt

# Most of these trainings are cut off after 20 epochs, and some batches are larger than the data.
pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:.*batch_size.*:UserWarning"),
]

EPOCHS = 20
DIGITS, NUMBERS = load_digits(return_X_y=True)
DIGITS = DIGITS / 16

_BITS = (NUMBERS[:, None] >> np.arange(4)) & 1
_INK = DIGITS.mean(axis=1)
TARGETS = {
    "binary": NUMBERS > 4,
    "multiclass": NUMBERS,
    "multilabel": _BITS,
    "regression": NUMBERS / 10,
    "regression3": np.column_stack([NUMBERS / 10, _INK, _INK - _BITS[:, 0]]),
}
CLASSES = ("binary", "multiclass", "multilabel")
RATES = {"sgd": 0.01, "adam": 0.01}


def both(kind: str, **parameters: Any) -> tuple[Any, Any]:
    """Our estimator and scikit-learn's, not yet fitted."""
    name = "MLPClassifier" if kind in CLASSES else "MLPRegressor"
    parameters = {"hidden_layer_sizes": (30, 20), "max_iter": EPOCHS, "random_state": 0} | parameters
    parameters.setdefault("learning_rate_init", RATES[parameters.get("solver", "adam")])
    return getattr(rosenblatt, name)(**parameters), getattr(neural_network, name)(**parameters)


def check_same(ours: Any, theirs: Any, kind: str, dtype: type) -> None:
    """All that fit leaves behind, and predictions for all 1797 digits."""
    is_double = dtype is np.float64
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.t_ == theirs.t_
    assert ours.out_activation_ == theirs.out_activation_
    assert (ours.n_layers_, ours.n_outputs_) == (theirs.n_layers_, theirs.n_outputs_)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-6 if is_double else 1e-3)
    tolerance = {"rtol": 1e-6, "atol": 1e-8} if is_double else {"rtol": 1e-2, "atol": 2e-3}
    if theirs.early_stopping:
        np.testing.assert_allclose(ours.validation_scores_, theirs.validation_scores_, **tolerance)
        assert ours.best_validation_score_ == pytest.approx(theirs.best_validation_score_, rel=1e-2)
        assert ours.best_loss_ is None
    else:
        assert ours.best_loss_ == pytest.approx(theirs.best_loss_, rel=1e-6 if is_double else 1e-3)
        assert ours.validation_scores_ is ours.best_validation_score_ is None
    same = []
    for mine, wanted in zip(
        [*ours.coefs_, *ours.intercepts_], [*theirs.coefs_, *theirs.intercepts_], strict=True
    ):
        assert mine.dtype == wanted.dtype == dtype
        assert mine.shape == wanted.shape
        same.extend(np.isclose(mine, wanted, **tolerance).ravel())
    # Adam makes a whole step even of a gradient that is only rounding: in float32 a weight may differ.
    assert np.mean(same) >= (1.0 if is_double else 0.99)
    check_same_predictions(ours, theirs, kind, dtype)


def check_same_predictions(ours: Any, theirs: Any, kind: str, dtype: type) -> None:
    X = DIGITS.astype(dtype)
    mine, wanted = ours.predict(X), theirs.predict(X)
    assert mine.shape == wanted.shape
    assert mine.dtype == wanted.dtype
    if kind in CLASSES:
        # In float32 scikit-learn 1.6 itself answers 0.2 % otherwise than it does in float64.
        assert np.mean(mine == wanted) >= (0.999 if dtype is np.float64 else 0.998)
        np.testing.assert_array_equal(ours.classes_, theirs.classes_)
        mine, wanted = ours.predict_proba(X), theirs.predict_proba(X)
    if dtype is np.float64:
        np.testing.assert_allclose(mine, wanted, rtol=1e-6, atol=1e-8)
    else:
        assert np.isclose(mine, wanted, rtol=1e-2, atol=2e-3).mean() >= 0.98


def compare(kind: str, dtype: type = np.float64, rows: int = 300, **parameters: Any) -> None:
    ours, theirs = both(kind, **parameters)
    X, y = DIGITS[:rows].astype(dtype), TARGETS[kind][:rows]
    check_same(ours.fit(X, y), theirs.fit(X, y), kind, dtype)


@pytest.mark.parametrize("shuffle", [True, False], ids=["shuffled", "in_order"])
@pytest.mark.parametrize("early_stopping", [False, True], ids=["to_the_end", "early_stopping"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_same_training(solver, activation, kind, dtype, early_stopping, shuffle):
    compare(kind, dtype, solver=solver, activation=activation, early_stopping=early_stopping, shuffle=shuffle)


@pytest.mark.parametrize("batch_size", [1, 7, 64, 1000])
@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_same_with_any_batch(solver, kind, batch_size):
    compare(kind, rows=60, solver=solver, batch_size=batch_size)


@pytest.mark.parametrize("hidden", [(), (1,), (7, 1, 5), (130,)], ids=str)
@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_same_with_any_layers(solver, kind, hidden):
    compare(kind, solver=solver, hidden_layer_sizes=hidden, activation="tanh")


@pytest.mark.parametrize(
    "momentum",
    [
        {"momentum": 0},
        {"momentum": 0.9, "nesterovs_momentum": False},
        {"momentum": 0.9, "nesterovs_momentum": True},
        {"momentum": 1, "learning_rate_init": 1e-3},
    ],
    ids=["without", "plain", "nesterov", "one"],
)
@pytest.mark.parametrize(
    "schedule",
    [
        {"learning_rate": "constant"},
        {"learning_rate": "invscaling", "power_t": 0.3},
        # A stall every third epoch: the rate is divided by 5 again and again, down to the end.
        {"learning_rate": "adaptive", "tol": 0.5, "n_iter_no_change": 2, "max_iter": 60},
    ],
    ids=["constant", "invscaling", "adaptive"],
)
@pytest.mark.parametrize("kind", ["multiclass", "regression3"])
def test_same_with_any_schedule_of_sgd(kind, schedule, momentum):
    compare(kind, solver="sgd", **schedule, **momentum)


@pytest.mark.parametrize(
    "parameters",
    [
        {"beta_1": 0, "beta_2": 0},
        {"beta_1": 0.5, "beta_2": 0.9},
        {"epsilon": 0.1},
        {"alpha": 0},
        {"alpha": 1},
        {"learning_rate": "adaptive", "tol": 0.5, "n_iter_no_change": 2},
        {"tol": 0.1, "n_iter_no_change": 1, "max_iter": 100},
        {"n_iter_no_change": np.inf, "tol": 10},
        {"early_stopping": True, "tol": 0.01, "n_iter_no_change": 2, "max_iter": 100},
        {"early_stopping": True, "validation_fraction": 0.4},
    ],
    ids=lambda p: ",".join(f"{k}={v}" for k, v in p.items()),
)
@pytest.mark.parametrize("kind", TARGETS)
def test_same_with_any_parameters(kind, parameters):
    compare(kind, **parameters)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_same_going_on_warm(solver, kind):
    ours, theirs = both(kind, solver=solver, warm_start=True, learning_rate="invscaling")
    X, y = DIGITS[:300], TARGETS[kind][:300]
    for _ in range(3):
        ours.fit(X, y)
        theirs.fit(X, y)
    assert len(ours.loss_curve_) > ours.n_iter_
    check_same(ours, theirs, kind, np.float64)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_same_going_on_warm_with_early_stopping(solver, kind):
    """Only curves are compared: scikit-learn trains its saved best parameters on and so loses them."""
    ours, theirs = both(kind, solver=solver, warm_start=True, early_stopping=True)
    X, y = DIGITS[:300], TARGETS[kind][:300]
    for _ in range(2):
        ours.fit(X, y)
        theirs.fit(X, y)
    assert len(ours.loss_curve_) > ours.n_iter_
    assert ours.n_iter_ == theirs.n_iter_
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-6)
    np.testing.assert_allclose(ours.validation_scores_, theirs.validation_scores_, rtol=1e-6)
    assert ours.best_validation_score_ == max(ours.validation_scores_)


def test_same_with_a_single_class():
    ours, theirs = both("multiclass")
    X, y = DIGITS[:50], np.full(50, 3)
    np.testing.assert_allclose(ours.fit(X, y).loss_curve_, theirs.fit(X, y).loss_curve_, rtol=1e-6)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


def test_same_with_labels_of_any_two_values_in_a_table():
    """scikit-learn takes whatever is not 0 for 1."""
    for values in ((0, 5), (-1, 0), (-1, 1)):
        y = np.where(_BITS[:300] == 1, values[1], values[0])
        ours, theirs = both("multilabel")
        np.testing.assert_allclose(
            ours.fit(DIGITS[:300], y).loss_curve_, theirs.fit(DIGITS[:300], y).loss_curve_, rtol=1e-6
        )


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0, 1e6])
def test_same_validation_score_where_targets_do_not_vary(value):
    """R² has no denominator then: scikit-learn says 0, or 1 where the prediction is exact."""
    ours, theirs = both("regression", early_stopping=True, max_iter=3)
    X, y = DIGITS[:60], np.full(60, value)
    assert ours.fit(X, y).validation_scores_ == theirs.fit(X, y).validation_scores_


@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_same_warning_when_training_ends_too_early(kind):
    messages = []
    for model in both(kind, max_iter=2):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.fit(DIGITS[:50], TARGETS[kind][:50])
        messages.append([(warning.category, str(warning.message)) for warning in caught])
    assert messages[0] == messages[1]
    assert messages[0][0][0] is ConvergenceWarning


@pytest.mark.parametrize(
    "parameters",
    [
        {"max_iter": 3},
        {"tol": 1.0, "n_iter_no_change": 2},
        {"early_stopping": True, "tol": 1.0, "n_iter_no_change": 2},
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 1.0, "n_iter_no_change": 2, "max_iter": 12},
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 1.0, "n_iter_no_change": 2, "max_iter": 99},
        # The last epoch is the one in which the rate is lowered.
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 1.0, "n_iter_no_change": 2, "max_iter": 4},
        {
            "solver": "sgd",
            "learning_rate": "adaptive",
            "early_stopping": True,
            "tol": 2.0,
            "n_iter_no_change": 2,
            "max_iter": 99,
        },
    ],
    ids=lambda p: ",".join(f"{k}={v}" for k, v in p.items()),
)
@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_verbose_prints_the_same_lines(kind, parameters, capsys):
    printed = []
    for model in both(kind, verbose=True, **parameters):
        model.fit(DIGITS[:60], TARGETS[kind][:60])
        printed.append(capsys.readouterr().out)
    assert "Iteration 1, loss = " in printed[0]
    assert printed[0] == printed[1]
