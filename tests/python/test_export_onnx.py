"""onnxruntime answers as the model does."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
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
from sklearn.exceptions import NotFittedError

from rosenblatt import MLPClassifier, MLPRegressor, Network, Perceptron
from rosenblatt._core import activation_names
from rosenblatt.export import to_onnx
from rosenblatt.onnx_graph import class_values


def answers(model, X):
    """By their names, in the order of the model."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    found = session.run(None, {"X": X})
    for value, output in zip(found, session.get_outputs(), strict=True):
        declared = tuple(len(X) if width == "rows" else width for width in output.shape)
        assert declared == value.shape, output.name
    return dict(zip([output.name for output in session.get_outputs()], found, strict=True))


def assert_close(found, wanted):
    assert found.dtype == wanted.dtype
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5 * max(np.abs(wanted).max(), 1e-3))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", activation_names())
def test_activations(activation, dtype):
    model = network(activation, dtype)
    X = rows(60, 4, dtype)
    found = answers(to_onnx(model), X)
    assert list(found) == ["variable"]
    assert_close(found["variable"], model.forward(X))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ["Softmax", "Ordered"])
def test_groups(activation, dtype):
    model = grouped_network(activation, dtype)
    X = rows(60, 4, dtype)
    assert_close(answers(to_onnx(model), X)["variable"], model.forward(X))


@pytest.mark.parametrize("activation", HIDDEN)
def test_regressors_of_two_hidden_layers(activation):
    model = regressor(activation, np.float64)
    X = rows(60, 5)
    assert_close(answers(to_onnx(model), X)["variable"], model.predict(X))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", REGRESSORS)
def test_other_regressors(kind, dtype):
    model = REGRESSORS[kind](dtype)
    X = rows(60, 5, dtype)
    wanted = model.predict(X)
    wanted = wanted.reshape(len(X), -1) if kind != "table" else wanted
    assert_close(answers(to_onnx(model), X)["variable"], wanted)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", CLASSES)
def test_classifiers(kind, dtype):
    model = classifier(kind, dtype=dtype)
    X = rows(200, 5, dtype)
    found = answers(to_onnx(model), X)
    probabilities, labels = model.predict_proba(X), model.predict(X)
    if isinstance(probabilities, list):
        expected = [f"{name}_{i}" for i in range(len(probabilities)) for name in ("label", "probabilities")]
        assert list(found) == expected
        for i, wanted in enumerate(probabilities):
            assert_close(found[f"probabilities_{i}"], wanted)
            assert (found[f"label_{i}"] == labels[:, i]).all()
    else:
        assert list(found) == ["label", "probabilities"]
        assert_close(found["probabilities"], probabilities)
        np.testing.assert_array_equal(found["label"], labels)


@pytest.mark.parametrize("kind", ["three", "two", "one", "labels"])
@pytest.mark.parametrize("loss", ["hinge", "perceptron"])
def test_margins(kind, loss):
    model = classifier(kind, loss)
    X = rows(200, 5)
    found = answers(to_onnx(model), X)
    assert list(found) == ["label", "scores"]
    assert_close(found["scores"], model.decision_function(X).reshape(len(X), -1))
    np.testing.assert_array_equal(found["label"], model.predict(X))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["three", "two", "strings", "objects"])
def test_perceptrons(kind, dtype):
    model = perceptron(kind, dtype)
    X = rows(200, 5, dtype)
    found = answers(to_onnx(model), X)
    assert_close(found["scores"], model.decision_function(X).reshape(len(X), -1).astype(dtype))
    np.testing.assert_array_equal(found["label"], model.predict(X))


@pytest.mark.parametrize("count", [1, 2, 1000])
def test_any_number_of_rows(count):
    model = classifier("three")
    X = rows(count, 5)
    assert_close(answers(to_onnx(model), X)["probabilities"], model.predict_proba(X))


def test_old_runtimes_can_read_it():
    model = to_onnx(classifier("three"))
    assert model.ir_version == 8
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 17)]
    onnx.checker.check_model(model, full_check=True)


def test_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "model.onnx"
    model = to_onnx(perceptron("two"), path)
    assert onnx.load(path) == model
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        to_onnx(perceptron("two"), tmp_path / "nowhere" / "model.onnx")
    assert list(tmp_path.iterdir()) == [path]


def test_classes_of_other_types():
    with pytest.raises(ValueError, match="a class is beyond int64"):
        class_values(np.array([1, 2**63], np.uint64))
    with pytest.raises(TypeError, match=r"ONNX has labels of integers, .*, not of object"):
        class_values(np.array([(1,), None], dtype=object))
    assert class_values(np.array([b"a", b"b"])).tolist() == ["a", "b"]


@pytest.mark.parametrize("model", [MLPClassifier(), MLPRegressor(), Perceptron()])
def test_not_fitted(model):
    with pytest.raises(NotFittedError):
        to_onnx(model)


def test_bad_models():
    with pytest.raises(TypeError, match="can be exported, not 'list'"):
        to_onnx([])
    broken = perceptron("two")
    broken.intercept_ = np.array([np.nan])
    with pytest.raises(ValueError, match=r"b\[1\]\[0\] is not finite"):
        to_onnx(broken)
    broken = regressor("relu", np.float64)
    broken.coefs_ = broken.coefs_[:1]
    with pytest.raises(ValueError, match="coefs_ and intercepts_ must make layers"):
        to_onnx(broken)


def test_without_onnx(monkeypatch):
    monkeypatch.setattr("rosenblatt.export.find_spec", lambda _: None)
    with pytest.raises(ImportError, match=r"to_onnx needs onnx: pip install 'rosenblatt\[onnx\]'"):
        to_onnx(Network([2, 1], "Sin"))


def test_c_needs_no_onnx():
    code = (
        "import sys; from rosenblatt import Network; from rosenblatt.export import to_c; "
        "to_c(Network([2, 1], 'Sin')); print({'onnx', 'skl2onnx', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
