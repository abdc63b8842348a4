"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["atomic_file"]


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file to be written, which takes its place only when all of it is on the disk.

    Parameters
    ----------
    path : str or path-like
        Where the file is to be. One that is there already stays as it is until the new one is whole.

    Yields
    ------
    file
        To be written in bytes; a neighbour of `path` until the block ends.

    Raises
    ------
    FileNotFoundError
        Where the folder is missing.
    OSError
        Where it cannot be written to, say because the disk is full. What was at `path` is still there, and
        nothing of the new file is.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from rosenblatt.atomic_file import atomic_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "answer.txt"
    ...     with atomic_file(path) as file:
    ...         written = file.write(b"42")
    ...     path.read_bytes()
    b'42'
    """
    place = Path(path)
    if not place.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(place.parent)!r} to write {place.name!r} in")
    if place.is_dir():
        raise IsADirectoryError(f"{str(place)!r} is a folder; name a file to write")
    # A name of its own: others may be writing to the same place.
    beside = place.with_name(f"{place.name}.{secrets.token_hex(4)}.part")
    try:
        try:
            with beside.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        # One of another file, which was read in the block, say, is none of ours.
        if error.errno is None or error.filename not in (None, str(beside)):
            raise
        reason = f"{error.strerror}; what was there before is untouched"
        raise type(error)(error.errno, reason, str(place)) from None
