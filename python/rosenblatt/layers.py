"""One quantity of all layers of a network, numbered as in the textbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rosenblatt.precision import Array

__all__ = ["Layers", "as_numbers"]


class Layers:
    """One quantity of all layers, numbered as in the textbook: ``W[1]`` .. ``W[l]``, ``a[0]`` .. ``a[l]``.

    Reading gives the array of a layer; parameters give a view, so that ``network.W[1][0, 0] = 2`` sets a
    weight. Assigning replaces all values of a layer, after a check of shape and finiteness.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> network = Network([2, 1], "HardLimit")
    >>> network.W[1] = [[1], [1]]
    >>> network.W[1].tolist()
    [[1.0], [1.0]]
    >>> len(network.W)
    1
    """

    def __init__(
        self,
        name: str,
        first: int,
        last: int,
        get: Callable[[int], Array],
        *,
        writable: bool = False,
    ) -> None:
        self._name = name
        self._first = first
        self._last = last
        self._get = get
        self._writable = writable

    def _checked(self, k: int) -> int:
        if not isinstance(k, Integral):
            raise TypeError(f"{self._name}[k] takes the number of a layer, not {k!r}")
        if not self._first <= k <= self._last:
            raise IndexError(f"{self._name}[{k}]: layers are numbered {self._first} to {self._last}")
        return int(k)

    def __getitem__(self, k: int) -> Array:
        return self._get(self._checked(k))

    def __setitem__(self, k: int, value: ArrayLike) -> None:
        k = self._checked(k)
        if not self._writable:
            raise TypeError(f"{self._name} is computed by the network and cannot be set")
        target = self._get(k)
        values = as_numbers(f"{self._name}[{k}]", value, target.dtype)
        # A bias of one number may be given as a number, and a column of weights as a flat list.
        if values.shape != target.shape and values.size == target.size and 1 in (*target.shape, 0):
            values = values.reshape(target.shape)
        if values.shape != target.shape:
            raise ValueError(
                f"{self._name}[{k}] has the shape {target.shape}; got an array of shape {values.shape}"
            )
        target[...] = values

    def __len__(self) -> int:
        return self._last - self._first + 1

    def __iter__(self) -> Iterator[Array]:
        return (self._get(k) for k in range(self._first, self._last + 1))

    def __repr__(self) -> str:
        lines = [
            f"{self._name}[{k}] = {np.array2string(self._get(k), prefix=f'{self._name}[{k}] = ')}"
            for k in range(self._first, self._last + 1)
        ]
        return "\n".join(lines)


def as_numbers(name: str, value: ArrayLike, dtype: np.dtype[Any]) -> Array:
    """Take `value` as a finite array of `dtype`, or say what about `name` is wrong.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.layers import as_numbers
    >>> as_numbers("x", [1, 2], np.dtype(np.float32))
    array([1., 2.], dtype=float32)
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of numbers: {error}") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be made of real numbers, not of {array.dtype}")
    array = array.astype(dtype, copy=False)
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite; there is {array[where]} at position {where}")
    return array
