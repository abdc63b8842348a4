"""Sample weights that scikit-learn's tools hand on to the three estimators, seen by what they do."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn
from sklearn import linear_model, neural_network
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from rosenblatt import MLPClassifier, MLPRegressor, Perceptron

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = (table[:200] for table in load_digits(return_X_y=True))
X = X / 16
# Rows of the digits 5 to 9 count for little.
WEIGHTS = np.where(Y < 5, 1.0, 0.01)

ESTIMATORS = [
    MLPClassifier((10,), learning_rate_init=0.02, max_iter=20, random_state=0),
    MLPRegressor(hidden_layer_sizes=(10,), learning_rate_init=0.02, max_iter=20, random_state=0),
    Perceptron(max_iter=20),
]
THEIRS = {
    "MLPClassifier": neural_network.MLPClassifier,
    "MLPRegressor": neural_network.MLPRegressor,
    "Perceptron": linear_model.Perceptron,
}
by_name = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)

FOLDS = KFold(3)


@pytest.fixture(autouse=True)
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def scores(estimator, fit_weights, score_weights):
    """What cross-validation should find, by hand."""
    return [
        clone(estimator)
        .fit(X[train], Y[train], sample_weight=None if fit_weights is None else fit_weights[train])
        .score(X[test], Y[test], sample_weight=None if score_weights is None else score_weights[test])
        for train, test in FOLDS.split(X)
    ]


def asking_pipeline(estimator):
    """A pipeline whose last step wants the weights for both; the pipeline's own score is asked, too."""
    asking = clone(estimator).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    return make_pipeline("passthrough", asking).set_score_request(sample_weight=True)


@by_name
def test_the_same_metadata_as_scikit_learn(estimator):
    def asked_for(estimator):
        requests = estimator.get_metadata_routing()
        return {
            method: {*getattr(requests, method).requests}
            for method in ("fit", "partial_fit", "predict", "score")
        }

    ours, theirs = asked_for(estimator), asked_for(THEIRS[type(estimator).__name__]())
    # Networks of scikit-learn take weights since 1.7, and no validation set.
    more = {"sample_weight"}
    if not isinstance(estimator, Perceptron):
        more |= {"X_val", "y_val", "sample_weight_val"}
    assert {method: names | more if "fit" in method else names for method, names in theirs.items()} == ours


@pytest.mark.parametrize(
    ("in_fit", "in_score"), [(True, True), (True, False), (False, True)], ids=["both", "fit", "score"]
)
@by_name
def test_cross_validation_finds_what_a_loop_finds(estimator, in_fit, in_score):
    asking = clone(estimator).set_fit_request(sample_weight=in_fit).set_score_request(sample_weight=in_score)
    found = cross_validate(asking, X, Y, cv=FOLDS, params={"sample_weight": WEIGHTS})["test_score"]
    np.testing.assert_array_equal(
        found, scores(estimator, WEIGHTS if in_fit else None, WEIGHTS if in_score else None)
    )
    # Each of the two ways to use the weights is seen in the scores.
    assert (found != scores(estimator, None, None)).any()
    assert (found != scores(estimator, None if in_fit else WEIGHTS, WEIGHTS if in_score else None)).any()


@by_name
def test_grid_search_of_a_pipeline(estimator):
    grid = {f"{type(estimator).__name__.lower()}__max_iter": [2, 20]}
    search = GridSearchCV(asking_pipeline(estimator), grid, cv=FOLDS)
    search.fit(X, Y, sample_weight=WEIGHTS)
    for i, max_iter in enumerate([2, 20]):
        wanted = scores(clone(estimator).set_params(max_iter=max_iter), WEIGHTS, WEIGHTS)
        found = [search.cv_results_[f"split{fold}_test_score"][i] for fold in range(3)]
        np.testing.assert_array_equal(found, wanted)
    # The best one is trained anew with all of the weights.
    best = clone(search.best_estimator_[-1]).fit(X, Y, sample_weight=WEIGHTS)
    np.testing.assert_array_equal(search.predict(X), best.predict(X))
    assert search.score(X, Y, sample_weight=WEIGHTS) == best.score(X, Y, sample_weight=WEIGHTS)


@by_name
def test_cross_validation_of_a_pipeline(estimator):
    found = cross_validate(asking_pipeline(estimator), X, Y, cv=FOLDS, params={"sample_weight": WEIGHTS})[
        "test_score"
    ]
    np.testing.assert_array_equal(found, scores(estimator, WEIGHTS, WEIGHTS))


@pytest.mark.parametrize("estimator", ESTIMATORS[:2], ids=lambda e: type(e).__name__)
def test_a_pipeline_transforms_the_validation_set(estimator):
    X_val, y_val = X[150:], Y[150:]
    asking = clone(estimator).set_fit_request(X_val=True, y_val=True, sample_weight_val=True)
    pipeline = make_pipeline(StandardScaler(), asking, transform_input=["X_val"])
    pipeline.fit(X[:150], Y[:150], X_val=X_val, y_val=y_val, sample_weight_val=WEIGHTS[150:])
    scaler = StandardScaler().fit(X[:150])
    direct = clone(estimator).fit(
        scaler.transform(X[:150]),
        Y[:150],
        X_val=scaler.transform(X_val),
        y_val=y_val,
        sample_weight_val=WEIGHTS[150:],
    )
    assert pipeline[-1].validation_scores_ == direct.validation_scores_
    assert pipeline[-1].validation_loss_curve_ == direct.validation_loss_curve_
    assert len(direct.validation_scores_) == direct.n_iter_


@by_name
def test_weights_by_another_name(estimator):
    asking = (
        clone(estimator).set_fit_request(sample_weight="importance").set_score_request(sample_weight=False)
    )
    pipeline = make_pipeline("passthrough", asking).fit(X, Y, importance=WEIGHTS)
    np.testing.assert_array_equal(
        pipeline.predict(X), clone(estimator).fit(X, Y, sample_weight=WEIGHTS).predict(X)
    )


@by_name
def test_weights_that_nobody_asked_for(estimator):
    message = "sample_weight.* but are not explicitly set as requested"
    with pytest.raises(UnsetMetadataPassedError, match=message):
        make_pipeline("passthrough", clone(estimator)).fit(X, Y, sample_weight=WEIGHTS)
    with pytest.raises(UnsetMetadataPassedError, match=message):
        cross_validate(clone(estimator), X, Y, cv=FOLDS, params={"sample_weight": WEIGHTS})


@by_name
def test_partial_fit_in_a_wrapper(estimator):
    asking = clone(estimator).set_fit_request(sample_weight=True).set_partial_fit_request(sample_weight=True)
    targets = np.c_[Y, Y % 2]
    is_regressor = isinstance(estimator, MLPRegressor)
    wrapper = (MultiOutputRegressor if is_regressor else MultiOutputClassifier)(asking)
    classes = {} if is_regressor else {"classes": [np.arange(10), np.arange(2)]}
    direct, plain = clone(estimator), clone(estimator)
    for _ in range(5):
        wrapper.partial_fit(X, targets, sample_weight=WEIGHTS, **classes)
        first = {} if is_regressor else {"classes": np.arange(10)}
        direct.partial_fit(X, Y, sample_weight=WEIGHTS, **first)
        plain.partial_fit(X, Y, **first)
    np.testing.assert_array_equal(wrapper.predict(X)[:, 0], direct.predict(X))
    assert (direct.predict(X) != plain.predict(X)).any()


def test_initial_weights_of_a_perceptron_in_a_pipeline():
    asking = Perceptron(max_iter=1, tol=None).set_fit_request(coef_init=True, intercept_init=True)
    coef, intercept = np.random.RandomState(0).randn(10, 64), np.zeros(10)
    pipeline = make_pipeline("passthrough", asking).fit(X, Y, coef_init=coef, intercept_init=intercept)
    direct = Perceptron(max_iter=1, tol=None).fit(X, Y, coef_init=coef, intercept_init=intercept)
    np.testing.assert_array_equal(pipeline[-1].coef_, direct.coef_)
    assert (direct.coef_ != Perceptron(max_iter=1, tol=None).fit(X, Y).coef_).any()
