"""What the cells learn: some of scikit-learn's digits, and targets of every kind made from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.datasets import load_digits

from parity.cells import Cell

DIGITS, NUMBERS = load_digits(return_X_y=True)
DIGITS = DIGITS / 16

_BITS = (NUMBERS[:, None] >> np.arange(4)) & 1
_INK = DIGITS.mean(axis=1)
TARGETS = {
    "binary": NUMBERS > 4,
    "multiclass": NUMBERS,
    "multilabel": _BITS,
    "regression": NUMBERS / 10,
    "several_outputs": np.column_stack([NUMBERS / 10, _INK, _INK - _BITS[:, 0]]),
    "poisson": NUMBERS / 8,
    "several_poisson": np.column_stack([NUMBERS / 8, 4 * _INK]),
}
STORAGES = {"dense": np.asarray, "csr": sparse.csr_array, "csc": sparse.csc_array}

ROWS = 300
ROWS_ONE_BY_ONE = 60  # scikit-learn takes a tenth of a millisecond for a batch


@dataclass(frozen=True)
class Data:
    """Rows to learn, with targets and perhaps weights, and all digits to answer for."""

    X: Any
    y: Any
    sample_weight: Any
    X_all: Any
    labels: Any
    """What partial_fit wants to know in advance; None for a regression."""

    @property
    def weights(self) -> dict[str, Any]:
        """What to pass to fit: nothing where there are none."""
        return {} if self.sample_weight is None else {"sample_weight": self.sample_weight}

    def part(self, i: int, parts: int) -> Data:
        """The i-th of so many parts of the rows."""
        rows = np.array_split(np.arange(len(self.y)), parts)[i]
        weights = None if self.sample_weight is None else self.sample_weight[rows]
        return Data(self.X[rows], self.y[rows], weights, self.X_all, self.labels)


def data_of(cell: Cell) -> Data:
    rows = ROWS_ONE_BY_ONE if getattr(cell, "batch_size", None) == 1 else ROWS
    store = STORAGES[cell.storage]
    X, y = DIGITS.astype(cell.dtype), TARGETS[cell.target]
    labels = None
    if cell.is_classification:
        labels = np.arange(y.shape[1]) if y.ndim == 2 else np.unique(y)
    return Data(store(X[:rows]), y[:rows], _weights(cell.sample_weight, rows), store(X), labels)


def _weights(kind: str, rows: int) -> Any:
    if kind == "none":
        return None
    random = np.random.RandomState(0)
    weights = random.uniform(0.5, 2, rows)
    return weights if kind == "positive" else np.where(random.uniform(size=rows) < 0.1, 0.0, weights)
