"""Shallow neural networks: trained at full speed on the CPU, and open to be looked into.

`MLPClassifier`, `MLPRegressor` and `Perceptron` take the place of scikit-learn's estimators of
these names; `Network` is the textbook's network, whose every number can be set and seen.

Examples
--------
>>> from rosenblatt import MLPClassifier, datasets
>>> X, y = datasets.logic("xor")
>>> model = MLPClassifier((4,), activation="tanh", solver="sgd", learning_rate_init=0.5, alpha=0.0,
...                       tol=0.0, n_iter_no_change=1000, max_iter=1000, random_state=0)
>>> import warnings
>>> with warnings.catch_warnings(action="ignore"):  # it need not converge to be right
...     model.fit(X, y).predict(X)
array([0, 1, 1, 0])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rosenblatt import callbacks, datasets, export, io, plot, schedules
    from rosenblatt._core import active_isa, available_isas
    from rosenblatt.linear_separation import separability
    from rosenblatt.mlp_classifier import MLPClassifier
    from rosenblatt.mlp_regressor import MLPRegressor
    from rosenblatt.network import Network
    from rosenblatt.perceptron import Perceptron
    from rosenblatt.rule_trace import perceptron_trace

__all__ = [
    "MLPClassifier",
    "MLPRegressor",
    "Network",
    "Perceptron",
    "__version__",
    "active_isa",
    "available_isas",
    "callbacks",
    "datasets",
    "export",
    "io",
    "perceptron_trace",
    "plot",
    "schedules",
    "separability",
]

# scikit-learn's import takes about a second: each name is fetched when it is first used.
_HOME = {
    "MLPClassifier": "rosenblatt.mlp_classifier",
    "MLPRegressor": "rosenblatt.mlp_regressor",
    "Network": "rosenblatt.network",
    "Perceptron": "rosenblatt.perceptron",
    "active_isa": "rosenblatt._core",
    "available_isas": "rosenblatt._core",
    "perceptron_trace": "rosenblatt.rule_trace",
    "separability": "rosenblatt.linear_separation",
}
_MODULES = ("callbacks", "datasets", "export", "io", "plot", "schedules")


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    elif name in _MODULES:
        value = import_module(f"rosenblatt.{name}")
    elif name == "__version__":
        from importlib.metadata import version

        value = version("rosenblatt")
    else:
        raise AttributeError(f"module 'rosenblatt' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
