"""The perceptron rule of the core, compared with the slope of its objective."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csc_array, csr_array, issparse
from sklearn.utils import check_random_state, compute_class_weight
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import _check_sample_weight

from rosenblatt import _core
from rosenblatt.perceptron_units import Unit
from rosenblatt.sparse import checked_rows

__all__ = ["largest_error"]

Array = NDArray[Any]

# In units of the largest weight of the unit.
_STEPS = np.array([1e-4, 1e-5, 1e-6, 1e-7])

# What the core moves the bias by with sparse rows, in units of eta0.
_SPARSE_INTERCEPT_RATE = 0.01


def largest_error(model: Any, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None) -> float:
    """Compute what Perceptron.gradient_check returns; see there.

    Parameters
    ----------
    model : Perceptron
        Fitted or not; stays as it is.
    X : array-like, or sparse matrix or array, of shape (rows, columns)
        Rows.
    y : array-like of shape (rows,)
        Their classes.
    sample_weight : array-like of shape (rows,) or None
        Weight of each row.

    Returns
    -------
    float
        The largest relative error.

    Raises
    ------
    ValueError
        For X and y that a fit would refuse, and classes that the model does not know.

    Examples
    --------
    >>> from rosenblatt import Perceptron
    >>> from rosenblatt.perceptron_gradient import largest_error
    >>> largest_error(Perceptron(), [[0.1], [0.3]], [0, 1], None) < 1e-6
    True
    """
    model = model._copy()  # on which attributes can be set
    is_fitted = hasattr(model, "coef_")
    rows, targets = model._validated(X, y, reset=not is_fitted)
    if issparse(rows):
        rows = checked_rows(rows)
    if not is_fitted:
        _draw_weights(model, rows, targets)
    weights = None
    if sample_weight is not None:
        weights = np.ascontiguousarray(_check_sample_weight(sample_weight, rows, dtype=np.float64))
    units = _units(model, targets)
    gradients = [_gradient(model, unit, rows, weights) for unit in units]
    largest = max(float(np.abs(gradient).max()) for gradient, _ in gradients)
    errors = [
        _error(model, unit, rows, weights, gradient, is_wrong, 1e-3 * largest)
        for unit, (gradient, is_wrong) in zip(units, gradients, strict=True)
    ]
    return max(errors)


def _draw_weights(model: Any, X: Any, y: Array) -> None:
    model.classes_ = np.unique(y)
    model._check_classes()
    random = check_random_state(deepcopy(model.random_state))
    model._begin(X, None, None)
    model.coef_ = random.normal(size=model.coef_.shape)
    model.intercept_ = random.normal(size=model.intercept_.shape)


def _units(model: Any, y: Array) -> list[Unit]:
    """The units in float64."""
    labels = model._labels(y)
    class_weight = compute_class_weight(model.class_weight, classes=model.classes_, y=y)
    coef = model.coef_.toarray() if issparse(model.coef_) else model.coef_
    model.coef_ = np.ascontiguousarray(coef, dtype=np.float64)
    if len(model.classes_) == 2:
        return [model._unit(0, labels == 1, 1, class_weight[1], class_weight[0])]
    return [model._unit(i, labels == i, 1, class_weight[i], 1.0) for i in range(len(model.classes_))]


def _gradient(model: Any, unit: Unit, X: Any, weights: Array | None) -> tuple[Array, Array]:
    """The mean subgradient, the bias last, and which rows count as wrong: each is an epoch of its own."""
    eta = _eta(model, unit)
    rate = _SPARSE_INTERCEPT_RATE if issparse(X) else 1.0
    rows = X.shape[0]
    moves = np.zeros(X.shape[1] + 1)
    wrong: list[int] = []

    def count(_number: int, _loss: float, _objective: float, rows_wrong: int, *_: float) -> bool:
        wrong.append(rows_wrong)
        return False

    for i in range(rows):
        w = unit.w.copy()
        _, b, _ = _core.train_perceptron(
            w,
            unit.intercept,
            _row(X, i),
            unit.y[i : i + 1],
            None if weights is None else weights[i : i + 1],
            penalty=model.penalty,
            alpha=float(model.alpha),
            l1_ratio=float(model.l1_ratio),
            fit_intercept=bool(model.fit_intercept),
            max_iter=1,
            tol=0.0,
            shuffle=False,
            seed=1,
            eta0=eta,
            early_stopping=False,
            n_iter_no_change=1,
            weight_positive=float(unit.weight_positive),
            weight_negative=float(unit.weight_negative),
            on_epoch=count,
        )
        moves[:-1] += unit.w - w
        moves[-1] += (unit.intercept - b) / rate
    return moves / (eta * rows), np.array(wrong, bool)


def _largest(unit: Unit) -> float:
    return max(float(np.abs(unit.w).max()), abs(unit.intercept)) or 1.0


def _eta(model: Any, unit: Unit) -> float:
    """A learning rate with which no row moves a weight across the bend of a penalty, unless it is close."""
    l1, l2 = _penalties(model)
    if l1 > 0:
        return 2.0**-20 * min(1.0, _largest(unit))
    return min(2.0**-10, 0.5 / l2) if l2 > 0 else 2.0**-10


def _bend(model: Any, unit: Unit, X: Any, factors: Array) -> float:
    """How small a weight counts as 0, where an L1 penalty has its bend: a row's move or a step crosses it."""
    move = _eta(model, unit) * (_penalties(model)[0] + float(abs(X).max()) * np.abs(factors).max())
    return max(float(move), float(_STEPS.min()) * _largest(unit))


def _row(X: Any, i: int) -> Any:
    """Row i as a table; a sparse one with an entry in each column, because an L1 penalty waits for one."""
    row = X[i : i + 1]
    if not issparse(X):
        return row
    columns = X.shape[1]
    return csr_array((row.toarray()[0], np.arange(columns), np.array([0, columns])), row.shape)


def _error(
    model: Any,
    unit: Unit,
    X: Any,
    weights: Array | None,
    gradient: Array,
    is_wrong: Array,
    least: float,
) -> float:
    """The largest relative error of one unit's gradient."""
    factors = np.where(unit.y > 0, unit.weight_positive, unit.weight_negative)
    if weights is not None:
        factors = factors * weights
    steps = _STEPS * _largest(unit)
    l1, l2 = _penalties(model)
    bend = _bend(model, unit, X, factors)

    # Rows that even the smallest step carries across n = 0 count as there.
    n = safe_sparse_dot(X, unit.w) + unit.intercept
    longest = abs(X).max(axis=1)
    longest = longest.toarray().ravel() if issparse(X) else longest
    is_on_bend = np.abs(n) <= steps.min() * np.maximum(1.0, longest)
    n[is_on_bend] = 0
    factors[is_on_bend] *= 2 * is_wrong[is_on_bend]

    columns = X
    if issparse(X):
        columns = csc_array(X)
        columns.sum_duplicates()
    everywhere = np.arange(len(n))
    largest = 0.0
    for j, g in enumerate(gradient):
        is_bias = j == len(unit.w)
        if is_bias:
            at, x = everywhere, np.ones(len(n))
        else:
            at, x = _column(columns, j) if issparse(X) else (everywhere, X[:, j].astype(np.float64))
        ahead, behind = (
            np.maximum(0.0, -unit.y[at] * (n[at] + sign * steps[:, None] * x)) for sign in (1, -1)
        )
        d = (factors[at] * (ahead - behind)).sum(axis=1) / (2 * steps * len(n))
        if is_bias:
            d *= bool(model.fit_intercept)
        else:
            w = unit.w[j]
            d += l2 * ((w + steps) ** 2 - (w - steps) ** 2) / (4 * steps)
            if abs(w) <= bend:  # any slope of the bend will do
                d = np.clip(g, d - l1, d + l1)
            else:
                d += l1 * (np.abs(w + steps) - np.abs(w - steps)) / (2 * steps)
        scale = np.maximum(np.maximum(abs(g), np.abs(d)), least)
        largest = max(largest, float(np.min(np.abs(g - d) / np.where(scale > 0, scale, 1.0))))
    return largest


def _column(X: Any, j: int) -> tuple[Array, Array]:
    """The rows of a column's entries, and their values."""
    begin, end = X.indptr[j], X.indptr[j + 1]
    return X.indices[begin:end], X.data[begin:end]


def _penalties(model: Any) -> tuple[float, float]:
    """The factors of |w|₁ and |w|² / 2."""
    if model.penalty is None:
        return 0.0, 0.0
    ratio = {"l2": 0.0, "l1": 1.0, "elasticnet": float(model.l1_ratio)}[model.penalty]
    return float(model.alpha) * ratio, float(model.alpha) * (1 - ratio)
