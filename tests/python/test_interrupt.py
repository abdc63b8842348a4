"""Ctrl-C while a training runs: it ends soon, with a warning, and leaves a model that can be used."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from rosenblatt import MLPClassifier

pytestmark = pytest.mark.usefixtures("no_garbage_collection")

# Seconds that an interrupted training may take to end: about a tenth, and more on a machine under load.
PATIENCE = 5.0

# Says that it has started as soon as the core trains, then how the training ended.
PROGRAM = """
import json, signal, sys, threading, time, warnings
import numpy as np
from rosenblatt import MLPClassifier

signal.signal(signal.SIGINT, signal.default_int_handler)
random = np.random.RandomState(0)
{data}
warnings.simplefilter("ignore")
MLPClassifier((2,), max_iter=1).fit(X[:9], y[:9])  # all is imported and compiled
threading.Timer({delay}, lambda: print("started", flush=True)).start()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    model.fit(X, y)
ended = time.time()
print(json.dumps({{
    "ended": ended,
    "warnings": [[warning.category.__name__, str(warning.message)] for warning in caught],
    "n_iter": model.n_iter_,
    "curve": len(model.loss_curve_),
    "rows": model.t_,
    "finite": all(bool(np.isfinite(p).all()) for p in [*model.coefs_, *model.intercepts_]),
    "first": model.coefs_[0][0, :3].tolist(),
    "predicted": model.predict(X[:20]).tolist(),
}}))
"""

# Epochs of about 40 microseconds, without an end.
SHORT_EPOCHS = """
X, y = random.rand(50, 10), np.arange(50) % 2
model = MLPClassifier((10,), max_iter=10**9, n_iter_no_change=np.inf, random_state=0{options})
"""

# A single epoch of half a minute: 26 million multiplications a row.
LONG_EPOCH = """
X, y = random.rand(20_000, 200), np.arange(20_000) % 2
model = MLPClassifier((2000, 2000), max_iter=2, batch_size=50, random_state=0{options})
"""

# Epochs of a tenth of a second, of which several have ended before the interruption.
LONG_EPOCHS = """
X, y = random.rand(20_000, 100).astype(np.float32), np.arange(20_000) % 2
model = MLPClassifier((100,), max_iter=10**6, n_iter_no_change=np.inf, random_state=0{options})
"""

# One batch that alone takes many seconds.
LONG_BATCH = """
X, y = random.rand(40_000, 500).astype(np.float32), np.arange(40_000) % 2
model = MLPClassifier((1000, 1000), max_iter=100, batch_size=40_000, random_state=0{options})
"""


def interrupted(data, *, delay=0.5, options=""):
    """Train in another process, interrupt it, and tell how it ended and after how many seconds."""
    program = textwrap.dedent(PROGRAM).format(data=data.format(options=options), delay=delay)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout.readline() == "started\n", process.stderr.read()
            pressed = time.time()
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 0, errors
    ending = json.loads(output)
    return ending, ending["ended"] - pressed


@pytest.mark.parametrize(
    ("data", "epochs"),
    [(SHORT_EPOCHS, "many"), (LONG_EPOCHS, "some"), (LONG_EPOCH, "none"), (LONG_BATCH, "none")],
    ids=["short_epochs", "long_epochs", "within_the_first_epoch", "within_the_first_batch"],
)
def test_ctrl_c(data, epochs):
    ending, seconds = interrupted(data, delay=1.5 if epochs == "some" else 0.5)
    print(f"ended {seconds:.3f} s after Ctrl-C")  # pytest -rP shows it
    which = (
        "from before the training" if epochs == "none" else f"of epoch {ending['n_iter']}, the last whole one"
    )
    said = f"Training interrupted by user. The parameters are those {which}."
    assert ending["warnings"] == [["UserWarning", said]]
    assert seconds < PATIENCE
    assert ending["finite"]
    assert set(ending["predicted"]) <= {0, 1}
    # Only whole epochs count.
    assert ending["n_iter"] == ending["curve"]
    assert {"many": ending["n_iter"] > 10, "some": ending["n_iter"] >= 1, "none": ending["n_iter"] == 0}[
        epochs
    ]
    if epochs == "many":
        assert ending["rows"] == 50 * ending["n_iter"]
    if epochs == "none":  # the parameters are those that the training began with
        bound = np.sqrt(6 / {LONG_EPOCH: 2200, LONG_BATCH: 1500}[data])
        np.testing.assert_allclose(
            ending["first"], np.random.RandomState(0).uniform(-bound, bound, 3), rtol=1e-6
        )


@pytest.mark.parametrize(
    "options",
    [
        ", early_stopping=True",
        ", solver='sgd'",
        ", callbacks=[type('Quiet', (), {'on_epoch_end': lambda self, state: None})()]",
    ],
    ids=["early_stopping", "sgd", "callbacks"],
)
def test_ctrl_c_with_options(options):
    ending, seconds = interrupted(SHORT_EPOCHS, options=options)
    [[category, said]] = ending["warnings"]
    assert category == "UserWarning"
    which = (
        f"best of {ending['n_iter']} epochs on the val"
        if "early" in options
        else f"epoch {ending['n_iter']}, "
    )
    assert said.startswith("Training interrupted by user. The parameters are those of ")
    assert which in said
    assert seconds < PATIENCE
    assert ending["finite"]
    assert ending["n_iter"] == ending["curve"] > 0


def test_an_interrupted_epoch_is_undone():
    """Interrupted in an epoch, the network is that of the whole epochs before it."""

    class PressInTheNextEpoch:
        def on_epoch_end(self, state):
            if state.n_iter == 1:
                threading.Timer(0.15, os.kill, (os.getpid(), signal.SIGINT)).start()

    random = np.random.RandomState(0)
    X, y = random.rand(10_000, 200), random.randint(0, 3, 10_000)
    parameters = {"hidden_layer_sizes": (300, 300), "batch_size": 50, "random_state": 0}
    with pytest.warns(UserWarning, match=r"Training interrupted by user\."):
        model = MLPClassifier(**parameters, callbacks=[PressInTheNextEpoch()], max_iter=10**6).fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) >= 1
    with pytest.warns(match="Maximum iterations"):
        whole = MLPClassifier(**parameters, max_iter=model.n_iter_).fit(X, y)
    assert model.loss_curve_ == whole.loss_curve_
    for mine, wanted in zip(model.coefs_, whole.coefs_, strict=True):
        np.testing.assert_array_equal(mine, wanted)
    # It can be trained on.
    model.set_params(max_iter=1, warm_start=True, callbacks=None)
    with pytest.warns(match="Maximum iterations"):
        model.fit(X[:100], y[:100])
    assert len(model.loss_curve_) == len(whole.loss_curve_) + 1


def test_interrupted_in_a_callback():
    class Press:
        def on_epoch_end(self, state):
            if state.n_iter == 3:
                raise KeyboardInterrupt

    X, y = np.random.RandomState(0).rand(50, 4), np.arange(50) % 2
    with pytest.warns(UserWarning, match=r"Training interrupted by user\."):
        model = MLPClassifier((4,), callbacks=[Press()], random_state=0).fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 3
    with pytest.warns(match="Maximum iterations"):
        whole = MLPClassifier((4,), max_iter=3, random_state=0).fit(X, y)
    np.testing.assert_array_equal(model.coefs_[0], whole.coefs_[0])


def test_interrupted_in_a_callback_with_early_stopping_the_best_parameters_stay():
    class Press:
        def on_epoch_end(self, state):
            if state.n_iter == 8:
                raise KeyboardInterrupt

    random = np.random.RandomState(0)
    X, y = random.rand(60, 4), np.arange(60) % 2
    parameters = {"learning_rate_init": 0.1, "early_stopping": True, "random_state": 0}
    with pytest.warns(UserWarning, match=r"Training interrupted by user\."):
        model = MLPClassifier((4,), callbacks=[Press()], **parameters).fit(X, y)
    with pytest.warns(match="Maximum iterations"):
        whole = MLPClassifier((4,), max_iter=8, **parameters).fit(X, y)
    assert model.validation_scores_ == whole.validation_scores_
    np.testing.assert_array_equal(model.coefs_[0], whole.coefs_[0])
