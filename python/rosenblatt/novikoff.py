"""The widest margin of two classes, and how many updates it allows the perceptron rule."""

from __future__ import annotations

import math

import numpy as np

from rosenblatt.precision import Array

__all__ = ["margin_and_radius"]


def margin_and_radius(X: Array, y: Array, theta: Array) -> tuple[float, float]:
    r"""Find γ and R of Novikoff's bound (R/γ)² on the updates of the perceptron rule.

    With z = [1 x], t = 1 for y = 1 and t = −1 for y = 0, R is the largest \|z\|, and γ the largest smallest
    t z·u that a unit vector u reaches: the distance of the nearest z from the best hyperplane through the
    origin of the space of z. The origin's distance from the convex hull of the t z is the same number, which
    non-negative least squares find without squaring the condition of the problem.

    The u found is used, not trusted: γ is computed from it, and the bound holds for any u with γ > 0.

    Parameters
    ----------
    X : ndarray of shape (rows, columns)
        The rows.
    y : ndarray of shape (rows,)
        Their targets, 0 or 1.
    theta : ndarray of shape (columns + 1,)
        [b; w] of a hyperplane that separates them; taken where least squares find none that is better.

    Returns
    -------
    float
        γ.
    float
        R.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.novikoff import margin_and_radius
    >>> gamma, radius = margin_and_radius(np.array([[0.0], [2.0]]), np.array([0.0, 1.0]), np.array([-1, 1]))
    >>> round(gamma**2, 12), round(radius**2, 12)
    (0.5, 5.0)
    """
    from scipy.optimize import nnls

    z = np.hstack([np.ones((len(X), 1)), X])
    radius = max(math.hypot(*row) for row in z)
    tz = (2 * y[:, np.newaxis] - 1) * z
    # |Σ λ t z / R|² + (1 − Σ λ)² is least for a multiple of the weights whose Σ λ t z / Σ λ is nearest to 0.
    system = np.vstack([tz.T / radius, np.ones(len(X))])
    try:
        weights = nnls(system, np.append(np.zeros(z.shape[1]), 1))[0]
    except RuntimeError:  # it went in circles
        weights = np.zeros(len(X))
    # The rows with a weight are the nearest ones, all at the same distance: the shortest u with t z·u = 1 on
    # them has that sum's direction, but not its cancellation. With R/γ = 1e8 the sum itself reached 3/4 of γ.
    nearest = weights > 0
    exact = np.linalg.lstsq(tz[nearest], np.ones(nearest.sum()), rcond=None)[0]
    return max(_margin(tz, direction) for direction in (exact, weights @ tz, theta)), radius


def _margin(tz: Array, direction: Array) -> float:
    length = math.hypot(*direction)
    return float((tz @ (direction / length)).min()) if length > 0 else 0.0
