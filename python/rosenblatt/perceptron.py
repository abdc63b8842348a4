"""Perceptron: scikit-learn's estimator of this name, trained by the C++ core."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn import linear_model
from sklearn.base import _fit_context
from sklearn.utils._param_validation import Interval, StrOptions

from rosenblatt.perceptron_docs import ATTRIBUTES_DOC, NOTES_DOC, PARAMETERS_DOC
from rosenblatt.perceptron_exchange import other_perceptron
from rosenblatt.perceptron_gradient import largest_error
from rosenblatt.perceptron_prediction import PerceptronPrediction
from rosenblatt.perceptron_training import PerceptronTraining

__all__ = ["Perceptron"]


class Perceptron(PerceptronPrediction, PerceptronTraining):  # noqa: D101 (its docstring is composed)
    __doc__ = f"""Single-layer perceptron that tells classes apart: one linear unit, or one a class.

    Takes the place of scikit-learn's class of this name: same parameters, same attributes, and for the
    same random_state the same order of rows, the same updates and, bit for bit, the same weights. Two
    classes share one unit, which answers the second class for a positive net input; more classes get a
    unit each, trained against all others, and the largest net input wins. X may be sparse.
{PARAMETERS_DOC}{ATTRIBUTES_DOC}
    Raises
    ------
    ValueError
        For parameters out of range, X or y with wrong shapes, NaN or infinity, a single class, and where
        the training leaves the range of floating-point numbers. The estimator then is as it was before.
    MemoryError
        Where the weights do not fit into the memory that is free, as those of a sparse X that claims
        billions of columns.

    See Also
    --------
    Network.perceptron_rule : The textbook's rule, for units that look at 0 and 1.
    MLPClassifier : Several layers.
{NOTES_DOC}
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

    # What scikit-learn's class has as attributes, because SGDClassifier has them as parameters.
    loss = "perceptron"
    learning_rate = "constant"
    power_t = 0.5
    epsilon = 0.1
    average = False

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
        X : array-like, or sparse matrix or array, of shape (rows, columns)
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
        candidate = self._candidate(X, y, sample_weight)
        candidate._fit(X, y, coef_init, intercept_init, sample_weight)
        return self._become(candidate)

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
        X : array-like, or sparse matrix or array, of shape (rows, columns)
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
        candidate = self._candidate(X, y, sample_weight)
        candidate._partial_fit(X, y, classes, sample_weight)
        return self._become(candidate)

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def gradient_check(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Compare the updates that the core makes with the slope of what they are to minimize.

        For unit i, whose y is 1 for its class and −1 for the others, that is

            F(w, b) = 1/rows Σ c max(0, −y n) + alpha ((1 − r)/2 |w|² + r |w|₁),  n = b + x wᵀ,

        where c is the row's weight times that of its class, and r is l1_ratio, or 1 for the penalty 'l1',
        0 for 'l2'. Its subgradient is the mean of the moves (w, b) → (w, b) − η g that the core makes of
        each row by itself with a small η, beginning with the weights there are (normal random ones if there
        are none). That is compared with the central differences d = (F(θ + h) − F(θ − h)) / 2h for each
        weight and bias θ and h = 1e-4, 1e-5, 1e-6 and 1e-7 times the unit's largest |θ|. The least error
        counts, so that a bend of F between θ − h and θ + h does not. At a bend itself the rule takes one of
        many slopes: a row with n = 0 counts twice in F if it is updated, else not, and where |w|₁ bends, at
        w = 0, d is the slope nearest to g.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows.
        y : array-like of shape (rows,)
            Their classes.
        sample_weight : array-like of shape (rows,), default=None
            Weight of each row; None: 1.

        Returns
        -------
        float
            The largest |g − d| / max(|g|, |d|, 1e-3 G) of all weights and biases, G being the largest |g|.
            All is computed in float64; rounding leaves less than 1e-5.

        Examples
        --------
        >>> from rosenblatt import Perceptron
        >>> X = [[0.2, 0.1], [0.3, 0.9], [0.8, 0.2], [0.7, 0.9]]
        >>> Perceptron(penalty="l2").gradient_check(X, [0, 0, 0, 1]) < 1e-6
        True
        """
        return largest_error(self, X, y, sample_weight)

    def to_sklearn(self) -> linear_model.Perceptron:
        """Make scikit-learn's Perceptron of this one.

        Returns
        -------
        sklearn.linear_model.Perceptron
            With the same parameters and, if this one is fitted, the same attributes. It predicts the same,
            and `partial_fit` goes on with it as with this one. Nothing is shared.

        Examples
        --------
        >>> from rosenblatt import Perceptron
        >>> model = Perceptron(eta0=0.5).fit([[-1.0], [1.0]], [0, 1]).to_sklearn()
        >>> type(model).__module__, model.eta0, model.predict([[3.0]])
        ('sklearn.linear_model._perceptron', 0.5, array([1]))
        """
        return other_perceptron(self, linear_model.Perceptron)

    @classmethod
    def from_sklearn(cls, estimator: linear_model.Perceptron) -> Self:
        """Make a Perceptron of scikit-learn's.

        Parameters
        ----------
        estimator : sklearn.linear_model.Perceptron
            Fitted or not.

        Returns
        -------
        Perceptron
            With the same parameters and attributes, of the class that this was called on. Nothing is shared.

        Raises
        ------
        TypeError
            For anything else than scikit-learn's Perceptron.

        Examples
        --------
        >>> from sklearn import linear_model
        >>> from rosenblatt import Perceptron
        >>> theirs = linear_model.Perceptron().fit([[-1.0], [1.0]], [0, 1])
        >>> Perceptron.from_sklearn(theirs).predict([[3.0]])
        array([1])
        """
        if not isinstance(estimator, linear_model.Perceptron):
            raise TypeError(
                f"estimator must be a sklearn.linear_model.Perceptron, not {type(estimator).__qualname__}"
            )
        other: Self = other_perceptron(estimator, cls)
        return other

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
