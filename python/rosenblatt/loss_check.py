"""The losses and their derivatives, computed anew by NumPy and differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from rosenblatt.activation_check import difference
from rosenblatt.precision import Array
from rosenblatt.trace_losses import rivals

__all__ = ["comes_of_net_input", "loss_terms", "slope_by_net_input", "slope_by_output"]

# A loss's numbers under the symbols of its formula.
Numbers = Mapping[str, Array]


def loss_terms(loss: str, numbers: Numbers, a: Array, y: Array, eps: float) -> list[Array]:
    """Compute the terms that a loss is the sum of.

    Parameters
    ----------
    loss : str
        Its name.
    numbers : dict of ndarray
        What it takes, as `trace_losses.options` gives it.
    a, y : ndarray of shape (rows, outputs)
        Activations of the last layer, and targets, of float64.
    eps : float
        Probabilities are kept so far away from 0 and 1, as the core and scikit-learn do.

    Returns
    -------
    list of ndarray
        Terms; what their sizes sum to tells how well the loss can be known.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.loss_check import loss_terms
    >>> loss_terms("squared_error", {}, np.array([[1.0, 2.0]]), np.array([[0.0, 0.0]]), 1e-16)
    [array([[1., 4.]])]
    """
    p = np.clip(a, eps, 1 - eps)
    gamma = float(numbers.get("γ", 0.0))
    if loss in ("log_loss", "focal"):
        return [-y * (1 - p) ** gamma * np.log(p)]
    if loss in ("binary_log_loss", "binary_focal"):
        return [-y * (1 - p) ** gamma * np.log(p), -(1 - y) * p**gamma * np.log(1 - p)]
    if loss == "class_hinge":
        return [np.maximum(0, 1 + _lead_of_rivals(a, y))]
    if loss == "poisson":
        return [np.where(y == 0, 0.0, y * np.log(y / a)), -y, a]
    if loss == "gamma":
        return [np.log(a / y), y / a, -np.ones_like(a)]
    if loss == "tweedie":
        return _tweedie_terms(float(numbers["p"]), a, y)
    if loss == "hinge":
        return [np.maximum(0, 1 - (2 * y - 1) * a)]
    return [_by_error(loss, numbers, a - y)]


def comes_of_net_input(loss: str) -> bool:
    """Tell whether the derivative of a loss is that by n, not by a.

    Parameters
    ----------
    loss : str
        Its name.

    Returns
    -------
    bool
        True where one of the two might be infinite, the other 0; or for the perceptron rule.

    Examples
    --------
    >>> from rosenblatt.loss_check import comes_of_net_input
    >>> comes_of_net_input("log_loss"), comes_of_net_input("huber")
    (True, False)
    """
    return loss in _CHANGES or loss in ("focal", "binary_focal", "tweedie")


def slope_by_net_input(loss: str, numbers: Numbers, a: Array, y: Array, eps: float) -> tuple[Array, Array]:
    """Compute differences of a loss by the net inputs of the last layer.

    Parameters
    ----------
    loss, numbers, a, y, eps
        As for `loss_terms`; of one group of outputs.

    Returns
    -------
    tuple of ndarray
        ∂L/∂n, and what its error is relative to.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.loss_check import slope_by_net_input
    >>> a, y = np.array([[0.25]]), np.array([[1.0]])
    >>> slope_by_net_input("binary_log_loss", {}, a, y, 1e-16)[0].round(9)
    array([[-0.75]])
    """
    p = np.clip(a, eps, 1 - eps)
    change: Callable[[float], Array]
    if loss == "focal":
        change = partial(_focal, float(numbers["γ"]), a, p, y)
    elif loss == "binary_focal":
        change = partial(_binary_focal, float(numbers["γ"]), p, y)
    elif loss == "tweedie":
        change = partial(_tweedie, float(numbers["p"]), a, y)
    else:
        change = partial(_CHANGES[loss], a, y)
    size = np.abs(a) + np.abs(y)
    if loss in ("focal", "binary_focal"):
        size += eps
    elif loss == "gamma":
        size = np.where(np.isinf(a), np.inf, 1 + np.abs(y / a))
    elif loss == "tweedie":
        size = np.where(y == 0, 0.0, np.abs(y) * a ** (1 - numbers["p"])) + a ** (2 - numbers["p"])
    return difference(change), size


def slope_by_output(loss: str, numbers: Numbers, a: Array, y: Array) -> tuple[Array, Array]:
    """Compute differences of a loss by the activations of the last layer.

    Parameters
    ----------
    loss, numbers, a, y
        As for `loss_terms`.

    Returns
    -------
    tuple of ndarray
        ∂L/∂a, at a kink 0, and what its error is relative to.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.loss_check import slope_by_output
    >>> slope_by_output("absolute_error", {}, np.array([[3.0, 0.5]]), np.array([[1.0, 1.0]]))[0]
    array([[ 1., -1.]])
    """
    e, exact = a - y, np.zeros_like(a)
    if loss == "class_hinge":
        lead = _lead_of_rivals(a, y)
        is_class = np.arange(y.shape[1]) == y.argmax(axis=1)[:, np.newaxis]
        slope = np.where(lead > -1, rivals(a, y) - is_class, 0.0)
        # Where the lead is not finite, there is no number that could be right.
        return (slope + 0 * lead, exact) if y.shape[1] > 1 else (exact, exact)
    if loss == "hinge":
        t = 2 * y - 1
        return -t * _on_a_line(lambda missing: np.maximum(0, missing), 1 - t * a), exact
    if loss in _FACTORS:
        return _of_parabola(_FACTORS[loss], a, y)
    straight = _on_a_line(partial(_by_error, loss, numbers), e)
    if loss == "huber":
        near, size = _of_parabola(0.5, a, y)
        return np.where(np.abs(e) <= numbers["δ"], near, straight), np.minimum(size, numbers["δ"])
    return straight, exact


def _on_a_line(value: Callable[[Array], Array], e: Array) -> Array:
    """The slope away from a kink at 0: on a straight line any step will do, and doubling is exact."""
    return np.where(e == 0, 0.0, (value(2 * e) - value(e)) / e)


def _of_parabola(factor: float, a: Array, y: Array) -> tuple[Array, Array]:
    """∂L/∂a of squares, with its size: of a parabola, any difference is the derivative."""
    h = np.maximum(np.abs(a) + np.abs(y), 1e-150)
    slope = factor * ((a + h - y) ** 2 - (a - h - y) ** 2) / (2 * h)
    return slope, 2 * factor * h


def _lead_of_rivals(a: Array, y: Array) -> Array:
    """By how much the largest other output is above that of the class; a column."""
    if y.shape[1] == 1:
        return np.full_like(a, -np.inf)
    of_class = np.take_along_axis(a, y.argmax(axis=1)[:, np.newaxis], axis=1)
    other = np.take_along_axis(a, rivals(a, y).argmax(axis=1)[:, np.newaxis], axis=1)
    return np.asarray(other - of_class)


def _tweedie_terms(p: float, a: Array, y: Array) -> list[Array]:
    c, d = 1 - p, 2 - p
    if c == 0:
        return loss_terms("poisson", {}, a, y, 0.0)
    if d == 0:
        return loss_terms("gamma", {}, a, y, 0.0)
    own = y**2 / 2 if p == 0 else np.where(y > 0, np.maximum(y, 0) ** d / (c * d), 0.0)
    return [own, np.where(y == 0, 0.0, -y * a**c / c), a**d / d]


def _focal_term(gamma: float, q: Array, q_grows: Array, p: Array, p_grows: Array) -> Array:
    """The change of −q^γ log p where the logarithms of q and p grow, exact where it is small."""
    return np.asarray(
        -(q**gamma) * (np.expm1(gamma * q_grows) * np.log(p) + np.exp(gamma * q_grows) * p_grows)
    )


def _focal(gamma: float, a: Array, p: Array, y: Array, h: float) -> Array:
    is_moved = np.eye(a.shape[1])
    p, moved = p[:, np.newaxis, :], a[:, :, np.newaxis]  # row j is that of a step of n_j
    # It multiplies exp(n_j) by exp(h), and so the sum by 1 + a_j (exp(h) - 1).
    sum_grows = np.log1p(moved * np.expm1(h))
    q_grows = np.where(is_moved == 1, 0.0, np.log1p(moved * np.expm1(h) / (1 - p))) - sum_grows
    terms = _focal_term(gamma, 1 - p, q_grows, p, is_moved * h - sum_grows)
    return np.asarray((y[:, np.newaxis, :] * terms).sum(axis=2))


def _binary_focal(gamma: float, p: Array, y: Array, h: float) -> Array:
    q_grows = -np.log1p(p * np.expm1(h))
    p_grows = h + q_grows
    right = y * _focal_term(gamma, 1 - p, q_grows, p, p_grows)
    return np.asarray(right + (1 - y) * _focal_term(gamma, p, p_grows, 1 - p, q_grows))


def _tweedie(p: float, a: Array, y: Array, h: float) -> Array:
    c, d = 1 - p, 2 - p
    by_c, by_d = (h if power == 0 else np.expm1(power * h) / power for power in (c, d))
    return np.where(y == 0, 0.0, -y * a**c * by_c) + a**d * by_d


def _by_error(loss: str, numbers: Numbers, e: Array) -> Array:
    """The losses of an error e = a - y alone."""
    if loss == "quantile":
        return np.where(e > 0, (1 - numbers["q"]) * e, -numbers["q"] * e)
    if loss == "huber":
        delta = numbers["δ"]
        return np.where(np.abs(e) <= delta, e**2 / 2, delta * (np.abs(e) - delta / 2))
    if loss in ("absolute_error", "perceptron"):
        return np.abs(e)
    return np.asarray(e**2 * _FACTORS[loss])


_FACTORS = {"squared_error": 1.0, "half_squared_error": 0.5}

# How the loss changes with a step h of a net input of the last layer, by means of a = f(n). A log-loss counts
# probabilities below 2e-16 as they are here. The perceptron rule takes a hard limit for linear.
_CHANGES: dict[str, Callable[[Array, Array, float], Array]] = {
    "log_loss": lambda a, y, h: y.sum(axis=1, keepdims=True) * np.log1p(a * np.expm1(h)) - y * h,
    "binary_log_loss": lambda a, y, h: np.log1p(a * np.expm1(h)) - y * h,
    "poisson": lambda a, y, h: a * np.expm1(h) - y * h,
    "gamma": lambda a, y, h: h + y / a * np.expm1(-h),
    "perceptron": lambda a, y, h: (a - y) * h,
}
