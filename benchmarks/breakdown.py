"""Where the time of a training goes: samples of `perf` in the core, sorted by what they belong to.

Usage: python benchmarks/breakdown.py [--epochs N]

Prints the table of docs/cost-model.md. Needs Linux's perf, and the package installed with its symbols:
`make bench-breakdown` does that.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

# The first pattern that a function's name matches says what it is part of.
PARTS = {
    "waiting for other threads": r"Team::|std::thread::_State_impl",
    "optimizer": r"[Aa]dam|[Ss]gd|Optimizer|transpose<|transpose_weights",
    "products": r"Product|multiply|sum_parts|sum_rows|LinesAhead",
    "gather": r"gather|SparseBatch",
    "activations, derivatives, loss": r"activate|derivative|softmax|loss|squared_error|exponential|logarithm",
    "shuffle": r"MersenneTwister|Trainer",
}
CASES = {
    "(100,), batch 200, 1 thread": ((100,), 200, 1),
    "the same, 2 threads": ((100,), 200, 2),
    "(256, 128), batch 200, 2 threads": ((256, 128), 200, 2),
    "(1024,), batch 256, 2 threads": ((1024,), 256, 2),
    "(32,), batch 32, 1 thread": ((32,), 32, 1),
    "(32,), batch 32, 2 threads": ((32,), 32, 2),
}


def shares(report: str) -> dict[str, float]:
    """The share of each part, from the lines "12.34%  [.] function" of a report."""
    percent: Counter[str] = Counter()
    for share, name in re.findall(r"^\s*([\d.]+)%\s+\[\.\]\s+(.*)$", report, re.MULTILINE):
        part = next((part for part, pattern in PARTS.items() if re.search(pattern, name)), "the rest")
        percent[part] += float(share)
    total = sum(percent.values())
    if total == 0 or not any(percent[part] for part in PARTS):
        raise SystemExit(
            "perf saw no functions of the core: install with pip install . -C install.strip=false"
        )
    return {part: percent[part] / total for part in [*PARTS, "the rest"]}


def train(hidden: tuple[int, ...], batch_size: int, threads: int, epochs: int) -> None:
    """What perf looks at, in a process of its own."""
    import warnings

    import numpy as np
    from data import Data
    from settings import Settings

    import rosenblatt

    warnings.simplefilter("ignore")
    X, y = Data(quick=False).mnist("train", "float32")
    settings = Settings(hidden, batch_size=batch_size, epochs=epochs)
    settings.estimator(rosenblatt, 0, n_threads=threads).fit(np.asarray(X), y)


def sample(case: str, epochs: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "perf.data"
        me = [sys.executable, __file__, "--train", case, "--epochs", str(epochs)]
        record = ["perf", "record", "--quiet", "-e", "cpu-clock", "-F", "5000", "-o", data, *me]
        subprocess.run(record, check=True, capture_output=True)
        report = ["perf", "report", "--stdio", "--no-children", "-i", data, "--sort", "symbol"]
        # Of the core alone: what Python does before and after is no part of the training.
        name = next(Path(path).name for path in core_files())
        answer = subprocess.run([*report, "--dsos", name], check=True, capture_output=True, text=True)
    return shares(answer.stdout)


def core_files() -> list[str]:
    import rosenblatt._core

    return [rosenblatt._core.__file__]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10, help="epochs of MNIST to look at (default 10)")
    parser.add_argument("--train", choices=CASES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.train:
        train(*CASES[arguments.train], arguments.epochs)
        return
    if shutil.which("perf") is None:
        raise SystemExit("there is no perf here (Debian and Ubuntu: apt-get install linux-perf)")
    columns = {}
    for case in CASES:
        print(f"{case} ...", file=sys.stderr, flush=True)
        columns[case] = sample(case, arguments.epochs)
    print(f"| | {' | '.join(columns)} |")
    print(f"|---{'|---' * len(columns)}|")
    for part in [*PARTS, "the rest"]:
        print(f"| {part} | {' | '.join(f'{column[part]:.1%}' for column in columns.values())} |")


if __name__ == "__main__":
    main()
