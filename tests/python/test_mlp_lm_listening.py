"""The solver "lm": what callbacks, verbose and Ctrl-C hear and do."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest

from rosenblatt import MLPRegressor

pytestmark = pytest.mark.usefixtures("no_garbage_collection")

RNG = np.random.RandomState(0)
X = RNG.rand(60, 3)
Y = np.tanh(X @ [1.0, -2.0, 1.0]) + RNG.normal(0, 0.1, 60)

cut_off = pytest.mark.filterwarnings("ignore:lm has not converged")


def make(**parameters):
    parameters = {"hidden_layer_sizes": (5,), "solver": "lm", "max_iter": 12, "random_state": 0} | parameters
    return MLPRegressor(activation="tanh", **parameters)


def assert_identical(model, other):
    assert model.loss_curve_ == other.loss_curve_
    for mine, wanted in zip(model.coefs_, other.coefs_, strict=True):
        np.testing.assert_array_equal(mine, wanted)


class Listener:
    """Keeps what it hears, and answers, raises or interrupts when it has heard enough."""

    def __init__(self, at=0, do=lambda: True):
        self.states, self.at, self.do = [], at, do

    def on_epoch_end(self, state):
        self.states.append(state)
        return self.do() if state.n_iter == self.at else None


@cut_off
def test_callbacks_hear_of_every_iteration():
    listener = Listener()
    model = make(callbacks=[listener]).fit(X, Y)
    assert [state.n_iter for state in listener.states] == list(range(1, 13))
    assert [state.loss for state in listener.states] == model.loss_curve_
    assert {(s.max_iter, s.n_samples, s.validation_score) for s in listener.states} == {(12, 60, None)}
    assert_identical(model, make().fit(X, Y))
    listener = Listener()
    model = make(callbacks=[listener], early_stopping=True).fit(X, Y)
    assert [state.validation_score for state in listener.states] == model.validation_scores_
    assert {state.n_samples for state in listener.states} == {54}


@cut_off
def test_a_callback_stops_the_training():
    model = make(callbacks=[Listener(6)]).fit(X, Y)
    assert model.n_iter_ == 6
    assert_identical(model, make(max_iter=6).fit(X, Y))


@cut_off
def test_verbose_prints_a_line_an_iteration(capsys):
    model = make(verbose=True, max_iter=3).fit(X, Y)
    printed = capsys.readouterr().out
    assert printed == "".join(
        f"Iteration {n}, loss = {loss:.8f}\n" for n, loss in enumerate(model.loss_curve_, start=1)
    )


def press():
    raise KeyboardInterrupt


def press_soon(seconds=0.05):
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()


@cut_off
def test_ctrl_c_between_iterations():
    with pytest.warns(UserWarning, match=r"interrupted by user.*of iteration 4, the last whole one"):
        model = make(callbacks=[Listener(4, press)]).fit(X, Y)
    assert_identical(model, make(max_iter=4).fit(X, Y))


@cut_off
def test_ctrl_c_within_an_iteration():
    """Each takes some tenths of a second."""
    many, y = RNG.rand(100_000, 10), np.arange(100_000.0) % 3
    with pytest.warns(UserWarning, match="interrupted by user"):
        model = make(callbacks=[Listener(1, press_soon)], hidden_layer_sizes=(15,), max_iter=50).fit(many, y)
    assert 1 <= model.n_iter_ < 50
    assert len(model.loss_curve_) == model.n_iter_
    assert_identical(model, make(hidden_layer_sizes=(15,), max_iter=model.n_iter_).fit(many, y))


@cut_off
def test_warnings_point_at_the_caller():
    with pytest.warns(UserWarning, match="has not converged") as caught:
        make(max_iter=2).fit(X, Y)
    assert {warning.filename for warning in caught} == {__file__}
