"""The road of a Perceptron's fit: initial weights, seeds, held-out rows, the way into the core."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.utils import check_random_state, compute_class_weight
from sklearn.utils.multiclass import _check_partial_fit_first_call, check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data

from rosenblatt.memory import check_memory
from rosenblatt.perceptron_tasks import UnitTasks
from rosenblatt.perceptron_units import Unit, threads_for, train_units
from rosenblatt.plain_arrays import DTYPES
from rosenblatt.sklearn_callbacks import CallbackSupport, FitTasks, begun_tasks
from rosenblatt.sparse import compressed_rows

__all__ = ["PerceptronTraining"]

Array = NDArray[Any]

_LARGEST_SEED = np.iinfo(np.int32).max


class PerceptronTraining(CallbackSupport, BaseEstimator):  # type: ignore[misc]
    """Base of Perceptron; not to be used by itself."""

    # Set by fit. Declared for the reader and for mypy; scikit-learn's checks want them absent before.
    classes_: Array
    coef_: Any  # an array, or a sparse matrix after sparsify()
    intercept_: Array
    n_iter_: int
    t_: float
    _tasks: FitTasks

    # A fit runs on a copy, whose attributes are taken over at the end: one that fails leaves the estimator
    # as it was.

    def _copy(self) -> Self:
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        return copy

    def _candidate(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None) -> Self:
        # How many epochs it will take to converge, and for how many units, is not known in advance.
        tasks = begun_tasks(self, X, y, sample_weight, None)
        candidate = self._copy()
        if tasks is not None:
            candidate._tasks = tasks
        return candidate

    def _become(self, candidate: Self) -> Self:
        tasks = candidate.__dict__.pop("_tasks", None)
        self.__dict__ = candidate.__dict__
        if tasks is not None:
            tasks.end(self._copy)
        return self

    def _fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        coef_init: ArrayLike | None,
        intercept_init: ArrayLike | None,
        sample_weight: ArrayLike | None,
    ) -> None:
        rows, targets = self._validated(X, y, reset=True)
        self.classes_, labels = np.unique(targets, return_inverse=True)
        self._check_classes()
        if self.warm_start and hasattr(self, "coef_"):
            coef_init = self.coef_ if coef_init is None else coef_init
            intercept_init = self.intercept_ if intercept_init is None else intercept_init
        self._begin(rows, coef_init, intercept_init)
        is_interrupted = self._train(rows, targets, labels, sample_weight, int(self.max_iter))
        if not is_interrupted and self.tol is not None and self.n_iter_ == self.max_iter:
            warnings.warn(
                f"The training reached max_iter={self.max_iter} epochs before it converged. A larger "
                "max_iter may improve the fit.",
                ConvergenceWarning,
                stacklevel=4,
            )

    def _partial_fit(
        self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None, sample_weight: ArrayLike | None
    ) -> None:
        is_first = not hasattr(self, "classes_")
        if is_first and self.early_stopping:
            raise ValueError("early_stopping should be False with partial_fit")
        if is_first and self.class_weight == "balanced":
            raise ValueError(
                "class_weight 'balanced' needs all rows at once and is not supported by partial_fit; "
                "pass the result of sklearn.utils.compute_class_weight as a dict instead"
            )
        rows, targets = self._validated(X, y, reset=is_first)
        _check_partial_fit_first_call(self, classes)
        self._check_classes()
        labels = self._labels(targets)
        if is_first:
            self._begin(rows, None, None)
        else:
            self._go_on(rows)
        self._train(rows, targets, labels, sample_weight, 1)

    def _validated(self, X: ArrayLike, y: ArrayLike, reset: bool) -> tuple[Any, Array]:
        rows, targets = validate_data(self, X, y, accept_sparse=["csr", "csc"], dtype=DTYPES, reset=reset)
        check_classification_targets(targets)
        return compressed_rows(rows), targets

    def _check_classes(self) -> None:
        if len(self.classes_) < 2:
            raise ValueError(
                "The number of classes has to be greater than one; got "
                f"{len(self.classes_)} class{'es' if len(self.classes_) != 1 else ''}: {self.classes_}"
            )

    def _labels(self, y: Array) -> Array:
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(f"y has classes {unknown} that are not in classes, {self.classes_}")
        return np.searchsorted(self.classes_, y)

    def _begin(self, X: Any, coef_init: ArrayLike | None, intercept_init: ArrayLike | None) -> None:
        """Weights and biases to begin with."""
        dtype = np.dtype(np.float32 if X.dtype == np.float32 else np.float64)
        units = 1 if len(self.classes_) == 2 else len(self.classes_)
        self._check_memory(units, X, dtype)
        self.coef_ = np.zeros((units, X.shape[1]), dtype)
        self.intercept_ = np.zeros(units, dtype)
        self._set_initial("coef_init", coef_init, self.coef_)
        self._set_initial("intercept_init", intercept_init, self.intercept_)
        self.t_ = 1.0

    def _set_initial(self, name: str, init: ArrayLike | None, values: Array) -> None:
        if init is None:
            return
        if issparse(init):
            raise ValueError(f"{name} must be an array, not a sparse matrix; densify() makes coef_ one")
        given = np.asarray(init, dtype=values.dtype)
        # As in scikit-learn, the weights of a single unit may have any shape, and its bias may have none.
        single = given.size == values.size and (values.ndim == 2 or given.ndim == 0)
        if given.shape != values.shape and not (len(values) == 1 and single):
            raise ValueError(
                f"{name} has the shape {given.shape}, which does not match the dataset; "
                f"expected {values.shape}"
            )
        values[...] = given.reshape(values.shape)

    def _go_on(self, X: Any) -> None:
        """Weights and biases of the call before, which are not to change should this one fail."""
        if issparse(self.coef_):
            # scikit-learn's errors: it finds no ravel(), or no buffer.
            error = AttributeError if self.coef_.shape[0] == 1 else TypeError
            raise error("coef_ is sparse; call densify() before partial_fit")
        self._check_memory(len(self.coef_), X, self.coef_.dtype)
        self.coef_, self.intercept_ = self.coef_.copy(), self.intercept_.copy()

    def _check_memory(self, units: int, X: Any, dtype: np.dtype[Any]) -> None:
        """Whether there is room for the weights and for what the core keeps for each unit in training.

        Those are the weights as of the last epoch, with an L1 penalty what each has been penalized, and
        with an L2 penalty which of them are 0.
        """
        columns = X.shape[1]
        threads = threads_for(self.n_jobs, units, X, is_verbose=bool(self.verbose))
        numbers = units + threads * (2 if self.penalty in ("l1", "elasticnet") else 1)
        flags = threads if self.penalty in ("l2", "elasticnet") else 0
        check_memory(
            columns * (numbers * dtype.itemsize + flags),
            f"coef_ of {units} x {columns} {dtype.name} weights, and to train them,",
        )

    def _train(self, X: Any, y: Array, labels: Array, sample_weight: ArrayLike | None, max_iter: int) -> bool:
        """Train all units for at most max_iter epochs; True if the user interrupted it."""
        dtype = self.coef_.dtype
        class_weight = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        weights = None
        if sample_weight is not None:
            weights = np.require(_check_sample_weight(sample_weight, X, dtype=dtype), requirements=["C", "A"])
        units, validation = self._units(labels, class_weight, weights)
        tasks = UnitTasks(self, self._tasks, units, len(y), max_iter) if "_tasks" in self.__dict__ else None
        if tasks is not None:
            tasks.begin()
        train_units(
            units,
            X,
            weights,
            validation,
            n_jobs=self.n_jobs if tasks is None else 1,
            penalty=self.penalty,
            alpha=float(self.alpha),
            l1_ratio=float(self.l1_ratio),
            fit_intercept=bool(self.fit_intercept),
            max_iter=min(max_iter, sys.maxsize),
            tol=-np.inf if self.tol is None else float(self.tol),
            shuffle=bool(self.shuffle),
            eta0=float(self.eta0),
            early_stopping=bool(self.early_stopping),
            n_iter_no_change=min(int(self.n_iter_no_change), sys.maxsize),
            on_epoch=self._print_epoch if self.verbose else None,
            tasks=tasks,
        )
        for unit in units:
            if unit.ending == "overflow":
                raise ValueError(
                    f"Floating-point overflow in epoch {unit.n_iter}. Scaling the input, with "
                    "StandardScaler or MinMaxScaler, might help."
                )
        intercepts = [unit.intercept for unit in units]
        # As in scikit-learn: a single bias is handed over as it was trained, in double precision.
        self.intercept_ = np.array(intercepts, dtype if len(units) > 1 else np.float64)
        self.n_iter_ = max(unit.n_iter for unit in units)
        self.t_ += self.n_iter_ * X.shape[0]
        is_interrupted = any(unit.ending == "interrupted" for unit in units)
        if tasks is not None:
            tasks.end()
        if is_interrupted and (tasks is None or not tasks.is_stopped):
            warnings.warn("Training interrupted by user.", stacklevel=5)
        return is_interrupted

    def _units(
        self, labels: Array, class_weight: Array, weights: Array | None
    ) -> tuple[list[Unit], Array | None]:
        """The units, and a mask of the rows held out.

        Seeds are drawn in the order of scikit-learn, whose data sets draw one too and do not use it.
        """
        random = check_random_state(self.random_state)
        if len(self.classes_) == 2:
            random.randint(1, _LARGEST_SEED)
            validation = self._held_out(labels, weights)
            seed = random.randint(_LARGEST_SEED)
            return [self._unit(0, labels == 1, seed, class_weight[1], class_weight[0])], validation
        validation = self._held_out(labels, weights)
        units = []
        for i, seed_of_class in enumerate(random.randint(_LARGEST_SEED, size=len(self.classes_))):
            own = np.random.RandomState(seed_of_class)
            own.randint(1, _LARGEST_SEED)
            units.append(self._unit(i, labels == i, own.randint(_LARGEST_SEED), class_weight[i], 1.0))
        return units, validation

    def _unit(self, i: int, is_positive: Array, seed: int, positive: float, negative: float) -> Unit:
        y = np.where(is_positive, np.int8(1), np.int8(-1))
        return Unit(self.coef_[i], float(self.intercept_[i]), y, seed, positive, negative)

    def _held_out(self, labels: Array, weights: Array | None) -> Array | None:
        """A mask of the rows held out for early stopping."""
        if not self.early_stopping:
            return None
        split = StratifiedShuffleSplit(test_size=self.validation_fraction, random_state=self.random_state)
        _, held_out = next(split.split(np.zeros((len(labels), 1)), labels))
        if weights is not None and not np.any(weights[held_out] > 0):
            raise ValueError(
                "The sample weights for validation set are all zero, consider using a different random state."
            )
        mask = np.zeros(len(labels), np.uint8)
        mask[held_out] = 1
        return mask

    def _print_epoch(
        self, number: int, loss: float, objective: float, wrong: int, score: float, *_: float
    ) -> bool:
        held_out = f", validation score {score:f}" if self.early_stopping else ""
        print(f"Epoch {number}: loss {loss:f}, objective {objective:f}, {wrong} rows wrong{held_out}")
        return False
