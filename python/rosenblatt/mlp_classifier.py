"""MLPClassifier: scikit-learn's estimator, trained by the C++ core."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from rosenblatt.labels import encoded
from rosenblatt.mlp import MLP
from rosenblatt.mlp_docs import PARAMETERS_DOC, RAISES_DOC
from rosenblatt.precision import Array

__all__ = ["MLPClassifier"]


class MLPClassifier(ClassifierMixin, MLP):  # type: ignore[misc]  # noqa: D101 (its docstring is composed)
    __doc__ = f"""Multi-layer perceptron that tells classes apart, trained on the log-loss.

    Takes the place of scikit-learn's class of this name: same parameters, same attributes, and for the
    same random_state the same training.
{PARAMETERS_DOC}
    classes_ : ndarray
        The classes, sorted.
{RAISES_DOC}
    See Also
    --------
    MLPRegressor : For numbers instead of classes.
    Perceptron : A single layer, trained by the perceptron rule.

    References
    ----------
    Rumelhart, Hinton, Williams: Learning representations by back-propagating errors, 1986.
    Kingma, Ba: Adam, a method for stochastic optimization, 2015.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from sklearn.datasets import make_moons
    >>> X, y = make_moons(200, noise=0.1, random_state=0)
    >>> model = MLPClassifier((16,), learning_rate_init=0.05, max_iter=300, random_state=0).fit(X, y)
    >>> model.score(X, y)
    1.0
    >>> model.predict_proba(X[:2]).shape
    (2, 2)
    """

    classes_: Array
    _is_multilabel: bool

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on rows and their classes.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            float32 is trained in float32; uint8 is read as it is; anything else becomes float64. Sparse
            rows (CSR) stay sparse; other sparse forms are converted to them.
        y : array-like of shape (rows,) or (rows, labels)
            Classes of any sortable kind, or a table of 0 and 1 for several labels at once.

        Returns
        -------
        MLPClassifier
            The estimator itself.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> MLPClassifier((2,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], ["no", "yes"]).classes_
        array(['no', 'yes'], dtype='<U3')
        """
        return self._fit(X, y)

    def predict(self, X: ArrayLike) -> Array:
        """Predict the class of each row.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows,) or (rows, labels)
            The classes, as they were named in y.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> model = MLPClassifier((4,), learning_rate_init=0.1, random_state=0)
        >>> model.fit([[0.0], [1.0]], ["no", "yes"]).predict([[-1.0], [2.0]])
        array(['no', 'yes'], dtype='<U3')
        """
        a = self._outputs(X)
        if self._is_multilabel:
            return np.asarray(a > 0.5, dtype=np.int64)
        if a.shape[1] == 1:
            # With one class only, all rows belong to it.
            return np.asarray(self.classes_[np.minimum(a[:, 0] > 0.5, len(self.classes_) - 1)])
        return np.asarray(self.classes_[a.argmax(axis=1)])

    def predict_proba(self, X: ArrayLike) -> Array:
        """Estimate the probability of each class.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows, classes) or (rows, labels)
            Probabilities in the order of `classes_`, in the dtype of the parameters.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> model = MLPClassifier((4,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], ["no", "yes"])
        >>> model.predict_proba([[0.5]]).sum().round(6)
        np.float64(1.0)
        """
        a = self._outputs(X)
        if a.shape[1] > 1 or self._is_multilabel:
            return a
        if len(self.classes_) == 1:
            return np.ones_like(a)
        return np.hstack([1 - a, a])

    def predict_log_proba(self, X: ArrayLike) -> Array:
        """Estimate the logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows, classes) or (rows, labels)
            ``log(predict_proba(X))``; minus infinity for a probability of 0.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> model = MLPClassifier((4,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], ["no", "yes"])
        >>> bool((model.predict_log_proba([[0.5]]) < 0).all())
        True
        """
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    def _targets(self, y: Any, dtype: np.dtype[Any], first: bool) -> tuple[Array, int]:
        is_multilabel, classes, y = self._encoded(y, dtype)
        if not first:
            if is_multilabel != self._is_multilabel or not np.array_equal(classes, self.classes_):
                raise ValueError(
                    "warm_start can only be used where `y` has the same classes as in the previous "
                    f"call to fit. Previously got {self.classes_}, `y` has {classes}"
                )
            return y, self.n_outputs_
        self.classes_ = classes
        self._is_multilabel = is_multilabel
        outputs = len(classes) if is_multilabel or len(classes) > 2 else 1
        is_softmax = not is_multilabel and outputs > 1
        self.out_activation_ = "softmax" if is_softmax else "logistic"
        return y, outputs

    def _encoded(self, y: Array, dtype: np.dtype[Any]) -> tuple[bool, Array, Array]:
        """Whether y is multilabel, its classes, and what the core is to make of it."""
        if y.ndim == 1 and y.dtype.kind in "biu":
            classes, labels = encoded(y)
            if 2 * len(classes) > len(y):  # else scikit-learn has nothing to say, and takes 100 µs for it
                check_classification_targets(y)
            return False, classes, labels
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            return True, np.arange(y.shape[1]), np.ascontiguousarray(y != 0, dtype=dtype)
        return False, *encoded(column_or_1d(y, warn=True))

    def _loss(self, outputs: int) -> dict[str, Any]:
        is_softmax = self.out_activation_ == "softmax"
        return {
            "loss": "log_loss" if is_softmax else "binary_log_loss",
            "loss_scale": 1.0,
            "score": "accuracy",
        }

    def _stratify(self, y: Array) -> Array | None:
        # scikit-learn holds out a stratified share only where there is a single output.
        return y if y.ndim == 1 and self.out_activation_ == "logistic" else None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
