"""Dropout and noise of a training: what the parameters say, in the form that the core reads."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any

from scipy.sparse import issparse

from rosenblatt.combinations import is_on

if TYPE_CHECKING:
    from rosenblatt.mlp_parameters import MLPParameters

__all__ = ["check_noise", "dropout_of_layers", "noise_options"]


def dropout_of_layers(model: MLPParameters) -> list[float]:
    """Tell the probability of each hidden layer that an activation of it is dropped.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Whose `dropout` is a number for all of its hidden layers, or a sequence of one for each.

    Returns
    -------
    list of float
        One for each hidden layer.

    Raises
    ------
    ValueError
        Where a sequence has another length, or one of its elements is not a number in [0, 1).

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.noise import dropout_of_layers
    >>> dropout_of_layers(MLPRegressor(hidden_layer_sizes=(20, 10), dropout=0.5))
    [0.5, 0.5]
    """
    layers = len(model._hidden_sizes())
    dropout = model.dropout
    if not isinstance(dropout, Iterable):
        return [float(dropout)] * layers
    given = list(dropout)
    for k, p in enumerate(given, start=1):
        if not isinstance(p, Real) or isinstance(p, bool) or not 0 <= p < 1:
            raise ValueError(f"dropout must be numbers in [0, 1), but that of layer {k} is {p!r}")
    if len(given) != layers:
        raise ValueError(
            f"dropout={dropout!r} has {len(given)} numbers; expected one for each of the {layers} hidden "
            "layers"
        )
    return [float(p) for p in given]


def check_noise(model: MLPParameters, X: Any) -> None:
    """Refuse noise that does not fit the hidden layers or the rows, before any work.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Each of whose parameters is right by itself.
    X : array-like, or sparse matrix or array
        The rows to learn from.

    Raises
    ------
    ValueError
        As `dropout_of_layers`, and for `input_noise` on sparse rows.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.noise import check_noise
    >>> check_noise(MLPRegressor(input_noise=0.1), csr_array([[1.0, 0.0]]))
    Traceback (most recent call last):
    ValueError: input_noise=0.1 would make a dense table of a sparse X; input_dropout keeps it sparse
    """
    dropout_of_layers(model)
    if is_on(model.input_noise) and issparse(X):
        raise ValueError(
            f"input_noise={model.input_noise!r} would make a dense table of a sparse X; "
            "input_dropout keeps it sparse"
        )


def noise_options(model: MLPParameters) -> dict[str, Any]:
    """Name what the core's trainer is to disturb; nothing where all noise is off.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Whose parameters passed `check_noise`.

    Returns
    -------
    dict
        Arguments of the trainer.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.noise import noise_options
    >>> noise_options(MLPClassifier()), noise_options(MLPClassifier((4, 4), dropout=(0.5, 0)))
    ({}, {'input_noise': 0.0, 'input_dropout': 0.0, 'dropout': [0.5, 0.0]})
    """
    if not (is_on(model.dropout) or is_on(model.input_noise) or is_on(model.input_dropout)):
        return {}
    return {
        "input_noise": model._number("input_noise"),
        "input_dropout": model._number("input_dropout"),
        "dropout": dropout_of_layers(model),
    }
