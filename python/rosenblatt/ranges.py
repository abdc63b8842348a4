"""Numbers that callbacks are given, and the ranges that they must be in."""

from __future__ import annotations

import math
from numbers import Integral, Real

__all__ = ["in_range", "whole"]


def in_range(
    name: str, value: object, low: float, high: float = math.inf, *, closed: str = "neither"
) -> float:
    """Check a number.

    Parameters
    ----------
    name : str
        What it is called in the error.
    value : object
        What was given.
    low, high : float
        The range.
    closed : {"neither", "left", "right", "both"}, default="neither"
        Which ends belong to it.

    Returns
    -------
    float
        The number.

    Raises
    ------
    TypeError
        For anything else than a number.
    ValueError
        For NaN and for a number out of the range.

    Examples
    --------
    >>> from rosenblatt.ranges import in_range
    >>> in_range("gamma", 1, 0, 1, closed="right")
    1.0
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}")
    number = float(value)
    is_low = number >= low if closed in ("left", "both") else number > low
    is_high = number <= high if closed in ("right", "both") else number < high
    if not (is_low and is_high):
        brackets = {"neither": "()", "left": "[)", "right": "(]", "both": "[]"}[closed]
        raise ValueError(f"{name} must be in {brackets[0]}{low:g}, {high:g}{brackets[1]}, not {value!r}")
    return number


def whole(name: str, value: object, low: int = 1) -> int:
    """Check an integer.

    Parameters
    ----------
    name : str
        What it is called in the error.
    value : object
        What was given.
    low : int, default=1
        The smallest that is allowed.

    Returns
    -------
    int
        The integer.

    Raises
    ------
    TypeError
        For anything else than an integer.
    ValueError
        For a smaller one.

    Examples
    --------
    >>> from rosenblatt.ranges import whole
    >>> whole("patience", 3)
    3
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, not {value!r}")
    if value < low:
        raise ValueError(f"{name} must be at least {low}, not {value!r}")
    return int(value)
