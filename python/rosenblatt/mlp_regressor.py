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
from rosenblatt.regression_losses import check_range, core_loss, levels, out_activation
from rosenblatt.validation import Given

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
    _levels: int  # quantiles of each output, with a sequence of them

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
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """Train on rows and their values.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            float32 is trained in float32; uint8 is read as it is; anything else becomes float64. Sparse
            rows (CSR) stay sparse; other sparse forms are converted to them.
        y : array-like of shape (rows,) or (rows, outputs)
            Finite numbers; for the loss "poisson" at least 0, for "gamma" above 0, for "tweedie" as
            tweedie_power wants it.
        sample_weight : array-like of shape (rows,) or None, default=None
            How much each row counts, for the loss and for the score of early stopping; None: 1.
        X_val, y_val : array-like, or None, default=None
            A validation set of its own, whatever the kind of X: it is watched epoch by epoch, and nothing is
            learned from it. early_stopping then holds no rows of X out.
        sample_weight_val : array-like of shape (rows of X_val,) or None, default=None
            How much each of its rows counts, for its loss and its score; None: 1.

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
        return self._fit(X, y, sample_weight, validation=Given(X_val, y_val, sample_weight_val))

    @available_if(is_stochastic)  # type: ignore[untyped-decorator]
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
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
        X_val, y_val, sample_weight_val : array-like or None, default=None
            As for `fit`. With early_stopping, calls are counted instead of epochs: after n_iter_no_change
            ones without a better score the best parameters are put in place, ``stopped_`` is True, and later
            calls learn nothing, and warn.

        Returns
        -------
        MLPRegressor
            The estimator itself.

        Raises
        ------
        ValueError
            As `fit`; and with early_stopping but without X_val, for which there is no stopping in one epoch.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(2,), random_state=0)
        >>> for _ in range(3):
        ...     model = model.partial_fit([[0.0], [1.0]], [0.0, 1.0])
        >>> len(model.loss_curve_)
        3
        """
        return self._fit(
            X, y, sample_weight, validation=Given(X_val, y_val, sample_weight_val), is_partial=True
        )

    def predict(self, X: ArrayLike) -> Array:
        """Predict the values of each row.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows,) or (rows, outputs)
            In the dtype of the parameters. With a sequence of quantiles, of shape (rows, quantiles) or
            (rows, outputs, quantiles), increasing along the last axis.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(2,), max_iter=500, tol=0.1)
        >>> model.fit([[0.0], [1.0]], [0.0, 1.0]).predict([[0.5], [0.7]]).shape
        (2,)
        """
        a = self._outputs(X)
        if self.out_activation_ == "ordered":
            by_target = a.reshape(len(a), -1, self._levels)
            return by_target[:, 0] if by_target.shape[1] == 1 else by_target
        return a[:, 0] if a.shape[1] == 1 else a

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Compute R² or, with a sequence of quantiles, the same of absolute errors: D² of the pinball loss.

        D² = 1 − Σ ρ(y − a) / Σ ρ(y − c), where ρ is the loss "quantile" and c the quantile of all y: 1 at
        best, 0 for an answer that is the same for all rows; the mean over quantiles and outputs.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.
        y : array-like of shape (rows,) or (rows, outputs)
            Their values.
        sample_weight : array-like of shape (rows,) or None, default=None
            How much each row counts; None: 1.

        Returns
        -------
        float
            At most 1.

        References
        ----------
        Koenker and Machado: Goodness of fit and related inference processes for quantile regression, 1999.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> model = MLPRegressor("quantile", (), quantile=(0.1, 0.9), max_iter=500, tol=0.1)
        >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0.0, 1.0, 2.0, 3.0]
        >>> bool(model.fit(X, y).score(X, y) <= 1)
        True
        """
        if "coefs_" not in self.__dict__ or self.out_activation_ != "ordered":
            return float(super().score(X, y, sample_weight))
        from sklearn.metrics import d2_pinball_score

        a = self.predict(X)
        return float(
            np.mean(
                [
                    d2_pinball_score(y, a[..., i], sample_weight=sample_weight, alpha=level)
                    for i, level in enumerate(levels(self))
                ]
            )
        )

    def _check_parameters(self) -> None:
        super()._check_parameters()
        levels(self)
        self._number("huber_delta")
        if 0 < self._number("tweedie_power") < 1:
            raise ValueError(
                f"tweedie_power must not be between 0 and 1, where there is no such distribution; got "
                f"{self.tweedie_power!r}"
            )

    def _targets(
        self, y: Any, dtype: np.dtype[Any], *, goes_on: bool, is_partial: bool, classes: Any
    ) -> tuple[Array, int]:
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        table = np.ascontiguousarray(y, dtype=dtype).reshape(len(y), -1)
        check_range(self, table)
        self._take_out_activation(out_activation(self), goes_on=goes_on)
        if self.out_activation_ == "ordered":
            found = len(levels(self))
            if goes_on and found != self._levels:
                raise ValueError(
                    f"the training is to go on with {self._levels} quantile(s) of each output, but quantile="
                    f"{self.quantile!r} asks for {found}"
                )
            self._levels = found
            table = np.repeat(table, found, axis=1)
        return table, table.shape[1]

    def _groups(self) -> list[int]:
        if self.out_activation_ != "ordered" or self.n_outputs_ == self._levels:
            return []
        return [self._levels] * (self.n_outputs_ // self._levels)

    def _validation_targets(self, y: Any, dtype: np.dtype[Any]) -> Array:
        table, outputs = self._targets(y, dtype, goes_on=True, is_partial=False, classes=None)
        if outputs != self.n_outputs_:
            raise ValueError(f"y_val has {outputs} column(s), but y has {self.n_outputs_}")
        return table

    def _loss(self) -> dict[str, Any]:
        # The squared error is the mean over outputs, the gradient that of their sum, as in scikit-learn. The
        # right quantile far from the middle may have a negative R²: there, early stopping watches the loss.
        return {
            "loss": core_loss(self),
            "loss_scale": 1.0 / self.n_outputs_ if self.loss == "squared_error" else 1.0,
            "score": "loss" if self.loss == "quantile" else "r2",
        }

    def _stratify(self, y: Array) -> Array | None:
        return None
