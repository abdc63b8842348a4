"""The solver "lbfgs": what callbacks, verbose and Ctrl-C hear and do."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from rosenblatt import MLPClassifier, MLPRegressor, lbfgs

pytestmark = pytest.mark.usefixtures("no_garbage_collection")

DIGITS, NUMBERS = load_digits(return_X_y=True)
X, Y = DIGITS[:200] / 16, NUMBERS[:200]
ESTIMATORS = [MLPClassifier, MLPRegressor]

by_estimator = pytest.mark.parametrize("estimator", ESTIMATORS)
cut_off = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


def make(estimator=MLPClassifier, **parameters):
    parameters = {
        "hidden_layer_sizes": (8,),
        "solver": "lbfgs",
        "max_iter": 15,
        "random_state": 0,
    } | parameters
    return estimator(**parameters)


def thetas(model):
    return [*model.coefs_, *model.intercepts_]


def assert_identical(model, other):
    assert model.loss_curve_ == other.loss_curve_
    assert model.loss_ == other.loss_
    for mine, wanted in zip(thetas(model), thetas(other), strict=True):
        np.testing.assert_array_equal(mine, wanted)


class Listener:
    """Keeps what it hears, and answers, raises or interrupts when it has heard enough."""

    def __init__(self, at=0, do=lambda: True):
        self.states, self.at, self.do = [], at, do

    def on_epoch_end(self, state):
        self.states.append(state)
        return self.do() if state.n_iter == self.at else None


@cut_off
@by_estimator
def test_callbacks_hear_of_every_iteration(estimator):
    listener = Listener()
    model = make(estimator, callbacks=[listener]).fit(X, Y)
    assert [state.n_iter for state in listener.states] == list(range(1, 16))
    assert [state.loss for state in listener.states] == model.loss_curve_
    assert {(s.max_iter, s.n_samples, s.validation_score) for s in listener.states} == {(15, 200, None)}
    assert_identical(model, make(estimator).fit(X, Y))


@by_estimator
def test_a_callback_stops_the_training(estimator):
    model = make(estimator, callbacks=[Listener(6)]).fit(X, Y)  # no warning: it was asked for
    assert model.n_iter_ == 6
    with pytest.warns(ConvergenceWarning):
        assert_identical(model, make(estimator, max_iter=6).fit(X, Y))


def fail():
    raise LookupError("from the callback")


@cut_off
@pytest.mark.parametrize("warm", [False, True], ids=["new", "warm_start"])
@by_estimator
def test_a_callback_that_raises_leaves_the_last_iteration(estimator, warm):
    model, other = (make(estimator, warm_start=warm, max_iter=5).fit(X, Y) for _ in range(2))
    with pytest.raises(LookupError, match="from the callback"):
        model.set_params(callbacks=[Listener(3, fail)], max_iter=15).fit(X, Y)
    assert_identical(model, other.set_params(max_iter=3).fit(X, Y))
    assert model.n_iter_ == 3


class FailAtTheBeginning:
    def on_fit_begin(self, state):
        fail()


@cut_off
@by_estimator
def test_a_callback_that_raises_before_the_first_iteration_changes_nothing(estimator):
    model = make(estimator).fit(X, Y).set_params(callbacks=[FailAtTheBeginning()])
    held, first = dict(vars(model)), model.coefs_[0].copy()
    with pytest.raises(LookupError, match="from the callback"):
        model.fit(X, Y)
    assert vars(model).keys() == held.keys()
    assert all(vars(model)[name] is value for name, value in held.items())
    np.testing.assert_array_equal(model.coefs_[0], first)


@cut_off
def test_verbose_prints_a_line_an_iteration(capsys):
    model = make(verbose=True, max_iter=5).fit(X, Y)
    printed = capsys.readouterr().out
    assert printed == "".join(
        f"Iteration {n}, loss = {loss:.8f}\n" for n, loss in enumerate(model.loss_curve_, start=1)
    )


def press():
    raise KeyboardInterrupt


@by_estimator
def test_ctrl_c_between_evaluations(estimator):
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model = make(estimator, callbacks=[Listener(4, press)]).fit(X, Y)
    with pytest.warns(ConvergenceWarning):
        assert_identical(model, make(estimator, max_iter=4).fit(X, Y))


def press_soon(seconds=0.05):
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_ctrl_c_within_the_first_evaluation(monkeypatch):
    """It would take 10 seconds or more, and is not repeated to learn the loss."""

    def minimized(*arguments, **options):
        press_soon(0.2)
        return minimize(*arguments, **options)

    monkeypatch.setattr(lbfgs, "minimize", minimized)
    X, y = np.random.RandomState(0).rand(40_000, 500).astype(np.float32), np.arange(40_000) % 2
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model = make(hidden_layer_sizes=(1000, 1000)).fit(X, y)
    assert model.n_iter_ == 0
    assert model.loss_curve_ == []
    assert np.isnan(model.loss_)
    bound = np.sqrt(6 / 1500)
    begin = np.random.RandomState(0).uniform(-bound, bound, 3)
    np.testing.assert_allclose(model.coefs_[0][0, :3], begin, rtol=1e-6)
    assert np.isfinite(model.predict_proba(X[:5])).all()


def test_ctrl_c_within_a_later_evaluation():
    """Each takes about a tenth of a second."""
    X, y = np.random.RandomState(0).rand(1000, 300), np.arange(1000) % 2
    parameters = {"hidden_layer_sizes": (500, 500), "max_iter": 10**4, "tol": 0}
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model = make(callbacks=[Listener(2, press_soon)], **parameters).fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) >= 2
    with pytest.warns(ConvergenceWarning):
        assert_identical(model, make(**parameters | {"max_iter": model.n_iter_}).fit(X, y))


@by_estimator
def test_a_callback_that_raises_stop_iteration_is_an_error(estimator):
    """SciPy itself would take it for a stop."""

    def stop():
        raise StopIteration

    model = make(estimator, callbacks=[Listener(2, stop)])
    with pytest.raises(RuntimeError, match="return True"):
        model.fit(X, Y)
    assert model.n_iter_ == 2
