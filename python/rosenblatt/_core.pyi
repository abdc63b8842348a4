"""
The C++ core of rosenblatt.
"""
from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing
__all__: list[str] = ['MersenneTwister', 'NetworkFloat32', 'NetworkFloat64', 'ObjectiveFloat32', 'ObjectiveFloat64', 'OptimizerFloat32', 'OptimizerFloat64', 'PassFloat32', 'PassFloat64', 'TrainerFloat32', 'TrainerFloat64', 'activation_names', 'active_isa', 'available_isas', 'check_loss', 'loss_names', 'train_perceptron']
class MersenneTwister:
    """
    MT19937, continued from a state of NumPy's, or seeded like RandomState.
    """
    @typing.overload
    def __init__(self, state: tuple[typing.Annotated[numpy.typing.ArrayLike, numpy.uint32], typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
    @typing.overload
    def __init__(self, seed: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def uniform(self, low: typing.SupportsFloat | typing.SupportsIndex, high: typing.SupportsFloat | typing.SupportsIndex, size: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> numpy.typing.NDArray[numpy.float64]:
        """
        The numbers that RandomState.uniform draws.
        """
    @property
    def state(self) -> tuple[numpy.typing.NDArray[numpy.uint32], int]:
        """
        624 words, and the position 0 .. 624 of the next one to be used.
        """
    @state.setter
    def state(self, arg1: tuple[typing.Annotated[numpy.typing.ArrayLike, numpy.uint32], typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
class NetworkFloat32:
    """
    Layers and their parameters in one buffer.
    """
    def __init__(self, sizes: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], activations: collections.abc.Sequence[str]) -> None:
        ...
    def copy(self) -> NetworkFloat32:
        ...
    def copy_parameters(self, other: NetworkFloat32) -> None:
        """
        Take over the parameters of a network of the same layers.
        """
    def predict(self, x: typing.Any, threads: typing.SupportsInt | typing.SupportsIndex = 1) -> tuple[numpy.typing.NDArray[numpy.float32], bool]:
        """
        a of the last layer for every row of x, an array or a CSR matrix, and whether all of an array is finite.
        """
    def theta(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        """
        theta of layer k = 1 .. l as a writable view; row 0 is the bias.
        """
    @property
    def activations(self) -> list[str]:
        ...
    @property
    def sizes(self) -> list[int]:
        ...
class PassFloat32:
    """
    n, a and s of every layer for a batch of rows.
    """
    def __init__(self, network: NetworkFloat32, batch: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def a(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        ...
    def backward(self, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], loss: str) -> float:
        """
        Backward pass (equations 24, 33) after forward; returns the loss summed over rows.
        """
    def descend(self, eta: typing.SupportsFloat | typing.SupportsIndex, scale: typing.SupportsFloat | typing.SupportsIndex) -> None:
        """
        Gradient descent (equation 19) with the gradient of backward.
        """
    def forward(self, x: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]) -> None:
        """
        Forward pass (equations 20, 21).
        """
    def gradient(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        """
        dL/dtheta of layer k, summed over the rows.
        """
    def n(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        ...
    def perceptron_rule(self, x: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], eta: typing.SupportsFloat | typing.SupportsIndex) -> int:
        """
        The perceptron rule (equation 6), row after row; returns the number of wrong rows.
        """
    def s(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        ...
    def times_derivative(self, k: typing.SupportsInt | typing.SupportsIndex, s: typing.Annotated[numpy.typing.ArrayLike, numpy.float32]) -> numpy.typing.NDArray[numpy.float32]:
        """
        s times f'(n) of layer k, row by row (equations 24, 32, 33), after forward.
        """
class NetworkFloat64:
    """
    Layers and their parameters in one buffer.
    """
    def __init__(self, sizes: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], activations: collections.abc.Sequence[str]) -> None:
        ...
    def copy(self) -> NetworkFloat64:
        ...
    def copy_parameters(self, other: NetworkFloat64) -> None:
        """
        Take over the parameters of a network of the same layers.
        """
    def predict(self, x: typing.Any, threads: typing.SupportsInt | typing.SupportsIndex = 1) -> tuple[numpy.typing.NDArray[numpy.float64], bool]:
        """
        a of the last layer for every row of x, an array or a CSR matrix, and whether all of an array is finite.
        """
    def theta(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        theta of layer k = 1 .. l as a writable view; row 0 is the bias.
        """
    @property
    def activations(self) -> list[str]:
        ...
    @property
    def sizes(self) -> list[int]:
        ...
class PassFloat64:
    """
    n, a and s of every layer for a batch of rows.
    """
    def __init__(self, network: NetworkFloat64, batch: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def a(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        ...
    def backward(self, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], loss: str) -> float:
        """
        Backward pass (equations 24, 33) after forward; returns the loss summed over rows.
        """
    def descend(self, eta: typing.SupportsFloat | typing.SupportsIndex, scale: typing.SupportsFloat | typing.SupportsIndex) -> None:
        """
        Gradient descent (equation 19) with the gradient of backward.
        """
    def forward(self, x: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]) -> None:
        """
        Forward pass (equations 20, 21).
        """
    def gradient(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        dL/dtheta of layer k, summed over the rows.
        """
    def n(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        ...
    def perceptron_rule(self, x: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], eta: typing.SupportsFloat | typing.SupportsIndex) -> int:
        """
        The perceptron rule (equation 6), row after row; returns the number of wrong rows.
        """
    def s(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        ...
    def times_derivative(self, k: typing.SupportsInt | typing.SupportsIndex, s: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> numpy.typing.NDArray[numpy.float64]:
        """
        s times f'(n) of layer k, row by row (equations 24, 32, 33), after forward.
        """
class OptimizerFloat32:
    """
    sgd or adam, and what it remembers of the steps so far.
    """
    def __init__(self, network: NetworkFloat32, *, solver: str, learning_rate: str, learning_rate_init: typing.SupportsFloat | typing.SupportsIndex, power_t: typing.SupportsFloat | typing.SupportsIndex, momentum: typing.SupportsFloat | typing.SupportsIndex, nesterovs_momentum: bool, beta_1: typing.SupportsFloat | typing.SupportsIndex, beta_2: typing.SupportsFloat | typing.SupportsIndex, epsilon: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    def copy(self) -> OptimizerFloat32:
        ...
    def first(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        """
        Velocity, or Adam's mean of the gradient, as a writable view in the shape of theta of k.
        """
    def restore(self, steps: typing.SupportsFloat | typing.SupportsIndex, learning_rate: typing.SupportsFloat | typing.SupportsIndex) -> None:
        """
        Take over what was saved; the rest is written into first and second.
        """
    def second(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        """
        Adam's mean of the gradient's square, likewise.
        """
    @property
    def has_second(self) -> bool:
        ...
    @property
    def learning_rate(self) -> float:
        ...
    @property
    def sizes(self) -> list[int]:
        ...
    @property
    def steps(self) -> float:
        ...
class OptimizerFloat64:
    """
    sgd or adam, and what it remembers of the steps so far.
    """
    def __init__(self, network: NetworkFloat64, *, solver: str, learning_rate: str, learning_rate_init: typing.SupportsFloat | typing.SupportsIndex, power_t: typing.SupportsFloat | typing.SupportsIndex, momentum: typing.SupportsFloat | typing.SupportsIndex, nesterovs_momentum: bool, beta_1: typing.SupportsFloat | typing.SupportsIndex, beta_2: typing.SupportsFloat | typing.SupportsIndex, epsilon: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    def copy(self) -> OptimizerFloat64:
        ...
    def first(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        Velocity, or Adam's mean of the gradient, as a writable view in the shape of theta of k.
        """
    def restore(self, steps: typing.SupportsFloat | typing.SupportsIndex, learning_rate: typing.SupportsFloat | typing.SupportsIndex) -> None:
        """
        Take over what was saved; the rest is written into first and second.
        """
    def second(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        Adam's mean of the gradient's square, likewise.
        """
    @property
    def has_second(self) -> bool:
        ...
    @property
    def learning_rate(self) -> float:
        ...
    @property
    def sizes(self) -> list[int]:
        ...
    @property
    def steps(self) -> float:
        ...
class TrainerFloat32:
    """
    Training by mini-batches; moves the optimizer that it is given.
    """
    def __init__(self, network: NetworkFloat32, optimizer: OptimizerFloat32, *, loss: str, loss_scale: typing.SupportsFloat | typing.SupportsIndex, alpha: typing.SupportsFloat | typing.SupportsIndex, batch_size: typing.SupportsInt | typing.SupportsIndex, shuffle: bool, tol: typing.SupportsFloat | typing.SupportsIndex, n_iter_no_change: typing.SupportsFloat | typing.SupportsIndex, early_stopping: bool, score: str, threads: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def fit(self, network: NetworkFloat32, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, training: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], validation: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], max_iter: typing.SupportsInt | typing.SupportsIndex, random: MersenneTwister, on_epoch: collections.abc.Callable[[int, float, float, float], bool] | None = None, on_batch: collections.abc.Callable[[int, int, int, int, float, float], bool] | None = None, before_epoch: collections.abc.Callable[[int], typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None] | None = None) -> str:
        """
        Train for at most max_iter epochs on x, an array or a CSR matrix; returns how it ended.
        """
    def resume(self, best_loss: typing.SupportsFloat | typing.SupportsIndex, best_validation_score: typing.SupportsFloat | typing.SupportsIndex, no_improvement: typing.SupportsFloat | typing.SupportsIndex, samples: typing.SupportsFloat | typing.SupportsIndex) -> None:
        """
        Continue an earlier training: how far it came.
        """
    @property
    def best_loss(self) -> float:
        ...
    @property
    def best_validation_score(self) -> float:
        ...
    @property
    def learning_rate(self) -> float:
        ...
    @property
    def loss_curve(self) -> list[float]:
        ...
    @property
    def no_improvement(self) -> float:
        ...
    @property
    def samples(self) -> float:
        ...
    @property
    def validation_scores(self) -> list[float]:
        ...
class TrainerFloat64:
    """
    Training by mini-batches; moves the optimizer that it is given.
    """
    def __init__(self, network: NetworkFloat64, optimizer: OptimizerFloat64, *, loss: str, loss_scale: typing.SupportsFloat | typing.SupportsIndex, alpha: typing.SupportsFloat | typing.SupportsIndex, batch_size: typing.SupportsInt | typing.SupportsIndex, shuffle: bool, tol: typing.SupportsFloat | typing.SupportsIndex, n_iter_no_change: typing.SupportsFloat | typing.SupportsIndex, early_stopping: bool, score: str, threads: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def fit(self, network: NetworkFloat64, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, training: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], validation: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], max_iter: typing.SupportsInt | typing.SupportsIndex, random: MersenneTwister, on_epoch: collections.abc.Callable[[int, float, float, float], bool] | None = None, on_batch: collections.abc.Callable[[int, int, int, int, float, float], bool] | None = None, before_epoch: collections.abc.Callable[[int], typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None] | None = None) -> str:
        """
        Train for at most max_iter epochs on x, an array or a CSR matrix; returns how it ended.
        """
    def resume(self, best_loss: typing.SupportsFloat | typing.SupportsIndex, best_validation_score: typing.SupportsFloat | typing.SupportsIndex, no_improvement: typing.SupportsFloat | typing.SupportsIndex, samples: typing.SupportsFloat | typing.SupportsIndex) -> None:
        """
        Continue an earlier training: how far it came.
        """
    @property
    def best_loss(self) -> float:
        ...
    @property
    def best_validation_score(self) -> float:
        ...
    @property
    def learning_rate(self) -> float:
        ...
    @property
    def loss_curve(self) -> list[float]:
        ...
    @property
    def no_improvement(self) -> float:
        ...
    @property
    def samples(self) -> float:
        ...
    @property
    def validation_scores(self) -> list[float]:
        ...
class ObjectiveFloat32:
    """
    The loss of a network on data, and its gradient.
    """
    def __init__(self, network: NetworkFloat32, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, *, loss: str, alpha: typing.SupportsFloat | typing.SupportsIndex, threads: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def evaluate(self, network: NetworkFloat32) -> tuple[float, float]:
        """
        The loss, a mean over rows, and the penalty, at the network's parameters. Raises KeyboardInterrupt.
        """
    def gradient(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        """
        Of loss and penalty, as of the last evaluation, in the shape of theta of layer k.
        """
class ObjectiveFloat64:
    """
    The loss of a network on data, and its gradient.
    """
    def __init__(self, network: NetworkFloat64, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, *, loss: str, alpha: typing.SupportsFloat | typing.SupportsIndex, threads: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def evaluate(self, network: NetworkFloat64) -> tuple[float, float]:
        """
        The loss, a mean over rows, and the penalty, at the network's parameters. Raises KeyboardInterrupt.
        """
    def gradient(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        Of loss and penalty, as of the last evaluation, in the shape of theta of layer k.
        """
def activation_names() -> list[str]:
    ...
def active_isa() -> str:
    """
    The instruction set that the kernels use.
    """
def available_isas() -> list[str]:
    """
    The instruction sets that this machine can run, best first.
    """
def check_loss(loss: str, activation: str) -> None:
    """
    Raises ValueError unless the loss fits the last layer's activation.
    """
def loss_names() -> list[str]:
    ...
def train_perceptron(w: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], intercept: typing.SupportsFloat | typing.SupportsIndex, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None = None, validation: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None = None, *, penalty: str | None, alpha: typing.SupportsFloat | typing.SupportsIndex, l1_ratio: typing.SupportsFloat | typing.SupportsIndex, fit_intercept: bool, max_iter: typing.SupportsInt | typing.SupportsIndex, tol: typing.SupportsFloat | typing.SupportsIndex, shuffle: bool, seed: typing.SupportsInt | typing.SupportsIndex, eta0: typing.SupportsFloat | typing.SupportsIndex, early_stopping: bool, n_iter_no_change: typing.SupportsInt | typing.SupportsIndex, weight_positive: typing.SupportsFloat | typing.SupportsIndex, weight_negative: typing.SupportsFloat | typing.SupportsIndex, on_epoch: collections.abc.Callable[[int, float, float, int, float, float, float], bool] | None = None, stopped: collections.abc.Callable[[], bool] | None = None) -> tuple[str, float, int]:
    """
    Train one unit in place, w in float32 or float64; returns how it ended, the intercept and the epochs.
    """
