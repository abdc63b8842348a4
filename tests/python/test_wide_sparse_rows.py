"""Sparse rows that claim more columns than any memory has weights for: an error, and nothing worse.

A claim costs nothing: three rows with 10⁹ columns take some bytes, a network for them 80 GB and more. The
calls run in a process of their own whose memory is limited: a mistake costs that process, not the machine.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

LIMITED = """
import pickle
import resource
import warnings

import numpy as np
import scipy.sparse

from rosenblatt import MLPClassifier, MLPRegressor, Perceptron

warnings.simplefilter("ignore")
model = {model}
X = np.eye(3)
y = np.arange(3)
model.fit(X, y)  # so that what it needs is loaded before the limit
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, used + 2**30))

wide = scipy.sparse.csr_{kind}(
    (np.ones(3), (np.arange(3), np.array([0, 5, {columns} - 1]))), shape=(3, {columns})
)
assert wide.shape == (3, {columns})
before = pickle.dumps(model)
calls = [lambda: model.fit(wide, y), lambda: type(model)().{first}, lambda: model.predict(wide)]
for call in calls:
    try:
        call()
    except (MemoryError, ValueError) as error:
        print(type(error).__name__, error)
    else:
        print("no error")
    assert pickle.dumps(model) == before
assert model.fit(X, y).predict(X).shape == (3,)
print("alive")
"""

MODELS = {
    "MLPClassifier(max_iter=2)": "partial_fit(wide, y, classes=y)",
    "MLPClassifier((4,), max_iter=2, solver='sgd')": "partial_fit(wide, y, classes=y)",
    "MLPRegressor(hidden_layer_sizes=(4,), max_iter=2)": "partial_fit(wide, y)",
    "Perceptron(max_iter=2)": "partial_fit(wide, y, classes=y)",
}

# Only Linux minds a limit of the address space; elsewhere the memory of the machine would be at stake.
if sys.platform == "linux":

    @pytest.mark.parametrize("columns", [10**9, 2**31 + 10, 2**40], ids=["int32", "int64", "2**40"])
    @pytest.mark.parametrize("model", MODELS)
    def test_more_columns_than_memory(model, columns):
        for kind in ("array", "matrix"):
            script = LIMITED.format(model=model, kind=kind, columns=columns, first=MODELS[model])
            done = subprocess.run(
                [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=120
            )
            lines = done.stdout.splitlines()
            assert done.returncode == 0, done.stderr
            assert lines[-1] == "alive"
            for line in lines[:2]:
                assert line.startswith(("MemoryError", "ValueError"))
                assert any(word in line for word in ("memory", "allocate", "too large", "int32", "columns"))
            assert f"X has {columns} features, but {model.split('(')[0]} is expecting 3 features" in lines[2]
