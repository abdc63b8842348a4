"""What MLPClassifier and MLPRegressor share: parameters, initial weights, the road into the core."""

from __future__ import annotations

import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain, pairwise
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from rosenblatt.callbacks import Callback, EpochState
from rosenblatt.parameters import satisfy_constraints
from rosenblatt.plain_arrays import DTYPES, is_plain, validated
from rosenblatt.precision import PRECISIONS, Array, CoreNetwork
from rosenblatt.random_state import Random, continued, seeded
from rosenblatt.sparse import compressed_rows
from rosenblatt.threads import thread_count

__all__ = ["MLP"]

# scikit-learn's names of the activations, and the textbook's.
_ACTIVATIONS = {
    "identity": "Linear",
    "logistic": "Sigmoid",
    "tanh": "Tanh",
    "relu": "ReLU",
    "softmax": "Softmax",
}

# Parameters that are a number of the core.
_NUMBERS = (
    *("alpha", "learning_rate_init", "power_t", "tol", "momentum"),
    *("beta_1", "beta_2", "epsilon", "n_iter_no_change"),
)


def _is_true(answer: object) -> bool:
    """Whether it is True, also NumPy's; a number or a text that a callback happens to return is not."""
    return isinstance(answer, bool | np.bool_) and bool(answer)


class MLP(ABC, BaseEstimator):  # type: ignore[misc]
    """Base of both estimators; not to be used by itself."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions({"identity", "logistic", "tanh", "relu"})],
        "solver": [StrOptions({"sgd", "adam"})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
        "callbacks": [list, tuple, None],
        "n_threads": [Interval(Integral, 1, None, closed="left"), None],
    }

    # Set by fit. Declared for the reader and for mypy; scikit-learn's checks want them absent before.
    coefs_: list[Array]
    intercepts_: list[Array]
    loss_curve_: list[float]
    n_iter_: int
    out_activation_: str

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int | float = 10,
        callbacks: Sequence[Callback] | None = None,
        n_threads: int | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.callbacks = callbacks
        self.n_threads = n_threads

    # What the two estimators do differently.

    @abstractmethod
    def _targets(self, y: Any, dtype: np.dtype[Any], first: bool) -> tuple[Array, int]:
        """Encode y for the core (labels of int64, or a table), and tell the number of outputs."""

    @abstractmethod
    def _loss(self, outputs: int) -> dict[str, Any]:
        """Name the core's loss, its scale, and the score of early stopping."""

    @abstractmethod
    def _stratify(self, y: Array) -> Array | None:
        """Tell by what validation rows are to be stratified, if by anything."""

    # The road of a fit.

    def _validate_params(self) -> None:
        """Leave to scikit-learn what it may have to refuse."""
        if not satisfy_constraints(self):
            super()._validate_params()

    def _fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit a copy and take over its attributes: a fit that fails leaves the estimator as it was."""
        candidate = object.__new__(type(self))  # copy.copy would copy the parameters as well
        candidate.__dict__.update(self.__dict__)
        candidate._fit_in_place(X, y)
        self.__dict__ = candidate.__dict__  # not update: names of columns that are gone must go
        return self

    def _fit_in_place(self, X: Any, y: Any) -> None:
        sizes = self._hidden_sizes()
        callbacks = self._checked_callbacks()
        numbers = {name: self._number(name) for name in _NUMBERS}
        first = not (self.warm_start and hasattr(self, "coefs_"))
        X, y = validated(self, X, y, reset=first)
        dtype = np.dtype(np.float32 if X.dtype == np.float32 else np.float64)
        if not first:
            dtype = self.coefs_[0].dtype
        X = compressed_rows(X)
        if issparse(y):
            y = y.toarray()
        y, outputs = self._targets(y, dtype, first)
        random = seeded(self.random_state, for_numpy=self.early_stopping)
        network = self._initial_network([X.shape[1], *sizes, outputs], dtype, random, first)
        training, validation = self._split(y, random)
        batch_size = self._batch_size(len(training))

        trainer = PRECISIONS[dtype].trainer(
            network,
            **self._loss(outputs),
            **numbers,
            solver=self.solver,
            batch_size=batch_size,
            learning_rate=self.learning_rate,
            shuffle=bool(self.shuffle),
            nesterovs_momentum=bool(self.nesterovs_momentum),
            early_stopping=bool(self.early_stopping),
            threads=thread_count(self.n_threads),
        )
        if not first:
            trainer.resume(**self._progress)
        listen = self._listener(callbacks, trainer, len(training))
        max_iter = min(int(self.max_iter), 2**63 - 1)
        ending = "interrupted"
        # Suppressed: Ctrl-C pressed while Python code of a listener ran; the network is as of that epoch.
        with continued(random) as generator, suppress(KeyboardInterrupt):
            ending = trainer.fit(network, X, y, training, validation, max_iter, generator, listen)
        self._adopt(network, trainer, first)
        self._conclude(ending)

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

    def _checked_callbacks(self) -> list[Callback]:
        callbacks = list(self.callbacks or ())
        for callback in callbacks:
            if not callable(getattr(callback, "on_epoch_end", None)):
                raise TypeError(f"every callback needs a method on_epoch_end(state); {callback!r} has none")
        return callbacks

    def _initial_network(
        self, sizes: list[int], dtype: np.dtype[Any], random: Random, first: bool
    ) -> CoreNetwork:
        """A network with random parameters (Glorot and Bengio 2010), or with those of the fit before."""
        if not first:
            held = [self.coefs_[0].shape[0], *(coef.shape[1] for coef in self.coefs_)]
            if held != sizes:
                raise ValueError(
                    f"warm_start goes on with a network of the sizes {held}, but hidden_layer_sizes "
                    f"and y ask for {sizes}"
                )
            return self._network_of(self.coefs_, self.intercepts_)
        network: CoreNetwork = PRECISIONS[dtype].network(sizes, self._activation_names(len(sizes) - 1))
        factor = 2.0 if self.activation == "logistic" else 6.0
        for k in range(1, len(sizes)):
            theta = network.theta(k)
            bound = np.sqrt(factor / (sizes[k - 1] + sizes[k]))
            theta[1:] = random.uniform(-bound, bound, (sizes[k - 1], sizes[k]))
            theta[0] = random.uniform(-bound, bound, (sizes[k],))
        return network

    def _activation_names(self, depth: int) -> list[str]:
        return [_ACTIVATIONS[self.activation]] * (depth - 1) + [_ACTIVATIONS[self.out_activation_]]

    def _split(self, y: Array, random: Random) -> tuple[Array, Array]:
        """Rows to train on and, for early stopping, rows to validate on."""
        rows = np.arange(len(y), dtype=np.int64)
        if not self.early_stopping:
            return rows, rows[:0]
        training, validation = train_test_split(
            rows,
            random_state=random,
            test_size=self.validation_fraction,
            stratify=self._stratify(y),
        )
        if len(validation) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        return training, validation

    def _batch_size(self, rows: int) -> int:
        if isinstance(self.batch_size, str):  # "auto"
            return min(200, rows)
        if self.batch_size > rows:
            warnings.warn(
                f"batch_size={self.batch_size} is larger than the {rows} rows to train on; all rows "
                "make one batch",
                UserWarning,
                stacklevel=6,
            )
        return min(int(self.batch_size), rows)

    def _listener(
        self, callbacks: list[Callback], trainer: Any, rows: int
    ) -> Callable[[int, float, float], bool] | None:
        """What the core calls after each epoch; None where nobody listens."""
        if not callbacks and not self.verbose:
            return None
        begin = time.perf_counter()
        rate = self.learning_rate_init

        def on_epoch(n_iter: int, loss: float, score: float) -> bool:
            nonlocal rate
            if self.verbose:
                print(f"Iteration {n_iter}, loss = {loss:.8f}")
                if self.early_stopping:
                    print(f"Validation score: {score:f}")
                if self.learning_rate == "adaptive" and trainer.learning_rate != rate:
                    rate = trainer.learning_rate
                    print(f"{self._stall()} Setting learning rate to {rate:f}")
            state = EpochState(
                n_iter=n_iter,
                max_iter=int(self.max_iter),
                loss=loss,
                validation_score=score if self.early_stopping else None,
                n_samples=rows,
                seconds=time.perf_counter() - begin,
            )
            # Everybody hears of the epoch, whoever wants to stop.
            return any([_is_true(callback.on_epoch_end(state)) for callback in callbacks])  # noqa: C419

        return on_epoch

    def _stall(self) -> str:
        watched = "Validation score" if self.early_stopping else "Training loss"
        return (
            f"{watched} did not improve more than tol={self.tol:f} for {self.n_iter_no_change} "
            "consecutive epochs."
        )

    def _adopt(self, network: Any, trainer: Any, first: bool) -> None:
        """Take over what the core has trained as the fitted attributes."""
        depth = len(network.sizes) - 1
        thetas = [network.theta(k) for k in range(1, depth + 1)]
        self._network = network
        self._views = [theta[1:] for theta in thetas], [theta[0] for theta in thetas]
        self.coefs_, self.intercepts_ = (list(views) for views in self._views)
        self.n_layers_ = depth + 1
        self.n_outputs_ = network.sizes[-1]
        curve, scores = trainer.loss_curve, trainer.validation_scores
        self.n_iter_ = len(curve)
        self.loss_ = curve[-1] if curve else np.nan
        self.loss_curve_ = curve if first else [*self.loss_curve_, *curve]
        self._progress = {
            "best_loss": trainer.best_loss,
            "best_validation_score": trainer.best_validation_score,
            "no_improvement": trainer.no_improvement,
            "samples": trainer.samples,
        }
        self.t_ = int(trainer.samples)
        if self.early_stopping:
            before = None if first else self.validation_scores_
            self.validation_scores_: list[float] | None = [*(before or ()), *scores]
            self.best_validation_score_: float | None = trainer.best_validation_score
            self.best_loss_: float | None = None
        else:
            self.validation_scores_ = None
            self.best_validation_score_ = None
            self.best_loss_ = trainer.best_loss

    def _conclude(self, ending: str) -> None:
        """Say how the training ended, where that is worth a word."""
        if not all(np.isfinite(values).all() for values in [*self.coefs_, *self.intercepts_]):
            raise ValueError(
                "Solver produced non-finite parameter weights. The input data may contain large "
                "values and need to be preprocessed."
            )
        if ending == "interrupted":
            warnings.warn("Training interrupted by user.", UserWarning, stacklevel=6)
        elif ending == "diverged":
            left = "best on the validation rows" if self.early_stopping else "after that epoch"
            warnings.warn(
                f"The training diverged in epoch {self.n_iter_}: its loss is not finite. The parameters "
                f"are those {left}; a smaller learning_rate_init or scaled input may help.",
                ConvergenceWarning,
                stacklevel=6,
            )
        elif ending == "max_iter":
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the "
                "optimization hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=6,
            )
        elif ending == "converged" and self.verbose:
            is_slowest = self.solver == "sgd" and self.learning_rate == "adaptive"
            print(f"{self._stall()} {'Learning rate too small. ' if is_slowest else ''}Stopping.")

    def _network_of(self, coefs: Sequence[ArrayLike], intercepts: Sequence[ArrayLike]) -> CoreNetwork:
        """A new network of the core with these parameters, float32 if all are, else float64."""
        weights, biases = ([np.asarray(values) for values in layers] for layers in (coefs, intercepts))
        sizes = [W.shape[0] if W.ndim == 2 else None for W in weights] + [self.n_outputs_]
        shapes = list(pairwise(sizes)), [(size,) for size in sizes[1:]]
        given = [W.shape for W in weights], [b.shape for b in biases]
        if len(weights) != self.n_layers_ - 1 or given != shapes:
            raise ValueError(
                f"coefs_ and intercepts_ must make {self.n_layers_ - 1} layers with {self.n_outputs_} "
                f"output(s) in the end; their shapes are {given[0]} and {given[1]}"
            )
        is_single = all(values.dtype == np.float32 for values in [*weights, *biases])
        dtype = np.dtype(np.float32 if is_single else np.float64)
        network: CoreNetwork = PRECISIONS[dtype].network(sizes, self._activation_names(len(weights)))
        for k, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
            network.theta(k)[1:] = W
            network.theta(k)[0] = b
        return network

    def _outputs(self, X: Any) -> Array:
        """The last layer's activations for every row of X.

        coefs_ and intercepts_ are views of the network's parameters: whatever is written into them
        counts. Where the arrays themselves were replaced, or came from a pickle, the network is made
        anew from them.
        """
        if "coefs_" not in self.__dict__:
            check_is_fitted(self)  # It raises. Where it would not, it takes longer than a row.
        network = self._network
        views = [id(view) for view in chain(*self._views)]
        if views != [id(view) for view in chain(self.coefs_, self.intercepts_)]:
            network = self._network_of(self.coefs_, self.intercepts_)
        if is_plain(self, X):  # the core looks whether it is finite while it has the rows in its hands
            a, is_finite = self._predict(network, X)
            if is_finite:
                return a
        X = validate_data(self, X, accept_sparse=["csr", "csc"], dtype=DTYPES, reset=False)
        return self._predict(network, compressed_rows(X))[0]

    def _predict(self, network: CoreNetwork, X: Array) -> tuple[Array, bool]:
        """The network's answers, and whether all of X is finite."""
        threads = 1 if X.shape[0] == 1 else thread_count(self.n_threads)  # looking them up takes a few µs
        a, is_finite = network.predict(X, threads)
        return a, is_finite

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        for derived in ("_network", "_views"):
            state.pop(derived, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "coefs_" in self.__dict__:
            network = self._network_of(self.coefs_, self.intercepts_)
            thetas = [network.theta(k) for k in range(1, len(network.sizes))]
            self._network = network
            self._views = [theta[1:] for theta in thetas], [theta[0] for theta in thetas]
            self.coefs_, self.intercepts_ = (list(views) for views in self._views)
