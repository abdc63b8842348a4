"""Hidden layers as features: transform and its company in scikit-learn."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from rosenblatt import MLPClassifier, MLPRegressor, datasets

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(80, 5)
TARGETS = {MLPClassifier: np.digitize(X[:, 0], [-0.5, 0.5]), MLPRegressor: X[:, 0] ** 2}
both = pytest.mark.parametrize("estimator", TARGETS)


def fit(estimator, hidden=(7, 3), **parameters):
    return estimator(hidden_layer_sizes=hidden, max_iter=10, random_state=0, **parameters).fit(
        X, TARGETS[estimator]
    )


@both
@pytest.mark.parametrize("activation", ["relu", "tanh", ("gelu", "sin")], ids=str)
def test_activations_of_every_layer(estimator, activation):
    model = fit(estimator, activation=activation)
    network = model.network_
    network.forward(X)
    for k in (1, 2, 3):
        np.testing.assert_array_equal(model.activations(X, k), network.a[k])
    np.testing.assert_array_equal(model.transform(X), network.a[2])


@both
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_kinds_of_x(estimator, dtype):
    rows = np.abs(X * 10).astype(dtype)
    model = estimator(hidden_layer_sizes=(6,), max_iter=5, random_state=0).fit(rows, TARGETS[estimator])
    features = model.transform(rows)
    assert features.dtype == model.coefs_[0].dtype == (np.float32 if dtype == np.float32 else np.float64)
    np.testing.assert_allclose(model.transform(csr_array(rows)), features, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        features, np.maximum(rows @ model.coefs_[0] + model.intercepts_[0], 0), rtol=1e-4, atol=1e-5
    )


def test_threads_do_not_matter():
    rows = RANDOM.randn(4000, 100)
    model = MLPRegressor(hidden_layer_sizes=(50,), max_iter=1).fit(rows, rows[:, 0])
    expected = model.set_params(n_threads=1).transform(rows)
    np.testing.assert_array_equal(model.set_params(n_threads=4).transform(rows), expected)


@both
def test_names_and_data_frames(estimator):
    pd = pytest.importorskip("pandas")
    model = fit(estimator)
    prefix = estimator.__name__.lower()
    assert model.get_feature_names_out().tolist() == [f"{prefix}{j}" for j in range(3)]
    assert model.get_feature_names_out(["a"] * 5).tolist() == [f"{prefix}{j}" for j in range(3)]
    expected = model.transform(X)
    frame = model.set_output(transform="pandas").transform(X)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == list(model.get_feature_names_out())
    np.testing.assert_array_equal(frame.to_numpy(), expected)
    assert isinstance(clone(model).fit_transform(X, TARGETS[estimator]), pd.DataFrame)
    assert type(model.activations(X, 1)) is np.ndarray
    assert type(model.predict(X)) is np.ndarray


@both
def test_fit_transform_takes_what_fit_takes(estimator):
    weights = RANDOM.rand(len(X))
    expected = estimator(hidden_layer_sizes=(4,), max_iter=5, random_state=0)
    expected.fit(X, TARGETS[estimator], sample_weight=weights)
    features = estimator(hidden_layer_sizes=(4,), max_iter=5, random_state=0).fit_transform(
        X, TARGETS[estimator], sample_weight=weights
    )
    np.testing.assert_array_equal(features, expected.transform(X))


@both
def test_without_hidden_layers(estimator):
    fresh = estimator(hidden_layer_sizes=())
    with pytest.raises(ValueError, match="without hidden layers"):
        fresh.fit_transform(X, "no y that could be fitted to")
    model = fit(estimator, hidden=())
    with pytest.raises(ValueError, match="without hidden layers"):
        model.transform(X)
    with pytest.raises(ValueError, match="without hidden layers"):
        model.get_feature_names_out()
    assert model.activations(X, 1).shape == (80, 3 if estimator is MLPClassifier else 1)


@both
def test_not_fitted(estimator):
    fresh = estimator()
    for call in (
        lambda: fresh.transform(X),
        lambda: fresh.activations(X, 1),
        fresh.get_feature_names_out,
    ):
        with pytest.raises(NotFittedError):
            call()


@both
def test_bad_layers(estimator):
    model = fit(estimator)
    for layer in (0, 4, -1, 10**20):
        with pytest.raises(IndexError, match=f"numbered 1 to 3; there is no layer {layer}"):
            model.activations(X, layer)
    for layer in (1.0, "1", None, True):
        with pytest.raises(TypeError, match="layer must be an integer"):
            model.activations(X, layer)
    with pytest.raises(ValueError, match="X has 4 features"):
        model.transform(X[:, :4])
    with pytest.raises(ValueError, match="infinity"):
        model.transform(np.full((1, 5), np.inf))


@both
def test_what_came_from_a_pickle_or_was_edited(estimator):
    model = fit(estimator, activation="tanh")
    expected = model.transform(X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).transform(X), expected)
    model.coefs_[0][...] = 0
    model.intercepts_[0][...] = 0
    model.intercepts_[1][...] = 0
    np.testing.assert_array_equal(model.transform(X), np.zeros((80, 3)))


def test_in_pipelines():
    features, y = datasets.digits()
    features = features / 16
    pipeline = make_pipeline(
        StandardScaler(),
        MLPClassifier((32,), max_iter=30, random_state=0),
        LogisticRegression(max_iter=1000),
    )
    assert cross_val_score(pipeline, features[:900], y[:900], cv=3).min() > 0.7
    assert list(pipeline.fit(features, y)[:-1].get_feature_names_out())[-1] == "mlpclassifier31"
    union = FeatureUnion([("scaled", StandardScaler()), ("hidden", MLPRegressor(max_iter=5))])
    fitted = Pipeline([("both", union), ("ridge", Ridge())]).fit(X, X[:, 0])
    assert fitted[0].transform(X).shape == (80, 105)
    last = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(6,), max_iter=5))
    assert last.fit_transform(X, X[:, 0]).shape == (80, 6)
    assert last.score(X, X[:, 0]) <= 1
