"""
The C++ core of rosenblatt.
"""
from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing
__all__: list[str] = ['BatchNormFloat32', 'BatchNormFloat64', 'Jacobian', 'LossFunction', 'MersenneTwister', 'NetworkFloat32', 'NetworkFloat64', 'ObjectiveFloat32', 'ObjectiveFloat64', 'OptimizerFloat32', 'OptimizerFloat64', 'PassFloat32', 'PassFloat64', 'TrainerFloat32', 'TrainerFloat64', 'ValidationFloat32', 'ValidationFloat64', 'activation_names', 'active_isa', 'available_isas', 'check_loss', 'loss_names', 'train_perceptron']
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
class LossFunction:
    """
    A loss with the numbers that it takes.
    """
    def __getstate__(self) -> tuple[str, float, float, float, float, list[float]]:
        ...
    def __init__(self, loss: str, *, huber_delta: typing.SupportsFloat | typing.SupportsIndex = 1.0, tweedie_power: typing.SupportsFloat | typing.SupportsIndex = 1.5, focal_gamma: typing.SupportsFloat | typing.SupportsIndex = 2.0, label_smoothing: typing.SupportsFloat | typing.SupportsIndex = 0.0, quantiles: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = [0.5]) -> None:
        ...
    def __setstate__(self, arg0: tuple[str, typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex, collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]]) -> None:
        ...
    @property
    def focal_gamma(self) -> float:
        ...
    @property
    def huber_delta(self) -> float:
        ...
    @property
    def label_smoothing(self) -> float:
        ...
    @property
    def loss(self) -> str:
        ...
    @property
    def quantiles(self) -> list[float]:
        ...
    @property
    def tweedie_power(self) -> float:
        ...
class NetworkFloat32:
    """
    Layers and their parameters in one buffer.
    """
    def __init__(self, sizes: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], activations: collections.abc.Sequence[str], groups: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] = []) -> None:
        ...
    def copy(self) -> NetworkFloat32:
        ...
    def copy_parameters(self, other: NetworkFloat32) -> None:
        """
        Take over the parameters of a network of the same layers.
        """
    def first_layers(self, k: typing.SupportsInt | typing.SupportsIndex) -> NetworkFloat32:
        """
        Layers 1 to k as a network of their own, with a copy of their parameters.
        """
    def input_gradients(self, x: typing.Any, outputs: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], threads: typing.SupportsInt | typing.SupportsIndex = 1) -> numpy.typing.NDArray[numpy.float32]:
        """
        da/dx of these outputs for every row of x, an array or a CSR matrix: rows x outputs x inputs.
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
    def groups(self) -> list[int]:
        """
        Widths of the groups of outputs that have an activation each; none if all share one.
        """
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
    def backward(self, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], loss: str | LossFunction | collections.abc.Callable[[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], tuple[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]]]) -> float:
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
    def __init__(self, sizes: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], activations: collections.abc.Sequence[str], groups: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] = []) -> None:
        ...
    def copy(self) -> NetworkFloat64:
        ...
    def copy_parameters(self, other: NetworkFloat64) -> None:
        """
        Take over the parameters of a network of the same layers.
        """
    def first_layers(self, k: typing.SupportsInt | typing.SupportsIndex) -> NetworkFloat64:
        """
        Layers 1 to k as a network of their own, with a copy of their parameters.
        """
    def input_gradients(self, x: typing.Any, outputs: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], threads: typing.SupportsInt | typing.SupportsIndex = 1) -> numpy.typing.NDArray[numpy.float64]:
        """
        da/dx of these outputs for every row of x, an array or a CSR matrix: rows x outputs x inputs.
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
    def groups(self) -> list[int]:
        """
        Widths of the groups of outputs that have an activation each; none if all share one.
        """
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
    def backward(self, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], loss: str | LossFunction | collections.abc.Callable[[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], tuple[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]]]) -> float:
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
    A solver by mini-batches, and what it remembers of the steps so far.
    """
    def __init__(self, network: NetworkFloat32, *, solver: str, learning_rate: str, learning_rate_init: typing.SupportsFloat | typing.SupportsIndex, power_t: typing.SupportsFloat | typing.SupportsIndex, momentum: typing.SupportsFloat | typing.SupportsIndex, nesterovs_momentum: bool, beta_1: typing.SupportsFloat | typing.SupportsIndex, beta_2: typing.SupportsFloat | typing.SupportsIndex, epsilon: typing.SupportsFloat | typing.SupportsIndex, rho: typing.SupportsFloat | typing.SupportsIndex = 0.9) -> None:
        ...
    def copy(self) -> OptimizerFloat32:
        ...
    def first(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        """
        Velocity, mean of the gradient, mean or sum of its square (rmsprop, adagrad), or the last gradient (rprop), as a writable view in the shape of theta of k.
        """
    def regularise(self, *, alpha: typing.SupportsFloat | typing.SupportsIndex, l1_ratio: typing.SupportsFloat | typing.SupportsIndex, weight_decay: typing.SupportsFloat | typing.SupportsIndex, clip_value: typing.SupportsFloat | typing.SupportsIndex, clip_norm: typing.SupportsFloat | typing.SupportsIndex, max_norm: typing.SupportsFloat | typing.SupportsIndex) -> None:
        """
        What holds weights or gradient small from the next step on; inf is no limit.
        """
    def restore(self, steps: typing.SupportsFloat | typing.SupportsIndex, learning_rate: typing.SupportsFloat | typing.SupportsIndex) -> None:
        """
        Take over what was saved; the rest is written into first and second.
        """
    def second(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        """
        Mean of the gradient's square, or the size of the steps (rprop), likewise.
        """
    @property
    def has_second(self) -> bool:
        ...
    @property
    def learning_rate(self) -> float:
        ...
    @learning_rate.setter
    def learning_rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def sizes(self) -> list[int]:
        ...
    @property
    def steps(self) -> float:
        ...
class OptimizerFloat64:
    """
    A solver by mini-batches, and what it remembers of the steps so far.
    """
    def __init__(self, network: NetworkFloat64, *, solver: str, learning_rate: str, learning_rate_init: typing.SupportsFloat | typing.SupportsIndex, power_t: typing.SupportsFloat | typing.SupportsIndex, momentum: typing.SupportsFloat | typing.SupportsIndex, nesterovs_momentum: bool, beta_1: typing.SupportsFloat | typing.SupportsIndex, beta_2: typing.SupportsFloat | typing.SupportsIndex, epsilon: typing.SupportsFloat | typing.SupportsIndex, rho: typing.SupportsFloat | typing.SupportsIndex = 0.9) -> None:
        ...
    def copy(self) -> OptimizerFloat64:
        ...
    def first(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        Velocity, mean of the gradient, mean or sum of its square (rmsprop, adagrad), or the last gradient (rprop), as a writable view in the shape of theta of k.
        """
    def regularise(self, *, alpha: typing.SupportsFloat | typing.SupportsIndex, l1_ratio: typing.SupportsFloat | typing.SupportsIndex, weight_decay: typing.SupportsFloat | typing.SupportsIndex, clip_value: typing.SupportsFloat | typing.SupportsIndex, clip_norm: typing.SupportsFloat | typing.SupportsIndex, max_norm: typing.SupportsFloat | typing.SupportsIndex) -> None:
        """
        What holds weights or gradient small from the next step on; inf is no limit.
        """
    def restore(self, steps: typing.SupportsFloat | typing.SupportsIndex, learning_rate: typing.SupportsFloat | typing.SupportsIndex) -> None:
        """
        Take over what was saved; the rest is written into first and second.
        """
    def second(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        Mean of the gradient's square, or the size of the steps (rprop), likewise.
        """
    @property
    def has_second(self) -> bool:
        ...
    @property
    def learning_rate(self) -> float:
        ...
    @learning_rate.setter
    def learning_rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def sizes(self) -> list[int]:
        ...
    @property
    def steps(self) -> float:
        ...
class BatchNormFloat32:
    """
    Batch normalisation of the hidden layers: what is trained in the place of a network, and folded into it.
    """
    def __init__(self, network: NetworkFloat32, optimizer: OptimizerFloat32) -> None:
        ...
    def copy(self) -> BatchNormFloat32:
        ...
    def copy_parameters(self, other: BatchNormFloat32) -> None:
        """
        Take over all but the optimizer from one of the same sizes.
        """
    def copy_steps(self, other: BatchNormFloat32) -> None:
        """
        Take over the optimizer of beta and gamma.
        """
    def fold(self, network: NetworkFloat32) -> None:
        """
        Write the parameters into a network of the same sizes.
        """
    def is_folded_in(self, network: NetworkFloat32) -> bool:
        """
        Whether fold would write what the network holds, to the bit.
        """
    @property
    def has_statistics(self) -> bool:
        """
        Whether these are of any rows yet.
        """
    @has_statistics.setter
    def has_statistics(self, arg1: bool) -> None:
        ...
    @property
    def mean(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Moving average of the means, as a writable view.
        """
    @property
    def network(self) -> NetworkFloat32:
        """
        The network that is trained, whose hidden layers have no bias.
        """
    @property
    def optimizer(self) -> OptimizerFloat32:
        """
        Of beta and gamma, a layer with one input.
        """
    @property
    def scales(self) -> numpy.typing.NDArray[numpy.float32]:
        """
        beta and gamma of all hidden layers, two rows, as a writable view.
        """
    @property
    def variance(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Moving average of the variances, likewise.
        """
class BatchNormFloat64:
    """
    Batch normalisation of the hidden layers: what is trained in the place of a network, and folded into it.
    """
    def __init__(self, network: NetworkFloat64, optimizer: OptimizerFloat64) -> None:
        ...
    def copy(self) -> BatchNormFloat64:
        ...
    def copy_parameters(self, other: BatchNormFloat64) -> None:
        """
        Take over all but the optimizer from one of the same sizes.
        """
    def copy_steps(self, other: BatchNormFloat64) -> None:
        """
        Take over the optimizer of beta and gamma.
        """
    def fold(self, network: NetworkFloat64) -> None:
        """
        Write the parameters into a network of the same sizes.
        """
    def is_folded_in(self, network: NetworkFloat64) -> bool:
        """
        Whether fold would write what the network holds, to the bit.
        """
    @property
    def has_statistics(self) -> bool:
        """
        Whether these are of any rows yet.
        """
    @has_statistics.setter
    def has_statistics(self, arg1: bool) -> None:
        ...
    @property
    def mean(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Moving average of the means, as a writable view.
        """
    @property
    def network(self) -> NetworkFloat64:
        """
        The network that is trained, whose hidden layers have no bias.
        """
    @property
    def optimizer(self) -> OptimizerFloat64:
        """
        Of beta and gamma, a layer with one input.
        """
    @property
    def scales(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        beta and gamma of all hidden layers, two rows, as a writable view.
        """
    @property
    def variance(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        Moving average of the variances, likewise.
        """
class TrainerFloat32:
    """
    Training by mini-batches; moves the optimizer, and the batch_norm, that it is given.
    """
    def __init__(self, network: NetworkFloat32, optimizer: OptimizerFloat32, *, loss: str | LossFunction | collections.abc.Callable[[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], tuple[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]]], loss_scale: typing.SupportsFloat | typing.SupportsIndex, batch_size: typing.SupportsInt | typing.SupportsIndex, shuffle: bool, tol: typing.SupportsFloat | typing.SupportsIndex, n_iter_no_change: typing.SupportsFloat | typing.SupportsIndex, early_stopping: bool, score: str, threads: typing.SupportsInt | typing.SupportsIndex, input_noise: typing.SupportsFloat | typing.SupportsIndex = 0.0, input_dropout: typing.SupportsFloat | typing.SupportsIndex = 0.0, dropout: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = [], batch_norm: BatchNormFloat32 | None = None) -> None:
        ...
    def fit(self, network: NetworkFloat32, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, training: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], validation: tuple[typing.Any, numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]] | None, max_iter: typing.SupportsInt | typing.SupportsIndex, random: MersenneTwister, on_epoch: collections.abc.Callable[[int, float, float, float, float], bool] | None = None, score: collections.abc.Callable[[], typing.SupportsFloat | typing.SupportsIndex] | None = None, on_batch: collections.abc.Callable[[int, int, int, int, float, float], bool] | None = None, before_epoch: collections.abc.Callable[[int], typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None] | None = None) -> str:
        """
        Train for at most max_iter epochs on x, an array or a CSR matrix; validation is None or x, y, weights and the numbers of the rows to watch. Returns how it ended.
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
    def validation_losses(self) -> list[float]:
        ...
    @property
    def validation_scores(self) -> list[float]:
        ...
class TrainerFloat64:
    """
    Training by mini-batches; moves the optimizer, and the batch_norm, that it is given.
    """
    def __init__(self, network: NetworkFloat64, optimizer: OptimizerFloat64, *, loss: str | LossFunction | collections.abc.Callable[[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], tuple[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]]], loss_scale: typing.SupportsFloat | typing.SupportsIndex, batch_size: typing.SupportsInt | typing.SupportsIndex, shuffle: bool, tol: typing.SupportsFloat | typing.SupportsIndex, n_iter_no_change: typing.SupportsFloat | typing.SupportsIndex, early_stopping: bool, score: str, threads: typing.SupportsInt | typing.SupportsIndex, input_noise: typing.SupportsFloat | typing.SupportsIndex = 0.0, input_dropout: typing.SupportsFloat | typing.SupportsIndex = 0.0, dropout: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = [], batch_norm: BatchNormFloat64 | None = None) -> None:
        ...
    def fit(self, network: NetworkFloat64, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, training: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], validation: tuple[typing.Any, numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]] | None, max_iter: typing.SupportsInt | typing.SupportsIndex, random: MersenneTwister, on_epoch: collections.abc.Callable[[int, float, float, float, float], bool] | None = None, score: collections.abc.Callable[[], typing.SupportsFloat | typing.SupportsIndex] | None = None, on_batch: collections.abc.Callable[[int, int, int, int, float, float], bool] | None = None, before_epoch: collections.abc.Callable[[int], typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None] | None = None) -> str:
        """
        Train for at most max_iter epochs on x, an array or a CSR matrix; validation is None or x, y, weights and the numbers of the rows to watch. Returns how it ended.
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
    def validation_losses(self) -> list[float]:
        ...
    @property
    def validation_scores(self) -> list[float]:
        ...
class ObjectiveFloat32:
    """
    The loss of a network on data, and its gradient.
    """
    def __init__(self, network: NetworkFloat32, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, *, loss: str | LossFunction | collections.abc.Callable[[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], tuple[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]]], alpha: typing.SupportsFloat | typing.SupportsIndex, l1_ratio: typing.SupportsFloat | typing.SupportsIndex, threads: typing.SupportsInt | typing.SupportsIndex) -> None:
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
    def __init__(self, network: NetworkFloat64, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, *, loss: str | LossFunction | collections.abc.Callable[[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], tuple[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]]], alpha: typing.SupportsFloat | typing.SupportsIndex, l1_ratio: typing.SupportsFloat | typing.SupportsIndex, threads: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def evaluate(self, network: NetworkFloat64) -> tuple[float, float]:
        """
        The loss, a mean over rows, and the penalty, at the network's parameters. Raises KeyboardInterrupt.
        """
    def gradient(self, k: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        Of loss and penalty, as of the last evaluation, in the shape of theta of layer k.
        """
class Jacobian:
    """
    The errors e = sqrt(w) (y - a) of a network on data, and their Jacobian J = de/dtheta.
    """
    def __init__(self, network: NetworkFloat64, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, training: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], *, threads: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def evaluate(self, network: NetworkFloat64, first: typing.SupportsInt | typing.SupportsIndex, count: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        [J e] of so many training rows, each with a row for every output.
        """
    def normal_equations(self, network: NetworkFloat64) -> numpy.typing.NDArray[numpy.float64]:
        """
        [J e]^T [J e] at the network's parameters, on and above the diagonal, as a view that the next call writes into. Raises KeyboardInterrupt.
        """
    def sum_of_squares(self, network: NetworkFloat64) -> float:
        """
        e^T e at the network's parameters. Raises KeyboardInterrupt.
        """
    @property
    def parameters(self) -> int:
        ...
class ValidationFloat32:
    """
    What a network is worth on rows that are watched.
    """
    def __init__(self, network: NetworkFloat32, validation: tuple[typing.Any, numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], *, loss: str | LossFunction | collections.abc.Callable[[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], tuple[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]]], loss_scale: typing.SupportsFloat | typing.SupportsIndex, score: str, threads: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def evaluate(self, network: NetworkFloat32) -> tuple[float, float]:
        """
        The score and the loss, without a penalty.
        """
class ValidationFloat64:
    """
    What a network is worth on rows that are watched.
    """
    def __init__(self, network: NetworkFloat64, validation: tuple[typing.Any, numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None, numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], *, loss: str | LossFunction | collections.abc.Callable[[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], tuple[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]]], loss_scale: typing.SupportsFloat | typing.SupportsIndex, score: str, threads: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def evaluate(self, network: NetworkFloat64) -> tuple[float, float]:
        """
        The score and the loss, without a penalty.
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
def check_loss(loss: str | LossFunction | collections.abc.Callable[[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]], tuple[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]]], activation: str) -> None:
    """
    Raises ValueError unless the numbers of a loss are right, and it fits the last layer's activation.
    """
def loss_names() -> list[str]:
    ...
def train_perceptron(w: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], intercept: typing.SupportsFloat | typing.SupportsIndex, x: typing.Any, y: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], weights: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None = None, validation: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]] | None = None, *, penalty: str | None, alpha: typing.SupportsFloat | typing.SupportsIndex, l1_ratio: typing.SupportsFloat | typing.SupportsIndex, fit_intercept: bool, max_iter: typing.SupportsInt | typing.SupportsIndex, tol: typing.SupportsFloat | typing.SupportsIndex, shuffle: bool, seed: typing.SupportsInt | typing.SupportsIndex, eta0: typing.SupportsFloat | typing.SupportsIndex, early_stopping: bool, n_iter_no_change: typing.SupportsInt | typing.SupportsIndex, weight_positive: typing.SupportsFloat | typing.SupportsIndex, weight_negative: typing.SupportsFloat | typing.SupportsIndex, on_epoch: collections.abc.Callable[[int, float, float, int, float, float, float], bool] | None = None, stopped: collections.abc.Callable[[], bool] | None = None) -> tuple[str, float, int]:
    """
    Train one unit in place, w in float32 or float64; returns how it ended, the intercept and the epochs.
    """
