"""What skl2onnx needs to convert our estimators, in a Pipeline, say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from onnx import TensorProto, numpy_helper
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType

from rosenblatt.exported_network import ExportedNetwork, exported_network
from rosenblatt.mlp_classifier import MLPClassifier
from rosenblatt.mlp_regressor import MLPRegressor
from rosenblatt.onnx_graph import class_values, class_width, label_and_scores, layers, values
from rosenblatt.perceptron import Perceptron
from rosenblatt.precision import Array

__all__ = ["register"]


def register() -> None:
    """Register `MLPClassifier`, `MLPRegressor` and `Perceptron`.

    Examples
    --------
    >>> from rosenblatt.skl2onnx_converter import register
    >>> register()
    """
    for kind in (MLPClassifier, Perceptron):
        update_registered_converter(
            kind,
            f"Rosenblatt{kind.__name__}",
            _set_classifier_types,
            _convert,
            options={
                "zipmap": [True, False, "columns"],
                "nocl": [True, False],
                "output_class_labels": [False, True],
            },
        )
    update_registered_converter(MLPRegressor, "RosenblattMLPRegressor", _set_regressor_type, _convert)


class _ContainerBuilder:
    """Nodes and arrays of a part of skl2onnx's model."""

    def __init__(self, scope: Any, container: Any, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self._scope = scope
        self._container = container

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = str(self._scope.get_unique_variable_name(operator))
        self.add(operator, list(inputs), name, **attributes)
        return name

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> None:
        label = self._scope.get_unique_operator_name(operator)
        self._container.add_node(operator, inputs, output, name=label, **attributes)

    def constant(self, values: Array) -> str:
        name = str(self._scope.get_unique_variable_name("constant"))
        tensor = numpy_helper.from_array(values, name)
        content = [value.encode() for value in values] if values.dtype == object else values.ravel()
        self._container.add_initializer(name, tensor.data_type, list(values.shape), content)
        return name


def _dtype(operator: Any) -> np.dtype[Any]:
    """That of the input; integers are computed with in float32, as skl2onnx does it."""
    is_double = isinstance(operator.inputs[0].type, DoubleTensorType)
    return np.dtype(np.float64 if is_double else np.float32)


def _float_type(operator: Any, shape: list[Any]) -> Any:
    return DoubleTensorType(shape) if _dtype(operator) == np.float64 else FloatTensorType(shape)


def _classifier(operator: Any) -> ExportedNetwork:
    """The network, with the labels that skl2onnx gives to classes that are floating-point numbers."""
    network = exported_network(operator.raw_operator)
    if network.answer == "several classes":
        raise ValueError(
            "skl2onnx cannot convert several outputs of classes of one MLPClassifier; "
            "rosenblatt.export.to_onnx can"
        )
    if network.answer == "labels":
        return network
    classes = network.classes[0]
    if operator.scope_inst.get_options(operator.raw_operator, {"nocl": False})["nocl"]:
        classes = np.arange(len(classes))
    elif classes.dtype.kind == "f":
        classes = classes.astype(np.int64)
    return replace(network, classes=[classes])


def _set_classifier_types(operator: Any) -> None:
    network = _classifier(operator)
    rows = operator.inputs[0].get_first_dimension()
    is_table = network.answer == "labels"
    has_strings = not is_table and class_values(network.classes[0]).dtype == object
    kind = StringTensorType if has_strings else Int64TensorType
    operator.outputs[0].type = kind([rows, network.sizes[-1]] if is_table else [rows])
    operator.outputs[1].type = _float_type(operator, [rows, _width(network)])


def _width(network: ExportedNetwork) -> int:
    """A column for each class, also where one net input tells two of them apart."""
    return len(network.classes[0]) if network.answer == "two classes" else class_width(network, 0)


def _set_regressor_type(operator: Any) -> None:
    shape = exported_network(operator.raw_operator).shape
    rows = operator.inputs[0].get_first_dimension()
    operator.outputs[0].type = _float_type(operator, [rows, *shape])


def _convert(scope: Any, operator: Any, container: Any) -> None:
    is_classifier = hasattr(operator.raw_operator, "classes_")
    network = _classifier(operator) if is_classifier else exported_network(operator.raw_operator)
    build = _ContainerBuilder(scope, container, _dtype(operator))
    x = operator.inputs[0].full_name
    if not isinstance(operator.inputs[0].type, FloatTensorType | DoubleTensorType):
        x = build.node("Cast", x, to=TensorProto.FLOAT)
    a = layers(build, network, x)
    results = [values(build, network, a)] if not network.classes else _answers(build, network, a)
    for result, output in zip(results, operator.outputs, strict=True):
        build.add("Identity", [result], output.full_name)


def _answers(build: _ContainerBuilder, network: ExportedNetwork, a: str) -> list[str]:
    label, scores = label_and_scores(build, network, a)[0]
    if _width(network) == 2 and class_width(network, 0) == 1:
        scores = build.node("Concat", build.node("Neg", scores), scores, axis=1)
    return [label, scores]
