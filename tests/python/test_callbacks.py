"""Callbacks: what they hear of a training, and what their answers do to it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.callbacks import EpochState

# Most trainings here are cut off after a few epochs.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.RandomState(0).rand(300, 5)
Y = np.arange(300) % 3
ESTIMATORS = [MLPClassifier, MLPRegressor]


class Listener:
    """A callback that keeps what it hears and answers as it is told to."""

    def __init__(self, answer=lambda _: None):
        self.states = []
        self.answer = answer

    def on_epoch_end(self, state):
        self.states.append(state)
        return self.answer(state)


def fitted(estimator=MLPClassifier, **parameters):
    parameters = {"hidden_layer_sizes": (12,), "max_iter": 3, "random_state": 0} | parameters
    return estimator(**parameters).fit(X, Y)


def assert_identical(model, other):
    assert model.loss_curve_ == other.loss_curve_
    for mine, wanted in zip(model.coefs_, other.coefs_, strict=True):
        np.testing.assert_array_equal(mine, wanted)


@pytest.mark.parametrize("early_stopping", [False, True], ids=["to_the_end", "early_stopping"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_callbacks_are_told_of_every_epoch(estimator, early_stopping):
    first, second = Listener(), Listener()
    model = fitted(estimator, callbacks=[first, second], max_iter=4, early_stopping=early_stopping)
    assert first.states == second.states
    assert [state.n_iter for state in first.states] == [1, 2, 3, 4]
    assert [state.loss for state in first.states] == model.loss_curve_
    scores = [state.validation_score for state in first.states]
    assert scores == (model.validation_scores_ if early_stopping else [None] * 4)
    assert {state.max_iter for state in first.states} == {4}
    assert {state.n_samples for state in first.states} == {270 if early_stopping else 300}
    seconds = [state.seconds for state in first.states]
    assert seconds == sorted(seconds)
    assert seconds[0] >= 0


def test_callbacks_do_not_change_the_training():
    assert_identical(fitted(callbacks=[Listener()]), fitted())
    assert_identical(fitted(callbacks=(Listener(),)), fitted(callbacks=[]))


@pytest.mark.parametrize("yes", [True, np.True_], ids=["bool", "numpy.bool"])
def test_a_callback_that_returns_true_stops_the_training(yes):
    stopper, other = Listener(lambda state: yes if state.n_iter == 2 else None), Listener()
    model = fitted(callbacks=[stopper, other], max_iter=50)
    assert model.n_iter_ == len(model.loss_curve_) == 2
    assert len(other.states) == 2  # everybody hears of the last epoch
    assert_identical(model, fitted(max_iter=2))


@pytest.mark.parametrize("answer", [False, None, "true", 1, 0.5])
def test_only_true_stops_the_training(answer):
    assert fitted(callbacks=[Listener(lambda _: answer)], max_iter=4).n_iter_ == 4


def test_stopped_with_early_stopping_the_best_parameters_stay():
    def stop(state):
        return state.n_iter == 5

    stopped = fitted(callbacks=[Listener(stop)], early_stopping=True, max_iter=50)
    assert_identical(stopped, fitted(early_stopping=True, max_iter=5))


def fail(state):
    if state.n_iter == 2:
        raise LookupError("from the callback")


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_exceptions_of_callbacks_come_out_of_fit(estimator):
    listener = Listener(fail)
    model = estimator(hidden_layer_sizes=(5,), callbacks=[listener], max_iter=5)
    with pytest.raises(LookupError, match="from the callback"):
        model.fit(X, Y)
    assert len(listener.states) == 2
    with pytest.raises(NotFittedError):
        model.predict(X)

    model.set_params(callbacks=None).fit(X, Y)
    model.set_params(callbacks=[Listener(fail)])
    attributes, first = dict(vars(model)), model.coefs_[0].copy()
    with pytest.raises(LookupError, match="from the callback"):
        model.fit(X, Y)
    assert list(vars(model)) == list(attributes)
    assert all(vars(model)[name] is value for name, value in attributes.items())
    np.testing.assert_array_equal(model.coefs_[0], first)


@pytest.mark.parametrize(
    "callbacks",
    [[1], [print], [None], [Listener(), object()], (type("X", (), {"on_epoch_end": 3})(),)],
    ids=["number", "function", "none", "object_after_a_callback", "no_method"],
)
def test_wrong_callbacks_are_refused_before_the_training(callbacks):
    with pytest.raises(TypeError, match=r"on_epoch_end\(state\)"):
        fitted(callbacks=callbacks)
    if isinstance(callbacks[0], Listener):
        assert callbacks[0].states == []


def test_a_callback_may_use_other_estimators_and_the_same_one():
    def train_again(_):
        model.set_params(callbacks=None, max_iter=1).fit(X, Y)

    model = MLPClassifier((5,), max_iter=3, random_state=0, callbacks=[Listener(train_again)])
    model.fit(X, Y)
    assert len(model.loss_curve_) == 3


def test_the_state_cannot_be_changed():
    state = EpochState(n_iter=1, max_iter=2, loss=0.5, validation_score=None, n_samples=3, seconds=0.0)
    with pytest.raises(FrozenInstanceError):
        state.loss = 0.1
    assert state == EpochState(1, 2, 0.5, None, 3, 0.0)
