"""scikit-learn's conventions: its own checks, and its tools at work with these estimators."""

from __future__ import annotations

import pickle
from inspect import signature
from unittest import SkipTest

import numpy as np
import pytest
from sklearn import linear_model, neural_network
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.ensemble import BaggingRegressor, VotingClassifier
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score, learning_curve
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from rosenblatt import MLPClassifier, MLPRegressor, Perceptron

# The checks train for a few epochs only.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

DIGITS, NUMBERS = load_digits(return_X_y=True)
X, Y = DIGITS[:300], NUMBERS[:300]
CLASSIFIERS = [
    MLPClassifier((20,), learning_rate_init=0.02, max_iter=30, random_state=0),
    Perceptron(max_iter=30),
]
REGRESSOR = MLPRegressor(hidden_layer_sizes=(20,), learning_rate_init=0.02, max_iter=30, random_state=0)
ESTIMATORS = [*CLASSIFIERS, REGRESSOR]

# Why a check may not apply: what it needs is no dependency of this project, or no method of these estimators.
NOT_FOR_US = ("pandas", "polars", "pyarrow", "array_api_", "SCIPY_ARRAY_API", "decision_function method")

by_name = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
by_classifier = pytest.mark.parametrize("estimator", CLASSIFIERS, ids=lambda e: type(e).__name__)


def expected_failures(estimator):
    if isinstance(estimator, Perceptron):
        # As scikit-learn's own: a row of weight 2 is one update, the row given twice is two.
        return {
            f"check_sample_weight_equivalence_on_{kind}_data": "the order of rows counts"
            for kind in ("dense", "sparse")
        }
    return {}


def every_check():
    mark = parametrize_with_checks(
        [MLPClassifier(), MLPRegressor(), Perceptron()], expected_failed_checks=expected_failures
    )
    names, checks = mark.args
    # A list, because pytest 9 warns of the generator that scikit-learn before 1.8 makes.
    return pytest.mark.parametrize(names, list(checks), **mark.kwargs)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@every_check()
def test_check_estimator(estimator, check):
    try:
        check(estimator)
    except SkipTest as reason:
        # Not skipped: here, every test that is skipped counts as forgotten.
        if not any(name in str(reason) for name in NOT_FOR_US):
            raise AssertionError(f"skipped because of {reason}") from reason


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (MLPClassifier, neural_network.MLPClassifier),
        (MLPRegressor, neural_network.MLPRegressor),
        (Perceptron, linear_model.Perceptron),
    ],
    ids=["MLPClassifier", "MLPRegressor", "Perceptron"],
)
def test_parameters_and_defaults_are_those_of_scikit_learn(ours, theirs):
    mine, wanted = ours().get_params(), theirs().get_params()
    for more in ("callbacks", "n_threads"):
        mine.pop(more, None)
    assert mine == wanted
    assert signature(ours.fit).parameters.keys() <= {*signature(theirs.fit).parameters}


def test_kinds_of_estimators():
    assert [is_classifier(estimator) for estimator in ESTIMATORS] == [True, True, False]
    assert is_regressor(REGRESSOR)


@by_name
def test_clone_and_set_params(estimator):
    fitted = clone(estimator).fit(X, Y)
    copy = clone(fitted)
    assert copy.get_params() == estimator.get_params()
    assert not [name for name in vars(copy) if name.endswith("_")]
    assert copy.set_params(max_iter=7) is copy
    assert copy.get_params()["max_iter"] == 7
    assert "max_iter=7" in repr(copy)
    assert copy._repr_html_()


@by_name
def test_pickle_predicts_the_same(estimator):
    fitted = clone(estimator).fit(X, Y)
    other = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(other.predict(X), fitted.predict(X))


@by_classifier
def test_pipeline(estimator):
    pipeline = make_pipeline(MinMaxScaler(), clone(estimator)).set_output(transform="default").fit(X, Y)
    direct = clone(estimator).fit(MinMaxScaler().fit_transform(X), Y)
    np.testing.assert_array_equal(pipeline.predict(X), direct.predict(MinMaxScaler().fit_transform(X)))
    assert pipeline.score(X, Y) > 0.7
    assert len(pipeline[:1].get_feature_names_out()) == 64


@pytest.mark.filterwarnings("ignore:.*leaked.*")
@by_name
def test_grid_search_in_two_processes(estimator):
    pipeline = make_pipeline(StandardScaler(), clone(estimator))
    step = type(estimator).__name__.lower()
    name = "eta0" if step == "perceptron" else "learning_rate_init"
    grid = {f"{step}__{name}": [1e-9, 0.02], f"{step}__early_stopping": [False, True]}
    one, two = (GridSearchCV(pipeline, grid, cv=3, n_jobs=jobs).fit(X, Y) for jobs in (1, 2))
    np.testing.assert_array_equal(one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"])
    assert len(np.unique(one.cv_results_["mean_test_score"])) > 1
    assert one.best_params_ == two.best_params_
    np.testing.assert_array_equal(one.predict(X), two.predict(X))


@by_classifier
def test_cross_validation(estimator):
    scores = cross_val_score(clone(estimator), X / 16, Y, cv=3)
    assert scores.min() > 0.6
    np.testing.assert_array_equal(cross_val_predict(clone(estimator), X, Y, cv=3).shape, (300,))
    sizes, train, test = learning_curve(clone(estimator), X / 16, Y, cv=3, train_sizes=[0.5, 1.0])
    assert sizes.tolist() == [100, 200]
    assert train.shape == test.shape == (2, 3)


def test_within_ensembles_and_wrappers():
    Xs = X / 16
    for wrapper in (
        OneVsRestClassifier(clone(CLASSIFIERS[0])),
        CalibratedClassifierCV(clone(CLASSIFIERS[1]), cv=3),
        VotingClassifier([("mlp", clone(CLASSIFIERS[0])), ("perceptron", clone(CLASSIFIERS[1]))]),
    ):
        assert wrapper.fit(Xs, Y).score(Xs, Y) > 0.7
    for wrapper in (BaggingRegressor(clone(REGRESSOR), n_estimators=3, random_state=0), clone(REGRESSOR)):
        assert wrapper.fit(Xs, Y).score(Xs, Y) > 0.3
    both = MultiOutputRegressor(clone(REGRESSOR)).fit(Xs, np.c_[Y, Y])
    assert both.predict(Xs).shape == (300, 2)
    importance = permutation_importance(clone(CLASSIFIERS[0]).fit(Xs, Y), Xs, Y, n_repeats=1, random_state=0)
    assert importance.importances_mean.max() > 0


def test_scoring_with_weights():
    model = clone(CLASSIFIERS[0]).fit(X, Y)
    weights = (model.predict(X) == Y).astype(float)
    assert model.score(X, Y, sample_weight=weights) == 1
