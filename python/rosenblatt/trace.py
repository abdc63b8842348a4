"""Every number of one step of backpropagation, kept, to be looked at, printed and checked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rosenblatt.layers import Layers
from rosenblatt.output_groups import JACOBIANS
from rosenblatt.precision import Array, CorePass
from rosenblatt.trace_check import Verification, verified
from rosenblatt.trace_html import to_html
from rosenblatt.trace_latex import to_latex
from rosenblatt.trace_losses import Options
from rosenblatt.trace_text import to_text

__all__ = ["Kept", "Trace", "derivative", "kept"]


@dataclass(frozen=True)
class Kept:
    """The arrays of all layers from `first` on, as `Layers` asks for them, and to be pickled."""

    first: int
    arrays: tuple[Array, ...]

    def __call__(self, k: int) -> Array:
        """Give the array of layer k."""
        return self.arrays[k - self.first]


def kept(name: str, first: int, values: list[Array]) -> Layers:
    """Copy one quantity of all layers, read-only.

    Parameters
    ----------
    name : str
        The quantity's, for messages.
    first : int
        Number of the first layer.
    values : list of ndarray
        One for each layer.

    Returns
    -------
    Layers
        The copies, which cannot be written to.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.trace import kept
    >>> kept("n", 1, [np.array([1.0, 2.0])])[1].flags.writeable
    False
    """
    arrays = tuple(np.array(value, order="C") for value in values)
    for array in arrays:
        array.setflags(write=False)
    return Layers(name, first, first + len(arrays) - 1, Kept(first, arrays))


def derivative(forward_pass: CorePass, k: int, activation: str) -> Array:
    """Ask the core for ḟᵏ(nᵏ) of each row.

    Parameters
    ----------
    forward_pass : CorePass
        After its forward.
    k : int
        The layer.
    activation : str
        Its activation.

    Returns
    -------
    ndarray of shape (rows, pᵏ), or of a Softmax or Ordered (rows, pᵏ, pᵏ)
        The derivatives, or the Jacobian.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import _core
    >>> from rosenblatt.trace import derivative
    >>> forward_pass = _core.PassFloat64(_core.NetworkFloat64([2, 1], ["Tanh"]), 1)
    >>> forward_pass.forward(np.ones((1, 2)))
    >>> derivative(forward_pass, 1, "Tanh")
    array([[1.]])
    """
    ones: Array = np.ones_like(forward_pass.a(k))
    if activation not in JACOBIANS:
        return forward_pass.times_derivative(k, ones)
    units: Array = np.eye(ones.shape[1], dtype=ones.dtype)
    return np.stack([forward_pass.times_derivative(k, ones * unit) for unit in units], axis=1)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Trace:
    """One step of gradient descent in full, as `Network.trace` returns it.

    ``print(trace)`` is the derivation, line by line, with the equations' numbers in docs/equations.md and the
    numbers of this step; a notebook shows it as tables. All arrays are read-only copies.

    Attributes
    ----------
    sizes, activations, groups, loss_name, dtype : tuple of int, of str, of int, str, dtype
        What the network is.
    loss_options : dict
        The numbers that the loss takes, as ``{"huber_delta": 1.0}``.
    eta, reduction : float, str
        Learning rate, and whether a batch counts by its mean or its sum.
    y : ndarray of shape (pˡ,) or (rows, pˡ)
        The targets; the input x is ``a[0]``.
    loss : float
        L before the step, reduced over the rows.
    n, a, s : Layers
        Net inputs (k = 1 .. l), activations (k = 0 .. l), sensitivities (k = 1 .. l) of each row.
    derivative : Layers
        ḟᵏ(nᵏ), k = 1 .. l, with the shape of n; of a Softmax or Ordered, the Jacobian of each row, of shape
        (pᵏ, pᵏ) or (rows, pᵏ, pᵏ).
    gradient : Layers
        ∂L/∂θᵏ = [1 aᵏ⁻¹]ᵀ sᵏ, reduced over the rows, k = 1 .. l.
    theta_before, theta_after : Layers
        Parameters θᵏ = [bᵏ; Wᵏ] before and after the step, k = 1 .. l.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> trace = Network([1, 1], "Linear").trace([3], [5], eta=0.1)
    >>> print(trace)
    Network 1-1: Linear; squared_error, 1 row, η = 0.1
    <BLANKLINE>
    Given
      (2)   a⁰ = x = [3]
            y = [5]
      (13)  θ¹ = ⎡0⎤
                 ⎣0⎦
    <BLANKLINE>
    Forward pass
      (20)  n¹ = b¹ + a⁰ W¹ = [0] + [3] [0] = [0]
      (21)  a¹ = Linear(n¹) = Linear([0]) = [0]
      (11)  L = Σ (y − a¹)² = Σ ([5] − [0])² = 25
    <BLANKLINE>
    Backward pass
      (32)  ḟ¹(n¹) = [1]
      (24)  s¹ = −2 (y − a¹) ∘ ḟ¹(n¹) = −2 ([5] − [0]) ∘ [1] = [-10]
    <BLANKLINE>
    Gradients
      (19)  ∂L/∂θ¹ = [1 a⁰]ᵀ s¹ = ⎡1⎤ [-10] = ⎡-10⎤
                                  ⎣3⎦         ⎣-30⎦
    <BLANKLINE>
    Gradient descent
      (14)  θ¹ ← θ¹ − η ∂L/∂θ¹ = ⎡0⎤ − 0.1 ⎡-10⎤ = ⎡1⎤
                                 ⎣0⎦       ⎣-30⎦   ⎣3⎦
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    groups: tuple[int, ...] = ()
    loss_name: str
    loss_options: Options = field(default_factory=dict)
    dtype: np.dtype[Any]
    eta: float
    reduction: str
    is_row: bool
    y: Array
    loss: float
    n: Layers
    a: Layers
    derivative: Layers
    s: Layers
    gradient: Layers
    theta_before: Layers
    theta_after: Layers

    @property
    def rows(self) -> int:
        """Number of rows of the step."""
        return 1 if self.is_row else len(self.y)

    @property
    def scale(self) -> float:
        """What the sum over the rows is multiplied by: 1 / rows for the mean, else 1."""
        return 1.0 / self.rows if self.reduction == "mean" else 1.0

    def by_rows(self, values: Array) -> Array:
        """View n, a, s, y or a derivative as that of a batch, also where x was a single row.

        Parameters
        ----------
        values : ndarray
            Of this trace.

        Returns
        -------
        ndarray of shape (rows, ...)
            The same numbers.

        Examples
        --------
        >>> from rosenblatt import Network
        >>> trace = Network([2, 1], "Tanh").trace([1, 2], 0, eta=0.1)
        >>> trace.a[0].shape, trace.by_rows(trace.a[0]).shape
        ((2,), (1, 2))
        """
        return values[np.newaxis] if self.is_row else values

    def __repr__(self) -> str:
        sizes = "-".join(str(size) for size in self.sizes)
        return f"<Trace of {sizes}: loss {self.loss:.5g}; print it to see all>"

    def __str__(self) -> str:
        return to_text(self)

    def _repr_html_(self) -> str:
        return to_html(self)

    def to_latex(self) -> str:
        r"""Write the derivation as a fragment of LaTeX.

        Returns
        -------
        str
            An ``align*`` for each part, matrices as ``pmatrix``: needs the package amsmath, and no other.

        Examples
        --------
        >>> from rosenblatt import Network
        >>> trace = Network([2, 1], "Tanh").trace([1, 2], 0, eta=0.1)
        >>> trace.to_latex().splitlines()[2]
        'a^{0} &= x = \\begin{pmatrix} 1 & 2 \\end{pmatrix} \\tag{2} \\\\'
        """
        return to_latex(self)

    def to_dict(self) -> dict[str, Any]:
        """Give all numbers as nested lists.

        Returns
        -------
        dict
            What the network is, eta, reduction, x, y, loss, and under ``"layers"`` for each layer its k,
            activation, n, a, derivative, s, gradient, theta_before and theta_after.

        Examples
        --------
        >>> from rosenblatt import Network
        >>> trace = Network([2, 1], "Tanh").trace([1, 2], 0, eta=0.1)
        >>> trace.to_dict()["layers"][0]["n"]
        [0.0]
        """
        quantities = ("n", "a", "derivative", "s", "gradient", "theta_before", "theta_after")
        return {
            "sizes": list(self.sizes),
            "activations": list(self.activations),
            "groups": list(self.groups),
            "loss_name": self.loss_name,
            "loss_options": dict(self.loss_options),
            "dtype": str(self.dtype),
            "eta": self.eta,
            "reduction": self.reduction,
            "x": self.a[0].tolist(),
            "y": self.y.tolist(),
            "loss": self.loss,
            "layers": [
                {
                    "k": k,
                    "activation": self.activations[k - 1],
                    **{name: getattr(self, name)[k].tolist() for name in quantities},
                }
                for k in range(1, len(self.sizes))
            ],
        }

    def to_json(self) -> str:
        """Give the same as JSON.

        Returns
        -------
        str
            Numbers to their last bit. JSON has none that are not finite: those are the strings ``"NaN"``,
            ``"Infinity"`` and ``"-Infinity"``, which Python's float reads.

        Examples
        --------
        >>> import json
        >>> from rosenblatt import Network
        >>> trace = Network([2, 1], "Tanh").trace([1, 2], 0, eta=0.1)
        >>> json.loads(trace.to_json()) == trace.to_dict()
        True
        """
        return json.dumps(_in_json(self.to_dict()), allow_nan=False)

    def verify(self) -> Verification:
        """Compute every quantity anew from those before it, in float64 and without the core.

        Derivatives of activations and of the loss are central differences; all else is the equation. Where an
        activation has a kink, the derivative by definition is expected: that of its left side, as 0 of a ReLU
        or HardLimit where n = 0. Where the
        numbers leave the range of float64, nothing is compared.

        Returns
        -------
        Verification
            The largest relative error, below 1e-7 for float64, and the quantity that has it; print it.

        Examples
        --------
        >>> from rosenblatt import Network
        >>> trace = Network([2, 3, 1], "Tanh").initialize(0).trace([1, 2], 0, eta=0.1)
        >>> trace.verify().error < 1e-7
        True
        """
        return verified(self)


def _in_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_json(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
