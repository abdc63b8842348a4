"""Fitted networks handed over to scikit-learn's estimators, and taken over from them."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
import sklearn
from sklearn import neural_network
from sklearn.base import ClassifierMixin
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer
from sklearn.preprocessing import LabelBinarizer

from rosenblatt.combinations import is_on
from rosenblatt.fitted_network import network_of
from rosenblatt.optimizer_state import restored, saved
from rosenblatt.precision import Array

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["from_sklearn", "to_sklearn"]

# What fit leaves behind under the same name in both.
_FITTED = (
    *("n_features_in_", "feature_names_in_", "classes_", "n_layers_", "n_outputs_", "out_activation_"),
    *("n_iter_", "t_", "loss_", "loss_curve_"),
    *("best_loss_", "validation_scores_", "best_validation_score_"),
)

_SOLVERS = ("lbfgs", "sgd", "adam")

# Parameters that change nothing of what is learned, and those of losses and solvers that are refused.
_OF_OTHERS = {
    *("callbacks", "n_threads", "loss", "focal_gamma", "huber_delta", "quantile", "tweedie_power"),
    *("l1_ratio", "rho", "mu", "mu_decrease", "mu_increase", "mu_max", "min_gradient", "max_fail"),
}


def to_sklearn(model: MLP) -> Any:
    """Make scikit-learn's estimator of the same name, with a copy of everything.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Fitted or not.

    Returns
    -------
    sklearn.neural_network.MLPClassifier or MLPRegressor
        Its predictions equal those of `model` to rounding, and it goes on from here as `model` would.

    Raises
    ------
    ValueError
        For a loss, an activation, a solver or another parameter that the installed scikit-learn does not
        have, for more than one activation, and for several outputs of classes.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.exchange import to_sklearn
    >>> to_sklearn(MLPRegressor(alpha=0.5))
    MLPRegressor(alpha=0.5)
    """
    kind = _kind(model)
    ours, known = model.get_params(deep=False), kind._get_param_names()
    _check_loss(kind, ours)
    ours["activation"] = _one_activation(ours["activation"])
    if model.solver not in _SOLVERS:
        raise ValueError(f"scikit-learn has no solver={model.solver!r}")
    _check_others(type(model), ours, known)
    theirs = kind(**{name: value for name, value in ours.items() if name in known})
    if "coefs_" not in model.__dict__:
        return theirs
    if isinstance(model.__dict__.get("classes_"), list):
        raise ValueError("scikit-learn's MLPClassifier has no several outputs of classes")
    for name in _FITTED:
        if name in model.__dict__:
            value = model.__dict__[name]
            setattr(theirs, name, list(value) if isinstance(value, list) else value)
    theirs.coefs_ = [np.array(W, order="C") for W in model.coefs_]
    theirs.intercepts_ = [np.array(b) for b in model.intercepts_]
    theirs._best_coefs = [W.copy() for W in theirs.coefs_]
    theirs._best_intercepts = [b.copy() for b in theirs.intercepts_]
    theirs._no_improvement_count = model._progress.get("no_improvement", 0)
    if "classes_" in model.__dict__:
        is_table = model.__dict__["_is_multilabel"]
        y = np.eye(model.n_outputs_, dtype=int) if is_table else model.__dict__["classes_"]
        theirs._label_binarizer = LabelBinarizer().fit(y)
    optimizer = model.__dict__.get("_optimizer")
    if optimizer is not None and model._optimizer_options["solver"] in _SOLVERS:
        state = saved(optimizer, model.n_layers_ - 1)
        theirs._optimizer = _their_optimizer(
            theirs.coefs_ + theirs.intercepts_, model._optimizer_options, state
        )
    return theirs


def from_sklearn(kind: type[MLP], theirs: Any) -> Any:
    """Make our estimator of the same name, with a copy of everything.

    Parameters
    ----------
    kind : type
        MLPClassifier or MLPRegressor, or a class derived from one.
    theirs : sklearn.neural_network.MLPClassifier or MLPRegressor
        Fitted or not.

    Returns
    -------
    MLPClassifier or MLPRegressor
        Its predictions equal those of `theirs` to rounding, and it goes on from here as `theirs` would.

    Raises
    ------
    TypeError
        If `theirs` is anything else.

    Examples
    --------
    >>> from sklearn import neural_network
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.exchange import from_sklearn
    >>> from_sklearn(MLPRegressor, neural_network.MLPRegressor(alpha=0.5))
    MLPRegressor(alpha=0.5)
    """
    wanted = _kind(kind)
    if not isinstance(theirs, wanted):
        raise TypeError(
            f"{kind.__name__}.from_sklearn takes a sklearn.neural_network.{wanted.__name__}, not {theirs!r}"
        )
    model = kind(**theirs.get_params(deep=False))
    if not hasattr(theirs, "coefs_"):
        return model
    for name in _FITTED:
        if hasattr(theirs, name):
            value = getattr(theirs, name)
            setattr(model, name, list(value) if isinstance(value, list) else value)
    # scikit-learn's L-BFGS leaves none of these.
    for name, value in (("loss_curve_", []), ("validation_scores_", None), ("best_validation_score_", None)):
        if not hasattr(model, name):
            setattr(model, name, value)
    if not hasattr(model, "best_loss_"):
        model.best_loss_ = model.loss_
    if hasattr(theirs, "_label_binarizer"):
        model.__dict__["_is_multilabel"] = theirs._label_binarizer.y_type_.startswith("multilabel")
    model._adopt(
        network_of(
            theirs.coefs_, theirs.intercepts_, model.activation, model.out_activation_, model.n_outputs_
        )
    )
    model._trained_loss = model._loss()["loss"]
    model._progress = {
        "best_loss": _or(model.best_loss_, np.inf),
        "best_validation_score": _or(model.best_validation_score_, -np.inf),
        "no_improvement": float(getattr(theirs, "_no_improvement_count", 0)),
        "samples": float(model.t_),
    }
    if hasattr(theirs, "_optimizer"):
        model._optimizer_options, state = _our_optimizer(theirs._optimizer, model.n_layers_ - 1)
        model._optimizer = restored(model._network, model._optimizer_options, state)
    return model


def _one_activation(activation: str | Sequence[str]) -> str:
    """The activation of all hidden layers, one of those that scikit-learn has."""
    names = {activation} if isinstance(activation, str) else set(activation) or {"relu"}
    if len(names) > 1:
        raise ValueError(f"scikit-learn has one activation for all hidden layers, not {activation!r}")
    name = names.pop()
    if name not in ("identity", "logistic", "tanh", "relu"):
        raise ValueError(f"scikit-learn has no activation {name!r}")
    return name


def _kind(ours: Any) -> Any:
    """The class of scikit-learn that a class of ours, or one derived from it, stands in for."""
    kind = ours if isinstance(ours, type) else type(ours)
    return neural_network.MLPClassifier if issubclass(kind, ClassifierMixin) else neural_network.MLPRegressor


def _check_loss(kind: Any, ours: dict[str, Any]) -> None:
    """Refuse a loss that their estimator of this kind does not have."""
    loss = ours["loss"]
    own = "log_loss" if issubclass(kind, ClassifierMixin) else "squared_error"
    if loss == "poisson" and "loss" not in kind._get_param_names():
        raise ValueError(f"scikit-learn {sklearn.__version__} has no loss 'poisson'; it needs 1.7 or later")
    if loss not in (own, "poisson"):
        raise ValueError(f"scikit-learn's {kind.__name__} has no loss {loss!r}")


def _check_others(kind: type[MLP], ours: dict[str, Any], known: list[str]) -> None:
    """Refuse a parameter that scikit-learn has not, and whose fit would therefore do something else."""
    parameters = signature(kind).parameters
    for name, value in ours.items():
        if name in known or name in _OF_OTHERS:
            continue
        default = parameters[name].default
        if value != default and (is_on(value) or is_on(default)):
            raise ValueError(
                f"scikit-learn has no {name}, which is {value!r} here; with set_params({name}={default!r}), "
                "the network as it is can be handed over"
            )


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)


def _their_optimizer(parameters: list[Array], options: dict[str, Any], state: dict[str, Any]) -> Any:
    """scikit-learn keeps a moment for every W, then for every b."""

    def by_parameter(thetas: list[Array]) -> list[Array]:
        return [np.array(theta[1:]) for theta in thetas] + [np.array(theta[0]) for theta in thetas]

    optimizer: Any
    names: tuple[str, ...]
    if options["solver"] == "sgd":
        names = ("learning_rate_init", "learning_rate", "momentum", "nesterovs_momentum", "power_t")
        optimizer = SGDOptimizer(parameters, *(options[name] for name in names))
        optimizer.learning_rate = state["learning_rate"]
        optimizer.velocities = by_parameter(state["first"])
    else:
        names = ("learning_rate_init", "beta_1", "beta_2", "epsilon")
        optimizer = AdamOptimizer(parameters, *(options[name] for name in names))
        optimizer.t = int(state["steps"])
        optimizer.ms, optimizer.vs = by_parameter(state["first"]), by_parameter(state["second"])
    return optimizer


def _our_optimizer(theirs: Any, layers: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options and the state of one of scikit-learn's optimizers."""

    def by_layer(moments: list[Array]) -> list[Array]:
        return [np.vstack([b, W]) for W, b in zip(moments[:layers], moments[layers:], strict=True)]

    is_sgd = isinstance(theirs, SGDOptimizer)
    options = {
        "solver": "sgd" if is_sgd else "adam",
        "learning_rate": getattr(theirs, "lr_schedule", "constant"),
        "learning_rate_init": float(theirs.learning_rate_init),
        "nesterovs_momentum": bool(getattr(theirs, "nesterov", True)),
        "power_t": float(getattr(theirs, "power_t", 0.5)),
        "momentum": float(getattr(theirs, "momentum", 0.9)),
        "beta_1": float(getattr(theirs, "beta_1", 0.9)),
        "beta_2": float(getattr(theirs, "beta_2", 0.999)),
        "epsilon": float(getattr(theirs, "epsilon", 1e-8)),
    }
    state = {
        "steps": 0.0 if is_sgd else float(theirs.t),
        "learning_rate": float(theirs.learning_rate if is_sgd else theirs.learning_rate_init),
        "first": by_layer(theirs.velocities if is_sgd else theirs.ms),
        "second": None if is_sgd else by_layer(theirs.vs),
    }
    return options, state
