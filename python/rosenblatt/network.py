"""The textbook's network: every number can be set and seen, computed by the code that trains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rosenblatt import _core
from rosenblatt.layers import Layers
from rosenblatt.network_numbers import checked_eta, checked_x, checked_y, core_network
from rosenblatt.precision import PRECISIONS, Array, CoreNetwork, CorePass
from rosenblatt.trace import Trace, derivative, kept
from rosenblatt.trace_losses import check_traceable, loss_options

__all__ = ["Network"]


class Network:
    r"""A network of fully connected layers in the textbook's notation (row vectors).

    Layer k = 1 .. l computes nᵏ = bᵏ + aᵏ⁻¹Wᵏ and aᵏ = fᵏ(nᵏ) (equations 20, 21), with a⁰ = x. The
    parameters θᵏ = [bᵏ; Wᵏ] start at zero: set them, or draw them with `initialize`.

    Parameters
    ----------
    sizes : sequence of int
        Number of inputs, then the number of perceptrons of each layer; every one at least 1.
    activations : str or sequence of str
        One for each layer, or one for all: ``"HardLimit"``, ``"ReLU"``, ``"Linear"``, ``"Sigmoid"``,
        ``"Tanh"``, ``"Softmax"`` (equations 34 to 38), ``"Exponential"``, ``"SymmetricHardLimit"``,
        ``"LeakyReLU"``, ``"ELU"``, ``"SELU"``, ``"GELU"``, ``"SiLU"``, ``"Softplus"``, ``"Softsign"``,
        ``"HardSigmoid"``, ``"Sin"``, ``"RadialBasis"``, ``"Ordered"`` (docs/activations.md).
    loss : str, default="squared_error"
        The textbook's L = Σ(y − aˡ)² (equation 11), or another one of docs/losses.md, which says what last
        layer it needs. ``"perceptron"``, Σ |y − aˡ|, trains a hard limit by the perceptron rule.
    dtype : float64 or float32
        The numbers that the network is made of and computes with.
    groups : sequence of int, default=()
        Widths of the parts of the last layer of which each has a Softmax, or Ordered, of its own, as for
        several targets; (): all outputs are one.

    Attributes
    ----------
    W, b, theta : Layers
        Parameters, k = 1 .. l: views of shape (pᵏ⁻¹, pᵏ), (pᵏ,), (pᵏ⁻¹ + 1, pᵏ), row 0 of θ being b.
    n, a : Layers
        Net inputs, k = 1 .. l, and activations, k = 0 .. l, of the last forward pass.
    s, gradient : Layers
        Sensitivities ∂L/∂nᵏ of each row and gradients ∂L/∂θᵏ of the last call of `backpropagate`.

    Raises
    ------
    ValueError
        For a size below 1, an unknown name, lists that do not fit together.
    TypeError
        For a size that is no integer.

    References
    ----------
    Hagan, Demuth, Beale, De Jesús: Neural Network Design, 2nd edition, chapters 4 and 11.

    Examples
    --------
    The textbook's example: one step of backpropagation by hand.

    >>> from rosenblatt import Network
    >>> network = Network([2, 2, 1], ["ReLU", "Linear"])
    >>> network.W[1] = [[1, 1], [1, 1]]
    >>> network.W[2] = [[1], [1]]
    >>> network.backpropagate([1, 1], [0], eta=0.1)
    16.0
    >>> network.n[1], network.a[2], network.s[2], network.s[1]
    (array([2., 2.]), array([4.]), array([8.]), array([8., 8.]))
    >>> network.W[1].round(12).tolist(), network.b[1].round(12).tolist()
    ([[0.2, 0.2], [0.2, 0.2]], [-0.8, -0.8])
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: str | Sequence[str],
        *,
        loss: str = "squared_error",
        dtype: DTypeLike = np.float64,
        groups: Sequence[int] = (),
    ) -> None:
        self._look_into(core_network(sizes, activations, loss, dtype, groups), loss)

    @classmethod
    def over(cls, core: CoreNetwork, loss: Any) -> Self:
        """Look into a network of the core that is there already, without a copy.

        Parameters
        ----------
        core : CoreNetwork
            Its parameters are those of the new object: what is written into one shows in the other.
        loss : str, LossFunction or OwnLoss
            As for `Network`, or one of the core's with its numbers, or one of the user's.

        Returns
        -------
        Network
            Keeps `core` alive.

        Examples
        --------
        >>> from rosenblatt import Network, _core
        >>> core = _core.NetworkFloat64([2, 1], ["Linear"])
        >>> Network.over(core, "squared_error").b[1] = 5
        >>> core.theta(1)[0, 0]
        np.float64(5.0)
        """
        network = cls.__new__(cls)
        network._look_into(core, loss)
        return network

    def _look_into(self, core: CoreNetwork, loss: Any) -> None:
        _core.check_loss(loss, core.activations[-1])
        self._core = core
        self._dtype: np.dtype[Any] = core.theta(1).dtype
        self._loss = loss
        self._pass: CorePass | None = None
        self._batch = 0
        self._is_row = False
        self._scale: float | None = None

    @property
    def sizes(self) -> list[int]:
        """Number of inputs, then of perceptrons of each layer."""
        return self._core.sizes

    @property
    def activations(self) -> list[str]:
        """Activation of each layer, from the first to the last."""
        return self._core.activations

    @property
    def groups(self) -> list[int]:
        """Widths of the groups of outputs; empty where all are one."""
        return self._core.groups

    @property
    def loss(self) -> str:
        """Name of the loss L."""
        return str(getattr(self._loss, "loss", self._loss))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of all numbers of the network."""
        return self._dtype

    @property
    def theta(self) -> Layers:
        """Parameters θᵏ = [bᵏ; Wᵏ] of layer k = 1 .. l (equation 13)."""
        return self._parameters("theta", self._core.theta)

    @property
    def W(self) -> Layers:  # noqa: N802 (the textbook's name)
        """Weights Wᵏ of layer k = 1 .. l, pᵏ⁻¹ × pᵏ."""
        return self._parameters("W", lambda k: self._core.theta(k)[1:])

    @property
    def b(self) -> Layers:
        """Biases bᵏ of layer k = 1 .. l, of length pᵏ."""
        return self._parameters("b", lambda k: self._core.theta(k)[0])

    @property
    def n(self) -> Layers:
        """Net inputs nᵏ of layer k = 1 .. l in the last forward pass (equation 20)."""
        return self._quantity("n", 1, lambda k: self._passed().n(k))

    @property
    def a(self) -> Layers:
        """Activations aᵏ of layer k = 0 .. l in the last forward pass (equation 21); a⁰ = x."""
        return self._quantity("a", 0, lambda k: self._passed().a(k))

    @property
    def s(self) -> Layers:
        """Sensitivities sᵏ = ∂L/∂nᵏ of layer k = 1 .. l, of each row by itself (equations 24, 33)."""
        return self._quantity("s", 1, lambda k: self._passed(backward=True).s(k))

    @property
    def gradient(self) -> Layers:
        """Gradients ∂L/∂θᵏ = [1 aᵏ⁻¹]ᵀ sᵏ of the last `backpropagate`, over its batch as it was reduced."""

        def get(k: int) -> Array:
            summed = self._passed(backward=True).gradient(k)
            return np.asarray(summed * self._dtype.type(self._scale or 0.0))

        return Layers("gradient", 1, len(self.sizes) - 1, get)

    def initialize(self, random_state: int | np.random.RandomState | None = None) -> Network:
        """Draw all parameters at random, uniform within ±√(6 / (pᵏ⁻¹ + pᵏ)).

        Parameters
        ----------
        random_state : int, RandomState or None
            The same number gives the same parameters.

        Returns
        -------
        Network
            The network itself.

        References
        ----------
        Glorot and Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010.

        Examples
        --------
        >>> from rosenblatt import Network
        >>> network = Network([2, 3, 1], ["Tanh", "Linear"]).initialize(0)
        >>> bool((abs(network.W[1]) < (6 / 5) ** 0.5).all())
        True
        """
        if isinstance(random_state, np.random.RandomState):
            random = random_state
        else:
            random = np.random.RandomState(random_state)
        for theta in self.theta:
            bound = np.sqrt(6 / (theta.shape[0] - 1 + theta.shape[1]))
            theta[1:] = random.uniform(-bound, bound, (theta.shape[0] - 1, theta.shape[1]))
            theta[0] = random.uniform(-bound, bound, theta.shape[1])
        return self

    def forward(self, x: ArrayLike) -> Array:
        """Compute aˡ, the answer of the network (equations 20, 21), and keep every n and a.

        Parameters
        ----------
        x : array-like of shape (p⁰,) or (rows, p⁰)
            One row or a batch, finite.

        Returns
        -------
        ndarray of shape (pˡ,) or (rows, pˡ)
            In the network's dtype.

        Raises
        ------
        ValueError
            If x is empty, has another number of columns than the network has inputs, or is not finite.
        TypeError
            If x is not made of numbers.

        Examples
        --------
        >>> from rosenblatt import Network
        >>> network = Network([2, 1], "HardLimit")
        >>> network.W[1], network.b[1] = [[1], [1]], -1.5
        >>> network.forward([[0, 0], [0, 1], [1, 0], [1, 1]]).ravel()
        array([0., 0., 0., 1.])
        """
        rows, is_row = checked_x(x, self.sizes, self._dtype)
        self._use(rows, is_row)
        self._passed().forward(rows)
        return self.a[len(self.sizes) - 1].copy()

    def input_gradient(self, x: ArrayLike) -> Array:
        """Compute ∂aˡ/∂x, how each output changes with each input, by a backward pass for each output.

        sˡ = eⱼ ∘ ḟˡ(nˡ) takes the place of equation 24, sᵏ = sᵏ⁺¹ (Wᵏ⁺¹)ᵀ ∘ ḟᵏ(nᵏ) (33) follows, and
        ∂aˡⱼ/∂x = s¹ (W¹)ᵀ. What `forward` and `backpropagate` have left is not touched.

        Parameters
        ----------
        x : array-like of shape (p⁰,) or (rows, p⁰)
            One row or a batch, finite.

        Returns
        -------
        ndarray of shape (pˡ, p⁰) or (rows, pˡ, p⁰)
            The Jacobian of each row.

        Raises
        ------
        ValueError, TypeError
            As `forward`.

        Examples
        --------
        >>> from rosenblatt import Network
        >>> network = Network([2, 1], "Tanh")
        >>> network.W[1] = [[1], [2]]
        >>> network.input_gradient([0, 0])
        array([[1., 2.]])
        """
        rows, is_row = checked_x(x, self.sizes, self._dtype)
        gradients: Array = self._core.input_gradients(rows, list(range(self.sizes[-1])))
        return gradients[0] if is_row else gradients

    def backpropagate(
        self,
        x: ArrayLike,
        y: ArrayLike,
        eta: float,
        *,
        reduction: Literal["mean", "sum"] = "mean",
    ) -> float:
        """One iteration of backpropagation: forward pass, backward pass, gradient descent.

        sˡ = −2 (y − aˡ) ∘ ḟˡ(nˡ) (equation 24), sᵏ = sᵏ⁺¹ (Wᵏ⁺¹)ᵀ ∘ ḟᵏ(nᵏ) (33), and with all weights as
        they were before θᵏ ← θᵏ − η [1 aᵏ⁻¹]ᵀ sᵏ (19).

        Parameters
        ----------
        x : array-like of shape (p⁰,) or (rows, p⁰)
            One row or a batch, finite.
        y : array-like of shape (pˡ,) or (rows, pˡ)
            Targets; with one output also a number, or one number for each row.
        eta : float
            Learning rate η, finite and not negative; 0 leaves the network as it is.
        reduction : {"mean", "sum"}
            Whether loss and gradient of a batch are the mean or the sum over its rows.

        Returns
        -------
        float
            The loss L before the step.

        Raises
        ------
        ValueError
            For shapes that do not fit, values that are not finite, a negative eta.
        TypeError
            If x, y or eta are not made of numbers.

        Examples
        --------
        >>> from rosenblatt import Network
        >>> network = Network([1, 1], "Linear")
        >>> network.backpropagate([2.0], [1.0], eta=0.1)
        1.0
        >>> network.theta[1].ravel()
        array([0.2, 0.4])
        """
        if reduction not in ("mean", "sum"):
            raise ValueError(f"reduction must be 'mean' or 'sum', not {reduction!r}")
        rate = checked_eta(eta)
        rows, is_row = checked_x(x, self.sizes, self._dtype)
        targets = checked_y(y, rows, is_row, self.sizes, self._dtype)
        self._use(rows, is_row)
        passed = self._passed()
        passed.forward(rows)
        loss = passed.backward(targets, self._loss)
        self._scale = 1.0 if reduction == "sum" else 1.0 / len(rows)
        passed.descend(rate, self._scale)
        return loss * self._scale

    def trace(
        self,
        x: ArrayLike,
        y: ArrayLike,
        eta: float,
        *,
        reduction: Literal["mean", "sum"] = "mean",
    ) -> Trace:
        """One iteration of backpropagation as `backpropagate` does it, with every number kept.

        Parameters
        ----------
        x, y, eta, reduction
            As for `backpropagate`.

        Returns
        -------
        Trace
            Copies of n, a, ḟ(n), s, the gradients, θ before and after, and the loss; print it.

        Raises
        ------
        ValueError, TypeError
            As `backpropagate`.

        Examples
        --------
        >>> from rosenblatt import Network
        >>> network = Network([1, 1], "Linear")
        >>> trace = network.trace([2.0], [1.0], eta=0.1)
        >>> trace.s[1], trace.theta_after[1].ravel()
        (array([-2.]), array([0.2, 0.4]))
        """
        check_traceable(self.loss)
        before = [theta.copy() for theta in self.theta]
        loss = self.backpropagate(x, y, eta, reduction=reduction)
        rows, is_row = checked_x(x, self.sizes, self._dtype)
        targets = checked_y(y, rows, is_row, self.sizes, self._dtype)
        slopes = self._quantity(
            "derivative", 1, lambda k: derivative(self._passed(), k, self.activations[k - 1])
        )
        return Trace(
            sizes=tuple(self.sizes),
            activations=tuple(self.activations),
            groups=tuple(self.groups),
            loss_name=self.loss,
            loss_options=loss_options(self._loss),
            dtype=self._dtype,
            eta=float(eta),
            reduction=reduction,
            is_row=is_row,
            y=kept("y", 0, [targets[0] if is_row else targets])[0],
            loss=loss,
            n=kept("n", 1, list(self.n)),
            a=kept("a", 0, list(self.a)),
            derivative=kept("derivative", 1, list(slopes)),
            s=kept("s", 1, list(self.s)),
            gradient=kept("gradient", 1, list(self.gradient)),
            theta_before=kept("theta_before", 1, before),
            theta_after=kept("theta_after", 1, list(self.theta)),
        )

    def perceptron_rule(self, x: ArrayLike, y: ArrayLike, eta: float) -> int:
        """Present rows one after the other and apply θ ← θ + η [1 x]ᵀ (y − a) to each (equation 6).

        Parameters
        ----------
        x : array-like of shape (p⁰,) or (rows, p⁰)
            One row or several, presented in their order.
        y : array-like of shape (p¹,) or (rows, p¹)
            Targets, 0 or 1; with one output also a number, or one number for each row.
        eta : float
            Learning rate η, finite and not negative.

        Returns
        -------
        int
            How many rows were answered wrongly when their turn came; 0 means that nothing was changed.

        Raises
        ------
        ValueError
            If the network is not a single layer of HardLimit, targets are other than 0 and 1, or as in
            `backpropagate`.

        Examples
        --------
        >>> from rosenblatt import Network, datasets
        >>> X, y = datasets.logic("and")
        >>> network = Network([2, 1], "HardLimit")
        >>> [network.perceptron_rule(X, y, eta=1) for _ in range(7)]
        [2, 3, 3, 2, 1, 0, 0]
        """
        rate = checked_eta(eta)
        rows, is_row = checked_x(x, self.sizes, self._dtype)
        targets = checked_y(y, rows, is_row, self.sizes, self._dtype)
        if not np.isin(targets, (0, 1)).all():
            raise ValueError("the targets of the perceptron rule must be 0 or 1")
        if self.activations != ["HardLimit"]:
            raise ValueError(
                "the perceptron rule trains a single layer of HardLimit; this network has the "
                f"activations {', '.join(self.activations)}"
            )
        self._use(rows, is_row)
        return self._passed().perceptron_rule(rows, targets, rate)

    def __repr__(self) -> str:
        return f"Network({self.sizes}, {self.activations}, loss={self.loss!r}, dtype={self._dtype})"

    def __getstate__(self) -> dict[str, Any]:
        return {
            "sizes": self.sizes,
            "activations": self.activations,
            "groups": self.groups,
            "loss": self._loss,
            "dtype": self._dtype,
            "theta": [np.ascontiguousarray(theta) for theta in self.theta],
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        core = PRECISIONS[state["dtype"]].network(state["sizes"], state["activations"], state["groups"])
        self._look_into(core, state["loss"])
        for k, theta in enumerate(state["theta"], start=1):
            self._core.theta(k)[...] = theta

    def _parameters(self, name: str, get: Callable[[int], Array]) -> Layers:
        return Layers(name, 1, len(self.sizes) - 1, get, writable=True)

    def _quantity(self, name: str, first: int, get: Callable[[int], Array]) -> Layers:
        def one(k: int) -> Array:
            values = get(k)
            return values[0] if self._is_row else values

        return Layers(name, first, len(self.sizes) - 1, one)

    def _passed(self, *, backward: bool = False) -> CorePass:
        if self._pass is None or (backward and self._scale is None):
            needed = "backpropagate(x, y, eta)" if backward else "forward(x)"
            raise AttributeError(f"there is nothing to see yet: call {needed} first")
        return self._pass

    def _use(self, rows: Array, is_row: bool) -> None:
        """Have a workspace with room for these rows."""
        if self._pass is None or self._batch < len(rows):
            self._pass = PRECISIONS[self._dtype].forward_pass(self._core, len(rows))
            self._batch = len(rows)
        self._is_row = is_row
        self._scale = None
