"""What each loss asks of the last layer and of the targets."""

from __future__ import annotations

import numpy as np

# Losses that need an activation of the last layer; the others take any.
NEEDED = {
    "log_loss": "Softmax",
    "focal": "Softmax",
    "binary_log_loss": "Sigmoid",
    "binary_focal": "Sigmoid",
    "poisson": "Exponential",
    "gamma": "Exponential",
    "tweedie": "Exponential",
    "hinge": "Linear",
    "class_hinge": "Linear",
    "perceptron": "HardLimit",
}


def targets(loss, shape, random):
    """Draw targets of rows x outputs that the loss can be taken of."""
    if loss in ("log_loss", "focal", "class_hinge"):
        return np.eye(shape[1])[random.randint(shape[1], size=shape[0])]
    if loss in ("binary_log_loss", "binary_focal", "hinge"):
        return random.randint(2, size=shape).astype(float)
    if loss in ("poisson", "tweedie"):
        return random.poisson(2, size=shape).astype(float)
    if loss == "gamma":
        return random.uniform(0.1, 5, size=shape)
    return random.normal(size=shape)
