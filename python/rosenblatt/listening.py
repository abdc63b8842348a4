"""What the estimators say of a training, and which callbacks can listen to it."""

from __future__ import annotations

from typing import Any, Protocol

from rosenblatt.callbacks import Callback
from rosenblatt.combinations import has_rates

__all__ = ["HOOKS", "Listened", "checked_callbacks", "interruption", "stall"]

# What a callback may have, beside the method `rates` of a schedule.
HOOKS = ("on_epoch_end", "on_batch_end", "on_fit_begin", "on_fit_end")


class Listened(Protocol):
    """An estimator, as far as it is of interest here."""

    callbacks: Any
    early_stopping: bool
    learning_rate_init: float
    max_iter: int
    n_iter_no_change: int | float
    solver: str
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
        For a class, and for an object without any of the methods, or with something else of such a name.
    ValueError
        For two schedules, and for a callback that waits for batches of a solver that has none.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.listening import checked_callbacks
    >>> checked_callbacks(MLPClassifier())
    []
    """
    callbacks = list(model.callbacks or ())
    schedules = 0
    for callback in callbacks:
        hooks = [name for name in HOOKS if getattr(callback, name, None) is not None]
        is_schedule = has_rates(callback)
        if isinstance(callback, type):
            raise TypeError(
                f"every callback must be an object, but {callback!r} is a class: {callback.__name__}()"
            )
        no_methods = [name for name in hooks if not callable(getattr(callback, name))]
        if no_methods or not (hooks or is_schedule):
            raise TypeError(
                f"every callback needs a method on_epoch_end(state) or another one of {', '.join(HOOKS)} or "
                f"rates; {callback!r} has {f'a {no_methods[0]} that cannot be called' if hooks else 'none'}"
            )
        if hooks == ["on_batch_end"] and model.solver in ("lbfgs", "lm"):
            raise ValueError(
                f"{callback!r} listens to batches only, but {model.solver} takes all rows at once: it needs "
                "on_epoch_end(state), which is called after each iteration"
            )
        schedules += is_schedule
    if schedules > 1:
        raise ValueError(f"there can be one schedule of the learning rate, but callbacks has {schedules}")
    return callbacks


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


def interruption(whole: int, unit: str = "epoch", *, keeps_best: bool = False, is_kept: bool = False) -> str:
    """Say what an interrupted training leaves: scikit-learn's words, and then which parameters.

    Parameters
    ----------
    whole : int
        How many epochs, or iterations, were whole.
    unit : str, default="epoch"
        What they are called.
    keeps_best : bool, default=False
        Whether the best of them counts instead of the last one.
    is_kept : bool, default=False
        Whether a callback kept the parameters of one of them.

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
    elif is_kept:
        which = f"that a callback kept of {whole} {unit}s"
    elif keeps_best:
        which = f"of the best of {whole} {unit}s on the validation rows"
    else:
        which = f"of {unit} {whole}, the last whole one"
    return f"Training interrupted by user. The parameters are those {which}."
