"""Networks handed over to scikit-learn's estimators and taken over from them."""

from __future__ import annotations

import numpy as np
import pandas
import pytest
from sklearn import neural_network
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

import rosenblatt
from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning", "ignore:lbfgs failed"
)

X, NUMBERS = load_digits(return_X_y=True)
X, NUMBERS = X[:200] / 16, NUMBERS[:200]
TARGETS = {
    "binary": NUMBERS > 4,
    "multiclass": NUMBERS,
    "multilabel": (NUMBERS[:, None] >> np.arange(4)) & 1,
    "regression": NUMBERS / 10,
    "regression2": np.c_[NUMBERS, X.mean(axis=1)] / 10,
}
SETTINGS = {
    "adam": {"solver": "adam"},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.01, "momentum": 0.8},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.5, "n_iter_no_change": 2},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling", "nesterovs_momentum": False},
    "early_stopping": {"early_stopping": True},
    "lbfgs": {"solver": "lbfgs"},
}


def both(kind, setting):
    name = "MLPRegressor" if kind.startswith("regression") else "MLPClassifier"
    parameters = {"hidden_layer_sizes": (12, 7), "max_iter": 9, "random_state": 0, **SETTINGS[setting]}
    return getattr(rosenblatt, name)(**parameters), getattr(neural_network, name)(**parameters)


def assert_alike(ours, theirs):
    np.testing.assert_allclose(outputs(ours), outputs(theirs), rtol=1e-9)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-9)
    for name in ("n_iter_", "t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name)
    if theirs.solver != "lbfgs":
        assert ours.loss_curve_ == pytest.approx(theirs.loss_curve_, rel=1e-9)
        assert (ours.validation_scores_ or []) == pytest.approx(theirs.validation_scores_ or [], rel=1e-9)


def outputs(model):
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("kind", TARGETS)
def test_there_and_back(kind, setting):
    ours, theirs = both(kind, setting)
    y = TARGETS[kind]
    ours.fit(X, y)
    handed = ours.to_sklearn()
    assert type(handed) is type(theirs)
    assert_alike(ours, handed)
    assert_alike(type(ours).from_sklearn(handed), handed)
    assert_alike(type(ours).from_sklearn(theirs.fit(X, y)), theirs)
    if isinstance(ours, MLPClassifier):
        np.testing.assert_array_equal(handed.classes_, ours.classes_)
        np.testing.assert_array_equal(handed.predict(X), ours.predict(X))
        assert handed.score(X, y) == ours.score(X, y)


@pytest.mark.parametrize("setting", ["adam", "sgd", "adaptive", "invscaling"])
@pytest.mark.parametrize("kind", TARGETS)
def test_both_go_on_alike(kind, setting):
    ours, theirs = both(kind, setting)
    y = TARGETS[kind]
    models = [ours.fit(X, y), ours.to_sklearn(), type(ours).from_sklearn(theirs.fit(X, y)), theirs]
    for model in models:
        for _ in range(6):
            model.partial_fit(X, y)
        assert model.loss_curve_ == pytest.approx(ours.loss_curve_, rel=1e-9)
        np.testing.assert_allclose(outputs(model), outputs(ours), rtol=1e-7)


@pytest.mark.parametrize("setting", ["adam", "early_stopping", "lbfgs"])
def test_warm_starts_go_on_alike(setting):
    ours = both("multiclass", setting)[0]
    ours.set_params(warm_start=True).fit(X, NUMBERS)
    handed = ours.to_sklearn()
    taken = MLPClassifier.from_sklearn(handed)
    for model in (ours, handed, taken):
        model.fit(X, NUMBERS)
    assert taken.loss_curve_ == pytest.approx(ours.loss_curve_, rel=1e-12)
    if setting != "lbfgs":
        assert handed.loss_curve_ == pytest.approx(ours.loss_curve_, rel=1e-9)
    else:
        assert handed.loss_ == pytest.approx(ours.loss_, rel=1e-6)


def test_labels_of_any_kind_are_handed_over():
    y = np.where(NUMBERS > 6, "high", np.where(NUMBERS > 3, "middle", "low"))
    ours = both("multiclass", "adam")[0].fit(X, y)
    for other in (ours.to_sklearn(), MLPClassifier.from_sklearn(ours.to_sklearn())):
        np.testing.assert_array_equal(other.classes_, ["high", "low", "middle"])
        np.testing.assert_array_equal(other.predict(X), ours.predict(X))


def test_nothing_is_shared():
    ours = both("multiclass", "adam")[0].fit(X, NUMBERS)
    before = ours.predict_proba(X)
    handed = ours.to_sklearn()
    for W in handed.coefs_:
        W[...] = 0
    handed.loss_curve_.clear()
    np.testing.assert_array_equal(ours.predict_proba(X), before)
    assert len(ours.loss_curve_) == ours.n_iter_
    taken = MLPClassifier.from_sklearn(ours.to_sklearn())
    taken.coefs_[0][...] = 0
    np.testing.assert_array_equal(ours.predict_proba(X), before)


def test_float32_stays_float32():
    ours = both("regression", "adam")[0].fit(X.astype(np.float32), TARGETS["regression"])
    handed = ours.to_sklearn()
    assert {W.dtype for W in handed.coefs_} == {np.dtype(np.float32)}
    assert MLPRegressor.from_sklearn(handed).coefs_[0].dtype == np.float32


def test_unfitted_estimators_hand_over_their_parameters():
    ours = MLPRegressor(hidden_layer_sizes=(3, 4), alpha=0.5, n_threads=2)
    handed = ours.to_sklearn()
    assert handed.get_params() == {**handed.get_params(), "hidden_layer_sizes": (3, 4), "alpha": 0.5}
    assert not hasattr(handed, "coefs_")
    assert MLPRegressor.from_sklearn(handed).get_params() == {**ours.get_params(), "n_threads": None}


def test_a_derived_class_comes_back_as_itself():
    class Mine(MLPRegressor):
        pass

    _, theirs = both("regression", "adam")
    assert type(Mine.from_sklearn(theirs.fit(X, TARGETS["regression"]))) is Mine
    assert type(Mine().to_sklearn()) is neural_network.MLPRegressor


@pytest.mark.parametrize(
    "other", [LogisticRegression(), neural_network.MLPRegressor(), None, MLPClassifier()]
)
def test_anything_else_is_refused(other):
    with pytest.raises(TypeError, match=r"from_sklearn takes a sklearn\.neural_network\.MLPClassifier, not"):
        MLPClassifier.from_sklearn(other)


def test_names_of_columns_are_handed_over():
    frame = pandas.DataFrame(X[:, :3], columns=["a", "b", "c"])
    ours = both("regression", "adam")[0].fit(frame, TARGETS["regression"])
    np.testing.assert_array_equal(ours.to_sklearn().feature_names_in_, ["a", "b", "c"])


@pytest.mark.parametrize(
    ("name", "value", "default"),
    [
        ("weight_init", "he_normal", "auto"),
        ("n_init", 3, 1),
        ("scoring", "f1_macro", None),
        ("penalty", "l1", "l2"),
        ("dropout", (0.5,), 0.0),
        ("input_noise", 0.1, 0.0),
        ("batch_norm", True, False),
        ("label_smoothing", 0.1, 0.0),
        ("class_weight", {0: 2.0}, None),
    ],
)
def test_what_scikit_learn_has_not_is_refused_until_it_is_set_to_its_default(name, value, default):
    """Its fit would learn something else, but the network as it is predicts the same there."""
    model = MLPClassifier((3,), max_iter=2, **{name: value}).fit(X, TARGETS["binary"])
    with pytest.raises(ValueError, match=rf"scikit-learn has no {name}, .*set_params\({name}={default!r}\)"):
        model.to_sklearn()
    theirs = model.set_params(**{name: default}).to_sklearn()
    np.testing.assert_array_equal(theirs.predict(X), model.predict(X))


def test_parameters_that_change_nothing_of_what_is_learned_are_left_out():
    model = MLPRegressor(n_threads=1, callbacks=[], mu=0.1, rho=0.5, dropout=(0.0,))
    assert model.to_sklearn().get_params() == neural_network.MLPRegressor().get_params()
