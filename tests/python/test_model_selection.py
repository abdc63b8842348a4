"""Pipelines, searches, cross-validation and inspection of scikit-learn at work with the three estimators."""

from __future__ import annotations

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 (it makes the import below work)
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.model_selection import (
    GridSearchCV,
    HalvingRandomSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from rosenblatt import MLPClassifier, MLPRegressor, Perceptron

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = (table[:300] for table in load_digits(return_X_y=True))
X = X / 16
CLASSIFIERS = [
    MLPClassifier((20,), learning_rate_init=0.02, max_iter=30, random_state=0),
    Perceptron(max_iter=30),
]
REGRESSOR = MLPRegressor(hidden_layer_sizes=(20,), learning_rate_init=0.02, max_iter=30, random_state=0)
ESTIMATORS = [*CLASSIFIERS, REGRESSOR]
# R² of a regression on the digits' numbers is less than the accuracy of telling them apart.
AT_LEAST = {"MLPClassifier": 0.8, "Perceptron": 0.8, "MLPRegressor": 0.2}

# parallel_config came with joblib 1.3.
in_backend = getattr(joblib, "parallel_config", joblib.parallel_backend)

by_name = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
by_classifier = pytest.mark.parametrize("estimator", CLASSIFIERS, ids=lambda e: type(e).__name__)


def rate(estimator):
    """What the estimator calls its learning rate."""
    return "eta0" if isinstance(estimator, Perceptron) else "learning_rate_init"


@by_name
def test_pipeline(estimator):
    pipeline = make_pipeline(MinMaxScaler(), clone(estimator)).fit(X, Y)
    scaled = MinMaxScaler().fit_transform(X)
    direct = clone(estimator).fit(scaled, Y)
    np.testing.assert_array_equal(pipeline.predict(X), direct.predict(scaled))
    assert pipeline.score(X, Y) == direct.score(scaled, Y) > AT_LEAST[type(estimator).__name__]
    assert pipeline.n_features_in_ == 64
    assert len(pipeline[:1].get_feature_names_out()) == 64


# Python 3.11's warning, where a pool of processes is left for the next search.
@pytest.mark.filterwarnings("ignore:.*leaked.*")
@pytest.mark.parametrize("backend", ["loky", "threading"])
@by_name
def test_a_grid_search_with_two_jobs_finds_what_one_finds(estimator, backend):
    pipeline = make_pipeline(StandardScaler(), clone(estimator))
    step = type(estimator).__name__.lower()
    grid = {f"{step}__{rate(estimator)}": [1e-9, 0.02], f"{step}__early_stopping": [False, True]}
    one = GridSearchCV(pipeline, grid, cv=3, n_jobs=1).fit(X, Y)
    with in_backend(backend):
        two = GridSearchCV(pipeline, grid, cv=3, n_jobs=2).fit(X, Y)
    for scores in (f"split{i}_test_score" for i in range(3)):
        np.testing.assert_array_equal(one.cv_results_[scores], two.cv_results_[scores])
    assert len(np.unique(one.cv_results_["mean_test_score"])) > 1
    assert one.best_params_ == two.best_params_
    np.testing.assert_array_equal(one.predict(X), two.predict(X))


@by_name
def test_halving_search(estimator):
    search = HalvingRandomSearchCV(
        clone(estimator),
        {rate(estimator): [1e-9, 1e-8, 1e-7, 0.02]},
        n_candidates=4,
        min_resources=60,
        factor=2,
        cv=3,
        random_state=0,
    ).fit(X, Y)
    assert search.n_resources_ == [60, 120, 240]
    # A perceptron that begins at zero finds the same planes for every learning rate.
    if not isinstance(estimator, Perceptron):
        assert search.best_params_ == {"learning_rate_init": 0.02}
    assert search.score(X, Y) > AT_LEAST[type(estimator).__name__]


@by_name
def test_halving_over_epochs(estimator):
    """max_iter is the resource: the most promising learning rate is given the most epochs."""
    search = HalvingRandomSearchCV(
        clone(estimator),
        {rate(estimator): [1e-9, 0.02]},
        resource="max_iter",
        n_candidates=2,
        min_resources=5,
        max_resources=10,
        factor=2,
        cv=3,
        random_state=0,
    ).fit(X, Y)
    assert search.best_estimator_.max_iter == 10
    assert search.best_estimator_.n_iter_ <= 10


@by_name
def test_cross_validation(estimator):
    found = cross_validate(clone(estimator), X, Y, cv=3, return_train_score=True, return_estimator=True)
    assert [model.predict(X).shape for model in found["estimator"]] == [(300,)] * 3
    assert (found["train_score"] > found["test_score"]).all()
    np.testing.assert_array_equal(found["test_score"], cross_val_score(clone(estimator), X, Y, cv=3))
    assert cross_val_predict(clone(estimator), X, Y, cv=3).shape == (300,)


@by_classifier
def test_cross_validation_of_probabilities_or_net_inputs(estimator):
    method = "decision_function" if isinstance(estimator, Perceptron) else "predict_proba"
    answers = cross_val_predict(clone(estimator), X, Y, cv=3, method=method)
    assert answers.shape == (300, 10)
    assert (answers.argmax(axis=1) == Y).mean() > 0.8
    scores = cross_val_score(clone(estimator), X, Y == 3, cv=3, scoring="roc_auc")
    assert scores.min() > 0.9


@by_name
def test_learning_curve(estimator):
    sizes, train, test = learning_curve(clone(estimator), X, Y, cv=3, train_sizes=[0.2, 1.0])
    assert sizes.tolist() == [40, 200]
    assert train.shape == test.shape == (2, 3)
    assert (test.mean(axis=1)[1] - test.mean(axis=1)[0]) > 0.05


@by_name
def test_learning_curve_goes_on_where_it_was(estimator):
    """exploit_incremental_learning calls partial_fit with the rows that are new."""
    sizes, train, test = learning_curve(
        clone(estimator), X, Y, cv=3, train_sizes=[0.5, 1.0], exploit_incremental_learning=True
    )
    assert sizes.tolist() == [100, 200]
    assert np.isfinite(train).all()
    assert np.isfinite(test).all()


@by_name
def test_permutation_importance(estimator):
    model = clone(estimator).fit(X, Y)
    importance = permutation_importance(model, X, Y, n_repeats=2, random_state=0)
    dark = (X == 0).all(axis=0)
    assert dark.any()
    np.testing.assert_array_equal(importance.importances[dark], 0)
    assert importance.importances_mean.max() > 0


@by_name
def test_partial_dependence(estimator):
    model = clone(estimator).fit(X, Y)
    dependence = partial_dependence(model, X, [20, 36], kind="average", grid_resolution=5)
    assert dependence["average"].shape == (1 if estimator is REGRESSOR else 10, 5, 5)
    assert np.ptp(dependence["average"]) > 0
