"""What an optimizer remembers of the steps so far, as plain arrays: for pickles."""

from __future__ import annotations

from typing import Any

import numpy as np

from rosenblatt.precision import PRECISIONS, CoreNetwork

__all__ = ["restored", "saved", "write"]


def saved(optimizer: Any, layers: int) -> dict[str, Any]:
    """Copy the state of an optimizer.

    Parameters
    ----------
    optimizer : OptimizerFloat32 or OptimizerFloat64
        Of the core.
    layers : int
        Those of its network, without the input.

    Returns
    -------
    dict
        ``steps``, ``learning_rate``, and the moments, a list of an array for each layer in the shape of θ;
        no larger than that.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.optimizer_state import saved
    >>> model = MLPRegressor(hidden_layer_sizes=(2,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0.0, 1.0])
    >>> [first.shape for first in saved(model._optimizer, 2)["first"]]
    [(2, 2), (3, 1)]
    """
    every_layer = range(1, layers + 1)
    return {
        "steps": optimizer.steps,
        "learning_rate": optimizer.learning_rate,
        "first": [np.array(optimizer.first(k)) for k in every_layer],
        "second": [np.array(optimizer.second(k)) for k in every_layer] if optimizer.has_second else None,
    }


def restored(network: CoreNetwork, options: dict[str, Any], state: dict[str, Any]) -> Any:
    """Make an optimizer that goes on where another one was saved.

    Parameters
    ----------
    network : CoreNetwork
        The network whose parameters it is to move.
    options : dict
        Those of the other one.
    state : dict
        What `saved` returned.

    Returns
    -------
    OptimizerFloat32 or OptimizerFloat64 or None
        None if the network has other sizes than the saved one.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.optimizer_state import restored, saved
    >>> model = MLPRegressor(hidden_layer_sizes=(2,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0.0, 1.0])
    >>> state = saved(model._optimizer, 2)
    >>> restored(model._network, model._optimizer_options, state).steps == model._optimizer.steps
    True
    """
    thetas = [network.theta(k) for k in range(1, len(network.sizes))]
    if [first.shape for first in state["first"]] != [theta.shape for theta in thetas]:
        return None
    optimizer = PRECISIONS[thetas[0].dtype].optimizer(network, **options)
    write(optimizer, state)
    return optimizer


def write(optimizer: Any, state: dict[str, Any]) -> None:
    """Let an optimizer go on where another one with its options and sizes was saved.

    Parameters
    ----------
    optimizer : OptimizerFloat32 or OptimizerFloat64
        Changed in place.
    state : dict
        What `saved` returned.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.optimizer_state import saved, write
    >>> model = MLPRegressor(hidden_layer_sizes=(2,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0.0, 1.0])
    >>> copy = model._optimizer.copy()
    >>> write(copy, saved(model._optimizer, 2) | {"steps": 7})
    >>> copy.steps
    7.0
    """
    for k, first in enumerate(state["first"], start=1):
        optimizer.first(k)[...] = first
    for k, second in enumerate(state["second"] or (), start=1):
        optimizer.second(k)[...] = second
    optimizer.restore(state["steps"], state["learning_rate"])
