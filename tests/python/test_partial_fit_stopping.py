"""Early stopping by calls of partial_fit."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

DIGITS = load_digits(return_X_y=True)
X, X_VAL, Y, Y_VAL = train_test_split(DIGITS[0][:500] / 16, DIGITS[1][:500], random_state=0)
OWN = {"X_val": X_VAL, "y_val": Y_VAL}
CLASSES = np.arange(10)


def classifier(**parameters):
    return MLPClassifier(
        **{
            "hidden_layer_sizes": (16,),
            "learning_rate_init": 0.01,
            "n_iter_no_change": 4,
            "early_stopping": True,
            "random_state": 0,
        }
        | parameters
    )


def stopped(model, **own):
    """A loop of epochs as a user writes it; the parameters after every call."""
    seen = []
    for _ in range(300):
        model.partial_fit(X, Y, classes=CLASSES, **own)
        seen.append([W.copy() for W in model.coefs_])
        if model.stopped_:
            return seen
    raise AssertionError("it never stopped")


@pytest.mark.parametrize("scoring", [None, "loss", "neg_log_loss"])
def test_a_loop_ends_with_the_best_parameters(scoring):
    model = classifier(scoring=scoring, tol=1e-3)
    seen = stopped(model, **OWN)
    scores = model.validation_scores_
    assert len(scores) == len(model.validation_loss_curve_) == len(model.loss_curve_) == len(seen)
    best = int(np.argmax(scores))
    assert model.best_validation_score_ == scores[best]
    assert scoring is not None or best < len(scores) - 1  # something was put back
    assert all((a == b).all() for a, b in zip(model.coefs_, seen[best], strict=True))
    # The same epochs as those without early stopping, and the rule of fit: more than n_iter_no_change calls
    # in a row without an improvement by tol.
    plain = classifier(early_stopping=False, scoring=scoring)
    for _ in range(len(seen)):
        plain.partial_fit(X, Y, classes=CLASSES, **OWN)
    assert plain.validation_scores_ == scores
    assert plain.stopped_ is False
    highest, waited = -np.inf, 0
    for number, score in enumerate(scores, start=1):
        waited = waited + 1 if score < highest + 1e-3 else 0
        highest = max(highest, score)
        assert (waited > 4) == (number == len(scores))


def test_once_stopped_it_learns_nothing_more():
    model = classifier()
    stopped(model, **OWN)
    before = [W.copy() for W in model.coefs_]
    epochs = len(model.loss_curve_)
    with pytest.warns(UserWarning, match="learned nothing .*early stopping has ended") as caught:
        model.partial_fit(X, Y, **OWN)
    assert caught[0].filename == __file__
    assert all((a == b).all() for a, b in zip(model.coefs_, before, strict=True))
    assert len(model.loss_curve_) == epochs
    # The two ways on that the warning names.
    model.set_params(early_stopping=False).partial_fit(X, Y, **OWN)
    assert len(model.loss_curve_) == epochs + 1
    assert any((a != b).any() for a, b in zip(model.coefs_, before, strict=True))
    assert not model.stopped_
    model.set_params(early_stopping=True, max_iter=2).fit(X, Y, **OWN)
    assert not model.stopped_
    model.partial_fit(X, Y, **OWN)
    assert len(model.loss_curve_) == 3


def test_patience_survives_a_pickle():
    model = classifier()
    copy = classifier()
    for _ in range(300):
        model.partial_fit(X, Y, classes=CLASSES, **OWN)
        copy = pickle.loads(pickle.dumps(copy)).partial_fit(X, Y, classes=CLASSES, **OWN)
        assert copy.stopped_ == model.stopped_
        if model.stopped_:
            break
    assert model.stopped_
    assert all((a == b).all() for a, b in zip(model.coefs_, copy.coefs_, strict=True))


def test_a_call_that_fails_does_not_count():
    model = classifier(n_iter_no_change=1, tol=10.0)  # nothing but the first call is an improvement
    model.partial_fit(X, Y, classes=CLASSES, **OWN).partial_fit(X, Y, **OWN)
    with pytest.raises(ValueError, match="features"):
        model.partial_fit(X[:, :3], Y, **OWN)
    assert not model.stopped_
    assert model.partial_fit(X, Y, **OWN).stopped_


def test_watching_without_early_stopping():
    model = classifier(early_stopping=False)
    model.partial_fit(X, Y, classes=CLASSES)
    assert model.validation_scores_ is None
    model.partial_fit(X, Y, **OWN).partial_fit(X, Y).partial_fit(
        X, Y, **OWN, sample_weight_val=np.ones(len(Y_VAL))
    )
    assert len(model.validation_scores_) == len(model.validation_loss_curve_) == 2
    assert model.validation_scores_[-1] == model.score(X_VAL, Y_VAL)
    assert len(model.loss_curve_) == 4


def test_without_a_set_there_is_no_stopping_in_one_epoch():
    with pytest.raises(ValueError, match="partial_fit does not support early_stopping=True"):
        classifier().partial_fit(X, Y, classes=CLASSES)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_regressor(dtype):
    rows, watched = X.astype(dtype), X_VAL.astype(dtype)
    model = MLPRegressor(
        hidden_layer_sizes=(8,),
        early_stopping=True,
        n_iter_no_change=2,
        learning_rate_init=0.01,
        random_state=0,
    )
    for _ in range(300):
        if model.partial_fit(rows, Y, X_val=watched, y_val=Y_VAL).stopped_:
            break
    assert model.stopped_
    assert model.coefs_[0].dtype == dtype
    assert model.score(watched, Y_VAL) == pytest.approx(model.best_validation_score_, rel=1e-6)
