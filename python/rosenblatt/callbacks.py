"""Listening to a training while it runs, and stopping it."""

from __future__ import annotations

from typing import Protocol

from rosenblatt.checkpoint import Checkpoint
from rosenblatt.progress_bar import ProgressBar
from rosenblatt.stopping import EarlyStopping, TimeLimit
from rosenblatt.training_states import BatchState, EpochState, FitState

__all__ = [
    "BatchState",
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "EpochState",
    "FitState",
    "ProgressBar",
    "TimeLimit",
]


class Callback(Protocol):
    """What the estimators' parameter `callbacks` takes a list of: objects with one of these methods, or more.

    A class need not be derived from this one, which only says what the methods are called and take. A method
    that is not there costs nothing. An exception ends the training and comes out of ``fit``; the estimator
    then is fitted as of the last whole epoch, or if there is none, as it was before.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier, datasets
    >>> class StopAfterThree:
    ...     def on_epoch_end(self, state):
    ...         return state.n_iter == 3
    >>> X, y = datasets.logic("or")
    >>> MLPClassifier((2,), callbacks=[StopAfterThree()], random_state=0).fit(X, y).n_iter_
    3
    """

    def on_fit_begin(self, state: FitState) -> None:
        """Be told that a training begins, in ``fit`` and in each ``partial_fit``."""

    def on_batch_end(self, state: BatchState) -> bool | None:
        """Be told that a batch has been learned; return True to stop the training here.

        The epoch then ends with this batch: it counts as one, whose rows are those so far, and
        ``on_epoch_end`` is called.
        """

    def on_epoch_end(self, state: EpochState) -> bool | None:
        """Be told that an epoch, or an iteration of lbfgs, has ended; return True to stop the training here."""

    def on_fit_end(self, state: FitState) -> None:
        """Be told that a training has ended, however it did; only of one whose beginning raised nothing."""
