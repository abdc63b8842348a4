"""The parameters that MLPClassifier and MLPRegressor share, and what each may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, Options, StrOptions

from rosenblatt.callbacks import Callback
from rosenblatt.combinations import check_combinations
from rosenblatt.parameters import satisfy_constraints

__all__ = ["ACTIVATION_NAMES", "ONE_BATCH", "STOCHASTIC", "MLPParameters", "keep"]

# Solvers that take mini-batches, and those of the same loop that take all rows as one batch.
STOCHASTIC = ("sgd", "adam", "adamw", "nadam", "rmsprop", "adagrad")
ONE_BATCH = ("rprop",)

# Parameters that are a number of the core: all are looked at before anything else happens.
_NUMBERS = (
    *("alpha", "l1_ratio", "learning_rate_init", "power_t", "tol", "momentum"),
    *("beta_1", "beta_2", "epsilon", "rho", "n_iter_no_change"),
    *("input_dropout", "input_noise", "weight_decay", "clip_value", "clip_norm", "max_norm"),
    *("mu", "mu_decrease", "mu_increase", "mu_max", "min_gradient"),
)

# Of hidden layers, in scikit-learn's style.
ACTIVATION_NAMES = {
    *("identity", "logistic", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus"),
    *("softsign", "hard_sigmoid", "sin", "radial_basis", "hardlimit", "symmetric_hardlimit"),
}

_POSITIVE = Interval(Real, 0, None, closed="neither")
_NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
_SHARE = Interval(Real, 0, 1, closed="left")
_COUNT = Interval(Integral, 1, None, closed="left")


def keep(estimator: Any, arguments: dict[str, Any]) -> None:
    """Keep the arguments of a constructor as attributes, as scikit-learn wants it.

    Parameters
    ----------
    estimator : BaseEstimator
        Whose constructor is running.
    arguments : dict
        Its ``locals()``.

    Examples
    --------
    >>> from rosenblatt.mlp_parameters import keep
    >>> class Estimator:
    ...     def __init__(self, alpha=1, *, tol=2):
    ...         keep(self, locals())
    >>> vars(Estimator(3))
    {'alpha': 3, 'tol': 2}
    """
    estimator.__dict__.update((name, value) for name, value in arguments.items() if name != "self")


class MLPParameters(BaseEstimator):  # type: ignore[misc]
    """Base of both estimators, as far as their parameters go; not to be used by itself."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "hidden_layer_sizes": ["array-like", _COUNT],
        "activation": [StrOptions(ACTIVATION_NAMES), list, tuple],
        "solver": [StrOptions({"lbfgs", "lm", *STOCHASTIC, *ONE_BATCH})],
        "alpha": [_NOT_NEGATIVE],
        "batch_size": [StrOptions({"auto"}), _COUNT],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
        "learning_rate_init": [_POSITIVE],
        "power_t": [_NOT_NEGATIVE],
        "max_iter": [_COUNT],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [_NOT_NEGATIVE],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [_SHARE],
        "beta_1": [_SHARE],
        "beta_2": [_SHARE],
        "epsilon": [_POSITIVE],
        "n_iter_no_change": [_COUNT, Options(Real, {np.inf})],
        "max_fun": [_COUNT],
        "callbacks": [list, tuple, None],
        "n_threads": [_COUNT, None],
        "weight_init": [
            StrOptions(
                {
                    *("auto", "glorot_uniform", "glorot_normal"),
                    *("he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "nguyen_widrow"),
                }
            )
        ],
        "n_init": [_COUNT],
        "scoring": [str, callable, None],
        "penalty": [StrOptions({"l2", "l1", "elasticnet"})],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "weight_decay": [_NOT_NEGATIVE, None],
        "dropout": [_SHARE, "array-like"],
        "input_dropout": [_SHARE],
        "input_noise": [_NOT_NEGATIVE],
        "batch_norm": ["boolean"],
        "max_norm": [_POSITIVE, None],
        "clip_norm": [_POSITIVE, None],
        "clip_value": [_POSITIVE, None],
        "rho": [_SHARE],
        "mu": [_POSITIVE],
        "mu_decrease": [Interval(Real, 0, 1, closed="neither")],
        "mu_increase": [Interval(Real, 1, None, closed="neither")],
        "mu_max": [_POSITIVE],
        "min_gradient": [_NOT_NEGATIVE],
        "max_fail": [_COUNT],
        "bayesian": ["boolean"],
    }

    loss: str | Callable[..., Any]
    hidden_layer_sizes: int | Sequence[int]
    activation: str | Sequence[str]
    solver: str
    alpha: float
    batch_size: int | str
    learning_rate: str
    learning_rate_init: float
    power_t: float
    max_iter: int
    shuffle: bool
    random_state: int | np.random.RandomState | None
    tol: float
    verbose: bool | int
    warm_start: bool
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool
    validation_fraction: float
    beta_1: float
    beta_2: float
    epsilon: float
    n_iter_no_change: int | float
    max_fun: int
    callbacks: Sequence[Callback] | None
    n_threads: int | None
    weight_init: str
    n_init: int
    scoring: str | Callable[..., float] | None
    penalty: str
    l1_ratio: float
    weight_decay: float | None
    dropout: float | Sequence[float]
    input_dropout: float
    input_noise: float
    batch_norm: bool
    max_norm: float | None
    clip_norm: float | None
    clip_value: float | None
    rho: float
    mu: float
    mu_decrease: float
    mu_increase: float
    mu_max: float
    min_gradient: float
    max_fail: int
    bayesian: bool

    def _validate_params(self) -> None:
        """Leave to scikit-learn what it may have to refuse."""
        if not satisfy_constraints(self):
            super()._validate_params()

    def _check_parameters(self) -> None:
        """Refuse numbers too large for the core, and combinations that have no meaning."""
        for name in _NUMBERS:
            if getattr(self, name) is not None:
                self._number(name)
        check_combinations(self)

    def _number(self, name: str) -> float:
        """A parameter as the core takes it; integers may be too large for that."""
        try:
            return float(getattr(self, name))
        except OverflowError:
            raise ValueError(f"the parameter {name} is too large for a float64") from None

    def _hidden_sizes(self) -> list[int]:
        sizes = self.hidden_layer_sizes
        sizes = list(sizes) if np.iterable(sizes) else [sizes]
        if not all(isinstance(size, Integral) and not isinstance(size, bool) and size > 0 for size in sizes):
            raise ValueError(f"hidden_layer_sizes must be integers > 0, got {sizes}.")
        if any(size >= 2**63 for size in sizes):
            raise ValueError(f"hidden_layer_sizes are too large for any memory: {sizes}")
        return [int(size) for size in sizes]

    def _check_activations(self, hidden: list[int]) -> None:
        """Refuse names that there are not, and another number of them than there are hidden layers."""
        if isinstance(self.activation, str) and self.activation in ACTIVATION_NAMES:
            return
        if not isinstance(self.activation, list | tuple):
            self._validate_params()  # it raises; scikit-learn does not call it for a later partial_fit
            return
        for name in self.activation:
            if not (isinstance(name, str) and name in ACTIVATION_NAMES):
                known = ", ".join(sorted(ACTIVATION_NAMES))
                raise ValueError(f"activation has {name!r} among its names; expected some of {known}")
        if len(self.activation) != len(hidden):
            raise ValueError(
                f"activation must be one name, or one for each of the {len(hidden)} hidden layer(s) of "
                f"hidden_layer_sizes; got {len(self.activation)} names"
            )
