"""The rows that the benchmarks train on, made or read once."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import sparse

from rosenblatt import datasets


class Rows(NamedTuple):
    """A table and its labels."""

    X: np.ndarray | sparse.csr_matrix
    y: np.ndarray


def some_digits(rows: int, columns: int = 784, seed: int = 0) -> Rows:
    """Bytes with something to learn in them: ten blurred prototypes and noise."""
    random = np.random.default_rng(seed)
    y = random.integers(0, 10, rows)
    prototypes = random.integers(0, 2, (10, columns), dtype=np.uint8) * np.uint8(160)
    X = prototypes[y] + random.integers(0, 96, (rows, columns), dtype=np.uint8)
    return Rows(X, y)


class Data:
    """MNIST and its smaller companions; with `quick`, a few made rows in their place."""

    def __init__(self, quick: bool) -> None:
        self.quick = quick

    @cache  # noqa: B019 (lives as long as the program)
    def pixels(self, part: str = "train") -> Rows:
        """MNIST as bytes."""
        if self.quick:
            return some_digits(400 if part == "train" else 100)
        return Rows(*datasets.mnist(part))

    @cache  # noqa: B019
    def mnist(self, part: str = "train", dtype: str = "float32") -> Rows:
        """MNIST in [0, 1]."""
        X, y = self.pixels(part)
        return Rows((X / np.float64(255)).astype(dtype), y)

    @cache  # noqa: B019
    def digits(self) -> tuple[Rows, Rows]:
        """The digits bundled with scikit-learn, 1,300 rows to train on and the rest to test."""
        X, y = datasets.digits()
        X = (X / 16).astype(np.float32)
        order = np.random.RandomState(0).permutation(len(y))
        train, test = order[:1300], order[1300:]
        return Rows(X[train], y[train]), Rows(X[test], y[test])

    @cache  # noqa: B019
    def sparse(self) -> Rows:
        """20,000 x 10,000 with 1 % of the elements, ten classes."""
        rows, columns = (200, 500) if self.quick else (20_000, 10_000)
        random = np.random.default_rng(0)
        X = sparse.random(rows, columns, 0.01, format="csr", dtype=np.float32, random_state=0)
        y = np.argmax(X @ random.standard_normal((columns, 10)), axis=1)
        return Rows(X, y)
