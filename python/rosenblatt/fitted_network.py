"""The core's network behind an estimator's coefs_ and intercepts_."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rosenblatt.initial_weights import draw
from rosenblatt.precision import PRECISIONS, Array, CoreNetwork
from rosenblatt.random_state import Random

__all__ = [
    "ACTIVATIONS",
    "DivergenceError",
    "check_finite",
    "initial_network",
    "network_of",
    "parameter_views",
]

# The estimators' names of the activations, scikit-learn's where it has them, and the textbook's.
ACTIVATIONS = {
    "identity": "Linear",
    "logistic": "Sigmoid",
    "tanh": "Tanh",
    "relu": "ReLU",
    "softmax": "Softmax",
    "exp": "Exponential",
    "ordered": "Ordered",
    "hardlimit": "HardLimit",
    "symmetric_hardlimit": "SymmetricHardLimit",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "hard_sigmoid": "HardSigmoid",
    "sin": "Sin",
    "radial_basis": "RadialBasis",
}


def initial_network(
    sizes: list[int],
    activation: str | Sequence[str],
    out_activation: str,
    dtype: np.dtype[Any],
    random: Random,
    weight_init: str = "auto",
    groups: Sequence[int] = (),
) -> CoreNetwork:
    """Make a network with random parameters.

    Parameters
    ----------
    sizes : list of int
        Width of the input and of every layer.
    activation : str or sequence of str
        The estimators' name of the activation of all hidden layers, or one for each.
    out_activation : str
        That of the last layer.
    dtype : dtype
        float32 or float64.
    random : Random
        Where the numbers come from.
    weight_init : str, default="auto"
        How they are drawn; see `rosenblatt.initial_weights`.
    groups : sequence of int, default=()
        Widths of the groups of outputs that have an activation each, say a softmax; (): all share one.

    Returns
    -------
    CoreNetwork
        The network.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.fitted_network import initial_network
    >>> from rosenblatt.random_state import seeded
    >>> initial_network([2, 3, 1], "relu", "identity", np.dtype(np.float32), seeded(0)).sizes
    [2, 3, 1]
    """
    names = _names(sizes, activation, out_activation)
    network: CoreNetwork = PRECISIONS[dtype].network(sizes, names, list(groups))
    draw(network, activation, weight_init, random)
    return network


def network_of(
    coefs: Sequence[ArrayLike],
    intercepts: Sequence[ArrayLike],
    activation: str | Sequence[str],
    out_activation: str,
    outputs: int,
    dtype: np.dtype[Any] | None = None,
    groups: Sequence[int] = (),
) -> CoreNetwork:
    """Make a network with given parameters.

    Parameters
    ----------
    coefs, intercepts : sequence of array-like
        Wᵏ of shape (pᵏ⁻¹, pᵏ) and bᵏ of shape (pᵏ,).
    activation, out_activation
        As for `initial_network`.
    outputs : int
        Width that the last layer must have.
    dtype : dtype or None, default=None
        None: float32 if all parameters are, else float64.
    groups : sequence of int, default=()
        As for `initial_network`.

    Returns
    -------
    CoreNetwork
        The network, with a copy of the parameters.

    Raises
    ------
    ValueError
        If the shapes do not fit together.

    Examples
    --------
    >>> from rosenblatt.fitted_network import network_of
    >>> network_of([[[1.0], [2.0]]], [[0.5]], "relu", "identity", 1).theta(1)
    array([[0.5],
           [1. ],
           [2. ]])
    """
    weights, biases = ([np.asarray(values) for values in layers] for layers in (coefs, intercepts))
    sizes = [W.shape[0] if W.ndim == 2 else -1 for W in weights] + [outputs]
    shapes = list(pairwise(sizes)), [(size,) for size in sizes[1:]]
    given = [W.shape for W in weights], [b.shape for b in biases]
    if not weights or given != shapes:
        raise ValueError(
            f"coefs_ and intercepts_ must make layers with {outputs} output(s) in the end; "
            f"their shapes are {given[0]} and {given[1]}"
        )
    if dtype is None:
        is_single = all(values.dtype == np.float32 for values in [*weights, *biases])
        dtype = np.dtype(np.float32 if is_single else np.float64)
    names = _names(sizes, activation, out_activation)
    network: CoreNetwork = PRECISIONS[dtype].network(sizes, names, list(groups))
    for k, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
        network.theta(k)[1:] = W
        network.theta(k)[0] = b
    return network


def parameter_views(network: CoreNetwork) -> tuple[list[Array], list[Array]]:
    """View the parameters of a network as coefs_ and intercepts_.

    Parameters
    ----------
    network : CoreNetwork
        Any network; it is kept alive by the views.

    Returns
    -------
    tuple of list of ndarray
        Wᵏ and bᵏ of every layer; what is written into them is written into the network.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.fitted_network import initial_network, parameter_views
    >>> from rosenblatt.random_state import seeded
    >>> network = initial_network([2, 3, 1], "relu", "identity", np.dtype(np.float32), seeded(0))
    >>> [W.shape for W in parameter_views(network)[0]]
    [(2, 3), (3, 1)]
    """
    thetas = [network.theta(k) for k in range(1, len(network.sizes))]
    return [theta[1:] for theta in thetas], [theta[0] for theta in thetas]


class DivergenceError(ValueError):
    """A training that left the range of floating-point numbers.

    Examples
    --------
    >>> from rosenblatt.fitted_network import DivergenceError
    >>> issubclass(DivergenceError, ValueError)
    True
    """


def check_finite(network: CoreNetwork, failure: BaseException | None = None) -> None:
    """Refuse a network whose training left the range of floating-point numbers.

    Parameters
    ----------
    network : CoreNetwork
        Any network.
    failure : BaseException or None, default=None
        What ended its training and is to be raised instead.

    Raises
    ------
    DivergenceError
        If a parameter is not finite.

    Examples
    --------
    >>> from rosenblatt.fitted_network import check_finite, network_of
    >>> check_finite(network_of([[[1.0], [2.0]]], [[0.5]], "relu", "identity", 1))
    """
    if not all(np.isfinite(network.theta(k)).all() for k in range(1, len(network.sizes))):
        if failure is not None:
            raise failure
        raise DivergenceError(
            "Solver produced non-finite parameter weights. The input data may contain large "
            "values and need to be preprocessed."
        )


def _names(sizes: list[int], activation: str | Sequence[str], out_activation: str) -> list[str]:
    hidden = [activation] * (len(sizes) - 2) if isinstance(activation, str) else activation
    return [ACTIVATIONS[name] for name in [*hidden, out_activation]]
