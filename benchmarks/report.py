"""The figures of a run as lines, as JSON and as README's table."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import rosenblatt

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- figures: make bench -->", "<!-- end of figures -->"


def machine(threads: int) -> dict[str, Any]:
    """What the figures depend on."""
    facts: dict[str, Any] = {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": threads,
        "instruction set": rosenblatt.active_isa(),
        "rosenblatt": rosenblatt.__version__,
        "numpy": np.__version__,
    }
    for package in ("scikit-learn", "torch", "jax", "keras"):
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            continue
    return facts


def processor() -> str:
    """Its name, as well as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def duration(seconds: float) -> str:
    """With a unit that needs no exponent."""
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def line(row: dict[str, Any]) -> str:
    share = f"{row['share']:.0%}" if row.get("share") else ""
    text = f"{row['name']:46} {duration(row['seconds']['rosenblatt']):>9} {share:>5}"
    for name, ratio in row["ratios"].items():
        text += f"   {name} {ratio['median']:.1f} ({ratio['min']:.1f} to {ratio['max']:.1f})"
    return text


def write_json(path: Path, facts: dict[str, Any], rows: list[dict], more: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": facts, "rows": rows, **more}, indent=2) + "\n")


def write_readme(facts: dict[str, Any], rows: list[dict], more: dict[str, Any]) -> None:
    """Replace what stands between the two marks in README.md."""
    readme = ROOT / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    after = rest.split(END)[1]
    peers = list(dict.fromkeys(name for row in rows for name in row["ratios"]))
    head = ["work", "rosenblatt", "share of peak", *(f"× {name}" for name in peers)]
    lines = [" | ".join(head), "|".join(["---"] * len(head))]
    for row in rows:
        share = f"{row['share']:.0%}" if row.get("share") else ""
        ratios = [ratio_text(row["ratios"].get(name)) for name in peers]
        seconds = f"{duration(row['seconds']['rosenblatt'])} {row['unit']}"
        lines.append(" | ".join([row["name"], seconds, share, *ratios]))
    table = "\n".join(f"| {text} |" if "---" not in text else f"|{text}|" for text in lines)
    versions = ", ".join(
        f"{name} {facts[name]}" for name in ("scikit-learn", "torch", "jax", "keras") if name in facts
    )
    caption = (
        "How many times longer the others take: medians of runs that took turns, with their range; "
        f"{facts['threads']} threads on {facts['cores']} cores of {facts['processor']} "
        f"({facts['instruction set']}); {versions}. The share is that of useful operations in the "
        "processor's FMA peak, measured in the same run."
    )
    notes = "\n".join(f"{name}: {text}" for name, text in more.get("notes", {}).items())
    readme.write_text(f"{before}{BEGIN}\n{caption}\n\n{table}\n\n{notes}\n\n{END}{after}")


def ratio_text(ratio: dict[str, float] | None) -> str:
    return "" if ratio is None else f"{ratio['median']:.1f} ({ratio['min']:.1f} to {ratio['max']:.1f})"
