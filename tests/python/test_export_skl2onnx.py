"""skl2onnx converts a Pipeline that ends in one of our estimators."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import skl2onnx
from exported_models import DTYPES, REGRESSORS, classifier, perceptron, regressor, rows
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from rosenblatt.export import register_with_skl2onnx


def converted(model, X, **options):
    """The answers of the pipeline's ONNX model; its scaler is fitted to other rows than the model's."""
    register_with_skl2onnx()
    pipeline = Pipeline([("scale", StandardScaler().fit(2 * rows(50, 5, X.dtype, 5) + 1)), ("model", model)])
    chosen = {id(model): options} if options else None
    exported = skl2onnx.to_onnx(pipeline, X[:1], options=chosen, target_opset=17)
    session = onnxruntime.InferenceSession(exported.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return pipeline, dict(zip(names, session.run(None, {"X": X}), strict=True))


def assert_close(found, wanted):
    wanted = np.asarray(wanted).reshape(found.shape)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["three", "two", "strings", "objects", "floats", "one", "labels"])
def test_classifiers(kind, dtype):
    X = rows(100, 5, dtype)
    pipeline, found = converted(classifier(kind, dtype=dtype), X, zipmap=False)
    assert list(found) == ["label", "probabilities"]
    np.testing.assert_array_equal(found["label"], pipeline.predict(X))
    assert_close(found["probabilities"], pipeline.predict_proba(X))


def test_a_model_of_float64_takes_float32():
    X = rows(100, 5, np.float32)
    pipeline, found = converted(classifier("three"), X, zipmap=False)
    assert found["probabilities"].dtype == np.float32
    assert_close(found["probabilities"], pipeline.predict_proba(X))


def test_dictionaries_of_probabilities():
    X = rows(100, 5, np.float32)
    pipeline, found = converted(classifier("strings", dtype=np.float32), X)
    assert list(found) == ["output_label", "output_probability"]
    first = found["output_probability"][0]
    assert list(first) == pipeline.classes_.tolist()
    assert_close(np.array(list(first.values())), pipeline.predict_proba(X)[0])


@pytest.mark.parametrize("kind", ["two", "floats", "booleans"])
def test_dictionaries_of_probabilities_of_numbers(kind):
    X = rows(100, 5, np.float32)  # ONNX has dictionaries of float32 only
    pipeline, found = converted(classifier(kind), X)
    np.testing.assert_array_equal(found["output_label"], pipeline.predict(X))
    assert list(found["output_probability"][0]) == [int(value) for value in pipeline.classes_]


def test_labels_without_classes():
    X = rows(100, 5)
    pipeline, found = converted(classifier("strings"), X, zipmap=False, nocl=True)
    np.testing.assert_array_equal(pipeline.classes_[found["label"]], pipeline.predict(X))


def test_columns_of_probabilities():
    X = rows(100, 5)
    pipeline, found = converted(classifier("three"), X, zipmap="columns")
    assert list(found) == ["output_label", "i0", "i1", "i2"]
    assert_close(np.column_stack([found[f"i{i}"] for i in range(3)]), pipeline.predict_proba(X))


def test_a_list_of_classes_beside():
    X = rows(100, 5)
    pipeline, found = converted(classifier("three"), X, zipmap=False, output_class_labels=True)
    np.testing.assert_array_equal(found["class_labels"], pipeline.classes_)


@pytest.mark.parametrize("kind", ["three", "two"])
@pytest.mark.parametrize("make", [perceptron, lambda kind: classifier(kind, "hinge")])
def test_net_inputs(make, kind):
    X = rows(100, 5)
    pipeline, found = converted(make(kind), X, zipmap=False)
    np.testing.assert_array_equal(found["label"], pipeline.predict(X))
    n = pipeline.decision_function(X)
    assert_close(found["probabilities"], n if n.ndim == 2 else np.column_stack([-n, n]))


@pytest.mark.parametrize("activation", ["relu", "gelu", "hard_sigmoid"])
def test_regressors(activation):
    X = rows(100, 5)
    pipeline, found = converted(regressor(activation, np.float64), X)
    assert list(found) == ["variable"]
    assert_close(found["variable"], pipeline.predict(X))


@pytest.mark.parametrize("kind", REGRESSORS)
def test_other_regressors(kind):
    X = rows(100, 5)
    pipeline, found = converted(REGRESSORS[kind](np.float64), X)
    assert_close(found["variable"], pipeline.predict(X))


def test_rows_of_integers():
    register_with_skl2onnx()
    model = classifier("three")
    X = np.random.RandomState(0).randint(-2, 3, (50, 5))
    exported = skl2onnx.to_onnx(model, X[:1], options={id(model): {"zipmap": False}}, target_opset=17)
    session = onnxruntime.InferenceSession(exported.SerializeToString(), providers=["CPUExecutionProvider"])
    assert_close(session.run(["probabilities"], {"X": X})[0], model.predict_proba(X))


def test_several_outputs_of_classes_are_refused():
    with pytest.raises(ValueError, match=r"skl2onnx cannot convert several outputs .*export.to_onnx can"):
        converted(classifier("several"), rows(10, 5))


def test_without_skl2onnx(monkeypatch):
    def find_spec(package):
        return None if package == "skl2onnx" else package

    monkeypatch.setattr("rosenblatt.export.find_spec", find_spec)
    with pytest.raises(ImportError, match=r"needs onnx and skl2onnx: pip install 'rosenblatt\[onnx\]'"):
        register_with_skl2onnx()
