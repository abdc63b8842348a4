"""A trace as HTML for notebooks: equations with their matrices as tables."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rosenblatt.precision import Array
from rosenblatt.trace_steps import Part, elided, number, pages, steps, title

if TYPE_CHECKING:
    from rosenblatt.trace import Trace

__all__ = ["to_html"]

# The colour-blind can tell blue from vermilion, and the minus sign tells the sign without any colour.
_STYLE = """<style>
.rosenblatt-trace{font-family:serif;line-height:1.4}
.rosenblatt-trace .step{display:flex;flex-wrap:wrap;align-items:center;gap:.35em;margin:.3em 0}
.rosenblatt-trace .equation{width:3.2em;opacity:.7;font-size:90%}
.rosenblatt-trace table{border-collapse:collapse;border:solid currentColor;border-width:0 1px;\
border-radius:.5em;margin:0;font-variant-numeric:tabular-nums}
.rosenblatt-trace td{padding:0 .4em;text-align:right;border:none;background:none}
.rosenblatt-trace .positive{color:#0072b2}
.rosenblatt-trace .negative{color:#d55e00}
</style>"""


def to_html(trace: Trace) -> str:
    """Write a trace as HTML.

    Parameters
    ----------
    trace : Trace
        Any.

    Returns
    -------
    str
        A ``div`` with its own style sheet, which refers to nothing outside.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.trace_html import to_html
    >>> to_html(Network([2, 1], "Tanh").trace([1, 2], 0, eta=0.1)).splitlines()[0]
    '<div class="rosenblatt-trace">'
    """
    lines = ['<div class="rosenblatt-trace">', _STYLE, f"<p><b>{escape(title(trace))}</b></p>"]
    section = ""
    for step in steps(trace):
        if step.section != section:
            section = step.section
            lines.append(f"<p><b>{escape(section)}</b></p>")
        parts: list[Part] = [f"{step.symbol} {step.relation}"]
        if step.formula:
            parts.append(f"{step.formula} =")
        if step.with_numbers:
            parts += [*step.with_numbers, "="]
        written = "".join(_part(part) for part in (*parts, step.result))
        equation = f"({step.equation})" if step.equation else ""
        lines.append(f'<div class="step"><span class="equation">{escape(equation)}</span>{written}</div>')
    return "\n".join([*lines, "</div>"])


def _part(part: Part) -> str:
    if isinstance(part, str):
        return f"<span>{escape(part.strip())}</span>"
    if part.ndim == 0:
        return f"<span{_sign(float(part))}>{_number(float(part))}</span>"
    tables = [_table(page) for page in pages(part)]
    if part.ndim < 3:
        return tables[0]
    between = "<span>,</span>" if len(tables) == len(part) else "<span>…</span>"
    return f"{between.join(tables)}<span>({len(part)} matrices)</span>"


def _table(matrix: Array) -> str:
    rows, columns = (elided(length) for length in matrix.shape)
    lines = []
    for i in rows:
        cells = []
        for j in columns:
            if i is None or j is None:
                cells.append(f"<td>{'…' if j is None else '⋮'}</td>")
            else:
                value = float(matrix[i, j])
                cells.append(f"<td{_sign(value)}>{_number(value)}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    shape = f"{matrix.shape[0]} × {matrix.shape[1]}"
    note = f"<span>({shape})</span>" if None in rows or None in columns else ""
    return f'<table title="{shape}">{"".join(lines)}</table>{note}'


def _number(value: float) -> str:
    return escape(number(value)).replace("-", "−")


def _sign(value: float) -> str:
    return ' class="positive"' if value > 0 else ' class="negative"' if value < 0 else ""
