"""Callbacks: the model as of now that they can ask for, what they keep of it, and the end of a fit."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.callbacks import EpochState, FitState
from rosenblatt.schedules import StepDecay

# Most trainings here are cut off after a few epochs.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.RandomState(0).rand(300, 5)
Y = np.arange(300) % 3
ESTIMATORS = [MLPClassifier, MLPRegressor]


class Listener:
    """Does what it is told to after each epoch."""

    def __init__(self, answer=lambda _: None):
        self.states = []
        self.answer = answer

    def on_epoch_end(self, state):
        self.states.append(state)
        return self.answer(state)


class Everything:
    """Keeps all that it hears, in order."""

    def __init__(self):
        self.heard = []

    def on_fit_begin(self, state):
        self.heard.append(state)

    def on_batch_end(self, state):
        self.heard.append(state)

    def on_epoch_end(self, state):
        self.heard.append(state)

    def on_fit_end(self, state):
        self.heard.append(state)


def fitted(estimator=MLPClassifier, **parameters):
    parameters = {"hidden_layer_sizes": (12,), "max_iter": 3, "random_state": 0} | parameters
    return estimator(**parameters).fit(X, Y)


def assert_identical(model, other):
    assert model.loss_curve_ == other.loss_curve_
    for mine, wanted in zip(model.coefs_, other.coefs_, strict=True):
        np.testing.assert_array_equal(mine, wanted)


def fail(state):
    if state.n_iter == 2:
        raise LookupError("from the callback")


# The estimator as of now.


class Keeper:
    """Keeps models of the moments that it is told of."""

    def __init__(self, *hooks):
        self.models = []
        for hook in hooks:
            setattr(self, hook, self.keep)

    def keep(self, state):
        self.models.append(state.model)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_model_is_that_of_so_many_epochs(estimator, dtype, solver):
    keeper = Keeper("on_epoch_end")
    rows = X.astype(dtype)
    parameters = {"hidden_layer_sizes": (5,), "random_state": 0, "solver": solver}
    model = estimator(**parameters, max_iter=4, callbacks=[keeper]).fit(rows, Y)
    assert len(keeper.models) == 4
    for n, kept in enumerate(keeper.models, start=1):
        assert type(kept) is estimator
        assert kept is not model
        whole = estimator(**parameters, max_iter=n).fit(rows, Y)
        assert_identical(kept, whole)
        np.testing.assert_array_equal(kept.predict(rows), whole.predict(rows))
        assert (kept.n_iter_, kept.t_, kept.loss_) == (whole.n_iter_, whole.t_, whole.loss_)
        assert vars(kept).keys() == vars(whole).keys()
        again = pickle.loads(pickle.dumps(kept.set_params(callbacks=None)))
        np.testing.assert_array_equal(again.predict(rows), whole.predict(rows))
        if solver != "lbfgs":  # it goes on with the optimizer of that epoch
            assert_identical(kept.partial_fit(rows, Y), whole.partial_fit(rows, Y))
            assert_identical(again.partial_fit(rows, Y), whole)


def test_the_model_at_the_beginning_in_a_batch_and_at_the_end():
    keeper = Keeper("on_fit_begin", "on_fit_end")
    batches = Keeper("on_batch_end")
    model = fitted(callbacks=[keeper, batches], max_iter=2, batch_size=150, shuffle=False)
    begin, end = keeper.models
    bound = np.sqrt(6 / 17)
    np.testing.assert_allclose(begin.coefs_[0][0, :3], np.random.RandomState(0).uniform(-bound, bound, 3))
    assert begin.predict(X).shape == (300,)
    assert begin.n_iter_ == 0
    assert_identical(end, model)
    first = batches.models[0]
    assert first.loss_curve_ == []
    one = MLPClassifier((12,), max_iter=1, random_state=0, batch_size=150, shuffle=False).fit(
        X[:150], Y[:150]
    )
    np.testing.assert_array_equal(first.coefs_[0], one.coefs_[0])
    np.testing.assert_array_equal(batches.models[-1].coefs_[0], model.coefs_[0])


def test_a_warm_start_goes_on_in_the_model():
    keeper = Keeper("on_epoch_end")
    model = fitted(warm_start=True)
    model.set_params(callbacks=[keeper]).fit(X, Y)
    assert [len(kept.loss_curve_) for kept in keeper.models] == [4, 5, 6]


def test_what_is_done_to_the_model_does_not_change_the_training():
    class Spoil:
        def on_epoch_end(self, state):
            state.model.set_params(callbacks=None).partial_fit(X, Y)
            state.model.coefs_[0][...] = np.nan

    assert_identical(fitted(callbacks=[Spoil()]), fitted())


def test_the_model_is_made_once_and_in_time():
    listener = Listener(lambda state: state.model is not state.model or None)
    fitted(callbacks=[listener], max_iter=2)
    kept = listener.states[0].model
    assert kept.n_iter_ == 1
    late = Listener()
    fitted(callbacks=[late])
    with pytest.raises(RuntimeError, match=r"ask for state\.model while the callback runs"):
        late.states[0].model  # noqa: B018
    with pytest.raises(RuntimeError, match="while that runs"):
        late.states[0].keep()
    with pytest.raises(RuntimeError, match="made by hand"):
        EpochState(1, 2, 0.5, None, 3, 0.0).model  # noqa: B018


def test_states_can_be_copied_and_pickled_without_the_training():
    everything = Everything()
    fitted(callbacks=[everything])
    for same in (copy.deepcopy(everything), pickle.loads(pickle.dumps(everything))):
        assert same.heard == everything.heard
        with pytest.raises(RuntimeError, match="a copy"):
            same.heard[1].model  # noqa: B018


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("early_stopping", [False, True], ids=["to_the_end", "early_stopping"])
def test_kept_parameters_are_those_that_the_fit_leaves(solver, early_stopping):
    keeper = Listener(lambda state: state.keep() if state.n_iter in (1, 3) else None)
    parameters = {"solver": solver, "early_stopping": early_stopping}
    model = fitted(callbacks=[keeper], max_iter=6, **parameters)
    whole = fitted(max_iter=6, **parameters)
    assert (model.n_iter_, model.loss_curve_) == (whole.n_iter_, whole.loss_curve_)
    models = Keeper("on_epoch_end")
    fitted(callbacks=[models], max_iter=6, **parameters)
    third = models.models[2]
    for mine, wanted in zip(model.coefs_, third.coefs_, strict=True):
        np.testing.assert_array_equal(mine, wanted)
    np.testing.assert_array_equal(model.predict_proba(X), third.predict_proba(X))


def test_after_an_exception_nothing_is_kept():
    def keep_and_fail(state):
        if state.n_iter == 1:
            state.keep()
        fail(state)

    model = MLPClassifier((12,), random_state=0, callbacks=[Listener(keep_and_fail)])
    with pytest.raises(LookupError):
        model.fit(X, Y)
    assert_identical(model, fitted(max_iter=2))


# The end of a fit.


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_the_end_is_told_however_it_comes(solver):
    everything = Everything()
    callbacks = [everything, Listener(fail)]
    with pytest.raises(LookupError):
        fitted(callbacks=callbacks, max_iter=5, solver=solver)
    assert (everything.heard[-1].ending, everything.heard[-1].n_iter) == ("failed", 2)

    def press(_):
        raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="interrupted"):
        fitted(callbacks=[everything, Listener(press)], solver=solver)
    assert everything.heard[-1].ending == "interrupted"
    fitted(callbacks=[everything, Listener(lambda _: True)], solver=solver)
    assert everything.heard[-1].ending == "stopped"
    fitted(callbacks=[everything], solver=solver, tol=100.0, max_iter=100)
    assert everything.heard[-1].ending == "converged"
    with pytest.raises(ValueError, match=r"not finite|non-finite"):
        MLPRegressor(solver=solver, alpha=1e300, learning_rate_init=1e200, callbacks=[everything]).fit(X, Y)
    assert everything.heard[-1].ending == "diverged"


def test_who_did_not_begin_is_not_told_of_the_end():
    class Fail(Everything):
        def on_fit_begin(self, state):
            raise LookupError

    first, failing, last = Everything(), Fail(), Everything()
    with pytest.raises(LookupError):
        fitted(callbacks=[first, failing, last])
    assert [state.ending for state in first.heard] == [None, "failed"]
    assert failing.heard == last.heard == []


def test_an_exception_at_the_end_stops_nobody_else():
    class Fail:
        def on_fit_end(self, state):
            raise LookupError("at the end")

    everything = Everything()
    model = MLPClassifier((12,), max_iter=3, random_state=0, callbacks=[Fail(), everything])
    with pytest.raises(LookupError, match="at the end"):
        model.fit(X, Y)
    assert everything.heard[-1].ending == "max_iter"
    assert_identical(model, fitted())


def test_partial_fit_tells_of_the_epochs_before():
    everything = Everything()
    model = MLPClassifier((5,), callbacks=[everything])
    for _ in range(3):
        model.partial_fit(X, Y, classes=[0, 1, 2])
    begins = [state for state in everything.heard if isinstance(state, FitState) and state.ending is None]
    assert [state.epochs_before for state in begins] == [0, 1, 2]
    again = pickle.loads(pickle.dumps(model)).partial_fit(X, Y)
    assert again.callbacks[0].heard[-1].epochs_before == 3
    model.set_params(max_iter=4).fit(X, Y)
    assert everything.heard[-1].epochs_before == 0
    model.partial_fit(X, Y)
    assert everything.heard[-1].epochs_before == 4


def test_verbose_and_callbacks_together(capsys):
    model = fitted(callbacks=[Everything()], verbose=True)
    lines = [f"Iteration {n}, loss = {loss:.8f}" for n, loss in enumerate(model.loss_curve_, start=1)]
    assert capsys.readouterr().out.splitlines() == lines


def test_clones_and_grid_searches_have_callbacks_of_their_own():
    everything = Everything()
    model = MLPClassifier((5,), max_iter=2, callbacks=[everything])
    other = clone(model).fit(X, Y)
    assert everything.heard == []
    assert len(other.callbacks[0].heard) == 2 + 2 * 3
    search = GridSearchCV(model, {"alpha": [0.1, 0.2]}, cv=2).fit(X, Y)
    assert len(search.best_estimator_.callbacks[0].heard) == 2 + 2 * 3


# With what else a training may have.


@pytest.mark.parametrize("solver", ["adam", "rmsprop", "rprop", "lbfgs", "lm"])
def test_an_own_validation_set_is_told_of(solver):
    everything = Everything()
    model = MLPRegressor(
        hidden_layer_sizes=(4,), solver=solver, max_iter=4, random_state=0, callbacks=[everything]
    )
    model.fit(X[:200], Y[:200], X_val=X[200:], y_val=Y[200:])
    assert everything.heard[0].monitored == ("loss", "validation_loss", "validation_score")
    epochs = [state for state in everything.heard if isinstance(state, EpochState)]
    assert [state.validation_score for state in epochs] == model.validation_scores_
    assert [state.validation_loss for state in epochs] == model.validation_loss_curve_
    assert len(epochs) == 4


def test_the_model_of_lm():
    keeper = Keeper("on_fit_begin", "on_epoch_end")
    parameters = {"hidden_layer_sizes": (4,), "solver": "lm", "random_state": 0, "bayesian": True}
    model = MLPRegressor(**parameters, max_iter=5, callbacks=[keeper]).fit(X, Y)
    assert [kept.n_iter_ for kept in keeper.models] == [0, 1, 2, 3, 4, 5]
    for n, kept in enumerate(keeper.models[1:], start=1):
        whole = MLPRegressor(**parameters, max_iter=n).fit(X, Y)
        assert_identical(kept, whole)
        assert vars(kept).keys() == vars(whole).keys()
        assert kept.mu_ == whole.mu_
    assert_identical(keeper.models[-1], model)


def test_lm_keeps_stops_and_fails_like_the_others():
    parameters = {"hidden_layer_sizes": (4,), "solver": "lm", "random_state": 0}
    keeper = Listener(lambda state: state.keep() if state.n_iter == 2 else None)
    model = MLPRegressor(**parameters, max_iter=5, callbacks=[keeper]).fit(X, Y)
    two = MLPRegressor(**parameters, max_iter=2).fit(X, Y)
    np.testing.assert_array_equal(model.coefs_[0], two.coefs_[0])
    assert model.n_iter_ == 5
    for callback in (Listener(fail), Listener(lambda state: state.n_iter == 2)):
        model = MLPRegressor(**parameters, max_iter=5, callbacks=[callback])
        if callback.answer is fail:
            with pytest.raises(LookupError, match="from the callback"):
                model.fit(X, Y)
        else:
            model.fit(X, Y)
        assert_identical(model, two)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_callbacks_are_told_which_start_it_is(solver):
    keeper = Keeper("on_fit_end")
    model = fitted(n_init=3, callbacks=[keeper], solver=solver)
    assert [kept.best_start_ for kept in keeper.models] == [0, 1, 2]
    assert [kept.loss_ for kept in keeper.models] == model.start_losses_
    assert_identical(model, keeper.models[model.best_start_])


def test_a_callback_that_raises_in_a_later_start_leaves_the_best_so_far():
    class Fail:
        def on_epoch_end(self, state):
            if state.model.best_start_ == 1 and state.n_iter == 2:
                raise LookupError("in the second start")

    model = MLPClassifier((12,), n_init=3, max_iter=3, random_state=0, callbacks=[Fail()])
    with pytest.raises(LookupError, match="second start"):
        model.fit(X, Y)
    assert len(model.start_losses_) == 2
    assert model.start_losses_[model.best_start_] == min(model.start_losses_)
    assert model.predict(X).shape == (300,)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_dropout_and_schedules_and_snapshots(solver):
    """Predictions are without dropout; the training is the same whoever listens."""
    keeper = Keeper("on_batch_end", "on_epoch_end")
    parameters = {"solver": solver, "dropout": 0.5, "input_noise": 0.1, "n_threads": 2}
    model = fitted(callbacks=[keeper, StepDecay(1, 0.5)], **parameters)
    assert_identical(model, fitted(callbacks=[StepDecay(1, 0.5)], **parameters))
    np.testing.assert_array_equal(keeper.models[-1].predict_proba(X), model.predict_proba(X))
