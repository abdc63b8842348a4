"""A cell trained twice, by rosenblatt and by scikit-learn, and how far the two are apart."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import chain
from types import SimpleNamespace
from typing import Any

import numpy as np
from sklearn import linear_model, neural_network
from threadpoolctl import threadpool_limits

import rosenblatt
from parity.cells import EPOCHS, FITS, Network, Perceptron
from parity.data import Data, data_of

THEIRS = SimpleNamespace(
    MLPClassifier=neural_network.MLPClassifier,
    MLPRegressor=neural_network.MLPRegressor,
    Perceptron=linear_model.Perceptron,
)

PARTS = 3  # of the rows, for partial_fit
RATE = 1e-3  # of the step that shows scikit-learn's gradient


@dataclass(frozen=True)
class Outcome:
    """How far apart the two are in a cell: numbers by their names, 0 for the same."""

    cell: Network | Perceptron
    differences: dict[str, float]
    error: str = ""
    """What kept ours from the comparison."""

    @property
    def complaint(self) -> str:
        """What is over its limit, in words; empty if nothing is."""
        limits = limits_of(self.cell)
        too_far = [
            f"{name}: {value:.2g} apart, more than {limits[name]:g}"
            for name, value in self.differences.items()
            if name in limits and not value <= limits[name]  # so that NaN is too far
        ]
        return self.error or ", ".join(too_far)


def limits_of(cell: Network | Perceptron) -> dict[str, float]:
    """The largest differences; what has no limit is told only."""
    if isinstance(cell, Perceptron):
        return {"n_iter": 0, "answers": 0, "theta": 0}
    numbers = {"float64": 1e-6, "float32": 1e-3}[cell.dtype]
    if cell.stopping == "minimum":
        return {"loss": numbers, "excess of the loss": 0, "excess of the gradient": 0}
    return {"loss": numbers, "n_iter": 0, "answers": 1e-3, "values": numbers, "scores": numbers, "dtype": 0}


def measure(cell: Network | Perceptron, ours: Any = rosenblatt) -> Outcome:
    """Train the cell with both and compare. `ours` is whatever has the estimators."""
    data = data_of(cell)
    with threadpool_limits(1), warnings.catch_warnings():  # products so small take longer in two threads
        warnings.simplefilter("ignore")  # so few epochs do not converge, and some batches are too large
        model, wanted = (trained(getattr(library, cell.estimator), cell, data) for library in (ours, THEIRS))
        return Outcome(cell, differences(cell, data, model, wanted))


def trained(estimator: Any, cell: Network | Perceptron, data: Data) -> Any:
    model = estimator(**cell.parameters())
    if cell.calls == "partial_fit":
        for i in range(EPOCHS):
            part = data.part(i % PARTS, PARTS)
            classes = {"classes": data.labels} if i == 0 and data.labels is not None else {}
            model.partial_fit(part.X, part.y, **classes, **part.weights)
        return model
    for _ in range(FITS if cell.calls == "warm_start" else 1):
        model.fit(data.X, data.y, **data.weights)
    return model


def differences(cell: Network | Perceptron, data: Data, model: Any, wanted: Any) -> dict[str, float]:
    if isinstance(cell, Perceptron):
        return {
            "n_iter": abs(model.n_iter_ - wanted.n_iter_),
            "answers": share_of_others(model.predict(data.X_all), wanted.predict(data.X_all)),
            "theta": max(
                share_of_other_bytes(getattr(model, name), getattr(wanted, name))
                for name in ("coef_", "intercept_")
            ),
        }
    if cell.stopping == "minimum":
        return at_the_minimum(cell, data, model, wanted)
    found: dict[str, float] = {"n_iter": abs(model.n_iter_ - wanted.n_iter_)}
    if cell.solver == "lbfgs":
        found["loss"] = apart(model.loss_, wanted.loss_)
    else:
        found["loss"] = apart_each(model.loss_curve_, wanted.loss_curve_)
    if cell.stopping == "early_stopping":
        found["scores"] = apart(model.validation_scores_, wanted.validation_scores_)
        if cell.calls == "warm_start":
            return found  # scikit-learn trains its saved best parameters on and so loses them
    if cell.is_classification:
        found["answers"] = share_of_others(model.predict(data.X_all), wanted.predict(data.X_all))
        found["values"] = apart(model.predict_proba(data.X_all), wanted.predict_proba(data.X_all))
    else:
        found["values"] = apart(model.predict(data.X_all), wanted.predict(data.X_all))
    found["theta"] = apart(in_a_row(model), in_a_row(wanted))
    found["dtype"] = float(in_a_row(model).dtype != cell.dtype)
    return found


def in_a_row(model: Any) -> np.ndarray:
    """All parameters of a network."""
    return np.concatenate([values.ravel() for values in chain(model.coefs_, model.intercepts_)])


def apart(mine: Any, wanted: Any) -> float:
    """The largest difference, relative to the largest of the numbers that are wanted."""
    if np.shape(mine) != np.shape(wanted):
        return np.inf
    largest = np.max(np.abs(np.subtract(mine, wanted, dtype=float)))
    return float(largest / np.max(np.abs(wanted))) if largest else 0.0


def apart_each(mine: Any, wanted: Any) -> float:
    """The largest difference, each relative to the number that is wanted there."""
    if np.shape(mine) != np.shape(wanted):
        return np.inf
    return float(np.max(np.abs(np.subtract(mine, wanted)) / np.abs(wanted)))


def share_of_others(mine: Any, wanted: Any) -> float:
    """How many of the answers are not the one that is wanted."""
    return float(np.mean(mine != wanted)) if mine.shape == wanted.shape else np.inf


def share_of_other_bytes(mine: Any, wanted: Any) -> float:
    """How much of the memory is not the same."""
    if (mine.dtype, mine.shape) != (wanted.dtype, wanted.shape):
        return np.inf
    return float(
        np.mean(np.frombuffer(mine.tobytes(), np.uint8) != np.frombuffer(wanted.tobytes(), np.uint8))
    )


def at_the_minimum(cell: Network, data: Data, model: Any, wanted: Any) -> dict[str, float]:
    """How much larger its gradient, and the loss of that, are at our parameters than at scikit-learn's.

    And how far the loss that we tell is from scikit-learn's there.
    """
    (told, mine, slope), (_, theirs, their_slope) = (
        at_its_parameters(cell, data, m) for m in (model, wanted)
    )
    return {
        "loss": apart(model.loss_, told),
        "excess of the loss": float(np.maximum(0, mine / theirs - 1)),  # unlike max, it keeps NaN
        "excess of the gradient": float(np.maximum(0, slope / their_slope - 1)),
    }


def at_its_parameters(cell: Network, data: Data, model: Any) -> tuple[float, float, float]:
    """scikit-learn's loss of a model, the loss whose gradient it computes, and the largest slope.

    A step of its gradient descent shows the gradient: the learning rate times that is the way it goes.
    scikit-learn's loss is the mean over the outputs, its gradient is that of their sum.
    """
    probe = neural_network.MLPRegressor(
        hidden_layer_sizes=cell.hidden,
        activation=cell.activation,
        alpha=cell.alpha,
        solver="sgd",
        learning_rate_init=RATE,
        momentum=0,
        batch_size=len(data.y),
        shuffle=False,
    )
    probe.partial_fit(data.X, data.y, **data.weights)  # so that it has parameters to be replaced
    probe.coefs_ = [W.astype(float) for W in model.coefs_]
    probe.intercepts_ = [b.astype(float) for b in model.intercepts_]
    before = in_a_row(probe)
    probe.partial_fit(data.X, data.y, **data.weights)
    slope = np.max(np.abs(in_a_row(probe) - before)) / RATE
    total = len(data.y) if data.sample_weight is None else data.sample_weight.sum()
    penalty = cell.alpha / 2 * sum(np.sum(W.astype(float) ** 2) for W in model.coefs_) / total
    loss = probe.loss_curve_[-1]
    return loss, data.y.shape[1] * (loss - penalty) + penalty, float(slope)
