"""EarlyStopping, TimeLimit, Checkpoint and ProgressBar."""

from __future__ import annotations

import io
import pickle
import re
import sys
import threading

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.callbacks import (
    BatchState,
    Checkpoint,
    EarlyStopping,
    EpochState,
    FitState,
    ProgressBar,
    TimeLimit,
)

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
    last = make(
        estimator, max_iter=300, callbacks=[EarlyStopping(patience=4, restore_best=False)], **UNSTEADY
    )
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
        (
            EarlyStopping("validation_score", patience=2),
            [0.1, 0.3, 0.2, 0.3, 0.4],
            "validation_score",
            4,
            [1, 2],
        ),
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
    model = make(
        MLPRegressor, solver="lbfgs", max_iter=200, callbacks=[EarlyStopping(patience=1, min_delta=0.001)]
    )
    model.fit(X, Y)
    assert 2 < model.n_iter_ < 200


@by_estimator
def test_what_is_not_told_cannot_be_watched(estimator):
    model = make(estimator, callbacks=[EarlyStopping("validation_score")])
    with pytest.raises(
        ValueError, match=r"'validation_score' needs validation rows.* this training tells loss$"
    ):
        model.fit(X, Y)
    assert not hasattr(model, "coefs_")


# TimeLimit.


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_no_time_is_left(solver):
    assert make(solver=solver, callbacks=[TimeLimit(1e-9)]).fit(X, Y).n_iter_ == 1
    assert make(solver=solver, callbacks=[TimeLimit(1e9)]).fit(X, Y).n_iter_ == 5


def test_time_limit_looks_at_the_time():
    limit = TimeLimit(2)
    states = [EpochState(1, 9, 0.5, None, 3, seconds) for seconds in (1.9, 2.0, 2.1)]
    assert [limit.on_epoch_end(state) for state in states] == [False, True, True]
    states = [BatchState(1, 9, 1, 2, 0.5, 3, seconds, 0.1) for seconds in (1.9, 2.0, 2.1)]
    assert [limit.on_batch_end(state) for state in states] == [False, True, True]


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


class Reader:
    """Reads the epoch of a checkpoint after each epoch."""

    def __init__(self, path):
        self.path, self.epochs = path, []

    def on_epoch_end(self, state):
        self.epochs.append(pickle.loads(self.path.read_bytes()).n_iter_ if self.path.exists() else None)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@by_estimator
def test_checkpoints_are_the_model_of_their_epoch(estimator, solver, tmp_path):
    path = tmp_path / "model.pickle"
    reader = Reader(path)
    model = make(estimator, solver=solver, callbacks=[Checkpoint(path, every=2), reader]).fit(X, Y)
    assert reader.epochs == [None, 2, 2, 4, 4]
    saved = pickle.loads(path.read_bytes())
    whole = make(estimator, solver=solver, max_iter=4).fit(X, Y)
    assert saved.loss_curve_ == whole.loss_curve_ == model.loss_curve_[:4]
    assert_same_parameters(saved, whole)
    np.testing.assert_array_equal(saved.predict(X), whole.predict(X))
    if solver != "lbfgs":  # with the optimizer of that epoch
        saved.set_params(callbacks=None).partial_fit(X, Y)
        assert_same_parameters(saved, whole.partial_fit(X, Y))
    assert [file.name for file in tmp_path.iterdir()] == ["model.pickle"]


def test_a_checkpoint_of_the_best_epoch_only(tmp_path):
    path = tmp_path / "model.pickle"
    reader = Reader(path)
    callbacks = [Checkpoint(str(path), save_best_only=True), reader]
    model = make(max_iter=30, callbacks=callbacks, **UNSTEADY).fit(X, Y)
    best = [int(np.argmin(model.loss_curve_[: n + 1])) + 1 for n in range(30)]
    assert reader.epochs == best
    assert len(set(best)) < 30


def test_a_checkpoint_of_the_best_score(tmp_path):
    path = tmp_path / "model.pickle"
    callbacks = [Checkpoint(path, save_best_only=True, monitor="validation_score")]
    model = make(max_iter=20, early_stopping=True, callbacks=callbacks).fit(X, Y)
    saved = pickle.loads(path.read_bytes())
    assert saved.validation_scores_[-1] == max(model.validation_scores_) == model.best_validation_score_
    assert_same_parameters(saved, model)


class CannotBePickled:
    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch_end(self, state):
        if state.n_iter == self.epoch:
            self.lock = threading.Lock()


def test_a_checkpoint_that_fails_leaves_the_one_before(tmp_path):
    path = tmp_path / "model.pickle"
    model = make(callbacks=[CannotBePickled(3), Checkpoint(path)])
    with pytest.raises(TypeError, match="pickle"):
        model.fit(X, Y)
    assert pickle.loads(path.read_bytes()).n_iter_ == 2
    assert [file.name for file in tmp_path.iterdir()] == ["model.pickle"]
    assert model.n_iter_ == 3  # the training ended there, and is not lost


def test_a_missing_folder_is_found_before_the_training(tmp_path):
    model = make(callbacks=[Checkpoint(tmp_path / "nowhere" / "model.pickle")])
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere"):
        model.fit(X, Y)
    assert not hasattr(model, "coefs_")


# ProgressBar.


def lines(text):
    return text.splitlines()


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_elsewhere_than_on_a_terminal_the_progress_is_lines(solver, capsys):
    model = make(solver=solver, max_iter=12, callbacks=[ProgressBar()]).fit(X, Y)
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == model.n_iter_ == 12
    unit = "iteration" if solver == "lbfgs" else "epoch"
    for n, (line, loss) in enumerate(zip(printed, model.loss_curve_, strict=True), start=1):
        pattern = rf"{unit} {n:>2}/12  loss {loss:.4g}  [\d,]+ rows/s  (\d+:)?\d+:\d\d left"
        assert re.fullmatch(pattern, line), line
    assert printed[-1].endswith("  0:00 left")


def test_the_score_is_a_part_of_the_progress():
    file = io.StringIO()
    model = make(early_stopping=True, callbacks=[ProgressBar(file)]).fit(X, Y)
    for line, score in zip(lines(file.getvalue()), model.validation_scores_, strict=True):
        assert f"  validation score {score:.4f}  " in line


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("ending", ["whole", "stopped", "failed"])
def test_on_a_terminal_it_is_a_bar(ending, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    file = Terminal()
    other = {"whole": [], "stopped": [TimeLimit(1e-9)], "failed": [CannotBePickled(1), Checkpoint("x")]}[
        ending
    ]
    monkeypatch.chdir("/")
    model = make(callbacks=[ProgressBar(file), *other])
    if ending == "failed":
        with pytest.raises(TypeError):
            model.fit(X, Y)
    else:
        model.fit(X, Y)
    printed = file.getvalue()
    assert f"epoch {model.n_iter_}/5" in printed
    assert "rows/s" in printed
    assert printed.count("\x1b[?25l") == printed.count("\x1b[?25h") == 1  # the cursor is there again


def test_without_rich_it_is_lines_on_a_terminal_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    file = Terminal()
    make(callbacks=[ProgressBar(file)]).fit(X, Y)
    assert [line[:9] for line in lines(file.getvalue())] == [f"epoch {n}/5" for n in range(1, 6)]


def test_a_clone_writes_to_the_same_file():
    file = io.StringIO()
    clone(make(callbacks=[ProgressBar(file)])).fit(X, Y)
    assert len(lines(file.getvalue())) == 5


# All of them.

EVERY = [
    EarlyStopping("loss", patience=3),
    TimeLimit(100.0),
    Checkpoint("/dev/null/nothing"),
    ProgressBar(),
]


@pytest.mark.parametrize("callback", EVERY, ids=lambda callback: type(callback).__name__)
def test_callbacks_show_what_they_are_and_can_be_pickled(callback):
    other = pickle.loads(pickle.dumps(callback))
    assert repr(other) == repr(callback)
    assert repr(callback).startswith(type(callback).__name__ + "(")


def test_grid_searches_in_processes(tmp_path):
    callbacks = [
        EarlyStopping(patience=2),
        TimeLimit(100.0),
        Checkpoint(tmp_path / "model.pickle", save_best_only=True),
        ProgressBar(),
    ]
    search = GridSearchCV(make(callbacks=callbacks), {"alpha": [0.1, 0.2]}, cv=2, n_jobs=2).fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert_same_parameters(search.best_estimator_, pickle.loads((tmp_path / "model.pickle").read_bytes()))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: EarlyStopping("score"),
            ValueError,
            "monitor must be one of .*'validation_score'.* not 'score'",
        ),
        (lambda: EarlyStopping(patience=0), ValueError, "patience must be at least 1, not 0"),
        (lambda: EarlyStopping(min_delta=-0.1), ValueError, r"min_delta must be in \[0, inf\), not -0.1"),
        (lambda: TimeLimit(0), ValueError, r"seconds must be in \(0, inf\), not 0"),
        (lambda: TimeLimit("soon"), TypeError, "seconds must be a number, not 'soon'"),
        (lambda: Checkpoint("x", every=0), ValueError, "every must be at least 1"),
        (lambda: Checkpoint("x", monitor=None), ValueError, "monitor must be one of"),
        (lambda: Checkpoint(3), TypeError, "os.PathLike"),
    ],
)
def test_wrong_parameters(make, error, message):
    with pytest.raises(error, match=message):
        make()
