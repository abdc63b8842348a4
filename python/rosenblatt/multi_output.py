"""Several outputs of several classes each: what scikit-learn calls "multiclass-multioutput"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.multiclass import (
    _check_partial_fit_first_call,
    check_classification_targets,
    type_of_target,
)

from rosenblatt.labels import encoded
from rosenblatt.precision import Array

if TYPE_CHECKING:
    from rosenblatt.mlp_classifier import MLPClassifier

__all__ = [
    "encoded_as",
    "encoded_columns",
    "is_multi_output",
    "one_hot",
    "several_targets",
    "side_by_side",
    "take_classes",
]


def is_multi_output(y: Array) -> bool:
    """Whether y has several columns of classes, instead of one, or of labels that are there or not.

    Parameters
    ----------
    y : ndarray of shape (rows,) or (rows, outputs)
        Classes.

    Returns
    -------
    bool
        A table of no more than two different numbers is one of labels, as in scikit-learn: False. An array of
        objects, as of a data frame whose columns are of different kinds, is none.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.multi_output import is_multi_output
    >>> is_multi_output(np.array([[0, 2], [1, 0]])), is_multi_output(np.array([[0, 1], [1, 0]]))
    (True, False)
    """
    if y.ndim != 2 or y.shape[1] < 2:
        return False
    if y.dtype.kind == "O":
        return True
    return bool(type_of_target(y) == "multiclass-multioutput")


def encoded_columns(y: Array) -> tuple[list[Array], Array]:
    """Find the classes of each column, sorted, and for each element the index of its class.

    Parameters
    ----------
    y : ndarray of shape (rows, outputs)
        Classes of any sortable kind, of one kind in each column.

    Returns
    -------
    classes : list of ndarray
        Of each column.
    labels : ndarray of int64 of shape (rows, outputs)
        ``classes[j][labels[:, j]]`` is column j.

    Raises
    ------
    ValueError
        For numbers that are no classes.
    TypeError
        For a column of several kinds.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.multi_output import encoded_columns
    >>> encoded_columns(np.array([[7, 3], [5, 3]]))
    ([array([5, 7]), array([3])], array([[1, 0],
           [0, 0]]))
    """
    if y.dtype.kind != "O":
        check_classification_targets(y)
    classes: list[Array] = []
    labels: Array = np.empty(y.shape, dtype=np.int64)
    for j in range(y.shape[1]):
        try:
            column = _column(y, j)
            found, labels[:, j] = encoded(column)
        except TypeError as error:
            raise TypeError(f"column {j} of y has classes of several kinds: {error}") from None
        classes.append(found)
    return classes, labels


def encoded_as(y: Array, classes: list[Array], *, is_same: bool) -> Array:
    """Give for each element of y the index of its class, of classes that are known.

    Parameters
    ----------
    y : ndarray of shape (rows, outputs)
        Classes.
    classes : list of ndarray
        Of each column, sorted.
    is_same : bool
        Whether every column must have all of its classes, as a warm start wants it.

    Returns
    -------
    ndarray of int64 of shape (rows, outputs)
        The indices.

    Raises
    ------
    ValueError
        For another number of columns, and for other classes.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.multi_output import encoded_as
    >>> encoded_as(np.array([[7, 3]]), [np.array([5, 7]), np.array([3])], is_same=False)
    array([[1, 0]])
    """
    if y.ndim != 2 or y.shape[1] != len(classes):
        raise ValueError(
            f"the training is to go on with {len(classes)} outputs of classes, but y has the shape {y.shape}"
        )
    found, labels = encoded_columns(y)
    for j, (mine, known) in enumerate(zip(found, classes, strict=True)):
        unknown = np.setdiff1d(mine, known)
        if len(unknown):
            raise ValueError(
                f"column {j} of y has classes that are not among those of the fit before: {unknown}; "
                f"known are {known}"
            )
        if is_same and len(mine) != len(known):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously column {j} had {known}, now it has {mine}"
            )
        labels[:, j] = np.searchsorted(known, mine)[labels[:, j]]
    return labels


def take_classes(model: MLPClassifier, classes: Any) -> None:
    """Set the classes of a first partial_fit; refuse none then, and other ones than before later on.

    Parameters
    ----------
    model : MLPClassifier
        Whose ``classes_``.
    classes : array-like of shape (classes,), list of array-like or None
        Those of a single output or of a table of labels, or a list of those of each output.

    Raises
    ------
    ValueError
        Without classes in the first call, for other ones in a later one, for an output without classes.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.multi_output import take_classes
    >>> model = MLPClassifier()
    >>> take_classes(model, [[2, 1], ["b", "a", "a"]])
    >>> model.classes_
    [array([1, 2]), array(['a', 'b'], dtype='<U1')]
    """
    before = model.__dict__.get("classes_")
    if not _is_list_of_classes(classes):
        _check_partial_fit_first_call(model, classes)
        return
    found = [np.unique(np.asarray(of_output)) for of_output in classes]
    for j, of_output in enumerate(found):
        if len(of_output) == 0:
            raise ValueError(f"`classes` names none for output {j}")
    if before is None:
        model.classes_ = found
    elif not (isinstance(before, list) and list(map(list, before)) == list(map(list, found))):
        raise ValueError(
            f"`classes={classes!r}` is not the same as on last call to partial_fit, was: {before!r}"
        )


def several_targets(model: MLPClassifier, y: Array, *, goes_on: bool, is_partial: bool) -> Array:
    """Encode a table of classes for the core, and set what a classifier knows of them.

    Parameters
    ----------
    model : MLPClassifier
        Whose ``classes_`` are to be set, or are known.
    y : ndarray of shape (rows, outputs)
        Classes.
    goes_on : bool
        Whether a training is to go on.
    is_partial : bool
        Whether this is a partial_fit.

    Returns
    -------
    ndarray of uint8 of shape (rows, classes of all outputs)
        Zeros with a one for each output.

    Raises
    ------
    ValueError
        For classes that do not fit those before.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.multi_output import several_targets
    >>> y = np.array([["b", "x"], ["a", "x"]])
    >>> several_targets(MLPClassifier(), y, goes_on=False, is_partial=False)
    array([[0, 1, 1],
           [1, 0, 1]], dtype=uint8)
    """
    if goes_on or is_partial:
        if not isinstance(model.classes_, list):
            raise ValueError(
                f"y has the shape {y.shape}, several outputs of classes, but there are classes of a single "
                "output; for several, `classes` is a list of those of each"
            )
        labels = encoded_as(y, model.classes_, is_same=model.warm_start and not is_partial)
    else:
        model.classes_, labels = encoded_columns(y)
    model._is_multilabel = False
    model.out_activation_ = "softmax"
    return one_hot(labels, [len(classes) for classes in model.classes_])


def one_hot(labels: Array, widths: Sequence[int]) -> Array:
    """Write the indices of classes as zeros with a one for each output, in bytes, which the core converts.

    Parameters
    ----------
    labels : ndarray of int64 of shape (rows, outputs)
        Indices.
    widths : sequence of int
        Number of classes of each output.

    Returns
    -------
    ndarray of uint8 of shape (rows, sum of widths)
        The outputs side by side.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.multi_output import one_hot
    >>> one_hot(np.array([[1, 0], [0, 2]]), [2, 3])
    array([[0, 1, 1, 0, 0],
           [1, 0, 0, 0, 1]], dtype=uint8)
    """
    table: Array = np.zeros((len(labels), sum(widths)), dtype=np.uint8)
    begins = np.asarray(list(accumulate(widths[:-1], initial=0)))
    np.put_along_axis(table, labels + begins, 1, axis=1)
    return table


def side_by_side(columns: list[Array]) -> Array:
    """Put columns of classes side by side.

    Parameters
    ----------
    columns : list of ndarray of shape (rows,)
        Of any kinds.

    Returns
    -------
    ndarray of shape (rows, columns)
        Of objects where the kinds differ.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.multi_output import side_by_side
    >>> side_by_side([np.array([1, 2]), np.array(["a", "b"])])
    array([[1, 'a'],
           [2, 'b']], dtype=object)
    """
    is_text = {column.dtype.kind in "US" for column in columns}
    if len(is_text) > 1:
        columns = [column.astype(object) for column in columns]
    return np.column_stack(columns)


def _is_list_of_classes(classes: Any) -> bool:
    def is_list(values: Any) -> bool:
        return np.iterable(values) and not isinstance(values, str | bytes)

    return is_list(classes) and bool(len(classes)) and all(is_list(of_output) for of_output in classes)


def _column(y: Array, j: int) -> Array:
    """A column; of objects that all are numbers, in the numbers' dtype."""
    column: Array = np.ascontiguousarray(y[:, j])
    if column.dtype.kind == "O":
        natural = np.array(column.tolist())
        column = natural if natural.dtype.kind in "biuf" else column
        check_classification_targets(column)
    return column
