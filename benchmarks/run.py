"""Side-by-side comparison: the same work by every installed library, in turn, in one run.

Usage: python benchmarks/run.py [--only KEY ...] [--rounds N] [--threads N] [--json FILE] [--chart FILE]
                                [--readme] [--quick] [--without PEER ...]

Each case runs rosenblatt, scikit-learn and whichever of PyTorch, JAX and Keras are installed, A B C A B C
..., checks that all reach the same loss or accuracy, and prints how many times longer the others take: the
median of the ratios of neighbouring runs, with their range. Ratios are what to quote: the seconds depend on
the machine and on what else it does. MNIST is used where ROSENBLATT_DATA_HOME (or scikit-learn's data
folder) has it.
"""

from __future__ import annotations

import argparse
import os
import warnings
from pathlib import Path
from typing import Any


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="KEY", help="these cases only")
    parser.add_argument("--without", nargs="+", metavar="PEER", default=[], help="leave these libraries out")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each library (default 5)")
    parser.add_argument("--threads", type=int, default=2, help="threads of each library (default 2)")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--chart", type=Path, help="draw the figures into this file (SVG, PNG)")
    parser.add_argument("--readme", action="store_true", help="write the table and the chart into README.md")
    parser.add_argument("--quick", action="store_true", help="tiny data: does everything run?")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.threads < 1:
        parser.error("--rounds and --threads must be at least 1")
    return arguments


def set_threads(threads: int) -> None:
    """For the libraries that read it when they are imported."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    os.environ["PYTHONWARNINGS"] = "ignore"  # in the processes of GridSearchCV too
    warnings.simplefilter("ignore")  # a fixed number of epochs need not converge


def main() -> None:
    arguments = parse()
    set_threads(arguments.threads)

    import busy
    import chart
    import memory
    import report
    from cases import all_cases
    from data import Data
    from estimators import Libraries
    from measure import peak, take_turns
    from peers import Peers, installed

    from rosenblatt import datasets

    if not arguments.quick and datasets.find_mnist() is None:
        raise SystemExit("MNIST was not found: set ROSENBLATT_DATA_HOME, or try --quick")
    data = Data(arguments.quick)
    peers = Peers(installed(arguments.threads))
    for name in arguments.without:
        peers.pop(name, None)
    cases = all_cases(data, Libraries(arguments.threads), peers)
    unknown = set(arguments.only or ()) - {case.key for case in cases}
    if unknown:
        raise SystemExit(
            f"there is no case {', '.join(sorted(unknown))}; there are {', '.join(c.key for c in cases)}"
        )

    facts = report.machine(arguments.threads)
    print(", ".join(f"{key} {value}" for key, value in facts.items()), flush=True)
    rows: list[dict[str, Any]] = []
    for case in cases:
        if arguments.only and case.key not in arguments.only:
            continue
        rounds = min(arguments.rounds, case.rounds or arguments.rounds)
        before = peak(arguments.threads)
        pause = 0.0 if arguments.quick else 0.5
        turns = take_turns(case.contenders(), rounds, case.tolerance, pause)
        after = peak(arguments.threads)
        row: dict[str, Any] = {
            "key": case.key,
            "name": case.name,
            "unit": case.unit,
            "rounds": rounds,
            "seconds": {name: turns.median(name) for name in turns.seconds},
            "all_seconds": turns.seconds,
            "ratios": {name: turns.ratios(name) for name in turns.seconds if name != "rosenblatt"},
            "values": turns.values,
        }
        if case.operations is not None:
            row["gflops"] = case.operations / row["seconds"]["rosenblatt"] / 1e9
            if before and after:
                row["peak_gflops"] = max(before[case.dtype], after[case.dtype])
                row["share"] = row["gflops"] / row["peak_gflops"]
        rows.append(row)
        print(report.line(row), flush=True)

    more: dict[str, Any] = {"notes": {}}
    if not arguments.only:
        more["memory_MB"] = {
            name: memory.measure(name, arguments.quick) for name in ("rosenblatt", "scikit-learn")
        }
        more["busy"] = busy.measure(data, arguments.rounds)
        more["notes"] = notes(more)
        for name, text in more["notes"].items():
            print(f"{name}: {text}")
    if arguments.json:
        report.write_json(arguments.json, facts, rows, more)
    picture = report.ROOT / "docs" / "images" / "benchmark.svg" if arguments.readme else arguments.chart
    if picture:
        chart.draw(picture, facts, rows)
    if arguments.readme:
        report.write_readme(facts, rows, more)


def notes(more: dict[str, Any]) -> dict[str, str]:
    """What is no ratio between libraries, in sentences."""
    said = {}
    ours, theirs = more["memory_MB"]["rosenblatt"], more["memory_MB"]["scikit-learn"]
    if ours is not None:
        said["Memory"] = (
            f"a fit of MNIST from bytes takes {ours:.0f} MB beyond the data at its peak; "
            f"scikit-learn's takes {theirs:.0f} MB."
        )
    if more["busy"]:
        parts = [
            f"{name}: {states['busy']['median']:.2f} (on a quiet machine {states['quiet']['median']:.2f})"
            for name, states in more["busy"].items()
        ]
        said["Busy machine"] = (
            "with another process on one of the two cores, two threads take, against one thread, "
            f"{'; '.join(parts)} times as long."
        )
    return said


if __name__ == "__main__":
    main()
