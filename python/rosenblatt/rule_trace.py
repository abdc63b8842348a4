"""The perceptron rule, watched: every presentation of a row with all of its numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rosenblatt.layers import as_numbers
from rosenblatt.linear_separation import Separability, separability
from rosenblatt.novikoff import margin_and_radius
from rosenblatt.precision import PRECISIONS, Array
from rosenblatt.rule_table import as_html, as_text
from rosenblatt.two_labels import two_classes

__all__ = ["PerceptronTrace", "Presentation", "perceptron_trace"]


@dataclass(frozen=True, eq=False, slots=True)
class Presentation:
    """One row, presented to the perceptron.

    Attributes
    ----------
    epoch : int
        Which pass over the rows, from 1.
    row : int
        Which row of X, from 0.
    x : ndarray of shape (columns,)
        The row.
    y, n, a, error : float
        Target, net input n = b + x·w (equation 3), answer a = HardLimit(n) (equations 4, 5), and y − a.
    update : ndarray of shape (columns + 1,)
        η [1 x]ᵀ (y − a), which was added to θ; zeros after a right answer.
    theta : ndarray of shape (columns + 1,)
        θ = [b; w] afterwards (equation 7).

    Examples
    --------
    >>> from rosenblatt import perceptron_trace
    >>> first = perceptron_trace([[3], [5]], [0, 1]).presentations[0]
    >>> first.n, first.a, first.error, first.update, first.theta
    (0.0, 1.0, -1.0, array([-1., -3.]), array([-1., -3.]))
    """

    epoch: int
    row: int
    x: Array
    y: float
    n: float
    a: float
    error: float
    update: Array
    theta: Array

    def to_dict(self) -> dict[str, Any]:
        """The attributes in plain Python types.

        Returns
        -------
        dict

        Examples
        --------
        >>> from rosenblatt import perceptron_trace
        >>> perceptron_trace([[3], [5]], [0, 1]).presentations[0].to_dict()["update"]
        [-1.0, -3.0]
        """
        values = {name: getattr(self, name) for name in self.__slots__}
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in values.items()}


@dataclass(frozen=True, eq=False)
class PerceptronTrace:
    """What `perceptron_trace` saw. Printed, it is a table; in a notebook it shows as one.

    Attributes
    ----------
    presentations : tuple of Presentation
        In their order.
    converged : bool
        Whether the last pass was without an error.
    eta : float
        Learning rate η.
    labels : tuple
        The labels that stand for 0 and for 1.
    theta0, theta : ndarray of shape (columns + 1,)
        θ = [b; w] before the first presentation and after the last.
    X, y : ndarray
        The rows, and their targets 0 or 1.

    Examples
    --------
    >>> from rosenblatt import perceptron_trace
    >>> print(perceptron_trace([[3], [5]], [0, 1], max_epochs=2))
    Perceptron rule: θ ← θ + η [1 x]ᵀ (y − a) (equation 6), HardLimit, η = 1, from θ = [b; w] = [0 0]
    epoch  row    x  y   n  a  y − a   update  θ after
        1    0  [3]  0   0  1     -1  [-1 -3]  [-1 -3]
        1    1  [5]  1 -16  0      1  [ 1  5]  [ 0  2]
        2    0  [3]  0   6  1     -1  [-1 -3]  [-1 -1]
        2    1  [5]  1  -6  0      1  [ 1  5]  [ 0  4]
    not converged, errors in epoch 2: 4 presentations, 4 updates
    separable: γ = 0.242536, R = 5.09902, so at most (R/γ)² = 442 updates (Novikoff)
    """

    presentations: tuple[Presentation, ...]
    converged: bool
    eta: float
    labels: tuple[Any, Any]
    theta0: Array
    theta: Array
    X: Array
    y: Array

    @property
    def n_presentations(self) -> int:
        """How many rows were presented."""
        return len(self.presentations)

    @property
    def n_updates(self) -> int:
        """How many of them were answered wrongly, and so changed θ."""
        return sum(presentation.error != 0 for presentation in self.presentations)

    @property
    def n_epochs(self) -> int:
        """How many passes over the rows were made."""
        return self.presentations[-1].epoch

    @cached_property
    def separability(self) -> Separability | None:
        """What `separability` says of the rows; None where it can confirm neither answer."""
        labels = np.array(self.labels)
        try:
            return separability(self.X, labels[self.y.astype(int)])
        except ArithmeticError:
            return None

    @property
    def margin(self) -> float | None:
        """Novikoff's γ, the widest margin in the space of [1 x]; None if no hyperplane separates the rows."""
        return self._margin_and_radius[0] if self._margin_and_radius else None

    @property
    def radius(self) -> float | None:
        """Novikoff's R, the largest length of a [1 x]; None if no hyperplane separates the rows."""
        return self._margin_and_radius[1] if self._margin_and_radius else None

    @property
    def bound(self) -> float | None:
        """Novikoff's bound (R/γ)² on the number of updates; None if θ₀ is not 0 or nothing separates."""
        if self._margin_and_radius is None or self.theta0.any():
            return None
        margin, radius = self._margin_and_radius
        return (radius / margin) * (radius / margin)

    @cached_property
    def _margin_and_radius(self) -> tuple[float, float] | None:
        found = self.separability
        if found is None or found.w is None or found.b is None:
            return None
        return margin_and_radius(self.X, self.y, np.append(found.b, found.w))

    def __str__(self) -> str:
        return as_text(self)

    def __repr__(self) -> str:
        return (
            f"<PerceptronTrace: {self.n_presentations} presentations, {self.n_updates} updates, "
            f"{'converged' if self.converged else 'not converged'}>"
        )

    def _repr_html_(self) -> str:
        return as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """All of it but X and y, which the presentations hold, in plain Python types.

        Returns
        -------
        dict

        Examples
        --------
        >>> from rosenblatt import datasets, perceptron_trace
        >>> trace = perceptron_trace(*datasets.logic("or")).to_dict()
        >>> trace["n_updates"], trace["theta"]
        (5, [-1.0, 1.0, 1.0])
        """
        scalars = (
            "eta",
            "converged",
            "n_epochs",
            "n_presentations",
            "n_updates",
            "margin",
            "radius",
            "bound",
        )
        return {
            "equation": 6,
            "labels": list(self.labels),
            **{name: getattr(self, name) for name in scalars},
            "theta0": self.theta0.tolist(),
            "theta": self.theta.tolist(),
            "separability": self.separability.to_dict() if self.separability else None,
            "presentations": [presentation.to_dict() for presentation in self.presentations],
        }

    def to_json(self) -> str:
        """Return `to_dict` as JSON text.

        Returns
        -------
        str

        Examples
        --------
        >>> import json
        >>> from rosenblatt import datasets, perceptron_trace
        >>> json.loads(perceptron_trace(*datasets.logic("or")).to_json())["converged"]
        True
        """
        return json.dumps(self.to_dict(), ensure_ascii=False)


def perceptron_trace(
    X: ArrayLike,
    y: ArrayLike,
    eta: float = 1.0,
    theta0: ArrayLike | None = None,
    max_epochs: int = 100,
) -> PerceptronTrace:
    r"""Train a single perceptron by the perceptron rule, and keep every number on the way.

    Row after row, in their order, a = HardLimit([1 x] θ) and θ ← θ + η [1 x]ᵀ (y − a) (equation 6), until a
    pass over all rows is without an error, or `max_epochs` passes were made. The numbers are those of the
    core, as in `Network.perceptron_rule`. Time and memory grow with each presentation; this is for looking.

    Parameters
    ----------
    X : array-like of shape (rows, columns)
        Finite numbers.
    y : array-like of shape (rows,)
        Two labels; the one that is sorted last stands for 1.
    eta : float
        Learning rate η, finite and positive.
    theta0 : array-like of shape (columns + 1,), optional
        [b; w] to begin with; zeros without it.
    max_epochs : int
        The most passes over the rows, at least 1.

    Returns
    -------
    PerceptronTrace

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, other than two labels, an eta or max_epochs
        that is not positive.
    TypeError
        If X, eta or theta0 are not made of numbers, y of neither numbers nor words, max_epochs no integer.
    OverflowError
        If n or θ leave the range of float64.

    Notes
    -----
    Novikoff's bound. Let z = [1 x], t = 2y − 1, R = max \|z\|, and u a unit vector with t z·u ≥ γ > 0 for all
    rows. An update adds η t z to θ: u·θ grows by at least ηγ. The row was answered wrongly, so t z·θ ≤ 0, and
    \|θ\|² grows by at most η²R². From θ₀ = 0, after k updates kηγ ≤ u·θ ≤ \|θ\| ≤ ηR√k, and k ≤ (R/γ)²,
    whatever η is and in whichever order the rows come. `bound` is this with the best u.

    HardLimit(0) = 1 treats the classes unlike: n = 0 is right for y = 1 and wrong for y = 0. Only t z·θ ≤ 0
    of a wrong answer is used above, so the bound holds for both, though exchanging the labels changes the
    trace. Nor does it change which rows can be learned: where n ≥ 0 for y = 1 and n ≤ −g < 0 for y = 0, a
    bias that is larger by g/2 separates strictly. From another θ₀ the rule converges as surely, but within
    another bound. With rounding, as with η = 0.1, an n that should be 0 may come out on either side of it.

    References
    ----------
    Rosenblatt: The perceptron: a probabilistic model for information storage and organization in the brain,
    Psychological Review 65, 1958.

    Novikoff: On convergence proofs on perceptrons, Symposium on the Mathematical Theory of Automata 12, 1962.

    Examples
    --------
    >>> from rosenblatt import datasets, perceptron_trace
    >>> trace = perceptron_trace(*datasets.logic("and"))
    >>> trace.converged, trace.n_epochs, trace.n_updates, trace.theta
    (True, 6, 11, array([-3.,  2.,  1.]))
    >>> round(trace.bound, 6)
    51.0
    >>> perceptron_trace(*datasets.logic("xor")).converged
    False
    """
    rows, targets, labels = two_classes(X, y)
    rate = _checked_eta(eta)
    epochs = _checked_epochs(max_epochs)
    start = _checked_theta(theta0, rows.shape[1] + 1)
    presentations: list[Presentation] = []
    converged = _present(rows, targets, rate, start, epochs, presentations)
    return PerceptronTrace(
        tuple(presentations), converged, rate, labels, start, presentations[-1].theta, rows, targets
    )


def _present(
    X: Array, y: Array, eta: float, theta0: Array, max_epochs: int, presentations: list[Presentation]
) -> bool:
    """Apply the rule until a pass is without an error; False if none was."""
    float64 = PRECISIONS[np.dtype(np.float64)]
    network = float64.network([X.shape[1], 1], ["HardLimit"])
    network.theta(1)[:, 0] = theta0
    core = float64.forward_pass(network, 1)
    theta = theta0
    nothing = _kept(np.zeros_like(theta))
    for epoch in range(1, max_epochs + 1):
        wrong = 0
        for row in range(len(X)):
            is_wrong = core.perceptron_rule(X[row : row + 1], y[row : row + 1, np.newaxis], eta)
            n, a, error = (float(values[0, 0]) for values in (core.n(1), core.a(1), core.s(1)))
            update = nothing
            if is_wrong:
                theta = _kept(network.theta(1)[:, 0].copy())
                with np.errstate(over="ignore"):  # told below
                    update = _kept(eta * np.append(1.0, X[row]) * error)
            if not (np.isfinite(n) and np.isfinite(theta).all()):
                raise OverflowError(
                    f"epoch {epoch}, row {row}: n = {n:g} and the largest |θ| is {np.abs(theta).max():g}; "
                    "eta, theta0 or X are too large for float64"
                )
            presentations.append(Presentation(epoch, row, X[row], float(y[row]), n, a, error, update, theta))
            wrong += is_wrong
        if wrong == 0:
            return True
    return False


def _kept(values: Array) -> Array:
    values.flags.writeable = False
    return values


def _checked_eta(eta: object) -> float:
    if not isinstance(eta, Real) or isinstance(eta, bool):
        raise TypeError(f"eta must be a number, not {eta!r}")
    rate = float(eta)
    if not (np.isfinite(rate) and rate > 0):
        raise ValueError(f"eta must be finite and positive, or nothing would be learned; it is {eta}")
    return rate


def _checked_epochs(max_epochs: object) -> int:
    if not isinstance(max_epochs, Integral) or isinstance(max_epochs, bool):
        raise TypeError(f"max_epochs must be an integer, not {max_epochs!r}")
    if max_epochs < 1:
        raise ValueError(f"max_epochs must be at least 1, not {max_epochs}")
    return int(max_epochs)


def _checked_theta(theta0: ArrayLike | None, size: int) -> Array:
    if theta0 is None:
        return _kept(np.zeros(size))
    theta = as_numbers("theta0", theta0, np.dtype(np.float64)).copy()
    if theta.shape != (size,):
        raise ValueError(
            f"theta0 must be [b; w] of shape ({size},), the bias and a weight for each column of X; got an "
            f"array of shape {theta.shape}"
        )
    return _kept(theta)
