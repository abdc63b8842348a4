"""The numbers that a network is made with and moved by, checked: sizes and learning rates."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np

__all__ = ["checked_eta", "checked_size"]


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
