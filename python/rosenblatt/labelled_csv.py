"""Rows and their labels from a CSV file."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np

from rosenblatt.precision import Array

__all__ = ["read_labelled_csv"]


def read_labelled_csv(path: Path) -> tuple[Array, Array]:
    r"""Read a file of lines ``number,number,…,label``, in UTF-8.

    A first line of words only is taken as the names of the columns. Empty lines do not count.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    X : ndarray of float64 of shape (rows, columns)
        All cells but the last of each line.
    y : ndarray of shape (rows,)
        The last cells: integers if all of them are, else numbers if all of them are, else words.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it has no rows, a cell that is no finite number, or lines of unlike length; the message names the
        line.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from rosenblatt.labelled_csv import read_labelled_csv
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "iris.csv"
    ...     _ = path.write_text("length,width,kind\n1.4,0.2,setosa\n4.7,1.4,versicolor\n")
    ...     read_labelled_csv(path)
    (array([[1.4, 0.2],
           [4.7, 1.4]]), array(['setosa', 'versicolor'], dtype='<U10'))
    """
    lines = _lines(path)
    if lines and _are_names(lines[0][1][:-1]):
        del lines[0]
    if not lines:
        raise ValueError(f"{path}: there are no rows; expected lines of numbers with a label at the end")
    length = len(lines[0][1])
    if length < 2:
        raise ValueError(f"{path}, line {lines[0][0]}: expected numbers and a label, found {length} cell")
    rows = []
    for line, cells in lines:
        if len(cells) != length:
            raise ValueError(f"{path}, line {line}: expected {length} cells as before, found {len(cells)}")
        numbers = [_number(cell) for cell in cells[:-1]]
        if None in numbers:
            column = numbers.index(None)
            raise ValueError(
                f"{path}, line {line}, column {column + 1}: expected a finite number, found {cells[column]!r}"
            )
        rows.append(numbers)
    return np.array(rows, dtype=np.float64), _labels([cells[-1].strip() for _, cells in lines])


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """The cells of each line that is not empty, with its number in the file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path}: not a CSV file in UTF-8: {error}") from error


def _are_names(cells: list[str]) -> bool:
    # A row that lacks a number, or has one that is not finite, is to be refused, not passed over.
    return any(cell.strip() for cell in cells) and not any(_is_float(cell) for cell in cells)


def _is_float(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _number(cell: str) -> float | None:
    return float(cell) if _is_float(cell) and math.isfinite(float(cell)) else None


def _labels(cells: list[str]) -> Array:
    numbers = np.array([_number(cell) for cell in cells], dtype=object)
    if None in numbers:
        return np.array(cells)
    values = numbers.astype(np.float64)
    whole = values.astype(np.int64) if (np.abs(values) < 2**53).all() else values
    return whole if (whole == values).all() else values
