"""A trace as plain text: the derivation line by line, matrices aligned at their decimal points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from rosenblatt.precision import Array
from rosenblatt.trace_steps import Part, Step, elided, number, pages, steps, title

if TYPE_CHECKING:
    from rosenblatt.trace import Trace

__all__ = ["to_text"]

# Lines of one length.
Block: TypeAlias = "list[str]"

_MARGIN = 8  # as wide as the number of an equation


def to_text(trace: Trace) -> str:
    """Write a trace as text.

    Parameters
    ----------
    trace : Trace
        Any.

    Returns
    -------
    str
        A title, and under a heading for each part its equations, with their numbers in front.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.trace_text import to_text
    >>> to_text(Network([2, 1], "Tanh").trace([1, 2], 0, eta=0.1)).splitlines()[3]
    '  (2)   a⁰ = x = [1  2]'
    """
    lines = [title(trace)]
    section = ""
    for step in steps(trace):
        if step.section != section:
            section = step.section
            lines += ["", section]
        lines += _lines(step)
    return "\n".join(line.rstrip() for line in lines)


def _lines(step: Step) -> Block:
    margin = f"  ({step.equation})" if step.equation else ""
    parts: list[Part] = [f"{step.symbol} {step.relation} "]
    if step.formula:
        parts += [f"{step.formula} = "]
    if step.with_numbers:
        parts += [*step.with_numbers, " = "]
    blocks = [_block(part) for part in (margin.ljust(_MARGIN), *parts, step.result)]
    return _beside(blocks)


def _block(part: Part) -> Block:
    if isinstance(part, str):
        return [part]
    if part.ndim == 0:
        return [number(float(part))]
    matrices = [_matrix(page) for page in pages(part)]
    between = ", " if len(matrices) == len(part) else " … "
    blocks = [block for matrix in matrices for block in ([between], matrix)][1:]
    return _beside([*blocks, [f" ({len(part)} matrices)"]]) if part.ndim > 2 else blocks[0]


def _matrix(matrix: Array) -> Block:
    rows, columns = (elided(length) for length in matrix.shape)
    cells = [
        [
            "⋮" if i is None and j is not None else "…" if j is None else number(float(matrix[i, j]))
            for j in columns
        ]
        for i in rows
    ]
    aligned = [_aligned(list(column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(row) for row in zip(*aligned, strict=True)]
    shape = f" ({matrix.shape[0]} × {matrix.shape[1]})" if None in rows or None in columns else ""
    return _beside([_bracketed(lines), [shape]])


def _bracketed(lines: Block) -> Block:
    if len(lines) == 1:
        return [f"[{lines[0]}]"]
    left = "⎡" + "⎢" * (len(lines) - 2) + "⎣"
    right = "⎤" + "⎥" * (len(lines) - 2) + "⎦"
    return [f"{a}{line}{b}" for a, line, b in zip(left, lines, right, strict=True)]


def _aligned(column: Block) -> Block:
    """Pad the cells of a column so that decimal points stand under each other."""
    before = [re.match(r"[^.e]*", cell)[0] for cell in column]  # type: ignore[index]
    after = [cell[len(whole) :] for cell, whole in zip(column, before, strict=True)]
    left, right = (max(map(len, cells)) for cells in (before, after))
    return [f"{a:>{left}}{b:<{right}}" for a, b in zip(before, after, strict=True)]


def _beside(blocks: list[Block]) -> Block:
    """Set blocks side by side, each in the middle of the height."""
    height = max(len(block) for block in blocks)
    padded = []
    for block in blocks:
        blank = " " * len(block[0])
        above = (height - len(block)) // 2
        padded.append([blank] * above + block + [blank] * (height - len(block) - above))
    return ["".join(pieces) for pieces in zip(*padded, strict=True)]
