"""What a fitted Perceptron answers, with its weights in an array or in a sparse matrix."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model._base import SparseCoefMixin
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_is_fitted, validate_data

from rosenblatt.plain_arrays import DTYPES
from rosenblatt.sparse import checked_rows

__all__ = ["PerceptronPrediction"]

Array = NDArray[Any]

# Rows of bytes that are converted at a time to be classified: a few megabytes for images.
_BLOCK = 1024


class PerceptronPrediction(SparseCoefMixin, ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Base of Perceptron; not to be used by itself."""

    # Declared for the reader and for mypy.
    classes_: Array
    coef_: Any  # an array, or a sparse matrix after sparsify()
    intercept_: Array

    def decision_function(self, X: ArrayLike) -> Array:
        """Compute the net inputs.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
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
        rows = validate_data(self, X, accept_sparse=["csr", "csc"], dtype=DTYPES, reset=False)
        if issparse(rows):
            n = safe_sparse_dot(checked_rows(rows), self.coef_.T, dense_output=True) + self.intercept_
        else:
            # Bytes are converted block by block: a copy of them all would take eight times their memory.
            step = _BLOCK if rows.dtype == np.uint8 else len(rows)
            dtype = np.result_type(self.coef_.dtype, self.intercept_, rows)
            n = np.empty((len(rows), self.coef_.shape[0]), dtype)
            for begin in range(0, len(rows), step):
                n[begin : begin + step] = rows[begin : begin + step] @ self.coef_.T + self.intercept_
        return np.asarray(n[:, 0] if n.shape[1] == 1 else n)

    def predict(self, X: ArrayLike) -> Array:
        """Predict the class of each row.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
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

    def sparsify(self) -> Self:
        """Convert coef_ into a sparse matrix, which takes less memory where more than half of it is 0.

        `predict` takes it as it is; `partial_fit`, and `fit` with warm_start, want `densify` before.

        Returns
        -------
        Perceptron
            The estimator itself.

        Examples
        --------
        >>> from rosenblatt import Perceptron
        >>> model = Perceptron().fit([[-1.0, 0.0], [1.0, 0.0]], [0, 1]).sparsify()
        >>> model.coef_.nnz, model.predict([[3.0, 1.0]])
        (1, array([1]))
        """
        super().sparsify()
        return self

    def densify(self) -> Self:
        """Convert coef_ back into an array, if it is sparse.

        Returns
        -------
        Perceptron
            The estimator itself.

        Examples
        --------
        >>> from rosenblatt import Perceptron
        >>> Perceptron().fit([[-1.0, 0.0], [1.0, 0.0]], [0, 1]).sparsify().densify().coef_
        array([[2., 0.]])
        """
        super().densify()
        return self
