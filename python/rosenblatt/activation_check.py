"""The activations and their derivatives, computed anew by NumPy and central differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from rosenblatt.precision import Array

__all__ = ["activation", "derivative", "difference"]

# The differences of a function of size 1 are off by 1e-15 for its fifth derivative and by 1e-13 for rounding.
# A power of two is added to a large n without any.
_STEP = 2.0**-10

# Of SELU: with them, a mean of 0 and a variance of 1 stay as they are (Klambauer et al. 2017).
_ALPHA, _LAMBDA = 1.6732632423543772848, 1.0507009873554804934
_SLOPE_BELOW = 0.01  # of LeakyReLU

# f(n) = n + f(−n): one difference of a negative n tells both derivatives.
_LIKE_RAMP = ("GELU", "SiLU", "Softplus")


def activation(f: str, n: Array) -> Array:
    """Compute a = f(n).

    Parameters
    ----------
    f : str
        The textbook's name of any activation but Softmax.
    n : ndarray
        Net inputs, of float64.

    Returns
    -------
    ndarray
        Activations, with the shape of n.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.activation_check import activation
    >>> activation("ReLU", np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return np.asarray(_FORMULAS[f](n))


def derivative(f: str, n: Array, a: Array) -> tuple[Array, Array]:
    """Compute differences of an activation.

    Parameters
    ----------
    f, n
        As for `activation`.
    a : ndarray
        f(n).

    Returns
    -------
    tuple of ndarray
        ḟ(n), where there is a kink by definition, and what its error is relative to.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.activation_check import derivative
    >>> n = np.array([0.0, 1.0])
    >>> derivative("Tanh", n, np.tanh(n))[0].round(9)
    array([1.        , 0.41997434])
    """
    exact = np.zeros_like(n)
    if f in ("HardLimit", "SymmetricHardLimit", "ReLU", "LeakyReLU"):
        # From n away from the kink, where the derivative is by definition that of the left side: on a
        # straight line, any step will do, and doubling is exact.
        quotient = (activation(f, 2 * n) - activation(f, n)) / n
        return np.where(n == 0, _SLOPE_BELOW if f == "LeakyReLU" else 0.0, quotient), exact
    if f == "HardSigmoid":
        return np.where((a > 0) & (a < 1), 1 / 6, 0.0), exact
    if f == "Linear":
        return np.ones_like(n), exact
    if f == "Sin":  # a large n swallows any step
        return np.cos(n), np.ones_like(n)
    if f in ("ELU", "SELU"):
        above, below = (_LAMBDA, _LAMBDA * _ALPHA) if f == "SELU" else (1.0, 1.0)
        left = below * difference(lambda h: np.expm1(np.minimum(n, 0) + h))
        return np.where(n > 0, above, left), np.where(n > 0, 0.0, below)
    if f == "Softsign":  # each side goes on smoothly beyond 0
        side = np.where(n < 0, -1.0, 1.0)
        return difference(lambda h: (n + h) / (1 + side * (n + h))), np.ones_like(n)
    if f in _LIKE_RAMP:
        left = difference(lambda h: activation(f, h - np.abs(n)))
        return np.where(n > 0, 1 - left, left), np.abs(activation(f, -np.abs(n)))
    return difference(lambda h: activation(f, n + h)), np.minimum(np.abs(a), 1)


def difference(function: Callable[[float], Array]) -> Array:
    """Compute a derivative at 0: central differences with two steps, extrapolated to none.

    Parameters
    ----------
    function : callable
        Of one number.

    Returns
    -------
    ndarray
        Its derivative.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.activation_check import difference
    >>> difference(lambda h: np.sin(np.array([0.0, np.pi]) + h)).round(9)
    array([ 1., -1.])
    """
    wide, narrow = ((function(h) - function(-h)) / (2 * h) for h in (_STEP, _STEP / 2))
    return np.asarray((4 * narrow - wide) / 3)


def _sigmoid(n: Array) -> Array:
    e = np.exp(-np.abs(n))  # which does not overflow
    return np.where(n >= 0, 1 / (1 + e), e / (1 + e))


def _exponential_below(n: Array) -> Array:
    return np.where(n < 0, np.expm1(np.minimum(n, 0)), n)


_FORMULAS: dict[str, Callable[[Array], Array]] = {
    "HardLimit": lambda n: np.heaviside(n, 1.0),
    "SymmetricHardLimit": lambda n: 2 * np.heaviside(n, 1.0) - 1,
    "Linear": lambda n: n,
    "ReLU": lambda n: np.maximum(n, 0),
    "LeakyReLU": lambda n: np.where(n < 0, _SLOPE_BELOW * n, n),
    "ELU": _exponential_below,
    "SELU": lambda n: _exponential_below(n) * np.where(n < 0, _LAMBDA * _ALPHA, _LAMBDA),
    "Sigmoid": _sigmoid,
    "Tanh": np.tanh,
    "Exponential": np.exp,
    "GELU": lambda n: n * ndtr(n),
    "SiLU": lambda n: n * _sigmoid(n),
    "Softplus": lambda n: np.maximum(n, 0) + np.log1p(np.exp(-np.abs(n))),
    "Softsign": lambda n: n / (1 + np.abs(n)),
    "HardSigmoid": lambda n: np.clip(n / 6 + 0.5, 0, 1),
    "Sin": np.sin,
    "RadialBasis": lambda n: np.exp(-n * n),
}
