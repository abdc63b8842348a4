"""Listening to a training while it runs, and stopping it.

A callback is any object with one of these methods, or more; a method that is not there costs nothing.

- ``on_fit_begin(state)``: a training begins, in ``fit`` and in each ``partial_fit``. `FitState`.
- ``on_batch_end(state)``: a batch has been learned. `BatchState`. True stops the training here: the epoch
  then ends with this batch and counts as one of the rows so far, and ``on_epoch_end`` is called.
- ``on_epoch_end(state)``: an epoch, or an iteration of lbfgs, has ended. `EpochState`. True stops the
  training.
- ``on_fit_end(state)``: a training has ended, however it did, if this object knows of its beginning.
  `FitState`.
- ``rates(steps, plan)``: makes it a schedule of the learning rate; see `rosenblatt.schedules`.

An exception ends the training and comes out of ``fit``; the estimator then is fitted as of the last whole
epoch (with early_stopping, as of the best one), or if there is none, as it was before.

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

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

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


class _HearsOfBegin(Protocol):
    def on_fit_begin(self, state: FitState) -> None: ...


class _HearsOfBatch(Protocol):
    def on_batch_end(self, state: BatchState) -> bool | None: ...


class _HearsOfEpoch(Protocol):
    def on_epoch_end(self, state: EpochState) -> bool | None: ...


class _HearsOfEnd(Protocol):
    def on_fit_end(self, state: FitState) -> None: ...


class _GivesRates(Protocol):
    def rates(self, steps: Any, plan: Any) -> Any: ...


# What the estimators' parameter `callbacks` takes a list of.
Callback: TypeAlias = _HearsOfBegin | _HearsOfBatch | _HearsOfEpoch | _HearsOfEnd | _GivesRates
