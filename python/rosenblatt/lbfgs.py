"""Training with the solver "lbfgs": SciPy's L-BFGS, with loss and gradient from the core."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from sklearn.exceptions import ConvergenceWarning

from rosenblatt.audience import Outcome, gathered
from rosenblatt.fitted_network import DivergenceError, check_finite, network_of, parameter_views
from rosenblatt.listening import interruption
from rosenblatt.precision import PRECISIONS, Array, CoreNetwork
from rosenblatt.regularisation import l1_share
from rosenblatt.threads import thread_count
from rosenblatt.training_data import TrainingData
from rosenblatt.watch import Watch, keep_iterations

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["Objective", "train"]

# Frames from a warning here to the caller of fit: train, _train, _fit_in_place, _fit, fit, scikit-learn's
# wrapper.
_CALLER = 7


class Objective:
    """The loss of an estimator's network on data, with its penalty, as a function of one vector.

    The vector holds every W, then every b, in scikit-learn's order. Everything is float64: a line search
    compares losses that differ by less than float32 resolves.

    Parameters
    ----------
    model : MLP
        The estimator; its alpha and loss.
    network : CoreNetwork
        Where the vector begins.
    data : TrainingData
        The rows.

    Attributes
    ----------
    begin : ndarray of float64
        The parameters of `network`.
    network : CoreNetwork
        Where vectors are evaluated.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.lbfgs import Objective
    >>> from rosenblatt.training_data import TrainingData
    >>> model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0.0)
    >>> X, y = np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]])
    >>> model = model.fit(X, y.ravel())
    >>> objective = Objective(model, model._network, TrainingData.whole(X, y, None))
    >>> loss, gradient = objective(np.array([0.0, 1.0]))  # W = 0, b = 1
    >>> loss, gradient  # ½ (0 + 4) / 2, and −(0 + 2) / 2 for both
    (1.0, array([-1., -1.]))
    """

    def __init__(self, model: MLP, network: CoreNetwork, data: TrainingData) -> None:
        coefs, intercepts = parameter_views(network)
        # A network of its own: the estimator's may be float32, and keeps what it has if the training fails.
        self.network = network_of(
            coefs,
            intercepts,
            model.activation,
            model.out_activation_,
            network.sizes[-1],
            np.dtype(np.float64),
            network.groups,
        )
        loss = model._loss()
        self._scale = loss["loss_scale"]
        self._core = PRECISIONS[np.dtype(np.float64)].objective(
            self.network,
            data.X,
            data.y.astype(np.float64) if data.y.ndim == 2 else data.y,
            data.weights,
            loss=loss["loss"],
            alpha=model._number("alpha"),
            l1_ratio=l1_share(model),
            threads=thread_count(model.n_threads),
        )
        self._views = parameter_views(self.network)
        self._coefficients = sum(W.size for W in self._views[0])
        self._alpha_half = 0.5 * model._number("alpha")
        self._weight = len(data.y) if data.weights is None else data.weights.sum()
        self.begin = self._packed(*self._views)

    def __call__(self, vector: Array) -> tuple[float, Array]:
        """Evaluate the function and its gradient."""
        self.write(vector, self.network)
        loss, penalty = self._core.evaluate(self.network)
        gradients = [self._core.gradient(k) for k in range(1, len(self.network.sizes))]
        return loss + penalty, self._packed([g[1:] for g in gradients], [g[0] for g in gradients])

    def reported(self, vector: Array, value: float) -> float:
        """The value in scikit-learn's scale, in which a squared error is the mean over outputs."""
        W = vector[: self._coefficients]
        penalty = self._alpha_half * float(W @ W) / self._weight
        return float((value - penalty) * self._scale + penalty)

    def write(self, vector: Array, network: CoreNetwork) -> None:
        """Write a vector into the parameters of a network."""
        position = 0
        for view in [values for layers in parameter_views(network) for values in layers]:
            view[...] = vector[position : position + view.size].reshape(view.shape)
            position += view.size

    @staticmethod
    def _packed(coefs: list[Array], intercepts: list[Array]) -> Array:
        return np.concatenate([values.ravel() for values in [*coefs, *intercepts]])


def train(model: MLP, network: CoreNetwork, data: TrainingData, *, goes_on: bool) -> Outcome:
    """Train a network, and leave what is known of the training as attributes of the model.

    Parameters
    ----------
    model : MLP
        The estimator; its parameters say how.
    network : CoreNetwork
        Changed in place.
    data : TrainingData
        The rows, all of which are learned from, and those to watch.
    goes_on : bool
        Whether the loss curve goes on, too (a warm start).

    Returns
    -------
    Outcome
        Whether the user interrupted it, and what a callback raised.

    References
    ----------
    Liu, Nocedal: On the limited memory BFGS method for large scale optimization, 1989.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs").fit([[0.0], [1.0]], [1.0, 3.0])
    >>> model.predict([[2.0]]).round(2)
    array([5.])
    """
    objective = Objective(model, network, data)
    watch = None
    if data.validation is not None:
        tol, limit = model._number("tol"), model._number("n_iter_no_change")
        watch = Watch(model, objective, network, data.validation, tol=tol, limit=limit)
    keeps_best = watch is not None and bool(model.early_stopping)
    curve: list[float] = []
    last = objective.begin  # as of the last iteration that was whole
    kept: Array | None = None
    is_stopped = is_used_up = False

    def keep() -> None:
        nonlocal kept
        kept = last

    def as_of_now() -> MLP:
        held, loss = network.copy(), curve[-1] if curve else np.nan
        objective.write(last, held)
        return model._as_of_now(
            held, lambda copy: keep_iterations(copy, curve, loss, watch, goes_on=goes_on), goes_on
        )

    audience = gathered(
        model, rows=len(data.training), is_watched=watch is not None, as_of_now=as_of_now, keep=keep
    )

    def evaluate(vector: Array) -> tuple[float, Array]:
        if audience is not None:  # SciPy tells when an iteration ends, not when one begins
            audience.before_epoch()
        return objective(vector)

    def on_iteration(intermediate_result: OptimizeResult) -> None:
        nonlocal last, is_stopped, is_used_up
        vector = intermediate_result.x.copy()
        try:
            is_used_up = watch is not None and watch.is_used_up(vector)
        except StopIteration as error:  # which SciPy would take for a stop
            raise RuntimeError("scoring raised StopIteration") from error
        last = vector
        curve.append(objective.reported(last, intermediate_result.fun))
        seen = (watch.scores[-1], watch.losses[-1]) if watch else (np.nan, np.nan)
        is_stopped = audience is not None and audience.on_epoch(len(curve), curve[-1], *seen)
        if is_stopped or is_used_up:
            raise StopIteration  # SciPy's word for it

    result: Any = None
    ending = "interrupted"
    try:
        if audience is not None:
            audience.begin()
        result = minimize(
            evaluate,
            objective.begin,
            method="L-BFGS-B",
            jac=True,
            callback=on_iteration,
            options={
                "maxfun": min(int(model.max_fun), 2**31 - 1),
                "maxiter": min(int(model.max_iter), 2**31 - 1),
                "gtol": model._number("tol"),
            },
        )
    except KeyboardInterrupt:
        pass
    except BaseException as error:
        if audience is None or not audience.survives(error):
            raise
        ending = "failed"
    if result is None:
        # The loss where it began is not known: to look takes as long as what was interrupted.
        x, loss = last, curve[-1] if curve else np.nan
    else:
        x, loss = result.x, objective.reported(result.x, result.fun)
        ending = _ending(result, loss, is_stopped=is_stopped, is_used_up=is_used_up)
    if ending != "failed" and kept is not None:
        x = kept
    elif watch is not None and keeps_best and watch.patience.best is not None:
        x = watch.patience.best
    last = x
    objective.write(x, network)
    keep_iterations(model, curve, loss, watch, goes_on=goes_on)
    if result is not None:
        model.n_iter_ = min(int(result.nit), int(model.max_iter))
    if audience is not None:
        audience.end(ending)
    failure = audience.failure if audience is not None else None
    if ending == "diverged" and failure is None:
        raise DivergenceError(
            f"the loss is not finite ({loss:g}) where lbfgs ended, after {len(curve)} iteration(s). The "
            "input data may contain large values and need to be preprocessed."
        )
    check_finite(network, failure)
    if failure is None and result is None:
        said = interruption(len(curve), "iteration", keeps_best=keeps_best, is_kept=kept is not None)
        warnings.warn(said, UserWarning, stacklevel=_CALLER)
    elif failure is None and ending in ("max_iter", "abnormal"):
        warnings.warn(
            f"lbfgs failed to converge after {model.n_iter_} iteration(s) (status={result.status}): "
            f"{result.message}. A larger max_iter (now {model.max_iter}) or max_fun (now {model.max_fun}), "
            "scaled input, or a larger tol may help.",
            ConvergenceWarning,
            stacklevel=_CALLER,
        )
    return Outcome(ending == "interrupted", failure)


def _ending(result: OptimizeResult, loss: float, *, is_stopped: bool, is_used_up: bool) -> str:
    """What SciPy's result is called here; a status above 1 without a stop: the line search found no step."""
    if not np.isfinite(loss):
        return "diverged"
    if is_stopped:
        return "stopped"
    if is_used_up or result.status == 0:
        return "converged"
    return "max_iter" if result.status == 1 else "abnormal"
