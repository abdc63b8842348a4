"""EarlyStopping, TimeLimit, Checkpoint and ProgressBar."""

from __future__ import annotations

import io
import pickle
import sys
import time

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.callbacks import Checkpoint, EarlyStopping, EpochState, FitState, ProgressBar, TimeLimit

# Most trainings here are cut off after a few epochs.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.RandomState(0).rand(300, 5)
Y = np.arange(300) % 3
ESTIMATORS = [MLPClassifier, MLPRegressor]

by_estimator = pytest.mark.parametrize("estimator", ESTIMATORS)


def make(estimator=MLPClassifier, **parameters):
    parameters = {
        "hidden_layer_sizes": (12,),
        "max_iter": 5,
        "n_iter_no_change": np.inf,
        "random_state": 0,
    } | parameters
    return estimator(**parameters)


def assert_same_parameters(model, other):
    for mine, wanted in zip(model.coefs_ + model.intercepts_, other.coefs_ + other.intercepts_, strict=True):
        np.testing.assert_array_equal(mine, wanted)


# EarlyStopping.

# Trainings whose loss falls and rises again.
UNSTEADY = {"solver": "sgd", "learning_rate_init": 0.9, "momentum": 0.9, "batch_size": 300}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@by_estimator
def test_early_stopping_leaves_the_best_epoch(estimator, dtype):
    stopping = EarlyStopping(patience=4)
    rows = X.astype(dtype)
    model = make(estimator, max_iter=300, callbacks=[stopping], **UNSTEADY).fit(rows, Y)
    curve = model.loss_curve_
    best = int(np.argmin(curve)) + 1
    assert len(curve) == best + 4
    assert (stopping.best_n_iter_, stopping.best_) == (best, min(curve))
    assert_same_parameters(model, make(estimator, max_iter=best, **UNSTEADY).fit(rows, Y))
    last = make(estimator, max_iter=300, callbacks=[EarlyStopping(patience=4, restore_best=False)], **UNSTEADY)
    last.fit(rows, Y)
    assert last.loss_curve_ == curve
    assert_same_parameters(last, make(estimator, max_iter=len(curve), **UNSTEADY).fit(rows, Y))


def heard(stopping, values, name="loss"):
    """How many epochs a callback lets a training take, and which it keeps."""
    kept = []

    class Moment:
        def keep(self):
            kept.append(self.n)

    moment = Moment()
    stopping.on_fit_begin(FitState(100, 4, 1, 0.1, monitored=("loss", name)))
    for n, value in enumerate(values, start=1):
        moment.n = n
        state = {"loss": 1.0, "validation_score": None} | {name: value}
        if stopping.on_epoch_end(EpochState(n, 100, n_samples=4, seconds=0.0, moment=moment, **state)):
            return n, kept
    return len(values), kept


@pytest.mark.parametrize(
    ("stopping", "values", "name", "epochs", "kept"),
    [
        (EarlyStopping(patience=2), [3, 2, 2, 1, 1, 1, 0], "loss", 6, [1, 2, 4]),
        (EarlyStopping(patience=1), [3, 3], "loss", 2, [1]),
        (EarlyStopping(patience=2, restore_best=False), [3, 2, 2, 2], "loss", 4, []),
        (EarlyStopping(patience=2, min_delta=0.5), [3, 2.6, 2.4, 2.3, 2.2], "loss", 5, [1, 3]),
        (EarlyStopping("validation_score", patience=2), [0.1, 0.3, 0.2, 0.3, 0.4], "validation_score", 4, [1, 2]),
        (EarlyStopping("validation_loss", patience=2), [3, 2, 4, 1, 2], "validation_loss", 5, [1, 2, 4]),
        (EarlyStopping(patience=2), [np.nan, 3, np.nan, np.nan, 1], "loss", 4, [2]),
        (EarlyStopping(patience=3), [np.nan] * 5, "loss", 3, []),
    ],
)
def test_when_early_stopping_stops(stopping, values, name, epochs, kept):
    for _ in range(2):  # each training begins anew
        assert heard(stopping, values, name) == (epochs, kept)
        assert stopping.best_n_iter_ == (kept[-1] if kept else 0 if np.isnan(values).all() else 2)


def test_early_stopping_by_the_score():
    stopping = EarlyStopping("validation_score", patience=3)
    model = make(max_iter=100, early_stopping=True, callbacks=[stopping]).fit(X, Y)
    scores = model.validation_scores_
    assert stopping.best_ == max(scores)
    assert len(scores) == int(np.argmax(scores)) + 1 + 3


def test_early_stopping_of_lbfgs():
    model = make(MLPRegressor, solver="lbfgs", max_iter=200, callbacks=[EarlyStopping(patience=1, min_delta=0.001)])
    model.fit(X, Y)
    assert 2 < model.n_iter_ < 200


@by_estimator
def test_what_is_not_told_cannot_be_watched(estimator):
    model = make(estimator, callbacks=[EarlyStopping("validation_score")])
    with pytest.raises(ValueError, match=r"'validation_score' needs validation rows.* this training tells loss$"):
        model.fit(X, Y)
    assert not hasattr(model, "coefs_")


# TimeLimit.


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_time_limit(solver):
    model = make(solver=solver, max_iter=10**9, max_fun=10**9, tol=0, callbacks=[TimeLimit(0.2)])
    begin = time.perf_counter()
    model.fit(X, Y)
    assert time.perf_counter() - begin >= 0.2
    assert model.n_iter_ >= 1


def test_time_limit_within_an_epoch():
    """A single epoch would take minutes; the rows so far count."""
    random = np.random.RandomState(0)
    rows, targets = random.rand(100_000, 200).astype(np.float32), random.rand(100_000)
    model = MLPRegressor(hidden_layer_sizes=(1000, 1000), batch_size=10, callbacks=[TimeLimit(0.2)])
    model.fit(rows, targets)
    assert model.n_iter_ == len(model.loss_curve_) == 1
    assert 0 < model.t_ < 100_000
    assert model.t_ % 10 == 0


# Checkpoint.


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@by_estimator
def test_checkpoints_are_the_model_of_their_epoch(estimator, solver, tmp_path):
    path = tmp_path / "model.pickle"
    seen = []

    class Reader:
        def on_epoch_end(self, state):
            seen.append(pickle.loads(path.read_bytes()).n_iter_ if path.exists() else 0)

        def __reduce__(self):
            return Reader, ()

    sys.modules[__name__] = sys.modules.get(__name__, sys)
    model = make(estimator, solver=solver, callbacks=[Checkpoint(path, every=2)]).fit(X, Y)
    saved = pickle.loads(path.read_bytes())
    whole = make(estimator, solver=solver, max_iter=4).fit(X, Y)
    assert saved.n_iter_ == 4
    assert saved.loss_curve_ == whole.loss_curve_ == model.loss_curve_[:4]
    assert_same_parameters(saved, whole)
    np.testing.assert_array_equal(saved.predict(X), whole.predict(X))
    if solver != "lbfgs":
        saved.set_params(callbacks=None).partial_fit(X, Y)
        assert_same_parameters(saved, whole.partial_fit(X, Y))
    assert [file.name for file in tmp_path.iterdir()] == ["model.pickle"]
