"""What happens after each epoch where somebody listens: lines are printed, callbacks are called."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from rosenblatt.callbacks import Callback, EpochState

__all__ = ["Listened", "checked_callbacks", "interruption", "listener", "stall"]


class Listened(Protocol):
    """An estimator, as far as it is of interest here."""

    callbacks: Any
    early_stopping: bool
    max_iter: int
    n_iter_no_change: int | float
    tol: float
    verbose: bool | int


def checked_callbacks(model: Listened) -> list[Callback]:
    """Look whether all callbacks can be called.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Whose callbacks.

    Returns
    -------
    list of Callback
        They.

    Raises
    ------
    TypeError
        For one without ``on_epoch_end``.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.listening import checked_callbacks
    >>> checked_callbacks(MLPClassifier())
    []
    """
    callbacks = list(model.callbacks or ())
    for callback in callbacks:
        if not callable(getattr(callback, "on_epoch_end", None)):
            raise TypeError(f"every callback needs a method on_epoch_end(state); {callback!r} has none")
    return callbacks


def listener(
    model: Listened, rows: int, watches_score: bool, learning_rate: Callable[[], float] | None = None
) -> Callable[[int, float, float, float], bool] | None:
    """Make what is to be called after each epoch.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Whose verbose and callbacks.
    rows : int
        Rows that are trained on in an epoch.
    watches_score : bool
        Whether there is a validation score.
    learning_rate : callable or None, default=None
        Tells that of the next epoch, if it may have changed since the last one.

    Returns
    -------
    callable or None
        ``on_epoch(n_iter, loss, score, validation_loss)`` says whether to stop; None where nobody listens.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.listening import listener
    >>> listener(MLPClassifier(verbose=True), 4, False)(1, 0.5, float("nan"), float("nan"))
    Iteration 1, loss = 0.50000000
    False
    >>> listener(MLPClassifier(), 4, False) is None
    True
    """
    callbacks = checked_callbacks(model)
    if not callbacks and not model.verbose:
        return None
    begin = time.perf_counter()
    rate = learning_rate() if learning_rate else 0.0

    def on_epoch(n_iter: int, loss: float, score: float, validation_loss: float) -> bool:
        nonlocal rate
        if model.verbose:
            print(f"Iteration {n_iter}, loss = {loss:.8f}")
            if watches_score:
                print(f"Validation score: {score:f}")
            if learning_rate and learning_rate() != rate:
                rate = learning_rate()
                print(f"{stall(model)} Setting learning rate to {rate:f}")
        state = EpochState(
            n_iter=n_iter,
            max_iter=int(model.max_iter),
            loss=loss,
            validation_score=score if watches_score else None,
            validation_loss=validation_loss if watches_score else None,
            n_samples=rows,
            seconds=time.perf_counter() - begin,
        )
        # Everybody hears of the epoch, whoever wants to stop.
        return any([_is_true(callback.on_epoch_end(state)) for callback in callbacks])  # noqa: C419

    return on_epoch


def stall(model: Listened) -> str:
    """Say in scikit-learn's words that a training no longer improves.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Whose tol and n_iter_no_change.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.listening import stall
    >>> stall(MLPClassifier())
    'Training loss did not improve more than tol=0.000100 for 10 consecutive epochs.'
    """
    watched = "Validation score" if model.early_stopping else "Training loss"
    return (
        f"{watched} did not improve more than tol={model.tol:f} for {model.n_iter_no_change} "
        "consecutive epochs."
    )


def interruption(whole: int, unit: str = "epoch", *, keeps_best: bool = False) -> str:
    """Say what an interrupted training leaves: scikit-learn's words, and then which parameters.

    Parameters
    ----------
    whole : int
        How many epochs, or iterations, were whole.
    unit : str, default="epoch"
        What they are called.
    keeps_best : bool, default=False
        Whether the best of them counts instead of the last one.

    Returns
    -------
    str
        Two sentences.

    Examples
    --------
    >>> from rosenblatt.listening import interruption
    >>> interruption(7)
    'Training interrupted by user. The parameters are those of epoch 7, the last whole one.'
    """
    if whole == 0:
        which = "from before the training"
    elif keeps_best:
        which = f"of the best of {whole} {unit}s on the validation rows"
    else:
        which = f"of {unit} {whole}, the last whole one"
    return f"Training interrupted by user. The parameters are those {which}."


def _is_true(answer: object) -> bool:
    """Whether it is True, also NumPy's; a number or a text that a callback happens to return is not."""
    return isinstance(answer, bool | np.bool_) and bool(answer)
