"""The main job: real handwritten digits, as well as scikit-learn's network learns them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import neural_network

from rosenblatt import MLPClassifier, datasets

# Five epochs are a figure to reach, not a training to convergence.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SETTINGS = {"hidden_layer_sizes": (100,), "solver": "adam", "batch_size": 200, "max_iter": 5}


@pytest.fixture(scope="module")
def mnist(mnist_home):  # noqa: ARG001 (skips where there is no MNIST)
    """Rows for training, their digits, rows for testing, their digits; float32 in [0, 1]."""
    (X, y), (X_test, y_test) = datasets.mnist("train"), datasets.mnist("test")
    assert (X.shape, X_test.shape) == ((60000, 784), (10000, 784))
    return X.astype(np.float32) / 255, y, X_test.astype(np.float32) / 255, y_test


@pytest.fixture(scope="module")
def accuracy(mnist):
    """Accuracy on the test rows of a training with a seed, computed once for each."""
    known = {}

    def of(seed):
        if seed not in known:
            X, y, X_test, y_test = mnist
            model = MLPClassifier(**SETTINGS, random_state=seed).fit(X, y)
            assert model.coefs_[0].dtype == np.float32
            known[seed] = model.score(X_test, y_test)
        return known[seed]

    return of


@pytest.mark.parametrize("seed", range(5))
def test_accuracy(accuracy, seed):
    assert accuracy(seed) >= 0.965


@pytest.mark.parametrize("seed", [0, 1])
def test_accuracy_is_that_of_scikit_learn(accuracy, mnist, seed):
    X, y, X_test, y_test = mnist
    theirs = neural_network.MLPClassifier(**SETTINGS, random_state=seed).fit(X, y)
    assert abs(accuracy(seed) - theirs.score(X_test, y_test)) <= 0.005


@pytest.mark.usefixtures("mnist_home")
def test_bytes_as_they_are_stored_train_like_float64():
    X, y = datasets.mnist("test")
    assert X.dtype == np.uint8
    bytes_, doubles = (
        MLPClassifier((32,), max_iter=1, random_state=0).fit(images, y)
        for images in (X, X.astype(np.float64))
    )
    assert bytes_.loss_curve_ == doubles.loss_curve_
    np.testing.assert_array_equal(bytes_.coefs_[0], doubles.coefs_[0])
    np.testing.assert_array_equal(bytes_.predict(X), doubles.predict(X))
