"""A table's columns in the order of those that a model was trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["match_columns"]

# A message is one line: of many names the first tell what went wrong.
_SHOWN = 5


def match_columns(names: Sequence[str], wanted: Sequence[str]) -> NDArray[np.intp]:
    """Where in a table each wanted column is.

    Parameters
    ----------
    names : sequence of str
        The columns of a table, in its order.
    wanted : sequence of str
        The columns that a model was trained on, in the model's order.

    Returns
    -------
    ndarray of intp of shape (len(wanted),)
        Indices such that ``X[:, indices]`` has the columns of `wanted`.

    Raises
    ------
    ValueError
        If a wanted column is missing, there is one that is not wanted, or one is there twice; the message
        lists them.

    Examples
    --------
    >>> from rosenblatt.datasets import match_columns
    >>> match_columns(["width", "length"], ["length", "width"])
    array([1, 0])
    """
    for what, given in (("the table has", names), ("the model has", wanted)):
        if twice := [name for name, count in Counter(given).items() if count > 1]:
            raise ValueError(f"{what} more than one column named {_listed(twice)}; rename them")
    place = {name: index for index, name in enumerate(names)}
    known = set(wanted)
    missing = [name for name in wanted if name not in place]
    unknown = [name for name in names if name not in known]
    if missing or unknown:
        found = [f"missing: {_listed(missing)}"] * bool(missing) + [f"unknown: {_listed(unknown)}"] * bool(
            unknown
        )
        raise ValueError(f"the table's columns are not the model's; {'; '.join(found)}")
    return np.array([place[name] for name in wanted], dtype=np.intp)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(map(repr, names[:_SHOWN])) + (f" and {more} more" if more > 0 else "")
