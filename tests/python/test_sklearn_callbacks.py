"""scikit-learn's own callbacks, from its version 1.9 on: set_callbacks on our estimators."""

from __future__ import annotations

import pickle
from importlib.util import find_spec

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from rosenblatt import MLPClassifier, MLPRegressor, Perceptron
from rosenblatt.callbacks import Checkpoint

# Most trainings here are cut off after a few epochs.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

IS_THERE = find_spec("sklearn.callback") is not None
ESTIMATORS = [MLPClassifier, MLPRegressor, Perceptron]

# Each of the tests below is one of what scikit-learn 1.9 has; before, there is only this to test.
if not IS_THERE:

    @pytest.mark.parametrize("estimator", ESTIMATORS)
    def test_nothing_of_it_is_there(estimator):
        assert not hasattr(estimator(), "set_callbacks")
        assert not hasattr(estimator(), "_init_callback_context")

else:
    from sklearn.callback import ProgressBar, ScoringMonitor

    X = np.random.RandomState(0).rand(120, 5)
    Y = np.arange(120) % 3
    MLPS = [MLPClassifier, MLPRegressor]

    def make(estimator=MLPClassifier, **parameters):
        parameters = {"hidden_layer_sizes": (6,), "max_iter": 4, "random_state": 0} | parameters
        return estimator(**parameters)

    class Recorder:
        """Keeps what scikit-learn tells it: the hook, the path of the task, what came with it."""

        def __init__(self, stop_at=None, fail_at=None):
            self.heard, self.models, self.stop_at, self.fail_at = [], [], stop_at, fail_at

        def setup(self, estimator, context):
            self.heard.append(("setup", estimator))

        def teardown(self, estimator, context):
            self.heard.append(("teardown", estimator))

        def on_fit_task_begin(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
            self.note("begin", context, fitted_estimator, X, y)

        def on_fit_task_end(
            self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None
        ):
            self.note("end", context, fitted_estimator, X, y)
            if context.task_name == "epoch" and context.task_id == self.fail_at:
                raise LookupError("from scikit-learn's callback")
            return context.task_name == "epoch" and context.task_id == self.stop_at

        def note(self, hook, context, model, X, y):
            path = []
            while context is not None:
                path.insert(0, (context.task_name, context.task_id))
                context = context.parent
            self.heard.append((hook, *path))
            self.models.append((hook, model, X, y))

    def epochs(n):
        return [(hook, ("fit", 0), ("epoch", i)) for i in range(n) for hook in ("begin", "end")]

    @pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
    @pytest.mark.parametrize("estimator", MLPS)
    def test_a_fit_is_a_task_and_each_epoch_one_below_it(estimator, solver):
        recorder = Recorder()
        model = make(estimator, solver=solver).set_callbacks(recorder)
        assert model.fit(X, Y) is model
        plain = make(estimator, solver=solver).fit(X, Y)
        assert model.loss_curve_ == plain.loss_curve_
        (setup, estimator_of_setup), *tasks, (teardown, _) = recorder.heard
        assert (setup, teardown) == ("setup", "teardown")
        assert estimator_of_setup is model
        assert tasks == [("begin", ("fit", 0)), *epochs(4), ("end", ("fit", 0))]
        assert all(rows is X and targets is Y for _, _, rows, targets in recorder.models)
        # Each task comes with an estimator as of its beginning or end; that of the fit begins without.
        (_, none, *_), *within, (_, last, *_) = recorder.models
        assert none is None
        for i, (hook, fitted, *_) in enumerate(within):
            n = i // 2 + (hook == "end")
            assert fitted is not model
            assert (fitted.n_iter_, len(fitted.loss_curve_)) == (n, n)
            if n:
                whole = make(estimator, solver=solver, max_iter=n).fit(X, Y)
                np.testing.assert_array_equal(fitted.predict(X), whole.predict(X))
        np.testing.assert_array_equal(last.predict(X), model.predict(X))
        assert not {"_tasks", "_callback_fit_ctx", "_skl_callbacks_to_teardown"} & vars(model).keys()

    @pytest.mark.parametrize("solver", ["adam", "lbfgs"])
    def test_a_training_that_ends_early_has_fewer_tasks(solver):
        recorder = Recorder()
        model = (
            make(solver=solver, max_iter=500, tol=1.0, n_iter_no_change=2).set_callbacks(recorder).fit(X, Y)
        )
        tasks = [task for hook, *task in recorder.heard if hook == "end"]
        # lbfgs begins an iteration before it finds that there is none.
        assert len(tasks) - 1 - model.n_iter_ in ((0, 1) if solver == "lbfgs" else (0,))
        begun = [task for hook, *task in recorder.heard if hook == "begin"]
        assert sorted(begun) == sorted(tasks)

    @pytest.mark.parametrize("solver", ["adam", "lbfgs"])
    def test_a_callback_of_theirs_stops_the_training(solver):
        recorder = Recorder(stop_at=1)
        model = make(solver=solver).set_callbacks(recorder).fit(X, Y)
        assert model.n_iter_ == 2
        assert recorder.heard[1:-1] == [("begin", ("fit", 0)), *epochs(2), ("end", ("fit", 0))]

    @pytest.mark.parametrize("solver", ["adam", "lbfgs"])
    def test_a_callback_of_theirs_that_raises(solver):
        recorder = Recorder(fail_at=1)
        model = make(solver=solver).set_callbacks(recorder)
        with pytest.raises(LookupError, match="from scikit-learn's callback"):
            model.fit(X, Y)
        assert recorder.heard[-1][0] == "teardown"
        assert model.n_iter_ == 2
        whole = make(solver=solver, max_iter=2).fit(X, Y)
        np.testing.assert_array_equal(model.predict(X), whole.predict(X))

    def test_bad_data_tear_down_what_was_set_up():
        recorder = Recorder()
        model = make().set_callbacks(recorder)
        with pytest.raises(ValueError, match="NaN"):
            model.fit(np.full_like(X, np.nan), Y)
        assert [hook for hook, _ in recorder.heard] == ["setup", "teardown"]
        assert not hasattr(model, "coefs_")

    def test_partial_fit_is_a_fit_of_one_epoch():
        recorder = Recorder()
        model = make().set_callbacks(recorder)
        for _ in range(2):
            model.partial_fit(X, Y, classes=[0, 1, 2])
        one = [("begin", ("fit", 0)), *epochs(1), ("end", ("fit", 0))]
        tasks = [task for task in recorder.heard if task[0] in ("begin", "end")]
        assert tasks == one + one

    def test_both_kinds_of_callbacks_together(tmp_path):
        """Ours may pickle the estimator while theirs, which cannot be pickled, is set."""
        recorder = Recorder()
        recorder.lambda_ = lambda: None
        path = tmp_path / "model.pickle"
        model = make(callbacks=[Checkpoint(path)]).set_callbacks(recorder).fit(X, Y)
        saved = pickle.loads(path.read_bytes())
        np.testing.assert_array_equal(saved.predict(X), model.predict(X))

    def test_no_callbacks_are_no_callbacks():
        model = make().set_callbacks(Recorder()).set_callbacks()
        assert model.fit(X, Y).loss_curve_ == make().fit(X, Y).loss_curve_

    # What scikit-learn brings.

    @pytest.mark.parametrize("estimator", MLPS)
    def test_scoring_monitor(estimator):
        score = "accuracy" if estimator is MLPClassifier else "r2"
        monitor = ScoringMonitor(scoring=score)
        make(estimator).set_callbacks(monitor).fit(X, Y)
        data = monitor.get_logs().data
        scores = [make(estimator, max_iter=n).fit(X, Y).score(X, Y) for n in (1, 2, 3, 4)]
        assert [row[score] for row in data if row["task_name"] == "epoch"] == scores
        assert [row[score] for row in data if row["task_name"] == "fit"] == scores[-1:]

    @pytest.mark.parametrize("estimator", MLPS)
    def test_scoring_monitor_with_weights(estimator):
        weights = np.arange(120.0)
        score = "accuracy" if estimator is MLPClassifier else "r2"
        monitor = ScoringMonitor(scoring=score)
        make(estimator).set_callbacks(monitor).fit(X, Y, weights)
        last = monitor.get_logs().data[-1][score]
        assert last == make(estimator).fit(X, Y, weights).score(X, Y, weights)

    @pytest.mark.parametrize("estimator", ESTIMATORS)
    def test_progress_bar(estimator, capsys):
        estimator(max_iter=4).set_callbacks(ProgressBar()).fit(X, Y)
        assert f"{estimator.__name__} - fit" in capsys.readouterr().out

    # Perceptron.

    @pytest.mark.parametrize("penalty", [None, "l1", "l2", "elasticnet"])
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("classes", [2, 3])
    def test_the_epochs_of_a_perceptron(classes, dtype, penalty):
        rows, y = X.astype(dtype), Y % classes
        parameters = {"penalty": penalty, "tol": None, "alpha": 0.01}
        recorder = Recorder()
        model = Perceptron(**parameters, max_iter=3, n_jobs=2).set_callbacks(recorder).fit(rows, y)
        plain = Perceptron(**parameters, max_iter=3).fit(rows, y)
        np.testing.assert_array_equal(model.coef_, plain.coef_)
        np.testing.assert_array_equal(model.intercept_, plain.intercept_)
        units = 1 if classes == 2 else 3
        tasks = [("begin", ("fit", 0)), *epochs(3 * units), ("end", ("fit", 0))]
        assert recorder.heard[1:-1] == tasks
        ended = [fitted for hook, fitted, *_ in recorder.models if hook == "end"]
        for i, fitted in enumerate(ended[:-1]):
            unit, n = divmod(i, 3)
            whole = Perceptron(**parameters, max_iter=n + 1).fit(rows, y)
            np.testing.assert_allclose(fitted.coef_[unit], whole.coef_[unit], rtol=1e-6)
            np.testing.assert_allclose(fitted.intercept_[unit], whole.intercept_[unit], rtol=1e-6)
            assert fitted.predict(rows).shape == (120,)
            np.testing.assert_array_equal(fitted.coef_[unit + 1 :], 0)
        np.testing.assert_array_equal(ended[-1].predict(rows), model.predict(rows))
        assert not {"_tasks", "_callback_fit_ctx", "_skl_callbacks_to_teardown"} & vars(model).keys()

    def test_a_perceptron_that_converges_ends_every_task_that_it_begins():
        recorder = Recorder()
        model = Perceptron().set_callbacks(recorder).fit(X, Y)
        begun = [task for hook, *task in recorder.heard if hook == "begin"]
        ended = [task for hook, *task in recorder.heard if hook == "end"]
        assert sorted(begun) == sorted(ended)
        assert len(begun) > model.n_iter_

    def test_a_callback_of_theirs_stops_a_perceptron():
        model = Perceptron(tol=None).set_callbacks(Recorder(stop_at=1)).fit(X, Y == 1)  # without a warning
        whole = Perceptron(tol=None, max_iter=2).fit(X, Y == 1)
        np.testing.assert_array_equal(model.coef_, whole.coef_)
        assert model.n_iter_ == 2

    def test_a_callback_of_theirs_that_raises_leaves_a_perceptron_as_it_was():
        recorder = Recorder(fail_at=1)
        model = Perceptron(tol=None).set_callbacks(recorder)
        with pytest.raises(LookupError, match="from scikit-learn's callback"):
            model.fit(X, Y)
        assert recorder.heard[-1][0] == "teardown"
        assert not hasattr(model, "coef_")

    def test_partial_fit_of_a_perceptron():
        recorder = Recorder()
        model = Perceptron().set_callbacks(recorder)
        for _ in range(2):
            model.partial_fit(X, Y == 1, classes=[False, True])
        one = [("begin", ("fit", 0)), *epochs(1), ("end", ("fit", 0))]
        assert [task for task in recorder.heard if task[0] in ("begin", "end")] == one + one

    def test_the_scores_of_a_perceptron():
        monitor = ScoringMonitor(scoring="accuracy")
        Perceptron(tol=None, max_iter=3).set_callbacks(monitor).fit(X, Y == 1)
        data = monitor.get_logs().data
        scores = [Perceptron(tol=None, max_iter=n).fit(X, Y == 1).score(X, Y == 1) for n in (1, 2, 3)]
        assert [row["accuracy"] for row in data if row["task_name"] == "epoch"] == scores

    # In scikit-learn's own estimators.

    def test_in_a_pipeline(capsys):
        model = make_pipeline(StandardScaler(), make())
        recorder = Recorder()
        model[-1].set_callbacks(recorder)
        model.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(X, Y)
        printed = capsys.readouterr().out
        assert "Pipeline - fit" in printed
        assert "MLPClassifier - fit" in printed
        paths = [path for hook, *path in recorder.heard if hook == "end"]
        assert paths[0] == [("fit", 0), ("fit", 1), ("epoch", 0)]
        assert len(paths) == 5
        assert not hasattr(model[-1], "_parent_callback_ctx")

    @pytest.mark.parametrize("n_jobs", [1, 2])
    def test_in_a_grid_search(n_jobs, capfd):
        search = GridSearchCV(make(), {"alpha": [0.1, 0.2]}, cv=2, n_jobs=n_jobs)
        search.set_callbacks(ProgressBar(max_propagation_depth=2)).fit(X, Y)
        assert "GridSearchCV - fit" in capfd.readouterr().out
        assert np.isfinite(search.cv_results_["mean_test_score"]).all()

    @pytest.mark.parametrize("n_jobs", [1, 2])
    def test_scores_in_a_grid_search(n_jobs):
        monitor = ScoringMonitor(scoring="accuracy")
        GridSearchCV(make().set_callbacks(monitor), {"alpha": [0.1, 0.2]}, cv=2, n_jobs=n_jobs).fit(X, Y)
        rows = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
        assert len(rows) == (2 * 2 + 1) * 4

    def test_a_clone_has_the_same_callbacks():
        recorder = Recorder()
        clone(make().set_callbacks(recorder)).fit(X, Y)
        assert len(recorder.heard) == 2 + 2 + 8

    def test_several_starts_are_one_fit():
        recorder = Recorder()
        model = make(n_init=2, max_iter=2).set_callbacks(recorder).fit(X, Y)
        assert recorder.heard[1:-1] == [("begin", ("fit", 0)), *epochs(4), ("end", ("fit", 0))]
        last = recorder.models[-1][1]
        np.testing.assert_array_equal(last.predict(X), model.predict(X))

    def test_levenberg_marquardt():
        recorder = Recorder()
        make(MLPRegressor, solver="lm").set_callbacks(recorder).fit(X, Y)
        assert recorder.heard[1:-1] == [("begin", ("fit", 0)), *epochs(4), ("end", ("fit", 0))]
