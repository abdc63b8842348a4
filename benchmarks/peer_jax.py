"""JAX: a whole epoch is one compiled scan over the batches."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from settings import Settings

jax.config.update("jax_enable_x64", val=True)  # for the float64 case; float32 stays float32
jax.config.update("jax_platforms", "cpu")

_ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh, "logistic": jax.nn.sigmoid, "identity": lambda x: x}


def net_inputs(parameters: list, x: jax.Array, activation: str) -> jax.Array:
    for W, b in parameters[:-1]:
        x = _ACTIVATIONS[activation](x @ W + b)
    W, b = parameters[-1]
    return x @ W + b


def mean_loss(
    parameters: list, x: jax.Array, y: jax.Array, settings: Settings
) -> tuple[jax.Array, jax.Array]:
    n = net_inputs(parameters, x, settings.activation)
    if n.shape[1] == 1:
        losses = jax.nn.softplus(n[:, 0]) - y * n[:, 0]
    else:
        losses = -jnp.take_along_axis(jax.nn.log_softmax(n), y[:, None], axis=1)
    penalty = sum(jnp.sum(W * W) for W, _ in parameters) * (0.5 * settings.alpha / len(x))
    return losses.mean() + penalty, losses.sum()


def train_on(state: tuple, index: jax.Array, X: jax.Array, y: jax.Array, settings: Settings) -> tuple:
    parameters, first, second, t = state
    gradients, loss = jax.grad(mean_loss, has_aux=True)(parameters, X[index], y[index], settings)
    t += 1
    rate = settings.learning_rate
    if settings.solver == "adam":
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
        rate = rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        rate = rate.astype(parameters[0][0].dtype)
        parameters = jax.tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), parameters, first, second
        )
    else:
        first = jax.tree.map(lambda v, g: settings.momentum * v - rate * g, first, gradients)
        parameters = jax.tree.map(
            lambda p, v, g: p + settings.momentum * v - rate * g, parameters, first, gradients
        )
    return (parameters, first, second, t), loss


@partial(jax.jit, static_argnames="settings", donate_argnums=0)
def train_epoch(state: tuple, order: jax.Array, X: jax.Array, y: jax.Array, settings: Settings) -> tuple:
    size = min(settings.batch_size, len(order))
    whole = len(order) // size * size
    step = partial(train_on, X=X, y=y, settings=settings)
    state, losses = jax.lax.scan(step, state, order[:whole].reshape(-1, size))
    loss = losses.sum()
    if whole < len(order):
        state, rest = step(state, order[whole:])
        loss += rest
    return state, loss / len(order)


@partial(jax.jit, static_argnames="activation")
def answers(parameters: list, x: jax.Array, activation: str) -> jax.Array:
    n = net_inputs(parameters, x, activation)
    return jax.nn.sigmoid(n) if n.shape[1] == 1 else jax.nn.softmax(n)


class Network:
    """See peers.Model."""

    def __init__(self, settings: Settings, parameters: list) -> None:
        self.settings = settings
        self.state = self._fresh(parameters)

    @staticmethod
    def _fresh(parameters: list) -> tuple:
        parameters = [(jnp.array(W), jnp.array(b)) for W, b in parameters]
        return (
            parameters,
            *(jax.tree.map(jnp.zeros_like, parameters) for _ in range(2)),
            jnp.zeros((), jnp.int32),
        )

    def prepare(self, X: np.ndarray, y: np.ndarray) -> None:
        self.X = jnp.asarray(X)
        is_binary = self.state[0][-1][1].size == 1
        self.y = jnp.asarray(y.astype(X.dtype) if is_binary else y.astype(np.int32))
        copy = jax.tree.map(jnp.array, self.state)
        train_epoch(copy, jnp.arange(len(y)), self.X, self.y, self.settings)

    def fit(self, orders: Iterable[np.ndarray]) -> float:
        loss = jnp.zeros(())
        for order in orders:
            self.state, loss = train_epoch(self.state, jnp.asarray(order), self.X, self.y, self.settings)
        return float(loss)

    def outputs(self, X: np.ndarray) -> np.ndarray:
        return np.asarray(answers(self.state[0], X, self.settings.activation))
