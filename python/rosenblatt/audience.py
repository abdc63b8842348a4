"""Whoever listens to a training: lines are printed, callbacks are called."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from rosenblatt.combinations import has_rates
from rosenblatt.listening import Listened, checked_callbacks, stall
from rosenblatt.precision import Array
from rosenblatt.schedules import Plan, checked_rates
from rosenblatt.training_states import BatchState, EpochState, FitState, Moment

__all__ = ["Audience", "Outcome", "gathered"]


class Outcome(NamedTuple):
    """How a training ended, as far as the fit around it wants to know.

    Attributes
    ----------
    is_interrupted : bool
        Whether the user interrupted it.
    failure : BaseException or None
        What a callback raised; network and model are as of the last whole epoch then.

    Examples
    --------
    >>> from rosenblatt.audience import Outcome
    >>> Outcome(is_interrupted=False, failure=None).failure is None
    True
    """

    is_interrupted: bool
    failure: BaseException | None


def gathered(model: Listened, **training: Any) -> Audience | None:
    """Gather whoever listens to an estimator's training.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Whose verbose and callbacks.
    **training
        As for `Audience`.

    Returns
    -------
    Audience or None
        None where nobody listens.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.audience import gathered
    >>> gathered(MLPClassifier(), rows=4, as_of_now=lambda: None) is None
    True
    """
    callbacks: list[Any] = checked_callbacks(model)
    tasks = model.__dict__.get("_tasks")  # of scikit-learn's callbacks
    if tasks is not None:
        callbacks.append(tasks)
    return Audience(model, callbacks, **training) if callbacks or model.verbose else None


class Audience:
    """Whoever listens to one training.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Whose verbose and maximum of epochs.
    callbacks : sequence of Callback
        Whom to tell.
    rows : int
        Rows that are trained on in an epoch.
    as_of_now : callable
        Makes an estimator with the parameters as of now.
    keep : callable or None, default=None
        Marks the parameters as of now as those that the training is to leave.
    batches : int or None, default=None
        In an epoch; None for a solver that takes all rows at once.
    is_watched : bool, default=False
        Whether `on_epoch` will be given the score and the loss on validation rows.
    epochs_before : int, default=0
        Those of the calls of partial_fit before.
    next_rate : callable or None, default=None
        Tells the learning rate of the next epoch, if it may have changed since the last one.

    Attributes
    ----------
    epochs : int
        Whole ones so far.
    failure : BaseException or None
        What a callback raised.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.audience import Audience
    >>> audience = Audience(MLPClassifier(verbose=True), [], rows=4, as_of_now=lambda: None)
    >>> audience.begin()
    >>> audience.on_epoch(1, 0.5)
    Iteration 1, loss = 0.50000000
    False
    >>> audience.end("max_iter")
    """

    def __init__(
        self,
        model: Listened,
        callbacks: Sequence[Any],
        *,
        rows: int,
        as_of_now: Callable[[], Any],
        keep: Callable[[], None] | None = None,
        batches: int | None = None,
        is_watched: bool = False,
        epochs_before: int = 0,
        next_rate: Callable[[], float] | None = None,
    ) -> None:
        self.epochs = 0
        self.failure: BaseException | None = None
        self._model, self._callbacks = model, callbacks
        self._rows, self._batches, self._is_watched = rows, batches, is_watched
        self._as_of_now, self._keep = as_of_now, keep
        self._epochs_before = epochs_before
        self._next_rate = next_rate
        self._rate = next_rate() if next_rate else 0.0
        self._has_begun: list[Any] = []
        self._on_batch_end = _hooks(callbacks, "on_batch_end")
        self._on_epoch_end = _hooks(callbacks, "on_epoch_end")
        self._before_epoch = _hooks(callbacks, "before_epoch")
        self._rates = next((callback.rates for callback in callbacks if has_rates(callback)), None)
        self._begin = time.perf_counter()

    def hooks(self) -> dict[str, Any]:
        """What the core is to call: nothing that nobody waits for."""
        hooks: dict[str, Any] = {"on_epoch": self.on_epoch}
        if self._on_batch_end:
            hooks["on_batch"] = self.on_batch
        if self._before_epoch or self._rates:
            hooks["before_epoch"] = self.before_epoch
        return hooks

    def begin(self) -> None:
        """Tell that the training begins."""
        with _Telling(self, Moment(self._as_of_now)) as moment:
            state = self._fit_state(None, moment)
            for callback in self._callbacks:
                for hook in _hooks([callback], "on_fit_begin"):
                    hook(state)
                self._has_begun.append(callback)

    def before_epoch(self, batches: int = 0) -> Array | None:
        """Tell that an epoch begins; the schedule, if there is one, gives the rates of its batches."""
        with _Telling(self, Moment(self._as_of_now)) as moment:
            for hook in self._before_epoch:
                hook(moment)
            if self._rates is None:
                return None
            epoch = self._epochs_before + self.epochs
            steps = np.arange(epoch * batches, (epoch + 1) * batches)
            plan = Plan(float(self._model.learning_rate_init), batches, int(self._model.max_iter) * batches)
            return checked_rates(self._rates(steps, plan), steps)

    def on_batch(self, n_iter: int, batch: int, batches: int, rows: int, loss: float, rate: float) -> bool:
        """Tell that a batch has been learned; says whether to stop."""
        with _Telling(self, Moment(self._as_of_now)) as moment:
            state = BatchState(
                n_iter=n_iter,
                max_iter=int(self._model.max_iter),
                batch=batch,
                batches=batches,
                loss=loss,
                n_samples=rows,
                seconds=self._seconds(),
                learning_rate=rate,
                moment=moment,
            )
            return any([_is_true(hook(state)) for hook in self._on_batch_end])  # noqa: C419

    def on_epoch(
        self,
        n_iter: int,
        loss: float,
        score: float = np.nan,
        validation_loss: float = np.nan,
        learning_rate: float | None = None,
    ) -> bool:
        """Tell that an epoch has ended; says whether to stop."""
        self.epochs = n_iter
        if self._model.verbose:
            print(f"Iteration {n_iter}, loss = {loss:.8f}")
            if self._is_watched:
                print(f"Validation score: {score:f}")
            if self._next_rate and self._next_rate() != self._rate:
                self._rate = self._next_rate()
                print(f"{stall(self._model)} Setting learning rate to {self._rate:f}")
        if not self._on_epoch_end:
            return False
        with _Telling(self, Moment(self._as_of_now, self._keep)) as moment:
            state = EpochState(
                n_iter=n_iter,
                max_iter=int(self._model.max_iter),
                loss=loss,
                validation_score=score if self._is_watched else None,
                validation_loss=validation_loss if self._is_watched else None,
                n_samples=self._rows,
                seconds=self._seconds(),
                learning_rate=learning_rate,
                moment=moment,
            )
            # Everybody hears of the epoch, whoever wants to stop.
            return any([_is_true(hook(state)) for hook in self._on_epoch_end])  # noqa: C419

    def survives(self, error: BaseException) -> bool:
        """Whether an exception is a callback's, after a whole epoch; if not, the fit is over."""
        if error is self.failure and self.epochs > 0:
            return True
        self.end("failed")
        return False

    def end(self, ending: str) -> None:
        """Tell those who know of its beginning that the training has ended, also where one of them raises."""
        moment = Moment(self._as_of_now)
        state = self._fit_state(ending, moment)
        callbacks, self._has_begun = self._has_begun, []
        for hook in _hooks(callbacks, "on_fit_end"):
            try:
                hook(state)
            except Exception as error:
                self.failure = self.failure or error
        moment.end()

    def _fit_state(self, ending: str | None, moment: Moment) -> FitState:
        return FitState(
            max_iter=int(self._model.max_iter),
            n_samples=self._rows,
            batches=self._batches,
            learning_rate=None if self._batches is None else float(self._model.learning_rate_init),
            monitored=("loss", "validation_loss", "validation_score") if self._is_watched else ("loss",),
            epochs_before=self._epochs_before,
            n_iter=self.epochs,
            seconds=self._seconds(),
            ending=ending,
            moment=moment,
        )

    def _seconds(self) -> float:
        return time.perf_counter() - self._begin


class _Telling:
    """While callbacks run: they may reach the training, and what they raise is remembered."""

    def __init__(self, audience: Audience, moment: Moment) -> None:
        self._audience, self._moment = audience, moment

    def __enter__(self) -> Moment:
        return self._moment

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        self._moment.end()
        if error is None or isinstance(error, KeyboardInterrupt):
            return
        if isinstance(error, StopIteration):  # which SciPy would take for a stop
            failure = RuntimeError("a callback raised StopIteration; to stop, return True")
            self._audience.failure = failure
            raise failure from error
        self._audience.failure = error


def _hooks(callbacks: Sequence[Any], name: str) -> list[Callable[..., Any]]:
    return [hook for callback in callbacks if (hook := getattr(callback, name, None)) is not None]


def _is_true(answer: object) -> bool:
    """Whether it is True, also NumPy's; a number or a text that a callback happens to return is not."""
    return isinstance(answer, bool | np.bool_) and bool(answer)
