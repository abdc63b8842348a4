"""Threads: how many there are, and that results do not depend on it."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.utils._param_validation import InvalidParameterError

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.threads import thread_count

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.RandomState(0).rand(1000, 64)
Y = np.arange(1000) % 10


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"hidden_layer_sizes": (257,), "batch_size": 1000},
        {"hidden_layer_sizes": (120, 70, 30), "activation": "tanh", "alpha": 0.1},
        {"solver": "sgd", "batch_size": 37, "early_stopping": True, "learning_rate_init": 1e-6},
        {"hidden_layer_sizes": (), "batch_size": 900},
    ],
    ids=str,
)
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_bit_identical_for_any_number_of_threads(estimator, parameters, dtype):
    x = (X * 255).astype(dtype) if dtype == np.uint8 else X.astype(dtype)
    settings = {"max_iter": 4, "random_state": 0} | parameters
    alone = estimator(**settings, n_threads=1).fit(x, Y)
    for n_threads in (2, 3, 4, 8, None):
        model = estimator(**settings, n_threads=n_threads).fit(x, Y)
        assert model.loss_curve_ == alone.loss_curve_
        assert model.validation_scores_ == alone.validation_scores_
        for mine, wanted in zip(
            model.coefs_ + model.intercepts_, alone.coefs_ + alone.intercepts_, strict=True
        ):
            np.testing.assert_array_equal(mine, wanted)


@pytest.mark.parametrize("value", [0, -1, 1.5, "2", True])
def test_bad_counts(value):
    with pytest.raises(ValueError, match="n_threads must be an integer of at least 1 or None"):
        thread_count(value)
    with pytest.raises((InvalidParameterError, ValueError), match="n_threads"):
        MLPClassifier(n_threads=value).fit(X, Y)


@pytest.mark.parametrize(
    ("said", "count"), [("3", 3), ("2,1", 2), (" 5 ", 5), ("", None), ("0", None), ("many", None)]
)
def test_what_openmp_is_told_counts(monkeypatch, said, count):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    cores = thread_count()
    assert cores >= 1
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert thread_count() == (count or cores)
    assert thread_count(7) == 7
    assert thread_count(10**30) == 256


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system knows no affinity")
def test_the_cores_that_the_process_may_use_count():
    code = (
        "import os; os.environ.pop('OMP_NUM_THREADS', 0)\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from rosenblatt.threads import thread_count; print(thread_count())"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "1"


def test_after_a_fork():
    """No thread outlives a fit, so a child made by fork can train as well."""
    code = """
import multiprocessing, numpy as np, warnings
from rosenblatt import MLPClassifier
warnings.simplefilter("ignore")
x, y = np.random.RandomState(0).rand(1000, 64), np.arange(1000) % 10
def loss(_):
    return MLPClassifier(max_iter=2, random_state=0, n_threads=2).fit(x, y).loss_
before = loss(0)
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(loss, range(4)) == [before] * 4
print("same")
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.stdout == "same\n", run.stderr
