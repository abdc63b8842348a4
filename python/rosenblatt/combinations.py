"""Parameters of the estimators that have no meaning together, refused before any work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["COMBINATIONS", "Combination", "check_combinations", "has_rates", "is_on"]


@dataclass(frozen=True, slots=True)
class Combination:
    """Some parameters that have no meaning together.

    Attributes
    ----------
    names : tuple of str
        The parameters.
    is_given : callable
        Tells whether an estimator has this combination.
    reason : str
        Why it has no meaning, and what to do.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.combinations import COMBINATIONS
    >>> any(combination.is_given(MLPRegressor()) for combination in COMBINATIONS)
    False
    """

    names: tuple[str, ...]
    is_given: Callable[[Any], bool]
    reason: str


def is_on(value: Any) -> bool:
    """Whether a parameter that may be off (None, False, 0, or all of that) is on.

    Parameters
    ----------
    value : object
        Of the parameter.

    Returns
    -------
    bool
        False where it is off.

    Examples
    --------
    >>> from rosenblatt.combinations import is_on
    >>> is_on(0.0), is_on(None), is_on((0, 0.5))
    (False, False, True)
    """
    if value is None or value is False:
        return False
    if isinstance(value, Mapping):  # of classes, whose names may be 0
        return bool(value)
    return any(value) if isinstance(value, Iterable) else value != 0


def has_rates(callback: Any) -> bool:
    """Whether a callback is a schedule of the learning rate.

    Parameters
    ----------
    callback : object
        Any.

    Returns
    -------
    bool
        Whether it has the method ``rates``; a list of that name makes none.

    Examples
    --------
    >>> from rosenblatt.combinations import has_rates
    >>> from rosenblatt.schedules import StepDecay
    >>> has_rates(StepDecay(3)), has_rates(None)
    (True, False)
    """
    return callable(getattr(callback, "rates", None))


def check_combinations(model: Any) -> None:
    """Refuse parameters that have no meaning together.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Whose parameters, each of which is right by itself.

    Raises
    ------
    ValueError
        Naming them, and why.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.combinations import check_combinations
    >>> check_combinations(MLPRegressor(solver="lbfgs", dropout=0.5))
    Traceback (most recent call last):
    ValueError: solver='lbfgs' and dropout=0.5 have no meaning together: lbfgs takes all rows at once ...
    """
    for combination in COMBINATIONS:
        if combination.is_given(model):
            given = [f"{name}={getattr(model, name)!r}" for name in combination.names]
            raise ValueError(f"{' and '.join(given)} have no meaning together: {combination.reason}")


def _with_solver(solver: str, name: str, reason: str) -> Combination:
    return Combination(
        ("solver", name),
        lambda model: model.solver == solver and is_on(getattr(model, name)),
        f"{solver} {reason}",
    )


# What is done to single steps or mini-batches.
_OF_STEPS = (
    *("weight_decay", "dropout", "input_dropout", "input_noise", "batch_norm"),
    *("max_norm", "clip_norm", "clip_value"),
)


def _has_schedule(model: Any) -> bool:
    return any(has_rates(callback) for callback in model.callbacks or ())


COMBINATIONS: list[Combination] = [
    *(
        _with_solver(solver, name, "takes all rows at once and chooses its own steps; use another solver")
        for solver in ("lbfgs", "lm")
        for name in _OF_STEPS
    ),
    *(
        Combination(
            ("solver", "penalty"),
            lambda model, solver=solver: model.solver == solver and model.penalty != "l2",  # type: ignore[misc]
            f"{solver} needs a penalty that can be differentiated: penalty='l2'",
        )
        for solver in ("lbfgs", "lm")
    ),
    *(
        Combination(
            ("solver", "batch_size"),
            lambda model, solver=solver: model.solver == solver and model.batch_size != "auto",  # type: ignore[misc]
            f"{solver} takes all rows at once: batch_size='auto'",
        )
        for solver in ("lm", "rprop")
    ),
    *(
        _with_solver("rprop", name, "looks at nothing but the signs of the gradient; use another solver")
        for name in ("clip_norm", "clip_value")
    ),
    Combination(
        ("hidden_layer_sizes", "dropout"),
        lambda model: is_on(model.dropout) and not model._hidden_sizes(),
        "there is no hidden layer to drop activations of; input_dropout drops inputs",
    ),
    Combination(
        ("batch_size", "batch_norm"),
        lambda model: model.batch_size == 1 and model.batch_norm and bool(model._hidden_sizes()),
        "over a batch of one row, every normalised net input is 0 and nothing could be learned",
    ),
    Combination(
        ("solver", "callbacks"),
        lambda model: model.solver in ("lbfgs", "lm", "rprop") and _has_schedule(model),
        "a schedule gives learning rates, and this solver has none",
    ),
    Combination(
        ("learning_rate", "callbacks"),
        lambda model: model.learning_rate != "constant" and _has_schedule(model),
        "both are a schedule of the learning rate; with one among the callbacks, learning_rate='constant'",
    ),
    Combination(
        ("solver", "bayesian"),
        lambda model: model.bayesian and model.solver != "lm",
        "Bayesian regularisation is a part of solver='lm'",
    ),
    Combination(
        ("bayesian", "alpha"),
        lambda model: model.bayesian and model.alpha not in (0, 0.0001),
        "Bayesian regularisation chooses its own alpha; leave it at its default, or at 0",
    ),
    Combination(
        ("mu", "mu_max"),
        lambda model: model.solver == "lm" and model.mu > model.mu_max,
        "lm ends where mu exceeds mu_max, so that it would end at once",
    ),
    Combination(
        ("solver", "loss"),
        lambda model: model.solver == "lbfgs" and model.loss == "perceptron",
        "the perceptron rule is no gradient, which lbfgs needs; use another solver",
    ),
    Combination(
        ("loss", "label_smoothing"),
        lambda model: (
            is_on(getattr(model, "label_smoothing", 0))
            and (callable(model.loss) or model.loss not in ("log_loss", "focal"))
        ),
        "labels are smoothed for the log-loss and the focal loss",
    ),
    Combination(
        ("solver", "loss"),
        lambda model: model.solver == "lm" and model.loss != "squared_error",
        "lm minimises squared errors: loss='squared_error'",
    ),
]
