"""Copies of an estimator: one to be fitted, those that callbacks may have of it meanwhile, and pickles."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Self

from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from rosenblatt import batch_norm, optimizer_state
from rosenblatt.precision import Array, CoreNetwork
from rosenblatt.sklearn_callbacks import CONTEXT_ATTRIBUTES, CallbackSupport, FitTasks, begun_tasks

__all__ = ["Copies"]


class Copies(CallbackSupport, BaseEstimator):  # type: ignore[misc]
    """Base of MLPClassifier and MLPRegressor, as far as their copies go; not to be used by itself."""

    _tasks: FitTasks
    _network: CoreNetwork
    _optimizer: Any
    _optimizer_options: dict[str, Any]
    _batch_norm: Any
    coefs_: list[Array]
    intercepts_: list[Array]
    loss_: float
    start_losses_: list[float]

    @abstractmethod
    def _adopt(self, network: CoreNetwork) -> None:
        """Take over a network as the fitted one."""

    @abstractmethod
    def _network_of(self, coefs: Sequence[ArrayLike], intercepts: Sequence[ArrayLike]) -> CoreNetwork:
        """Make a network of these parameters."""

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
        copy._trained_loss = copy._loss()["loss"]
        if not goes_on:
            copy.start_losses_ = [copy.loss_]
        return copy

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        for derived in ("_network", "_views", "_glass_box"):
            state.pop(derived, None)
        if state.get("_optimizer") is not None:
            state["_optimizer"] = optimizer_state.saved(self._optimizer, len(self._optimizer.sizes) - 1)
        if state.get("_batch_norm") is not None:
            state["_batch_norm"] = batch_norm.saved(self._batch_norm)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "coefs_" in self.__dict__:
            self._adopt(self._network_of(self.coefs_, self.intercepts_))
        if self.__dict__.get("_optimizer") is not None:
            options = self._optimizer_options
            self._optimizer = optimizer_state.restored(self._network, options, self._optimizer)
        if self.__dict__.get("_batch_norm") is not None:
            self._batch_norm = (
                None
                if self._optimizer is None
                else batch_norm.restored(self._network, self._optimizer, self._batch_norm)
            )
