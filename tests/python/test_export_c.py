"""The C that is written compiles without a warning, and answers as the model does."""

from __future__ import annotations

import ctypes
import pickle
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest
from exported_models import (
    CLASSES,
    DTYPES,
    HIDDEN,
    REGRESSORS,
    classifier,
    grouped_network,
    network,
    perceptron,
    regressor,
    rows,
)
from sklearn import neural_network
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError

from rosenblatt import MLPClassifier, MLPRegressor, Network, Perceptron
from rosenblatt._core import activation_names
from rosenblatt.export import to_c

WARNINGS = [
    *("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"),
    *("-Wconversion", "-Wdouble-promotion", "-Wmissing-prototypes", "-Wshadow", "-Wstrict-prototypes"),
]
FLOAT, INT = ctypes.POINTER(ctypes.c_float), ctypes.POINTER(ctypes.c_int)


class Compiled:
    def __init__(self, source, folder, name="model"):
        compiler = shutil.which("cc")
        assert compiler is not None, "these tests compile C: they need a compiler named cc"
        path = folder / "model.c"
        path.write_text(source, encoding="ascii")
        library = folder / "model.so"
        command = [compiler, *WARNINGS, "-O1", "-shared", "-fPIC", "-o", library, path, "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        self._library = ctypes.CDLL(str(library))
        self._name = name

    def _call(self, function, X, width, dtype, pointer):
        X = np.ascontiguousarray(X, np.float32)
        answers = np.full((len(X), width + 1), 77, dtype)
        call = getattr(self._library, f"{self._name}_{function}")
        for row, answer in zip(X, answers, strict=True):
            call(row.ctypes.data_as(FLOAT), answer.ctypes.data_as(pointer))
        assert (answers[:, width] == 77).all(), "written beyond the end"
        return answers[:, :width]

    def predict(self, X, width):
        return self._call("predict", X, width, np.float32, FLOAT)

    def labels(self, X, width):
        return self._call("classify", X, width, np.intc, INT)

    def classify(self, X):
        call = getattr(self._library, f"{self._name}_classify")
        X = np.ascontiguousarray(X, np.float32)
        return np.array([call(row.ctypes.data_as(FLOAT)) for row in X])


def assert_close(found, wanted):
    wanted = np.asarray(wanted).reshape(len(found), -1)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5 * max(np.abs(wanted).max(), 1e-3))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", activation_names())
def test_activations(activation, dtype, tmp_path):
    model = network(activation, dtype)
    X = rows(60, 4, np.float32)
    assert_close(Compiled(to_c(model), tmp_path).predict(X, 5), model.forward(X))


@pytest.mark.parametrize("activation", ["Softmax", "Ordered"])
def test_groups(activation, tmp_path):
    model = grouped_network(activation, np.float64)
    X = rows(60, 4, np.float32)
    assert_close(Compiled(to_c(model), tmp_path).predict(X, 7), model.forward(X))


@pytest.mark.parametrize("activation", HIDDEN)
def test_regressors_of_two_hidden_layers(activation, tmp_path):
    model = regressor(activation, np.float64)
    X = rows(60, 5, np.float32)
    assert_close(Compiled(to_c(model), tmp_path).predict(X, 2), model.predict(X))


@pytest.mark.parametrize("kind", REGRESSORS)
def test_other_regressors(kind, tmp_path):
    model = REGRESSORS[kind](np.float32)
    X = rows(60, 5, np.float32)
    wanted = model.predict(X).reshape(len(X), -1)
    assert_close(Compiled(to_c(model), tmp_path).predict(X, wanted.shape[1]), wanted)


def indices(model, X):
    labels = model.predict(X)
    if isinstance(model.classes_, list):
        columns = zip(model.classes_, labels.T, strict=True)
        return np.column_stack([np.searchsorted(classes, column) for classes, column in columns])
    return labels if labels.ndim == 2 else np.searchsorted(model.classes_, labels)


@pytest.mark.parametrize("kind", CLASSES)
def test_classifiers(kind, tmp_path):
    model = classifier(kind)
    X = rows(200, 5, np.float32)
    compiled = Compiled(to_c(model), tmp_path)
    probabilities = model.predict_proba(X)
    if isinstance(probabilities, list):
        probabilities = np.hstack(probabilities)
    assert_close(compiled.predict(X, probabilities.shape[1]), probabilities)
    wanted = indices(model, X)
    found = compiled.labels(X, wanted.shape[1]) if wanted.ndim == 2 else compiled.classify(X)
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("kind", ["three", "two", "one", "labels"])
@pytest.mark.parametrize("loss", ["hinge", "perceptron"])
def test_margins(kind, loss, tmp_path):
    model = classifier(kind, loss)
    X = rows(200, 5, np.float32)
    compiled = Compiled(to_c(model), tmp_path)
    n = model.decision_function(X).reshape(len(X), -1)
    assert_close(compiled.predict(X, n.shape[1]), n)
    wanted = indices(model, X)
    found = compiled.labels(X, wanted.shape[1]) if wanted.ndim == 2 else compiled.classify(X)
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("is_sparse", [False, True])
@pytest.mark.parametrize("kind", ["three", "two", "strings"])
def test_perceptrons(kind, is_sparse, tmp_path):
    model = perceptron(kind)
    X = rows(200, 5, np.float32)
    n = model.decision_function(X).reshape(len(X), -1)
    wanted = indices(model, X)
    compiled = Compiled(to_c(model.sparsify() if is_sparse else model), tmp_path)
    assert_close(compiled.predict(X, n.shape[1]), n)
    np.testing.assert_array_equal(compiled.classify(X), wanted)


@pytest.mark.parametrize("activation", activation_names())
def test_int8_of_every_activation_is_near(activation, tmp_path):
    model = network(activation, np.float64)
    X = rows(200, 4)
    wanted = model.forward(X)
    source = to_c(model, precision="int8", calibration=X)
    found = Compiled(source, tmp_path).predict(X, 5)
    # A hard limit answers otherwise where n is next to 0.
    assert np.mean(np.abs(found - wanted) > 0.05 * max(np.abs(wanted).max(), 1)) < 0.02


def digits(**options):
    X, y = load_digits(return_X_y=True)
    X = (X / 16).astype(np.float32)
    model = MLPClassifier(
        (64,), learning_rate_init=0.01, max_iter=30, tol=0, n_iter_no_change=30, random_state=0
    )
    model.set_params(**options)
    with warnings.catch_warnings(action="ignore"):
        return model.fit(X[:1200], y[:1200]), X, y


@pytest.mark.parametrize(
    "options", [{}, {"activation": "gelu"}, {"activation": "tanh"}, {"hidden_layer_sizes": (64, 32)}]
)
def test_int8_on_digits(options, tmp_path):
    model, X, y = digits(**options)
    compiled = Compiled(to_c(model, precision="int8", calibration=X[:1200]), tmp_path)
    found, wanted = compiled.classify(X[1200:]), model.predict(X[1200:])
    assert np.mean(found == wanted) >= 0.98
    assert np.mean(found == y[1200:]) > np.mean(wanted == y[1200:]) - 0.01


def test_int8_cuts_off_what_the_calibration_has_not_seen(tmp_path):
    model = Network([2, 1], "Linear")
    model.W[1] = [[1], [1]]
    compiled = Compiled(to_c(model, precision="int8", calibration=[[0, 1], [-1, 0]]), tmp_path)
    found = compiled.predict([[1e9, 0], [-1e9, 0], [np.nan, 1], [np.inf, 0], [0, 0]], 1)
    np.testing.assert_allclose(found.ravel(), [1, -1, 0, 1, 0], atol=0.01)


def test_int8_of_a_network_that_is_all_zero(tmp_path):
    compiled = Compiled(to_c(Network([2, 3, 1], "Tanh"), precision="int8", calibration=[[0, 0]]), tmp_path)
    np.testing.assert_array_equal(compiled.predict([[1, 2]], 1), [[0]])


def test_int8_takes_sparse_rows_and_frames():
    import pandas
    from scipy.sparse import csr_matrix

    model, X, _ = digits(max_iter=2, n_iter_no_change=2)
    wanted = to_c(model, precision="int8", calibration=X)
    assert to_c(model, precision="int8", calibration=csr_matrix(X)) == wanted
    box = model.network_
    assert to_c(box, precision="int8", calibration=csr_matrix(X)) == to_c(
        box, precision="int8", calibration=X
    )
    frame = pandas.DataFrame(X, columns=[f"pixel{i}" for i in range(64)])
    with warnings.catch_warnings(action="ignore"):
        model.fit(frame, np.arange(len(X)) % 3)
    with pytest.raises(ValueError, match="feature names should match"):
        to_c(model, precision="int8", calibration=frame[frame.columns[::-1]])


def test_what_the_training_did_besides(tmp_path):
    X = rows(90, 5, np.float32)
    y = np.argmax(X[:, :3], axis=1)
    with warnings.catch_warnings(action="ignore"):
        model = MLPClassifier((8, 6), batch_norm=True, dropout=0.2, max_iter=20, random_state=0).fit(X, y)
        theirs = neural_network.MLPClassifier((8,), max_iter=20, random_state=0).fit(X, y)
    models = {
        "ours": model,
        "pickled": pickle.loads(pickle.dumps(model)),
        "theirs": MLPClassifier.from_sklearn(theirs),
    }
    for name, fitted in models.items():
        folder = tmp_path / name
        folder.mkdir()
        assert_close(Compiled(to_c(fitted), folder).predict(X, 3), fitted.predict_proba(X))


def test_two_in_one_program(tmp_path):
    both = to_c(perceptron("two"), name="first") + to_c(classifier("three"), name="second")
    X = rows(20, 5, np.float32)
    assert (Compiled(both, tmp_path, "first").classify(X) == perceptron("two").predict(X)).all()


def test_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "gate.c"
    source = to_c(Network([2, 1], "Sigmoid"), path, name="gate")
    assert path.read_text() == source
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        to_c(Network([2, 1], "Sigmoid"), tmp_path / "nowhere" / "gate.c")
    with pytest.raises(ValueError, match="precision must be 'float32' or 'int8', not 'int4'"):
        to_c(Network([2, 2], "Sigmoid"), path, precision="int4")
    assert path.read_text() == source
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_what_was_there(tmp_path):
    path = tmp_path / "model.c"
    path.write_text("before")
    code = (
        "import resource, sys; from rosenblatt import Network; from rosenblatt.export import to_c; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); to_c(Network([50, 50], 'Sin'), sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == (
        f"OSError: [Errno 27] File too large; what was there before is untouched: {str(path)!r}"
    )
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["", "2nd", "a b", "_reserved", "na-me", "é", "a;", "model\n", 3])
def test_names_that_are_none_in_c(name):
    with pytest.raises(ValueError, match=r"name must be one in C, .*got "):
        to_c(Network([2, 1], "Sigmoid"), name=name)


@pytest.mark.parametrize("model", [MLPClassifier(), MLPRegressor(), Perceptron()])
def test_not_fitted(model):
    with pytest.raises(NotFittedError):
        to_c(model)


def test_other_objects():
    from sklearn.linear_model import LinearRegression

    with pytest.raises(TypeError, match="can be exported, not 'LinearRegression'"):
        to_c(LinearRegression())


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite(value):
    model = classifier("three")
    model.coefs_[1][2, 1] = value
    with pytest.raises(ValueError, match=r"W\[2\]\[2, 1\] is not finite"):
        to_c(model)


def test_numbers_beyond_float32():
    model = Network([2, 1], "Linear")
    model.b[1] = [1e39]
    with pytest.raises(ValueError, match=r"b\[1\] has 1e\+39, which is beyond the range of float32"):
        to_c(model)


def test_calibration_is_for_int8_alone():
    model = Network([2, 1], "Linear")
    with pytest.raises(ValueError, match="precision='int8' needs calibration=X"):
        to_c(model, precision="int8")
    with pytest.raises(ValueError, match="calibration is for precision='int8'"):
        to_c(model, calibration=[[0, 1]])
    with pytest.raises(ValueError, match="x has 3 columns but the network has 2 inputs"):
        to_c(model, precision="int8", calibration=[[0, 1, 2]])
    with pytest.raises(ValueError, match="NaN"):
        to_c(classifier("two"), precision="int8", calibration=[[np.nan] * 5])


def test_layers_too_wide_for_int32():
    model = Network([70000, 1], "Linear", dtype=np.float32)
    with pytest.raises(ValueError, match="a layer of 70000 inputs does not fit into int8"):
        to_c(model, precision="int8", calibration=np.ones((1, 70000)))
