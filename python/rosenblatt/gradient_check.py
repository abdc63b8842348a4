"""A gradient beside central differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rosenblatt.precision import Array

__all__ = ["largest_error"]

# The first one is right for nearly every parameter; the others are for kinks and for steep or flat places.
_STEPS = (1e-5, 1e-4, 1e-6, 1e-7)
_GOOD = 1e-8
_MOST = 300


def largest_error(function: Callable[[Array], tuple[float, Array]], at: Array) -> float:
    """Find the largest relative error of a function's gradient.

    Parameters
    ----------
    function : callable
        ``function(vector)`` returns the value and the gradient.
    at : ndarray of float64 of shape (parameters,)
        Where to compare.

    Returns
    -------
    float
        |g − d| / max(|g|, |d|, 0.001 max(|g|ₘₐₓ, |value|)), where d is the difference quotient, of several
        steps the best; the largest one of at most 300 parameters, spread evenly.

    Raises
    ------
    ValueError
        Where the value itself is not finite, as after a training that diverged.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.gradient_check import largest_error
    >>> largest_error(lambda x: (float(x @ x), 2 * x), np.array([1.0, 2.0])) < 1e-8
    True
    >>> round(largest_error(lambda x: (float(x @ x), x), np.array([1.0, 2.0])), 6)
    0.5
    """
    value, gradient = function(at)
    if not np.isfinite(value):
        raise ValueError(f"the value is {value:g} at these parameters, so no difference tells a derivative")
    gradient = gradient.copy()
    floor = 1e-3 * max(float(np.abs(gradient).max()), abs(value), np.finfo(np.float64).tiny)
    chosen = np.unique(np.linspace(0, len(at) - 1, min(len(at), _MOST)).round().astype(int))
    return max(_error(function, at, int(i), float(gradient[i]), floor) for i in chosen)


def _error(
    function: Callable[[Array], tuple[float, Array]], at: Array, i: int, derivative: float, floor: float
) -> float:
    least = np.inf
    for step in _STEPS:
        above, below = at.copy(), at.copy()
        above[i] += step
        below[i] -= step
        quotient = (function(above)[0] - function(below)[0]) / (above[i] - below[i])
        error = abs(derivative - quotient) / max(abs(derivative), abs(quotient), floor)
        least = min(least, error)
        if least < _GOOD:
            break
    return float(least)
