"""What early stopping watches: the parameter scoring."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.datasets import load_digits, make_classification
from sklearn.metrics import accuracy_score, get_scorer, make_scorer, mean_absolute_error
from sklearn.model_selection import GridSearchCV, train_test_split

from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, X_VAL, Y, Y_VAL = train_test_split(
    *make_classification(400, weights=[0.8], random_state=0), random_state=0
)
OWN = {"X_val": X_VAL, "y_val": Y_VAL}
WEIGHTS = np.random.RandomState(0).uniform(0, 2, len(Y_VAL))


def classifier(**parameters):
    return MLPClassifier(
        **{
            "hidden_layer_sizes": (8,),
            "learning_rate_init": 0.01,
            "random_state": 0,
            "early_stopping": True,
            "max_iter": 60,
        }
        | parameters
    )


@pytest.mark.parametrize("scoring", ["roc_auc", "f1", "neg_log_loss", make_scorer(accuracy_score)], ids=str)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_the_best_parameters_by_a_scorer(scoring, weights, solver):
    model = classifier(scoring=scoring, solver=solver).fit(X, Y, **OWN, sample_weight_val=weights)
    scorer = get_scorer(scoring)
    final = scorer(model, X_VAL, Y_VAL, sample_weight=weights)
    assert final == pytest.approx(model.best_validation_score_, rel=1e-14)
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.validation_scores_.index(max(model.validation_scores_)) < len(model.validation_scores_)


def test_the_core_and_scikit_learn_find_the_same_accuracy():
    core, named = (classifier(scoring=scoring).fit(X, Y) for scoring in (None, "accuracy"))
    assert core.validation_scores_ == pytest.approx(named.validation_scores_, rel=1e-14)
    assert core.loss_curve_ == named.loss_curve_
    assert all((a == b).all() for a, b in zip(core.coefs_, named.coefs_, strict=True))


def test_the_loss_is_a_score():
    model = classifier(scoring="loss", max_iter=500, n_iter_no_change=5).fit(X, Y, **OWN)
    assert model.validation_scores_ == [-loss for loss in model.validation_loss_curve_]
    assert model.best_validation_score_ == -min(model.validation_loss_curve_)
    assert model.n_iter_ < 500
    by_hand = get_scorer("neg_log_loss")(model, X_VAL, Y_VAL)
    assert by_hand == pytest.approx(model.best_validation_score_, rel=1e-12)


@pytest.mark.parametrize("scoring", [None, "loss", "roc_auc"])
def test_without_early_stopping_it_is_what_is_recorded(scoring):
    model = classifier(scoring=scoring, early_stopping=False).fit(X, Y, **OWN)
    wanted = {
        None: model.score(X_VAL, Y_VAL),
        "loss": -model.validation_loss_curve_[-1],
        "roc_auc": get_scorer("roc_auc")(model, X_VAL, Y_VAL),
    }
    assert model.validation_scores_[-1] == pytest.approx(wanted[scoring], rel=1e-14)


def test_a_callable_sees_the_model_as_of_the_epoch_and_rows_as_they_were_given():
    names = [f"feature {i}" for i in range(X.shape[1])]
    seen = []

    def scorer(estimator, rows, targets):
        assert list(rows.columns) == names
        assert set(targets) == {"few", "many"}
        seen.append(estimator.predict_proba(rows)[:, 1].mean())
        return len(seen)

    frame = pd.DataFrame(X, columns=names)
    y = np.array(["many", "few"])[Y]
    model = classifier(scoring=scorer, max_iter=4).fit(frame, y)
    assert model.validation_scores_ == [1, 2, 3, 4]
    assert len(set(seen)) == 4  # it learned something in each epoch
    assert seen[0] != pytest.approx(seen[-1], abs=1e-6)


def test_sparse_targets_and_lists_are_picked_for_a_scorer():
    digits, y = load_digits(return_X_y=True)
    model = classifier(scoring="accuracy", max_iter=3).fit(digits[:200].tolist(), y[:200].tolist())
    assert len(model.validation_scores_) == 3
    labels = sklearn.preprocessing.MultiLabelBinarizer(sparse_output=True).fit_transform(
        [[value] for value in y[:200]]
    )
    model = classifier(scoring="f1_micro", max_iter=3).fit(digits[:200], labels)
    assert len(model.validation_scores_) == 3


def test_a_regressor():
    y, y_val = X[:, 0] * 2, X_VAL[:, 0] * 2
    model = MLPRegressor(scoring="neg_mean_absolute_error", early_stopping=True, max_iter=40, random_state=0)
    model.fit(X, y, X_val=X_VAL, y_val=y_val)
    assert -mean_absolute_error(y_val, model.predict(X_VAL)) == pytest.approx(
        model.best_validation_score_, rel=1e-14
    )


def test_in_a_search():
    search = GridSearchCV(classifier(max_iter=5), {"scoring": [None, "loss", "roc_auc"]}, cv=2).fit(X, Y)
    assert (search.cv_results_["mean_test_score"] > 0).all()


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize(
    ("scoring", "error", "message"),
    [
        ("no such score", ValueError, "no such score"),
        (accuracy_score, ValueError, "accuracy_score"),
        (lambda _estimator, _rows: 1.0, TypeError, r"scoring must be a callable scorer\(estimator, X, y\)"),
        (lambda *_: "good", TypeError, "scoring must give a number, not 'good'"),
        (lambda *_: 1 / 0, ZeroDivisionError, "division"),
        (3, ValueError, "scoring"),
    ],
    ids=["unknown", "a metric", "two arguments", "no number", "raises", "a number"],
)
def test_what_is_refused_leaves_the_estimator_as_it_was(scoring, error, message, solver):
    model = classifier(solver=solver).fit(X, Y, **OWN)
    state = pickle.dumps(model)
    model.scoring = scoring
    with pytest.raises(error, match=message):
        model.fit(X, Y, **OWN)
    model.scoring = None
    assert pickle.dumps(model) == state


def test_a_callable_that_takes_no_weights_is_refused_where_there_are_some():
    model = classifier(scoring=lambda _estimator, _rows, _targets: 1.0)
    with pytest.raises(TypeError, match=r"scorer\(estimator, X, y, sample_weight\)"):
        model.fit(X, Y, **OWN, sample_weight_val=WEIGHTS)
    with pytest.raises(TypeError, match=r"scorer\(estimator, X, y, sample_weight\)"):
        model.fit(X, Y, np.ones(len(Y)))
