"""Whether a hyperplane separates two classes: the hyperplane, or a certificate that there is none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rosenblatt.precision import Array
from rosenblatt.two_labels import two_classes

__all__ = ["Separability", "separability"]

# How close the two combinations of a certificate meet, in units of a column's largest absolute value.
_MEETS = 1e-9
# So many rows, and numbers of a row, are printed; `weights` and `point` have all.
_MOST = 8


@dataclass(frozen=True, eq=False)
class Separability:
    """The answer of `separability`: a hyperplane, or rows of both classes that meet in a point.

    Attributes
    ----------
    labels : tuple
        The labels that stand for 0 and for 1.
    w : ndarray of shape (columns,) or None
        Weights of the hyperplane w·x + b = 0. It lies halfway between the classes, and w·x + b is 1 at the
        nearest rows of label 1 and −1 at those of label 0, up to rounding.
    b : float or None
        Its bias.
    margin : float or None
        Distance of the nearest row from it; not the largest that another hyperplane may have.
    weights : ndarray of shape (rows,) or None
        A weight for each row, none negative; those of each class add up to 1.
    point : ndarray of shape (columns,) or None
        Where Σ weights·x of the rows of label 1 and that of the rows of label 0 meet.
    X, y : ndarray
        The rows, and their targets 0 or 1.

    Examples
    --------
    >>> from rosenblatt import datasets, separability
    >>> print(separability(*datasets.logic("xor")))
    No hyperplane separates the labels 0 and 1: the point (0.5, 0.5) lies among the rows of both.
      label 1: 0.5 · row 1 (0, 1) + 0.5 · row 2 (1, 0)
      label 0: 0.5 · row 0 (0, 0) + 0.5 · row 3 (1, 1)
    A hyperplane with all of label 1 on its positive side would have the point there, and
    with all of label 0 on its negative side would have it on the other.
    """

    labels: tuple[Any, Any]
    w: Array | None
    b: float | None
    margin: float | None
    weights: Array | None
    point: Array | None
    X: Array
    y: Array

    @property
    def is_separable(self) -> bool:
        """Whether there is a hyperplane with one class strictly on each side."""
        return self.w is not None

    def __str__(self) -> str:
        zero, one = self.labels
        if self.w is not None:
            return (
                f"A hyperplane separates the labels {zero!r} and {one!r}: w·x + b > 0 for {one!r}, < 0 for "
                f"{zero!r},\nwith w = {_vector(self.w)}, b = {self.b:.6g}; the nearest row is "
                f"{self.margin:.6g} away from it."
            )
        assert self.point is not None
        return (
            f"No hyperplane separates the labels {zero!r} and {one!r}: the point {_vector(self.point)} lies "
            f"among the rows of both.\n"
            f"  label {one!r}: {self._combination(1)}\n"
            f"  label {zero!r}: {self._combination(0)}\n"
            f"A hyperplane with all of label {one!r} on its positive side would have the point there, and\n"
            f"with all of label {zero!r} on its negative side would have it on the other."
        )

    def _combination(self, target: int) -> str:
        assert self.weights is not None
        rows = np.flatnonzero((self.weights > 0) & (self.y == target))
        terms = [f"{self.weights[i]:.6g} · row {i} {_vector(self.X[i])}" for i in rows[:_MOST]]
        if len(rows) > _MOST:
            terms.append(f"{len(rows) - _MOST} rows more")
        return " + ".join(terms)

    def to_dict(self) -> dict[str, Any]:
        """All but X and y, in plain Python types.

        Returns
        -------
        dict

        Examples
        --------
        >>> from rosenblatt import separability
        >>> separability([[0], [2]], [0, 1]).to_dict()["margin"]
        1.0
        """
        lists = {name: getattr(self, name) for name in ("w", "weights", "point")}
        return {
            "is_separable": self.is_separable,
            "labels": list(self.labels),
            "b": self.b,
            "margin": self.margin,
            **{name: None if values is None else values.tolist() for name, values in lists.items()},
        }


def separability(X: ArrayLike, y: ArrayLike) -> Separability:
    """Decide by linear programming whether a hyperplane separates two classes.

    There is either a hyperplane with one class strictly on each side, or a point in the convex hulls of
    both, and never both (Farkas). Whichever is found is confirmed before it is returned: of the hyperplane,
    that the sign of every row stands above all errors of rounding, which proves it; of the combinations,
    that they meet within 1e-9 of each column's largest absolute value. So classes whose distance is that
    small can be reported to meet.

    Parameters
    ----------
    X : array-like of shape (rows, columns)
        Finite numbers; columns may differ in scale, be constant, rows may be there twice.
    y : array-like of shape (rows,)
        Two labels; the one that is sorted last stands for 1, the hyperplane's positive side.

    Returns
    -------
    Separability
        ``w``, ``b`` and ``margin`` where a hyperplane separates them, else ``weights`` and ``point``.

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, one label or more than two.
    TypeError
        If X is not made of numbers, or y of labels that can be sorted.
    ArithmeticError
        If neither answer can be confirmed, because numbers are too large, too small or too close.

    References
    ----------
    Mangasarian: Linear and nonlinear separation of patterns by linear programming, Operations Research 13,
    1965.

    Examples
    --------
    >>> from rosenblatt import datasets, separability
    >>> found = separability(*datasets.logic("and"))
    >>> found.is_separable, found.w, found.b
    (True, array([2., 2.]), -3.0)
    >>> xor = separability(*datasets.logic("xor"))
    >>> xor.is_separable, xor.weights, xor.point
    (False, array([0.5, 0.5, 0.5, 0.5]), array([0.5, 0.5]))
    """
    rows, targets, labels = two_classes(X, y)
    # Separable or not is the same after a shift and a change of scale, which the solver's absolute
    # tolerances (1e-7) need: every column from -1 to 1.
    scaled, units = _scaled(rows)
    plane = _confirmed_plane(rows, targets, _separating_weights(scaled, targets), units)
    if plane:
        w, b, margin = plane
        return Separability(labels, w, b, margin, None, None, rows, targets)
    for candidate in _meeting_weights(scaled, targets):
        weights = _confirmed_weights(rows, targets, candidate)
        if weights is not None:
            point = (weights / 2) @ rows
            return Separability(labels, None, None, None, weights, point, rows, targets)
    raise ArithmeticError(
        "neither a separating hyperplane nor combinations of the classes that meet could be confirmed: "
        "X holds numbers that are too large, too small or too close for float64"
    )


def _scaled(X: Array) -> tuple[Array, Array]:
    """Columns shifted and scaled to [-1, 1], and what 1 stands for in each; constant ones become 0."""
    # By a power of 2 first, which is exact, so that neither the sum nor the difference below overflows.
    exponents = np.frexp(np.abs(X).max(axis=0))[1]
    columns = np.ldexp(X, -exponents)
    low, high = columns.min(axis=0), columns.max(axis=0)
    half = np.where(high > low, (high - low) / 2, 1)
    with np.errstate(under="ignore", over="ignore"):
        units = np.ldexp(half, exponents)
    return (columns - (low + high) / 2) / half, units


def _separating_weights(X: Array, y: Array) -> Array | None:
    """The w of least Σ|w| with w·x + b at least 1 for y = 1 and at most -1 for y = 0, if there is one."""
    from scipy.optimize import linprog

    sign = 2 * y[:, np.newaxis] - 1
    columns = X.shape[1]
    found = linprog(
        np.append(np.ones(2 * columns), 0),
        A_ub=-sign * np.hstack([X, -X, np.ones((len(X), 1))]),
        b_ub=-np.ones(len(X)),
        bounds=[(0, None)] * (2 * columns) + [(None, None)],
        method="highs",
    )
    return None if found.x is None else found.x[:columns] - found.x[columns : 2 * columns]


def _meeting_weights(X: Array, y: Array) -> Iterator[Array]:
    """Weights of the rows with which the two classes meet as closely as they can, best guess first."""
    from scipy.optimize import linprog, nnls

    sums = np.vstack([(2 * y - 1) * X.T, y, 1 - y])
    wanted = np.append(np.zeros(X.shape[1]), [1, 1])
    found = linprog(np.zeros(len(X)), A_eq=sums, b_eq=wanted, bounds=(0, None), method="highs")
    if found.x is not None:
        yield np.maximum(found.x, 0)
    # The solver is content with errors of 1e-7, and drops coefficients below 1e-9; least squares reach 1e-15.
    with suppress(RuntimeError):  # should they go in circles, there is no second guess
        yield nnls(sums, wanted)[0]


def _confirmed_plane(
    X: Array, y: Array, scaled_w: Array | None, units: Array
) -> tuple[Array, float, float] | None:
    if scaled_w is None:
        return None
    with np.errstate(all="ignore"):  # what overflows is not confirmed
        w = scaled_w / units
        scores = X @ w
        low, high = scores[y == 1].min(), scores[y == 0].max()
        w, b = w * (2 / (low - high)), -(low + high) / (low - high)
        n = (2 * y - 1) * (X @ w + b)
        # A sum of k products, in whichever order, is wrong by less than k epsilon times that of their sizes.
        error = (X.shape[1] + 2) * np.finfo(np.float64).eps * (np.abs(X) @ np.abs(w) + abs(b))
        margin = n.min() / math.hypot(*w)  # which, unlike NumPy's norm, squares nothing that overflows
        confirmed = bool((n > error).all()) and bool(np.isfinite(margin))
    return (w, float(b), float(margin)) if confirmed else None


def _confirmed_weights(X: Array, y: Array, weights: Array) -> Array | None:
    one, zero = weights * y, weights * (1 - y)
    if not (one.any() and zero.any()):
        return None
    one, zero = one / one.sum(), zero / zero.sum()
    with np.errstate(over="ignore"):
        confirmed = (np.abs(one @ X - zero @ X) <= _MEETS * np.abs(X).max(axis=0)).all()
    return np.asarray(one + zero) if confirmed else None


def _vector(values: Array) -> str:
    texts = [f"{value:.6g}" for value in values]
    if len(texts) > _MOST:
        texts[_MOST // 2 : -_MOST // 2] = ["…"]
    return f"({', '.join(texts)})"
