"""How the time of an epoch grows with the width, the batch, the rows, the depth and the threads.

Usage: python benchmarks/growth.py [--json FILE] [--chart FILE] [--quick]

One panel each: seconds of an epoch and GFLOP/s of useful operations. Data are made; every point is the
fastest of a few epochs, because what is asked is how the work grows, not how busy the machine is.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from data import some_digits
from measure import useful_operations
from report import machine
from settings import Settings

import rosenblatt

Point = dict[str, Any]
ROWS = 20_000


def epoch_seconds(X: np.ndarray, y: np.ndarray, settings: Settings, threads: int, budget: float) -> float:
    """The fastest epoch of those that fit into so many seconds, at least two."""

    class Clock:
        def __init__(self) -> None:
            self.ends: list[float] = []

        def on_epoch_end(self, state: Any) -> bool:
            self.ends.append(state.seconds)
            return len(self.ends) > 2 and self.ends[-1] > budget

    clock = Clock()
    settings.estimator(rosenblatt, 0, callbacks=[clock], n_threads=threads).fit(X, y)
    return float(np.diff(clock.ends).min())


def sweeps(quick: bool) -> Iterator[tuple[str, int, Settings, int, int, int]]:
    """Name and value of what grows; settings, rows, columns and threads."""
    top = 2 if quick else 1000
    rows = 300 if quick else ROWS
    for width in [8, 16, 32, 64, 100, 128, 256, 512, 1024, 2048, 4096][:top]:
        yield "width", width, Settings((width,), epochs=50), rows, 784, 2
    for batch in [1, 2, 4, 8, 16, 32, 64, 128, 200, 256, 512, 1024, 2048, 4096][:top]:
        yield "batch", batch, Settings((100,), batch_size=min(batch, rows), epochs=50), rows, 784, 2
    for count in [1_000, 10_000, 100_000, 1_000_000, 10_000_000][:top]:
        yield "rows", count, Settings((32,), epochs=50), count, 32, 2
    for depth in range(9)[:top]:
        yield "depth", depth, Settings((128,) * depth, epochs=50), rows, 784, 2
    for threads in (1, 2)[:top]:
        yield "threads", threads, Settings((100,), epochs=50), rows, 784, threads


def measure(quick: bool) -> list[Point]:
    points = []
    for what, value, settings, rows, columns, threads in sweeps(quick):
        X, y = some_digits(rows, columns)
        if rows <= ROWS:
            X = (X / 255).astype(np.float32)
        seconds = epoch_seconds(X, y, settings, threads, budget=0.01 if quick else 1.5)
        gflops = useful_operations(settings.sizes(X, y)) * rows / seconds / 1e9
        points.append({"what": what, "value": value, "seconds": seconds, "gflops": gflops})
        print(f"{what:8} {value:>10,} {seconds:10.4f} s {gflops:8.1f} GFLOP/s", flush=True)
    return points


def draw(path: Path, points: list[Point], facts: dict[str, Any]) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "rosenblatt"
    names = list(dict.fromkeys(point["what"] for point in points))
    size = (3 * len(names), 5)
    figure, panels = plt.subplots(2, len(names), figsize=size, layout="constrained", sharex="col")
    for column, name in enumerate(names):
        some = [point for point in points if point["what"] == name]
        x = [point["value"] for point in some]
        is_wide = min(x) > 0 and max(x) > 10 * min(x)
        for row, (quantity, label) in enumerate([("seconds", "s per epoch"), ("gflops", "GFLOP/s")]):
            axes = panels[row][column]
            axes.plot(x, [point[quantity] for point in some], "o-", color="#1f5fa8", markersize=4)
            if is_wide:
                axes.set_xscale("log")
            else:
                axes.set_xticks(x)
            if row == 0 and name != "threads":
                axes.set_yscale("log")
            else:
                axes.set_ylim(bottom=0)
            if column == 0:
                axes.set_ylabel(label)
            axes.grid(alpha=0.3)
        panels[1][column].set_xlabel(name)
    figure.suptitle(f"An epoch of rosenblatt on {facts['cores']} cores of {facts['processor']}", fontsize=10)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=150)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the points to this file")
    parser.add_argument("--chart", type=Path, help="draw them into this file (SVG, PNG)")
    parser.add_argument("--quick", action="store_true", help="two small points of each")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # a fixed number of epochs need not converge
    facts = machine(threads=2)
    points = measure(arguments.quick)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": facts, "points": points}, indent=2) + "\n")
    if arguments.chart:
        draw(arguments.chart, points, facts)


if __name__ == "__main__":
    main()
