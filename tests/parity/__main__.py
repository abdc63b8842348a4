"""The grid as a table; the exit code is 1 if a cell is over its limit.

Usage: PYTHONPATH=tests python -m parity [--only TEXT] [--markdown PAGE]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

import rosenblatt
from parity import table
from parity.cells import Network, Perceptron
from parity.grid import all_cells
from parity.measure import Outcome, measure


def main(arguments: Sequence[str] | None = None, ours: Any = rosenblatt) -> int:
    """Compare, and print how far apart the two are; `ours` is whatever has the estimators."""
    parser = argparse.ArgumentParser(prog="parity", description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="TEXT", default="", help="only the cells with this in their name")
    parser.add_argument("--markdown", metavar="PAGE", type=Path, help="write the table into this page, too")
    options = parser.parse_args(arguments)
    if options.only and options.markdown:
        parser.error("--markdown wants the whole grid, so it does not go with --only")
    cells = [cell for cell in all_cells() if options.only in str(cell)]
    if not cells:
        parser.error(f"no cell has {options.only!r} in its name")

    console = Console(highlight=False)
    steps = track(cells, "comparing", console=console, transient=True, disable=not console.is_terminal)
    outcomes = [compared(cell, ours) for cell in steps]
    table.show(console, outcomes)
    if options.markdown:
        table.write(options.markdown, outcomes)
    complaints = [(outcome.cell, outcome.complaint) for outcome in outcomes if outcome.complaint]
    for cell, complaint in complaints:
        console.print(f"{cell}: {complaint}", markup=False, soft_wrap=True)
    return 1 if complaints else 0


def compared(cell: Network | Perceptron, ours: Any) -> Outcome:
    """The outcome, also where ours raises an exception: the other cells are still to come."""
    try:
        return measure(cell, ours)
    except Exception as error:
        return Outcome(cell, {}, f"{type(error).__name__}: {' '.join(str(error).split())}")


if __name__ == "__main__":
    sys.exit(main())
