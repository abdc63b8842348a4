"""A fit in two threads beside another process that wants one of the cores, against a fit in one thread."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from data import Data
from estimators import Libraries
from measure import Turns, take_turns
from settings import Settings


@contextmanager
def busy_core() -> Iterator[None]:
    """Another process keeps the last of our cores busy."""
    core = max(os.sched_getaffinity(0))
    code = f"import os; os.sched_setaffinity(0, [{core}])\nwhile True: pass"
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def measure(data: Data, rounds: int) -> dict[str, dict[str, dict[str, float]]] | None:
    """Two threads' time over one thread's, on a quiet and on a busy machine; None without two cores."""
    if not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2:
        return None
    rows = data.mnist()
    ratios: dict[str, dict[str, dict[str, float]]] = {}
    for name, settings in {
        "(100,), batch 200": Settings((100,)),
        "(32,), batch 32": Settings((32,), batch_size=32),
    }.items():
        ratios[name] = {}
        for state, context in (("quiet", nullcontext()), ("busy", busy_core())):
            contenders = {
                "rosenblatt": Libraries(1).train(rows, settings)["rosenblatt"],
                "two threads": Libraries(2).train(rows, settings)["rosenblatt"],
            }
            with context:
                turns: Turns = take_turns(contenders, rounds, tolerance=0)
            ratios[name][state] = turns.ratios("two threads")
    return ratios
