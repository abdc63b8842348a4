"""Several trainings from other initial parameters, of which the best one is kept."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from rosenblatt.fitted_network import DivergenceError
from rosenblatt.precision import CoreNetwork
from rosenblatt.random_state import Random
from rosenblatt.training_data import TrainingData

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["train_best"]

# Frames from a warning here to the caller of fit: train_best, _fit_in_place, _fit, fit, scikit-learn's
# wrapper.
_CALLER = 6


def train_best(model: MLP, network: CoreNetwork, data: TrainingData, random: Random) -> BaseException | None:
    """Train n_init networks and keep the best: by the score of early stopping, or else by the loss.

    One after the other: the threads are within the core. All draw from one generator, each where the one
    before ended, so that the first is the training that there would be without the others. Warnings are
    those of the one that is kept.

    Parameters
    ----------
    model : MLP
        The estimator.
    network : CoreNetwork
        With the parameters of the first start.
    data : TrainingData
        The rows; those held out are the same for all.
    random : Random
        Where the other starts, and all shuffles, come from.

    Returns
    -------
    BaseException or None
        What a callback raised, after which the best start so far is kept.

    Raises
    ------
    ValueError
        Where every start ends in parameters that are not finite.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier, datasets
    >>> X, y = datasets.logic("xor")
    >>> model = MLPClassifier((4,), solver="lbfgs", n_init=5, random_state=0).fit(X, y)
    >>> model.best_start_ == model.start_losses_.index(min(model.start_losses_))
    True
    """
    best: Any = None
    losses: list[float] = []
    scores: list[float] = []
    divergence: DivergenceError | None = None
    failure: BaseException | None = None
    is_interrupted = False
    for k in range(int(model.n_init)):
        if model.verbose:
            print(f"Start {k + 1} of {model.n_init}")
        start = model._copy()
        start.best_start_ = k  # as callbacks see it
        if k > 0:
            network = start._initial_network(network.sizes, network.theta(1).dtype, random)
        # Before Python 3.14 this is not for several threads at once, so it is done with n_init > 1 only.
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                outcome = start._train(network, data, random, goes_on=False, is_partial=False)
                is_interrupted, failure = outcome
            except DivergenceError as error:
                divergence = error
                losses.append(np.inf)
                scores.append(-np.inf)
                continue
        losses.append(start.loss_)
        scores.append(_score(start))
        if best is None or scores[k] > scores[best[0]] or np.isnan(scores[best[0]]):
            best = k, start, caught
        if is_interrupted or failure is not None:
            break
    if best is None:
        raise divergence or DivergenceError("no start")
    kept, start, caught = best
    model.__dict__ = start.__dict__
    model.best_start_ = kept
    model.start_losses_ = losses
    if is_interrupted and kept != len(losses) - 1:
        said = (
            f"Training interrupted by user in start {len(losses)} of {model.n_init}. The parameters are "
            f"those of start {kept + 1}, the best one."
        )
        warnings.warn(said, UserWarning, stacklevel=_CALLER)
    for warning in caught:
        warnings.warn(warning.message, warning.category, stacklevel=_CALLER)
    return failure


def _score(start: MLP) -> float:
    """What a start is judged by; more is better."""
    if start.early_stopping and start.best_validation_score_ is not None:
        return start.best_validation_score_
    return -start.loss_
