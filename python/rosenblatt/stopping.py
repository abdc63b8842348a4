"""Callbacks that stop a training."""

from __future__ import annotations

from dataclasses import dataclass, field

from rosenblatt.monitor import Monitor, check_monitor
from rosenblatt.ranges import in_range, whole
from rosenblatt.training_states import BatchState, EpochState, FitState

__all__ = ["EarlyStopping", "TimeLimit"]


@dataclass(eq=False)
class EarlyStopping:
    """Stop when what is watched has not become better for a while, and leave the best parameters.

    The estimators' own rules, by tol and n_iter_no_change, still hold; ``n_iter_no_change=np.inf`` turns
    them off.

    Parameters
    ----------
    monitor : {"loss", "validation_loss", "validation_score"}, default="loss"
        What is watched. The score should rise, a loss should fall.
    patience : int, default=10
        Stop after so many epochs in a row that were no better than the best one.
    min_delta : float, default=0.0
        Better is only what is better by more than this.
    restore_best : bool, default=True
        Whether the fit leaves the parameters of the best epoch instead of the last one.

    Attributes
    ----------
    best_ : float or None
        The best value of the last training.
    best_n_iter_ : int
        Its epoch.

    Raises
    ------
    ValueError
        For parameters out of range; by ``fit``, for something to be watched that there is not.

    References
    ----------
    Prechelt: Early stopping, but when?, 1998.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.callbacks import EarlyStopping
    >>> stopping = EarlyStopping("loss", patience=3)
    >>> model = MLPRegressor(hidden_layer_sizes=(4,), solver="sgd", learning_rate_init=0.2, momentum=0.99,
    ...                      max_iter=500, n_iter_no_change=np.inf, callbacks=[stopping], random_state=0)
    >>> model = model.fit([[0.0], [1.0]], [1.0, 3.0])
    >>> model.n_iter_ - stopping.best_n_iter_, stopping.best_ == min(model.loss_curve_)
    (3, True)
    """

    monitor: str = "loss"
    patience: int = field(default=10, kw_only=True)
    min_delta: float = field(default=0.0, kw_only=True)
    restore_best: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        check_monitor(self.monitor)
        whole("patience", self.patience)
        in_range("min_delta", self.min_delta, 0, closed="left")
        self.best_: float | None = None
        self.best_n_iter_ = 0

    def on_fit_begin(self, state: FitState) -> None:
        """Begin anew."""
        self._monitor = Monitor(self.monitor, self.min_delta, state)
        self.best_, self.best_n_iter_ = None, 0

    def on_epoch_end(self, state: EpochState) -> bool:
        """Compare the epoch with the best one."""
        if self._monitor.improves(state):
            self.best_, self.best_n_iter_ = self._monitor.best, state.n_iter
            if self.restore_best:
                state.keep()
        return self._monitor.stale >= self.patience


@dataclass(eq=False)
class TimeLimit:
    """Stop when a training has taken so long; it is looked at after every batch.

    The epoch in which the time runs out counts as one of the rows so far.

    Parameters
    ----------
    seconds : float
        The time, above 0.

    Raises
    ------
    ValueError
        For no such time.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.callbacks import TimeLimit
    >>> X = np.random.RandomState(0).rand(200, 2)
    >>> model = MLPRegressor(max_iter=10**9, n_iter_no_change=np.inf, callbacks=[TimeLimit(0.1)])
    >>> model.fit(X, X[:, 0]).n_iter_ > 0
    True
    """

    seconds: float

    def __post_init__(self) -> None:
        in_range("seconds", self.seconds, 0)

    def on_batch_end(self, state: BatchState) -> bool:
        """Look at the time."""
        return state.seconds >= self.seconds

    def on_epoch_end(self, state: EpochState) -> bool:
        """Look at the time: lbfgs has no batches."""
        return state.seconds >= self.seconds
