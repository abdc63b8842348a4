"""Schedules of the learning rate: one of them among an estimator's callbacks gives the rate of every step.

A step is one batch. Steps are counted from 0, by whole epochs: the batches of epoch e = 0, 1, … are the
steps e·B to e·B + B − 1, where B is the number of batches in an epoch. ``fit``, also with ``warm_start``,
begins at 0, as its optimizer does; ``partial_fit`` goes on with the optimizer and counts each call as an
epoch. Schedules that come to an end do so after `max_iter` epochs, and stay at their last rate then.

The core is given the rates of an epoch before it begins, so that no Python runs between its batches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rosenblatt.monitor import Monitor, check_monitor
from rosenblatt.precision import Array
from rosenblatt.ranges import in_range, whole
from rosenblatt.training_states import EpochState, FitState

__all__ = [
    "CosineAnnealing",
    "ExponentialDecay",
    "OneCycle",
    "Plan",
    "ReduceOnPlateau",
    "Schedule",
    "StepDecay",
    "WarmUp",
]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a schedule is told of the training.

    Attributes
    ----------
    eta : float
        The learning rate to begin with, learning_rate_init.
    batches : int
        Steps in an epoch.
    total : int
        Steps in max_iter epochs.

    Examples
    --------
    >>> from rosenblatt.schedules import Plan
    >>> Plan(eta=0.1, batches=5, total=100).total // 5
    20
    """

    eta: float
    batches: int
    total: int


class Schedule(ABC):
    """Base of the schedules; any other object with its method `rates` is one as well.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.schedules import Schedule
    >>> class InverseRoot(Schedule):
    ...     def rates(self, steps, plan):
    ...         return plan.eta / np.sqrt(1 + steps)
    >>> model = MLPRegressor(callbacks=[InverseRoot()], tol=0.1, random_state=0)
    >>> model.fit([[0.0], [1.0]], [0.0, 1.0]).n_iter_ > 0
    True
    """

    @abstractmethod
    def rates(self, steps: Array, plan: Plan) -> Array:
        """Give the learning rate of each step.

        Parameters
        ----------
        steps : ndarray of int64 of shape (batches,)
            The steps of an epoch, counted from 0.
        plan : Plan
            The training that they belong to.

        Returns
        -------
        ndarray of float64 of shape (batches,)
            Finite numbers ≥ 0.
        """


def checked_rates(rates: Any, steps: Array) -> Array:
    """Look whether a schedule has given what can be trained with.

    Parameters
    ----------
    rates : array-like
        What its method `rates` has returned.
    steps : ndarray of int64 of shape (batches,)
        For these steps.

    Returns
    -------
    ndarray of float64 of shape (batches,)
        The rates.

    Raises
    ------
    ValueError
        For another number of them, and for one that is negative or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.schedules import checked_rates
    >>> checked_rates([1, 0.5], np.arange(2))
    array([1. , 0.5])
    """
    checked = np.asarray(rates, dtype=np.float64)
    if checked.shape != steps.shape:
        raise ValueError(
            f"a schedule must give one learning rate for each of {len(steps)} steps, but gave the shape "
            f"{checked.shape}"
        )
    wrong = ~((checked >= 0) & np.isfinite(checked))
    if wrong.any():
        first = int(wrong.argmax())
        raise ValueError(
            f"a learning rate must be a finite number ≥ 0, but the schedule gave {checked[first]:g} for "
            f"step {steps[first]}"
        )
    return checked


@dataclass(eq=False)
class StepDecay(Schedule):
    """Multiply the rate by gamma after every so many epochs: η γ^⌊epoch / step_size⌋.

    Parameters
    ----------
    step_size : int
        Epochs with the same rate.
    gamma : float, default=0.1
        The factor, in (0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.schedules import Plan, StepDecay
    >>> StepDecay(2, 0.5).rates(np.arange(5), Plan(eta=0.1, batches=1, total=5))
    array([0.1  , 0.1  , 0.05 , 0.05 , 0.025])
    """

    step_size: int
    gamma: float = 0.1

    def __post_init__(self) -> None:
        whole("step_size", self.step_size)
        in_range("gamma", self.gamma, 0, 1, closed="right")

    def rates(self, steps: Array, plan: Plan) -> Array:
        """Give the learning rate of each step; see `Schedule.rates`."""
        epochs = steps // plan.batches
        return np.asarray(plan.eta * self.gamma ** (epochs // self.step_size).astype(np.float64))


@dataclass(eq=False)
class ExponentialDecay(Schedule):
    """Multiply the rate by gamma after every epoch: η γ^epoch.

    Parameters
    ----------
    gamma : float
        The factor, in (0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.schedules import ExponentialDecay, Plan
    >>> ExponentialDecay(0.5).rates(np.arange(3), Plan(eta=0.1, batches=1, total=5))
    array([0.1  , 0.05 , 0.025])
    """

    gamma: float

    def __post_init__(self) -> None:
        in_range("gamma", self.gamma, 0, 1, closed="right")

    def rates(self, steps: Array, plan: Plan) -> Array:
        """Give the learning rate of each step; see `Schedule.rates`."""
        return np.asarray(plan.eta * self.gamma ** (steps // plan.batches).astype(np.float64))


@dataclass(eq=False)
class CosineAnnealing(Schedule):
    """Lower the rate along half a cosine, step by step: final + (η − final) (1 + cos(π t / T)) / 2.

    Here t is the step and T the number of steps; from t = T on the rate is final.

    Parameters
    ----------
    final : float, default=0.0
        The rate in the end, at least 0.
    epochs : int or None, default=None
        When that is; None: after max_iter epochs.

    References
    ----------
    Loshchilov, Hutter: SGDR, stochastic gradient descent with warm restarts, 2017 (equation 5; without
    restarts).

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.schedules import CosineAnnealing, Plan
    >>> CosineAnnealing().rates(np.arange(5), Plan(eta=0.1, batches=1, total=4)).round(4)
    array([0.1   , 0.0854, 0.05  , 0.0146, 0.    ])
    """

    final: float = 0.0
    epochs: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        in_range("final", self.final, 0, closed="left")
        if self.epochs is not None:
            whole("epochs", self.epochs)

    def rates(self, steps: Array, plan: Plan) -> Array:
        """Give the learning rate of each step; see `Schedule.rates`."""
        share = np.minimum(steps / _total(self.epochs, plan), 1)
        return _between(plan.eta, self.final, share)


@dataclass(eq=False)
class OneCycle(Schedule):
    """Raise the rate to a large one and lower it far below the first one, along cosines, step by step.

    Of T steps, the rate rises from max_rate / div_factor to max_rate until t₁ = pct_start T − 1, and then
    falls to max_rate / (div_factor final_div_factor) at T − 1, both times as first + (last − first)
    (1 − cos(π x)) / 2, where x goes from 0 to 1. The estimator's learning_rate_init has no part in it, and
    the momentum stays.

    Parameters
    ----------
    max_rate : float
        The largest rate, above 0.
    pct_start : float, default=0.3
        Share of the steps that it takes to rise, in (0, 1).
    div_factor, final_div_factor : float, default=25.0, 1e4
        How many times smaller the first rate is than the largest one, and the last one than the first; at
        least 1.
    epochs : int or None, default=None
        How long it takes; None: max_iter epochs.

    References
    ----------
    Smith, Topin: Super-convergence, very fast training of neural networks using large learning rates, 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.schedules import OneCycle, Plan
    >>> rates = OneCycle(0.1).rates(np.arange(100), Plan(eta=0.001, batches=10, total=100))
    >>> rates[[0, 29, 99]].tolist()
    [0.004, 0.1, 4e-07]
    """

    max_rate: float
    pct_start: float = field(default=0.3, kw_only=True)
    div_factor: float = field(default=25.0, kw_only=True)
    final_div_factor: float = field(default=1e4, kw_only=True)
    epochs: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        in_range("max_rate", self.max_rate, 0)
        in_range("pct_start", self.pct_start, 0, 1)
        in_range("div_factor", self.div_factor, 1, closed="left")
        in_range("final_div_factor", self.final_div_factor, 1, closed="left")
        if self.epochs is not None:
            whole("epochs", self.epochs)

    def rates(self, steps: Array, plan: Plan) -> Array:
        """Give the learning rate of each step; see `Schedule.rates`."""
        last = _total(self.epochs, plan) - 1
        peak = self.pct_start * (last + 1) - 1
        first_rate = self.max_rate / self.div_factor
        # Of so few steps that none of them rises, all fall.
        rising = steps / peak if peak > 0 else np.ones(len(steps))
        falling = np.clip((steps - peak) / (last - peak), 0, 1)
        return np.where(
            rising < 1,
            _between(first_rate, self.max_rate, np.minimum(rising, 1)),
            _between(self.max_rate, first_rate / self.final_div_factor, falling),
        )


@dataclass(eq=False)
class ReduceOnPlateau(Schedule):
    """Multiply the rate by a factor whenever what is watched has not become better for a while.

    The estimators' own rules for stopping still hold: with the patience of n_iter_no_change, which is 10,
    too, the training ends before the rate is lowered a second time. ``n_iter_no_change=np.inf`` turns them
    off. What was watched in earlier calls of ``partial_fit`` counts.

    Parameters
    ----------
    monitor : {"loss", "validation_loss", "validation_score"}, default="loss"
        What is watched.
    factor : float, default=0.1
        The factor, in (0, 1).
    patience : int, default=10
        Epochs in a row without a better value, after which the rate is lowered.
    min_delta : float, default=0.0
        Better is only what is better by more than this.
    min_rate : float, default=0.0
        The rate is lowered no further than this.

    Attributes
    ----------
    reductions_ : int
        How often the rate was lowered.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.schedules import ReduceOnPlateau
    >>> schedule = ReduceOnPlateau(factor=0.5, patience=3)
    >>> model = MLPRegressor(hidden_layer_sizes=(4,), solver="sgd", learning_rate_init=0.5,
    ...                      n_iter_no_change=40, callbacks=[schedule], random_state=0)
    >>> model = model.fit(np.arange(8.0).reshape(-1, 1) / 8, np.arange(8) % 2)
    >>> schedule.reductions_ > 0
    True
    """

    monitor: str = "loss"
    factor: float = field(default=0.1, kw_only=True)
    patience: int = field(default=10, kw_only=True)
    min_delta: float = field(default=0.0, kw_only=True)
    min_rate: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        check_monitor(self.monitor)
        in_range("factor", self.factor, 0, 1)
        whole("patience", self.patience)
        in_range("min_delta", self.min_delta, 0, closed="left")
        in_range("min_rate", self.min_rate, 0, closed="left")
        self.reductions_ = 0
        self._monitor: Monitor | None = None

    def on_fit_begin(self, state: FitState) -> None:
        """Begin anew, unless a partial_fit goes on."""
        if self._monitor is None or state.epochs_before == 0:
            self._monitor = Monitor(self.monitor, self.min_delta, state)
            self.reductions_ = 0

    def on_epoch_end(self, state: EpochState) -> None:
        """Compare the epoch with the best one."""
        if self._monitor is None:
            raise RuntimeError("the schedule was not told that the training begins")
        self._monitor.improves(state)
        if self._monitor.stale >= self.patience:
            self._monitor.stale = 0
            self.reductions_ += 1

    def rates(self, steps: Array, plan: Plan) -> Array:
        """Give the learning rate of each step; see `Schedule.rates`."""
        lowest = min(self.min_rate, plan.eta)
        return np.full(len(steps), max(plan.eta * self.factor**self.reductions_, lowest))


@dataclass(eq=False)
class WarmUp(Schedule):
    """Raise the rate evenly at the beginning: step t of the first w has (t + 1) / w times the rate to come.

    Parameters
    ----------
    then : Schedule or None, default=None
        What begins after that, with its step 0, and ends with the training; None: learning_rate_init.
    steps, epochs : int or None, default=None
        How long it takes, in the one or the other.

    Raises
    ------
    TypeError
        Where `then` has no method ``rates``, or unless one of steps and epochs is given.

    References
    ----------
    Goyal et al.: Accurate, large minibatch SGD, training ImageNet in 1 hour, 2017 (section 2.2).

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.schedules import Plan, StepDecay, WarmUp
    >>> WarmUp(StepDecay(2, 0.5), steps=3).rates(np.arange(7), Plan(eta=0.3, batches=1, total=7)).round(4)
    array([0.1 , 0.2 , 0.3 , 0.3 , 0.3 , 0.15, 0.15])
    """

    then: Schedule | None = None
    steps: int | None = field(default=None, kw_only=True)
    epochs: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.then is not None and not callable(getattr(self.then, "rates", None)):
            raise TypeError(f"then must be a schedule, with a method rates(steps, plan), not {self.then!r}")
        if (self.steps is None) == (self.epochs is None):
            raise TypeError("either steps or epochs must be given")
        whole(
            "steps" if self.epochs is None else "epochs", self.steps if self.epochs is None else self.epochs
        )

    def on_fit_begin(self, state: FitState) -> None:
        """Hand on to the schedule that comes then."""
        self._hand_on("on_fit_begin", state)

    def on_epoch_end(self, state: EpochState) -> None:
        """Hand on to the schedule that comes then."""
        self._hand_on("on_epoch_end", state)

    def rates(self, steps: Array, plan: Plan) -> Array:
        """Give the learning rate of each step; see `Schedule.rates`."""
        length = self.steps if self.steps is not None else int(self.epochs or 0) * plan.batches
        rest = Plan(plan.eta, plan.batches, max(plan.total - length, 1))
        later = np.maximum(steps - length, 0)
        after = np.full(len(steps), plan.eta) if self.then is None else self.then.rates(later, rest)
        return np.asarray(after * np.minimum((steps + 1) / length, 1))

    def _hand_on(self, name: str, state: FitState | EpochState) -> None:
        hook = getattr(self.then, name, None)
        if hook is not None:
            hook(state)


def _total(epochs: int | None, plan: Plan) -> int:
    return plan.total if epochs is None else epochs * plan.batches


def _between(first: float, last: float, share: Array) -> Array:
    """From first to last along half a cosine."""
    left = (1 + np.cos(np.pi * share)) / 2
    return np.asarray(left * first + (1 - left) * last)
