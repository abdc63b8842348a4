"""MLPRegressor: scikit-learn's estimator, trained by the C++ core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import column_or_1d

from rosenblatt.callbacks import Callback
from rosenblatt.mlp import MLP, is_stochastic
from rosenblatt.mlp_docs import (
    ATTRIBUTES_DOC,
    PARAMETERS_DOC,
    PARAMETERS_HEADING,
    RAISES_DOC,
    REGRESSOR_LOSS_DOC,
    REGRESSOR_PARAMETERS_DOC,
)
from rosenblatt.mlp_parameters import keep
from rosenblatt.precision import Array

__all__ = ["MLPRegressor"]


class MLPRegressor(RegressorMixin, MLP):  # type: ignore[misc]  # noqa: D101 (its docstring is composed)
    __doc__ = f"""Multi-layer perceptron that predicts numbers, trained on half the mean squared error
    or half the Poisson deviance.

    Takes the place of scikit-learn's class of this name: same parameters, same attributes, and for the
    same random_state the same training.
{PARAMETERS_HEADING}{REGRESSOR_LOSS_DOC}{PARAMETERS_DOC}{REGRESSOR_PARAMETERS_DOC}{ATTRIBUTES_DOC}{RAISES_DOC}
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
    >>> model = MLPRegressor(
    ...     hidden_layer_sizes=(20,), activation="tanh", learning_rate_init=0.01, batch_size=10,
    ...     random_state=0,
    ... )
    >>> model.fit(X, y).score(X, y) > 0.99
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **MLP._parameter_constraints,
        "loss": [
            StrOptions(
                {
                    *("squared_error", "absolute_error", "huber", "quantile"),
                    *("poisson", "gamma", "tweedie"),
                }
            ),
            callable,
        ],
        "huber_delta": [Interval(Real, 0, None, closed="neither")],
        "quantile": [Interval(Real, 0, 1, closed="neither"), "array-like"],
        "tweedie_power": [Interval(Real, None, None, closed="neither")],
    }

    huber_delta: float
    quantile: float | Sequence[float]
    tweedie_power: float

    # scikit-learn, too, has the loss first here and not at all in the classifier, and reads the parameters
    # off this signature; so it is written out.
    def __init__(
        self,
        loss: str | Callable[..., Any] = "squared_error",
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Sequence[str] = "relu",
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
        max_fun: int = 15000,
        callbacks: Sequence[Callback] | None = None,
        n_threads: int | None = None,
        weight_init: str = "auto",
        n_init: int = 1,
        scoring: str | Callable[..., float] | None = None,
        penalty: str = "l2",
        l1_ratio: float = 0.15,
        weight_decay: float | None = None,
        dropout: float | Sequence[float] = 0.0,
        input_dropout: float = 0.0,
        input_noise: float = 0.0,
        batch_norm: bool = False,
        max_norm: float | None = None,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        rho: float = 0.9,
        mu: float = 0.001,
        mu_decrease: float = 0.1,
        mu_increase: float = 10.0,
        mu_max: float = 1e10,
        min_gradient: float = 1e-7,
        max_fail: int = 6,
        bayesian: bool = False,
        huber_delta: float = 1.0,
        quantile: float | Sequence[float] = 0.5,
        tweedie_power: float = 1.5,
    ) -> None:
        keep(self, locals())

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on rows and their values.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            float32 is trained in float32; uint8 is read as it is; anything else becomes float64. Sparse
            rows (CSR) stay sparse; other sparse forms are converted to them.
        y : array-like of shape (rows,) or (rows, outputs)
            Finite numbers, for the loss "poisson" at least 0.
        sample_weight : array-like of shape (rows,) or None, default=None
            How much each row counts, for the loss and for the score of early stopping; None: 1.

        Returns
        -------
        MLPRegressor
            The estimator itself.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(2,), max_iter=500, tol=0.1)
        >>> model.fit([[0.0], [1.0]], [0.0, 1.0]).n_outputs_
        1
        """
        return self._fit(X, y, sample_weight)

    @available_if(is_stochastic)  # type: ignore[untyped-decorator]
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train for one epoch on these rows, going on from the parameters and the optimizer there are.

        Only with the solvers "sgd" and "adam". The optimizer keeps the options that it had in the first call.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows, as for `fit`; later calls train in the dtype of the first.
        y : array-like of shape (rows,) or (rows, outputs)
            Their values.
        sample_weight : array-like of shape (rows,) or None, default=None
            How much each row counts; None: 1.

        Returns
        -------
        MLPRegressor
            The estimator itself.

        Raises
        ------
        ValueError
            As `fit`; and with early_stopping, for which there is no stopping in one epoch.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(2,), random_state=0)
        >>> for _ in range(3):
        ...     model = model.partial_fit([[0.0], [1.0]], [0.0, 1.0])
        >>> len(model.loss_curve_)
        3
        """
        return self._fit(X, y, sample_weight, is_partial=True)

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
        >>> model = MLPRegressor(hidden_layer_sizes=(2,), max_iter=500, tol=0.1)
        >>> model.fit([[0.0], [1.0]], [0.0, 1.0]).predict([[0.5], [0.7]]).shape
        (2,)
        """
        a = self._outputs(X)
        return a[:, 0] if a.shape[1] == 1 else a

    def _targets(
        self, y: Any, dtype: np.dtype[Any], *, goes_on: bool, is_partial: bool, classes: Any
    ) -> tuple[Array, int]:
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        table = np.ascontiguousarray(y, dtype=dtype).reshape(len(y), -1)
        if self.loss == "poisson" and (table < 0).any():
            row, output = np.argwhere(table < 0)[0]
            raise ValueError(
                f"the loss 'poisson' needs y >= 0, but y is {table[row, output]:g} in row {row}"
                + (f", output {output}" if table.shape[1] > 1 else "")
            )
        out_activation = "exp" if self.loss == "poisson" else "identity"
        if goes_on and out_activation != self.out_activation_:
            raise ValueError(
                "the training is to go on with a network whose last layer has the activation "
                f"{self.out_activation_!r}, but the loss {self.loss!r} needs {out_activation!r}; "
                "without warm_start, fit begins with a new network"
            )
        self.out_activation_ = out_activation
        return table, table.shape[1]

    def _loss(self) -> dict[str, Any]:
        if self.loss == "poisson":
            return {"loss": "poisson", "loss_scale": 1.0, "score": "r2"}
        # The loss is the mean over outputs, the gradient that of their sum, as in scikit-learn.
        return {"loss": "half_squared_error", "loss_scale": 1.0 / self.n_outputs_, "score": "r2"}

    def _stratify(self, y: Array) -> Array | None:
        return None
