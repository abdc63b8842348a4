"""Several quantiles at once: about right, and never crossing."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import d2_pinball_score, mean_pinball_loss

from rosenblatt import MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

LEVELS = (0.1, 0.5, 0.9)
RANDOM = np.random.RandomState(0)


def heteroscedastic(rows, random):
    """Noise that grows with x."""
    X = random.uniform(0, 1, (rows, 1))
    return X, np.sin(4 * X[:, 0]) + (0.1 + X[:, 0]) * random.normal(size=rows)


X, Y = heteroscedastic(2000, RANDOM)
BOTH = np.c_[Y, -3 * Y]
FRESH, WANTED = heteroscedastic(5000, RANDOM)


def make(**parameters):
    usual = {"hidden_layer_sizes": (20,), "activation": "tanh", "quantile": LEVELS, "random_state": 0}
    return MLPRegressor("quantile", **usual | parameters)


@pytest.fixture(scope="module")
def model():
    return make(learning_rate_init=0.01, max_iter=150).fit(X, Y)


def test_coverage(model):
    """Of rows it has not seen, about a tenth lies below the quantile 0.1, and so on, wherever x is."""
    a = model.predict(FRESH)
    assert a.shape == (5000, 3)
    assert model.out_activation_ == "ordered"
    assert model.n_outputs_ == 3
    below = WANTED[:, np.newaxis] < a
    np.testing.assert_allclose(below.mean(axis=0), LEVELS, atol=0.03)
    left = FRESH[:, 0] < 0.5
    np.testing.assert_allclose(below[left].mean(axis=0), LEVELS, atol=0.05)
    np.testing.assert_allclose(below[~left].mean(axis=0), LEVELS, atol=0.05)
    # The distance of the outer ones is 2 x 1.28 standard deviations.
    width = np.polynomial.Polynomial.fit(FRESH[:, 0], a[:, 2] - a[:, 0], 1).convert().coef
    np.testing.assert_allclose(width, [0.256, 2.56], atol=0.6)


def test_as_good_as_single_ones(model):
    a = model.predict(FRESH)
    for j, level in enumerate(LEVELS):
        single = make(quantile=level, learning_rate_init=0.01, max_iter=150).fit(X, Y)
        assert single.predict(FRESH).shape == (5000,)
        own = mean_pinball_loss(WANTED, a[:, j], alpha=level)
        assert own < 1.05 * mean_pinball_loss(WANTED, single.predict(FRESH), alpha=level)


@pytest.mark.parametrize("scale", [1, 1e6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_never_cross(model, dtype, scale):
    """Neither far away from the training, nor with parameters drawn at random, nor of several outputs."""
    rows = (scale * RANDOM.normal(size=(1000, 1))).astype(dtype)
    for levels in (LEVELS, tuple(np.linspace(0.01, 0.99, 33))):
        for y in (Y[:100], BOTH[:100]):
            drawn = make(quantile=levels, max_iter=1, hidden_layer_sizes=(5, 5))
            drawn.fit(X[:100].astype(dtype), y)
            for W in drawn.coefs_:
                W[...] = 20 * W
            assert (np.diff(drawn.predict(rows), axis=-1) >= 0).all()
    assert (np.diff(model.predict(rows), axis=1) >= 0).all()


def test_several_outputs():
    model = make(solver="lbfgs", max_iter=300).fit(X, BOTH)
    a = model.predict(FRESH)
    assert a.shape == (5000, 2, 3)
    below = np.c_[WANTED, -3 * WANTED][:, :, np.newaxis] < a
    np.testing.assert_allclose(below.mean(axis=0), [LEVELS, LEVELS], atol=0.05)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(FRESH), a)
    model.coefs_ = [W.copy() for W in model.coefs_]
    np.testing.assert_array_equal(model.predict(FRESH), a)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("y", [Y[:50], BOTH[:50]], ids=["one", "two"])
@pytest.mark.parametrize("levels", [(0.5,), LEVELS, (0.05, 0.2, 0.4, 0.6, 0.8)], ids=str)
def test_gradient_and_loss(levels, y, solver):
    model = make(quantile=levels, solver=solver, hidden_layer_sizes=(4,), max_iter=20, batch_size="auto")
    assert model.gradient_check(X[:50], y) < 1e-6
    model.fit(X[:50], y)
    assert model.gradient_check(X[:50], y) < 1e-6
    a = model.predict(X[:50])
    assert a.shape == (*y.shape, len(levels))
    wanted = sum(
        mean_pinball_loss(y, a[..., j], alpha=level) * (1 if y.ndim == 1 else 2)
        for j, level in enumerate(levels)
    )
    repeated = np.repeat(y.reshape(50, -1), len(levels), axis=1)
    assert model.network_.backpropagate(X[:50], repeated, eta=0) == pytest.approx(wanted, rel=1e-12)


def test_score(model):
    """The mean of scikit-learn's D² over the levels; R² of a single quantile."""
    a = model.predict(FRESH)
    wanted = np.mean([d2_pinball_score(WANTED, a[:, j], alpha=q) for j, q in enumerate(LEVELS)])
    assert model.score(FRESH, WANTED) == pytest.approx(wanted, rel=1e-12)
    assert wanted > 0.1
    weights = RANDOM.uniform(0, 1, 5000)
    assert model.score(FRESH, WANTED, weights) != model.score(FRESH, WANTED)
    several = make(max_iter=3).fit(X, BOTH)
    assert several.score(X, BOTH) < 1


def test_early_stopping_watches_the_loss():
    """R² of the quantile 0.95 falls as it is learned."""
    for levels in (0.95, (0.05, 0.95)):
        model = make(quantile=levels, early_stopping=True, max_iter=60, learning_rate_init=0.01).fit(X, Y)
        assert max(model.validation_scores_) == model.best_validation_score_
        np.testing.assert_allclose(model.validation_scores_, -np.array(model.validation_loss_curve_))
        high = model.predict(FRESH).reshape(5000, -1)[:, -1]
        assert (high > WANTED).mean() == pytest.approx(0.95, abs=0.04)


def test_warm_start_and_partial_fit():
    model = make(max_iter=2, warm_start=True).fit(X, BOTH).fit(X, BOTH)
    assert len(model.loss_curve_) == 4
    partial = make().partial_fit(X, BOTH).partial_fit(X, BOTH)
    assert partial.predict(X[:1]).shape == (1, 2, 3)
    assert clone(model).fit(X, Y).predict(X).shape == (2000, 3)
    before = pickle.dumps(model)
    with pytest.raises(ValueError, match=r"with 3 quantile\(s\) of each output, but quantile=\(0.1, 0.9\)"):
        model.set_params(quantile=(0.1, 0.9)).fit(X, BOTH)
    model.set_params(quantile=LEVELS)
    with pytest.raises(ValueError, match="'ordered', but the loss 'quantile' needs 'identity'"):
        model.set_params(quantile=0.5).fit(X, BOTH)
    assert pickle.dumps(model.set_params(quantile=LEVELS)) == before


def test_bit_identical_for_any_number_of_threads():
    alone, *others = (make(hidden_layer_sizes=(70,), max_iter=2, n_threads=n).fit(X, BOTH) for n in (1, 2, 5))
    for other in others:
        assert other.loss_curve_ == alone.loss_curve_
        np.testing.assert_array_equal(other.predict(X), alone.predict(X))
