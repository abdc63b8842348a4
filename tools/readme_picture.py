"""Draw docs/images/demo.png: what a network learns of MNIST in ten epochs (README.md shows it)."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from rosenblatt import MLPClassifier, datasets, plot


def main() -> None:
    (X, y), (X_test, y_test) = datasets.mnist("train"), datasets.mnist("test")
    model = MLPClassifier((100,), early_stopping=True, max_iter=10, random_state=0)
    with warnings.catch_warnings(action="ignore"):  # ten epochs are not a training to convergence
        model.fit((X / 255).astype(np.float32), y)
    predicted = model.predict((X_test / 255).astype(np.float32))
    figure = Figure(figsize=(11, 4.6), dpi=100, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
    plot.learning_curve(model, ax=left)
    plot.confusion_matrix(y_test, predicted, ax=right)
    left.set_title("784 pixels, 100 hidden perceptrons, 10 digits: MNIST")
    path = Path(__file__).parents[1] / "docs" / "images" / "demo.png"
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path)
    print(f"saved {path}")


if __name__ == "__main__":
    main()
