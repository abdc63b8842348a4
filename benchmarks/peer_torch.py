"""PyTorch, eager and compiled: nn.Sequential, its own optimizers, batches picked by index."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from settings import Settings, batches
from torch import nn

_ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}


def use_threads(threads: int) -> None:
    torch.set_num_threads(threads)


class Network:
    """See peers.Model."""

    def __init__(self, settings: Settings, parameters: list, is_compiled: bool = False) -> None:
        self.settings = settings
        layers: list[nn.Module] = []
        for W, b in parameters:
            layer = nn.Linear(*W.shape)
            layer.weight = nn.Parameter(torch.from_numpy(np.ascontiguousarray(W.T)))
            layer.bias = nn.Parameter(torch.from_numpy(b))
            layers += [layer, _ACTIVATIONS[settings.activation]()]
        self.model = nn.Sequential(*layers[:-1])
        is_binary = parameters[-1][1].size == 1
        self.loss = nn.BCEWithLogitsLoss() if is_binary else nn.CrossEntropyLoss()
        self.last = nn.Sigmoid() if is_binary else nn.Softmax(dim=1)
        self.is_binary = is_binary
        weights = [layer.weight for layer in layers[::2]]
        biases = [layer.bias for layer in layers[::2]]
        # scikit-learn's penalty: of the weights only, divided by the rows of a batch
        groups = [
            {"params": weights, "weight_decay": settings.alpha / settings.batch_size},
            {"params": biases, "weight_decay": 0.0},
        ]
        if settings.solver == "adam":
            self.optimizer = torch.optim.Adam(groups, lr=settings.learning_rate, fused=True)
        else:
            self.optimizer = torch.optim.SGD(
                groups, lr=settings.learning_rate, momentum=settings.momentum, nesterov=True, fused=True
            )
        self.forward = torch.compile(self._forward) if is_compiled else self._forward

    def _forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.loss(self.model(x), y)

    def prepare(self, X: np.ndarray, y: np.ndarray) -> None:
        self.X = torch.from_numpy(X)
        self.y = torch.from_numpy(y.astype(X.dtype)[:, None] if self.is_binary else y.astype(np.int64))
        for index in {
            len(part): part for part in batches(np.arange(len(y)), self.settings.batch_size)
        }.values():
            self.forward(self.X[index], self.y[index]).backward()
        self.optimizer.zero_grad()

    def fit(self, orders: Iterable[np.ndarray]) -> float:
        loss = 0.0
        for order in orders:
            total = torch.zeros(())
            for index in map(torch.from_numpy, batches(order, self.settings.batch_size)):
                self.optimizer.zero_grad(set_to_none=True)
                loss_of_batch = self.forward(self.X[index], self.y[index])
                loss_of_batch.backward()
                self.optimizer.step()
                total += loss_of_batch.detach() * len(index)
            loss = total.item() / len(order)
        return loss

    def outputs(self, X: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return self.last(self.model(torch.from_numpy(X))).numpy()
