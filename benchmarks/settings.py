"""One training, described once for every library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Settings:
    """What to train and how, in scikit-learn's words."""

    hidden: tuple[int, ...] = (100,)
    activation: str = "relu"
    solver: str = "adam"
    batch_size: int = 200
    epochs: int = 1
    learning_rate: float = 0.001
    alpha: float = 0.0001
    momentum: float = 0.9

    def estimator(self, library: Any, seed: int, **more: Any) -> Any:
        """An MLPClassifier of rosenblatt or of scikit-learn."""
        return library.MLPClassifier(
            self.hidden,
            activation=self.activation,
            solver=self.solver,
            batch_size=self.batch_size,
            max_iter=self.epochs,
            learning_rate_init=self.learning_rate,
            alpha=self.alpha,
            momentum=self.momentum,
            n_iter_no_change=self.epochs + 1,
            random_state=seed,
            **more,
        )

    def sizes(self, X: Any, y: np.ndarray) -> list[int]:
        classes = len(np.unique(y))
        return [X.shape[1], *self.hidden, classes if classes > 2 else 1]


def initial_parameters(
    sizes: list[int], dtype: np.dtype, random: np.random.RandomState
) -> list[tuple[np.ndarray, np.ndarray]]:
    """W and b of each layer as scikit-learn draws them, so that all begin alike."""
    parameters = []
    for inputs, outputs in pairwise(sizes):
        bound = np.sqrt(6 / (inputs + outputs))
        W = random.uniform(-bound, bound, (inputs, outputs)).astype(dtype)
        parameters.append((W, random.uniform(-bound, bound, outputs).astype(dtype)))
    return parameters


def orders(rows: int, epochs: int, random: np.random.RandomState) -> Iterator[np.ndarray]:
    """The rows of each epoch in scikit-learn's order."""
    order = np.arange(rows)
    for _ in range(epochs):
        order = order[random.permutation(rows)]
        yield order


def batches(order: np.ndarray, size: int) -> list[np.ndarray]:
    return [order[i : i + size] for i in range(0, len(order), size)]
