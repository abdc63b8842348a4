"""Levenberg-Marquardt beside Adam: iterations and seconds to a mean squared error of 1e-6.

Usage: python benchmarks/levenberg_marquardt.py [--json FILE] [--chart FILE] [--quick]

The problems are the textbook's. Both begin with the same weights and take turns, seed after seed; Adam has
three learning rates to choose from, and batches of 10. A chart shows what Bayesian regularisation makes of a
noisy sine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from rosenblatt import MLPRegressor

GOAL = 1e-6
RATES = (0.03, 0.01, 0.003)


def problems() -> dict[str, tuple[np.ndarray, np.ndarray, int]]:
    """Rows, values and hidden neurons."""
    line = np.linspace(-1, 1, 41).reshape(-1, 1)
    wide = np.linspace(-2, 2, 21).reshape(-1, 1)
    axis = np.linspace(-1, 1, 15)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    hump = 1 + np.sin(np.pi / 4 * wide).ravel()
    return {
        "sin(2πx), 1-10-1": (line, np.sin(2 * np.pi * line).ravel(), 10),
        "1 + sin(πx/4), 1-10-1": (wide, hump, 10),
        "1 + sin(πx/4), 1-2-1": (wide, hump, 2),
        "x² − y², 2-10-1": (plane, plane[:, 0] ** 2 - plane[:, 1] ** 2, 10),
    }


class Goal:
    """Ends a training at the goal; the loss is half the mean squared error."""

    def __init__(self, seconds: float) -> None:
        self.is_reached, self.limit = False, seconds

    def on_epoch_end(self, state: Any) -> bool:
        self.is_reached = state.loss <= GOAL / 2
        return self.is_reached or state.seconds > self.limit


def train(
    X: np.ndarray, y: np.ndarray, hidden: int, seed: int, limit: float, **solver: Any
) -> dict[str, Any]:
    goal = Goal(limit)
    model = MLPRegressor(
        hidden_layer_sizes=(hidden,),
        activation="tanh",
        alpha=0,
        weight_init="nguyen_widrow",
        random_state=seed,
        callbacks=[goal],
        **solver,
    )
    begin = time.perf_counter()
    model.fit(X, y)
    return {
        "seconds": time.perf_counter() - begin,
        "iterations": model.n_iter_,
        "is_reached": goal.is_reached,
        "mse": 2 * model.loss_,
    }


def measure(seeds: int, limit: float) -> list[dict[str, Any]]:
    results = []
    for name, (X, y, hidden) in problems().items():
        runs: dict[str, list[dict[str, Any]]] = {"lm": []}
        for seed in range(seeds):
            runs["lm"].append(train(X, y, hidden, seed, limit, solver="lm", max_iter=99))
            for rate in RATES:
                adam = {"solver": "adam", "learning_rate_init": rate, "batch_size": 10}
                adam |= {"max_iter": 10**7, "tol": 0, "n_iter_no_change": np.inf}
                runs.setdefault(f"adam {rate}", []).append(train(X, y, hidden, seed, limit, **adam))
        for solver, some in runs.items():
            reached = [run for run in some if run["is_reached"]]
            row = {
                "problem": name,
                "solver": solver,
                "reached": len(reached),
                "seeds": seeds,
                "iterations": statistics.median([run["iterations"] for run in some]),
                "seconds": statistics.median([run["seconds"] for run in some]),
                "mse": statistics.median([run["mse"] for run in some]),
                "ratio": statistics.median(
                    [run["seconds"] / lm["seconds"] for run, lm in zip(some, runs["lm"], strict=True)]
                ),
            }
            results.append(row)
            print(
                f"{name:24} {solver:12} {row['reached']:2} of {seeds} reach {GOAL:g}; medians: "
                f"{row['iterations']:9.0f} iterations {row['seconds']:9.4f} s {row['ratio']:8.1f} times lm, "
                f"mean squared error {row['mse']:.1e}",
                flush=True,
            )
    return results


def draw(path: Path) -> None:
    """A noisy sine: 20 neurons without regularisation, and with Bayesian regularisation."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "rosenblatt"
    X, fine = (np.linspace(-1, 1, count).reshape(-1, 1) for count in (41, 400))
    y = np.sin(2 * np.pi * X).ravel() + np.random.RandomState(0).normal(0, 0.2, 41)
    figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
    axes.plot(fine, np.sin(2 * np.pi * fine), color="0.6", linestyle="--", label="sin(2πx)")
    axes.plot(X, y, ".", color="0.3", label="rows, noise of 0.2")
    for label, color, parameters in (
        ("alpha=0, 100 iterations", "#c9572b", {"alpha": 0, "max_iter": 100}),
        ("bayesian=True", "#1f5fa8", {"bayesian": True, "max_iter": 1000}),
    ):
        model = MLPRegressor(
            hidden_layer_sizes=(20,),
            activation="tanh",
            solver="lm",
            weight_init="nguyen_widrow",
            random_state=0,
            **parameters,
        ).fit(X, y)
        count = f": {model.effective_parameters_:.0f} of 61 parameters" if model.bayesian else ""
        axes.plot(fine, model.predict(fine), color=color, label=label + count)
    axes.set_ylim(-1.7, 2.4)
    axes.legend(fontsize=8, loc="upper left", ncols=2)
    axes.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=150)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--chart", type=Path, help="draw the noisy sine into this file (SVG, PNG)")
    parser.add_argument("--quick", action="store_true", help="one seed, a fifth of a second each")
    parser.add_argument("--seconds", type=float, default=20.0, help="when a training is given up")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # a training that is cut off need not converge
    results = measure(*((1, 0.2) if arguments.quick else (10, arguments.seconds)))
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")
    if arguments.chart:
        draw(arguments.chart)


if __name__ == "__main__":
    main()
