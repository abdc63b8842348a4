"""How far a training is: what callbacks are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BatchState", "EpochState", "FitState", "Moment"]


class Moment:
    """What a state reaches of the training itself, which runs on as soon as the callback returns.

    Parameters
    ----------
    make_model : callable
        Makes an estimator with the parameters as of now.
    keep : callable or None, default=None
        Marks these parameters as those that the fit is to leave; None where that has no meaning.

    Examples
    --------
    >>> from rosenblatt.training_states import Moment
    >>> moment = Moment(lambda: "an estimator")
    >>> moment.model()
    'an estimator'
    >>> moment.end()
    >>> moment.model()  # it was made in time
    'an estimator'
    """

    def __init__(self, make_model: Callable[[], Any], keep: Callable[[], None] | None = None) -> None:
        self._make_model: Callable[[], Any] | None = make_model
        self._keep = keep
        self._model: Any = None
        self._is_over = False

    def model(self) -> Any:
        """The estimator as of this moment, made when it is first asked for."""
        if self._model is None:
            if self._make_model is None:
                raise RuntimeError("the training has gone on: ask for state.model while the callback runs")
            self._model = self._make_model()
        return self._model

    def keep(self) -> None:
        """Let the fit leave the parameters of this moment."""
        if self._is_over or self._keep is None:
            raise RuntimeError("state.keep() is for callbacks, in on_epoch_end and while that runs")
        self._keep()

    def end(self) -> None:
        """Let go of the training."""
        self._is_over = True
        self._make_model = self._keep = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Make a pickle or a copy of a state one without a moment: the training is not in it."""
        return type(None), ()


def _of(moment: Moment | None) -> Moment:
    if moment is None:
        raise RuntimeError("this state is a copy, or was made by hand: there is no training behind it")
    return moment


@dataclass(frozen=True, slots=True)
class FitState:
    """How far a training is at its beginning or at its end.

    Attributes
    ----------
    max_iter : int
        The most epochs, or iterations of lbfgs, that the estimator asks for.
    n_samples : int
        Rows trained on in an epoch.
    batches : int or None
        Batches in an epoch; None for a solver that takes all rows at once.
    learning_rate : float or None
        The first one, learning_rate_init; None for a solver without.
    monitored : tuple of str
        What every epoch will tell of "loss", "validation_score" and "validation_loss".
    epochs_before : int
        Of a partial_fit that goes on: the epochs of the calls before. 0 else.
    n_iter : int
        Epochs so far.
    seconds : float
        Time since the training began.
    ending : str or None
        None at the beginning. "max_iter", "converged", "stopped" (by a callback), "diverged", "interrupted"
        (Ctrl-C), "abnormal" (lbfgs found no step) or "failed" (by an exception).

    Examples
    --------
    >>> from rosenblatt.callbacks import FitState
    >>> FitState(max_iter=5, n_samples=4, batches=1, learning_rate=0.001, monitored=("loss",)).ending is None
    True
    """

    max_iter: int
    n_samples: int
    batches: int | None
    learning_rate: float | None
    monitored: tuple[str, ...]
    epochs_before: int = 0
    n_iter: int = 0
    seconds: float = 0.0
    ending: str | None = None
    moment: Moment | None = field(default=None, repr=False, compare=False)

    @property
    def model(self) -> Any:
        """A copy of the estimator, fitted as of now; see `EpochState.model`."""
        return _of(self.moment).model()


@dataclass(frozen=True, slots=True)
class EpochState:
    """How far a training is at the end of an epoch, or of an iteration of lbfgs.

    Attributes
    ----------
    n_iter : int
        The epoch that has just ended, counted from 1.
    max_iter : int
        The most epochs that this call of ``fit`` will take.
    loss : float
        Training loss of the epoch, with its penalty.
    validation_score : float or None
        Score on the validation rows (by default accuracy or R²); None where there are none.
    n_samples : int
        Rows trained on in an epoch.
    seconds : float
        Time since the training began.
    learning_rate : float or None
        Of the epoch's last batch; None for a solver without.
    validation_loss : float or None
        Loss on the validation rows; None where it is not computed.

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
    learning_rate: float | None = None
    validation_loss: float | None = None
    moment: Moment | None = field(default=None, repr=False, compare=False)

    @property
    def model(self) -> Any:
        """A copy of the estimator, fitted as of now: it predicts, and can be kept, pickled or trained on.

        It is made when it is first asked for, which must be while the callback runs; the training goes on
        with parameters of its own.
        """
        return _of(self.moment).model()

    def keep(self) -> None:
        """Let the fit leave the parameters as of this epoch, unless those of a later one are kept.

        Everything else is as if they had not been: the curves, n_iter_, loss_ and the optimizer are those
        of the whole training. A fit that a callback ends by an exception leaves the last epoch's.
        """
        _of(self.moment).keep()


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a training is after a batch.

    Attributes
    ----------
    n_iter : int
        The epoch that it belongs to, counted from 1.
    max_iter : int
        The most epochs that this call of ``fit`` will take.
    batch, batches : int
        The batch, counted from 1, of so many in the epoch.
    loss : float
        Mean loss of its rows before the step, with the penalty; NaN where all of them have the weight 0,
        for which no step is made.
    n_samples : int
        Rows of the batch.
    seconds : float
        Time since the training began.
    learning_rate : float
        Of its step.

    Examples
    --------
    >>> from rosenblatt.callbacks import BatchState
    >>> state = BatchState(n_iter=1, max_iter=5, batch=2, batches=3, loss=0.7, n_samples=4, seconds=0.1,
    ...                    learning_rate=0.001)
    >>> state.batch / state.batches == 2 / 3
    True
    """

    n_iter: int
    max_iter: int
    batch: int
    batches: int
    loss: float
    n_samples: int
    seconds: float
    learning_rate: float
    moment: Moment | None = field(default=None, repr=False, compare=False)

    @property
    def model(self) -> Any:
        """A copy of the estimator, its parameters as of now, its curves as of the last whole epoch."""
        return _of(self.moment).model()
