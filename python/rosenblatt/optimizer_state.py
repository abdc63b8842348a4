"""What an optimizer remembers of the steps so far, as plain arrays: for pickles."""

from __future__ import annotations

from typing import Any

import numpy as np

from rosenblatt.precision import PRECISIONS, CoreNetwork

__all__ = ["restored", "saved"]


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
    for k in range(1, len(thetas) + 1):
        optimizer.first(k)[...] = state["first"][k - 1]
        if state["second"] is not None:
            optimizer.second(k)[...] = state["second"][k - 1]
    optimizer.restore(state["steps"], state["learning_rate"])
    return optimizer
