"""How many threads a training or a prediction may use."""

from __future__ import annotations

import os
from numbers import Integral

__all__ = ["thread_count"]


def thread_count(n_threads: int | None = None) -> int:
    """The number of threads to use at most.

    Results do not depend on it. The core uses fewer where more would not pay.

    Parameters
    ----------
    n_threads : int or None
        At least 1. None: what the environment variable ``OMP_NUM_THREADS`` says, which joblib sets for
        its workers, else the number of cores that this process may run on.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        If n_threads is below 1 or no integer.

    Examples
    --------
    >>> from rosenblatt.threads import thread_count
    >>> thread_count(2)
    2
    """
    if n_threads is not None:
        if not isinstance(n_threads, Integral) or isinstance(n_threads, bool) or n_threads < 1:
            raise ValueError(f"n_threads must be an integer of at least 1 or None, not {n_threads!r}")
        return min(int(n_threads), _MOST)
    # OpenMP takes a list, one number for each level of nesting; the first one counts here.
    said = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if said.isdecimal() and int(said) > 0:
        return min(int(said), _MOST)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# More than any machine has that this is for; a typing error shall not start a million threads.
_MOST = 256
