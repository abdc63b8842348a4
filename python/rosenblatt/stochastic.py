"""Training by mini-batches, with "sgd", "adam" and their like: the road from an estimator into the core."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from rosenblatt.audience import Outcome, gathered
from rosenblatt.batch_norm import batch_norm_of
from rosenblatt.fitted_network import check_finite
from rosenblatt.listening import interruption, stall
from rosenblatt.mlp_parameters import ONE_BATCH
from rosenblatt.noise import noise_options
from rosenblatt.precision import PRECISIONS, CoreNetwork
from rosenblatt.random_state import Random, continued
from rosenblatt.regularisation import regularisation
from rosenblatt.threads import thread_count
from rosenblatt.training_data import TrainingData
from rosenblatt.validation import keep_curves, score_function, watched_score

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["train"]

# Frames from a warning here to the caller of fit: _batch_size or _conclude, train, _train, _fit_in_place,
# _fit, fit, scikit-learn's wrapper of it.
_CALLER = 8

# Early stopping that ends a training within so many updates has rather watched noise than the training.
_FEW_UPDATES = 200
# Of so few rows, one more or less that is right changes the score by more than a training does in an epoch.
_FEW_ROWS = 50


def train(
    model: MLP,
    network: CoreNetwork,
    data: TrainingData,
    random: Random,
    *,
    goes_on: bool,
    is_partial: bool,
) -> Outcome:
    """Train a network, and leave what is known of the training as attributes of the model.

    Parameters
    ----------
    model : MLP
        The estimator; its parameters say how.
    network : CoreNetwork
        Changed in place.
    data : TrainingData
        The rows to learn from, and those to watch.
    random : Random
        Where the shuffles and the seed of dropout and noise come from.
    goes_on : bool
        Whether the curves go on, too (a warm start, a later call of partial_fit).
    is_partial : bool
        Whether this is a partial_fit: one epoch, with the optimizer of the call before.

    Returns
    -------
    Outcome
        Whether the user interrupted it, and what a callback raised.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> model = MLPRegressor(hidden_layer_sizes=(2,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0.0, 1.0])
    >>> len(model.loss_curve_) == model.n_iter_
    True
    """
    batch_size = _batch_size(model, len(data.training))
    optimizer = _optimizer(model, network, is_partial)
    optimizer.regularise(**regularisation(model))
    batch_norm = batch_norm_of(model, network, optimizer, is_partial=is_partial)
    trainer = PRECISIONS[network.theta(1).dtype].trainer(
        network,
        optimizer,
        **watched_score(model),
        batch_size=batch_size,
        shuffle=bool(model.shuffle) and model.solver not in ONE_BATCH,
        tol=model._number("tol"),
        n_iter_no_change=model._number("n_iter_no_change"),
        early_stopping=bool(model.early_stopping) and not is_partial,
        threads=thread_count(model.n_threads),
        **noise_options(model),
        batch_norm=batch_norm,
    )
    if goes_on and model._progress:
        trainer.resume(**model._progress)
    kept: Any = None
    kept_batch_norm: Any = None

    def keep() -> None:
        nonlocal kept, kept_batch_norm
        if kept is None:
            kept = network.copy()
        else:
            kept.copy_parameters(network)
        kept_batch_norm = _copy(batch_norm)

    def as_of_now() -> MLP:
        return model._as_of_now(
            network.copy(),
            lambda copy: _adopt(
                copy, trainer, optimizer.copy(), _copy(batch_norm), data, goes_on, is_partial
            ),
            goes_on,
        )

    audience = gathered(
        model,
        rows=len(data.training),
        batches=-(-len(data.training) // batch_size),
        is_watched=data.validation is not None,
        epochs_before=model._epochs,
        as_of_now=as_of_now,
        keep=keep,
        next_rate=(lambda: float(optimizer.learning_rate)) if model.learning_rate == "adaptive" else None,
    )
    max_iter = 1 if is_partial else min(int(model.max_iter), 2**63 - 1)
    score = score_function(model, data.validation)
    if score is not None:
        model._adopt(network)  # the scorer's predictions are its
    ending = "interrupted"
    try:
        # Suppressed: Ctrl-C pressed while Python code of a callback ran; the network is as of the last epoch.
        with continued(random) as generator, suppress(KeyboardInterrupt):
            if audience is not None:
                audience.begin()
            ending = trainer.fit(
                network,
                data.X,
                data.y,
                data.weights,
                data.training,
                None if data.validation is None else data.validation.parts,
                max_iter,
                generator,
                score=score,
                **(audience.hooks() if audience is not None else {}),
            )
    except BaseException as error:
        if audience is None or not audience.survives(error):
            raise
        ending = "failed"
    _adopt(model, trainer, optimizer, batch_norm, data, goes_on, is_partial)
    if kept is not None and ending != "failed":
        network.copy_parameters(kept)
        if batch_norm is not None:
            batch_norm.copy_parameters(kept_batch_norm)
    if audience is not None:
        audience.end(ending)
    failure = audience.failure if audience is not None else None
    check_finite(network, failure)
    if failure is None:
        _conclude(model, ending, data, batch_size, is_partial, is_kept=kept is not None)
    return Outcome(ending == "interrupted", failure)


def _batch_size(model: MLP, rows: int) -> int:
    if model.solver in ONE_BATCH:
        return rows
    if isinstance(model.batch_size, str):  # "auto"
        return min(200, rows)
    if model.batch_size > rows:
        warnings.warn(
            f"batch_size={model.batch_size} is larger than the {rows} rows to train on; all rows "
            "make one batch",
            UserWarning,
            stacklevel=_CALLER,
        )
    return min(int(model.batch_size), rows)


def _optimizer(model: MLP, network: CoreNetwork, is_partial: bool) -> Any:
    """The optimizer to move the network with: a copy of the one before, or a new one.

    model._epochs is the number of epochs that it has been through.
    """
    kind = PRECISIONS[network.theta(1).dtype].optimizer
    before = model.__dict__.get("_optimizer")
    if is_partial and isinstance(before, kind):
        model._epochs = model.__dict__.get("_epochs", 0)
        return before.copy()
    model._epochs = 0
    numbers = ("learning_rate_init", "power_t", "momentum", "beta_1", "beta_2", "epsilon", "rho")
    model._optimizer_options = {
        "solver": "adam" if model.solver == "adamw" else model.solver,  # which differs by its weight decay
        "learning_rate": model.learning_rate,
        "nesterovs_momentum": bool(model.nesterovs_momentum),
        **{name: model._number(name) for name in numbers},
    }
    return kind(network, **model._optimizer_options)


def _copy(batch_norm: Any) -> Any:
    return None if batch_norm is None else batch_norm.copy()


def _adopt(
    model: MLP,
    trainer: Any,
    optimizer: Any,
    batch_norm: Any,
    data: TrainingData,
    goes_on: bool,
    is_partial: bool,
) -> None:
    """Take over what the core knows of the training."""
    curve = trainer.loss_curve
    model._optimizer = optimizer
    model._batch_norm = batch_norm
    model._epochs += len(curve)
    model.n_iter_ = len(curve)
    model.loss_ = curve[-1] if curve else np.nan
    model.loss_curve_ = [*model.loss_curve_, *curve] if goes_on else curve
    model._progress = {
        "best_loss": trainer.best_loss,
        "best_validation_score": trainer.best_validation_score,
        "no_improvement": trainer.no_improvement,
        "samples": trainer.samples,
    }
    model.t_ = int(trainer.samples)
    model.best_loss_ = None if model.early_stopping else trainer.best_loss
    if data.validation is not None:
        keep_curves(model, trainer.validation_scores, trainer.validation_losses, goes_on=goes_on)
    elif not (goes_on and is_partial):  # a call of partial_fit may come without rows to watch
        keep_curves(model, None, [], goes_on=False)


def _conclude(
    model: MLP, ending: str, data: TrainingData, batch_size: int, is_partial: bool, *, is_kept: bool
) -> None:
    """Say how the training ended, where that is worth a word."""
    if ending == "interrupted":
        said = interruption(model.n_iter_, keeps_best=bool(model.early_stopping), is_kept=is_kept)
        warnings.warn(said, UserWarning, stacklevel=_CALLER)
    elif ending == "diverged":
        left = "best on the validation rows" if model.early_stopping else "after that epoch"
        left = "that a callback kept" if is_kept else left
        warnings.warn(
            f"The training diverged in epoch {model.n_iter_}: its loss is not finite. The parameters "
            f"are those {left}; a smaller learning_rate_init or scaled input may help.",
            ConvergenceWarning,
            stacklevel=_CALLER,
        )
    elif ending == "max_iter" and not is_partial:
        warnings.warn(
            f"Stochastic Optimizer: Maximum iterations ({model.max_iter}) reached and the "
            "optimization hasn't converged yet.",
            ConvergenceWarning,
            stacklevel=_CALLER,
        )
    elif ending == "converged":
        if model.verbose:
            is_slowest = model.solver == "sgd" and model.learning_rate == "adaptive"
            print(f"{stall(model)} {'Learning rate too small. ' if is_slowest else ''}Stopping.")
        batches = -(-len(data.training) // batch_size)
        updates = model.n_iter_ * batches
        is_perfect = model.best_validation_score_ == 1
        watched = 0 if data.validation is None else len(data.validation)
        if model.early_stopping and not is_perfect and updates < _FEW_UPDATES and watched < _FEW_ROWS:
            warnings.warn(
                f"Early stopping ended the training after {updates} updates ({model.n_iter_} epochs of "
                f"{batches}): the score on the {watched} rows held out did not rise for "
                f"n_iter_no_change={model.n_iter_no_change} epochs, which on so few rows says little. "
                "Without early_stopping, or with a smaller batch_size and a larger n_iter_no_change, "
                "the training goes on until it has learned.",
                ConvergenceWarning,
                stacklevel=_CALLER,
            )
