"""Peak memory of a fit beyond its data: `python memory.py rosenblatt|scikit-learn [--quick]`, in MB.

Each library is measured in a process of its own, after a fit on a few rows has made it load what it loads.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import warnings
from pathlib import Path

STATUS = Path("/proc/self/status")


def megabytes(field: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def peak_of_fit(library: str, quick: bool) -> float:
    from data import Data
    from estimators import Libraries
    from settings import Settings

    warnings.simplefilter("ignore")
    X, y = Data(quick).pixels()
    settings = Settings((100,))
    libraries = Libraries(threads=2)
    settings.estimator(libraries[library], 0, **libraries.more(library)).fit(X[:200], y[:200])
    before = megabytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    settings.estimator(libraries[library], 0, **libraries.more(library)).fit(X, y)
    return megabytes("VmHWM") - before


def measure(library: str, quick: bool) -> float | None:
    """In a new process; None where the system does not tell."""
    if not STATUS.exists():
        return None
    command = [sys.executable, __file__, library, *(["--quick"] if quick else [])]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", choices=["rosenblatt", "scikit-learn"])
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    print(f"{peak_of_fit(arguments.library, arguments.quick):.1f}")
