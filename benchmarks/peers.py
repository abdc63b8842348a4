"""Libraries for deep learning, where they are installed: the same network, weights and order of rows."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

import numpy as np
from data import Rows
from measure import Contender, Outcome, Stopwatch
from settings import Settings, initial_parameters, orders

Parameters = list[tuple[np.ndarray, np.ndarray]]


class Model(Protocol):
    """What a file of a peer offers. Whatever is compiled is compiled by `prepare`, which is not timed."""

    def prepare(self, X: np.ndarray, y: np.ndarray) -> None: ...

    def fit(self, orders: Iterable[np.ndarray]) -> float:
        """Train an epoch for each order of the prepared rows; the mean loss of the last one."""

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """The last layer's activations."""


MakeModel = Callable[[Settings, Parameters, int], Model]


def installed(threads: int) -> dict[str, MakeModel]:
    """The peers that can be imported, by name."""
    found: dict[str, MakeModel] = {}
    if importlib.util.find_spec("torch"):
        import peer_torch

        peer_torch.use_threads(threads)
        found["PyTorch"] = peer_torch.Network
        found["PyTorch compiled"] = partial(peer_torch.Network, is_compiled=True)
    if importlib.util.find_spec("jax"):
        import peer_jax

        found["JAX"] = peer_jax.Network
    if importlib.util.find_spec("keras"):
        import peer_keras

        found["Keras"] = peer_keras.Network
    return found


class Peers(dict[str, MakeModel]):
    """The contenders of every installed peer."""

    def _model(self, name: str, rows: Rows, settings: Settings, seed: int) -> tuple[Model, Iterable]:
        random = np.random.RandomState(seed)
        sizes = settings.sizes(*rows)
        parameters = initial_parameters(sizes, rows.X.dtype, random)
        model = self[name](settings, parameters)
        model.prepare(*rows)
        return model, orders(len(rows.y), settings.epochs, random)

    def train(self, rows: Rows, settings: Settings) -> dict[str, Contender]:
        """Seconds of an epoch, and the last loss."""

        def fit(name: str, seed: int) -> Outcome:
            model, epochs = self._model(name, rows, settings, seed)
            watch = Stopwatch()
            with watch.running():
                loss = model.fit(epochs)
            return Outcome(watch.seconds / settings.epochs, loss)

        return {name: partial(fit, name) for name in self}

    def train_to(self, train: Rows, test: Rows, settings: Settings) -> dict[str, Contender]:
        """Seconds of the training, and the accuracy that it reaches."""

        def fit(name: str, seed: int) -> Outcome:
            model, epochs = self._model(name, train, settings, seed)
            watch = Stopwatch()
            with watch.running():
                model.fit(epochs)
            return Outcome(watch.seconds, float(np.mean(model.outputs(test.X).argmax(1) == test.y)))

        return {name: partial(fit, name) for name in self}

    def answer(self, rows: Rows, settings: Settings, x: np.ndarray, repeats: int) -> dict[str, Contender]:
        """Seconds to compute the outputs for x."""

        def answer(model: Model, _: int) -> Outcome:
            watch = Stopwatch()
            with watch.running():
                for _ in range(repeats):
                    answers = model.outputs(x)
            return Outcome(watch.seconds / repeats, float(np.sum(answers**2)))

        contenders = {}
        for name in self:
            model, epochs = self._model(name, Rows(rows.X[:1000], rows.y[:1000]), settings, 0)
            model.fit(epochs)
            contenders[name] = partial(answer, model)
        return contenders
