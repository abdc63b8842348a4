"""Initial parameters of a network, by the activations of its layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rosenblatt.precision import Array, CoreNetwork
from rosenblatt.random_state import Random

__all__ = ["draw"]

# What scikit-learn draws biases for, too: a uniform distribution's squared bound times inputs + outputs.
_AS_SCIKIT_LEARN = {"identity": 6.0, "logistic": 2.0, "tanh": 6.0, "relu": 6.0}
# Never trained by a gradient: with biases of 0, their lines would all go through the origin for ever.
_FIXED = {"hardlimit": 6.0, "symmetric_hardlimit": 6.0}
_WITH_BIASES = _AS_SCIKIT_LEARN | _FIXED

_BY_ACTIVATION = {
    **dict.fromkeys(("leaky_relu", "elu", "gelu", "silu", "softplus"), "he_uniform"),
    "selu": "lecun_normal",
}

# The frequency that Sitzmann et al. multiply the net inputs of all layers by.
_OMEGA = 30.0


def draw(network: CoreNetwork, activation: str | Sequence[str], weight_init: str, random: Random) -> None:
    """Draw the parameters of a network.

    The weights of a layer with p inputs and q outputs are uniform in ±√(3 v) or normal with the variance v:
    2 / (p + q) for "glorot", 2 / p for "he", 1 / p for "lecun". Biases are 0. With "auto" it is

    - for "identity", "tanh", "relu" and "logistic" what scikit-learn draws: "glorot_uniform", of "logistic"
      with a third of the variance, and biases from the same distribution; so, too, for "hardlimit" and
      "symmetric_hardlimit", whose parameters no gradient will ever move;
    - "he_uniform" for "leaky_relu", "elu", "gelu", "silu" and "softplus", "lecun_normal" for "selu";
    - for "sin" uniform in ±30 / p in the first layer and ±√(6 / p) in others: the bounds of Sitzmann et al.,
      whose sin(30 n) has the 30 in its weights here;
    - "glorot_uniform" for the others.

    "nguyen_widrow" spreads a hidden layer's neurons over inputs in [-1, 1]: each weight vector has a random
    direction and the length 0.7 q^(1/p), and the biases lie evenly within that length, so that each neuron
    is steep somewhere else; for "logistic", half as steep as "tanh", both are doubled. The last layer is
    uniform in ±1/2.

    The last layer goes by the last hidden layer where that is one of the first list's, and else is
    "glorot_uniform".

    Parameters
    ----------
    network : CoreNetwork
        Changed in place.
    activation : str or sequence of str
        The estimators' names: that of all hidden layers, or one for each.
    weight_init : str
        "auto", "nguyen_widrow", or "glorot", "he" or "lecun" with "_uniform" or "_normal" behind it.
    random : Random
        Where the numbers come from.

    References
    ----------
    Nguyen, Widrow: Improving the learning speed of 2-layer neural networks by choosing initial values of the
    adaptive weights, 1990.
    LeCun, Bottou, Orr, Müller: Efficient backprop, 1998.
    Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010.
    He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015.
    Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks, 2017.
    Sitzmann, Martel, Bergman, Lindell, Wetzstein: Implicit neural representations with periodic activation
    functions, 2020.

    Examples
    --------
    >>> from rosenblatt import _core
    >>> from rosenblatt.initial_weights import draw
    >>> from rosenblatt.random_state import seeded
    >>> network = _core.NetworkFloat64([2, 3, 1], ["GELU", "Linear"])
    >>> draw(network, "gelu", "auto", seeded(0))
    >>> network.theta(1)[0], bool((abs(network.theta(1)[1:]) < 3**0.5).all())
    (array([0., 0., 0.]), True)
    """
    last = len(network.sizes) - 1
    for k in range(1, last + 1):
        theta = network.theta(k)
        f = activation if isinstance(activation, str) else [*activation, *activation[-1:], "identity"][k - 1]
        inputs, outputs = theta.shape[0] - 1, theta.shape[1]
        if weight_init == "auto" and f in _WITH_BIASES:
            bound = np.sqrt(_WITH_BIASES[f] / (inputs + outputs))
            theta[1:] = random.uniform(-bound, bound, (inputs, outputs))
            theta[0] = random.uniform(-bound, bound, (outputs,))
            continue
        if weight_init == "nguyen_widrow":
            theta[...] = (
                _spread(f, inputs, outputs, random) if k < last else random.uniform(-0.5, 0.5, theta.shape)
            )
            continue
        if weight_init == "auto" and f == "sin" and k < last:
            bound = _OMEGA / inputs if k == 1 else np.sqrt(6.0 / inputs)
            theta[1:] = random.uniform(-bound, bound, (inputs, outputs))
        else:
            by_activation = "glorot_uniform" if k == last else _BY_ACTIVATION.get(f, "glorot_uniform")
            scheme = by_activation if weight_init == "auto" else weight_init
            theta[1:] = _weights(scheme, inputs, outputs, random)
        theta[0] = 0


def _spread(activation: str, inputs: int, outputs: int, random: Random) -> Array:
    """Nguyen's and Widrow's parameters of a hidden layer, biases in row 0."""
    W = random.uniform(-1.0, 1.0, (inputs, outputs))
    length = 0.7 * outputs ** (1.0 / inputs) * (2.0 if activation == "logistic" else 1.0)
    # A single neuron is steep at the centre.
    b = np.linspace(-length, length, outputs) * np.sign(W[0]) if outputs > 1 else np.zeros(1)
    return np.concatenate([b[None], length * W / np.linalg.norm(W, axis=0)])


def _weights(scheme: str, inputs: int, outputs: int, random: Random) -> Array:
    name, _, distribution = scheme.partition("_")
    variance = {"glorot": 2.0 / (inputs + outputs), "he": 2.0 / inputs, "lecun": 1.0 / inputs}[name]
    shape = (inputs, outputs)
    if distribution == "uniform":
        bound = np.sqrt(3.0 * variance)
        return np.asarray(random.uniform(-bound, bound, shape))
    # Box and Muller (1958): the core's generator draws uniform numbers only, and those in [0, 1).
    radius = np.sqrt(-2.0 * np.log1p(-random.uniform(0.0, 1.0, shape)))
    angle = 2.0 * np.pi * random.uniform(0.0, 1.0, shape)
    return np.asarray(np.sqrt(variance) * radius * np.cos(angle))
