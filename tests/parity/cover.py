"""Few rows in which all pairs of values occur: pairwise testing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

Setting = tuple[str, Any]
Row = dict[str, Any]


def cover(dimensions: Mapping[str, Sequence[Any]], may_meet: Callable[[Setting, Setting], bool]) -> list[Row]:
    """Rows with a value of each dimension, so that any two values that may meet meet in one of them.

    Greedy, and without chance: each row begins with the first pair that has not met yet, and takes of
    every other dimension the value that meets most of the others for the first time. The first value of
    a dimension must get on with all values of the others.
    """
    waiting = dict.fromkeys(pairs(dimensions, may_meet))  # a set that keeps its order
    rows = []
    while waiting:
        row: Row = dict(next(iter(waiting)))
        for name, values in dimensions.items():
            if name not in row:
                fitting = [
                    value for value in values if all(may_meet(other, (name, value)) for other in row.items())
                ]
                row[name] = max(fitting, key=lambda value: _news(waiting, row, (name, value)))
        row = {name: row[name] for name in dimensions}
        for pair in combinations(row.items(), 2):
            waiting.pop(pair, None)
        rows.append(row)
    return rows


def pairs(
    dimensions: Mapping[str, Sequence[Any]], may_meet: Callable[[Setting, Setting], bool]
) -> list[tuple[Setting, Setting]]:
    """All pairs of values of two dimensions that may meet, in the order of the dimensions."""
    return [
        ((one, a), (other, b))
        for one, other in combinations(dimensions, 2)
        for a in dimensions[one]
        for b in dimensions[other]
        if may_meet((one, a), (other, b))
    ]


def _news(waiting: Mapping[tuple[Setting, Setting], None], row: Row, new: Setting) -> int:
    """How many values of the row the new one meets for the first time."""
    return sum((old, new) in waiting or (new, old) in waiting for old in row.items())
