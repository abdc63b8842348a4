"""Predictions as the CSV file that Kaggle's competitions take."""

from __future__ import annotations

import csv
import io
import os

import numpy as np
from numpy.typing import ArrayLike

from rosenblatt.atomic_file import atomic_file

__all__ = ["write_submission"]


def write_submission(
    path: str | os.PathLike[str],
    labels: ArrayLike,
    *,
    id_name: str = "ImageId",
    label_name: str = "Label",
) -> None:
    r"""Write one line ``number,label`` for each prediction, numbered from 1, below a line of names.

    Parameters
    ----------
    path : str or path-like
        Where the file is to be. One that is there already stays as it is until the new one is whole.
    labels : array-like of shape (rows,)
        What was predicted, in the order of the test table: numbers or words.
    id_name : str, default="ImageId"
        Name of the column of numbers.
    label_name : str, default="Label"
        Name of the column of labels.

    Raises
    ------
    ValueError
        If there are no labels, they are not a single column, or one is missing; if the names are empty or
        the same. Nothing is written then.
    OSError
        If the file cannot be written; what was there before is untouched.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from rosenblatt.datasets import write_submission
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "submission.csv"
    ...     write_submission(path, [2, 0, 9])
    ...     path.read_text()
    'ImageId,Label\n1,2\n2,0\n3,9\n'
    """
    names: dict[str, object] = {"id_name": id_name, "label_name": label_name}
    for parameter, name in names.items():
        if not isinstance(name, str) or not name:
            raise ValueError(f"{parameter} must be the name of a column, not {name!r}")
    if id_name == label_name:
        raise ValueError(f"id_name and label_name must differ, both are {id_name!r}")
    if isinstance(labels, np.ma.MaskedArray) and np.ma.is_masked(labels):
        raise ValueError("labels are masked in some rows; predict a label for every row")
    values = np.asarray(labels)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"labels must be one for each row, of shape (rows,), not {values.shape}")
    cells = values.tolist()
    for row, cell in enumerate(cells):
        if _is_missing(cell):
            raise ValueError(f"labels[{row}] is missing ({cell}); predict a label for every row")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([id_name, label_name])
    writer.writerows(enumerate(cells, start=1))
    with atomic_file(path) as file:
        file.write(text.getvalue().encode())


def _is_missing(cell: object) -> bool:
    """Whether it is None, a NaN of any type, which differs from itself, or pandas' NA, which says NA."""
    differs: object = cell != cell
    return cell is None or not isinstance(differs, bool | np.bool_) or bool(differs)
