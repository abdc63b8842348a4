"""A loss that the user writes: called for whole batches, and checked before it trains anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rosenblatt.precision import Array

__all__ = ["OwnLoss", "check_own_loss"]

# The steps of the difference quotients, in units of the targets' spread: the one that agrees best counts,
# because a large one may cross a kink of the loss, and a small one shows its rounding.
_STEPS = (1e-5, 1e-4, 1e-6)
_GOOD = 1e-4
_ROWS = 5
_MOST_OUTPUTS = 20


class OwnLoss:
    """A loss as the core calls it: checked at every call, with one number for each row.

    Parameters
    ----------
    function : callable
        ``function(y, a)`` returns the loss, of shape (rows,) or (rows, outputs) or as the sum of all, and
        its derivative ∂L/∂a of shape (rows, outputs).

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.own_loss import OwnLoss
    >>> loss = OwnLoss(lambda y, a: ((a - y) ** 2, 2 * (a - y)))
    >>> loss(np.array([[1.0], [2.0]]), np.array([[1.0], [5.0]]))
    (array([0., 9.]), array([[0.],
           [6.]]))
    """

    loss = "own"  # its name in the glass box

    def __init__(self, function: Callable[[Array, Array], Any]) -> None:
        self.function = function

    def __call__(self, y: Array, a: Array) -> tuple[Array, Array]:
        """Losses of the rows, in float64, and the derivative in the dtype of a."""
        if not np.isfinite(a).all():  # the training has diverged, and will see it
            return np.full(len(a), np.nan), np.full_like(a, np.nan)
        value, derivative = self.evaluated(y, a)
        if value.ndim == 0:  # the sum of all rows, which only the sum over a batch is made of
            value = np.concatenate([value[np.newaxis], np.zeros(len(a) - 1)])
        return value if value.ndim == 1 else value.sum(axis=1), derivative

    def evaluated(self, y: Array, a: Array) -> tuple[Array, Array]:
        """Value and derivative as the function returns them, refused where they are none.

        Parameters
        ----------
        y, a : ndarray of shape (rows, outputs)
            Targets, and activations of the last layer.

        Returns
        -------
        tuple of ndarray
            The value in float64, of shape (), (rows,) or (rows, outputs), and the derivative.

        Raises
        ------
        ValueError
            For other shapes, and numbers that are not finite.
        TypeError
            For anything else than two arrays of numbers.
        """
        result = self.function(y, a)
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(f"the loss must return a tuple (value, derivative), not {type(result).__name__}")
        value, derivative = np.asarray(result[0]), np.asarray(result[1])
        for what, array in (("value", value), ("derivative", derivative)):
            if array.dtype.kind not in "fiub":
                raise TypeError(f"the {what} of the loss must be real numbers, not {array.dtype}")
        if value.shape not in ((), a.shape[:1], a.shape):
            raise ValueError(
                f"the value of the loss must have the shape {a.shape[:1]} or {a.shape}, or be the sum of all "
                f"rows; it has the shape {value.shape}"
            )
        if derivative.shape != a.shape:
            raise ValueError(
                f"the derivative of the loss must have the shape of a, {a.shape}; it has {derivative.shape}"
            )
        for what, array in (("value", value), ("derivative", derivative)):
            if not np.isfinite(array).all():
                row = tuple(np.argwhere(~np.isfinite(array))[0])
                where = f" in row {row[0]}, where y is {y[row[0]]} and a is {a[row[0]]}" if row else ""
                raise ValueError(f"the {what} of the loss is {array[row]:g}{where}")
        return value.astype(np.float64), derivative.astype(a.dtype)


def check_own_loss(
    function: Callable[[Array, Array], Any], y: Array, out_activation: str, outputs: int, is_weighted: bool
) -> None:
    """Compare the derivative of a loss with difference quotients of its value.

    Parameters
    ----------
    function : callable
        As for `OwnLoss`.
    y : ndarray of shape (rows,) or (rows, outputs)
        Labels of int64, or targets; of at most 5 rows and 20 outputs each derivative is looked at.
    out_activation : str
        That of the last layer, whose activations are drawn at random: around y for "identity", between 0
        and 1 for "logistic", also with a sum of 1 for "softmax".
    outputs : int
        How many there are.
    is_weighted : bool
        Whether rows have weights, so that the value must tell one from the other.

    Raises
    ------
    ValueError
        Where the derivative is wrong: row, output, and both numbers; and as `OwnLoss.evaluated`.
    TypeError
        As `OwnLoss.evaluated`.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.own_loss import check_own_loss
    >>> y = np.array([[1.0], [2.0]])
    >>> check_own_loss(lambda y, a: ((a - y) ** 2, 2 * (a - y)), y, "identity", 1, False)
    >>> check_own_loss(lambda y, a: ((a - y) ** 2, a - y), y, "identity", 1, False)
    Traceback (most recent call last):
    ValueError: the derivative of the loss is wrong: in row 0, output 0, where y is 1 and a is ..., it is ...
    """
    y = y[:_ROWS]
    if y.ndim == 1:
        y = y[:, np.newaxis] if outputs == 1 else np.eye(outputs)[y]
    y = np.array(y, dtype=np.float64)
    random = np.random.RandomState(0)
    spread = 1.0
    if out_activation == "identity":
        spread = float(y.std()) or 1.0
        a = y + spread * random.normal(size=y.shape)
    else:
        a = random.uniform(0.1, 0.9, y.shape)
        a /= a.sum(axis=1, keepdims=True) if out_activation == "softmax" else 1.0
    loss = OwnLoss(function)
    value, derivative = loss.evaluated(y.copy(), a.copy())
    if is_weighted and value.ndim == 0:
        raise ValueError(
            "with weights of rows or classes, the loss must return a value for each row, not their sum"
        )

    def total(at: Array) -> float:
        return float(loss.evaluated(y.copy(), at)[0].sum())

    floor = 1e-3 * max(float(np.abs(derivative).max()), np.finfo(np.float64).tiny)
    for i, j in np.ndindex(len(y), min(y.shape[1], _MOST_OUTPUTS)):
        quotients = [_quotient(total, a, (i, j), step * spread) for step in _STEPS]
        given = float(derivative[i, j])
        errors = [abs(given - quotient) / max(abs(given), abs(quotient), floor) for quotient in quotients]
        if min(errors) > _GOOD:
            raise ValueError(
                f"the derivative of the loss is wrong: in row {i}, output {j}, where y is {y[i, j]:g} and a "
                f"is {a[i, j]:g}, it is {given:g}, but the difference quotient of the value is "
                f"{quotients[0]:g}"
            )


def _quotient(total: Callable[[Array], float], a: Array, place: tuple[int, int], step: float) -> float:
    above, below = a.copy(), a.copy()
    above[place] += step
    below[place] -= step
    return (total(above) - total(below)) / float(above[place] - below[place])
