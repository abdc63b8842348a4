"""Weights of classes as weights of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from rosenblatt.precision import Array
from rosenblatt.training_data import usable_weights

__all__ = ["ClassWeight", "row_weights"]

ClassWeight: TypeAlias = dict[Any, float] | Sequence[dict[Any, float]] | str | None


def row_weights(
    class_weight: dict[Any, float] | Sequence[dict[Any, float]] | str,
    labels: Sequence[Array],
    classes: Sequence[Array],
    weights: Array | None,
) -> Array:
    """Multiply the weights of rows with those of their classes.

    "balanced" gives a class the weight rows / (classes · rows of the class), as scikit-learn does (King and
    Zeng 2001). Weights of several outputs are multiplied.

    Parameters
    ----------
    class_weight : dict, list of dict or "balanced"
        Weight of each class that is not to weigh 1: of a single output, or a list of one for each.
    labels : sequence of ndarray of int64 of shape (rows,)
        Of each output, for each row the number of its class.
    classes : sequence of ndarray
        Of each output.
    weights : ndarray of float64 of shape (rows,) or None
        Of the rows themselves.

    Returns
    -------
    ndarray of float64 of shape (rows,)
        The products.

    Raises
    ------
    ValueError
        scikit-learn's, for classes that there are not; for a dict with several outputs, or a list of another
        length; where the weights add up to zero.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.class_weight import row_weights
    >>> labels, classes = np.array([0, 1, 1, 1]), np.array(["no", "yes"])
    >>> row_weights({"no": 3}, [labels], [classes], None)
    array([3., 1., 1., 1.])
    >>> row_weights("balanced", [labels], [classes], None).round(3)
    array([2.   , 0.667, 0.667, 0.667])
    """
    product = np.ones(len(labels[0]))
    of_outputs = _by_output(class_weight, len(classes))
    for of_output, its_labels, its_classes in zip(of_outputs, labels, classes, strict=True):
        # A class without rows has nothing to be balanced.
        known = np.unique(its_labels) if isinstance(of_output, str) else np.arange(len(its_classes))
        of_classes = compute_class_weight(of_output, classes=its_classes[known], y=its_classes[its_labels])
        product *= of_classes[np.searchsorted(known, its_labels)]
    return usable_weights(product if weights is None else weights * product)


def _by_output(
    class_weight: dict[Any, float] | Sequence[dict[Any, float]] | str, outputs: int
) -> Sequence[Any]:
    if isinstance(class_weight, str):
        return [class_weight] * outputs
    if isinstance(class_weight, dict):
        if outputs == 1:
            return [class_weight]
        raise ValueError(
            f"class_weight is one dict, but y has {outputs} outputs: it must be a list of a dict for each, "
            "or 'balanced'"
        )
    if len(class_weight) != outputs:
        raise ValueError(
            f"class_weight has {len(class_weight)} elements, but y has {outputs} output(s): one for each"
        )
    return class_weight
