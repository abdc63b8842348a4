"""Taking turns, and what the turns say: medians, ratios and their spread."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Outcome:
    """What one turn took, and what it reached: a loss, an accuracy, a sum of answers."""

    seconds: float
    value: float


Contender = Callable[[int], Outcome]  # of a seed


class Stopwatch:
    """Seconds spent in a `with` block."""

    seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        begin = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - begin


@dataclass
class Turns:
    """The seconds of every contender, turn by turn."""

    seconds: dict[str, list[float]]
    values: dict[str, list[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])

    def ratios(self, name: str, to: str = "rosenblatt") -> dict[str, float]:
        """How many times longer than `to` it takes: the ratios of neighbouring turns."""
        pairs = zip(self.seconds[name], self.seconds[to], strict=True)
        ratios = [theirs / ours for theirs, ours in pairs]
        return {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)}


def take_turns(
    contenders: Mapping[str, Contender], rounds: int, tolerance: float, pause: float = 0.0
) -> Turns:
    """Run all once to warm up (imports, compilation), then A B C A B C ...

    Before each turn is a pause of so many seconds: threads of some libraries go on spinning for a while after
    their work, on a core that the next one wants.

    Raises SystemExit where two of them do not reach the same value.
    """
    turns = Turns({name: [] for name in contenders}, {name: [] for name in contenders})
    for seed in range(-1, rounds):
        for name, contender in contenders.items():
            time.sleep(pause)
            outcome = contender(max(seed, 0))
            if seed >= 0:
                turns.seconds[name].append(outcome.seconds)
                turns.values[name].append(outcome.value)
    for name, values in turns.values.items():
        reference = turns.values["rosenblatt"]
        if not np.allclose(values, reference, rtol=tolerance):
            raise SystemExit(f"{name} reaches {values}, rosenblatt {reference}: not the same training")
    return turns


def find_micro() -> Path | None:
    """The program that measures the processor's peak, where it has been built."""
    return next(iter(sorted((ROOT / "build" / "bench").rglob("rosenblatt_micro"))), None)


def peak(threads: int) -> dict[str, Any] | None:
    """The FMA peak in GFLOP/s for float32 and float64, and the bandwidth in GB/s, as of now."""
    program = find_micro()
    if program is None:
        return None
    command = [program, "--peak", "--threads", str(threads), "--json"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return parse_peak(answer.stdout)


def parse_peak(text: str) -> dict[str, Any]:
    figures = json.loads(text)
    missing = {"isa", "threads", "float32", "float64", "bandwidth_GBps"} - figures.keys()
    if missing:
        raise ValueError(f"the answer of rosenblatt_micro lacks {sorted(missing)}: {text}")
    return figures


def useful_operations(sizes: list[int]) -> int:
    """Floating-point operations to train on a sample: 6 for each parameter, but nothing goes back to x."""
    layers = list(pairwise(sizes))
    parameters = sum((inputs + 1) * outputs for inputs, outputs in layers)
    return 6 * parameters - 2 * layers[0][0] * layers[0][1]


def operations_to_predict(sizes: list[int]) -> int:
    return 2 * sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))
