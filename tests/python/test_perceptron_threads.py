"""Perceptron: how many threads train its units, and that the result does not depend on it."""

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_digits

from rosenblatt import Perceptron, perceptron_units
from rosenblatt.threads import thread_count

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_digits(return_X_y=True)  # 1.15 million numbers for ten units


def threads_of(model, X=X, y=Y):
    """In how many threads it is trained."""
    seen = [1]
    with pytest.MonkeyPatch.context() as patch:
        in_threads = perceptron_units._in_threads
        patch.setattr(
            perceptron_units,
            "_in_threads",
            lambda train, units, threads, stop: (
                seen.append(threads),
                in_threads(train, units, threads, stop),
            ),
        )
        model.fit(X, y)
    return seen[-1]


def threads_of_default():
    return threads_of(Perceptron(max_iter=1))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
@pytest.mark.parametrize("n_jobs", [2, 3, -1, None])
def test_the_result_does_not_depend_on_the_threads(monkeypatch, n_jobs, dtype):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    x = X.astype(dtype)
    alone = Perceptron(max_iter=20, n_jobs=1).fit(x, Y)
    model = Perceptron(max_iter=20, n_jobs=n_jobs).fit(x, Y)
    np.testing.assert_array_equal(model.coef_, alone.coef_, strict=True)
    np.testing.assert_array_equal(model.intercept_, alone.intercept_, strict=True)
    assert model.n_iter_ == alone.n_iter_


def test_none_is_all_cores_or_what_openmp_is_told(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert threads_of_default() == min(thread_count(), 10)
    for said, threads in (("1", 1), ("3", 3), ("64", 10)):
        monkeypatch.setenv("OMP_NUM_THREADS", said)
        assert threads_of_default() == threads


def test_little_work_stays_in_one_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert threads_of(Perceptron(max_iter=1), X[:500], Y[:500]) == 1
    assert threads_of(Perceptron(max_iter=1), X, Y > 4) == 1  # a single unit
    assert threads_of(Perceptron(max_iter=1, n_jobs=2), X[:500], Y[:500]) == 2


def test_lines_of_units_come_one_after_the_other(monkeypatch, capsys):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert threads_of(Perceptron(max_iter=2, verbose=1)) == 1
    numbers = [int(line.split()[1].rstrip(":")) for line in capsys.readouterr().out.splitlines()]
    assert numbers == [1, 2] * 10


def test_joblib_around_is_obeyed(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    with joblib.parallel_config("threading", n_jobs=3):
        assert threads_of_default() == 3
        assert threads_of(Perceptron(max_iter=1, n_jobs=2)) == 2
    with joblib.parallel_config(n_jobs=1):
        assert threads_of_default() == 1
    with joblib.parallel_config("sequential"):
        assert threads_of_default() == 1


def test_within_a_worker_of_joblib(monkeypatch):
    def ask():
        return joblib.Parallel(2, prefer="threads")([joblib.delayed(threads_of_default)()])[0]

    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert ask() == 1  # the other workers have the other cores
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert ask() == 4
