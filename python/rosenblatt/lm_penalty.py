"""What Levenberg-Marquardt adds to the squared errors: a penalty given, or one that the data choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import eigvalsh

from rosenblatt.precision import Array

if TYPE_CHECKING:
    from rosenblatt.least_squares import LeastSquares

__all__ = ["BayesianRegularisation", "WeightPenalty"]

# Where y is nothing but noise α grows without end, and where all weights are 0 with it.
_LARGEST_RATIO = 1e15


class WeightPenalty:
    """The estimators' penalty alpha / 2 · Σ W² / n, in the scale of the squared errors: λ Σ W².

    Parameters
    ----------
    alpha : float
        The estimator's.
    squares : LeastSquares
        Whose loss is factor · Σ e² / n.

    Attributes
    ----------
    decay : ndarray of float64 of shape (parameters,)
        λ of each parameter; 0 for the biases.
    settled : int
        Stays 0: there is nothing to settle.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from rosenblatt.lm_penalty import WeightPenalty
    >>> squares = SimpleNamespace(factor=0.5, are_weights=np.array([False, True, True]))
    >>> WeightPenalty(0.1, squares).decay
    array([0. , 0.1, 0.1])
    """

    settled = 0

    def __init__(self, alpha: float, squares: LeastSquares) -> None:
        self.decay: Array = alpha / (2 * squares.factor) * squares.are_weights

    def update(self, JJ: Array, sum_of_squares: float, theta: Array) -> None:
        """Stay as it is."""

    def attributes(self) -> dict[str, float]:
        """Tell what the estimator is to keep of it."""
        return {}


class BayesianRegularisation:
    """MacKay's evidence for α and β of F = β E_D + α E_W, with Foresee's and Hagan's approximate Hessian.

    E_D is the sum of the squared errors, E_W that of all parameters, biases too, as in the paper. With the
    eigenvalues μᵢ of JᵀJ,

        γ = P − 2 α tr H⁻¹ = Σ μᵢ / (μᵢ + α / β),   α = γ / (2 E_W),   β = (N − γ) / (2 E_D).

    F is divided by β, so that it stays finite where the errors vanish: E_D + λ E_W with λ = α / β. λ is
    chosen anew after each step that lowers this by less than a hundredth, not after every one: far from a
    minimum the errors are large because nothing has been learned yet, not because of noise, and a λ that
    takes them for noise ends in hardly any weights (56 of 64 networks for noisy sines did, instead of 10).

    Parameters
    ----------
    squares : LeastSquares
        The errors, N of them.
    ratio : float or None
        λ of an earlier training to go on from.

    Attributes
    ----------
    decay : ndarray of float64 of shape (parameters,)
        λ, the same for all.
    settled : int
        How many times in a row γ has changed by less than `tol` of it, of those where λ was chosen anew.

    References
    ----------
    Foresee, Hagan: Gauss-Newton approximation to Bayesian learning, 1997.
    MacKay: Bayesian interpolation, 1992.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from rosenblatt.lm_penalty import BayesianRegularisation
    >>> squares = SimpleNamespace(errors=10.0, begin=np.zeros(2))
    >>> bayesian = BayesianRegularisation(squares, ratio=0.01, tol=1e-4)
    >>> bayesian.update(np.diag([1e9, 0.0]), 0.09, np.array([1.0, 0.0]))  # one direction is determined
    >>> {name: round(value, 3) for name, value in bayesian.attributes().items()}
    {'effective_parameters_': 1.0, 'alpha_': 0.5, 'beta_': 50.0, '_ratio': 0.01}
    """

    def __init__(self, squares: LeastSquares, ratio: float | None, tol: float) -> None:
        self._errors = squares.errors
        self._parameters = len(squares.begin)
        self._tol = tol
        self._objective = np.inf
        self._gamma = self._alpha = self._beta = np.nan
        self.settled = 0
        self.decay: Array = np.full(self._parameters, np.nan if ratio is None else ratio)

    def update(self, JJ: Array, sum_of_squares: float, theta: Array) -> None:
        """Estimate γ, α and β at parameters with this JᵀJ and this sum of squared errors."""
        weights = float(theta @ theta)
        if np.isnan(self.decay[0]):
            # As if all parameters were effective, or what half of the errors determine, and a hundredth of
            # the errors noise.
            self._gamma = min(float(self._parameters), self._errors / 2)
            self._estimate(sum_of_squares, weights)
            self.decay[:] = 0.01 * self._ratio()
        gamma, objective = self._gamma, sum_of_squares + self.decay[0] * weights
        # The trace by eigenvalues: each part of γ is in [0, 1], however close to singular JᵀJ is.
        eigenvalues = np.maximum(eigvalsh(JJ.T, lower=True, check_finite=False), 0)
        ratio = max(self.decay[0], np.finfo(float).tiny)
        self._gamma = float((eigenvalues / (eigenvalues + ratio)).sum())
        self._estimate(sum_of_squares, weights)
        if objective > 0.99 * self._objective:
            self.decay[:] = self._ratio()
            self.settled = self.settled + 1 if abs(self._gamma - gamma) <= self._tol * gamma else 0
        self._objective = sum_of_squares + self.decay[0] * weights

    def _estimate(self, sum_of_squares: float, weights: float) -> None:
        free = max(self._errors - self._gamma, self._errors * np.finfo(float).eps)
        # From parameters that are all 0 nothing can be estimated.
        self._alpha = self._gamma / (2 * weights) if weights > 0 else 1.0
        self._beta = free / (2 * sum_of_squares) if sum_of_squares > 0 else np.inf

    def _ratio(self) -> float:
        return min(self._alpha / self._beta, _LARGEST_RATIO)

    def attributes(self) -> dict[str, float]:
        """Tell what the estimator is to keep of it."""
        return {
            "effective_parameters_": self._gamma,
            "alpha_": self._alpha,
            "beta_": self._beta,
            "_ratio": float(self.decay[0]),
        }
