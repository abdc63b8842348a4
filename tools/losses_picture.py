"""Draw docs/images/losses.svg: the losses of one output, and quantiles of noise that grows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rosenblatt import MLPRegressor, Network
from rosenblatt._core import LossFunction
from rosenblatt.network_numbers import core_network

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#000000")
OF_NUMBERS: dict[str, Any] = {
    "squared_error": "half_squared_error",
    "absolute_error": "absolute_error",
    "huber, delta 1": "huber",
    "quantile 0.9": LossFunction("quantile", quantiles=[0.9]),
}
OF_CLASSES: dict[str, tuple[str, Any]] = {
    "log_loss": ("Sigmoid", "binary_log_loss"),
    "smoothed by 0.1": ("Sigmoid", LossFunction("binary_log_loss", label_smoothing=0.1)),
    "focal, γ = 2": ("Sigmoid", "binary_focal"),
    "squared_error": ("Sigmoid", "squared_error"),
    "hinge": ("Linear", "hinge"),
    "perceptron": ("HardLimit", "perceptron"),
}


def values(activation: str, loss: Any, n: np.ndarray, y: float) -> list[float]:
    network = Network.over(core_network([1, 1], activation, "squared_error", np.float64, ()), loss)
    network.W[1] = [[1]]
    return [network.backpropagate([x], [y], eta=0) for x in n]


def dress(panel: Axes, title: str, label: str) -> None:
    panel.set_title(title, fontsize=9)
    panel.set_xlabel(label, fontsize=8)
    panel.tick_params(labelsize=7)
    panel.legend(fontsize=7, frameon=False)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)


def draw_quantiles(panel: Axes) -> None:
    random = np.random.RandomState(0)
    x = random.uniform(size=500)
    y = np.sin(4 * x) + (0.1 + x) * random.normal(size=500) / 2
    model = MLPRegressor(
        "quantile",
        (20,),
        "tanh",
        quantile=(0.1, 0.5, 0.9),
        learning_rate_init=0.01,
        max_iter=2000,
        random_state=0,
    ).fit(x[:, np.newaxis], y)
    grid = np.linspace(0, 1, 101)
    low, middle, high = model.predict(grid[:, np.newaxis]).T
    panel.plot(x, y, ".", color="#bbbbbb", markersize=2)
    panel.fill_between(
        grid, low, high, color=COLOURS[0], alpha=0.2, linewidth=0, label="quantiles 0.1 to 0.9"
    )
    panel.plot(grid, middle, color=COLOURS[0], label="median")


def main() -> None:
    mpl.rcParams["svg.hashsalt"] = "rosenblatt"  # the same file each time
    figure = Figure(figsize=(9, 3), layout="constrained")
    numbers, classes, quantiles = figure.subplots(1, 3)
    n = np.linspace(-3, 3, 301)
    for colour, (name, loss) in zip(COLOURS, OF_NUMBERS.items(), strict=False):
        numbers.plot(n, values("Linear", loss, n, 0.0), color=colour, label=name)
    dress(numbers, "of a number y", "a − y")
    for colour, (name, (activation, loss)) in zip(COLOURS, OF_CLASSES.items(), strict=True):
        classes.plot(n, values(activation, loss, n, 1.0), color=colour, label=name)
    dress(classes, "of a class that is there, y = 1", "net input n")
    draw_quantiles(quantiles)
    dress(quantiles, "three quantiles in one network", "x")
    path = Path(__file__).parents[1] / "docs" / "images" / "losses.svg"
    figure.savefig(path, metadata={"Date": None})
    print(f"saved {path}")


if __name__ == "__main__":
    main()
