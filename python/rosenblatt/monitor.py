"""Whether what a callback watches has become better."""

from __future__ import annotations

from rosenblatt.training_states import EpochState, FitState

__all__ = ["MONITORED", "Monitor", "check_monitor"]

# What a callback can watch, and whether more of it is better.
MONITORED = {"loss": False, "validation_loss": False, "validation_score": True}


def check_monitor(monitor: object) -> None:
    """Refuse what no epoch tells.

    Parameters
    ----------
    monitor : object
        The parameter of this name of a callback.

    Raises
    ------
    ValueError
        Unless it is one of `MONITORED`.

    Examples
    --------
    >>> from rosenblatt.monitor import check_monitor
    >>> check_monitor("loss")
    """
    if not isinstance(monitor, str) or monitor not in MONITORED:
        raise ValueError(f"monitor must be one of {sorted(MONITORED)}, not {monitor!r}")


class Monitor:
    """The best value so far in one training, and for how many epochs there has been no better one.

    Parameters
    ----------
    name : {"loss", "validation_loss", "validation_score"}
        What is watched.
    min_delta : float
        By how much a value must be better than the best one to count.
    state : FitState
        Of the training that begins.

    Raises
    ------
    ValueError
        If its epochs will not tell what is to be watched.

    Examples
    --------
    >>> from rosenblatt.callbacks import EpochState, FitState
    >>> from rosenblatt.monitor import Monitor
    >>> begin = FitState(max_iter=5, n_samples=4, batches=1, learning_rate=0.001, monitored=("loss",))
    >>> monitor = Monitor("loss", 0.0, begin)
    >>> [monitor.improves(EpochState(n, 5, loss, None, 4, 0.0)) for n, loss in enumerate([0.5, 0.6, 0.4], 1)]
    [True, False, True]
    >>> monitor.best, monitor.n_iter, monitor.stale
    (0.4, 3, 0)
    """

    def __init__(self, name: str, min_delta: float, state: FitState) -> None:
        if name not in state.monitored:
            raise ValueError(
                f"monitor={name!r} needs validation rows, of early_stopping or of X_val; this training tells "
                f"{', '.join(state.monitored)}"
            )
        self._name = name
        self._sign = 1 if MONITORED[name] else -1
        self._min_delta = min_delta
        self.best: float | None = None
        self.n_iter = 0  # that of the best
        self.stale = 0

    def improves(self, state: EpochState) -> bool:
        """Take the value of an epoch, and tell whether it is the best one; NaN never is."""
        value = getattr(state, self._name)
        if self.best is None:
            is_better = value == value
        else:
            is_better = self._sign * (value - self.best) > self._min_delta
        if is_better:
            self.best, self.n_iter, self.stale = value, state.n_iter, 0
        else:
            self.stale += 1
        return bool(is_better)
