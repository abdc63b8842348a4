"""The picture of a run: how many times longer each peer takes, a line for each case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

COLOURS = {
    "scikit-learn": "#e07b00",
    "PyTorch": "#b3261e",
    "PyTorch compiled": "#e58a84",
    "JAX": "#5b3cc4",
    "Keras": "#777777",
}


def draw(path: Path, facts: dict[str, Any], rows: list[dict]) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "rosenblatt"  # the same figures give the same file
    figure, axes = plt.subplots(figsize=(9, 0.42 * len(rows) + 1.4), layout="constrained")
    for i, row in enumerate(reversed(rows)):
        axes.axhline(i, color="#eeeeee", zorder=0)
        for name, ratio in row["ratios"].items():
            axes.plot([ratio["min"], ratio["max"]], [i, i], color=COLOURS[name], linewidth=1.5)
            axes.plot(ratio["median"], i, "o", color=COLOURS[name], markersize=6)
    for name, colour in COLOURS.items():
        if any(name in row["ratios"] for row in rows):
            axes.plot([], [], "o", color=colour, label=name)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}×")
    axes.set_yticks(range(len(rows)), [row["name"] for row in reversed(rows)], fontsize=8)
    axes.set_xlabel(f"times rosenblatt's duration ({facts['threads']} threads, {facts['processor']})")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, 1.12), ncols=5, frameon=False, fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=150)
    plt.close(figure)
