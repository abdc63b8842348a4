"""What the comparison found, as a table on the terminal and on a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import sklearn
from rich.console import Console
from rich.table import Table

from parity.cells import Network, Perceptron
from parity.grid import DTYPES, dimensions_of
from parity.measure import Outcome, limits_of

BEGIN, END = "<!-- parity: make parity -->", "<!-- end of parity -->"

# The differences that are shown, by their names in measure.py.
COLUMNS = {
    "loss": "`loss_curve_`",
    "n_iter": "`n_iter_`",
    "answers": "share of other classes",
    "values": "probabilities, values",
    "scores": "`validation_scores_`",
    "theta": "parameters",
}
HEAD = ["", "cells", *COLUMNS.values()]

Cells = Sequence[Network | Perceptron]


def groups(cells: Cells) -> dict[str, list[Network | Perceptron]]:
    """Cells by what they have in common: the solver, and each value of what is varied among networks."""
    networks = [cell for cell in cells if isinstance(cell, Network)]
    found: dict[str, list[Network | Perceptron]] = {}
    for cell in cells:
        label = f"`{cell.solver}`" if isinstance(cell, Network) else "`Perceptron`"
        if dimensions_of(cell).get("stopping") == ("minimum",):
            label += " to the minimum"
        found.setdefault(label, []).append(cell)
    varied: dict[str, dict[str, None]] = {}
    for cell in networks:
        for name, values in dimensions_of(cell).items():
            varied.setdefault(name, {}).update(dict.fromkeys(values))
    for name, values in varied.items():
        for value in values:
            found[f"{name} {value}"] = [
                cell for cell in networks if name in dimensions_of(cell) and getattr(cell, name) == value
            ]
    return {label: some for label, some in found.items() if some}


def rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """A row of texts for each group, after one with the limits."""
    by_cell = {outcome.cell: outcome for outcome in outcomes}
    limits = {dtype: limits_of(Network(solver="adam", dtype=dtype, target="binary")) for dtype in DTYPES}
    found = [["limit", "", *(_pair([limits[dtype].get(name) for dtype in DTYPES]) for name in COLUMNS)]]
    for label, cells in groups(list(by_cell)).items():
        some = [by_cell[cell] for cell in cells]
        largest = [_pair([_largest(some, dtype, name) for dtype in DTYPES]) for name in COLUMNS]
        found.append([label, str(len(cells)), *largest])
    return found


def _largest(outcomes: Sequence[Outcome], dtype: str, name: str) -> float | None:
    found = [
        outcome.differences[name]
        for outcome in outcomes
        if outcome.cell.dtype == dtype and name in outcome.differences
    ]
    return float(np.max(found)) if found else None


def _pair(numbers: Sequence[float | None]) -> str:
    texts = [
        "–" if number is None else f"{number:.0e}".replace("e-0", "e-") if number % 1 else f"{number:.0f}"
        for number in numbers
    ]
    return " / ".join(texts) if set(texts) != {"–"} else ""


def caption(outcomes: Sequence[Outcome]) -> str:
    over = sum(bool(outcome.complaint) for outcome in outcomes)
    return (
        f"{counts([outcome.cell for outcome in outcomes])}, each by rosenblatt and by scikit-learn "
        f"{sklearn.__version__}; {over or 'none'} of them over the limits."
    )


def counts(cells: Cells) -> str:
    networks = sum(isinstance(cell, Network) for cell in cells)
    return f"{networks} trainings of networks and {len(cells) - networks} of `Perceptron`"


def show(console: Console, outcomes: Sequence[Outcome]) -> None:
    title = "Largest differences from scikit-learn: float64 / float32"
    table = Table(title=title, box=None, padding=(0, 1, 0, 0))
    for name in ("", "cells", *COLUMNS):
        # No narrower than this, so that in 80 columns a pair makes two lines.
        table.add_column(name, justify="right" if name else "left", min_width=7 if name in COLUMNS else None)
    for row in rows(outcomes):
        table.add_row(*(text.replace("`", "") for text in row))
    console.print(table)
    console.print(caption(outcomes).replace("`", ""), soft_wrap=True)


def write(page: Path, outcomes: Sequence[Outcome]) -> None:
    """Replace what stands between the two marks of the page."""
    text = page.read_text()
    if [text.count(BEGIN), text.count(END)] != [1, 1]:
        raise ValueError(f"{page} must have the marks {BEGIN} and {END} once each")
    before, _, rest = text.partition(BEGIN)
    lines = [f"| {' | '.join(row)} |" for row in [HEAD, *rows(outcomes)]]
    lines.insert(1, "|---" * len(HEAD) + "|")
    table = "\n".join(lines)
    page.write_text(f"{before}{BEGIN}\n{caption(outcomes)}\n\n{table}\n\n{END}{rest.partition(END)[2]}")
