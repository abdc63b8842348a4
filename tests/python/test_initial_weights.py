"""weight_init: distributions of the weights, biases, and scikit-learn's numbers by default."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import neural_network

from rosenblatt import MLPClassifier, MLPRegressor, _core
from rosenblatt.initial_weights import draw
from rosenblatt.random_state import seeded

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# One epoch that changes nothing.
STILL = {"solver": "sgd", "max_iter": 1, "learning_rate_init": 1e-300}
P, Q = 300, 200
VARIANCE = {"glorot": 2 / (P + Q), "he": 2 / P, "lecun": 1 / P}


def drawn(sizes, activation, weight_init, random_state=0):
    network = _core.NetworkFloat64(sizes, ["Linear"] * (len(sizes) - 1))
    draw(network, activation, weight_init, seeded(random_state))
    return [network.theta(k).copy() for k in range(1, len(sizes))]


def check_uniform(W, bound):
    assert np.abs(W).max() <= bound
    assert stats.kstest(W.ravel() / bound, stats.uniform(-1, 2).cdf).pvalue > 1e-3


def check_normal(W, variance):
    assert stats.kstest(W.ravel() / np.sqrt(variance), stats.norm.cdf).pvalue > 1e-3
    assert W.var() == pytest.approx(variance, rel=0.03)  # 60,000 weights: a standard error of 0.6 %


@pytest.mark.parametrize("name", VARIANCE)
@pytest.mark.parametrize("activation", ["relu", "gelu", "sin", "hardlimit"])
def test_distributions(name, activation):
    for theta in drawn([P, Q], activation, f"{name}_uniform"):
        check_uniform(theta[1:], np.sqrt(3 * VARIANCE[name]))
        assert (theta[0] == 0).all()
    for theta in drawn([P, Q], activation, f"{name}_normal"):
        check_normal(theta[1:], VARIANCE[name])
        assert (theta[0] == 0).all()


@pytest.mark.parametrize("activation", ["leaky_relu", "elu", "gelu", "silu", "softplus"])
def test_auto_is_he_for_what_is_like_a_relu(activation):
    first, last = drawn([P, Q, 150], activation, "auto")
    check_uniform(first[1:], np.sqrt(6 / P))
    check_uniform(last[1:], np.sqrt(6 / (Q + 150)))
    assert (first[0] == 0).all()
    assert (last[0] == 0).all()


def test_auto_is_lecun_normal_for_selu():
    first, last = drawn([P, Q, 150], "selu", "auto")
    check_normal(first[1:], 1 / P)
    check_uniform(last[1:], np.sqrt(6 / (Q + 150)))


def test_selu_keeps_mean_and_variance_through_many_layers():
    x = np.random.RandomState(0).normal(size=(400, 300))
    model = MLPRegressor(hidden_layer_sizes=(300,) * 8, activation="selu", random_state=0, **STILL)
    network = model.fit(x, x[:, 0]).network_
    network.forward(x)
    assert network.a[8].mean() == pytest.approx(0, abs=0.1)
    assert network.a[8].var() == pytest.approx(1, abs=0.2)


def test_auto_is_siren_for_sin():
    first, second, last = drawn([P, Q, 150, 100], "sin", "auto")
    check_uniform(first[1:], 30 / P)
    check_uniform(second[1:], np.sqrt(6 / Q))
    check_uniform(last[1:], np.sqrt(6 / 250))
    _, second, _ = drawn([P, Q, 150, 100], ("tanh", "sin"), "auto")
    check_uniform(second[1:], np.sqrt(6 / Q))


@pytest.mark.parametrize("activation", ["softsign", "hard_sigmoid", "radial_basis"])
def test_auto_is_glorot_for_others(activation):
    for theta in drawn([P, Q, P], activation, "auto"):
        check_uniform(theta[1:], np.sqrt(6 / (P + Q)))
        assert (theta[0] == 0).all()


@pytest.mark.parametrize("activation", ["hardlimit", "symmetric_hardlimit"])
def test_auto_draws_the_biases_of_hard_limits(activation):
    first = drawn([P, Q, P], activation, "auto")[0]
    check_uniform(first, np.sqrt(6 / (P + Q)))


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("hidden", [(), (7,), (5, 4)])
def test_auto_is_scikit_learns(activation, hidden):
    x = np.random.RandomState(0).normal(size=(20, 3))
    y = np.arange(20) % 3
    parameters = {"hidden_layer_sizes": hidden, "activation": activation, "random_state": 3, **STILL}
    theirs = neural_network.MLPClassifier(**parameters).fit(x, y)
    ours = MLPClassifier(**parameters).fit(x, y)
    explicit = MLPClassifier(**parameters, weight_init="glorot_uniform").fit(x, y)
    for mine, other in zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True):
        np.testing.assert_array_equal(mine, other)
    assert all((np.abs(b) < 1e-290).all() for b in explicit.intercepts_)


def test_float32_networks_have_the_same_numbers_rounded():
    narrow = _core.NetworkFloat32([5, 4], ["Linear"])
    draw(narrow, "gelu", "he_normal", seeded(0))
    np.testing.assert_array_equal(narrow.theta(1), drawn([5, 4], "gelu", "he_normal")[0].astype(np.float32))


def test_a_seed_a_generator_and_an_estimator_draw_the_same():
    wanted = drawn([5, 4], "selu", "auto", 7)[0]
    np.testing.assert_array_equal(drawn([5, 4], "selu", "auto", np.random.RandomState(7))[0], wanted)
