"""Dropout, and noise on the input: what they do to a training, and what they leave alone."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone

from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RANDOM = np.random.RandomState(0)
ROWS = 90
X = RANDOM.rand(ROWS, 7)
X[X < 0.4] = 0
Y = np.argsort(np.argsort(X.sum(axis=1))) * 3 // ROWS
WEIGHTS = RANDOM.uniform(0.1, 3, ROWS)

NOISES = {
    "dropout": {"dropout": 0.5},
    "dropout of a layer": {"dropout": (0, 0.3)},
    "input_dropout": {"input_dropout": 0.2},
    "input_noise": {"input_noise": 0.3},
    "all": {"dropout": (0.5, 0.1), "input_dropout": 0.2, "input_noise": 0.1},
}
by_noise = pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
by_estimator = pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])


def make(estimator=MLPClassifier, **parameters):
    options = {"hidden_layer_sizes": (12, 9), "max_iter": 6, "random_state": 0, "batch_size": 20}
    return estimator(**options | parameters)


def thetas(model):
    return [*model.coefs_, *model.intercepts_]


def are_equal(model, other):
    return all(np.array_equal(a, b) for a, b in zip(thetas(model), thetas(other), strict=True))


@by_estimator
@by_noise
def test_a_training_is_another_one_and_can_be_repeated(estimator, noise):
    plain = make(estimator).fit(X, Y)
    model = make(estimator, **noise).fit(X, Y)
    assert not are_equal(model, plain)
    assert are_equal(make(estimator, **noise).fit(X, Y), model)
    assert are_equal(clone(model).fit(X, Y), model)
    assert not are_equal(make(estimator, **noise, random_state=1).fit(X, Y), model)
    seeded = make(estimator, **noise, random_state=np.random.RandomState(0)).fit(X, Y)
    assert are_equal(seeded, model)


@by_estimator
@pytest.mark.parametrize(
    "off", [{"dropout": (0, 0.0)}, {"dropout": 0}, {"input_dropout": 0}, {"input_noise": 0}]
)
def test_zero_is_the_plain_training_bit_by_bit(estimator, off):
    assert are_equal(make(estimator, **off).fit(X, Y), make(estimator).fit(X, Y))


@by_noise
def test_the_random_numbers_of_the_plain_training_come_first(noise):
    """A training with noise draws two words more, its seed, after the initial parameters."""
    plain, noisy = np.random.RandomState(3), np.random.RandomState(3)
    make(random_state=plain, shuffle=False).fit(X, Y)
    make(random_state=noisy, shuffle=False, **noise).fit(X, Y)
    plain.randint(2**32, size=2, dtype=np.uint32)
    assert np.array_equal(plain.get_state()[1], noisy.get_state()[1])
    assert plain.get_state()[2] == noisy.get_state()[2]


@by_noise
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_threads_do_not_change_the_result(noise, dtype):
    data = (5 * X).astype(dtype)
    models = [make(n_threads=n, hidden_layer_sizes=(90, 80), **noise).fit(data, Y) for n in (1, 2, 3, 4)]
    assert all(are_equal(model, models[0]) for model in models)
    assert models[0].coefs_[0].dtype == (np.float32 if dtype == np.float32 else np.float64)


@pytest.mark.parametrize(
    "noise", [NOISES["dropout"], NOISES["input_dropout"]], ids=["dropout", "input_dropout"]
)
def test_sparse_rows_train_as_dense_ones(noise):
    dense = make(**noise).fit(X, Y)
    for kind in (sp.csr_array, sp.csc_matrix):
        sparse = make(**noise).fit(kind(X), Y)
        for a, b in zip(thetas(sparse), thetas(dense), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9)


@by_noise
def test_predictions_and_gradient_check_are_without_noise(noise):
    model = make(activation="tanh", **noise).fit(X, Y)
    assert np.array_equal(model.predict_proba(X), model.predict_proba(X))
    a = X
    for W, b in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        a = np.tanh(a @ W + b)
    n = a @ model.coefs_[-1] + model.intercepts_[-1]
    expected = np.exp(n) / np.exp(n).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-12)
    assert model.gradient_check(X, Y) < 1e-6


@by_noise
def test_validation_scores_are_without_noise(noise):
    """Of a network that hardly moves they are the same in each epoch; the losses, with noise, are not."""
    still = {"solver": "sgd", "learning_rate_init": 1e-12, "early_stopping": True, "validation_fraction": 0.3}
    model = make(MLPRegressor, **still, **noise).fit(X, Y)
    assert np.ptp(model.validation_scores_) < 1e-9
    assert np.ptp(model.loss_curve_) > 1e-4


@by_noise
def test_weights_count_as_without_noise(noise):
    """A weight that is the same for all rows changes nothing but the rounding."""
    model = make(alpha=0, **noise).fit(X, Y)
    same = make(alpha=0, **noise).fit(X, Y, np.full(ROWS, 2.0))
    for a, b in zip(thetas(same), thetas(model), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    assert not are_equal(make(**noise).fit(X, Y, WEIGHTS), model)


@by_noise
def test_later_calls_draw_other_masks(noise):
    """partial_fit of the same rows: with the same random_state, the shuffle is the same, the noise is not."""
    first = make(shuffle=False, solver="sgd", learning_rate_init=1e-9, momentum=0, alpha=0, **noise)
    losses = [first.partial_fit(X, Y, classes=np.unique(Y)).loss_ for _ in range(3)]
    assert len(np.unique(losses)) == 3

    warm = make(warm_start=True, solver="sgd", learning_rate_init=1e-9, shuffle=False, max_iter=1, **noise)
    losses = [warm.fit(X, Y).loss_ for _ in range(3)]
    assert len(np.unique(losses)) == 3


@by_noise
def test_a_pickle_goes_on_as_the_model(noise):
    model = make(**noise)
    model.partial_fit(X, Y, classes=np.unique(Y))
    copy = pickle.loads(pickle.dumps(model))
    assert are_equal(copy.partial_fit(X, Y), model.partial_fit(X, Y))


def test_dropout_lessens_overfitting():
    """Few noisy rows and a wide network: the squared error on others' rows, for each of some seeds."""
    plain, dropped = [], []
    for seed in range(4):
        random = np.random.RandomState(seed)
        inputs = random.standard_normal((600, 20))
        targets = np.sign(inputs[:, 0] + inputs[:, 1] / 2) + random.standard_normal(600)
        for errors, dropout in ((plain, 0.0), (dropped, 0.8)):
            model = make(
                MLPRegressor, hidden_layer_sizes=(200,), max_iter=100, dropout=dropout, random_state=seed
            )
            model.set_params(learning_rate_init=0.003, batch_size=100, n_iter_no_change=np.inf)
            model.fit(inputs[:100], targets[:100])
            errors.append(np.mean((model.predict(inputs[100:]) - targets[100:]) ** 2))
    assert np.mean(dropped) < 0.85 * np.mean(plain)
    assert all(np.array(dropped) < np.array(plain))


@by_estimator
@pytest.mark.parametrize(
    ("noise", "message"),
    [
        (
            {"dropout": (0.5,)},
            r"dropout=\(0.5,\) has 1 numbers; expected one for each of the 2 hidden layers",
        ),
        ({"dropout": [0.1, 0.2, 0.3]}, "has 3 numbers"),
        ({"dropout": (0.5, 1.0)}, r"numbers in \[0, 1\), but that of layer 2 is 1.0"),
        ({"dropout": (-0.1, 0.5)}, "that of layer 1 is -0.1"),
        ({"dropout": (np.nan, 0.5)}, "that of layer 1 is nan"),
        ({"dropout": ("a", 0.5)}, "that of layer 1 is 'a'"),
        ({"dropout": (True, 0.5)}, "that of layer 1 is True"),
        ({"dropout": ((0.1, 0.2), 0.5)}, "that of layer 1 is"),
    ],
)
def test_what_does_not_fit_the_layers_is_refused(estimator, noise, message):
    model = make(estimator).fit(X, Y)
    model.set_params(**noise)
    before = pickle.dumps(model)
    for call in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match=message):
            call(X, Y)
    assert pickle.dumps(model) == before


def test_noise_on_sparse_rows_is_refused():
    model = make(input_noise=0.5)
    with pytest.raises(ValueError, match=r"input_noise=0.5 would make a dense table of a sparse X"):
        model.fit(sp.csr_array(X), Y)
    assert not hasattr(model, "coefs_")
    model.fit(X, Y)


def test_arrays_and_numpy_numbers_are_taken():
    reference = make(dropout=(0.25, 0.5)).fit(X, Y)
    assert are_equal(make(dropout=np.array([0.25, 0.5])).fit(X, Y), reference)
    assert are_equal(make(dropout=[np.float32(0.25), np.float64(0.5)]).fit(X, Y), reference)
    assert are_equal(make(dropout=np.float32(0.5)).fit(X, Y), make(dropout=[0.5, 0.5]).fit(X, Y))
