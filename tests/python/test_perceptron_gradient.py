"""Perceptron.gradient_check: right where the core is right, and only there."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_digits, load_iris

from rosenblatt import Perceptron, _core

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RANDOM = np.random.RandomState(0)
IRIS, KINDS = load_iris(return_X_y=True)
INTEGERS = RANDOM.randint(-5, 6, (60, 8)).astype(float)  # rows that lie on the bend
TABLES = {
    "iris": (IRIS, KINDS),
    "two of iris": (IRIS[:100], KINDS[:100]),
    "integers": (INTEGERS, RANDOM.randint(0, 2, 60)),
}


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix, np.float32], ids=["dense", "sparse", "float32"])
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"fit_intercept": False},
        {"class_weight": "balanced"},
        {"class_weight": {0: 0.3, 1: 2.0}},
        {"penalty": "l1", "alpha": 0.05},
        {"penalty": "l2", "alpha": 0.05},
        {"penalty": "l2", "alpha": 1.5, "fit_intercept": False},
        {"penalty": "elasticnet", "alpha": 0.05, "l1_ratio": 0.4, "class_weight": "balanced"},
        {"eta0": 7.0, "penalty": "elasticnet"},
    ],
    ids=str,
)
def test_the_rule_is_a_subgradient(table, parameters, form):
    X, y = TABLES[table]
    model = Perceptron(max_iter=3, **parameters)
    weights = np.random.RandomState(1).uniform(size=len(y))
    for sample_weight in (None, weights):
        assert model.gradient_check(form(X), y, sample_weight) < 1e-5
    model.fit(form(X), y)
    for sample_weight in (None, weights):
        assert model.gradient_check(form(X), y, sample_weight) < 1e-5
    assert model.sparsify().gradient_check(form(X), y) < 1e-5


def test_images_bytes_and_more_shapes():
    X, y = load_digits(return_X_y=True)
    X, y = X[:150], y[:150]
    for given in (X, X.astype(np.uint8), sp.csc_array(X), np.asfortranarray(X), X.tolist()):
        assert Perceptron(max_iter=2).fit(given, y).gradient_check(given, y) < 1e-5
    twice = sp.csr_array((np.ones(6), [0, 0, 1, 1, 1, 0], [0, 2, 4, 6]), (3, 2))
    assert Perceptron(penalty="l1").gradient_check(twice, [0, 1, 1]) < 1e-5


@pytest.mark.parametrize("name", ["penalty", "alpha", "weight_positive", "fit_intercept", "eta0", "l1_ratio"])
def test_a_wrong_rule_is_found(monkeypatch, name):
    """The core is told another value of an option than the objective knows of."""
    train = _core.train_perceptron
    other = {
        "penalty": None,
        "alpha": 0.06,
        "weight_positive": 1.1,
        "fit_intercept": False,
        "eta0": 1e-5,
        "l1_ratio": 0.2,
    }[name]
    monkeypatch.setattr(
        _core, "train_perceptron", lambda *args, **options: train(*args, **{**options, name: other})
    )
    assert Perceptron(penalty="elasticnet", alpha=0.05).gradient_check(*TABLES["integers"]) > 1e-3


@pytest.mark.parametrize("fitted", [False, True])
def test_nothing_changes(fitted):
    X, y = TABLES["iris"]
    random = np.random.RandomState(5)
    model = Perceptron(random_state=random, penalty="l2")
    if fitted:
        model.fit(X, y)
    before, state = pickle.dumps(model), random.get_state()
    first = model.gradient_check(X, y)
    assert pickle.dumps(model) == before
    np.testing.assert_array_equal(random.get_state()[1], state[1])
    assert model.gradient_check(X, y) == first


def test_bad_arguments():
    X, y = TABLES["iris"]
    model = Perceptron().fit(X, y)
    for arguments in (
        (X[:, 1:], y),
        (X, y[1:]),
        (X, y + 1),
        (X, y, [1.0]),
        (X * np.nan, y),
    ):
        with pytest.raises(ValueError, match=r"features|inconsistent|classes|sample_weight|NaN"):
            model.gradient_check(*arguments)
    with pytest.raises(ValueError, match="greater than one"):
        Perceptron().gradient_check(X, np.ones(150))
    with pytest.raises(ValueError, match="alpha"):
        Perceptron(alpha=-1).gradient_check(X, y)
