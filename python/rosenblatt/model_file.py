"""The container of a model file: safetensors with a header of JSON, and a checksum over both."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from rosenblatt.atomic_file import atomic_file
from rosenblatt.precision import Array

__all__ = ["FORMAT_VERSION", "ModelFileError", "packed", "read", "unpacked", "write"]

FORMAT_VERSION = 1

# safetensors' names of the types that it shares with NumPy.
DTYPES = {
    **{f"F{8 * size}": np.dtype(f"f{size}") for size in (2, 4, 8)},
    **{f"I{8 * size}": np.dtype(f"i{size}") for size in (1, 2, 4, 8)},
    **{f"U{8 * size}": np.dtype(f"u{size}") for size in (1, 2, 4, 8)},
    "BOOL": np.dtype(bool),
}


class ModelFileError(ValueError):
    """A file that is no model, not a whole one, or not one that this version reads.

    Examples
    --------
    >>> from rosenblatt.model_file import ModelFileError
    >>> issubclass(ModelFileError, ValueError)
    True
    """


def packed(header: Mapping[str, Any], tensors: Mapping[str, Array]) -> bytes:
    """Make the bytes of a file.

    Parameters
    ----------
    header : dict
        Of what JSON has.
    tensors : dict of ndarray
        Of the types of `DTYPES`.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    ImportError
        Without the package safetensors.

    Examples
    --------
    >>> from rosenblatt.model_file import packed, unpacked
    >>> unpacked(packed({"format": 1}, {}))
    ({'format': 1}, {})
    """
    _need_safetensors()
    from safetensors.numpy import save

    text = json.dumps(header, ensure_ascii=False, allow_nan=False)
    return save(dict(tensors), {"rosenblatt": text, "sha256": _checksum(text, tensors)})


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """Take apart the bytes of a file, if all of them are as they were written.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    header : dict
        As it was packed.
    tensors : dict of ndarray
        Likewise, writable.

    Raises
    ------
    ModelFileError
        For anything else than a whole file of a format version that is known.
    ImportError
        Without the package safetensors.

    Examples
    --------
    >>> from rosenblatt.model_file import unpacked
    >>> unpacked(b"PK")
    Traceback (most recent call last):
    rosenblatt.model_file.ModelFileError: not a safetensors file, or not a whole one...
    """
    _need_safetensors()
    from safetensors import SafetensorError, deserialize

    try:
        # It checks every offset against the file's length before it takes anything.
        found = deserialize(data)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise ModelFileError(f"not a safetensors file, or not a whole one ({error})") from None
    metadata = _json(data[8 : 8 + int.from_bytes(data[:8], "little")].decode()).get("__metadata__") or {}
    if not {"rosenblatt", "sha256"} <= set(metadata):
        raise ModelFileError(
            "a safetensors file that rosenblatt has not written: its metadata names no model"
        )
    tensors = {name: _array(name, tensor) for name, tensor in found}
    header = _json(metadata["rosenblatt"])
    # A later format may have another checksum.
    if type(header.get("format")) is not int or header["format"] != FORMAT_VERSION:
        raise ModelFileError(
            f"its format version is {header.get('format')!r}, but this version of rosenblatt reads "
            f"{FORMAT_VERSION}; upgrade rosenblatt, or save the model anew with this one"
        )
    if metadata["sha256"] != _checksum(metadata["rosenblatt"], tensors):
        raise ModelFileError("its checksum is wrong: the file was damaged or changed after it was written")
    return header, tensors


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file, whole or not at all.

    Parameters
    ----------
    path : str or path-like
        Where.
    data : bytes
        What `packed` returned.

    Raises
    ------
    OSError
        Where it cannot be written; what was there before is still there.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from rosenblatt.model_file import packed, read, write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder) / "a.safetensors", packed({"format": 1}, {}))
    ...     read(Path(folder) / "a.safetensors")
    ({'format': 1}, {})
    """
    with atomic_file(path) as file:
        file.write(data)


def read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read a file.

    Parameters
    ----------
    path : str or path-like
        Where.

    Returns
    -------
    header : dict
        As it was packed.
    tensors : dict of ndarray
        Likewise, writable.

    Raises
    ------
    ModelFileError
        As for `unpacked`, with the file's name.
    OSError
        Where there is no such file, or it cannot be read.

    Examples
    --------
    >>> from rosenblatt.model_file import read
    >>> read("no such file")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'no such file'
    """
    place = Path(path)
    # A device or a pipe would be read without an end.
    if place.exists() and not place.is_file():
        raise ModelFileError(f"{str(place)!r} is no file, but a folder or a device")
    data = place.read_bytes()
    try:
        return unpacked(data)
    except ModelFileError as error:
        raise ModelFileError(f"{str(place)!r}: {error}") from None


def _need_safetensors() -> None:
    if find_spec("safetensors") is None:
        raise ImportError("model files need the package safetensors: pip install 'rosenblatt[files]'")


def _checksum(text: str, tensors: Mapping[str, Array]) -> str:
    total = hashlib.sha256(text.encode())
    for name, tensor in sorted(tensors.items()):
        total.update(f"{name}{tensor.dtype.name}{tensor.shape}".encode())
        total.update(np.ascontiguousarray(tensor).reshape(-1).view(np.uint8).data)
    return total.hexdigest()


def _array(name: str, tensor: Mapping[str, Any]) -> Array:
    dtype = DTYPES.get(tensor["dtype"])
    if dtype is None:
        raise ModelFileError(f"tensor {name!r} is of type {tensor['dtype']}, which no model has")
    array = np.frombuffer(tensor["data"], dtype).reshape(tensor["shape"])
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise ModelFileError(f"tensor {name!r} holds a number that is not finite")
    return array


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"its header is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise ModelFileError("its header is not an object of JSON")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
