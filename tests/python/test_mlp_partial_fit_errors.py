"""partial_fit: what is refused, what a failure leaves, callbacks and Ctrl-C."""

from __future__ import annotations

import os
import pickle
import signal
import threading

import numpy as np
import pytest
from sklearn import neural_network

import rosenblatt
from rosenblatt import MLPClassifier, MLPRegressor, stochastic

pytestmark = pytest.mark.usefixtures("no_garbage_collection")

ROWS = 60
X = np.random.RandomState(0).rand(ROWS, 4)
Y = np.arange(ROWS) % 3
BITS = np.c_[Y > 0, Y == 1, Y < 2].astype(int)
ESTIMATORS = [MLPClassifier, MLPRegressor]

by_estimator = pytest.mark.parametrize("estimator", ESTIMATORS)


def make(estimator, module=rosenblatt, **parameters):
    parameters = {"hidden_layer_sizes": (6,), "batch_size": 17, "random_state": 0} | parameters
    return getattr(module, estimator.__name__)(**parameters)


def begun(model, X=X, y=Y):
    classes = {"classes": [0, 1, 2]} if hasattr(model, "predict_proba") else {}
    return model.partial_fit(X, y, **classes)


def thetas(model):
    return [*model.coefs_, *model.intercepts_]


def assert_identical(model, other):
    assert model.loss_curve_ == other.loss_curve_
    assert (model.n_iter_, model.t_, model.best_loss_) == (other.n_iter_, other.t_, other.best_loss_)
    for mine, wanted in zip(thetas(model), thetas(other), strict=True):
        np.testing.assert_array_equal(mine, wanted)


# Classes.


def test_the_first_call_needs_classes():
    for module in (rosenblatt, neural_network):
        model = make(MLPClassifier, module)
        with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
            model.partial_fit(X, Y)
        assert not hasattr(model, "coefs_")


def test_classes_may_be_repeated_but_not_changed():
    for module in (rosenblatt, neural_network):
        model = begun(make(MLPClassifier, module)).partial_fit(X, Y, classes=[2, 1, 0])
        with pytest.raises(ValueError, match="is not the same as on last call to partial_fit"):
            model.partial_fit(X, Y, classes=[0, 1])
        assert len(model.loss_curve_) == 2


@pytest.mark.parametrize("call", ["first", "later"])
def test_unknown_classes(call):
    for module in (rosenblatt, neural_network):
        model = make(MLPClassifier, module)
        if call == "later":
            begun(model)
        with pytest.raises(ValueError, match=r"`self.classes_` has \[0 1 2\]. 'y' has \[1 2 3\]"):
            begun(model, y=Y + 1)
        assert hasattr(model, "coefs_") == (call == "later")


def test_a_class_that_has_not_come_yet_has_its_column():
    some = Y < 2
    ours, theirs = (
        make(MLPClassifier, module, batch_size="auto").partial_fit(X[some], Y[some], classes=[0, 1, 2, 7])
        for module in (rosenblatt, neural_network)
    )
    assert ours.predict_proba(X).shape == (ROWS, 4)
    np.testing.assert_array_equal(ours.classes_, [0, 1, 2, 7])
    for model in (ours, theirs):
        model.partial_fit(X[some], Y[some]).partial_fit(X[:1], Y[:1]).partial_fit(X, Y)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-9)


@pytest.mark.parametrize(
    ("first", "later"),
    [(BITS, BITS[:, :2]), (BITS, Y), (Y, BITS)],
    ids=["fewer_labels", "classes_after_labels", "labels_after_classes"],
)
def test_labels_and_classes_do_not_mix(first, later):
    model = begun(make(MLPClassifier), y=first)
    kind = "classes" if first is Y else "labels"
    shape = r"\(60, \d\)" if later.ndim == 2 else r"\(60,\)"
    with pytest.raises(
        ValueError, match=rf"go on with 3 output\(s\) for {kind}, but y has the shape {shape}"
    ):
        model.partial_fit(X, later)
    with pytest.raises(ValueError, match="classes"):
        model.partial_fit(X, np.c_[BITS, BITS])
    assert_identical(model, begun(make(MLPClassifier), y=first))


# What a failure leaves.


class Listener:
    """Counts the epochs, and does what it is told to after each."""

    def __init__(self, do=lambda: None):
        self.states, self.do = [], do

    def on_epoch_end(self, state):
        self.states.append(state)
        return self.do()


def fail():
    raise LookupError("from the callback")


def press():
    raise KeyboardInterrupt


class FailInABatch:
    def on_batch_end(self, state):
        if state.batch == 3:
            fail()


FAILURES = {
    "overflow": (lambda model: model.partial_fit(X * 1e200, Y), ValueError, "non-finite parameter weights"),
    "callback": (
        lambda model: model.set_params(callbacks=[FailInABatch()]).partial_fit(X, Y),
        LookupError,
        "from",
    ),
    "layers": (
        lambda model: model.set_params(hidden_layer_sizes=(7,)).partial_fit(X, Y),
        ValueError,
        r"sizes \[4, 6, \d\], but hidden_layer_sizes and y ask for \[4, 7, \d\]",
    ),
    "columns": (lambda model: model.partial_fit(X[:, :3], Y), ValueError, "X has 3 features, but"),
    "NaN": (lambda model: model.partial_fit(np.full_like(X, np.nan), Y), ValueError, "X contains NaN"),
    "rows": (lambda model: model.partial_fit(X[:-1], Y), ValueError, "inconsistent numbers of samples"),
    "early_stopping": (
        lambda model: model.set_params(early_stopping=True).partial_fit(X, Y),
        ValueError,
        "does not support early_stopping",
    ),
}


@pytest.mark.parametrize("times", [0, 3], ids=["after_one_call", "after_more"])
@pytest.mark.parametrize(
    ("solver", "case"),
    # Adam's steps are no larger than learning_rate_init, whatever the rows.
    [
        (solver, case)
        for solver in ("adam", "sgd")
        for case in FAILURES
        if (solver, case) != ("adam", "overflow")
    ],
)
@by_estimator
def test_a_call_that_fails_changes_nothing(estimator, solver, case, times):
    """Not even the optimizer: the next call goes on as if the failed one had not been."""
    do, error, message = FAILURES[case]
    model, other = (begun(make(estimator, solver=solver)) for _ in range(2))
    for one in (model, other):
        for _ in range(times):
            one.partial_fit(X, Y)
    parameters, before = model.get_params(), pickle.dumps(model)
    with pytest.raises(error, match=message):
        do(model)
    model.set_params(**parameters)
    assert pickle.dumps(model) == before
    for one in (model, other):
        one.partial_fit(X, Y).partial_fit(X, Y)
    assert_identical(model, other)


@by_estimator
def test_other_outputs_are_refused(estimator):
    model = begun(make(estimator), y=BITS)
    with pytest.raises(ValueError, match="the training is to go on with"):
        model.partial_fit(X, BITS[:, :2])
    assert len(model.loss_curve_) == 1


# Callbacks and Ctrl-C.


@by_estimator
def test_callbacks_hear_of_one_epoch_a_call(estimator, capsys):
    listener = Listener(lambda: True)
    model = begun(make(estimator, callbacks=[listener], verbose=True))
    for _ in range(3):
        model.partial_fit(X, Y)  # the answer changes nothing: the epoch has ended
    assert [state.n_iter for state in listener.states] == [1] * 4
    assert [state.loss for state in listener.states] == model.loss_curve_
    lines = [f"Iteration 1, loss = {loss:.8f}" for loss in model.loss_curve_]
    assert capsys.readouterr().out.splitlines() == lines
    assert_identical(model, begun(make(estimator)).partial_fit(X, Y).partial_fit(X, Y).partial_fit(X, Y))


@by_estimator
def test_a_callback_that_raises_after_the_epoch(estimator):
    """The epoch is whole, and counts."""
    model = begun(make(estimator)).set_params(callbacks=[Listener(fail)])
    with pytest.raises(LookupError, match="from the callback"):
        model.partial_fit(X, Y)
    whole = begun(make(estimator)).partial_fit(X, Y)
    assert_identical(model, whole)
    assert_identical(model.set_params(callbacks=None).partial_fit(X, Y), whole.partial_fit(X, Y))


@by_estimator
def test_ctrl_c_after_the_epoch(estimator):
    model = begun(make(estimator)).set_params(callbacks=[Listener(press)])
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model.partial_fit(X, Y)
    whole = begun(make(estimator)).partial_fit(X, Y)
    assert_identical(model, whole)
    assert_identical(model.set_params(callbacks=None).partial_fit(X, Y), whole.partial_fit(X, Y))


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_ctrl_c_within_the_epoch(solver, monkeypatch):
    """It would take seconds; the parameters are those from before, and so is what the optimizer remembers."""
    few, many = np.random.RandomState(0).rand(50, 200), np.random.RandomState(1).rand(40_000, 200)
    parameters = {"hidden_layer_sizes": (500, 500), "batch_size": 50, "solver": solver}
    model, other = (begun(make(MLPRegressor, **parameters), few, few[:, 0]) for _ in range(2))

    def press_soon(*_, **__):  # asked who listens, a training is about to begin
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()

    with monkeypatch.context() as patched:
        patched.setattr(stochastic, "gathered", press_soon)
        with pytest.warns(UserWarning, match="Training interrupted by user"):
            model.partial_fit(many, many[:, 0])
    assert model.n_iter_ == 0
    assert len(model.loss_curve_) == 1
    for one in (model, other):
        one.partial_fit(few, few[:, 0])
    assert_identical(model, other)
