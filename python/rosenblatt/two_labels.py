"""Rows of two classes, and which of the two labels is the textbook's 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rosenblatt.labels import encoded
from rosenblatt.layers import as_numbers
from rosenblatt.precision import Array

__all__ = ["two_classes"]


def two_classes(X: ArrayLike, y: ArrayLike) -> tuple[Array, Array, tuple[Any, Any]]:
    """Take X as rows of numbers and y as their targets, 0 or 1.

    Parameters
    ----------
    X : array-like of shape (rows, columns)
        Finite numbers.
    y : array-like of shape (rows,)
        Two labels, numbers or words; the one that is sorted last becomes 1, as in scikit-learn.

    Returns
    -------
    X : ndarray of float64 of shape (rows, columns)
        A copy that cannot be written to.
    y : ndarray of float64 of shape (rows,)
        0 or 1.
    labels : tuple
        The labels that stand for 0 and for 1.

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, one label or more than two.
    TypeError
        If X is not made of numbers, or y of labels that can be sorted.

    Examples
    --------
    >>> from rosenblatt.two_labels import two_classes
    >>> X, y, labels = two_classes([[1], [2]], ["yes", "no"])
    >>> y, labels
    (array([1., 0.]), ('no', 'yes'))
    """
    rows = as_numbers("X", X, np.dtype(np.float64)).copy()  # whoever keeps them must not see them change
    rows.flags.writeable = False
    if rows.ndim != 2 or 0 in rows.shape:
        raise ValueError(
            f"X must have the shape (rows, columns), at least one of each; got an array of shape {rows.shape}"
        )
    given = np.asarray(y)
    if given.shape != (len(rows),):
        raise ValueError(
            f"y must have the shape ({len(rows)},), a label for each row of X; got an array of shape "
            f"{given.shape}. With several outputs each one is a question by itself: take y[:, j]"
        )
    if given.dtype.kind == "O" and all(isinstance(label, str) for label in given):
        given = given.astype(str)
    if given.dtype.kind == "f" and not np.isfinite(given).all():
        where = int(np.flatnonzero(~np.isfinite(given))[0])
        raise ValueError(f"y must be finite; there is {given[where]} at position {where}")
    if given.dtype.kind not in "biufUS":
        raise TypeError(f"y must be made of numbers or of words, not of {given.dtype}")
    classes, targets = encoded(given)
    if len(classes) == 1:
        raise ValueError(f"y must have two labels, but all {len(given)} are {classes[0].item()!r}")
    if len(classes) > 2:
        raise ValueError(
            f"y must have two labels, but there are {len(classes)}; ask for one class against the rest, "
            f"as in y == {classes[0].item()!r}"
        )
    return rows, targets.astype(np.float64), (classes[0].item(), classes[1].item())
