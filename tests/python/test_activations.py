"""The activations of hidden layers, one for all or one for each: gradients, exactness, what is refused."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse
from scipy.special import ndtr
from sklearn import neural_network
from sklearn.base import clone

from rosenblatt import MLPClassifier, MLPRegressor, _core
from rosenblatt.fitted_network import ACTIVATIONS
from rosenblatt.mlp_parameters import ACTIVATION_NAMES

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.RandomState(0).normal(size=(40, 3))
LABELS = np.random.RandomState(1).randint(3, size=40)
CASES = {
    "binary": (MLPClassifier, LABELS > 0),
    "multiclass": (MLPClassifier, LABELS),
    "multilabel": (MLPClassifier, np.eye(3, dtype=int)[LABELS]),
    "regression": (MLPRegressor, X[:, 0] * X[:, 1]),
}
NEW = sorted(ACTIVATION_NAMES - {"identity", "logistic", "tanh", "relu"})
MIXED = [("gelu", "tanh"), ("relu", "sin"), ("hardlimit", "softplus"), ("radial_basis", "leaky_relu")]


def make(case, **parameters):
    estimator, y = CASES[case]
    return estimator(**{"hidden_layer_sizes": (4, 3), "random_state": 0, "max_iter": 5} | parameters), y


def formula(name, n):
    """As docs/activations.md writes it."""
    sigmoid = 1 / (1 + np.exp(-n))
    return {
        "hardlimit": np.where(n >= 0, 1, 0),
        "symmetric_hardlimit": np.where(n >= 0, 1, -1),
        "leaky_relu": np.where(n > 0, n, n / 100),
        "elu": np.where(n > 0, n, np.exp(n) - 1),
        "selu": 1.0507009873554805 * np.where(n > 0, n, 1.6732632423543772 * (np.exp(n) - 1)),
        "gelu": n * ndtr(n),
        "silu": n * sigmoid,
        "softplus": np.log(1 + np.exp(n)),
        "softsign": n / (1 + np.abs(n)),
        "hard_sigmoid": np.clip(n / 6 + 1 / 2, 0, 1),
        "sin": np.sin(n),
        "radial_basis": np.exp(-(n**2)),
    }[name]


@pytest.mark.parametrize("name", NEW)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_predictions_are_the_formula(name, dtype):
    model, y = make("regression", activation=name)
    x = X.astype(dtype)
    model.fit(x, y)
    a = x
    for W, b in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        a = formula(name, b + a @ W)
    wanted = model.intercepts_[-1] + a @ model.coefs_[-1]
    np.testing.assert_allclose(model.predict(x), wanted.ravel(), rtol=0, atol=2e3 * np.finfo(dtype).eps)
    assert model.coefs_[0].dtype == dtype


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("hidden", "activation"),
    [
        *(((5,), name) for name in NEW),
        *(((4, 3), name) for name in NEW),
        *(((4, 3), names) for names in MIXED),
    ],
    ids=str,
)
def test_gradients_are_right_before_and_after_a_fit(case, hidden, activation):
    model, y = make(case, hidden_layer_sizes=hidden, activation=activation)
    assert model.gradient_check(X, y) < 1e-6
    model.fit(X, y)
    assert model.gradient_check(X, y) < 1e-6
    assert np.isfinite(model.loss_)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("name", sorted(set(NEW) - {"hardlimit", "symmetric_hardlimit"}))
def test_all_solvers_learn(name, solver):
    model, _ = make("binary", activation=name, solver=solver, learning_rate_init=0.02, max_iter=200)
    model.set_params(hidden_layer_sizes=(10, 5), batch_size=10 if solver != "lbfgs" else "auto")
    y = X @ [1, -1, 0.5] > 0
    assert model.fit(X, y).loss_ < 0.3
    assert all(np.isfinite(W).all() for W in model.coefs_)


@pytest.mark.parametrize("activation", [*NEW, *MIXED], ids=str)
def test_dense_sparse_and_any_number_of_threads_are_the_same(activation):
    model, y = make("multiclass", activation=activation, hidden_layer_sizes=(90, 70), batch_size=40)
    wide = np.tile(X, 40)
    models = [clone(model).set_params(n_threads=n).fit(wide, y) for n in (1, 2, 4)]
    for other in models[1:]:
        for W, V in zip(models[0].coefs_, other.coefs_, strict=True):
            np.testing.assert_array_equal(W, V)
    sparse = clone(model).fit(scipy.sparse.csr_array(wide), y)
    np.testing.assert_allclose(sparse.predict_proba(wide), models[0].predict_proba(wide), atol=1e-7)


@pytest.mark.parametrize("activation", [*NEW, *MIXED], ids=str)
def test_pickles_copies_and_edits(activation):
    model, y = make("multiclass", activation=activation)
    model.fit(X, y)
    loaded = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert loaded.network_.activations == model.network_.activations
    assert clone(model).activation == activation
    loaded.coefs_ = [W.copy() for W in loaded.coefs_]
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    model.partial_fit(X, y)
    loaded.partial_fit(X, y)
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    trace = model.network_.trace(X, np.eye(3)[y], eta=0)
    assert trace.verify().error < 1e-7


@pytest.mark.parametrize("name", ["identity", "logistic", "tanh", "relu"])
def test_a_list_of_one_name_is_that_name(name):
    model, y = make("multiclass", activation=name)
    listed = clone(model).set_params(activation=[name, name]).fit(X, y)
    theirs = neural_network.MLPClassifier((4, 3), name, random_state=0, max_iter=5).fit(X, y)
    for ours, W in zip(listed.coefs_, model.fit(X, y).coefs_, strict=True):
        np.testing.assert_array_equal(ours, W)
    np.testing.assert_allclose(listed.to_sklearn().predict_proba(X), theirs.predict_proba(X), atol=1e-12)
    assert listed.to_sklearn().activation == name


def test_the_layers_have_their_activations():
    model, y = make("binary", activation=("hardlimit", "radial_basis"))
    assert model.fit(X, y).network_.activations == ["HardLimit", "RadialBasis", "Sigmoid"]
    model.set_params(hidden_layer_sizes=(), activation=())
    assert model.fit(X, y).network_.activations == ["Sigmoid"]


def test_every_name_has_its_activation():
    """Those of hidden layers, and those that only a last layer has, each with one of the core's."""
    assert set(ACTIVATIONS) == ACTIVATION_NAMES | {"softmax", "exp", "ordered"}
    assert sorted(ACTIVATIONS.values()) == sorted(_core.activation_names())


# What is refused.


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (["relu"], "one for each of the 2 hidden layer.* got 1 names"),
        (("relu", "tanh", "elu"), "one for each of the 2 hidden layer.* got 3 names"),
        ((), "one for each of the 2 hidden layer.* got 0 names"),
        (["relu", "softmax"], "'softmax' among its names; expected some of elu, gelu"),
        (["relu", None], "None among its names"),
        ("Relu", "'activation' parameter"),
        (None, "'activation' parameter"),
    ],
)
@pytest.mark.parametrize("fitted", [False, True])
def test_wrong_activations(activation, message, fitted):
    model, y = make("binary", activation=("tanh", "tanh"))
    if fitted:
        model.fit(X, y)
    model.set_params(activation=activation)
    before = pickle.dumps(model)
    for call in (model.fit, model.partial_fit, model.gradient_check):
        with pytest.raises(ValueError, match=message):
            call(X, y)
        assert pickle.dumps(model) == before


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        ("gelu", "scikit-learn has no activation 'gelu'"),
        (["sin", "sin"], "scikit-learn has no activation 'sin'"),
        (("relu", "tanh"), r"one activation for all hidden layers, not \('relu', 'tanh'\)"),
    ],
)
def test_what_scikit_learn_lacks(activation, message):
    model, y = make("binary", activation=activation)
    for at in (model, clone(model).fit(X, y)):
        with pytest.raises(ValueError, match=message):
            at.to_sklearn()


# Rosenblatt's machine: association units that are never trained.


@pytest.mark.parametrize("name", ["hardlimit", "symmetric_hardlimit"])
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_hard_limits_keep_their_weights_and_the_last_layer_learns(name, solver):
    options = {"solver": solver, "hidden_layer_sizes": (60,), "activation": name, "alpha": 0}
    model = MLPClassifier(**options, random_state=0, learning_rate_init=0.1, max_iter=300)
    circle = np.random.RandomState(2).uniform(-1, 1, size=(200, 2))
    y = (circle**2).sum(axis=1) < 0.6
    drawn = clone(model).set_params(max_iter=1, solver="sgd", learning_rate_init=1e-300).fit(circle, y)
    model.fit(circle, y)
    np.testing.assert_array_equal(model.coefs_[0], drawn.coefs_[0])
    np.testing.assert_array_equal(model.intercepts_[0], drawn.intercepts_[0])
    assert np.ptp(model.intercepts_[0]) > 0
    assert not np.array_equal(model.coefs_[1], drawn.coefs_[1])
    assert np.isfinite(model.coefs_[1]).all()
    assert model.score(circle, y) > 0.95
