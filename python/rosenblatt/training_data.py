"""What a fit learns from, in the form that the core reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.model_selection import train_test_split
from sklearn.utils.validation import _check_sample_weight

from rosenblatt.precision import Array
from rosenblatt.random_state import Random

__all__ = ["TrainingData", "checked_weights"]


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Rows, targets and weights; which rows are learned from and which are watched.

    Attributes
    ----------
    X : ndarray, or CSR matrix or array, of shape (rows, columns)
        uint8, float32 or float64.
    y : ndarray of shape (rows,) or (rows, outputs)
        Labels of int64, or a table of values.
    weights : ndarray of float64 of shape (rows,) or None
        How much each row counts; None: 1.
    training, validation : ndarray of int64
        Numbers of rows.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.training_data import TrainingData
    >>> data = TrainingData.whole(np.eye(3), np.array([0, 1, 1]), None)
    >>> data.training, data.validation
    (array([0, 1, 2]), array([], dtype=int64))
    """

    X: Any
    y: Array
    weights: Array | None
    training: Array
    validation: Array

    @classmethod
    def whole(cls, X: Any, y: Array, weights: Array | None) -> TrainingData:
        """Learn from every row."""
        rows = np.arange(len(y), dtype=np.int64)
        return cls(X, y, weights, rows, rows[:0])

    def split(self, fraction: float, stratify: Array | None, random: Random) -> TrainingData:
        """Hold out a share of the rows, drawn as scikit-learn draws it.

        Raises
        ------
        ValueError
            Where too few rows are left, or only rows without weight.
        """
        training, validation = train_test_split(
            self.training, random_state=random, test_size=fraction, stratify=stratify
        )
        if len(validation) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        for name, rows in (("training", training), ("validation", validation)):
            if self.weights is not None and self.weights[rows].sum() == 0:
                raise ValueError(
                    f"the sample weights of the {len(rows)} rows of the {name} set add up to zero; another "
                    "random_state or validation_fraction may draw others"
                )
        return TrainingData(self.X, self.y, self.weights, training, validation)


def checked_weights(sample_weight: ArrayLike | None, X: Any) -> Array | None:
    """Validate sample weights.

    Parameters
    ----------
    sample_weight : array-like of shape (rows,), number or None
        Finite numbers; a single one counts for every row.
    X : array or sparse matrix of shape (rows, columns)
        The rows.

    Returns
    -------
    ndarray of float64 of shape (rows,) or None
        None for None.

    Raises
    ------
    ValueError
        For another shape, for NaN and infinity, and where the weights are all zero or add up to zero.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.training_data import checked_weights
    >>> checked_weights([1, 2], np.eye(2))
    array([1., 2.])
    """
    if sample_weight is None:
        return None
    weights: Array = np.require(
        _check_sample_weight(sample_weight, X, dtype=np.float64), requirements=["C", "A"]
    )
    if not weights.any():
        raise ValueError("Sample weights must contain at least one non-zero number.")
    with np.errstate(over="ignore", invalid="ignore"):
        total = weights.sum()
    if not np.isfinite(total):
        raise ValueError(
            f"sample_weight must be finite numbers with a finite sum, but they add up to {total}"
        )
    if total == 0:
        raise ValueError("sample_weight adds up to zero, so there is no mean loss to be made smaller")
    return weights
