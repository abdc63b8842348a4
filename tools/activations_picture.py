"""Draw docs/images/activations.svg: the activations of hidden layers and their derivatives."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from rosenblatt import Network
from rosenblatt.fitted_network import ACTIVATIONS
from rosenblatt.mlp_parameters import ACTIVATION_NAMES

COLUMNS = 4


def main() -> None:
    mpl.rcParams["svg.hashsalt"] = "rosenblatt"  # the same file each time
    names = [name for name in ACTIVATIONS if name in ACTIVATION_NAMES]
    figure = Figure(figsize=(9, 8), layout="constrained")
    panels = figure.subplots(len(names) // COLUMNS, COLUMNS, sharex=True).ravel()
    n = np.linspace(-4, 4, 401)
    for panel, name in zip(panels, names, strict=True):
        network = Network([1, 1], ACTIVATIONS[name])
        network.W[1] = [[1]]
        trace = network.trace(n[:, np.newaxis], np.zeros(len(n)), eta=0)
        panel.axhline(0, color="#cccccc", linewidth=0.8)
        panel.axvline(0, color="#cccccc", linewidth=0.8)
        panel.plot(n, trace.a[1], color="#0072b2", label="f(n)")
        panel.plot(n, trace.derivative[1], color="#d55e00", linewidth=1, linestyle="--", label="f′(n)")
        panel.set_title(name, fontsize=9)
        panel.set_ylim(-1.6, 2.2)
        panel.tick_params(labelsize=7)
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
    panels[0].legend(fontsize=7, frameon=False, loc="upper left")
    path = Path(__file__).parents[1] / "docs" / "images" / "activations.svg"
    figure.savefig(path, metadata={"Date": None})
    print(f"saved {path}")


if __name__ == "__main__":
    main()
