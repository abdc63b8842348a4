"""The command ``rosenblatt perceptron``: the perceptron rule on a table, and why it can fail."""

from __future__ import annotations

from pathlib import Path

from rosenblatt import datasets
from rosenblatt.labelled_csv import read_labelled_csv
from rosenblatt.precision import Array
from rosenblatt.rule_trace import perceptron_trace

__all__ = ["report"]


def report(data: str, eta: float, epochs: int, as_json: bool) -> str:
    """Train a perceptron and tell how it went.

    Parameters
    ----------
    data : str
        ``"and"``, ``"or"``, ``"xor"``, or a CSV file with the labels in its last column.
    eta : float
        Learning rate η.
    epochs : int
        The most passes over the rows.
    as_json : bool
        Whether to return JSON instead of a table.

    Returns
    -------
    str
        The trace; below the table, for rows that no hyperplane separates, why there is none.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the file, or what is in it, is not as expected.
    OverflowError
        If numbers leave the range of float64.

    Examples
    --------
    >>> from rosenblatt.rule_report import report
    >>> report("xor", 1.0, 10, as_json=False).splitlines()[-5]
    'No hyperplane separates the labels 0 and 1: the point (0.5, 0.5) lies among the rows of both.'
    """
    trace = perceptron_trace(*_rows(data), eta=eta, max_epochs=epochs)
    if as_json:
        return trace.to_json()
    found = trace.separability
    return f"{trace}\n\n{found}" if found is not None and not found.is_separable else str(trace)


def _rows(data: str) -> tuple[Array, Array]:
    if data in ("and", "or", "xor"):
        return datasets.logic(data)
    try:
        return read_labelled_csv(Path(data))
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"cannot read {data} ({reason}); data are and, or, xor or a CSV file") from error
