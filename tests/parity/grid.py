"""All cells: for each solver and dtype, or penalty and dtype, any two other values that may meet do."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from sklearn import neural_network

from parity.cells import CLASSES, Network, Perceptron
from parity.cover import Setting, cover

# Since 1.7 scikit-learn's networks take sample weights and learn Poisson's loss.
HAS_WEIGHTS_AND_POISSON = "loss" in inspect.signature(neural_network.MLPRegressor).parameters

Dimensions = dict[str, tuple[Any, ...]]

DTYPES = ("float64", "float32")

# The first value of a dimension is the plain one: it meets all values of the others.
_ANY_SOLVER: Dimensions = {
    "target": (*CLASSES, "regression", "poisson", "several_poisson"),
    "activation": ("relu", "identity", "logistic", "tanh"),
    "hidden": ((20,), (16, 8), ()),
    "alpha": (1e-4, 0.0, 0.1),
    "storage": ("dense", "csr", "csc"),
    "sample_weight": ("none", "positive", "some_zero"),
}
_STOCHASTIC: Dimensions = {
    **_ANY_SOLVER,
    "target": (*_ANY_SOLVER["target"], "several_outputs"),
    "stopping": ("never", "tol", "early_stopping"),
    "calls": ("fit", "warm_start", "partial_fit"),
    "batch_size": ("auto", 1, 7, 32, 1000),
    "shuffle": (True, False),
}
_SGD: Dimensions = {
    **_STOCHASTIC,
    "learning_rate": ("constant", "invscaling", "adaptive"),
    "momentum": ("nesterov", "plain", "none"),
}
_ADAM: Dimensions = {**_STOCHASTIC, "betas": ((0.9, 0.999), (0.5, 0.9))}
_LBFGS: Dimensions = {
    **_ANY_SOLVER,
    # Given float32, scikit-learn's line search compares losses of float32: with 1e-4 as the plain value, a
    # unit in the last place of the initial parameters changed its own losses by up to 2e-3; now by 4e-5.
    "alpha": (10.0, 0.0, 1.0),
    "stopping": ("never", "tol", "max_fun"),
    "calls": ("fit", "warm_start"),
}
# With several outputs, scikit-learn gives L-BFGS a loss and a gradient that do not belong together. The
# steps differ, and what counts is where they lead; with so large a penalty, to one minimum.
_TO_THE_MINIMUM: Dimensions = {
    **{name: _ANY_SOLVER[name] for name in ("activation", "storage", "sample_weight")},
    "hidden": ((20,), ()),
    "target": ("several_outputs",),
    "stopping": ("minimum",),
    "alpha": (10.0,),
}
_PERCEPTRON: Dimensions = {
    "target": ("binary", "multiclass"),
    "storage": ("dense", "csr", "csc"),
    "sample_weight": ("none", "positive", "some_zero"),
    "calls": ("fit", "warm_start", "partial_fit"),
    "early_stopping": (False, True),
    "shuffle": (True, False),
    "fit_intercept": (True, False),
}

# partial_fit makes one epoch and refuses early stopping; a batch of one row without weight has no mean.
_APART: list[set[Setting]] = [
    {("calls", "partial_fit"), ("stopping", "early_stopping")},
    {("calls", "partial_fit"), ("early_stopping", True)},
    {("sample_weight", "some_zero"), ("batch_size", 1)},
]
_SINCE_1_7: list[Setting] = [
    *(("target", name) for name in ("poisson", "several_poisson")),
    *(("sample_weight", name) for name in ("positive", "some_zero")),
]


def may_meet(one: Setting, other: Setting) -> bool:
    return {one, other} not in _APART


def dimensions_of(cell: Network | Perceptron) -> Dimensions:
    """What is varied among the cells around it, with all values."""
    if isinstance(cell, Perceptron):
        return _PERCEPTRON
    if cell.stopping == "minimum":
        return _TO_THE_MINIMUM
    return {"sgd": _SGD, "adam": _ADAM, "lbfgs": _LBFGS}[cell.solver]


def all_cells(with_weights_and_poisson: bool = HAS_WEIGHTS_AND_POISSON) -> list[Network | Perceptron]:
    """The whole grid, or what of it scikit-learn 1.6 can do."""
    return [*networks(with_weights_and_poisson), *perceptrons()]


def networks(with_weights_and_poisson: bool = HAS_WEIGHTS_AND_POISSON) -> Iterator[Network]:
    for solver, full in (("sgd", _SGD), ("adam", _ADAM), ("lbfgs", _LBFGS), ("lbfgs", _TO_THE_MINIMUM)):
        dimensions = full if with_weights_and_poisson else _before_1_7(full)
        for dtype in DTYPES:
            for row in cover(dimensions, may_meet):
                yield Network(solver=solver, dtype=dtype, **row)


def perceptrons() -> Iterator[Perceptron]:
    for penalty in (None, "l2", "l1", "elasticnet"):
        for dtype in DTYPES:
            for row in cover(_PERCEPTRON, may_meet):
                yield Perceptron(penalty=penalty, dtype=dtype, **row)


def _before_1_7(dimensions: Dimensions) -> Dimensions:
    return {
        name: tuple(value for value in values if (name, value) not in _SINCE_1_7)
        for name, values in dimensions.items()
    }
