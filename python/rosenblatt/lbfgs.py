"""Training with the solver "lbfgs": SciPy's L-BFGS, with loss and gradient from the core."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from sklearn.exceptions import ConvergenceWarning

from rosenblatt.audience import gathered
from rosenblatt.fitted_network import check_finite, network_of, parameter_views
from rosenblatt.listening import interruption
from rosenblatt.precision import PRECISIONS, Array, CoreNetwork
from rosenblatt.threads import thread_count
from rosenblatt.training_data import TrainingData

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["Objective", "train"]

# Frames from a warning here to the caller of fit: train, _fit_in_place, _fit, fit, scikit-learn's wrapper.
_CALLER = 6

# By SciPy's status; any other one is a line search that finds nothing.
_ENDINGS = {0: "converged", 1: "max_iter"}


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
        self._network = network_of(
            coefs,
            intercepts,
            model.activation,
            model.out_activation_,
            network.sizes[-1],
            np.dtype(np.float64),
        )
        loss = model._loss()
        self._scale = loss["loss_scale"]
        self._core = PRECISIONS[np.dtype(np.float64)].objective(
            self._network,
            data.X,
            data.y.astype(np.float64) if data.y.ndim == 2 else data.y,
            data.weights,
            loss=loss["loss"],
            alpha=model._number("alpha"),
            threads=thread_count(model.n_threads),
        )
        self._views = parameter_views(self._network)
        self._coefficients = sum(W.size for W in self._views[0])
        self._alpha_half = 0.5 * model._number("alpha")
        self._weight = len(data.y) if data.weights is None else data.weights.sum()
        self.begin = self._packed(*self._views)

    def __call__(self, vector: Array) -> tuple[float, Array]:
        """Evaluate the function and its gradient."""
        self.write(vector, self._network)
        loss, penalty = self._core.evaluate(self._network)
        gradients = [self._core.gradient(k) for k in range(1, len(self._network.sizes))]
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


def train(model: MLP, network: CoreNetwork, data: TrainingData, *, goes_on: bool) -> BaseException | None:
    """Train a network, and leave what is known of the training as attributes of the model.

    Parameters
    ----------
    model : MLP
        The estimator; its parameters say how.
    network : CoreNetwork
        Changed in place.
    data : TrainingData
        The rows, all of which are learned from.
    goes_on : bool
        Whether the loss curve goes on, too (a warm start).

    Returns
    -------
    BaseException or None
        What a callback raised, after which network and model are as of the last iteration.

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
    curve: list[float] = []
    last = objective.begin  # as of the last iteration that was whole
    kept: Array | None = None
    is_stopped = False

    def keep() -> None:
        nonlocal kept
        kept = last

    def as_of_now() -> MLP:
        copy, held = model._copy_without_listeners(), network.copy()
        objective.write(last, held)
        _adopt(copy, curve, curve[-1] if curve else np.nan, goes_on)
        copy._adopt(held)
        return copy

    audience = gathered(model, rows=len(data.y), as_of_now=as_of_now, keep=keep)

    def evaluate(vector: Array) -> tuple[float, Array]:
        if audience is not None:  # SciPy tells when an iteration ends, not when one begins
            audience.before_epoch()
        return objective(vector)

    def on_iteration(intermediate_result: OptimizeResult) -> None:
        nonlocal last, is_stopped
        last = intermediate_result.x.copy()
        curve.append(objective.reported(last, intermediate_result.fun))
        is_stopped = audience is not None and audience.on_epoch(len(curve), curve[-1])
        if is_stopped:
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
        ending = "stopped" if is_stopped else _ENDINGS.get(result.status, "abnormal")
    if kept is not None and ending != "failed":
        x = kept
    objective.write(x, network)
    _adopt(model, curve, loss, goes_on)
    if result is not None:
        model.n_iter_ = min(int(result.nit), int(model.max_iter))
        last = x
    if audience is not None:
        audience.end(ending if np.isfinite(loss) or result is None else "diverged")
    failure = audience.failure if audience is not None else None
    if failure is None and result is not None and kept is None and not np.isfinite(loss):
        raise ValueError(
            f"the loss is not finite ({loss:g}) where lbfgs ended, after {len(curve)} iteration(s). The "
            "input data may contain large values and need to be preprocessed."
        )
    check_finite(network, failure)
    if failure is not None:
        return failure
    if result is None:
        said = interruption(len(curve), "iteration", is_kept=kept is not None)
        warnings.warn(said, UserWarning, stacklevel=_CALLER)
    elif result.status != 0 and not is_stopped:
        warnings.warn(
            f"lbfgs failed to converge after {model.n_iter_} iteration(s) (status={result.status}): "
            f"{result.message}. A larger max_iter (now {model.max_iter}) or max_fun (now {model.max_fun}), "
            "scaled input, or a larger tol may help.",
            ConvergenceWarning,
            stacklevel=_CALLER,
        )
    return None


def _adopt(model: MLP, curve: list[float], loss: float, goes_on: bool) -> None:
    """Take over what is known of the training."""
    model.loss_ = loss
    model.n_iter_ = len(curve)
    model.loss_curve_ = [*model.loss_curve_, *curve] if goes_on else list(curve)
    model.best_loss_ = min(model.loss_curve_, default=model.loss_)
    model.validation_scores_ = model.best_validation_score_ = None
    model.t_ = 0
    # A partial_fit with another solver begins anew.
    model._progress = {}
    model.__dict__.pop("_optimizer", None)
