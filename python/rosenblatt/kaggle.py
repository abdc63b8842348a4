"""MNIST in the form of Kaggle's digit recognizer."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rosenblatt.atomic_file import atomic_file
from rosenblatt.submission import write_submission

__all__ = ["kaggle_csv"]

_TRAINING_ROWS = 42_000  # as many as Kaggle's train.csv has

_DIGITS = [str(number) for number in range(256)]


def kaggle_csv(folder: str | os.PathLike[str]) -> NDArray[np.int64]:
    """Write MNIST as Kaggle's train.csv, test.csv and sample_submission.csv.

    Of MNIST's 70,000 images, those to train on before those to test on, the first 42,000 are train.csv
    (``label,pixel0,…,pixel783``) and the other 28,000 test.csv (``pixel0,…,pixel783``). Kaggle's own files
    have the images in another order.

    Parameters
    ----------
    folder : str or path-like
        A folder that is there. Each file takes its place only when all of it is written.

    Returns
    -------
    ndarray of int64 of shape (28000,)
        The labels of test.csv, which are in none of the files.

    Raises
    ------
    OSError
        If there is no such folder, a file cannot be written, or MNIST is neither on this machine nor can be
        fetched.

    Examples
    --------
    >>> from rosenblatt.datasets import kaggle_csv
    >>> labels = kaggle_csv("digit-recognizer")  # doctest: +SKIP
    """
    from rosenblatt.datasets import mnist

    place = Path(folder)
    if not place.is_dir():
        raise FileNotFoundError(f"there is no folder {str(place)!r}; make it first")
    parts = [mnist("train"), mnist("test")]
    X, y = (np.concatenate(part) for part in zip(*parts, strict=True))
    train, test = X[:_TRAINING_ROWS], X[_TRAINING_ROWS:]
    _write(place / "train.csv", train, y[:_TRAINING_ROWS])
    _write(place / "test.csv", test, None)
    write_submission(place / "sample_submission.csv", np.zeros(len(test), dtype=np.int64))
    return y[_TRAINING_ROWS:]


def _write(path: Path, X: NDArray[np.uint8], labels: NDArray[np.int64] | None) -> None:
    names = ["label"] * (labels is not None) + [f"pixel{i}" for i in range(X.shape[1])]
    with atomic_file(path) as file:
        file.write((",".join(names) + "\n").encode())
        for row, pixels in enumerate(X):
            cells = [_DIGITS[pixel] for pixel in pixels.tolist()]
            if labels is not None:
                cells.insert(0, str(labels[row]))
            file.write((",".join(cells) + "\n").encode())
