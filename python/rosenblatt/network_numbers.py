"""The numbers that a network is made with, is shown and is moved by, checked."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rosenblatt import _core
from rosenblatt.layers import as_numbers
from rosenblatt.precision import PRECISIONS, Array, CoreNetwork

__all__ = ["checked_eta", "checked_size", "checked_x", "checked_y", "core_network"]


def checked_size(i: int, size: object) -> int:
    """Take a size of a network.

    Parameters
    ----------
    i : int
        Which one it is, for the message.
    size : object
        What was given.

    Returns
    -------
    int
        The size, at least 1.

    Raises
    ------
    TypeError
        For anything that is not an integer.
    ValueError
        For a number below 1.

    Examples
    --------
    >>> from rosenblatt.network_numbers import checked_size
    >>> checked_size(0, 784)
    784
    """
    if not isinstance(size, Integral) or isinstance(size, bool):
        raise TypeError(f"sizes must be integers; size {i} is {size!r}")
    if size < 1:
        raise ValueError(f"every size of a network must be at least 1; size {i} is {size}")
    return int(size)


def core_network(
    sizes: Sequence[int],
    activations: str | Sequence[str],
    loss: str,
    dtype: DTypeLike,
    groups: Sequence[int],
) -> CoreNetwork:
    """Make a network of the core from what `Network` takes.

    Parameters
    ----------
    sizes, activations, loss, dtype, groups
        As for `Network`.

    Returns
    -------
    CoreNetwork
        Its parameters are zero.

    Raises
    ------
    ValueError, TypeError
        As `Network`.

    Examples
    --------
    >>> from rosenblatt.network_numbers import core_network
    >>> core_network([2, 3, 1], "Tanh", "squared_error", "float32", ()).activations
    ['Tanh', 'Tanh']
    """
    if isinstance(sizes, str | bytes) or not hasattr(sizes, "__iter__"):
        raise TypeError(f"sizes must be a sequence of integers, not {sizes!r}")
    checked = [checked_size(i, size) for i, size in enumerate(sizes)]
    if isinstance(activations, str):
        activations = [activations] * max(len(checked) - 1, 0)
    if not all(isinstance(activation, str) for activation in activations):
        raise TypeError(f"activations must be names, not {activations!r}")
    wanted: np.dtype[Any] = np.dtype(dtype)
    if wanted not in PRECISIONS:
        raise ValueError(f"dtype must be float32 or float64, not {wanted}")
    if loss not in _core.loss_names():
        raise ValueError(f"unknown loss {loss!r}; expected one of {', '.join(_core.loss_names())}")
    if isinstance(groups, str | bytes) or not all(
        isinstance(width, Integral) and not isinstance(width, bool) and width >= 1 for width in groups
    ):
        raise ValueError(f"groups must be a sequence of integers of at least 1, not {groups!r}")
    core: CoreNetwork = PRECISIONS[wanted].network(
        checked, list(activations), [int(width) for width in groups]
    )
    return core


def checked_eta(eta: object) -> float:
    """Take a learning rate.

    Parameters
    ----------
    eta : object
        What was given.

    Returns
    -------
    float
        The learning rate, finite and not negative.

    Raises
    ------
    TypeError
        For anything that is not a number.
    ValueError
        For a number that is not finite, or negative.

    Examples
    --------
    >>> from rosenblatt.network_numbers import checked_eta
    >>> checked_eta(1)
    1.0
    """
    if not isinstance(eta, Real) or isinstance(eta, bool):
        raise TypeError(f"eta must be a number, not {eta!r}")
    rate = float(eta)
    if not (np.isfinite(rate) and rate >= 0):
        raise ValueError(f"eta must be finite and not negative, not {eta}")
    return rate


def checked_x(x: ArrayLike, sizes: Sequence[int], dtype: np.dtype[Any]) -> tuple[Array, bool]:
    """Take rows of a network's input.

    Parameters
    ----------
    x : array-like of shape (p⁰,) or (rows, p⁰)
        One row or a batch.
    sizes : sequence of int
        Of the network.
    dtype : dtype
        Of its numbers.

    Returns
    -------
    ndarray of shape (rows, p⁰)
        The rows.
    bool
        Whether x was a single row, not a batch.

    Raises
    ------
    ValueError
        For another shape, no rows, and what is not finite.
    TypeError
        For what is not made of numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.network_numbers import checked_x
    >>> checked_x([1, 2], [2, 1], np.dtype(np.float64))
    (array([[1., 2.]]), True)
    """
    rows = as_numbers("x", x, dtype)
    is_row = rows.ndim == 1
    if is_row:
        rows = rows[np.newaxis]
    if rows.ndim != 2:
        raise ValueError(f"x must be one row or a batch of rows; got {rows.ndim} dimensions")
    if rows.shape[1] != sizes[0]:
        raise ValueError(f"x has {rows.shape[1]} columns but the network has {sizes[0]} inputs")
    if rows.shape[0] == 0:
        raise ValueError("x has no rows")
    return rows, is_row


def checked_y(y: ArrayLike, rows: Array, is_row: bool, sizes: Sequence[int], dtype: np.dtype[Any]) -> Array:
    """Take the targets of rows.

    Parameters
    ----------
    y : array-like of shape (pˡ,) or (rows, pˡ)
        Targets; with one output also a number, or one number for each row.
    rows : ndarray of shape (rows, p⁰)
        The rows.
    is_row : bool
        Whether they were given as a single row.
    sizes : sequence of int
        Of the network.
    dtype : dtype
        Of its numbers.

    Returns
    -------
    ndarray of shape (rows, pˡ)
        The targets.

    Raises
    ------
    ValueError
        For another shape, and what is not finite.
    TypeError
        For what is not made of numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.network_numbers import checked_y
    >>> checked_y(3, np.ones((1, 2)), True, [2, 1], np.dtype(np.float64))
    array([[3.]])
    """
    targets = as_numbers("y", y, dtype)
    shape = (len(rows), sizes[-1])
    given = targets.shape
    # Short forms: the targets of a single row; a number for each row; a number.
    is_row = is_row and given == shape[1:]
    is_column = shape[1] == 1 and given == shape[:1]
    is_number = shape == (1, 1) and given == ()
    if is_row or is_column or is_number:
        targets = targets.reshape(shape)
    if targets.shape != shape:
        raise ValueError(
            f"y must have the shape {shape}, a row of {shape[1]} output(s) for each row of x; "
            f"got an array of shape {given}"
        )
    return targets
