"""Whether what is about to be allocated fits into memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["check_memory"]

# Less than this any machine has to spare; to ask how much is free takes 50 µs.
_LITTLE = 2**24

_GIB = 2**30


def check_memory(needed_bytes: int, what: str) -> None:
    """Refuse what does not fit into the memory that is free, before any of it is touched.

    Free is what Linux calls available, or what the process's control group (a container's limit) leaves
    of it; elsewhere, the machine's memory.

    Parameters
    ----------
    needed_bytes : int
        How much is about to be allocated.
    what : str
        For what, as the message is to call it.

    Raises
    ------
    MemoryError
        Says how much is needed for what, and how much is free.

    Examples
    --------
    >>> from rosenblatt.memory import check_memory
    >>> check_memory(1000, "a small table")
    >>> check_memory(10**18, "a table of 10**9 x 10**9 bytes")
    Traceback (most recent call last):
    ...
    MemoryError: a table of 10**9 x 10**9 bytes would take 931322574.6 GiB of memory; ... GiB are free
    """
    if needed_bytes < _LITTLE:
        return
    free = _free(Path("/"))
    if needed_bytes > free:
        raise MemoryError(
            f"{what} would take {needed_bytes / _GIB:.1f} GiB of memory; {free / _GIB:.1f} GiB are free"
        )


def _free(root: Path) -> int:
    return max(0, min([_free_of_machine(root), *_free_of_groups(root)]))


def _free_of_machine(root: Path) -> int:
    for line in _lines(root / "proc/meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    pages = "SC_AVPHYS_PAGES" if "SC_AVPHYS_PAGES" in os.sysconf_names else "SC_PHYS_PAGES"
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf(pages)


def _free_of_groups(root: Path) -> Iterator[int]:
    """What the control groups of this process leave, those that theirs lie in included."""
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers == "":  # cgroup 2
            home, limit, use, cache = "sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):  # cgroup 1
            home, limit, use = "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            cache = "total_inactive_file"
        else:
            continue
        top = root / home
        group = top / path.lstrip("/")
        while group.is_relative_to(top):
            limits, used = _lines(group / limit), _lines(group / use)
            if limits and used and limits[0].isdecimal():  # else "max"
                yield int(limits[0]) - int(used[0]) + _files_to_drop(group, cache)
            group = group.parent


def _files_to_drop(group: Path, name: str) -> int:
    """Bytes of files that the group is charged for, and that make room when it is asked for."""
    for line in _lines(group / "memory.stat"):
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0


def _lines(path: Path) -> list[str]:
    """Of a file that there need not be."""
    try:
        return path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []
