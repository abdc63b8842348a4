"""Keras, as its guide has it: Sequential, compile, fit."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable

import numpy as np
from settings import Settings

os.environ.setdefault("KERAS_BACKEND", "jax" if importlib.util.find_spec("jax") else "torch")

import keras

_ACTIVATIONS = {"relu": "relu", "tanh": "tanh", "logistic": "sigmoid", "identity": "linear"}


class Network:
    """See peers.Model."""

    def __init__(self, settings: Settings, parameters: list) -> None:
        self.settings = settings
        self.parameters = parameters
        dtype = parameters[0][0].dtype.name
        penalty = keras.regularizers.L2(0.5 * settings.alpha / settings.batch_size)
        outputs = parameters[-1][1].size
        last = "sigmoid" if outputs == 1 else "softmax"
        self.is_binary = outputs == 1
        activations = [_ACTIVATIONS[settings.activation]] * (len(parameters) - 1) + [last]
        layers = [
            keras.layers.Dense(b.size, activation, kernel_regularizer=penalty, dtype=dtype)
            for (_, b), activation in zip(parameters, activations, strict=True)
        ]
        self.model = keras.Sequential([keras.Input((parameters[0][0].shape[0],), dtype=dtype), *layers])

    def prepare(self, X: np.ndarray, y: np.ndarray) -> None:
        self.X, self.y = X, y
        s = self.settings
        if s.solver == "adam":
            optimizer = keras.optimizers.Adam(s.learning_rate, epsilon=1e-8)
        else:
            optimizer = keras.optimizers.SGD(s.learning_rate, momentum=s.momentum, nesterov=True)
        loss = "binary_crossentropy" if self.is_binary else "sparse_categorical_crossentropy"
        self.model.compile(optimizer, loss)
        self._fit(np.arange(len(y)))  # compiles
        for variable in optimizer.variables:
            if variable.path.split("/")[-1] != "learning_rate":
                variable.assign(np.zeros(variable.shape))
        for layer, parameters in zip(self.model.layers, self.parameters, strict=True):
            layer.set_weights(parameters)

    def _fit(self, order: np.ndarray) -> float:
        size = self.settings.batch_size
        history = self.model.fit(self.X[order], self.y[order], size, epochs=1, shuffle=False, verbose=0)
        return history.history["loss"][-1]

    def fit(self, orders: Iterable[np.ndarray]) -> float:
        loss = 0.0
        for order in orders:
            loss = self._fit(order)
        return loss

    def outputs(self, X: np.ndarray) -> np.ndarray:
        return np.asarray(self.model(X))
