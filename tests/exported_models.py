"""Models of every kind that can be exported, with rows to try them on."""

from __future__ import annotations

import warnings

import numpy as np

from rosenblatt import MLPClassifier, MLPRegressor, Network, Perceptron

HIDDEN = [
    *("identity", "logistic", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus"),
    *("softsign", "hard_sigmoid", "sin", "radial_basis", "hardlimit", "symmetric_hardlimit"),
]
DTYPES = [np.float32, np.float64]


def rows(count, columns, dtype=np.float64, seed=1):
    return np.random.RandomState(seed).normal(size=(count, columns)).astype(dtype)


def _fit(model, X, y):
    with warnings.catch_warnings(action="ignore"):
        return model.fit(X, y)


def regressor(activation, dtype):
    """Of two hidden layers, with outputs that are no different in size."""
    X = rows(80, 5, dtype, 0)
    y = np.column_stack([X[:, 0] * X[:, 1], X[:, 2] + 2]).astype(dtype)
    return _fit(
        MLPRegressor(hidden_layer_sizes=(9, 7), activation=activation, max_iter=5, random_state=0), X, y
    )


def network(activation, dtype):
    """Every activation of the core, in a hidden layer and in the last one."""
    made = Network([4, 6, 5], activation, dtype=dtype, loss="squared_error")
    return made.initialize(0)


def grouped_network(activation, dtype):
    return Network([4, 6, 7], ["Tanh", activation], dtype=dtype, groups=[1, 4, 2]).initialize(0)


def _labels(kind):
    X = rows(90, 5, seed=0)
    y = np.argmax(X[:, :3] + 0.1, axis=1)
    if kind in ("two", "strings", "floats", "booleans"):
        y = (X[:, 0] + X[:, 1] > 0).astype(int)
    if kind == "strings":
        y = np.array(["no */ \\", 'j\u00e4 "/*??/'])[y]
    elif kind == "objects":
        y = np.array(["a", "b", "c"], dtype=object)[y]
    elif kind == "floats":
        y = np.array([-1.0, 2.0])[y]
    elif kind == "booleans":
        y = y > 0
    elif kind == "one":
        y = np.full(len(X), 7)
    elif kind == "labels":
        y = (X[:, :3] > 0).astype(int)
    elif kind == "several":
        y = np.column_stack([y + 3, (X[:, 3] > 0) * 5, np.zeros(len(X))]).astype(int)
    elif kind == "several kinds":
        y = np.column_stack([(y + 3).astype(object), np.where(X[:, 3] > 0, "yes", "no").astype(object)])
    return X, y


CLASSES = [
    "three",
    "two",
    "strings",
    "objects",
    "floats",
    "booleans",
    "one",
    "labels",
    "several",
    "several kinds",
]


def classifier(kind, loss="log_loss", dtype=np.float64):
    X, y = _labels(kind)
    model = MLPClassifier((8,), "tanh", loss=loss, learning_rate_init=0.05, max_iter=60, random_state=0)
    return _fit(model, X.astype(dtype), y)


def perceptron(kind, dtype=np.float64):
    X, y = _labels(kind)
    return _fit(Perceptron(), X.astype(dtype), y)


def poisson(dtype=np.float64):
    X = rows(80, 5, dtype, 0)
    return _fit(MLPRegressor("poisson", (8,), max_iter=20, random_state=0), X, np.exp(X[:, 0]).astype(dtype))


def quantiles(outputs, dtype=np.float64):
    X = rows(80, 5, dtype, 0)
    y = X[:, 0] if outputs == 1 else X[:, :outputs]
    model = MLPRegressor("quantile", (8,), quantile=(0.1, 0.5, 0.9), max_iter=20, random_state=0)
    return _fit(model, X, y)


REGRESSORS = {
    "poisson": poisson,
    "quantiles": lambda dtype: quantiles(1, dtype),
    "table": lambda dtype: quantiles(2, dtype),
}
