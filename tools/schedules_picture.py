"""Draw docs/images/schedules.svg: the learning rates of the schedules (docs/callbacks.md shows it)."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from rosenblatt.schedules import CosineAnnealing, ExponentialDecay, OneCycle, Plan, StepDecay, WarmUp

# Ten epochs of ten batches.
STEPS = np.arange(100)
PLAN = Plan(eta=0.1, batches=10, total=100)
SCHEDULES = {
    "StepDecay(3, 0.5)": StepDecay(3, 0.5),
    "ExponentialDecay(0.8)": ExponentialDecay(0.8),
    "CosineAnnealing()": CosineAnnealing(),
    "OneCycle(0.1)": OneCycle(0.1),
    "WarmUp(CosineAnnealing(), epochs=2)": WarmUp(CosineAnnealing(), epochs=2),
}


def main() -> None:
    mpl.rcParams["svg.hashsalt"] = "rosenblatt"  # the same figures give the same file
    figure = Figure(figsize=(10, 2.4), layout="constrained")
    for ax, (name, schedule) in zip(
        figure.subplots(1, len(SCHEDULES), sharey=True), SCHEDULES.items(), strict=True
    ):
        ax.plot(STEPS, schedule.rates(STEPS, PLAN), drawstyle="steps-post")
        ax.set_title(name.replace("(CosineAnnealing(), ", "(\nCosineAnnealing(), "), fontsize=8)
        ax.set_xlabel("step", fontsize=8)
        ax.tick_params(labelsize=8)
        ax.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("learning rate", fontsize=8)
    path = Path(__file__).parents[1] / "docs" / "images" / "schedules.svg"
    figure.savefig(path, metadata={"Date": None})
    print(f"saved {path}")


if __name__ == "__main__":
    main()
