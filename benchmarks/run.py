"""Side-by-side comparison with scikit-learn: the same work, in turn, in one run.

Usage: python benchmarks/run.py [--rounds N] [--json FILE] [--readme]

Each case trains both libraries with the same settings and the same seed, A B A B ..., checks that
they reach the same loss, and prints the median of the ratios of neighbouring runs with their range.
Ratios are what to quote: the seconds depend on the machine and on what else it does. MNIST is used
where ROSENBLATT_DATA_HOME (or scikit-learn's data folder) has it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn import neural_network as peer

import rosenblatt
from rosenblatt import datasets

BEGIN, END = "<!-- figures: make bench -->", "<!-- end of figures -->"
Arrays = tuple[np.ndarray, np.ndarray]


def scaled(images: np.ndarray) -> np.ndarray:
    """Pixels as float32 in [0, 1]."""
    return (images / images.max()).astype(np.float32)


def cases() -> Iterator[tuple[str, Arrays, Arrays | None, dict[str, Any]]]:
    """Name, training data, test data, and the settings of both estimators."""
    if datasets.find_mnist() is not None:
        X, y = datasets.mnist()
        X_test, y_test = datasets.mnist("test")
        train, test = (scaled(X), y), (scaled(X_test), y_test)
        adam = {"solver": "adam", "max_iter": 5}
        yield "MNIST (100,), batch 200, 5 epochs", train, test, {**adam, "batch_size": 200}
        hidden = {"hidden_layer_sizes": (32,), "batch_size": 32, "max_iter": 2}
        yield "MNIST (32,), batch 32, 2 epochs", train, test, {**adam, **hidden}
    else:
        print("MNIST was not found: set ROSENBLATT_DATA_HOME to measure with it")
    X, y = datasets.digits()
    yield "digits (100,), 50 epochs", (scaled(X), y), None, {"max_iter": 50}
    X, y = datasets.logic("xor")
    xor = {"hidden_layer_sizes": (4,), "activation": "tanh", "solver": "sgd", "max_iter": 1000}
    xor |= {"learning_rate_init": 0.1, "n_iter_no_change": 1000, "tol": 0.0}
    yield "XOR (4,), 1000 epochs", (X, y), None, xor


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """How long `work` takes, and its result."""
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def compare(name: str, train: Arrays, test: Arrays | None, settings: dict, rounds: int) -> dict:
    """Train both in turn; the row of the table."""
    ours, theirs = [], []
    for seed in range(rounds):
        second, a = seconds(
            lambda: rosenblatt.MLPClassifier(**settings, random_state=seed).fit(*train)  # noqa: B023
        )
        ours.append(second)
        second, b = seconds(
            lambda: peer.MLPClassifier(**settings, random_state=seed).fit(*train)  # noqa: B023
        )
        theirs.append(second)
        # Single precision drifts apart over thousands of steps; a different training would be far off.
        if not np.isclose(a.loss_, b.loss_, rtol=0.05):
            raise SystemExit(f"{name}: the losses differ, {a.loss_} and {b.loss_}")
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    row = {
        "case": name,
        "rosenblatt_s": statistics.median(ours),
        "scikit_learn_s": statistics.median(theirs),
        "ratio": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
        "loss": a.loss_,
    }
    if test is not None:
        row["accuracy"] = a.score(*test)
        row["accuracy_scikit_learn"] = b.score(*test)
    return row


def write_readme(rows: list[dict], machine: dict[str, str]) -> None:
    """Replace what stands between the two marks in README.md."""
    readme = Path(__file__).parents[1] / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    after = rest.split(END)[1]
    lines = ["| training | rosenblatt | scikit-learn | times faster |", "|---|---|---|---|"]
    lines += [
        f"| {row['case']} | {row['rosenblatt_s']:.3f} s | {row['scikit_learn_s']:.3f} s "
        f"| {row['ratio']:.1f} ({row['ratio_min']:.1f} to {row['ratio_max']:.1f}) |"
        for row in rows
    ]
    caption = (
        f"Medians of runs that took turns, on {os.cpu_count()} cores of {machine['processor']} "
        f"({machine['instruction set']}), scikit-learn {machine['scikit-learn']}:"
    )
    table = "\n".join(lines)
    readme.write_text(f"{before}{BEGIN}\n{caption}\n\n{table}\n\n{END}{after}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="runs of each library (default 5)")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # a fixed number of epochs need not converge

    machine = {
        "processor": platform.machine(),
        "instruction set": rosenblatt.active_isa(),
        "rosenblatt": rosenblatt.__version__,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
    }
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    print(f"{'':36}{'rosenblatt':>12}{'scikit-learn':>14}{'times faster':>22}")
    rows = []
    for name, train, test, settings in cases():
        row = compare(name, train, test, settings, arguments.rounds)
        spread = f"{row['ratio']:.1f} ({row['ratio_min']:.1f} to {row['ratio_max']:.1f})"
        print(
            f"{name:36}{row['rosenblatt_s']:>10.3f} s{row['scikit_learn_s']:>12.3f} s{spread:>22}",
            flush=True,
        )
        if "accuracy" in row:
            print(f"{'  test accuracy':36}{row['accuracy']:>12.4f}{row['accuracy_scikit_learn']:>14.4f}")
        rows.append(row)
    if arguments.readme:
        write_readme(rows, machine)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
