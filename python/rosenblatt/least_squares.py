"""The squared errors of an estimator's network by its parameters, and their normal equations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from rosenblatt import _core
from rosenblatt.fitted_network import network_of, parameter_views
from rosenblatt.precision import Array, CoreNetwork
from rosenblatt.threads import thread_count
from rosenblatt.training_data import TrainingData

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["LeastSquares", "damped_step"]

# What the core's losses make of a row's errors: c Σ (y − a)².
_FACTORS = {"half_squared_error": 0.5, "squared_error": 1.0}


class LeastSquares:
    """The errors e = sqrt(w) (y − a) of an estimator's network on data, as functions of one vector.

    The vector holds θ¹, θ² and so on, each by its rows with the bias first. Everything is float64: JᵀJ has
    the square of the condition of J.

    Parameters
    ----------
    model : MLP
        The estimator; its loss is one of squared errors.
    network : CoreNetwork
        Where the vector begins.
    data : TrainingData
        The rows; those of `data.training` count.

    Attributes
    ----------
    begin : ndarray of float64
        The parameters of `network`.
    are_weights : ndarray of bool
        Which of them are weights; the others are biases.
    network : CoreNetwork
        One of its own, with the vector that was looked at last.
    weight : float
        The sum of the rows' weights.
    factor : float
        The loss of a row is factor · Σ (y − a)².

    Raises
    ------
    ValueError
        For a weight below 0.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.least_squares import LeastSquares
    >>> from rosenblatt.training_data import TrainingData
    >>> model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0.0)
    >>> X, y = np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]])
    >>> model = model.fit(X, y.ravel())
    >>> squares = LeastSquares(model, model._network, TrainingData.whole(X, y, None))
    >>> theta = np.array([1.0, 0.0])  # b = 1, W = 0
    >>> squares(theta)  # 0² + 2²
    4.0
    >>> JJ, Je = squares.normal_equations(theta)  # of J = −[[1, 0], [1, 1]]
    >>> np.triu(JJ), Je
    (array([[2., 1.],
           [0., 1.]]), array([-2., -2.]))
    """

    def __init__(self, model: MLP, network: CoreNetwork, data: TrainingData) -> None:
        # A network of its own: the estimator's may be float32, and keeps what it has if the training fails.
        self.network = network_of(
            *parameter_views(network),
            model.activation,
            model.out_activation_,
            network.sizes[-1],
            np.dtype(np.float64),
            network.groups,
        )
        self._core = _core.Jacobian(
            self.network,  # type: ignore[arg-type]  # float64, as asked for
            data.X,
            data.y.astype(np.float64) if data.y.ndim == 2 else data.y,
            data.weights,
            data.training,
            threads=thread_count(model.n_threads),
        )
        self._thetas = [self.network.theta(k) for k in range(1, len(network.sizes))]
        self.begin = np.concatenate([theta.ravel() for theta in self._thetas])
        self.are_weights = np.concatenate(
            [np.repeat([False, True], [theta.shape[1], theta[1:].size]) for theta in self._thetas]
        )
        weights = None if data.weights is None else data.weights[data.training]
        self.weight = float(len(data.training) if weights is None else weights.sum())
        self.factor = _FACTORS[model._loss()["loss"]]

    @property
    def errors(self) -> float:
        """How many errors there are; a row of weight w counts as w rows."""
        return self.weight * self.network.sizes[-1]

    def __call__(self, theta: Array) -> float:
        """Evaluate the sum of squares eᵀe."""
        self.write(theta, self.network)
        return self._core.sum_of_squares(self.network)  # type: ignore[arg-type]

    def normal_equations(self, theta: Array) -> tuple[Array, Array]:
        """Evaluate JᵀJ, on and above its diagonal, which the next call overwrites; and Jᵀe."""
        self.write(theta, self.network)
        normal = self._core.normal_equations(self.network)  # type: ignore[arg-type]
        return normal[:-1, :-1], normal[:-1, -1].copy()

    def write(self, theta: Array, network: CoreNetwork) -> None:
        """Write a vector into the parameters of a network."""
        position = 0
        for k in range(1, len(network.sizes)):
            view = network.theta(k)
            view[...] = theta[position : position + view.size].reshape(view.shape)
            position += view.size


def damped_step(JJ: Array, damping: Array, gradient: Array) -> Array | None:
    """Solve (JᵀJ + D) Δ = −g by Cholesky's factorization.

    Parameters
    ----------
    JJ : ndarray of float64 of shape (parameters, parameters)
        JᵀJ, on and above the diagonal.
    damping : ndarray of float64 of shape (parameters,)
        The diagonal of D.
    gradient : ndarray of float64 of shape (parameters,)
        g.

    Returns
    -------
    ndarray of float64 of shape (parameters,) or None
        Δ; None where the matrix is not positive definite to rounding.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.least_squares import damped_step
    >>> damped_step(np.array([[1.0, 1.0], [0.0, 1.0]]), np.ones(2), np.array([3.0, 0.0]))
    array([-2.,  1.])
    >>> damped_step(np.zeros((1, 1)), np.zeros(1), np.ones(1)) is None
    True
    """
    matrix = np.array(JJ, order="C")
    matrix.flat[:: len(matrix) + 1] += damping
    try:
        # Its transpose is in LAPACK's order, so that it is factorized where it lies.
        factor = cho_factor(matrix.T, lower=True, overwrite_a=True, check_finite=False)
    except LinAlgError:
        return None
    step: Array = -cho_solve(factor, gradient, check_finite=False)
    return step
