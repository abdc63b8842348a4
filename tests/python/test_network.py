"""The glass box: the textbook's numbers, networks and rules."""

import copy
import pickle

import numpy as np
import pytest

from rosenblatt import Network, datasets

DTYPES = [np.float64, np.float32]


def worked_example(dtype=np.float64):
    """Figure 6 of the textbook: 2-2-1, ReLU then Linear, all weights 1 and all biases 0."""
    network = Network([2, 2, 1], ["ReLU", "Linear"], dtype=dtype)
    network.W[1] = np.ones((2, 2))
    network.W[2] = [1, 1]
    return network


@pytest.mark.parametrize("dtype", DTYPES)
def test_worked_example(dtype):
    network = worked_example(dtype)
    loss = network.backpropagate([1, 1], 0, eta=0.1)
    tolerance = {"rtol": 0, "atol": 1e-14 if dtype is np.float64 else 1e-6}
    expected = {  # equations 39 to 51
        "a0": (network.a[0], [1, 1]),
        "n1": (network.n[1], [2, 2]),
        "a1": (network.a[1], [2, 2]),
        "n2": (network.n[2], [4]),
        "a2": (network.a[2], [4]),
        "s2": (network.s[2], [8]),
        "s1": (network.s[1], [8, 8]),
        "W1": (network.W[1], [[0.2, 0.2], [0.2, 0.2]]),
        "b1": (network.b[1], [-0.8, -0.8]),
        "W2": (network.W[2], [[-0.6], [-0.6]]),
        "b2": (network.b[2], [-0.8]),
    }
    for name, (got, wanted) in expected.items():
        assert got.dtype == dtype, name
        np.testing.assert_allclose(got, wanted, **tolerance, err_msg=name)
    assert loss == 16  # (0 - 4)^2


def test_hagans_example():
    network = Network([1, 2, 1], ["Sigmoid", "Linear"])
    network.W[1], network.b[1] = [[-0.27, -0.41]], [-0.48, -0.13]
    network.W[2], network.b[2] = [[0.09], [-0.17]], 0.48
    loss = network.backpropagate([1], [1 + np.sin(np.pi / 4)], eta=0.1)
    assert loss == pytest.approx(1.261**2, abs=2e-3)
    np.testing.assert_allclose(network.a[1], [0.321, 0.368], atol=5e-4)
    np.testing.assert_allclose(network.a[2], [0.446], atol=5e-4)
    np.testing.assert_allclose(network.s[2], [-2.522], atol=1e-3)
    np.testing.assert_allclose(network.s[1], [-0.0495, 0.0997], atol=1e-4)
    np.testing.assert_allclose(network.W[2].ravel(), [0.171, -0.0772], atol=5e-4)
    np.testing.assert_allclose(network.b[2], [0.732], atol=5e-4)
    np.testing.assert_allclose(network.W[1].ravel(), [-0.265, -0.420], atol=5e-4)
    np.testing.assert_allclose(network.b[1], [-0.475, -0.140], atol=5e-4)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("table", "bias"), [("and", -1.5), ("or", -0.5)])
def test_designed_perceptron(table, bias, dtype):
    X, y = datasets.logic(table)
    network = Network([2, 1], "HardLimit", dtype=dtype)
    network.W[1], network.b[1] = [[1], [1]], bias
    np.testing.assert_array_equal(network.forward(X).ravel(), y)


@pytest.mark.parametrize("dtype", DTYPES)
def test_designed_network_for_xor(dtype):
    X, y = datasets.logic("xor")
    network = Network([2, 2, 1], "HardLimit", dtype=dtype)
    network.W[1], network.b[1] = [[1, -1], [-1, 1]], [-0.5, -0.5]
    network.W[2], network.b[2] = [[1], [1]], -0.5
    np.testing.assert_array_equal(network.forward(X).ravel(), y)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("table", ["and", "or"])
def test_perceptron_rule_learns(table, dtype):
    X, y = datasets.logic(table)
    network = Network([2, 1], "HardLimit", dtype=dtype)
    presentations = [network.perceptron_rule(X, y, eta=1) for _ in range(10)]
    assert presentations[0] > 0
    assert presentations[-1] == 0
    np.testing.assert_array_equal(network.forward(X).ravel(), y)


def test_perceptron_rule_never_learns_xor():
    X, y = datasets.logic("xor")
    network = Network([2, 1], "HardLimit")
    for _ in range(1000):
        assert network.perceptron_rule(X, y, eta=1) > 0
        assert (network.forward(X).ravel() != y).any()


def test_perceptron_rule_step_by_step():
    network = Network([2, 1], "HardLimit")
    # From zero weights n = 0, so a = 1; for y = 0 theta = 0 + eta [1 x] (0 - 1).
    assert network.perceptron_rule([2, 3], 0, eta=0.5) == 1
    np.testing.assert_array_equal(network.theta[1].ravel(), [-0.5, -1.0, -1.5])
    # Now n = -0.5 - 2 - 4.5 < 0 is right for y = 0: nothing changes.
    assert network.perceptron_rule([2, 3], 0, eta=0.5) == 0
    np.testing.assert_array_equal(network.theta[1].ravel(), [-0.5, -1.0, -1.5])


def test_perceptron_rule_with_several_outputs():
    X = np.eye(3)
    network = Network([3, 3], "HardLimit")
    while network.perceptron_rule(X, X, eta=1):
        pass
    np.testing.assert_array_equal(network.forward(X), X)


def numerical_gradient(network, x, y, reduction, k):
    step = 1e-6
    theta = network.theta[k]
    result = np.empty_like(theta)
    for i in np.ndindex(*theta.shape):
        kept = theta[i]
        theta[i] = kept + step
        above = network.backpropagate(x, y, eta=0, reduction=reduction)
        theta[i] = kept - step
        below = network.backpropagate(x, y, eta=0, reduction=reduction)
        theta[i] = kept
        result[i] = (above - below) / (2 * step)
    return result


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    ("last", "loss"),
    [
        ("Linear", "squared_error"),
        ("Tanh", "squared_error"),
        ("Softmax", "squared_error"),
        ("Sigmoid", "half_squared_error"),
        ("Sigmoid", "binary_log_loss"),
        ("Softmax", "log_loss"),
    ],
)
def test_gradient_is_that_of_the_reported_loss(last, loss, reduction):
    random = np.random.RandomState(0)
    network = Network([3, 4, 5, 2], ["Tanh", "Sigmoid", last], loss=loss).initialize(random)
    x = random.normal(size=(6, 3))
    y = np.eye(2)[random.randint(2, size=6)]
    for k in (1, 2, 3):
        numerical = numerical_gradient(network, x, y, reduction, k)
        network.backpropagate(x, y, eta=0, reduction=reduction)
        error = np.linalg.norm(network.gradient[k] - numerical) / np.linalg.norm(numerical)
        assert error < 1e-7


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_batch_is_the_mean_or_the_sum_of_its_rows(reduction):
    x, y = [[1, 2], [3, -1], [0.5, 0]], [1, 0, 2]
    batch = Network([2, 3, 1], ["Sigmoid", "Linear"]).initialize(1)
    single = copy.deepcopy(batch)
    losses, gradients = [], []
    for row, target in zip(x, y, strict=True):
        losses.append(single.backpropagate(row, target, eta=0))
        gradients.append([g.copy() for g in single.gradient])
    loss = batch.backpropagate(x, y, eta=0, reduction=reduction)
    reduce = np.mean if reduction == "mean" else np.sum
    assert loss == pytest.approx(reduce(losses))
    for k in (1, 2):
        wanted = reduce([g[k - 1] for g in gradients], axis=0)
        np.testing.assert_allclose(batch.gradient[k], wanted, rtol=1e-13, atol=1e-15)


def test_descent_moves_along_the_gradient():
    network = Network([2, 3, 1], ["Tanh", "Linear"]).initialize(2)
    before = [theta.copy() for theta in network.theta]
    network.backpropagate([[1, 2], [3, 4]], [0, 1], eta=0.25)
    for k in (1, 2):
        np.testing.assert_allclose(
            network.theta[k], before[k - 1] - 0.25 * network.gradient[k], rtol=1e-14, atol=1e-16
        )


def test_parameters_are_views():
    network = Network([2, 2, 1], ["ReLU", "Linear"])
    network.W[1][0, 1] = 3
    network.theta[1][0, 0] = 5
    assert network.theta[1].tolist() == [[5, 0], [0, 3], [0, 0]]
    assert network.b[1].tolist() == [5, 0]
    W = network.W[1]
    del network  # the view keeps the memory alive
    assert W[0, 1] == 3


def test_layers_are_numbered_from_one():
    network = worked_example()
    network.forward([1, 2])
    assert len(network.W) == 2
    assert len(network.a) == 3
    assert [w.shape for w in network.W] == [(2, 2), (2, 1)]
    for wrong in (0, 3, -1):
        with pytest.raises(IndexError, match=r"numbered 1 to 2"):
            network.W[wrong]
    with pytest.raises(IndexError, match=r"numbered 0 to 2"):
        network.a[3]
    with pytest.raises(TypeError, match="number of a layer"):
        network.W["1"]
    with pytest.raises(TypeError, match="cannot be set"):
        network.n[1] = 0
    assert "W[1]" in repr(network.W)


def test_nothing_to_see_before_a_pass():
    network = worked_example()
    with pytest.raises(AttributeError, match="forward"):
        network.n[1]
    network.forward([1, 1])
    with pytest.raises(AttributeError, match="backpropagate"):
        network.s[1]


@pytest.mark.parametrize("batch", [1, 2, 5, 4, 300])
def test_batches_of_changing_size(batch):
    network = Network([3, 7, 2], ["Sigmoid", "Tanh"]).initialize(0)
    network.forward(np.ones((4, 3)))
    x = np.random.RandomState(0).normal(size=(batch, 3))
    hidden = 1 / (1 + np.exp(-(x @ network.W[1] + network.b[1])))
    wanted = np.tanh(hidden @ network.W[2] + network.b[2])
    np.testing.assert_allclose(network.forward(x), wanted, rtol=1e-12)
    assert network.a[1].shape == (batch, 7)


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))])
def test_copies_stand_alone(make):
    network = Network([2, 3, 1], ["Tanh", "Linear"], dtype=np.float32).initialize(0)
    other = make(network)
    np.testing.assert_array_equal(other.forward([1, 2]), network.forward([1, 2]))
    other.W[1] = np.zeros((2, 3))
    assert network.W[1].any()
    assert repr(other) == repr(network)


@pytest.mark.parametrize(
    "x",
    [
        np.asfortranarray(np.arange(6.0).reshape(3, 2)),
        np.arange(12.0).reshape(6, 2)[::2],
        np.arange(24.0).reshape(6, 4)[::-2, ::2],
        np.arange(6, dtype=np.uint8).reshape(3, 2),
        np.arange(6, dtype=np.int32).reshape(3, 2),
        np.arange(6.0).astype(">f8").reshape(3, 2),
        np.arange(6, dtype=np.float16).reshape(3, 2),
        [[True, False], [False, True]],
    ],
    ids=["fortran", "rows", "backwards", "uint8", "int32", "big-endian", "float16", "bool"],
)
def test_any_layout_of_x(x):
    network = Network([2, 1], "Linear").initialize(0)
    wanted = np.array(x, dtype=float) @ network.W[1] + network.b[1]
    np.testing.assert_allclose(network.forward(x), wanted, rtol=1e-12)


def test_read_only_x():
    x = np.ones((2, 2))
    x.flags.writeable = False
    assert Network([2, 1], "Linear").forward(x).shape == (2, 1)


ONE_LAYER = ([2, 1], "Linear")

BAD_NETWORKS = [
    (([2], "Linear"), ValueError, "at least two sizes"),
    (([], "Linear"), ValueError, "at least two sizes"),
    (([2, 0, 1], "Linear"), ValueError, r"size 1 is 0"),
    (([2, -3], "Linear"), ValueError, r"size 1 is -3"),
    (([2.5, 1], "Linear"), TypeError, "integers"),
    ((["2", 1], "Linear"), TypeError, "integers"),
    (([True, 1], "Linear"), TypeError, "integers"),
    (("21", "Linear"), TypeError, "sequence of integers"),
    ((2, "Linear"), TypeError, "sequence of integers"),
    (
        ([2, 1], "linear"),
        ValueError,
        r"unknown activation 'linear'; expected one of HardLimit, ReLU",
    ),
    (([2, 1], ["ReLU", "Linear"]), ValueError, "as many activations"),
    (([2, 1], [1]), TypeError, "names"),
    (([10**12, 10**12], "Linear"), (ValueError, MemoryError), "memory|too large"),
    (([10**18, 10**18], "Linear"), (ValueError, MemoryError), "memory|too large"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), BAD_NETWORKS, ids=lambda v: str(v)[:40])
def test_bad_networks(arguments, error, message):
    with pytest.raises(error, match=message):
        Network(*arguments)


def test_bad_loss_and_dtype():
    with pytest.raises(ValueError, match=r"unknown loss 'l2'; expected one of squared_error"):
        Network(*ONE_LAYER, loss="l2")
    with pytest.raises(ValueError, match="needs a last layer with Softmax, not Linear"):
        Network(*ONE_LAYER, loss="log_loss")
    with pytest.raises(ValueError, match="float32 or float64, not int64"):
        Network(*ONE_LAYER, dtype=np.int64)


BAD_INPUT = [
    ([1, 2, 3], 0, 0.1, ValueError, "x has 3 columns but the network has 2 inputs"),
    (1, 0, 0.1, ValueError, "dimensions"),
    (np.ones((1, 1, 2)), 0, 0.1, ValueError, "3 dimensions"),
    ([], 0, 0.1, ValueError, "columns"),
    (np.ones((0, 2)), [], 0.1, ValueError, "no rows"),
    ([np.nan, 1], 0, 0.1, ValueError, r"x must be finite; there is nan at position \(0,\)"),
    ([[1, 1], [1, np.inf]], [0, 0], 0.1, ValueError, r"inf at position \(1, 1\)"),
    (["a", "b"], 0, 0.1, TypeError, "real numbers"),
    (np.array([1, None], dtype=object), 0, 0.1, TypeError, "real numbers"),
    ([1j, 1], 0, 0.1, TypeError, "real numbers"),
    ([[1, 2], [3]], 0, 0.1, ValueError, "rectangular"),
    ([1, 1], [0, 0], 0.1, ValueError, "y must have the shape"),
    ([[1, 1], [1, 1]], [0], 0.1, ValueError, "y must have the shape"),
    ([1, 1], np.nan, 0.1, ValueError, "y must be finite"),
    ([1, 1], "0", 0.1, TypeError, "y must be made of real numbers"),
    ([1, 1], 0, -1, ValueError, "eta must be finite and not negative"),
    ([1, 1], 0, np.inf, ValueError, "eta must be finite"),
    ([1, 1], 0, "0.1", TypeError, "eta must be a number"),
    ([1e300, 1], 0, 0.1, ValueError, "finite"),
]


@pytest.mark.parametrize(("x", "y", "eta", "error", "message"), BAD_INPUT, ids=lambda v: str(v)[:30])
@pytest.mark.parametrize("method", ["backpropagate", "perceptron_rule"])
def test_bad_input_changes_nothing(method, x, y, eta, error, message):
    network = Network([2, 1], "HardLimit", dtype=np.float32).initialize(0)
    network.forward([3, 4])
    before = network.theta[1].copy()
    # 1e300 overflows float32: the warning of NumPy's conversion is part of the picture.
    with np.errstate(over="ignore"), pytest.raises(error, match=message):
        getattr(network, method)(x, y, eta)
    np.testing.assert_array_equal(network.theta[1], before)
    np.testing.assert_array_equal(network.a[0], [3, 4])


def test_perceptron_rule_needs_a_perceptron():
    with pytest.raises(ValueError, match="single layer of HardLimit"):
        Network(*ONE_LAYER).perceptron_rule([1, 1], 0, 1)
    with pytest.raises(ValueError, match="must be 0 or 1"):
        Network([2, 1], "HardLimit").perceptron_rule([1, 1], -1, 1)


def test_bad_parameters():
    network = Network([2, 2, 1], "Linear")
    with pytest.raises(ValueError, match=r"W\[1\] has the shape \(2, 2\); got an array of shape \(3,\)"):
        network.W[1] = [1, 2, 3]
    with pytest.raises(ValueError, match=r"W\[1\] has the shape"):
        network.W[1] = [1, 2, 3, 4]  # no guessing at rows and columns
    with pytest.raises(ValueError, match="finite"):
        network.b[2] = np.nan
    with pytest.raises(ValueError, match="reduction"):
        network.backpropagate([1, 1], 0, 0.1, reduction="max")
