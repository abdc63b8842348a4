"""A cell of the grid: which estimator learns what, and with which parameters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import sklearn

EPOCHS = 20
FITS = 2  # that share the epochs with warm_start

CLASSES = ("binary", "multiclass", "multilabel")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What the cells of all estimators have. Defaults are the plain case."""

    dtype: str
    target: str
    storage: str = "dense"
    sample_weight: str = "none"
    calls: str = "fit"
    shuffle: bool = True

    names_it: ClassVar[tuple[str, ...]]
    """What its name begins with."""

    def __str__(self) -> str:
        """Name it by what every cell is named by, and by what is not plain."""
        special = [
            f"{field.name}={getattr(self, field.name)}".replace(" ", "")
            for field in fields(self)
            if field.name not in self.names_it and getattr(self, field.name) != field.default
        ]
        return "-".join([*(str(getattr(self, name)) for name in self.names_it), *special])

    @property
    def is_classification(self) -> bool:
        return self.target in CLASSES


@dataclass(frozen=True, kw_only=True)
class Network(Cell):
    """A training of MLPClassifier or MLPRegressor."""

    solver: str
    activation: str = "relu"
    hidden: tuple[int, ...] = (20,)
    alpha: float = 1e-4
    stopping: str = "never"
    batch_size: int | str = "auto"
    learning_rate: str = "constant"
    momentum: str = "nesterov"
    betas: tuple[float, float] = (0.9, 0.999)

    names_it = ("solver", "dtype", "target", "activation")

    @property
    def estimator(self) -> str:
        return "MLPClassifier" if self.is_classification else "MLPRegressor"

    def parameters(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {
            "hidden_layer_sizes": self.hidden,
            "activation": self.activation,
            "solver": self.solver,
            "alpha": self.alpha,
            "random_state": 0,
            "max_iter": EPOCHS // FITS if self.calls == "warm_start" else EPOCHS,
            "warm_start": self.calls == "warm_start",
            **_STOPPINGS[self.stopping],
        }
        if "poisson" in self.target:
            chosen["loss"] = "poisson"
        if self.solver != "lbfgs":
            chosen |= {"batch_size": self.batch_size, "shuffle": self.shuffle}
            chosen["learning_rate_init"] = _RATES["poisson" if "poisson" in self.target else self.solver]
        if self.solver == "sgd":
            chosen |= {"learning_rate": self.learning_rate, **_MOMENTA[self.momentum]}
        if self.solver == "adam":
            chosen["beta_1"], chosen["beta_2"] = self.betas
        return chosen


_RATES = {"sgd": 0.02, "adam": 0.005, "poisson": 0.002}  # exp makes larger steps diverge
_STOPPINGS: dict[str, dict[str, Any]] = {
    "never": {"tol": 0},
    "tol": {"tol": 0.02, "n_iter_no_change": 2},
    "early_stopping": {"early_stopping": True, "validation_fraction": 0.2, "n_iter_no_change": 3},
    "max_fun": {"tol": 0, "max_fun": 10},
    "minimum": {"tol": 1e-5, "max_iter": 1000},
}
_MOMENTA: dict[str, dict[str, Any]] = {
    "nesterov": {"momentum": 0.9, "nesterovs_momentum": True},
    "plain": {"momentum": 0.9, "nesterovs_momentum": False},
    "none": {"momentum": 0},
}


# As rosenblatt does; before 1.8, scikit-learn ended the training of a perceptron by the loss alone.
_WATCHES_THE_PENALTY = tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 8)


@dataclass(frozen=True, kw_only=True)
class Perceptron(Cell):
    """A training of Perceptron."""

    penalty: str | None
    early_stopping: bool = False
    fit_intercept: bool = True

    estimator: ClassVar = "Perceptron"
    names_it = ("estimator", "penalty", "dtype", "target")

    def parameters(self) -> dict[str, Any]:
        return {
            "penalty": self.penalty,
            "alpha": 1e-3,
            "shuffle": self.shuffle,
            "early_stopping": self.early_stopping,
            "fit_intercept": self.fit_intercept,
            "warm_start": self.calls == "warm_start",
            "max_iter": EPOCHS,
            "tol": None if self.penalty and not _WATCHES_THE_PENALTY else 1e-3,
        }
