"""Training with the solver "lm": Levenberg-Marquardt, with the normal equations from the core."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from rosenblatt.audience import Outcome, gathered
from rosenblatt.fitted_network import DivergenceError, check_finite
from rosenblatt.least_squares import LeastSquares, damped_step
from rosenblatt.listening import interruption
from rosenblatt.lm_penalty import BayesianRegularisation, WeightPenalty
from rosenblatt.precision import Array, CoreNetwork
from rosenblatt.training_data import TrainingData
from rosenblatt.watch import Watch, keep_iterations

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["forget", "train"]

# Frames from a warning here to the caller of fit: _conclude, train, _train, _fit_in_place, _fit, fit,
# scikit-learn's wrapper.
_CALLER = 8

# μ falls no further: from 0 no factor would raise it again.
_SMALLEST_MU = 1e-20

# Attributes that only this solver leaves.
_ATTRIBUTES = ("mu_", "effective_parameters_", "alpha_", "beta_", "_ratio")


class _Point(NamedTuple):
    """Where a training is: what is known of the squared errors at some parameters."""

    theta: Array
    sum_of_squares: float
    JJ: Array
    Je: Array


def forget(model: MLP) -> None:
    """Take away what an earlier training with this solver left, and another one would not renew.

    Parameters
    ----------
    model : MLP
        The estimator.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> X, y = [[0.0], [1.0]], [1.0, 3.0]
    >>> model = MLPRegressor(hidden_layer_sizes=(), solver="lm", random_state=0).fit(X, y)
    >>> hasattr(model, "mu_"), hasattr(model.set_params(solver="lbfgs").fit(X, y), "mu_")
    (True, False)
    """
    for name in _ATTRIBUTES:
        model.__dict__.pop(name, None)


def train(model: MLP, network: CoreNetwork, data: TrainingData, *, goes_on: bool) -> Outcome:
    """Train a network, and leave what is known of the training as attributes of the model.

    Each iteration solves (JᵀJ + λ I + μ I) Δ = −(Jᵀe + λ θ) for a step, from the errors e, their Jacobian J
    and the penalty λ. A step that lowers Σ e² + λ Σ θ² is taken, and μ falls; else μ rises until one does.

    Parameters
    ----------
    model : MLP
        The estimator; its parameters say how.
    network : CoreNetwork
        Changed in place.
    data : TrainingData
        The rows that are learned from, and those to watch.
    goes_on : bool
        Whether the loss curve, μ, and what Bayesian regularisation has found go on, too (a warm start).

    Returns
    -------
    Outcome
        Whether the user interrupted it, and what a callback raised.

    Raises
    ------
    ValueError
        Where the errors are not finite at the beginning, and for weights of rows below 0.

    References
    ----------
    Hagan, Menhaj: Training feedforward networks with the Marquardt algorithm, 1994.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> model = MLPRegressor(hidden_layer_sizes=(), solver="lm", alpha=0.0)
    >>> model = model.fit([[0.0], [1.0]], [1.0, 3.0])
    >>> model.predict([[2.0]]).round(3)
    array([5.])
    """
    training = _Training(model, network, data, goes_on)
    audience = training.audience
    ending = "interrupted"
    try:
        with suppress(KeyboardInterrupt):
            if audience is not None:
                audience.begin()
            ending = training.run()
    except BaseException as error:
        if audience is None or not audience.survives(error):
            raise
        ending = "failed"
    training.theta = training.result(ending)
    training.squares.write(training.theta, network)
    training.leave_attributes(model)
    if audience is not None:
        audience.end(ending if ending in ("max_iter", "stopped", "interrupted", "failed") else "converged")
    failure = audience.failure if audience is not None else None
    check_finite(network, failure)
    if failure is None:
        _conclude(model, ending, training)
    return Outcome(ending == "interrupted", failure)


class _Training:
    """The iterations of one fit: where it is, and what it has seen."""

    def __init__(self, model: MLP, network: CoreNetwork, data: TrainingData, goes_on: bool) -> None:
        self.model = model
        self.squares = LeastSquares(model, network, data)
        before = {name: model.__dict__[name] for name in _ATTRIBUTES if goes_on and name in model.__dict__}
        self.mu = float(before.get("mu_", model._number("mu")))
        self.penalty: WeightPenalty | BayesianRegularisation
        if model.bayesian:
            self.penalty = BayesianRegularisation(
                self.squares, before.get("_ratio"), tol=model._number("tol")
            )
        else:
            self.penalty = WeightPenalty(model._number("alpha"), self.squares)
        self.watch: Watch | None = None
        if data.validation is not None:
            # A score as good as the best one is no failure.
            limit = int(model.max_fail) - 1
            self.watch = Watch(model, self.squares, network, data.validation, tol=0.0, limit=limit)
        self.keeps_best = self.watch is not None and bool(model.early_stopping)
        self.audience = gathered(
            model,
            rows=len(data.training),
            is_watched=self.watch is not None,
            as_of_now=self._as_of_now,
            keep=self._keep,
        )
        self.network, self.goes_on = network, goes_on
        self.theta = self.squares.begin
        self.kept: Array | None = None
        self.loss = np.nan
        self.curve: list[float] = []

    def run(self) -> str:
        """Iterate; return how it ended."""
        model, min_gradient = self.model, self.model._number("min_gradient")
        point = self._point(self.theta, self.squares(self.theta))
        if not np.isfinite(point.sum_of_squares):
            raise DivergenceError(
                f"the sum of the squared errors is not finite ({point.sum_of_squares:g}) where lm begins. "
                "The input data may contain large values and need to be preprocessed."
            )
        self.loss = self._reported(point)
        while len(self.curve) < model.max_iter:
            if self.audience is not None:
                self.audience.before_epoch()
            if np.linalg.norm(self._gradient(point)) <= min_gradient:
                return "min_gradient"
            step = self._step(point)
            if step is None:
                return "mu_max"
            loss = self._reported(step)
            point = self._point(step.theta, step.sum_of_squares)
            is_used_up = self.watch is not None and self.watch.is_used_up(point.theta)
            # From here on the iteration is whole.
            self.theta, self.loss = point.theta, loss
            self.curve.append(loss)
            seen = (self.watch.scores[-1], self.watch.losses[-1]) if self.watch else (np.nan, np.nan)
            if self.audience is not None and self.audience.on_epoch(len(self.curve), loss, *seen):
                return "stopped"
            if is_used_up:
                return "max_fail"
            if self.penalty.settled >= model.n_iter_no_change:
                return "settled"
        return "max_iter"

    def _point(self, theta: Array, sum_of_squares: float) -> _Point:
        """Look at the errors' Jacobian, and choose the penalty by it."""
        point = _Point(theta, sum_of_squares, *self.squares.normal_equations(theta))
        self.penalty.update(point.JJ, sum_of_squares, theta)
        return point

    def _objective(self, theta: Array, sum_of_squares: float) -> float:
        return float(sum_of_squares + self.penalty.decay @ theta**2)

    def _half_gradient(self, point: _Point) -> Array:
        """Half of that of the objective."""
        half: Array = point.Je + self.penalty.decay * point.theta
        return half

    def _gradient(self, point: _Point) -> Array:
        """That of the loss with its penalty."""
        return 2 * self.squares.factor / self.squares.weight * self._half_gradient(point)

    def _step(self, point: _Point) -> _Point | None:
        """Raise μ until a step lowers the objective, and lower it then; None beyond mu_max."""
        model, decay, mu = self.model, self.penalty.decay, self.mu
        objective = self._objective(point.theta, point.sum_of_squares)
        while mu <= model._number("mu_max"):
            step = damped_step(point.JJ, decay + mu, self._half_gradient(point))
            if step is not None:
                theta = point.theta + step
                sum_of_squares = self.squares(theta)
                if self._objective(theta, sum_of_squares) < objective:
                    self.mu = max(mu * model._number("mu_decrease"), _SMALLEST_MU)
                    return point._replace(theta=theta, sum_of_squares=sum_of_squares)
            mu *= model._number("mu_increase")
        return None

    def _reported(self, point: _Point) -> float:
        """The loss in scikit-learn's scale, in which a squared error is the mean over outputs."""
        scale = self.squares.factor / self.squares.weight
        penalty = float(self.penalty.decay @ point.theta**2)
        return float(scale * (point.sum_of_squares * self.model._loss()["loss_scale"] + penalty))

    def _keep(self) -> None:
        self.kept = self.theta

    def _as_of_now(self) -> MLP:
        """The estimator, for callbacks."""
        held = self.network.copy()
        self.squares.write(self.theta, held)
        return self.model._as_of_now(held, self.leave_attributes, self.goes_on)

    def result(self, ending: str) -> Array:
        """Choose the parameters: the last ones, those that a callback kept, or early stopping found best."""
        if self.kept is not None and ending != "failed":
            return self.kept
        best = self.watch.patience.best if self.watch is not None and self.keeps_best else None
        return self.theta if best is None else best

    def leave_attributes(self, model: MLP) -> None:
        """Tell the model."""
        forget(model)
        keep_iterations(model, self.curve, self.loss, self.watch, goes_on=self.goes_on)
        model.__dict__.update({"mu_": self.mu, **self.penalty.attributes()})


def _conclude(model: MLP, ending: str, training: _Training) -> None:
    """Say how the training ended, where that is worth a word."""
    if ending == "interrupted":
        said = interruption(
            len(training.curve),
            "iteration",
            keeps_best=training.keeps_best,
            is_kept=training.kept is not None,
        )
        warnings.warn(said, UserWarning, stacklevel=_CALLER)
    elif ending == "max_iter":
        warnings.warn(
            f"lm has not converged in {model.n_iter_} iteration(s), the most that max_iter={model.max_iter} "
            f"allows: the loss is {model.loss_:g}, and its gradient still above min_gradient="
            f"{model.min_gradient:g}. A larger max_iter or min_gradient, or scaled input, may help; where "
            "what is left is noise, early_stopping or bayesian=True end sooner.",
            ConvergenceWarning,
            stacklevel=_CALLER,
        )
