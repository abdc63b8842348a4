"""Listening to a training while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Callback", "EpochState"]


@dataclass(frozen=True, slots=True)
class EpochState:
    """How far a training is at the end of an epoch.

    Attributes
    ----------
    n_iter : int
        The epoch that has just ended, counted from 1.
    max_iter : int
        The most epochs that this call of ``fit`` will take.
    loss : float
        Training loss of the epoch, with its penalty.
    validation_score : float or None
        Score on the validation rows: accuracy (classifier), R² (regressor), or that of `scoring`; None
        without such rows.
    validation_loss : float or None
        Loss on the validation rows, without the penalty; None without such rows.
    n_samples : int
        Rows trained on in an epoch.
    seconds : float
        Time since the training began.

    Examples
    --------
    >>> from rosenblatt.callbacks import EpochState
    >>> EpochState(n_iter=1, max_iter=5, loss=0.7, validation_score=None, n_samples=4, seconds=0.1).loss
    0.7
    """

    n_iter: int
    max_iter: int
    loss: float
    validation_score: float | None
    n_samples: int
    seconds: float
    validation_loss: float | None = None


class Callback(Protocol):
    """What the estimators' parameter `callbacks` takes a list of: any object with this method.

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

    def on_epoch_end(self, state: EpochState) -> bool | None:
        """Be told that an epoch has ended; return True to stop the training here."""
        ...
