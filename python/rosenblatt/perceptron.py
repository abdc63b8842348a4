"""Perceptron: scikit-learn's estimator of this name, trained by the C++ core."""

from __future__ import annotations

import sys
import warnings
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.utils import check_random_state, compute_class_weight
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import _check_partial_fit_first_call, check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from rosenblatt.perceptron_units import Unit, train_units

__all__ = ["Perceptron"]

Array = NDArray[Any]

# Bytes are trained as they lie and converted row by row; anything else becomes float64.
_DTYPES = [np.float64, np.float32, np.uint8]

_LARGEST_SEED = np.iinfo(np.int32).max

# Rows of bytes that are converted at a time to be classified: a few megabytes for images.
_BLOCK = 1024


class Perceptron(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Single-layer perceptron that tells classes apart: one linear unit, or one a class.

    Takes the place of scikit-learn's class of this name: same parameters, same attributes, and for the
    same random_state the same order of rows, the same updates and, bit for bit, the same weights. Two
    classes share one unit, which answers the second class for a positive net input; more classes get a
    unit each, trained against all others, and the largest net input wins.

    Parameters
    ----------
    penalty : {'l2', 'l1', 'elasticnet'} or None, default=None
        Penalty on the weights.
    alpha : float, default=0.0001
        Strength of the penalty.
    l1_ratio : float, default=0.15
        Share of 'l1' in 'elasticnet', from 0 to 1.
    fit_intercept : bool, default=True
        Whether the bias is learned; else it stays where it begins, which is 0.
    max_iter : int, default=1000
        Epochs at most.
    tol : float or None, default=1e-3
        The training ends when the objective (with early_stopping, the accuracy on the rows held out) has
        not improved by at least tol for n_iter_no_change epochs. None: only after max_iter epochs.
    shuffle : bool, default=True
        Whether every epoch permutes the rows.
    verbose : int, default=0
        Whether to print a line after every epoch.
    eta0 : float, default=1.0
        The learning rate η.
    n_jobs : int or None, default=None
        Threads over which the units of several classes are spread, -1 for all cores; the result does not
        depend on it. None: a ``joblib.parallel_config`` around, else, unlike in scikit-learn,
        ``OMP_NUM_THREADS`` or all cores of this process; but one thread for little data or with verbose.
    random_state : int, RandomState or None, default=0
        Seed of the permutations and of the rows held out.
    early_stopping : bool, default=False
        Whether to hold out a stratified share of the rows and to watch the accuracy on it.
    validation_fraction : float, default=0.1
        That share, between 0 and 1.
    n_iter_no_change : int, default=5
        Epochs without improvement after which the training ends.
    class_weight : dict, 'balanced' or None, default=None
        Factor of the updates by rows of a class; 'balanced' is rows / (classes * rows of the class).
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the fit before.

    Attributes
    ----------
    classes_ : ndarray of shape (classes,)
        The classes, sorted.
    coef_ : ndarray of shape (1, columns) or (classes, columns)
        Wᵀ, float32 if X was, else float64.
    intercept_ : ndarray of shape (1,) or (classes,)
        b.
    n_iter_ : int
        Epochs run; with several classes, those of the unit that took longest.
    t_ : float
        1 plus n_iter_ times the number of rows, over all calls of `partial_fit`.
    n_features_in_, feature_names_in_ : int, ndarray of str
        Columns of X, and their names where X has names.

    Raises
    ------
    ValueError
        For parameters out of range, X or y with wrong shapes, NaN or infinity, a single class, and where
        the training leaves the range of floating-point numbers. The estimator then is as it was before.
    TypeError
        For sparse X.

    See Also
    --------
    Network.perceptron_rule : The textbook's rule, for units that look at 0 and 1.
    MLPClassifier : Several layers.

    Notes
    -----
    The textbook's perceptron rule (equation 6) is

        θ ← θ + η [1 x]ᵀ (y − a),  a = HardLimit(n),  n = [1 x] θ,

    with y = 0 or 1 and HardLimit(0) = 1. Scikit-learn, and this class, let y be −1 or 1 and update

        θ ← θ + η [1 x]ᵀ y  where  y n ≤ 0.

    The two differ in one case only. An error y − a of 0 and 1 is 1 or −1 where it is not 0, just as y is,
    so both make the same step. But at n = 0 the textbook answers a = 1: a row of the positive class is
    right there and changes nothing, while here it counts as wrong and makes a step; a row of the negative
    class is wrong in both. So the textbook needs a positive row on or above the plane, this class strictly
    above it. From zero weights, where every n is 0, the first positive row makes a step only here.
    `predict` too answers the second class only for n > 0. `rosenblatt.Network` has the textbook's rule.

    No unit learns what no plane separates, such as XOR: the training then ends by tol or max_iter.

    References
    ----------
    Rosenblatt: The perceptron, a probabilistic model for information storage and organization in the
    brain, 1958.
    Tsuruoka, Tsujii, Ananiadou: Stochastic gradient descent training for L1-regularized log-linear models
    with cumulative penalty, 2009.

    Examples
    --------
    >>> from rosenblatt import Perceptron
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> model = Perceptron(tol=None, max_iter=20).fit(X, [0, 0, 0, 1])  # AND
    >>> model.predict(X)
    array([0, 0, 0, 1])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        "penalty": [StrOptions({"l2", "l1", "elasticnet"}), None],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "fit_intercept": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left"), None],
        "shuffle": ["boolean"],
        "verbose": ["verbose"],
        "eta0": [Interval(Real, 0, None, closed="neither")],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "warm_start": ["boolean"],
    }

    # Set by fit. Declared for the reader and for mypy; scikit-learn's checks want them absent before.
    classes_: Array
    coef_: Array
    intercept_: Array
    n_iter_: int
    t_: float

    def __init__(
        self,
        *,
        penalty: str | None = None,
        alpha: float = 0.0001,
        l1_ratio: float = 0.15,
        fit_intercept: bool = True,
        max_iter: int = 1000,
        tol: float | None = 1e-3,
        shuffle: bool = True,
        verbose: int = 0,
        eta0: float = 1.0,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 5,
        class_weight: dict[Any, float] | str | None = None,
        warm_start: bool = False,
    ) -> None:
        self.penalty = penalty
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.shuffle = shuffle
        self.verbose = verbose
        self.eta0 = eta0
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.class_weight = class_weight
        self.warm_start = warm_start

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        coef_init: ArrayLike | None = None,
        intercept_init: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train on rows and their classes.

        Parameters
        ----------
        X : array-like of shape (rows, columns)
            float32 is trained in float32; uint8 is read as it is; anything else becomes float64.
        y : array-like of shape (rows,)
            Classes of any sortable kind, at least two.
        coef_init : array-like of shape (1, columns) or (classes, columns), default=None
            Weights to begin with; None: those of the fit before with warm_start, else 0.
        intercept_init : array-like of shape (1,) or (classes,), default=None
            Biases to begin with, likewise.
        sample_weight : array-like of shape (rows,), default=None
            Factor of each row's updates, on top of class_weight; None: 1.

        Returns
        -------
        Perceptron
            The estimator itself.

        Examples
        --------
        >>> from rosenblatt import Perceptron
        >>> Perceptron().fit([[-1.0], [1.0]], ["no", "yes"]).classes_
        array(['no', 'yes'], dtype='<U3')
        """
        candidate = self._copy()
        candidate._fit(X, y, coef_init, intercept_init, sample_weight)
        self.__dict__ = candidate.__dict__
        return self

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train for one epoch, going on from the weights there are.

        Parameters
        ----------
        X : array-like of shape (rows, columns)
            Rows, as for `fit`; later calls train in the dtype of the first.
        y : array-like of shape (rows,)
            Their classes, which need not be all of `classes`.
        classes : array-like of shape (classes,), default=None
            All classes that will ever come; needed in the first call.
        sample_weight : array-like of shape (rows,), default=None
            Factor of each row's updates, on top of class_weight; None: 1.

        Returns
        -------
        Perceptron
            The estimator itself.

        Examples
        --------
        >>> from rosenblatt import Perceptron
        >>> model = Perceptron().partial_fit([[-1.0]], ["no"], classes=["no", "yes"])
        >>> model.partial_fit([[1.0]], ["yes"]).predict([[2.0]])
        array(['yes'], dtype='<U3')
        """
        candidate = self._copy()
        candidate._partial_fit(X, y, classes, sample_weight)
        self.__dict__ = candidate.__dict__
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Compute the net inputs.

        Parameters
        ----------
        X : array-like of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows,) or (rows, classes)
            n = b + xW; with two classes, positive for the second.

        Examples
        --------
        >>> from rosenblatt import Perceptron
        >>> Perceptron().fit([[-1.0], [1.0]], [0, 1]).decision_function([[-1.0], [1.0]])
        array([-2.,  2.])
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=_DTYPES, reset=False)
        # A table of bytes is converted block by block: a copy of it all would take eight times its memory.
        step = _BLOCK if rows.dtype == np.uint8 else len(rows)
        n = np.empty((len(rows), len(self.coef_)), np.result_type(self.coef_, self.intercept_, rows))
        for begin in range(0, len(rows), step):
            n[begin : begin + step] = rows[begin : begin + step] @ self.coef_.T + self.intercept_
        return n[:, 0] if n.shape[1] == 1 else n

    def predict(self, X: ArrayLike) -> Array:
        """Predict the class of each row.

        Parameters
        ----------
        X : array-like of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows,)
            The classes, as they were named in y.

        Examples
        --------
        >>> from rosenblatt import Perceptron
        >>> Perceptron().fit([[-1.0], [1.0]], ["no", "yes"]).predict([[-3.0], [2.0]])
        array(['no', 'yes'], dtype='<U3')
        """
        n = self.decision_function(X)
        labels = n.argmax(axis=1) if n.ndim == 2 else (n > 0).astype(np.intp)
        return np.asarray(self.classes_[labels])

    # The road of a fit. It runs on a copy, whose attributes are taken over at the end: a fit that fails
    # leaves the estimator as it was.

    def _copy(self) -> Self:
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        return copy

    def _fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        coef_init: ArrayLike | None,
        intercept_init: ArrayLike | None,
        sample_weight: ArrayLike | None,
    ) -> None:
        rows, targets = validate_data(self, X, y, dtype=_DTYPES)
        check_classification_targets(targets)
        self.classes_, labels = np.unique(targets, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"The number of classes has to be greater than one; got 1 class, {self.classes_[0]!r}"
            )
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
        rows, targets = validate_data(self, X, y, dtype=_DTYPES, reset=is_first)
        check_classification_targets(targets)
        _check_partial_fit_first_call(self, classes)
        if len(self.classes_) < 2:
            raise ValueError("The number of classes has to be greater than one; got 1 class")
        unknown = np.setdiff1d(targets, self.classes_)
        if len(unknown):
            raise ValueError(f"y has classes {unknown} that are not in classes, {self.classes_}")
        labels = np.searchsorted(self.classes_, targets)
        if is_first:
            self._begin(rows, None, None)
        else:
            self.coef_, self.intercept_ = self.coef_.copy(), self.intercept_.copy()
        self._train(rows, targets, labels, sample_weight, 1)

    def _begin(self, X: Array, coef_init: ArrayLike | None, intercept_init: ArrayLike | None) -> None:
        """Weights and biases to begin with."""
        dtype = np.dtype(np.float32 if X.dtype == np.float32 else np.float64)
        units = 1 if len(self.classes_) == 2 else len(self.classes_)
        self.coef_ = np.zeros((units, X.shape[1]), dtype)
        self.intercept_ = np.zeros(units, dtype)
        inits = [("coef_init", coef_init, self.coef_), ("intercept_init", intercept_init, self.intercept_)]
        for name, init, values in inits:
            given = values if init is None else np.asarray(init, dtype=dtype)
            if given.shape != values.shape and (units > 1 or given.size != values.size):
                raise ValueError(
                    f"{name} has the shape {given.shape}, which does not match the dataset; "
                    f"expected {values.shape}"
                )
            values[...] = given.reshape(values.shape)
        self.t_ = 1.0

    def _train(
        self, X: Array, y: Array, labels: Array, sample_weight: ArrayLike | None, max_iter: int
    ) -> bool:
        """Train all units for at most max_iter epochs; True if the user interrupted it."""
        dtype = self.coef_.dtype
        class_weight = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        weights = None
        if sample_weight is not None:
            weights = np.ascontiguousarray(_check_sample_weight(sample_weight, X, dtype=dtype))
        units, validation = self._units(labels, class_weight, weights)
        train_units(
            units,
            X,
            weights,
            validation,
            n_jobs=self.n_jobs,
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
        self.t_ += self.n_iter_ * len(X)
        is_interrupted = any(unit.ending == "interrupted" for unit in units)
        if is_interrupted:
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

    def _print_epoch(self, number: int, loss: float, objective: float, wrong: int, score: float) -> None:
        held_out = f", validation score {score:f}" if self.early_stopping else ""
        print(f"Epoch {number}: loss {loss:f}, objective {objective:f}, {wrong} rows wrong{held_out}")
