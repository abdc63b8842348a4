"""Callbacks: what they hear of a training, and what their answers do to it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.callbacks import BatchState, EpochState, FitState
from rosenblatt.schedules import StepDecay

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


@pytest.mark.parametrize("early_stopping", [False, True], ids=["to_the_end", "early_stopping"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_callback_that_raises_leaves_the_last_whole_epoch(estimator, early_stopping):
    listener = Listener(fail)
    parameters = {
        "hidden_layer_sizes": (5,),
        "random_state": 0,
        "early_stopping": early_stopping,
        "warm_start": True,
    }
    model = estimator(**parameters, callbacks=[listener], max_iter=5)
    with pytest.raises(LookupError, match="from the callback"):
        model.fit(X, Y)
    assert len(listener.states) == 2
    whole = estimator(**parameters, max_iter=2).fit(X, Y)
    assert_identical(model, whole)
    assert (model.n_iter_, model.t_, model.loss_) == (whole.n_iter_, whole.t_, whole.loss_)
    np.testing.assert_array_equal(model.predict(X), whole.predict(X))
    # It can be trained on.
    assert_identical(
        model.set_params(callbacks=None, max_iter=3).fit(X, Y), whole.set_params(max_iter=3).fit(X, Y)
    )


class FailInABatch:
    def __init__(self, epoch):
        self.epoch = epoch

    def on_batch_end(self, state):
        if state.n_iter == self.epoch and state.batch == 2:
            raise LookupError("in a batch")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_raised_in_a_batch_the_epoch_is_undone(dtype):
    parameters = {"hidden_layer_sizes": (5,), "random_state": 0, "batch_size": 32}
    model = MLPClassifier(**parameters, callbacks=[FailInABatch(4)])
    with pytest.raises(LookupError, match="in a batch"):
        model.fit(X.astype(dtype), Y)
    assert_identical(model, MLPClassifier(**parameters, max_iter=3).fit(X.astype(dtype), Y))


@pytest.mark.parametrize("hook", ["on_fit_begin", "on_batch_end"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_raised_before_the_first_epoch_is_whole_nothing_changes(estimator, hook):
    def fail(_):
        raise LookupError("from the callback")

    callback = type("Fail", (), {hook: staticmethod(fail)})()
    model = estimator(hidden_layer_sizes=(5,), callbacks=[callback], max_iter=5)
    with pytest.raises(LookupError, match="from the callback"):
        model.fit(X, Y)
    with pytest.raises(NotFittedError):
        model.predict(X)

    model.set_params(callbacks=None).fit(X, Y)
    model.set_params(callbacks=[callback])
    attributes, first = dict(vars(model)), model.coefs_[0].copy()
    with pytest.raises(LookupError, match="from the callback"):
        model.fit(X, Y)
    assert list(vars(model)) == list(attributes)
    assert all(vars(model)[name] is value for name, value in attributes.items())
    np.testing.assert_array_equal(model.coefs_[0], first)


@pytest.mark.parametrize(
    "callbacks",
    [
        *([1], [print], [None], [Listener(), object()], (type("X", (), {"on_epoch_end": 3})(),)),
        [type("X", (), {"on_epoch_end": print, "on_batch_end": 3})()],
    ],
    ids=["number", "function", "none", "object_after_a_callback", "no_method", "one_of_two"],
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


def test_a_class_is_no_callback():
    with pytest.raises(TypeError, match=r"is a class: Listener\(\)"):
        fitted(callbacks=[Listener])


def test_a_list_of_rates_is_no_schedule():
    recorder = Listener()
    recorder.rates = []
    assert_identical(fitted(callbacks=[recorder]), fitted())


def test_two_schedules_are_refused():
    with pytest.raises(ValueError, match="one schedule of the learning rate, but callbacks has 2"):
        fitted(callbacks=[StepDecay(1), StepDecay(2)])


def test_a_solver_without_batches_is_no_place_to_wait_for_them():
    callback = FailInABatch(1)
    with pytest.raises(ValueError, match="listens to batches only, but lbfgs takes all rows at once"):
        fitted(callbacks=[callback], solver="lbfgs")
    callback.on_epoch_end = Listener().on_epoch_end
    assert fitted(callbacks=[callback], solver="lbfgs").n_iter_ == 3


class Everything:
    """Keeps all that it hears, in order."""

    def __init__(self, stop_at=None):
        self.heard, self.stop_at = [], stop_at

    def on_fit_begin(self, state):
        self.heard.append(state)

    def on_batch_end(self, state):
        self.heard.append(state)
        return (state.n_iter, state.batch) == self.stop_at

    def on_epoch_end(self, state):
        self.heard.append(state)

    def on_fit_end(self, state):
        self.heard.append(state)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_everything_is_told_in_order(estimator, dtype, threads):
    everything = Everything()
    parameters = {"batch_size": 128, "max_iter": 2, "hidden_layer_sizes": (12,), "random_state": 0}
    rows = (X * 200).astype(dtype)
    model = estimator(**parameters, callbacks=[everything], n_threads=threads).fit(rows, Y)
    assert_identical(model, estimator(**parameters).fit(rows, Y))
    begin, *within, end = everything.heard
    assert isinstance(begin, FitState)
    assert isinstance(end, FitState)
    assert (begin.n_iter, begin.ending, begin.batches, begin.n_samples) == (0, None, 3, 300)
    assert (begin.learning_rate, begin.monitored, begin.epochs_before) == (0.001, ("loss",), 0)
    assert (end.n_iter, end.ending, end.max_iter) == (2, "max_iter", 2)
    assert [type(state) for state in within] == [*[BatchState] * 3, EpochState] * 2
    batches = [state for state in within if isinstance(state, BatchState)]
    assert [(state.n_iter, state.batch) for state in batches] == [(e, b) for e in (1, 2) for b in (1, 2, 3)]
    assert [state.n_samples for state in batches] == [128, 128, 44] * 2
    assert {state.learning_rate for state in within} == {0.001}
    for epoch, loss in enumerate(model.loss_curve_):
        of_epoch = batches[3 * epoch : 3 * epoch + 3]
        mean = sum(state.loss * state.n_samples for state in of_epoch) / 300
        assert mean == pytest.approx(loss, rel=1e-12)
    seconds = [state.seconds for state in everything.heard]
    assert seconds == sorted(seconds)


def test_early_stopping_is_monitored():
    everything = Everything()
    fitted(callbacks=[everything], early_stopping=True)
    assert everything.heard[0].monitored == ("loss", "validation_loss", "validation_score")


@pytest.mark.parametrize("early_stopping", [False, True], ids=["to_the_end", "early_stopping"])
def test_stopped_in_a_batch_the_epoch_counts(early_stopping):
    everything = Everything(stop_at=(3, 2))
    model = fitted(callbacks=[everything], batch_size=50, max_iter=10, early_stopping=early_stopping)
    assert model.n_iter_ == len(model.loss_curve_) == 3
    rows = 270 if early_stopping else 300
    assert model.t_ == 2 * rows + 100
    assert everything.heard[-1].ending == "stopped"
    assert [type(state) for state in everything.heard[-4:]] == [BatchState, BatchState, EpochState, FitState]
    of_epoch = everything.heard[-4:-2]
    assert model.loss_ == pytest.approx(sum(state.loss for state in of_epoch) / 2, rel=1e-12)
    if early_stopping:
        assert len(model.validation_scores_) == 3
    else:
        np.testing.assert_array_equal(everything.heard[-1].n_iter, 3)


def test_stopped_in_the_first_batch_something_is_learned():
    model = fitted(callbacks=[Everything(stop_at=(1, 1))], batch_size=50, shuffle=False)
    one_batch = MLPClassifier((12,), max_iter=1, random_state=0, batch_size=50, shuffle=False).fit(
        X[:50], Y[:50]
    )
    assert_identical(model, one_batch)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_batch_without_weight_has_no_loss(estimator):
    everything = Everything()
    weights = np.r_[np.zeros(100), np.ones(200)]
    model = estimator(batch_size=100, shuffle=False, max_iter=1, callbacks=[everything])
    model.fit(X, Y, weights)
    losses = [state.loss for state in everything.heard if isinstance(state, BatchState)]
    assert np.isnan(losses).tolist() == [True, False, False]
