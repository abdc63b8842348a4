"""MLPRegressor: scikit-learn's estimator, trained by the C++ core."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils.validation import column_or_1d

from rosenblatt.mlp import MLP
from rosenblatt.mlp_docs import PARAMETERS_DOC, RAISES_DOC
from rosenblatt.precision import Array

__all__ = ["MLPRegressor"]


class MLPRegressor(RegressorMixin, MLP):  # type: ignore[misc]  # noqa: D101 (its docstring is composed)
    __doc__ = f"""Multi-layer perceptron that predicts numbers, trained on half the mean squared error.

    Takes the place of scikit-learn's class of this name: same parameters, same attributes, and for the
    same random_state the same training.
{PARAMETERS_DOC}{RAISES_DOC}
    See Also
    --------
    MLPClassifier : For classes instead of numbers.

    References
    ----------
    Rumelhart, Hinton, Williams: Learning representations by back-propagating errors, 1986.
    Kingma, Ba: Adam, a method for stochastic optimization, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPRegressor
    >>> X = np.linspace(-2, 2, 50).reshape(-1, 1)
    >>> y = 1 + np.sin(np.pi / 4 * X.ravel())
    >>> model = MLPRegressor((20,), activation="tanh", learning_rate_init=0.01, batch_size=10, random_state=0)
    >>> model.fit(X, y).score(X, y) > 0.99
    True
    """

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on rows and their values.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            float32 is trained in float32; uint8 is read as it is; anything else becomes float64. Sparse
            rows (CSR) stay sparse; other sparse forms are converted to them.
        y : array-like of shape (rows,) or (rows, outputs)
            Finite numbers.

        Returns
        -------
        MLPRegressor
            The estimator itself.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> MLPRegressor((2,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0.0, 1.0]).n_outputs_
        1
        """
        return self._fit(X, y)

    def predict(self, X: ArrayLike) -> Array:
        """Predict the values of each row.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows,) or (rows, outputs)
            In the dtype of the parameters.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> model = MLPRegressor((2,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0.0, 1.0])
        >>> model.predict([[0.5], [0.7]]).shape
        (2,)
        """
        a = self._outputs(X)
        return a[:, 0] if a.shape[1] == 1 else a

    def _targets(self, y: Any, dtype: np.dtype[Any], first: bool) -> tuple[Array, int]:
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        table = np.ascontiguousarray(y, dtype=dtype).reshape(len(y), -1)
        if first:
            self.out_activation_ = "identity"
        return table, table.shape[1]

    def _loss(self, outputs: int) -> dict[str, Any]:
        # The loss is the mean over outputs, the gradient that of their sum, as in scikit-learn.
        return {"loss": "half_squared_error", "loss_scale": 1.0 / outputs, "score": "r2"}

    def _stratify(self, y: Array) -> Array | None:
        return None
