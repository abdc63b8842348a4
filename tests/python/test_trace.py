"""Traces: the textbook's examples to the last character, and one step as the trainer takes it."""

from __future__ import annotations

import copy
import pickle
import re
import warnings

import numpy as np
import pytest
from loss_targets import NEEDED, targets

from rosenblatt import MLPRegressor, Network, _core
from rosenblatt.precision import PRECISIONS
from rosenblatt.random_state import continued, seeded

DTYPES = [np.float64, np.float32]

WORKED_EXAMPLE = """\
Network 2-2-1: ReLU, Linear; squared_error, 1 row, η = 0.1

Given
  (2)   a⁰ = x = [1  1]
        y = [0]
             ⎡0  0⎤
  (13)  θ¹ = ⎢1  1⎥
             ⎣1  1⎦
             ⎡0⎤
  (13)  θ² = ⎢1⎥
             ⎣1⎦

Forward pass
  (20)  n¹ = b¹ + a⁰ W¹ = [0  0] + [1  1] ⎡1  1⎤ = [2  2]
                                          ⎣1  1⎦
  (21)  a¹ = ReLU(n¹) = ReLU([2  2]) = [2  2]
  (20)  n² = b² + a¹ W² = [0] + [2  2] ⎡1⎤ = [4]
                                       ⎣1⎦
  (21)  a² = Linear(n²) = Linear([4]) = [4]
  (11)  L = Σ (y − a²)² = Σ ([0] − [4])² = 16

Backward pass
  (32)  ḟ²(n²) = [1]
  (24)  s² = −2 (y − a²) ∘ ḟ²(n²) = −2 ([0] − [4]) ∘ [1] = [8]
  (32)  ḟ¹(n¹) = [1  1]
  (33)  s¹ = s² (W²)ᵀ ∘ ḟ¹(n¹) = [8] [1  1] ∘ [1  1] = [8  8]

Gradients
                              ⎡1⎤          ⎡8  8⎤
  (19)  ∂L/∂θ¹ = [1 a⁰]ᵀ s¹ = ⎢1⎥ [8  8] = ⎢8  8⎥
                              ⎣1⎦          ⎣8  8⎦
                              ⎡1⎤       ⎡ 8⎤
  (19)  ∂L/∂θ² = [1 a¹]ᵀ s² = ⎢2⎥ [8] = ⎢16⎥
                              ⎣2⎦       ⎣16⎦

Gradient descent
                             ⎡0  0⎤       ⎡8  8⎤   ⎡-0.8  -0.8⎤
  (14)  θ¹ ← θ¹ − η ∂L/∂θ¹ = ⎢1  1⎥ − 0.1 ⎢8  8⎥ = ⎢ 0.2   0.2⎥
                             ⎣1  1⎦       ⎣8  8⎦   ⎣ 0.2   0.2⎦
                             ⎡0⎤       ⎡ 8⎤   ⎡-0.8⎤
  (14)  θ² ← θ² − η ∂L/∂θ² = ⎢1⎥ − 0.1 ⎢16⎥ = ⎢-0.6⎥
                             ⎣1⎦       ⎣16⎦   ⎣-0.6⎦"""


@pytest.mark.parametrize("dtype", DTYPES)
def test_worked_example(dtype):
    network = Network([2, 2, 1], ["ReLU", "Linear"], dtype=dtype)
    network.W[1] = [[1, 1], [1, 1]]
    network.W[2] = [1, 1]
    trace = network.trace([1, 1], 0, eta=0.1)
    assert str(trace) == WORKED_EXAMPLE
    assert repr(trace) == "<Trace of 2-2-1: loss 16; print it to see all>"


def test_hagans_example():
    network = Network([1, 2, 1], ["Sigmoid", "Linear"])
    network.W[1], network.b[1] = [[-0.27, -0.41]], [-0.48, -0.13]
    network.W[2], network.b[2] = [[0.09], [-0.17]], 0.48
    trace = network.trace([1], [1 + np.sin(np.pi / 4)], eta=0.1)
    after = trace.theta_after
    # Chapter 11 goes on with rounded numbers, so its last digit may be one off (0.368, say, is 0.36819).
    for got, wanted, digit in [
        (trace.a[1], [0.321, 0.368], 1e-3),
        (trace.a[2], [0.446], 1e-3),
        (trace.y - trace.a[2], [1.261], 1e-3),
        (trace.s[2], [-2.522], 1e-3),
        (trace.s[1], [-0.0495, 0.0997], 1e-4),
        (after[2].ravel(), [0.732, 0.171, -0.0772], [1e-3, 1e-3, 1e-4]),
        (after[1][0], [-0.475, -0.140], 1e-3),
        (after[1][1], [-0.265, -0.420], 1e-3),
    ]:
        assert (np.abs(got - wanted) < np.asarray(digit)).all(), (got, wanted)
    assert trace.derivative[1] == pytest.approx(trace.a[1] * (1 - trace.a[1]))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("rows", [None, 1, 7])
@pytest.mark.parametrize("dtype", DTYPES)
def test_it_is_what_backpropagate_does(dtype, rows, reduction):
    network = Network([3, 4, 2], ["Softmax", "Tanh"], dtype=dtype).initialize(0)
    other = copy.deepcopy(network)
    random = np.random.RandomState(1)
    shape = () if rows is None else (rows,)
    x, y = random.normal(size=(*shape, 3)), random.normal(size=(*shape, 2))
    before = [theta.copy() for theta in network.theta]
    trace = network.trace(x, y, 0.3, reduction=reduction)
    assert trace.loss == other.backpropagate(x, y, 0.3, reduction=reduction)
    np.testing.assert_array_equal(trace.y, y.astype(dtype))
    np.testing.assert_array_equal(trace.a[0], x.astype(dtype))
    for k in (1, 2):
        np.testing.assert_array_equal(trace.theta_before[k], before[k - 1])
        np.testing.assert_array_equal(trace.theta_after[k], other.theta[k])
        np.testing.assert_array_equal(trace.theta_after[k], network.theta[k])
        for name in ("n", "a", "s", "gradient"):
            got = getattr(trace, name)[k]
            np.testing.assert_array_equal(got, getattr(other, name)[k])
            assert got.dtype == dtype
    assert trace.derivative[1].shape == (*shape, 4, 4)
    assert trace.derivative[2].shape == (*shape, 2)


def test_it_is_a_copy_that_stays_as_it_is():
    network = Network([2, 3, 1], ["Tanh", "Linear"]).initialize(0)
    trace = network.trace([[1, 2], [3, 4]], [1, 2], eta=0.1)
    said = str(trace)
    network.backpropagate([[5, 6], [7, 8]], [3, 4], eta=0.1)
    network.initialize(1)
    assert str(trace) == said
    for name in ("n", "a", "derivative", "s", "gradient", "theta_before", "theta_after"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(trace, name)[1][...] = 0
        with pytest.raises(TypeError, match="cannot be set"):
            getattr(trace, name)[1] = 0
    with pytest.raises(ValueError, match="read-only"):
        trace.y[...] = 0
    assert str(pickle.loads(pickle.dumps(trace))) == said


def test_bad_input_changes_nothing():
    network = Network([2, 1], "Tanh").initialize(0)
    before = network.theta[1].copy()
    with pytest.raises(ValueError, match="x has 3 columns but the network has 2 inputs"):
        network.trace([1, 2, 3], 0, eta=0.1)
    with pytest.raises(ValueError, match="eta must be finite and not negative"):
        network.trace([1, 2], 0, eta=-1)
    np.testing.assert_array_equal(network.theta[1], before)


def test_large_matrices_are_elided():
    network = Network([9, 7, 2], ["Softmax", "HardLimit"]).initialize(0)
    trace = network.trace(np.ones((8, 9)), np.zeros((8, 2)), eta=0.5)
    text = str(trace)
    assert text.count("(10 × 7)") == 3  # θ¹ before and after, and its gradient
    assert text.count("(8 × 7)") == 3  # n¹, a¹, s¹
    assert text.count("(8 matrices)") == 1
    assert all("…" in line for line in text.splitlines() if "× 7)" in line)
    assert len([line for line in text.splitlines() if "⋮" in line]) == 16  # all matrices are longer than 6
    assert not re.search(r"-0(?![.\d])", text)  # s = -0 is 0


def test_the_core_checks_what_it_is_given():
    core = _core.NetworkFloat64([2, 3, 1], ["Tanh", "Linear"])
    forward_pass = _core.PassFloat64(core, 4)
    forward_pass.forward(np.ones((2, 2)))
    assert forward_pass.times_derivative(1, np.full((2, 3), 5.0)).tolist() == [[5.0] * 3] * 2
    for wrong in (np.ones((4, 3)), np.ones((2, 2)), np.ones(3)):
        with pytest.raises(ValueError, match="s must have the shape of a, 2 x 3"):
            forward_pass.times_derivative(1, wrong)
    with pytest.raises(IndexError, match="layers are numbered 1 to 2"):
        forward_pass.times_derivative(0, np.ones((2, 2)))


# A step of the trainer.


def trained(network, x, y, eta, loss):
    """The parameters after one epoch of a single batch, by the trainer of the core."""
    precision = PRECISIONS[network.dtype]
    core = precision.network(network.sizes, network.activations)
    for k in range(1, len(network.sizes)):
        core.theta(k)[...] = network.theta[k]
    options = {"power_t": 0.5, "momentum": 0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
    optimizer = precision.optimizer(
        core,
        solver="sgd",
        learning_rate="constant",
        learning_rate_init=eta,
        nesterovs_momentum=False,
        **options,
    )
    optimizer.regularise(
        alpha=0, l1_ratio=0, weight_decay=0, clip_value=np.inf, clip_norm=np.inf, max_norm=np.inf
    )
    trainer = precision.trainer(
        core,
        optimizer,
        loss=loss,
        loss_scale=1.0,
        batch_size=len(x),
        shuffle=False,
        tol=0,
        n_iter_no_change=10,
        early_stopping=False,
        score="r2",
        threads=1,
    )
    every = np.arange(len(x))
    with continued(seeded(0)) as generator:
        trainer.fit(core, x, y, None, every, None, 1, generator, None)
    return [core.theta(k) for k in range(1, len(network.sizes))]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", _core.loss_names())
@pytest.mark.parametrize("rows", [1, 3, 200])
def test_the_trainers_step_bit_for_bit(rows, loss, dtype):
    random = np.random.RandomState(rows)
    activations = ["ReLU", "Tanh", NEEDED.get(loss, "Linear")]
    network = Network([5, 19, 4, 3], activations, loss=loss, dtype=dtype).initialize(random)
    x = random.normal(size=(rows, 5)).astype(dtype)
    y = targets(loss, (rows, 3), random).astype(dtype)
    wanted = trained(network, x, y, 0.3, loss)
    trace = network.trace(x, y, eta=0.3)
    for k in (1, 2, 3):
        assert trace.theta_after[k].tobytes() == np.ascontiguousarray(wanted[k - 1]).tobytes()
        assert (trace.theta_after[k] != trace.theta_before[k]).any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_regressors_step_bit_for_bit(dtype):
    random = np.random.RandomState(0)
    x, y = random.normal(size=(40, 5)).astype(dtype), random.normal(size=(40, 2))
    model = MLPRegressor(
        hidden_layer_sizes=(20,),
        solver="sgd",
        momentum=0,
        alpha=0,
        learning_rate_init=0.1,
        batch_size=40,
        shuffle=False,
        random_state=0,
    )
    with warnings.catch_warnings(action="ignore"):
        model.partial_fit(x, y)
    network = copy.deepcopy(model.network_)
    model.partial_fit(x, y)
    trace = network.trace(x, y, eta=0.1)
    for k in (1, 2):
        assert trace.theta_after[k].tobytes() == model.network_.theta[k].tobytes()
