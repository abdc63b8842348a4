"""Batch normalisation: what is trained in the place of the network, kept for a training that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rosenblatt import optimizer_state
from rosenblatt.precision import PRECISIONS, CoreNetwork

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["batch_norm_of", "restored", "saved", "with_parameters"]


def batch_norm_of(model: MLP, network: CoreNetwork, optimizer: Any, *, is_partial: bool) -> Any:
    """Make the batch normalisation of a training.

    It goes on with that of the training before if the network is what that one was folded into; else, say
    after other parameters were written into it, it begins anew from the network.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Whose `batch_norm`, and what it keeps of the training before.
    network : CoreNetwork
        To be trained.
    optimizer : OptimizerFloat32 or OptimizerFloat64
        That of the weights.
    is_partial : bool
        Whether the optimizer goes on, too.

    Returns
    -------
    BatchNormFloat32 or BatchNormFloat64 or None
        None where it is off, or there are no hidden layers.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> model = MLPRegressor(batch_norm=True, max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0.0, 1.0])
    >>> model._batch_norm.is_folded_in(model._network)
    True
    """
    if not model.batch_norm or len(network.sizes) < 3:
        return None
    kind = PRECISIONS[network.theta(1).dtype].batch_norm
    batch_norm = kind(network, optimizer)
    before = model.__dict__.get("_batch_norm")
    if isinstance(before, kind) and before.is_folded_in(network):
        batch_norm.copy_parameters(before)
        if is_partial:
            batch_norm.copy_steps(before)
    return batch_norm


def saved(batch_norm: Any) -> dict[str, Any]:
    """Copy a batch normalisation into plain arrays.

    Parameters
    ----------
    batch_norm : BatchNormFloat32 or BatchNormFloat64
        Of the core.

    Returns
    -------
    dict
        ``theta`` of every layer before it is folded, ``scales`` (β and γ), ``mean``, ``variance`` and
        ``has_statistics``, and ``optimizer``, that of β and γ as `optimizer_state.saved` has it.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.batch_norm import saved
    >>> model = MLPRegressor(batch_norm=True, max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0.0, 1.0])
    >>> saved(model._batch_norm)["scales"].shape
    (2, 100)
    """
    network = batch_norm.network
    return {
        "theta": [np.array(network.theta(k)) for k in range(1, len(network.sizes))],
        "scales": np.array(batch_norm.scales),
        "mean": np.array(batch_norm.mean),
        "variance": np.array(batch_norm.variance),
        "has_statistics": batch_norm.has_statistics,
        "optimizer": optimizer_state.saved(batch_norm.optimizer, 1),
    }


def restored(network: CoreNetwork, optimizer: Any, state: dict[str, Any]) -> Any:
    """Make a batch normalisation that goes on where another one was saved.

    Parameters
    ----------
    network : CoreNetwork
        With the sizes of the other one's.
    optimizer : OptimizerFloat32 or OptimizerFloat64
        That of the weights, with the other one's options.
    state : dict
        What `saved` returned.

    Returns
    -------
    BatchNormFloat32 or BatchNormFloat64
        As it was.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.batch_norm import restored, saved
    >>> model = MLPRegressor(batch_norm=True, max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0.0, 1.0])
    >>> state = saved(model._batch_norm)
    >>> restored(model._network, model._optimizer, state).is_folded_in(model._network)
    True
    """
    batch_norm = PRECISIONS[network.theta(1).dtype].batch_norm(network, optimizer)
    _write(batch_norm, state)
    optimizer_state.write(batch_norm.optimizer, state["optimizer"])
    return batch_norm


def with_parameters(batch_norm: Any, state: dict[str, Any]) -> Any:
    """Copy a batch normalisation, with earlier parameters and statistics, but the optimizer as it is.

    Parameters
    ----------
    batch_norm : BatchNormFloat32 or BatchNormFloat64
        As it is; it is not changed.
    state : dict
        What `saved` returned earlier.

    Returns
    -------
    BatchNormFloat32 or BatchNormFloat64
        The copy.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.batch_norm import saved, with_parameters
    >>> model = MLPRegressor(batch_norm=True, max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0.0, 1.0])
    >>> state = saved(model._batch_norm)
    >>> state["scales"][...] = 7
    >>> with_parameters(model._batch_norm, state).scales[0, :2]
    array([7., 7.])
    """
    copy = batch_norm.copy()
    _write(copy, state)
    return copy


def _write(batch_norm: Any, state: dict[str, Any]) -> None:
    for k, theta in enumerate(state["theta"], start=1):
        batch_norm.network.theta(k)[...] = theta
    for name in ("scales", "mean", "variance"):
        getattr(batch_norm, name)[...] = state[name]
    batch_norm.has_statistics = state["has_statistics"]
