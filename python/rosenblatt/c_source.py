"""A network as one file of C99, with layers of any precision."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from rosenblatt.c_activations import c_activation
from rosenblatt.c_layers import LayerCode
from rosenblatt.exported_network import ExportedNetwork
from rosenblatt.precision import Array

__all__ = ["c_source"]

_LARGEST = """\
static int {name}_largest(const float *a, int width)
{{
    int j, largest = 0;
    for (j = 1; j < width; ++j) {{
        if (a[j] > a[largest]) {{
            largest = j;
        }}
    }}
    return largest;
}}
"""


def c_source(network: ExportedNetwork, name: str, code: LayerCode) -> str:
    """Put the file together.

    Parameters
    ----------
    network : ExportedNetwork
        Any.
    name : str
        What the names in the file begin with.
    code : LayerCode
        Its layers.

    Returns
    -------
    str
        ASCII; see `rosenblatt.export.to_c`.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.c_layers import float32_layers
    >>> from rosenblatt.c_source import c_source
    >>> from rosenblatt.exported_network import exported_network
    >>> network = exported_network(Network([2, 1], "Sin"))
    >>> "void model_predict" in c_source(network, "model", float32_layers(network, "model"))
    True
    """
    activations = [c_activation(activation, name) for activation in network.activations]
    functions = dict.fromkeys(source for _, source in activations if source)
    outputs = _output_count(network)
    parts = [
        _heading(network, name),
        "".join(f"#include <{header}>\n" for header in code.includes),
        f"enum {{ {name}_inputs = {network.sizes[0]}, {name}_outputs = {outputs} }};\n",
        "".join(f"{declaration}\n" for declaration in _declarations(network, name)),
        *code.constants,
        code.functions,
        *functions,
        _predict(network, name, code, [function for function, _ in activations]),
        *_classify(network, name, outputs),
    ]
    return "\n".join(parts)


def _output_count(network: ExportedNetwork) -> int:
    if network.answer == "two classes" and network.is_probability:
        return len(network.classes[0])
    return network.sizes[-1]


def _declarations(network: ExportedNetwork, name: str) -> list[str]:
    declarations = [f"void {name}_predict(const float *x, float *out);"]
    if network.answer in ("labels", "several classes"):
        declarations.append(f"void {name}_classify(const float *x, int *labels);")
    elif network.classes:
        declarations.append(f"int {name}_classify(const float *x);")
    return declarations


def _heading(network: ExportedNetwork, name: str) -> str:
    declarations = _declarations(network, name)
    layers = " - ".join(map(str, network.sizes))
    lines = [
        f"A network of {layers}, {', '.join(network.activations)}; written by rosenblatt.",
        "",
        declarations[0],
        *_meaning(network),
    ]
    if network.classes:
        lines += ["", declarations[1]]
    if network.answer == "labels":
        lines.append(f"    labels[0] to [{network.sizes[-1] - 1}]: 1 for a label that is there, else 0")
    elif network.answer == "several classes":
        for i, classes in enumerate(network.classes):
            lines.append(f"    labels[{i}]: the index of a class:")
            lines += _listed(classes)
    elif network.classes:
        lines.append("    the index of a class:")
        lines += _listed(network.classes[0])
    return "/* " + "\n   ".join(lines).replace("\n   \n", "\n\n") + " */\n"


def _meaning(network: ExportedNetwork) -> Iterable[str]:
    yield f"    x: {network.sizes[0]} numbers, scaled as for the training; out must not overlap them"
    outputs = _output_count(network)
    if not network.classes:
        shape = " x ".join(map(str, network.shape))
        yield f"    out: {shape} numbers, as predict has them"
    elif network.is_probability:
        yield f"    out: {outputs} probabilities, as predict_proba has them"
    else:
        yield f"    out: {outputs} net inputs, as decision_function has them"


def _listed(classes: Array) -> list[str]:
    def word(value: Any) -> str:
        value = value.item() if isinstance(value, np.generic) else value
        plain = isinstance(value, bool | int | float | str)
        # In JSON, an asterisk may be escaped: no class can end the comment, or begin another one.
        text = json.dumps(value if plain else str(value))
        return text.replace("/*", "/\\u002a").replace("*/", "\\u002a/")

    return [f"        {i}: {word(value)}" for i, value in enumerate(classes)]


def _predict(network: ExportedNetwork, name: str, code: LayerCode, functions: Sequence[str]) -> str:
    last = len(network.weights)
    is_one_of_two = network.answer == "two classes" and network.is_probability
    targets = [f"a{k}" for k in range(1, last)] + ["last" if is_one_of_two else "out"]
    declared = [
        f"float {target}[{width}];"
        for target, width in zip(targets, network.sizes[1:], strict=True)
        if target != "out"
    ]
    body = []
    for k, (statement, function) in enumerate(zip(code.statements, functions, strict=True), start=1):
        target = targets[k - 1]
        body += statement.format(name=name, a="x" if k == 1 else targets[k - 2], n=target).split("\n")
        widths = network.groups if k == last else [network.sizes[k]]
        if function and network.activations[k - 1] in ("Softmax", "Ordered"):
            begin = 0
            for width in widths:
                body.append(f"{function}({target}{f' + {begin}' if begin else ''}, {width});")
                begin += width
        elif function:
            body.append(f"{function}({target}, {network.sizes[k]});")
    if is_one_of_two:
        is_single = len(network.classes[0]) == 1
        body += ["out[0] = 1.0f;"] if is_single else ["out[0] = 1.0f - last[0];", "out[1] = last[0];"]
    lines = "".join(f"    {line}\n" for line in [*declared, *body])
    return f"void {name}_predict(const float *x, float *out)\n{{\n{lines}}}\n"


def _classify(network: ExportedNetwork, name: str, outputs: int) -> list[str]:
    if not network.classes:
        return []
    is_one_margin = network.answer == "two classes" and outputs == 1 and len(network.classes[0]) > 1
    begin = [f"float out[{outputs}];"]
    then = [f"{name}_predict(x, out);"]
    if network.answer == "labels":
        begin.append("int j;")
        then += [
            f"for (j = 0; j < {outputs}; ++j) {{",
            f"    labels[j] = out[j] > {network.threshold}f;",
            "}",
        ]
    elif network.answer == "several classes":
        first = 0
        for i, width in enumerate(network.groups):
            then.append(f"labels[{i}] = {name}_largest(out + {first}, {width});")
            first += width
    else:
        then.append("return out[0] > 0.0f;" if is_one_margin else f"return {name}_largest(out, {outputs});")
    lines = "".join(f"    {line}\n" for line in [*begin, *then])
    head = _declarations(network, name)[1].rstrip(";")
    helper = [] if is_one_margin or network.answer == "labels" else [_LARGEST.format(name=name)]
    return [*helper, f"{head}\n{{\n{lines}}}\n"]
