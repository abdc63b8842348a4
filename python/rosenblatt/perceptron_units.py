"""The units of a Perceptron, trained one after the other or in threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import effective_n_jobs
from joblib.parallel import SequentialBackend, get_active_backend
from numpy.typing import NDArray

from rosenblatt import _core
from rosenblatt.threads import thread_count

if TYPE_CHECKING:
    from rosenblatt.perceptron_tasks import UnitTasks

__all__ = ["Unit", "threads_for", "train_units"]

Array = NDArray[Any]

# Numbers (of sparse rows, entries) that all units read in an epoch, below which n_jobs=None stays with one
# thread: a pool of threads takes 0.3 ms, which is as long as they take to be read.
_WORTH_THREADS = 2**20


@dataclass
class Unit:
    """One unit to be trained: its class against all others, or the second of two against the first."""

    w: Array  # trained in place
    intercept: float
    y: NDArray[np.int8]
    seed: int
    weight_positive: float
    weight_negative: float
    ending: str = "interrupted"
    n_iter: int = 0


def train_units(
    units: list[Unit],
    X: Any,
    weights: Array | None,
    validation: Array | None,
    *,
    n_jobs: int | None,
    tasks: UnitTasks | None = None,
    **options: Any,
) -> None:
    """Train every unit on the same rows.

    After Ctrl-C the units keep what they learned in whole epochs; the ending of those that were not done
    is "interrupted".

    Parameters
    ----------
    units : list of Unit
        Changed in place.
    X : ndarray, or CSR matrix or array, of shape (rows, columns)
        uint8, float32 or float64.
    weights, validation : ndarray of shape (rows,) or None
        Factor of each row's updates, in the dtype of the units; 1 (uint8) for each row held out.
    n_jobs : int or None
        Threads, as scikit-learn counts them; None: see Perceptron.
    tasks : UnitTasks or None, default=None
        Where scikit-learn's callbacks are told of epochs; only for a single thread.
    **options
        Handed to the core as they are.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.perceptron_units import Unit, train_units
    >>> unit = Unit(np.zeros(1), 0.0, np.array([-1, 1], np.int8), 1, 1.0, 1.0)
    >>> train_units([unit], np.array([[-1.0], [1.0]]), None, None, n_jobs=1, penalty=None, alpha=0.0,
    ...             l1_ratio=0.0, fit_intercept=True, max_iter=9, tol=1e-3, shuffle=False, eta0=1.0,
    ...             early_stopping=False, n_iter_no_change=2)
    >>> unit.ending, unit.w, unit.intercept
    ('converged', array([2.]), 0.0)
    """
    stop = threading.Event()

    def train(unit: Unit) -> None:
        if stop.is_set():
            return
        own = (
            options
            if tasks is None
            else options | {"on_epoch": tasks.listening_to(unit, options["on_epoch"])}
        )
        try:
            unit.ending, unit.intercept, unit.n_iter = _core.train_perceptron(
                unit.w,
                unit.intercept,
                X,
                unit.y,
                weights,
                validation,
                seed=int(unit.seed),
                weight_positive=float(unit.weight_positive),
                weight_negative=float(unit.weight_negative),
                stopped=stop.is_set,
                **own,
            )
        finally:
            if unit.ending == "interrupted":  # also where an exception flew by
                stop.set()

    threads = threads_for(n_jobs, len(units), X, is_verbose=options.get("on_epoch") is not None)
    try:
        if threads == 1:
            for unit in units:
                train(unit)
        else:
            _in_threads(train, units, threads, stop)
    except KeyboardInterrupt:  # pressed between two units; the rest of them stay as they begin
        stop.set()


def threads_for(n_jobs: int | None, units: int, X: Any, *, is_verbose: bool) -> int:
    """How many threads train the units.

    Parameters
    ----------
    n_jobs : int or None
        As scikit-learn counts them; None: see Perceptron.
    units : int
        How many are to be trained.
    X : ndarray, or sparse matrix or array, of shape (rows, columns)
        What they are to be trained on.
    is_verbose : bool
        Whether lines are printed, which None keeps in order by a single thread.

    Returns
    -------
    int
        From 1 to units.

    Raises
    ------
    ValueError
        For n_jobs=0.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.perceptron_units import threads_for
    >>> threads_for(2, 10, np.zeros((3, 4)), is_verbose=False)
    2
    >>> threads_for(None, 10, np.zeros((3, 4)), is_verbose=False)
    1
    """
    if units == 1:
        return 1
    backend, n_jobs_of_context = get_active_backend()
    # A worker of joblib that was told nothing of threads has others beside it on every core.
    is_for_joblib = isinstance(backend, SequentialBackend) or (
        backend.nesting_level and not os.environ.get("OMP_NUM_THREADS")
    )
    if n_jobs is not None or n_jobs_of_context is not None or is_for_joblib:
        threads = int(effective_n_jobs(n_jobs))
    elif is_verbose or units * X.size < _WORTH_THREADS:
        threads = 1
    else:
        threads = thread_count()
    return min(threads, units)


def _in_threads(
    train: Callable[[Unit], None], units: list[Unit], threads: int, stop: threading.Event
) -> None:
    """Train the units in threads. Ctrl-C reaches the main thread, which tells the others through `stop`."""
    with ThreadPoolExecutor(threads) as pool:
        futures: list[Future[None]] = [pool.submit(train, unit) for unit in units]
        try:
            # With a limit, because not every platform lets Ctrl-C end a wait without one.
            while wait(futures, timeout=0.1).not_done:
                pass
        except BaseException:
            stop.set()
            raise
    for future in futures:
        future.result()
