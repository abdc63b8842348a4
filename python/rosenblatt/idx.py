"""Reader for IDX, the file format of MNIST: a header that tells dtype and shape, then the numbers."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_idx"]

# The header's third byte names the dtype; numbers of several bytes are big-endian.
_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

_GZIP_MAGIC = b"\x1f\x8b"

# Memory grows by what was really read, never by what a damaged header promises.
_CHUNK = 1 << 20


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read an IDX file, plain or compressed with gzip.

    A file is taken for gzip by its first two bytes, whatever its name.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    ndarray
        C-contiguous and writable, in native byte order, of dtype uint8, int8, int16, int32, float32 or
        float64 and of any number of dimensions from 1 up to NumPy's limit.

    Raises
    ------
    ValueError
        If the file is not an IDX file, is shorter or longer than its header says, or its gzip
        compression is damaged. The message names the file, the byte (of the uncompressed contents,
        counted from 0), and what was expected there.
    OSError
        If the file is missing, is a folder or cannot be read.

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from rosenblatt.datasets import read_idx
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labels.idx1-ubyte"
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1]) + bytes([0, 0, 0, 3]) + bytes([5, 0, 4]))
    ...     read_idx(path)
    array([5, 0, 4], dtype=uint8)
    """
    path = Path(path)
    with path.open("rb") as file:
        if file.peek(2)[:2] != _GZIP_MAGIC:
            return _parse(file, path)
        with gzip.GzipFile(fileobj=file) as contents:
            try:
                return _parse(contents, path)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise ValueError(
                    f"{path}: byte {contents.tell()} of its contents: expected sound gzip compression, "
                    f"found it cut short or damaged ({error})"
                ) from error


def _parse(stream: BufferedIOBase, path: Path) -> NDArray[Any]:
    magic = _read(stream, 4)
    if magic[:2] != bytes(min(len(magic), 2)):
        raise ValueError(f"{path}: byte 0: expected 00 00, as IDX files begin, found {magic[:2].hex(' ')}")
    if len(magic) < 4:
        raise ValueError(
            f"{path}: byte {len(magic)}: expected a header of 4 bytes, found the end of the file"
        )
    code, ndim = magic[2:]
    if code not in _DTYPES:
        known = ", ".join(f"{known:02x}" for known in _DTYPES)
        raise ValueError(f"{path}: byte 2: expected a dtype's code ({known}), found {code:02x}")
    if ndim == 0:
        raise ValueError(f"{path}: byte 3: expected at least 1 dimension, found 0")

    header = 4 + 4 * ndim
    sizes = _read(stream, 4 * ndim)
    if len(sizes) < 4 * ndim:
        raise ValueError(
            f"{path}: byte {4 + len(sizes)}: expected a header of {header} bytes for {ndim} dimensions, "
            "found the end of the file"
        )
    shape = tuple(np.frombuffer(sizes, ">u4").tolist())

    dtype = np.dtype(_DTYPES[code])
    length = math.prod(shape) * dtype.itemsize
    # One byte more than wanted finds out whether the file ends where it should, and makes gzip
    # compare its checksum; a file that unpacks to gigabytes is not followed any further.
    data = _read(stream, length + 1)
    if len(data) != length:
        found = "the end of the file" if len(data) < length else "more data"
        raise ValueError(
            f"{path}: byte {header + min(len(data), length)}: expected {length} bytes of data, shape {shape} "
            f"of {dtype.name}, after the header of {header} bytes, and then the end; found {found}"
        )
    try:
        return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)
    except ValueError as error:
        raise ValueError(
            f"{path}: byte 3: expected a shape that NumPy can hold, found {shape}: {error}"
        ) from error


def _read(stream: BufferedIOBase, length: int) -> bytearray:
    """Up to length bytes; fewer only where the stream ends."""
    data = bytearray()
    while chunk := stream.read(min(length - len(data), _CHUNK)):
        data += chunk
    return data
