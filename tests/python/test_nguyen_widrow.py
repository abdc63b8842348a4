"""weight_init="nguyen_widrow": lengths and places of the lines of hidden neurons."""

from __future__ import annotations

import numpy as np
import pytest

from rosenblatt.fitted_network import initial_network
from rosenblatt.random_state import seeded


def thetas(sizes, activation="tanh", seed=0, dtype=np.float64):
    network = initial_network(sizes, activation, "identity", np.dtype(dtype), seeded(seed), "nguyen_widrow")
    return [network.theta(k) for k in range(1, len(sizes))]


@pytest.mark.parametrize(("inputs", "neurons"), [(1, 10), (2, 15), (5, 7), (3, 1)])
def test_weight_vectors_have_the_paper_s_length_and_any_direction(inputs, neurons):
    length = 0.7 * neurons ** (1 / inputs)
    W = np.hstack([thetas([inputs, neurons, 1], seed=seed)[0][1:] for seed in range(200)])
    np.testing.assert_allclose(np.linalg.norm(W, axis=0), length)
    assert abs(W.mean()) < 0.2 * length
    assert {*np.sign(W[0])} == {-1.0, 1.0}


def test_each_neuron_is_steep_somewhere_else_in_the_inputs_range():
    """Of one input, n = 0 lies evenly in [-1, 1]."""
    b, W = thetas([1, 9, 1])[0]
    np.testing.assert_allclose(-b / W, -np.linspace(-1, 1, 9), atol=1e-12)
    assert thetas([1, 1, 1])[0][0, 0] == 0


def test_logistic_is_twice_as_steep_and_the_last_layer_small():
    np.testing.assert_allclose(thetas([3, 8, 2], "logistic")[0], 2 * thetas([3, 8, 2])[0])
    last = np.concatenate([thetas([3, 8, 2], seed=seed)[1].ravel() for seed in range(50)])
    assert abs(last).max() <= 0.5
    assert last.var() == pytest.approx(1 / 12, rel=0.1)


def test_every_hidden_layer_and_either_dtype():
    second = thetas([2, 6, 4, 1], dtype=np.float32)[1]
    assert second.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(second[1:], axis=0), 0.7 * 4 ** (1 / 6), rtol=1e-6)
