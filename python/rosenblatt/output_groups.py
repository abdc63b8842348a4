"""The outputs of a network in groups, each with its own softmax, say, for several targets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from rosenblatt.precision import Array

__all__ = ["JACOBIANS", "of_groups"]

# The activations of which each output depends on several net inputs: their derivative is a matrix, and there
# may be groups of them.
JACOBIANS = ("Softmax", "Ordered")


def of_groups(a: Array, widths: Sequence[int]) -> list[Array]:
    """Cut columns into groups.

    Parameters
    ----------
    a : ndarray of shape (rows, sum of widths)
        Values.
    widths : sequence of int
        Of the groups.

    Returns
    -------
    list of ndarray of shape (rows, width)
        Views.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.output_groups import of_groups
    >>> of_groups(np.array([[1, 2, 3]]), [1, 2])
    [array([[1]]), array([[2, 3]])]
    """
    return [a[:, begin:end] for begin, end in pairwise(accumulate(widths, initial=0))]
