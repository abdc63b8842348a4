"""The table of a trace of the perceptron rule, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from rosenblatt.precision import Array

if TYPE_CHECKING:
    from rosenblatt.rule_trace import PerceptronTrace, Presentation

__all__ = ["as_html", "as_text"]

_HEAD = ("epoch", "row", "x", "y", "n", "a", "y − a", "update", "θ after")
# So many presentations, or numbers of a vector, are shown; of more, the first and the last half.
_MOST_ROWS = 40
_MOST_NUMBERS = 8


def as_text(trace: PerceptronTrace) -> str:
    """Lay out a trace as lines of text.

    Parameters
    ----------
    trace : PerceptronTrace

    Returns
    -------
    str

    Examples
    --------
    >>> from rosenblatt import datasets, perceptron_trace
    >>> from rosenblatt.rule_table import as_text
    >>> as_text(perceptron_trace(*datasets.logic("or"))).splitlines()[2]
    '    1    0  [0 0]  0   0  1     -1  [-1 0 0]  [-1 0 0]'
    """
    first, last, left_out = _shown(trace)
    body = _cells([*first, *last])
    widths = [max(map(len, column)) for column in zip(_HEAD, *body, strict=True)]
    head, *lines = (
        "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in (_HEAD, *body)
    )
    if left_out:
        lines.insert(len(first), f"… {left_out} presentations more …")
    return "\n".join([_title(trace), head, *lines, *_summary(trace)])


def as_html(trace: PerceptronTrace) -> str:
    """Lay out a trace as an HTML table.

    Parameters
    ----------
    trace : PerceptronTrace

    Returns
    -------
    str

    Examples
    --------
    >>> from rosenblatt import datasets, perceptron_trace
    >>> from rosenblatt.rule_table import as_html
    >>> as_html(perceptron_trace(*datasets.logic("or"))).count("<tr>")
    17
    """
    first, last, left_out = _shown(trace)
    rows = [
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for cells in _cells([*first, *last])
    ]
    if left_out:
        rows.insert(len(first), f'<tr><td colspan="{len(_HEAD)}">… {left_out} presentations more …</td></tr>')
    head = "".join(f"<th>{escape(name)}</th>" for name in _HEAD)
    return (
        f"<table><caption>{escape(_title(trace))}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
        + "".join(f"<p>{escape(line)}</p>" for line in _summary(trace))
    )


def _shown(trace: PerceptronTrace) -> tuple[Sequence[Presentation], Sequence[Presentation], int]:
    """The presentations to show at the beginning and at the end, and how many lie between."""
    left_out = len(trace.presentations) - _MOST_ROWS
    if left_out <= 0:
        return trace.presentations, (), 0
    half = _MOST_ROWS // 2
    return trace.presentations[:half], trace.presentations[-half:], left_out


def _cells(presentations: Sequence[Presentation]) -> list[tuple[str, ...]]:
    x = _vectors([p.x for p in presentations])
    updates = _vectors([p.update for p in presentations])
    theta = _vectors([p.theta for p in presentations])
    return [
        (
            str(p.epoch),
            str(p.row),
            x[i],
            _number(p.y),
            _number(p.n),
            _number(p.a),
            _number(p.error),
            updates[i] if p.error else "–",
            theta[i],
        )
        for i, p in enumerate(presentations)
    ]


def _vectors(vectors: Sequence[Array]) -> list[str]:
    """Each vector in brackets, its numbers below those of the others."""
    texts = [[_number(value) for value in _ends(vector)] for vector in vectors]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    padded = ([text.rjust(width) for text, width in zip(row, widths, strict=True)] for row in texts)
    half = _MOST_NUMBERS // 2
    if len(vectors[0]) > _MOST_NUMBERS:
        padded = ([*row[:half], "…", *row[half:]] for row in padded)
    return [f"[{' '.join(row)}]" for row in padded]


def _ends(vector: Array) -> list[float]:
    values: list[float] = vector.tolist()
    half = _MOST_NUMBERS // 2
    return values if len(values) <= _MOST_NUMBERS else values[:half] + values[-half:]


def _number(value: float) -> str:
    return f"{value + 0.0:.4g}"  # + 0.0: there is no -0


def _title(trace: PerceptronTrace) -> str:
    zero, one = trace.labels
    stands = "" if (zero, one) == (0, 1) else f"; y = 1 stands for {one!r}, 0 for {zero!r}"
    (start,) = _vectors([trace.theta0])
    return (
        f"Perceptron rule: θ ← θ + η [1 x]ᵀ (y − a) (equation 6), HardLimit, η = {trace.eta:.4g}, "
        f"from θ = [b; w] = {start}{stands}"
    )


def _summary(trace: PerceptronTrace) -> list[str]:
    counts = f"{trace.n_presentations} presentations, {trace.n_updates} updates"
    if trace.converged:
        lines = [f"converged, no error in epoch {trace.n_epochs}: {counts}"]
    else:
        lines = [f"not converged, errors in epoch {trace.n_epochs}: {counts}"]
    found = trace.separability
    if found is None:
        lines.append("whether a hyperplane separates the rows could not be confirmed")
    elif not found.is_separable:
        lines.append("not separable: no hyperplane has the two labels on its two sides")
    else:
        limit = (
            f"so at most (R/γ)² = {trace.bound:.6g} updates (Novikoff)"
            if trace.bound is not None
            else "but Novikoff's bound (R/γ)² on the updates needs θ = 0 to begin with"
        )
        lines.append(f"separable: γ = {trace.margin:.6g}, R = {trace.radius:.6g}, {limit}")
    return lines
