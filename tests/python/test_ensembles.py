"""Ensembles and wrappers of scikit-learn around the three estimators."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_digits
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor
from sklearn.preprocessing import StandardScaler

from rosenblatt import MLPClassifier, MLPRegressor, Perceptron

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = (table[:300] for table in load_digits(return_X_y=True))
X = X / 16
NETWORK = MLPClassifier((20,), learning_rate_init=0.02, max_iter=30, random_state=0)
PERCEPTRON = Perceptron(max_iter=30)
REGRESSOR = MLPRegressor(hidden_layer_sizes=(20,), learning_rate_init=0.02, max_iter=60, random_state=0)

# Weights that leave only the digits 0 to 4 to be learned.
HALF = (Y < 5).astype(float)

by_classifier = pytest.mark.parametrize("estimator", [NETWORK, PERCEPTRON], ids=lambda e: type(e).__name__)
by_name = pytest.mark.parametrize(
    "estimator", [NETWORK, PERCEPTRON, REGRESSOR], ids=lambda e: type(e).__name__
)


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
@by_classifier
def test_calibration(estimator, method):
    model = CalibratedClassifierCV(clone(estimator), method=method, cv=3).fit(X, Y)
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (300, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert model.score(X, Y) > 0.85


@by_classifier
def test_calibration_with_weights(estimator):
    model = CalibratedClassifierCV(clone(estimator), cv=3).fit(X, Y, sample_weight=HALF + 1e-3)
    assert model.score(X[Y < 5], Y[Y < 5]) > 0.85


@pytest.mark.parametrize("passthrough", [False, True])
def test_stacking_of_classifiers(passthrough):
    model = StackingClassifier(
        [("network", clone(NETWORK)), ("perceptron", clone(PERCEPTRON))],
        LogisticRegression(max_iter=500),
        cv=3,
        passthrough=passthrough,
    ).fit(X, Y)
    # Probabilities of the network, net inputs of the perceptron.
    assert model.stack_method_ == ["predict_proba", "decision_function"]
    assert model.transform(X).shape == (300, 20 + 64 * passthrough)
    assert model.score(X, Y) > 0.9


def test_a_network_on_top_of_a_stack():
    model = StackingClassifier([("perceptron", clone(PERCEPTRON))], clone(NETWORK), cv=3).fit(X, Y)
    assert model.final_estimator_.n_features_in_ == 10
    assert model.score(X, Y) > 0.6


def test_stacking_of_regressors():
    model = StackingRegressor([("network", clone(REGRESSOR))], LinearRegression(), cv=3).fit(X, Y)
    assert model.score(X, Y) > 0.6


def test_voting():
    members = [("network", clone(NETWORK)), ("perceptron", clone(PERCEPTRON))]
    hard = VotingClassifier([*members, ("again", clone(NETWORK).set_params(random_state=1))]).fit(X, Y)
    soft = VotingClassifier(members[:1], voting="soft").fit(X, Y)
    assert hard.score(X, Y) > 0.9
    assert soft.score(X, Y) > 0.9
    np.testing.assert_allclose(soft.predict_proba(X), clone(NETWORK).fit(X, Y).predict_proba(X))
    numbers = VotingRegressor([("one", clone(REGRESSOR)), ("other", LinearRegression())]).fit(X, Y)
    assert numbers.score(X, Y) > 0.6


def test_voting_with_weights():
    model = VotingClassifier([("network", clone(NETWORK)), ("perceptron", clone(PERCEPTRON))])
    model.fit(X, Y, sample_weight=HALF)
    assert (model.predict(X) < 5).all()


@by_name
def test_bagging(estimator):
    bagging = BaggingRegressor if estimator is REGRESSOR else BaggingClassifier
    settings = {"n_estimators": 3, "max_samples": 0.8, "random_state": 0}
    model = bagging(clone(estimator), **settings).fit(X, Y)
    assert model.score(X, Y) > 0.6
    again = bagging(clone(estimator), n_jobs=2, **settings).fit(X, Y)
    np.testing.assert_array_equal(model.predict(X), again.predict(X))
    columns = bagging(clone(estimator), max_features=0.5, n_estimators=3, random_state=0).fit(X, Y)
    assert [member.n_features_in_ for member in columns.estimators_] == [32] * 3


@by_name
def test_bagging_with_weights(estimator):
    bagging = BaggingRegressor if estimator is REGRESSOR else BaggingClassifier
    plain, weighted = (
        bagging(clone(estimator), n_estimators=3, random_state=0).fit(X, Y, sample_weight=weights)
        for weights in (None, HALF)
    )
    # An answer below 4.5 is a digit that had a weight.
    assert (plain.predict(X) < 4.5).mean() < 0.6
    assert (weighted.predict(X) < 4.5).mean() > 0.8


@by_name
def test_boosting(estimator):
    """AdaBoost trains each member with other weights of the rows."""
    boosting = AdaBoostRegressor if estimator is REGRESSOR else AdaBoostClassifier
    model = boosting(clone(estimator), n_estimators=3, random_state=0).fit(X, Y)
    assert model.score(X, Y) > 0.6


@pytest.mark.parametrize("wrapper", [OneVsRestClassifier, OneVsOneClassifier])
@by_classifier
def test_many_classes_by_two(estimator, wrapper):
    rows = Y < 4
    model = wrapper(clone(estimator)).fit(X[rows], Y[rows])
    assert len(model.estimators_) == (4 if wrapper is OneVsRestClassifier else 6)
    assert model.score(X[rows], Y[rows]) > 0.95


@by_classifier
def test_several_outputs_by_a_classifier_each(estimator):
    targets = np.c_[Y, Y % 2]
    model = MultiOutputClassifier(clone(estimator), n_jobs=2).fit(X, targets)
    assert model.score(X, targets) > 0.8
    alone = clone(estimator).fit(X, Y % 2)
    np.testing.assert_array_equal(model.predict(X)[:, 1], alone.predict(X))
    chain = ClassifierChain(clone(estimator)).fit(X, np.c_[Y < 5, Y % 2])
    assert chain.predict(X).shape == (300, 2)


def test_several_outputs_by_a_regressor_each():
    targets = np.c_[Y, -Y]
    model = MultiOutputRegressor(clone(REGRESSOR)).fit(X, targets)
    assert model.score(X, targets) > 0.6
    np.testing.assert_array_equal(model.predict(X)[:, 0], clone(REGRESSOR).fit(X, Y).predict(X))


def test_several_outputs_piece_by_piece():
    """Their partial_fit exists where the estimator's does."""
    targets = np.c_[Y, Y % 2]
    for estimator in (NETWORK, PERCEPTRON):
        model = MultiOutputClassifier(clone(estimator))
        for rows in np.split(np.arange(300), 3):
            model.partial_fit(X[rows], targets[rows], classes=[np.arange(10), np.arange(2)])
        assert model.predict(X).shape == (300, 2)
    regressor = MultiOutputRegressor(clone(REGRESSOR))
    regressor.partial_fit(X, targets)
    assert regressor.predict(X).shape == (300, 2)


def test_a_transformed_target():
    y = np.exp(Y / 2)
    model = TransformedTargetRegressor(clone(REGRESSOR), func=np.log, inverse_func=np.exp).fit(X, y)
    np.testing.assert_allclose(
        model.predict(X), np.exp(clone(REGRESSOR).fit(X, np.log(y)).predict(X)), rtol=1e-12
    )
    scaled = TransformedTargetRegressor(clone(REGRESSOR), transformer=StandardScaler()).fit(X, 1000.0 * Y)
    assert scaled.score(X, 1000.0 * Y) > 0.6
