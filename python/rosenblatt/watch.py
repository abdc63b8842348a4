"""Validation rows watched iteration after iteration, by the solvers whose loop is Python's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from rosenblatt.patience import Patience
from rosenblatt.precision import PRECISIONS, Array, CoreNetwork
from rosenblatt.threads import thread_count
from rosenblatt.training_data import ValidationData
from rosenblatt.validation import keep_curves, score_function, watched_score

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["Trained", "Watch", "keep_iterations"]


class Trained(Protocol):
    """What a solver minimises, as far as it is of interest here."""

    network: CoreNetwork

    def write(self, vector: Array, network: CoreNetwork) -> None:
        """Write a vector of parameters into a network."""
        ...


class Watch:
    """What is known on validation rows, iteration after iteration.

    Parameters
    ----------
    model : MLP
        The estimator; its scoring and early_stopping.
    objective : Trained
        Whose network is float64.
    network : CoreNetwork
        The estimator's, which a scorer predicts with.
    validation : ValidationData
        The rows.
    tol : float
        What counts as an improvement.
    limit : float
        After how many iterations in a row without one early stopping ends the training.

    Attributes
    ----------
    scores, losses : list of float
        Of every iteration.
    patience : Patience
        Knows the best parameters.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> model = MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs", random_state=0)
    >>> model = model.fit(X, y, X_val=X, y_val=y)
    >>> len(model.validation_scores_) == model.n_iter_
    True
    """

    def __init__(
        self,
        model: MLP,
        objective: Trained,
        network: CoreNetwork,
        validation: ValidationData,
        *,
        tol: float,
        limit: float,
    ) -> None:
        self.scores: list[float] = []
        self.losses: list[float] = []
        self.patience = Patience()
        self._model, self._objective, self._network = model, objective, network
        self._tol, self._limit = tol, limit
        self._core = PRECISIONS[np.dtype(np.float64)].validation(
            objective.network,
            validation.parts,
            **watched_score(model),
            threads=thread_count(model.n_threads),
        )
        self._score = score_function(model, validation)
        if self._score is not None:
            model._adopt(network)  # the scorer's predictions are its

    def is_used_up(self, vector: Array) -> bool:
        """Look at the parameters of an iteration; whether early stopping has waited for long enough."""
        self._objective.write(vector, self._objective.network)
        score, loss = self._core.evaluate(self._objective.network)
        if self._score is not None:
            self._objective.write(vector, self._network)
            score = self._score()
        self.scores.append(score)
        self.losses.append(loss)
        is_used_up = self.patience.is_used_up(score, vector, tol=self._tol, limit=self._limit)
        return bool(self._model.early_stopping) and is_used_up


def keep_iterations(
    model: MLP, curve: list[float], loss: float, watch: Watch | None, *, goes_on: bool
) -> None:
    """Take over what is known of a training of iterations, which leaves no optimizer to go on with.

    Parameters
    ----------
    model : MLP
        The estimator.
    curve : list of float
        The loss of every iteration.
    loss : float
        That of the last one, or where it began.
    watch : Watch or None
        What was seen on validation rows.
    goes_on : bool
        Whether the curves that there are go on.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.watch import keep_iterations
    >>> model = MLPRegressor()
    >>> keep_iterations(model, [0.5, 0.25], 0.25, None, goes_on=False)
    >>> model.n_iter_, model.best_loss_, model.validation_scores_
    (2, 0.25, None)
    """
    keeps_best = watch is not None and bool(model.early_stopping)
    model.loss_ = loss
    model.n_iter_ = len(curve)
    model.loss_curve_ = [*model.loss_curve_, *curve] if goes_on else list(curve)
    model.best_loss_ = None if keeps_best else min(model.loss_curve_, default=model.loss_)
    if watch is None:
        keep_curves(model, None, [], goes_on=False)
    else:
        keep_curves(model, watch.scores, watch.losses, goes_on=goes_on)
    model.t_ = 0
    # A partial_fit with another solver begins anew.
    model._progress = {}
    model.__dict__.pop("_optimizer", None)
    model.__dict__.pop("_batch_norm", None)
