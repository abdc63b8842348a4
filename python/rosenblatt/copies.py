"""Copies of an estimator: one to be fitted, and those that callbacks may have of it meanwhile."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Self

from rosenblatt.precision import CoreNetwork
from rosenblatt.sklearn_callbacks import CONTEXT_ATTRIBUTES, CallbackSupport, FitTasks, begun_tasks

__all__ = ["Copies"]


class Copies(CallbackSupport):
    """Base of MLPClassifier and MLPRegressor, as far as their copies go; not to be used by itself."""

    _tasks: FitTasks
    loss_: float
    start_losses_: list[float]

    @abstractmethod
    def _adopt(self, network: CoreNetwork) -> None:
        """Take over a network as the fitted one."""

    def _copy(self) -> Self:
        copy = object.__new__(type(self))  # copy.copy would copy the parameters as well
        copy.__dict__.update(self.__dict__)
        return copy

    def _candidate(self, X: Any, y: Any, sample_weight: Any, epochs: int) -> Self:
        """A copy to be fitted, which tells scikit-learn's callbacks of at most so many epochs."""
        tasks = begun_tasks(self, X, y, sample_weight, epochs)
        candidate = self._copy()
        if tasks is not None:
            candidate._tasks = tasks
        return candidate

    def _become(self, candidate: Self, failure: BaseException | None) -> Self:
        """Take over a copy that was fitted, and raise what a callback raised meanwhile."""
        tasks = candidate.__dict__.pop("_tasks", None)
        self.__dict__ = candidate.__dict__  # not update: names of columns that are gone must go
        if failure is not None:
            raise failure
        if tasks is not None:
            tasks.end(self._copy_without_listeners)
        return self

    def _copy_without_listeners(self) -> Self:
        """A copy for callbacks to keep or to pickle."""
        copy = self._copy()
        for name in ("_tasks", *CONTEXT_ATTRIBUTES):
            copy.__dict__.pop(name, None)
        return copy

    def _as_of_now(
        self, network: CoreNetwork, leave_attributes: Callable[[Any], None], goes_on: bool
    ) -> Self:
        """The same, with a network of its own and what is known of the training so far."""
        copy = self._copy_without_listeners()
        leave_attributes(copy)
        copy._adopt(network)
        if not goes_on:
            copy.start_losses_ = [copy.loss_]
        return copy
