"""scikit-learn's own callbacks, which estimators have from its version 1.9 on: set_callbacks.

Before that nothing of it exists. It is experimental there; what is used of it is in this file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rosenblatt.training_states import EpochState, FitState, Moment

if TYPE_CHECKING:

    class CallbackSupport:
        """scikit-learn's CallbackSupportMixin, or before its version 1.9 nothing."""

        def _init_callback_context(self, *, max_subtasks: int | None) -> Any: ...

else:
    try:
        from sklearn.callback import CallbackSupportMixin as CallbackSupport
    except ImportError:

        class CallbackSupport:
            """Of an older scikit-learn: nothing."""


__all__ = ["CONTEXT_ATTRIBUTES", "CallbackSupport", "FitTasks", "begun_tasks"]

# What scikit-learn keeps in an estimator while it is fitted, and its callbacks.
CONTEXT_ATTRIBUTES = (
    "_skl_callbacks",
    "_skl_callbacks_to_teardown",
    "_callback_fit_ctx",
    "_parent_callback_ctx",
)


class FitTasks:
    """A fit as scikit-learn's callbacks see it: a task, and for each epoch one below it.

    It listens to a training as a callback of ours does.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor or Perceptron
        Whose fit begins, with callbacks that were set.
    X, y, sample_weight : object
        The arguments of fit.
    max_iter : int or None
        Most epochs, if that is known.
    """

    def __init__(
        self, estimator: CallbackSupport, X: Any, y: Any, sample_weight: Any, max_iter: int | None
    ) -> None:
        self._estimator = estimator
        self._data = {
            "X": X,
            "y": y,
            "metadata": None if sample_weight is None else {"sample_weight": sample_weight},
        }
        self._fit = estimator._init_callback_context(max_subtasks=None if max_iter is None else int(max_iter))
        self._epoch: Any = None
        self._has_begun = False

    def on_fit_begin(self, state: FitState) -> None:
        """Begin the task of the fit, with the first of its starts."""
        if not self._has_begun:
            self._has_begun = True
            self._fit.call_on_fit_task_begin(estimator=self._estimator, **self._data)

    def before_epoch(self, moment: Moment) -> None:
        """Begin the task of an epoch, unless it has begun."""
        if self._epoch is None:
            self._epoch = self._fit.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(
                estimator=self._estimator,
                reconstruction_attributes=lambda: dict(vars(moment.model())),
                **self._data,
            )

    def on_epoch_end(self, state: EpochState) -> bool:
        """End the task of an epoch; a callback may want to stop there."""
        epoch, self._epoch = self._epoch, None
        return bool(
            epoch.call_on_fit_task_end(
                estimator=self._estimator,
                reconstruction_attributes=lambda: dict(vars(state.model)),
                **self._data,
            )
        )

    def on_fit_end(self, state: FitState) -> None:
        """End the task of an epoch that was broken off; after an error, it does not end."""
        if state.ending != "failed" and self._epoch is not None:
            epoch, self._epoch = self._epoch, None
            epoch.call_on_fit_task_end(estimator=self._estimator, **self._data)

    def end(self, make_model: Callable[[], Any]) -> None:
        """End the task of the fit, which has left what `make_model` makes a copy of."""
        if self._has_begun:
            self._fit.call_on_fit_task_end(
                estimator=self._estimator,
                reconstruction_attributes=lambda: dict(vars(make_model())),
                **self._data,
            )


def begun_tasks(
    estimator: CallbackSupport, X: Any, y: Any, sample_weight: Any, max_iter: int | None
) -> FitTasks | None:
    """Set up scikit-learn's callbacks for a fit, if there are any.

    Parameters
    ----------
    estimator, X, y, sample_weight, max_iter
        As for `FitTasks`.

    Returns
    -------
    FitTasks or None
        None without callbacks.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.sklearn_callbacks import begun_tasks
    >>> begun_tasks(MLPRegressor(), [[0.0]], [1.0], None, 5) is None
    True
    """
    if "_skl_callbacks" not in estimator.__dict__:
        return None
    return FitTasks(estimator, X, y, sample_weight, max_iter)
