"""A trace as LaTeX, for which amsmath is enough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rosenblatt.precision import Array
from rosenblatt.trace_steps import Part, Step, elided, number, pages, steps

if TYPE_CHECKING:
    from rosenblatt.trace import Trace

__all__ = ["to_latex"]

_SYMBOLS = {
    "ḟ": r"\dot{f}",
    "Ḟ": r"\dot{F}",
    "θ": r"\theta",
    "η": r"\eta",
    "Φ": r"\Phi",
    "φ": r"\varphi",
    "σ": r"\sigma",
    "δ": r"\delta",
    "γ": r"\gamma",
    "ε": r"\varepsilon",
    "ỹ": r"\tilde{y}",
    "∂": r"\partial ",
    "Σ": r"\sum",
    "½": r"\tfrac{1}{2}",
    "∘": r"\circ",
    "−": "-",
    "←": r"\leftarrow",
    "[1 ": r"[1\;",
}
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ", [*"0123456789", "T"], strict=True))


def to_latex(trace: Trace) -> str:
    r"""Write a trace as a fragment of LaTeX.

    Parameters
    ----------
    trace : Trace
        Any.

    Returns
    -------
    str
        A line of text and an ``align*`` for each part of the derivation.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.trace_latex import to_latex
    >>> to_latex(Network([2, 1], "Tanh").trace([1, 2], 0, eta=0.1)).splitlines()[:2]
    ['\\noindent Given', '\\begin{align*}']
    """
    sections: dict[str, list[str]] = {}
    for step in steps(trace):
        sections.setdefault(step.section, []).append(_line(step))
    lines = []
    for section, equations in sections.items():
        # amsmath wants no line break after the last equation.
        body = " \\\\\n".join(equations)
        lines += [rf"\noindent {section}", r"\begin{align*}", body, r"\end{align*}"]
    return "\n".join(lines)


def _line(step: Step) -> str:
    sides = [_symbols(step.formula)] if step.formula else []
    if step.with_numbers:
        sides.append(" ".join(_part(part) for part in step.with_numbers))
    sides.append(_part(step.result))
    relation = _symbols(step.relation)
    tag = rf" \tag{{{step.equation}}}" if step.equation else ""
    return f"{_symbols(step.symbol)} &{relation} {' = '.join(sides)}{tag}"


def _symbols(text: str) -> str:
    text = re.sub(r"[A-Za-z]{2,}", r"\\operatorname{\g<0>}", text)
    text = re.sub(r"\^\((.*?)\)", r"^{\g<1>}", text)
    for symbol, command in _SYMBOLS.items():
        text = text.replace(symbol, command)
    superscripts = "".join(_SUPERSCRIPTS)
    return re.sub(
        f"[{superscripts}]+",
        lambda found: "^{" + "".join(_SUPERSCRIPTS[digit] for digit in found[0]) + "}",
        text,
    ).strip()


def _part(part: Part) -> str:
    if isinstance(part, str):
        return _symbols(part)
    if part.ndim == 0:
        return _number(float(part))
    matrices = [_matrix(page) for page in pages(part)]
    if part.ndim < 3:
        return matrices[0]
    between = r",\; " if len(matrices) == len(part) else r" \;\cdots\; "
    return rf"{between.join(matrices)} \; ({len(part)} \text{{ matrices}})"


def _matrix(matrix: Array) -> str:
    rows, columns = (elided(length) for length in matrix.shape)
    lines = []
    for i in rows:
        cells = []
        for j in columns:
            if i is None or j is None:
                cells.append(r"\cdots" if i is not None else r"\vdots" if j is not None else r"\ddots")
            else:
                cells.append(_number(float(matrix[i, j])))
        lines.append(" & ".join(cells))
    shape = rf"_{{{matrix.shape[0]} \times {matrix.shape[1]}}}" if None in rows or None in columns else ""
    return r"\begin{pmatrix} " + r" \\ ".join(lines) + r" \end{pmatrix}" + shape


def _number(value: float) -> str:
    text = number(value).replace("inf", r"\infty").replace("nan", r"\mathrm{nan}")
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else text
