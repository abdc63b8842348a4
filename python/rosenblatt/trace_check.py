"""The numbers of a trace, each computed anew from those before it, by NumPy and central differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rosenblatt.activation_check import activation, derivative, difference
from rosenblatt.output_groups import of_groups
from rosenblatt.precision import Array

if TYPE_CHECKING:
    from rosenblatt.trace import Trace

__all__ = ["Verification", "verified"]


class Verification(NamedTuple):
    """How well a trace agrees with what it is to be.

    Attributes
    ----------
    error : float
        The largest relative error.
    quantity : str
        The quantity that has it, say ``"s[1]"``.
    errors : dict
        The largest relative error of every quantity.
    """

    error: float
    quantity: str
    errors: dict[str, float]

    def __str__(self) -> str:
        return f"largest relative error {self.error:.1e}, of {self.quantity}; {len(self.errors)} quantities"


class Claim(NamedTuple):
    """A quantity: what the trace says, what it is to be, and what its error is relative to."""

    name: str
    said: Array
    wanted: Array
    size: Array


def verified(trace: Trace) -> Verification:
    """Compare every number of a trace with one computed anew.

    Parameters
    ----------
    trace : Trace
        Any.

    Returns
    -------
    Verification
        The relative errors. A sum is compared relative to the sum of its terms' sizes, as rounding goes.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.trace_check import verified
    >>> trace = Network([2, 3, 1], "Sigmoid").initialize(0).trace([1, 2], 0, eta=0.1)
    >>> verified(trace).error < 1e-12
    True
    """
    precision = np.finfo(trace.dtype)
    floor = float(precision.tiny / precision.eps)  # below it, numbers have not all of their digits
    with np.errstate(all="ignore"):
        errors = {claim.name: _error(claim, floor) for claim in _claims(trace)}
    worst = max(errors, key=lambda name: errors[name])
    return Verification(errors[worst], worst, errors)


def _error(claim: Claim, floor: float) -> float:
    said, wanted = (np.asarray(values, dtype=np.float64) for values in (claim.said, claim.wanted))
    errors = np.abs(said - wanted) / np.maximum(np.maximum(np.abs(wanted), claim.size), floor)
    errors[np.isnan(errors)] = np.inf
    return float(np.max(errors, where=np.isfinite(wanted) & np.isfinite(claim.size), initial=0.0))


def _claims(trace: Trace) -> Iterator[Claim]:
    last = len(trace.sizes) - 1
    n, a, s, slope = ({} for _ in range(4))
    a[0] = _batch(trace, trace.a[0])
    for k in range(1, last + 1):
        n[k], a[k], s[k] = (_batch(trace, values[k]) for values in (trace.n, trace.a, trace.s))
        slope[k] = _batch(trace, trace.derivative[k])
    y = _batch(trace, trace.y)
    theta = {k: values.astype(np.float64) for k, values in enumerate(trace.theta_before, start=1)}
    slope_size = {}

    for k, f in enumerate(trace.activations, start=1):
        inputs = _with_ones(a[k - 1])
        yield Claim(f"n[{k}]", n[k], inputs @ theta[k], np.abs(inputs) @ np.abs(theta[k]))
        is_softmax = f == "Softmax"
        widths = trace.groups if trace.groups and k == last else (trace.sizes[k],)
        answer = _softmax(n[k], widths) if is_softmax else activation(f, n[k])
        yield Claim(f"a[{k}]", a[k], answer, np.zeros_like(a[k]))
        wanted, slope_size[k] = _softmax_jacobian(a[k], widths) if is_softmax else derivative(f, n[k], a[k])
        yield Claim(f"derivative[{k}]", slope[k], wanted, slope_size[k])

    terms = _loss_terms(trace.loss_name, a[last], y, float(np.finfo(trace.dtype).eps))
    size = np.asarray([sum(float(np.abs(term).sum()) for term in terms) * trace.scale])
    loss = np.asarray([sum(float(term.sum()) for term in terms) * trace.scale])
    yield Claim("loss", np.asarray([trace.loss]), loss, size)

    for k in range(last, 0, -1):
        if k == last and trace.loss_name in _CHANGES:
            parts = zip(*(of_groups(values, widths) for values in (a[last], y)), strict=True)
            changes = [partial(_CHANGES[trace.loss_name], *part) for part in parts]
            wanted = np.hstack([difference(change) for change in changes])
            yield Claim(f"s[{k}]", s[k], wanted, np.abs(a[last]) + np.abs(y))
            continue
        if k == last:
            from_above, from_above_size = _squared_slope(trace.loss_name, a[last], y)
        else:
            W = theta[k + 1][1:].T
            from_above, from_above_size = s[k + 1] @ W, np.abs(s[k + 1]) @ np.abs(W)
        size_of_slope = np.maximum(np.abs(slope[k]), slope_size[k])
        wanted, size = _times(from_above, slope[k]), _times(from_above_size, size_of_slope)
        yield Claim(f"s[{k}]", s[k], wanted, size)

    for k in range(1, last + 1):
        inputs = _with_ones(a[k - 1])
        gradient = trace.gradient[k].astype(np.float64)
        yield Claim(
            f"gradient[{k}]",
            gradient,
            inputs.T @ s[k] * trace.scale,
            np.abs(inputs).T @ np.abs(s[k]) * trace.scale,
        )
        size = np.abs(theta[k]) + trace.eta * np.abs(gradient)
        yield Claim(f"theta_after[{k}]", trace.theta_after[k], theta[k] - trace.eta * gradient, size)


def _batch(trace: Trace, values: Array) -> Array:
    return trace.by_rows(values).astype(np.float64)


def _with_ones(a: Array) -> Array:
    return np.hstack([np.ones((len(a), 1)), a])


def _times(s: Array, slope: Array) -> Array:
    """Each row times its derivative: element by element, or a Jacobian."""
    return s * slope if slope.ndim == 2 else np.einsum("ri,rij->rj", s, slope)


def _softmax(n: Array, widths: Sequence[int]) -> Array:
    """The softmax of each group of columns."""
    powers = [np.exp(part - part.max(axis=-1, keepdims=True)) for part in of_groups(n, widths)]
    return np.hstack([part / part.sum(axis=-1, keepdims=True) for part in powers])


def _softmax_jacobian(a: Array, widths: Sequence[int]) -> tuple[Array, Array]:
    """Differences of the softmax of each group, and what their errors are relative to."""
    jacobian, size = np.zeros((2, *a.shape, a.shape[1]))
    begin = 0
    for part in of_groups(a, widths):
        group = slice(begin, begin + part.shape[1])
        jacobian[:, group, group], size[:, group, group] = _jacobian_of_group(part)
        begin = group.stop
    return jacobian, size


def _jacobian_of_group(a: Array) -> tuple[Array, Array]:
    identity = np.eye(a.shape[1])
    before, moved = a[:, np.newaxis, :], a[:, :, np.newaxis]  # row j is that of a step of n_j

    def change(h: float) -> Array:
        # A step h of n_j multiplies exp(n_j) by exp(h), and so the sum by 1 + a_j (exp(h) - 1).
        growth = np.expm1(h) / (1 + a * np.expm1(h))
        return np.asarray(before * (identity - moved) * growth[:, :, np.newaxis])

    return difference(change), before * (identity + moved)


def _loss_terms(loss: str, a: Array, y: Array, eps: float) -> list[Array]:
    if loss in ("squared_error", "half_squared_error"):
        return [(y - a) ** 2 * (0.5 if loss == "half_squared_error" else 1.0)]
    if loss == "perceptron":
        return [np.abs(y - a)]
    if loss == "poisson":
        return [np.where(y == 0, 0.0, y * np.log(y / a)), -y, a]
    p = np.clip(a, eps, 1 - eps)  # as the core and scikit-learn do
    return [-y * np.log(p)] if loss == "log_loss" else [-y * np.log(p), -(1 - y) * np.log(1 - p)]


def _squared_slope(loss: str, a: Array, y: Array) -> tuple[Array, Array]:
    """∂L/∂a of a sum of squares: of a parabola, any difference is the derivative."""
    factor = 0.5 if loss == "half_squared_error" else 1.0
    h = np.maximum(np.abs(a) + np.abs(y), 1e-150)
    slope = factor * ((a + h - y) ** 2 - (a - h - y) ** 2) / (2 * h)
    return slope, 2 * factor * h


# How the loss changes with a step h of a net input of the last layer, by means of a = f(n). A log-loss counts
# probabilities below 2e-16 as they are here. The perceptron rule takes a hard limit for linear.
_CHANGES: dict[str, Callable[[Array, Array, float], Array]] = {
    "log_loss": lambda a, y, h: y.sum(axis=1, keepdims=True) * np.log1p(a * np.expm1(h)) - y * h,
    "binary_log_loss": lambda a, y, h: np.log1p(a * np.expm1(h)) - y * h,
    "poisson": lambda a, y, h: a * np.expm1(h) - y * h,
    "perceptron": lambda a, y, h: (a - y) * h,
}
