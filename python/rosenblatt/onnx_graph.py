"""A network as nodes of ONNX: its layers, and what its outputs mean."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from rosenblatt.exported_network import ExportedNetwork
from rosenblatt.onnx_activations import GraphBuilder, activated, columns
from rosenblatt.precision import Array

__all__ = ["class_values", "class_width", "label_and_scores", "layers", "values"]


def layers(build: GraphBuilder, network: ExportedNetwork, x: str) -> str:
    """Add the nodes of all layers.

    Parameters
    ----------
    build : GraphBuilder
        Takes them, and has the dtype.
    network : ExportedNetwork
        Any.
    x : str
        The rows, in this dtype.

    Returns
    -------
    str
        Name of the last layer's activations, of shape (rows, outputs).

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.exported_network import exported_network
    >>> from rosenblatt.onnx_graph import layers
    >>> from rosenblatt.onnx_model import ModelBuilder
    >>> build = ModelBuilder("float64")
    >>> layers(build, exported_network(Network([2, 1], "Sin")), "X")
    'Sin_3'
    """
    a = x
    for k, (W, b, activation) in enumerate(
        zip(network.weights, network.biases, network.activations, strict=True), start=1
    ):
        # Not Gemm: onnxruntime 1.17 fuses it with an activation, and then has no float64 for both.
        product = build.node("MatMul", a, build.constant(W.astype(build.dtype)))
        n = build.node("Add", product, build.constant(b.astype(build.dtype)))
        is_last = k == len(network.weights)
        a = activated(build, activation, n, network.groups if is_last else [network.sizes[k]])
    return a


def values(build: GraphBuilder, network: ExportedNetwork, a: str) -> str:
    """Add what makes a regressor's answers of the last layer's activations.

    Parameters
    ----------
    build : GraphBuilder
        Takes the nodes.
    network : ExportedNetwork
        Whose answer is "values".
    a : str
        Of shape (rows, outputs).

    Returns
    -------
    str
        Name of the values, of shape (rows, outputs), or (rows, outputs, quantiles).

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.exported_network import exported_network
    >>> from rosenblatt.onnx_graph import values
    >>> from rosenblatt.onnx_model import ModelBuilder
    >>> values(ModelBuilder("float64"), exported_network(Network([2, 1], "Sin")), "a")
    'a'
    """
    if len(network.shape) == 1:
        return a
    return build.node("Reshape", a, build.constant(np.array([-1, *network.shape], np.int64)))


def label_and_scores(build: GraphBuilder, network: ExportedNetwork, a: str) -> list[tuple[str, str]]:
    """Add what makes a classifier's answers of the last layer's activations.

    Parameters
    ----------
    build : GraphBuilder
        Takes the nodes.
    network : ExportedNetwork
        Of a classifier.
    a : str
        Of shape (rows, outputs).

    Returns
    -------
    list of tuple of str
        For each target, the name of its labels, of shape (rows,), or (rows, labels), and of its probabilities
        or net inputs, of shape (rows, classes), or (rows, 1) for the net input of two classes.

    Raises
    ------
    TypeError, ValueError
        For classes that ONNX has no type for.

    Examples
    --------
    >>> from rosenblatt import Perceptron
    >>> from rosenblatt.exported_network import exported_network
    >>> from rosenblatt.onnx_graph import label_and_scores
    >>> from rosenblatt.onnx_model import ModelBuilder
    >>> network = exported_network(Perceptron().fit([[-1.0], [1.0]], [3, 4]))
    >>> label_and_scores(ModelBuilder("float64"), network, "a")
    [('Gather_4', 'a')]
    """
    if network.answer == "labels":
        return [(_is_above(build, network, a), a)]
    if network.answer == "two classes":
        classes = network.classes[0]
        axis = build.constant(np.array([1], np.int64))
        index = build.node("Squeeze", _is_above(build, network, a), axis)
        # With one class only, all rows belong to it.
        table = build.constant(class_values(classes[[0, -1]]))
        label = build.node("Gather", table, index, axis=0)
        return [(label, _of_two(build, a, len(classes)) if network.is_probability else a)]
    if network.answer == "classes":
        return [(_largest(build, a, network.classes[0]), a)]
    bounds = np.cumsum([0, *network.groups])
    parts = [columns(build, a, int(begin), int(end)) for begin, end in pairwise(bounds)]
    return [
        (_largest(build, part, classes), part) for part, classes in zip(parts, network.classes, strict=True)
    ]


def class_width(network: ExportedNetwork, target: int) -> int:
    """Count the columns of the probabilities, or net inputs, of a target.

    Parameters
    ----------
    network : ExportedNetwork
        Of a classifier.
    target : int
        Which one, from 0.

    Returns
    -------
    int
        The second dimension of what `label_and_scores` adds.

    Examples
    --------
    >>> from rosenblatt import Perceptron
    >>> from rosenblatt.exported_network import exported_network
    >>> from rosenblatt.onnx_graph import class_width
    >>> class_width(exported_network(Perceptron().fit([[-1.0], [1.0]], [3, 4])), 0)
    1
    """
    if network.answer == "two classes":
        return len(network.classes[0]) if network.is_probability else 1
    return network.groups[target] if network.answer == "several classes" else network.sizes[-1]


def class_values(classes: Array) -> Array:
    """Convert classes to a type that ONNX has.

    Parameters
    ----------
    classes : ndarray of shape (classes,)
        Integers, booleans, floating-point numbers or strings.

    Returns
    -------
    ndarray of int64, float64 or object, the latter of str
        Of the same shape.

    Raises
    ------
    TypeError
        For classes of any other kind.
    ValueError
        For integers beyond int64.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.onnx_graph import class_values
    >>> class_values(np.array([True, False])), class_values(np.array(["no", "yes"]))
    (array([1, 0]), array(['no', 'yes'], dtype=object))
    """
    kind = classes.dtype.kind
    items = classes.tolist()
    if kind == "S":
        items, kind = [item.decode() for item in items], "U"
    if kind == "U" or (kind == "O" and all(isinstance(item, str) for item in items)):
        return np.array(items, dtype=object)
    if kind == "f":
        return classes.astype(np.float64)
    if kind in "biu" or (kind == "O" and all(isinstance(item, bool | int) for item in items)):
        if any(not -(2**63) <= int(item) < 2**63 for item in items):
            raise ValueError("a class is beyond int64, which is what ONNX has; name the classes by strings")
        return np.array([int(item) for item in items], np.int64)
    raise TypeError(
        f"ONNX has labels of integers, floating-point numbers or strings, not of {classes.dtype}; name the "
        "classes by strings"
    )


def _is_above(build: GraphBuilder, network: ExportedNetwork, a: str) -> str:
    threshold = build.constant(np.array(network.threshold, build.dtype))
    return build.node("Cast", build.node("Greater", a, threshold), to=7)


def _of_two(build: GraphBuilder, a: str, classes: int) -> str:
    rest = build.node("Sub", build.constant(np.array(1, build.dtype)), a)
    if classes == 1:
        return build.node("Add", rest, a)  # 1, for every row
    return build.node("Concat", rest, a, axis=1)


def _largest(build: GraphBuilder, a: str, classes: Array) -> str:
    index = build.node("ArgMax", a, axis=1, keepdims=0)
    return build.node("Gather", build.constant(class_values(classes)), index, axis=0)
