"""Gradients of answers by the input, beside differences of the answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_array, csr_array, csr_matrix
from sklearn.exceptions import NotFittedError

from rosenblatt import MLPClassifier, MLPRegressor, Network, _core

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:lbfgs failed to converge"),
]

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(60, 4)
LABELS = np.digitize(X[:, 0] + X[:, 1], [-1, 0.5])
ACTIVATIONS = [
    *("identity", "logistic", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus"),
    *("softsign", "hard_sigmoid", "sin", "radial_basis"),
]


def differences(answers, x):
    """The Jacobian of each row, (rows, outputs, columns), by central differences with two steps."""

    def quotient(h):
        columns = []
        for j in range(x.shape[1]):
            above, below = x.copy(), x.copy()
            above[:, j] += h
            below[:, j] -= h
            columns.append((answers(above) - answers(below)) / (2 * h))
        return np.stack(columns, axis=-1)

    return (4 * quotient(5e-5) - quotient(1e-4)) / 3


def table(a):
    a = np.hstack(a) if isinstance(a, list) else np.asarray(a)
    return a.reshape(len(a), -1)


def fit(estimator, y, **parameters):
    settings = {"hidden_layer_sizes": (6, 5), "max_iter": 20, "random_state": 1} | parameters
    return estimator(**settings).fit(X, y)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation):
    several = fit(MLPClassifier, LABELS, activation=activation)
    found = several.input_gradient(X)
    assert found.shape == (60, 3, 4)
    # No row of these lies within a step of a kink.
    np.testing.assert_allclose(found, differences(several.predict_proba, X), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-12)  # probabilities add up to 1
    regressor = fit(MLPRegressor, X[:, :2] ** 2, activation=activation)
    np.testing.assert_allclose(
        regressor.input_gradient(X), differences(regressor.predict, X), rtol=1e-7, atol=1e-9
    )


KINDS = {
    "multilabel": (MLPClassifier, (X[:, :3] > 0).astype(int), {}, "predict_proba", 3),
    "several outputs": (
        MLPClassifier,
        np.column_stack([LABELS, (X[:, 2] > 0) * 3]),
        {},
        "predict_proba",
        5,
    ),
    "no hidden layer": (MLPClassifier, LABELS, {"hidden_layer_sizes": ()}, "predict_proba", 3),
    "mixed": (
        MLPClassifier,
        LABELS,
        {"activation": ("tanh", "gelu"), "loss": "squared_error"},
        "predict_proba",
        3,
    ),
    "hinge": (MLPClassifier, LABELS, {"loss": "hinge", "activation": "tanh"}, "decision_function", 3),
    "perceptron": (
        MLPClassifier,
        LABELS,
        {"loss": "perceptron", "activation": "tanh", "solver": "sgd"},
        "decision_function",
        3,
    ),
    "poisson": (MLPRegressor, np.exp(X[:, :2]), {"loss": "poisson", "activation": "tanh"}, "predict", 2),
    "quantiles": (
        MLPRegressor,
        X[:, :2],
        {"loss": "quantile", "quantile": (0.1, 0.5, 0.9), "activation": "tanh"},
        "predict",
        6,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer(kind):
    estimator, y, parameters, answers, outputs = KINDS[kind]
    model = fit(estimator, y, **parameters)
    found = model.input_gradient(X)
    assert found.shape == (60, outputs, 4)
    expected = differences(lambda x: table(getattr(model, answers)(x)), X)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)
    for output in range(outputs):
        np.testing.assert_array_equal(model.input_gradient(X, output=output), found[:, output])


def test_one_output_has_one_gradient_a_row():
    regressor = fit(MLPRegressor, X[:, 0], activation="tanh")
    assert regressor.input_gradient(X).shape == (60, 4)
    np.testing.assert_array_equal(regressor.input_gradient(X), regressor.input_gradient(X, output=0))
    binary = fit(MLPClassifier, np.where(X[:, 0] > 0, "yes", "no"), activation="tanh")
    expected = differences(binary.predict_proba, X)
    np.testing.assert_allclose(binary.input_gradient(X), expected[:, 1], rtol=1e-7, atol=1e-9)
    for output in (0, 1):
        np.testing.assert_allclose(
            binary.input_gradient(X, output=output), expected[:, output], rtol=1e-7, atol=1e-9
        )
    margins = fit(MLPClassifier, X[:, 0] > 0, activation="tanh", loss="hinge")
    np.testing.assert_allclose(
        margins.input_gradient(X),
        differences(lambda x: table(margins.decision_function(x)), X)[:, 0],
        atol=1e-8,
    )
    alone = fit(MLPClassifier, np.zeros(60, int))
    np.testing.assert_array_equal(alone.input_gradient(X), np.zeros((60, 4)))
    np.testing.assert_array_equal(alone.input_gradient(X, output=0), np.zeros((60, 4)))


def test_a_linear_model_answers_with_its_weights():
    model = fit(MLPRegressor, X[:, 0], hidden_layer_sizes=())
    np.testing.assert_array_equal(model.input_gradient(X), np.tile(model.coefs_[0][:, 0], (60, 1)))


@pytest.mark.parametrize("form", [csr_array, csr_matrix, csc_array])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_sparse_rows_and_other_dtypes(form, dtype):
    rows = (RANDOM.rand(300, 30) > 0.8).astype(dtype) * 3
    model = MLPClassifier((7,), max_iter=3, random_state=0).fit(rows, np.arange(300) % 3)
    dense, sparse = model.input_gradient(rows), model.input_gradient(form(rows))
    assert type(sparse) is np.ndarray
    assert dense.dtype == sparse.dtype == (np.float32 if dtype == np.float32 else np.float64)
    np.testing.assert_allclose(sparse, dense, rtol=1e-4 if dtype == np.float32 else 1e-9, atol=1e-7)
    assert dense.any()


def test_threads_and_neighbours_do_not_matter():
    rows = RANDOM.randn(1500, 60)
    model = MLPClassifier((50,), max_iter=2, random_state=0).fit(rows, np.arange(1500) % 4)
    expected = model.set_params(n_threads=1).input_gradient(rows)
    np.testing.assert_array_equal(model.set_params(n_threads=3).input_gradient(rows), expected)
    np.testing.assert_array_equal(model.input_gradient(rows[700:701]), expected[700:701])


def test_parameters_that_were_edited_count():
    model = fit(MLPRegressor, X[:, 0], activation="tanh")
    before = model.input_gradient(X)
    model.coefs_[-1] *= 2
    np.testing.assert_allclose(model.input_gradient(X), 2 * before, rtol=1e-14)
    model.coefs_ = [W.copy() for W in model.coefs_[:-1]] + [model.coefs_[-1] / 2]
    np.testing.assert_array_equal(model.input_gradient(X), before)


def test_errors():
    model = fit(MLPClassifier, LABELS)
    for output in (3, -1, 10**20):
        with pytest.raises(IndexError, match=f"numbered 0 to 2; there is no output {output}"):
            model.input_gradient(X, output=output)
    for output in (1.0, "1", True, [0]):
        with pytest.raises(TypeError, match="output must be an integer or None"):
            model.input_gradient(X, output=output)
    with pytest.raises(ValueError, match="X has 3 features"):
        model.input_gradient(X[:, :3])
    with pytest.raises(ValueError, match="NaN"):
        model.input_gradient(np.full((1, 4), np.nan))
    with pytest.raises(NotFittedError):
        MLPClassifier().input_gradient(X)
    with pytest.raises(NotFittedError):
        MLPClassifier(loss="perceptron").input_gradient(X)


def test_what_does_not_fit_into_memory():
    rows = csr_matrix((200_000, 4_000_000), dtype=np.float32)
    model = MLPRegressor(hidden_layer_sizes=(), max_iter=1).fit(rows[:5], np.zeros(5))
    with pytest.raises(MemoryError, match=r"the gradients of 1 output\(s\) for 200000 rows"):
        model.input_gradient(rows)


@pytest.mark.parametrize("name", _core.activation_names())
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_network(name, dtype):
    network = Network([3, 4, 5, 2], ["Tanh", name, "Linear"], dtype=dtype).initialize(0)
    x = RANDOM.randn(7, 3)
    found = network.input_gradient(x)
    assert found.shape == (7, 2, 3)
    assert found.dtype == dtype
    single = network.input_gradient(x[3])
    assert single.shape == (2, 3)
    np.testing.assert_array_equal(single, found[3])
    if dtype == "float64":
        np.testing.assert_allclose(found, differences(network.forward, x), rtol=1e-6, atol=1e-8)


def test_network_leaves_what_it_has_shown():
    network = Network([2, 3, 1], "Tanh").initialize(0)
    network.backpropagate([1, 2], [0], eta=0)
    before = [values.copy() for values in (*network.n, *network.a, *network.s, *network.gradient)]
    network.input_gradient([[5, 6], [7, 8]])
    after = [*network.n, *network.a, *network.s, *network.gradient]
    for ours, wanted in zip(after, before, strict=True):
        np.testing.assert_array_equal(ours, wanted)
    for x, message in (([1, 2, 3], "3 columns"), ([[np.inf, 1]], "finite"), (np.zeros((0, 2)), "no rows")):
        with pytest.raises(ValueError, match=message):
            network.input_gradient(x)


def test_the_core_refuses_outputs_that_are_not_there():
    core = _core.NetworkFloat64([2, 3], ["Linear"])
    with pytest.raises(IndexError, match="the network has 3 outputs; there is no output 3"):
        core.input_gradients(np.zeros((1, 2)), [0, 3])
    with pytest.raises(ValueError, match="x has 3 columns but the network has 2 inputs"):
        core.input_gradients(np.zeros((1, 3)), [0])
    assert core.input_gradients(np.zeros((0, 2)), [0]).shape == (0, 1, 2)
    assert core.input_gradients(np.zeros((1, 2)), []).shape == (1, 0, 2)
    for k in (0, 2):
        with pytest.raises(IndexError, match=f"there is no layer {k}"):
            core.first_layers(k)
