"""A Perceptron's fit as scikit-learn's callbacks see it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from rosenblatt.sklearn_callbacks import CONTEXT_ATTRIBUTES, FitTasks
from rosenblatt.training_states import EpochState, FitState, Moment

if TYPE_CHECKING:
    from rosenblatt.perceptron_training import PerceptronTraining
    from rosenblatt.perceptron_units import Unit

__all__ = ["UnitTasks"]


class UnitTasks:
    """The epochs of all units, one unit after the other, as tasks below that of the fit.

    Parameters
    ----------
    model : Perceptron
        The estimator that is trained, whose coef_ the units are the rows of.
    tasks : FitTasks
        Those of its fit.
    units : list of Unit
        Which are to be trained.
    rows : int
        Rows trained on in an epoch.
    max_iter : int
        Most epochs of each unit.

    Attributes
    ----------
    is_stopped : bool
        Whether a callback has stopped the training.
    """

    def __init__(
        self, model: PerceptronTraining, tasks: FitTasks, units: list[Unit], rows: int, max_iter: int
    ) -> None:
        self._model, self._tasks, self._units = model, tasks, units
        self._rows, self._max_iter = rows, max_iter
        self._intercepts = [unit.intercept for unit in units]
        self.is_stopped = False

    def begin(self) -> None:
        """Begin the tasks of the fit and of the first epoch."""
        self._tasks.on_fit_begin(self._fit_state(None, lambda: self._as_of_now(None, 1.0, 0)))

    def listening_to(self, unit: Unit, on_epoch: Callable[..., bool] | None) -> Callable[..., bool]:
        """What the core is to call after each epoch of a unit; it says whether to stop.

        The core does not tell when an epoch begins: the task of one does with the end of the one before. The
        last one of a unit that converged goes over to the next unit, or ends without having been anything.
        """
        number = next(i for i, other in enumerate(self._units) if other is unit)
        self._tasks.before_epoch(Moment(lambda: self._as_of_now(None, 1.0, 0)))

        def listen(*epoch: Any) -> bool:
            n_iter, loss, *_, scale, intercept = epoch
            if on_epoch is not None:
                on_epoch(*epoch)
            self._intercepts[number] = intercept
            moment = Moment(lambda: self._as_of_now(number, scale, n_iter))
            state = EpochState(n_iter, self._max_iter, loss, None, self._rows, math.nan, moment=moment)
            self.is_stopped = self._tasks.on_epoch_end(state)
            if n_iter < self._max_iter and not self.is_stopped:
                self._tasks.before_epoch(moment)
            moment.end()
            return self.is_stopped

        return listen

    def end(self) -> None:
        """End the task of an epoch that has not been anything."""
        self._tasks.on_fit_end(self._fit_state("max_iter", self._copy))

    def _fit_state(self, ending: str | None, make_model: Callable[[], Any]) -> FitState:
        return FitState(
            self._max_iter, self._rows, None, None, ("loss",), ending=ending, moment=Moment(make_model)
        )

    def _as_of_now(self, number: int | None, scale: float, n_iter: int) -> PerceptronTraining:
        """The estimator; the weights of unit `number` are its row of coef_ times `scale`."""
        copy = self._copy()
        if number is not None:
            copy.coef_[number] *= copy.coef_.dtype.type(scale)
        copy.intercept_ = np.array(
            self._intercepts, copy.coef_.dtype if len(self._intercepts) > 1 else np.float64
        )
        copy.n_iter_ = n_iter
        return copy

    def _copy(self) -> PerceptronTraining:
        copy = self._model._copy()
        for name in ("_tasks", *CONTEXT_ATTRIBUTES):
            copy.__dict__.pop(name, None)
        copy.coef_ = copy.coef_.copy()
        return copy
