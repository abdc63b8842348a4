"""What a fit learns from, in the form that the core reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.model_selection import train_test_split
from sklearn.utils.validation import _check_sample_weight

from rosenblatt.precision import Array
from rosenblatt.random_state import Random

__all__ = ["TrainingData", "ValidationData", "checked_weights", "usable_weights"]


@dataclass(frozen=True, slots=True)
class ValidationData:
    """Rows that are watched and not learned from: some of those of the training, or others.

    Attributes
    ----------
    X : ndarray, or CSR matrix or array, of shape (rows, columns)
        uint8, float32 or float64.
    y : ndarray of shape (rows,) or (rows, outputs)
        As in `TrainingData`.
    weights : ndarray of float64 of shape (rows,) or None
        How much each row counts; None: 1.
    rows : ndarray of int64
        Numbers of the rows of X that are watched.
    given : tuple
        X and y as the user gave them: what a scorer's rows are picked from.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.training_data import ValidationData
    >>> X, y = np.eye(3), np.array([0, 1, 1])
    >>> len(ValidationData(X, y, None, np.array([0, 2]), (X, y)))
    2
    """

    X: Any
    y: Array
    weights: Array | None
    rows: Array
    given: tuple[Any, Any]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def parts(self) -> tuple[Any, Array, Array | None, Array]:
        """As the core takes them."""
        return self.X, self.y, self.weights, self.rows


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Rows, targets and weights; which rows are learned from, and what is watched meanwhile.

    Attributes
    ----------
    X : ndarray, or CSR matrix or array, of shape (rows, columns)
        uint8, float32 or float64.
    y : ndarray of shape (rows,) or (rows, outputs)
        Labels of int64, or a table of values.
    weights : ndarray of float64 of shape (rows,) or None
        How much each row counts; None: 1.
    training : ndarray of int64
        Numbers of the rows that are learned from.
    validation : ValidationData or None
        What is watched.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.training_data import TrainingData
    >>> data = TrainingData.whole(np.eye(3), np.array([0, 1, 1]), None)
    >>> data.training, data.validation
    (array([0, 1, 2]), None)
    """

    X: Any
    y: Array
    weights: Array | None
    training: Array
    validation: ValidationData | None = None

    @classmethod
    def whole(cls, X: Any, y: Array, weights: Array | None) -> TrainingData:
        """Learn from every row."""
        return cls(X, y, weights, np.arange(len(y), dtype=np.int64))

    def watching(self, validation: ValidationData) -> TrainingData:
        """Learn from the same rows, and watch others."""
        return replace(self, validation=validation)

    def split(
        self, fraction: float, stratify: Array | None, random: Random, given: tuple[Any, Any]
    ) -> TrainingData:
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
        watched = ValidationData(self.X, self.y, self.weights, validation, given)
        return replace(self, training=training, validation=watched)


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
    return usable_weights(weights)


def usable_weights(weights: Array) -> Array:
    """Hand on weights that there is a mean loss with.

    Parameters
    ----------
    weights : ndarray of float64 of shape (rows,)
        Finite or not.

    Returns
    -------
    ndarray of float64 of shape (rows,)
        They.

    Raises
    ------
    ValueError
        Where they are all zero, add up to zero, or have no finite sum.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.training_data import usable_weights
    >>> usable_weights(np.array([1.0, -1.0]))
    Traceback (most recent call last):
    ValueError: sample_weight adds up to zero, so there is no mean loss to be made smaller
    """
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
