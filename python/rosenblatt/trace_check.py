"""The numbers of a trace, each computed anew from those before it, by NumPy and central differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rosenblatt.activation_check import activation, derivative, difference
from rosenblatt.loss_check import comes_of_net_input, loss_terms, slope_by_net_input, slope_by_output
from rosenblatt.output_groups import JACOBIANS, of_groups
from rosenblatt.precision import Array
from rosenblatt.trace_losses import options, smoothed

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
    theta = {k: values.astype(np.float64) for k, values in enumerate(trace.theta_before, start=1)}
    slope_size = {}

    for k, f in enumerate(trace.activations, start=1):
        inputs = _with_ones(a[k - 1])
        yield Claim(f"n[{k}]", n[k], inputs @ theta[k], np.abs(inputs) @ np.abs(theta[k]))
        widths = trace.groups if trace.groups and k == last else (trace.sizes[k],)
        if f in JACOBIANS:
            answer, jacobian = _OF_GROUPS[f]
            parts = zip(*(answer(part) for part in of_groups(n[k], widths)), strict=True)
            values, size = (np.hstack(part) for part in parts)
            wanted, slope_size[k] = _jacobians(jacobian, n[k], a[k], widths)
        else:
            values, size = activation(f, n[k]), np.zeros_like(a[k])
            wanted, slope_size[k] = derivative(f, n[k], a[k])
        yield Claim(f"a[{k}]", a[k], values, size)
        yield Claim(f"derivative[{k}]", slope[k], wanted, slope_size[k])

    target, numbers, eps = smoothed(trace), options(trace), float(np.finfo(trace.dtype).eps)
    loss_name = trace.loss_name
    terms = loss_terms(loss_name, numbers, a[last], target, eps)
    size = np.asarray([sum(float(np.abs(term).sum()) for term in terms) * trace.scale])
    loss = np.asarray([sum(float(term.sum()) for term in terms) * trace.scale])
    yield Claim("loss", np.asarray([trace.loss]), loss, size)

    for k in range(last, 0, -1):
        if k == last and comes_of_net_input(loss_name):
            parts = zip(of_groups(a[last], widths), of_groups(target, widths), strict=True)
            slopes = [slope_by_net_input(loss_name, numbers, *part, eps) for part in parts]
            wanted, size = (np.hstack(part) for part in zip(*slopes, strict=True))
            yield Claim(f"s[{k}]", s[k], wanted, size)
            continue
        if k == last:
            from_above, size = slope_by_output(loss_name, numbers, a[last], target)
            from_above_size = np.maximum(np.abs(from_above), size)
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


def _jacobians(
    jacobian: Callable[[Array, Array], tuple[Array, Array]], n: Array, a: Array, widths: Sequence[int]
) -> tuple[Array, Array]:
    """Differences of each group, and what their errors are relative to."""
    found, size = np.zeros((2, *a.shape, a.shape[1]))
    begin = 0
    for parts in zip(of_groups(n, widths), of_groups(a, widths), strict=True):
        group = slice(begin, begin + parts[0].shape[1])
        found[:, group, group], size[:, group, group] = jacobian(*parts)
        begin = group.stop
    return found, size


def _softmax(n: Array) -> tuple[Array, Array]:
    powers = np.exp(n - n.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True), np.zeros_like(n)


def _softmax_jacobian(_n: Array, a: Array) -> tuple[Array, Array]:
    identity = np.eye(a.shape[1])
    before, moved = a[:, np.newaxis, :], a[:, :, np.newaxis]  # row j is that of a step of n_j

    def change(h: float) -> Array:
        # A step h of n_j multiplies exp(n_j) by exp(h), and so the sum by 1 + a_j (exp(h) - 1).
        growth = np.expm1(h) / (1 + a * np.expm1(h))
        return np.asarray(before * (identity - moved) * growth[:, :, np.newaxis])

    return difference(change), before * (identity + moved)


def _ordered(n: Array) -> tuple[Array, Array]:
    steps = np.hstack([n[:, :1], activation("Softplus", n[:, 1:])])
    return steps.cumsum(axis=1), np.abs(steps).cumsum(axis=1)


def _ordered_jacobian(n: Array, a: Array) -> tuple[Array, Array]:
    """n_j moves all a_i with i ≥ j, by as much as the step up to a_j."""
    slope, size = derivative("Softplus", n, a)
    slope[:, 0], size[:, 0] = 1, 0
    below = np.tri(n.shape[1])
    return below * slope[:, np.newaxis, :], below * size[:, np.newaxis, :]


# What each computes of a group of net inputs, with what its error is relative to, and its derivative.
_OF_GROUPS = {"Softmax": (_softmax, _softmax_jacobian), "Ordered": (_ordered, _ordered_jacobian)}
