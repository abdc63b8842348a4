"""An ONNX model of a network, with its inputs and outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import DTypeLike
from onnx import TensorProto, helper, numpy_helper

from rosenblatt.exported_network import ExportedNetwork
from rosenblatt.onnx_activations import OPSET
from rosenblatt.onnx_graph import class_values, class_width, label_and_scores, layers, values
from rosenblatt.precision import Array

__all__ = ["ModelBuilder", "onnx_model"]

# Of the same time as the opset: onnxruntime has read it since 1.12.
_IR_VERSION = 8

# Protocol buffers hold no more than 2 GiB; some of it is for the nodes.
_MOST_BYTES = 2**31 - 2**20


class ModelBuilder:
    """Nodes and arrays of a model by itself.

    Parameters
    ----------
    dtype : float32 or float64
        Of all numbers.

    Examples
    --------
    >>> from rosenblatt.onnx_model import ModelBuilder
    >>> build = ModelBuilder("float32")
    >>> build.node("Sin", "X")
    'Sin_1'
    """

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output, whose name is returned."""
        name = f"{operator}_{len(self.nodes) + 1}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name, **attributes))
        return name

    def constant(self, values: Array) -> str:
        """Add an array, whose name is returned."""
        name = f"constant_{len(self.initializers) + 1}"
        self.initializers.append(numpy_helper.from_array(values, name))
        return name

    def output(self, source: str, name: str, shape: list[Any], kind: int | None = None) -> Any:
        """Give something a name as an output, and declare its shape and type."""
        self.nodes.append(helper.make_node("Identity", [source], [name], name))
        return helper.make_tensor_value_info(name, kind or element_type(self.dtype), shape)


def element_type(dtype: DTypeLike) -> int:
    """Tell the ONNX type of an array's elements.

    Parameters
    ----------
    dtype : float32, float64, int64 or object
        NumPy's; object for strings.

    Returns
    -------
    int
        The type's number.

    Examples
    --------
    >>> from rosenblatt.onnx_model import element_type
    >>> element_type("float32"), element_type(object)
    (1, 8)
    """
    if np.dtype(dtype) == object:
        return int(TensorProto.STRING)
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def onnx_model(network: ExportedNetwork) -> Any:
    """Make the model.

    Parameters
    ----------
    network : ExportedNetwork
        Any.

    Returns
    -------
    onnx.ModelProto
        Checked; see `rosenblatt.export.to_onnx`.

    Raises
    ------
    ValueError
        For a network of 2 GiB, which no ONNX model of one file holds; for classes beyond int64.
    TypeError
        For classes that ONNX has no type for.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.exported_network import exported_network
    >>> from rosenblatt.onnx_model import onnx_model
    >>> [output.name for output in onnx_model(exported_network(Network([2, 1], "Sin"))).graph.output]
    ['variable']
    """
    size = sum(W.nbytes + b.nbytes for W, b in zip(network.weights, network.biases, strict=True))
    if size > _MOST_BYTES:
        raise ValueError(f"an ONNX model holds 2 GiB, but the parameters take {size / 2**30:.1f}")
    build = ModelBuilder(network.dtype)
    x = helper.make_tensor_value_info("X", element_type(network.dtype), ["rows", network.sizes[0]])
    a = layers(build, network, "X")
    if not network.classes:
        outputs = [build.output(values(build, network, a), "variable", ["rows", *network.shape])]
    else:
        outputs = _classifier_outputs(build, network, a)
    graph = helper.make_graph(build.nodes, "rosenblatt", [x], outputs, build.initializers)
    model = helper.make_model(
        graph,
        producer_name="rosenblatt",
        ir_version=_IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    onnx.checker.check_model(model)
    return model


def _classifier_outputs(build: ModelBuilder, network: ExportedNetwork, a: str) -> list[Any]:
    answers = label_and_scores(build, network, a)
    name = "probabilities" if network.is_probability else "scores"
    outputs = []
    for i, (label, scores) in enumerate(answers):
        end = f"_{i}" if network.answer == "several classes" else ""
        width = class_width(network, i)
        is_table = network.answer == "labels"
        kind = TensorProto.INT64 if is_table else element_type(class_values(network.classes[i]).dtype)
        outputs.append(build.output(label, f"label{end}", ["rows", width] if is_table else ["rows"], kind))
        outputs.append(build.output(scores, f"{name}{end}", ["rows", width]))
    return outputs
