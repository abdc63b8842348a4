"""verify: near nothing for whatever the core computes, and large for a number that is wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from loss_targets import NEEDED, targets

from rosenblatt import Network, _core
from rosenblatt.output_groups import JACOBIANS
from rosenblatt.trace import kept

ACTIVATIONS = _core.activation_names()
LOSSES = _core.loss_names()


def random_trace(seed, dtype=np.float64):
    """Each loss and each activation in turn; widths of 1 to 60, 0 to 5 hidden layers."""
    random = np.random.RandomState(seed)
    loss = LOSSES[seed % len(LOSSES)]
    hidden = random.randint(6)
    sizes = random.randint(1, 61, size=hidden + 2).tolist()
    activations = [ACTIVATIONS[(seed + i) % len(ACTIVATIONS)] for i in range(hidden + 1)]
    activations[-1] = NEEDED.get(loss, activations[-1])
    network = Network(sizes, activations, loss=loss, dtype=dtype).initialize(random)
    rows = random.randint(1, 6)
    x = random.normal(size=(rows, sizes[0]))
    y = targets(loss, (rows, sizes[-1]), random)
    return network.trace(x, y, eta=0.1, reduction=["mean", "sum"][seed % 2])


@pytest.mark.parametrize("seed", range(200))
def test_any_network(seed):
    found = random_trace(seed).verify()
    assert found.error < 1e-7, found
    assert found.errors[found.quantity] == found.error


@pytest.mark.parametrize("seed", range(70))
def test_any_network_of_float32(seed):
    found = random_trace(seed, np.float32).verify()
    assert found.error < 1e-4, found


@pytest.mark.parametrize(
    "activation",
    ["ReLU", "HardLimit", "SymmetricHardLimit", "LeakyReLU", "ELU", "SELU", "Softsign", "GELU", "Sin"],
)
@pytest.mark.parametrize("distance", [0.0, -0.0, 5e-324, -1e-300, 1e-12, -1e-12, 1e-3])
def test_rows_on_the_kink(activation, distance):
    network = Network([2, 3, 2, 1], [activation, activation, activation]).initialize(0)
    for b in network.b:
        b[...] = distance
    found = network.trace([[0, 0], [0, 0], [1, 2]], [1, 0, 1], eta=0.1).verify()
    assert found.error < 1e-7, found


@pytest.mark.parametrize("scale", [1e-200, 1e-30, 1e-5, 30, 1e3, 1e30, 1e200])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_weights_of_any_size(hidden, loss, scale):
    random = np.random.RandomState(0)
    network = Network([4, 5, 3], [hidden, NEEDED.get(loss, hidden)], loss=loss).initialize(random)
    for theta in network.theta:
        theta[...] = scale * theta
    with np.errstate(all="ignore"):
        trace = network.trace(random.normal(size=(6, 4)), targets(loss, (6, 3), random), eta=0.1)
    found = trace.verify()
    assert found.error < 1e-7, found


@pytest.mark.parametrize("n", [-3.0, 3.0, -2.9, 2.9, -4.0, 1e6, -1e6, 1e15, -1e15])
@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name not in JACOBIANS])
def test_net_inputs_of_any_size(activation, n):
    network = Network([1, 1], activation)
    network.W[1] = [[1]]
    with np.errstate(all="ignore"):
        found = network.trace([n], [0.5], eta=0).verify()
    assert found.error < 1e-7, found


def altered(trace, name, k, position, factor):
    values = [value.copy() for value in getattr(trace, name)]
    values[k - 1][position] *= factor
    return dataclasses.replace(trace, **{name: kept(name, 1, values)})


@pytest.mark.parametrize("name", ["n", "derivative", "s", "gradient", "theta_after"])
@pytest.mark.parametrize("k", [1, 2])
def test_a_number_that_is_wrong(name, k):
    network = Network([3, 4, 2], ["Tanh", "Sigmoid"], loss="half_squared_error").initialize(0)
    trace = network.trace(np.ones((5, 3)), np.zeros((5, 2)), eta=0.1)
    assert trace.verify().error < 1e-11
    found = altered(trace, name, k, (1, 1), 1 + 1e-4).verify()
    assert found.error > 1e-6
    # What is computed from it is wrong then, too.
    assert found.errors[f"{name}[{k}]"] > 1e-6
    assert f"of {found.quantity};" in str(found)
    assert altered(trace, name, k, (1, 1), np.nan).verify().error == np.inf


def test_a_loss_that_is_wrong():
    trace = Network([3, 2], "Tanh").initialize(0).trace(np.ones((5, 3)), np.zeros((5, 2)), eta=0.1)
    found = dataclasses.replace(trace, loss=1.001 * trace.loss).verify()
    assert found.quantity == "loss"
    assert found.error == pytest.approx(1e-3, rel=1e-6)
