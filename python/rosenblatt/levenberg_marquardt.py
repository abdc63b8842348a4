"""Training with the solver "lm": Levenberg-Marquardt, with the normal equations from the core."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, r2_score

from rosenblatt.fitted_network import check_finite
from rosenblatt.least_squares import LeastSquares, damped_step
from rosenblatt.listening import interruption, listener
from rosenblatt.precision import Array, CoreNetwork
from rosenblatt.random_state import Random
from rosenblatt.regularization import BayesianRegularization, WeightPenalty
from rosenblatt.threads import thread_count
from rosenblatt.training_data import TrainingData

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["forget", "train"]

# Frames from a warning here to the caller of fit: _conclude, train, _fit_in_place, _fit, fit, scikit-learn's wrapper.
_CALLER = 7

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
    >>> model = MLPRegressor((2,), solver="lm", random_state=0).fit([[0.0], [1.0]], [1.0, 3.0])
    >>> hasattr(model, "mu_"), hasattr(model.set_params(solver="lbfgs").fit([[0.0]], [1.0]), "mu_")
    (True, False)
    """
    for name in _ATTRIBUTES:
        model.__dict__.pop(name, None)


def train(
    model: MLP,
    network: CoreNetwork,
    data: TrainingData,
    stratify: Array | None,
    random: Random,
    *,
    goes_on: bool,
) -> None:
    """Train a network, and leave what is known of the training as attributes of the model.

    Each iteration solves (JᵀJ + λ + μ I) Δ = −(Jᵀe + λ θ) for the step of the errors e, their Jacobian J and the
    penalty λ. A step that lowers Σ e² + λ Σ θ² is taken, and μ falls; else μ rises until one does.

    Parameters
    ----------
    model : MLP
        The estimator; its parameters say how.
    network : CoreNetwork
        Changed in place.
    data : TrainingData
        Every row; some are held out here for early stopping.
    stratify : ndarray of shape (rows,) or None
        By what the rows that are held out are to be stratified.
    random : Random
        Where the split comes from.
    goes_on : bool
        Whether the loss curve, μ, and what Bayesian regularisation has found go on, too (a warm start).

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
    >>> model.predict([[2.0]]).round(6)
    array([5.])
    """
    if model.early_stopping:
        data = data.split(model.validation_fraction, stratify, random)
    training = _Training(model, network, data, goes_on)
    ending = "interrupted"
    try:
        ending = training.run()
    except KeyboardInterrupt:
        pass
    training.squares.write(training.result(), network)
    check_finite(network)
    forget(model)
    training.leave_attributes(goes_on)
    _conclude(model, ending, training)


class _Training:
    """The iterations of one fit: where it is, and what it has seen."""

    def __init__(self, model: MLP, network: CoreNetwork, data: TrainingData, goes_on: bool) -> None:
        self.model = model
        self.squares = LeastSquares(model, network, data)
        before = {name: model.__dict__[name] for name in _ATTRIBUTES if goes_on and name in model.__dict__}
        self.mu = float(before.get("mu_", model._number("mu")))
        self.penalty: WeightPenalty | BayesianRegularization
        if model.bayesian:
            self.penalty = BayesianRegularization(
                self.squares, before.get("_ratio"), tol=model._number("tol")
            )
        else:
            self.penalty = WeightPenalty(model._number("alpha"), self.squares)
        self.watch = _Watch(model, data) if model.early_stopping else None
        self.on_epoch = listener(model, len(data.training), watches_score=self.watch is not None)
        self.theta = self.squares.begin
        self.loss = np.nan
        self.curve: list[float] = []

    def run(self) -> str:
        """Iterate; return how it ended."""
        model, min_gradient = self.model, self.model._number("min_gradient")
        point = self._point(self.theta, self.squares(self.theta))
        if not np.isfinite(point.sum_of_squares):
            raise ValueError(
                f"the sum of the squared errors is not finite ({point.sum_of_squares:g}) at the initial weights. "
                "The input data may contain large values and need to be preprocessed."
            )
        self.loss = self._reported(point)
        if self.watch is not None:
            self.watch.look(self.squares.network, point.theta)
        while len(self.curve) < model.max_iter:
            if np.linalg.norm(self._gradient(point)) <= min_gradient:
                return "min_gradient"
            step = self._step(point)
            if step is None:
                return "mu_max"
            loss = self._reported(step)
            point = self._point(step.theta, step.sum_of_squares)
            fails = 0
            if self.watch is not None:
                fails = self.watch.look(self.squares.network, point.theta)
            # From here on the iteration is whole.
            self.theta, self.loss = point.theta, loss
            self.curve.append(loss)
            score = np.nan if self.watch is None else self.watch.scores[-1]
            if self.on_epoch is not None and self.on_epoch(len(self.curve), loss, score):
                return "stopped"
            if fails >= model.max_fail:
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
        return point.Je + self.penalty.decay * point.theta

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

    def result(self) -> Array:
        """Choose the parameters: the last ones, or the best on the validation rows."""
        return self.theta if self.watch is None else self.watch.best_theta(self.theta)

    def leave_attributes(self, goes_on: bool) -> None:
        """Tell the model."""
        model, watch = self.model, self.watch
        model.loss_ = self.loss
        model.n_iter_ = len(self.curve)
        model.loss_curve_ = [*model.loss_curve_, *self.curve] if goes_on else self.curve
        before = model.validation_scores_ if goes_on else None
        model.validation_scores_ = None if watch is None else [*(before or ()), *watch.scores[1:]]
        model.best_validation_score_ = None if watch is None else watch.best_score
        model.best_loss_ = min(model.loss_curve_, default=model.loss_) if watch is None else None
        model.t_ = 0
        model.__dict__.update({"mu_": self.mu, **self.penalty.attributes()})
        # A partial_fit with another solver begins anew.
        model._progress = {}
        model.__dict__.pop("_optimizer", None)


class _Watch:
    """Validation rows: their squared errors and scores, and the best parameters so far."""

    def __init__(self, model: MLP, data: TrainingData) -> None:
        rows = data.validation
        self._X, self._y = data.X[rows], data.y[rows]
        self._weights = None if data.weights is None else data.weights[rows]
        self._threads = thread_count(model.n_threads)
        self._is_accuracy = model._loss()["score"] == "accuracy"
        self._best_loss = np.inf
        self._best_theta: Array | None = None
        self._fails = 0
        self.best_score = np.nan
        self.scores: list[float] = []

    def look(self, network: CoreNetwork, theta: Array) -> int:
        """Look at a network with these parameters; return how many looks ago the best ones were seen."""
        a, _ = network.predict(self._X, self._threads)
        targets = self._y if self._y.ndim == 2 else _rows_of_labels(self._y, a.shape[1])
        loss = float(np.average(((targets - a) ** 2).sum(axis=1), weights=self._weights))
        self.scores.append(self._score(a, targets))
        if loss < self._best_loss:
            self._best_loss, self._best_theta = loss, theta
            self.best_score, self._fails = self.scores[-1], 0
        else:
            self._fails += 1
        return self._fails

    def best_theta(self, last: Array) -> Array:
        """Of all that were looked at; `last` before the first look."""
        return last if self._best_theta is None else self._best_theta

    def _score(self, a: Array, targets: Array) -> float:
        if not self._is_accuracy:
            return float(r2_score(targets, a, sample_weight=self._weights))
        if self._y.ndim == 2 or a.shape[1] == 1:
            return float(accuracy_score(targets > 0.5, a > 0.5, sample_weight=self._weights))
        return float(accuracy_score(self._y, a.argmax(axis=1), sample_weight=self._weights))


def _rows_of_labels(labels: Array, outputs: int) -> Array:
    return labels[:, None] if outputs == 1 else np.eye(outputs)[labels]


def _conclude(model: MLP, ending: str, training: _Training) -> None:
    """Say how the training ended, where that is worth a word."""
    if ending == "interrupted":
        said = interruption(len(training.curve), "iteration", keeps_best=training.watch is not None)
        warnings.warn(said, UserWarning, stacklevel=_CALLER)
    elif ending == "max_iter":
        warnings.warn(
            f"lm has not converged in {model.n_iter_} iteration(s), the most that max_iter={model.max_iter} "
            f"allows: the loss is {model.loss_:g}, and its gradient still above min_gradient="
            f"{model.min_gradient:g}. A larger max_iter or min_gradient, or scaled input, may help; where the "
            "errors are noise, early_stopping or bayesian=True end sooner.",
            ConvergenceWarning,
            stacklevel=_CALLER,
        )
