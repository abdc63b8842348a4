"""The activations of the core as nodes of ONNX, of operators that onnxruntime has in float32 and float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from rosenblatt.precision import Array

__all__ = ["OPSET", "GraphBuilder", "activated"]

# Of 2022, the last one before float8 and its kind; every operator here is in it as it was in opset 13.
OPSET = 17


class GraphBuilder(Protocol):
    """Whatever collects the nodes of a graph.

    Examples
    --------
    >>> from rosenblatt.onnx_activations import GraphBuilder
    >>> GraphBuilder.__name__
    'GraphBuilder'
    """

    dtype: np.dtype[Any]

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output, whose name is returned."""

    def constant(self, values: Array) -> str:
        """Add an array, whose name is returned."""


def activated(build: GraphBuilder, activation: str, n: str, groups: Sequence[int]) -> str:
    """Add the nodes of an activation.

    Parameters
    ----------
    build : GraphBuilder
        Takes them.
    activation : str
        The textbook's name.
    n : str
        The net inputs, of shape (rows, sum of groups).
    groups : sequence of int
        Widths of the parts that have a Softmax or an Ordered each.

    Returns
    -------
    str
        Name of the activations.

    Examples
    --------
    >>> from rosenblatt.onnx_activations import activated
    >>> from rosenblatt.onnx_model import ModelBuilder
    >>> build = ModelBuilder("float32")
    >>> activated(build, "Tanh", "n", [2]), build.nodes[0].op_type
    ('Tanh_1', 'Tanh')
    """
    if activation == "Linear":
        return n
    if activation not in _OF_ROWS:
        return _ELEMENTWISE[activation](build, n)
    of_row = _OF_ROWS[activation]
    if len(groups) == 1:
        return of_row(build, n, groups[0])
    bounds = np.cumsum([0, *groups])
    parts = [columns(build, n, int(begin), int(end)) for begin, end in pairwise(bounds)]
    activations = [of_row(build, part, width) for part, width in zip(parts, groups, strict=True)]
    return build.node("Concat", *activations, axis=1)


def columns(build: GraphBuilder, table: str, begin: int, end: int) -> str:
    """Add the node that takes some columns of a table.

    Parameters
    ----------
    build : GraphBuilder
        Takes it.
    table : str
        Of shape (rows, columns).
    begin, end : int
        The first column, and the first one after the last.

    Returns
    -------
    str
        Name of the part.

    Examples
    --------
    >>> from rosenblatt.onnx_activations import columns
    >>> from rosenblatt.onnx_model import ModelBuilder
    >>> build = ModelBuilder("float32")
    >>> columns(build, "table", 0, 2)
    'Slice_1'
    """
    return build.node("Slice", table, *(build.constant(np.array([i], np.int64)) for i in (begin, end, 1)))


def _number(build: GraphBuilder, value: float) -> str:
    return build.constant(np.array(value, build.dtype))


def _where_negative(build: GraphBuilder, n: str, then: str, otherwise: str) -> str:
    return build.node("Where", build.node("Less", n, _number(build, 0)), then, otherwise)


def _scaled(build: GraphBuilder, n: str, factor: float) -> str:
    return build.node("Mul", n, _number(build, factor))


def _shifted(build: GraphBuilder, n: str, term: float) -> str:
    return build.node("Add", n, _number(build, term))


def _hard_limit(low: float) -> Callable[[GraphBuilder, str], str]:
    def of(build: GraphBuilder, n: str) -> str:
        is_on = build.node("GreaterOrEqual", n, _number(build, 0))
        return build.node("Where", is_on, _number(build, 1), _number(build, low))

    return of


def _named(operator: str) -> Callable[[GraphBuilder, str], str]:
    return lambda build, n: build.node(operator, n)


def _leaky_relu(build: GraphBuilder, n: str) -> str:
    return _where_negative(build, n, _scaled(build, n, 0.01), n)


def _exp_minus_one(build: GraphBuilder, n: str) -> str:
    """Of n below 0; where it is above, of 0, so that nothing overflows."""
    return _shifted(build, build.node("Exp", build.node("Min", n, _number(build, 0))), -1)


def _elu(build: GraphBuilder, n: str) -> str:
    return _where_negative(build, n, _exp_minus_one(build, n), n)


def _selu(build: GraphBuilder, n: str) -> str:
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return _scaled(
        build, _where_negative(build, n, _scaled(build, _exp_minus_one(build, n), alpha), n), scale
    )


def _gelu(build: GraphBuilder, n: str) -> str:
    # onnxruntime has the error function in float32 only: of a float64, it leaves seven digits of Phi.
    root = build.node("Cast", _scaled(build, n, 0.5**0.5), to=1)
    erf = build.node("Cast", build.node("Erf", root), to=1 if build.dtype == np.float32 else 11)
    return build.node("Mul", _scaled(build, n, 0.5), _shifted(build, erf, 1))


def _silu(build: GraphBuilder, n: str) -> str:
    # Not n times a Sigmoid: onnxruntime 1.17 fuses them, and then has no float64 for both.
    power = build.node("Exp", build.node("Neg", n))
    return build.node("Div", n, _shifted(build, power, 1))


def _softplus(build: GraphBuilder, n: str) -> str:
    power = build.node("Exp", build.node("Neg", build.node("Abs", n)))
    return build.node("Add", build.node("Relu", n), build.node("Log", _shifted(build, power, 1)))


def _softsign(build: GraphBuilder, n: str) -> str:
    return build.node("Div", n, _shifted(build, build.node("Abs", n), 1))


def _hard_sigmoid(build: GraphBuilder, n: str) -> str:
    line = _shifted(build, _scaled(build, n, 1 / 6), 0.5)
    return build.node("Min", build.node("Max", line, _number(build, 0)), _number(build, 1))


def _radial_basis(build: GraphBuilder, n: str) -> str:
    return build.node("Exp", build.node("Neg", build.node("Mul", n, n)))


def _softmax(build: GraphBuilder, n: str, _: int) -> str:
    return build.node("Softmax", n, axis=1)


def _ordered(build: GraphBuilder, n: str, width: int) -> str:
    """The first n, and then steps of log(1 + exp n), summed up along the row."""
    if width == 1:
        return n
    steps = _softplus(build, columns(build, n, 1, width))
    both = build.node("Concat", columns(build, n, 0, 1), steps, axis=1)
    return build.node("CumSum", both, build.constant(np.array(1, np.int64)))


_ELEMENTWISE: dict[str, Callable[[GraphBuilder, str], str]] = {
    "HardLimit": _hard_limit(0),
    "SymmetricHardLimit": _hard_limit(-1),
    "ReLU": _named("Relu"),
    "LeakyReLU": _leaky_relu,
    "ELU": _elu,
    "SELU": _selu,
    "Sigmoid": _named("Sigmoid"),
    "Tanh": _named("Tanh"),
    "Exponential": _named("Exp"),
    "GELU": _gelu,
    "SiLU": _silu,
    "Softplus": _softplus,
    "Softsign": _softsign,
    "HardSigmoid": _hard_sigmoid,
    "Sin": _named("Sin"),
    "RadialBasis": _radial_basis,
}
_OF_ROWS = {"Softmax": _softmax, "Ordered": _ordered}
