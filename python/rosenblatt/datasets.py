"""Data to learn from: the textbook's logic tables, scikit-learn's digits, and MNIST."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rosenblatt.idx import read_idx
from rosenblatt.kaggle import kaggle_csv
from rosenblatt.matching_columns import match_columns
from rosenblatt.submission import write_submission

__all__ = [
    "digits",
    "find_mnist",
    "kaggle_csv",
    "logic",
    "match_columns",
    "mnist",
    "read_idx",
    "write_submission",
]

_DATA_HOME = "ROSENBLATT_DATA_HOME"

_LOGIC = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0)}

_MNIST_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_MNIST_NAMES = [name for pair in _MNIST_FILES.values() for name in pair]
# OpenML keeps both in one table, the training images first.
_OPENML_ROWS = {"train": slice(60_000), "test": slice(60_000, 70_000)}
_SIDE = 28

# Seconds after which a server that does not answer is given up; urllib itself would wait for ever.
_NETWORK_TIMEOUT = 30.0


def logic(name: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Truth table of a logical function of two variables.

    Parameters
    ----------
    name : {"and", "or", "xor"}
        The function; all three are the textbook's, tables 1 to 3.

    Returns
    -------
    X : ndarray of float64, shape (4, 2)
        The inputs (0, 0), (0, 1), (1, 0), (1, 1).
    y : ndarray of int64, shape (4,)
        The function's values, 0 or 1.

    Raises
    ------
    ValueError
        If the name is none of the three.

    Examples
    --------
    >>> from rosenblatt.datasets import logic
    >>> X, y = logic("xor")
    >>> y
    array([0, 1, 1, 0])
    """
    if name not in list(_LOGIC):  # a list, because what is given by mistake need not be hashable
        raise ValueError(f"name must be one of {', '.join(map(repr, _LOGIC))}, not {name!r}")
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
    return X, np.array(_LOGIC[name], dtype=np.int64)


def digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Handwritten digits of 8 x 8 pixels, which come with scikit-learn.

    Returns
    -------
    X : ndarray of uint8, shape (1797, 64)
        One image a row, pixels from 0 (white) to 16 (black).
    y : ndarray of int64, shape (1797,)
        The digits, 0 to 9.

    Examples
    --------
    >>> from rosenblatt.datasets import digits
    >>> X, y = digits()
    >>> X.shape, X.dtype, int(X.max())
    ((1797, 64), dtype('uint8'), 16)
    """
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return np.ascontiguousarray(X, dtype=np.uint8), y.astype(np.int64)


def mnist(split: str = "train") -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Handwritten digits of 28 x 28 pixels: the MNIST database.

    Read from the four IDX files where `find_mnist` finds them; else fetched from OpenML through
    scikit-learn, which keeps a copy in its own data folder.

    Parameters
    ----------
    split : {"train", "test"}, default="train"
        The images to train on, or those to test on.

    Returns
    -------
    X : ndarray of uint8, shape (60000, 784) or (10000, 784)
        One image a row, C-contiguous, pixels from 0 (white) to 255 (black).
    y : ndarray of int64, shape (60000,) or (10000,)
        The digits, 0 to 9.

    Raises
    ------
    ValueError
        If split is neither of the two, or a file is damaged or not what its name says.
    FileNotFoundError
        If the files are not on this machine and cannot be fetched; the message tells where they
        were looked for.

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998.

    Examples
    --------
    >>> from rosenblatt.datasets import mnist
    >>> X, y = mnist("test")  # doctest: +SKIP
    >>> X.shape, y[:5]  # doctest: +SKIP
    ((10000, 784), array([7, 2, 1, 0, 4]))
    """
    if split not in list(_MNIST_FILES):
        raise ValueError(f"split must be one of {', '.join(map(repr, _MNIST_FILES))}, not {split!r}")
    folder = find_mnist()
    if folder is None:
        X, y = _fetch_mnist()
        rows = _OPENML_ROWS[split]
        return X[rows].copy(), y[rows].copy()
    files = _mnist_files(folder)
    images, labels = _MNIST_FILES[split]
    return _read_mnist(files[images], files[labels])


def find_mnist() -> Path | None:
    """Folder of this machine that holds MNIST's four IDX files.

    The folders `$ROSENBLATT_DATA_HOME/mnist`, `$ROSENBLATT_DATA_HOME` and scikit-learn's data folder's
    `mnist` (by default `~/scikit_learn_data/mnist`) are looked into, in this order. The files are
    `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
    `t10k-labels-idx1-ubyte`, also with `.idx` for `-idx`, plain or with `.gz` at the end.

    Returns
    -------
    Path or None
        The first folder with all four files; None where there is none. The network is never asked.

    Examples
    --------
    >>> import os
    >>> import tempfile
    >>> from pathlib import Path
    >>> from unittest.mock import patch
    >>> from rosenblatt.datasets import find_mnist
    >>> with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, ROSENBLATT_DATA_HOME=home):
    ...     for part in ("train-images.idx3", "train-labels.idx1", "t10k-images.idx3", "t10k-labels.idx1"):
    ...         (Path(home) / f"{part}-ubyte.gz").touch()
    ...     find_mnist() == Path(home)
    True
    """
    return next((folder for folder in _mnist_folders() if len(_mnist_files(folder)) == 4), None)


def _mnist_folders() -> list[Path]:
    folders = []
    if home := os.environ.get(_DATA_HOME):
        folders += [_expanded(home) / "mnist", _expanded(home)]
    # sklearn.datasets.get_data_home says the same, but takes a second to import and makes the folder.
    folders.append(_expanded(os.environ.get("SCIKIT_LEARN_DATA", "~/scikit_learn_data")) / "mnist")
    return folders


def _expanded(folder: str) -> Path:
    return Path(os.path.expanduser(folder))  # noqa: PTH111 (Path's own raises for a user without a home)


def _mnist_files(folder: Path) -> dict[str, Path]:
    """Those of the four files that are in the folder, in whichever spelling."""
    files = {}
    for name in _MNIST_NAMES:
        dotted = name.replace("-idx", ".idx")
        for spelling in (name, f"{name}.gz", dotted, f"{dotted}.gz"):
            if name not in files and (folder / spelling).is_file():
                files[name] = folder / spelling
    return files


def _read_mnist(images: Path, labels: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    X, y = read_idx(images), read_idx(labels)
    if X.dtype != np.uint8 or X.shape[1:] != (_SIDE, _SIDE):
        raise ValueError(
            f"{images}: expected images of {_SIDE} x {_SIDE} uint8, found shape {X.shape} of {X.dtype}"
        )
    if y.dtype != np.uint8 or y.ndim != 1:
        raise ValueError(f"{labels}: expected a row of uint8 labels, found shape {y.shape} of {y.dtype}")
    if len(y) != len(X):
        raise ValueError(
            f"{labels}: expected a label for each of {len(X)} images in {images}, found {len(y)}"
        )
    if (y > 9).any():
        raise ValueError(f"{labels}: expected labels from 0 to 9, found {y.max()} at index {y.argmax()}")
    return X.reshape(len(X), _SIDE * _SIDE), y.astype(np.int64)


@lru_cache(maxsize=1)  # 55 MB kept; to parse OpenML's text for the second split takes a minute again
def _fetch_mnist() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """All of MNIST from OpenML, or from scikit-learn's copy of it."""
    from sklearn.datasets import fetch_openml

    try:
        with _network_timeout():
            table = fetch_openml(
                "mnist_784", version=1, as_frame=False, parser="liac-arff", n_retries=1, delay=1.0
            )
    except (OSError, HTTPException) as error:
        names, folders = ", ".join(_MNIST_NAMES), "; ".join(map(_described, _mnist_folders()))
        raise FileNotFoundError(
            f"MNIST is not on this machine, and could not be fetched from OpenML ({error}). "
            f"Put its files ({names}; plain or .gz) into one of the folders that were looked into "
            f"({folders}), or set the environment variable {_DATA_HOME} to the folder that holds them."
        ) from error
    X, y = np.asarray(table.data), np.asarray(table.target)
    if X.shape != (70_000, _SIDE * _SIDE) or y.shape != (70_000,):
        raise ValueError(
            f"OpenML's mnist_784: expected (70000, 784) pixels and (70000,) labels, "
            f"found {X.shape} and {y.shape}"
        )
    return np.ascontiguousarray(X, dtype=np.uint8), y.astype(np.int64)


def _described(folder: Path) -> str:
    found = _mnist_files(folder)
    lacking = [name for name in _MNIST_NAMES if name not in found]
    return f"{folder}, which lacks {', '.join(lacking)}" if found else str(folder)


@contextmanager
def _network_timeout() -> Iterator[None]:
    # fetch_openml takes no timeout, so that the one for all sockets is set; the caller's own stands.
    before = socket.getdefaulttimeout()
    if before is None:
        socket.setdefaulttimeout(_NETWORK_TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
