"""The layers of a network in C99: how numbers are written, and the layers in float32."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rosenblatt.exported_network import ExportedNetwork
from rosenblatt.precision import Array

__all__ = ["LayerCode", "c_array", "c_float", "float32_layers", "single"]

_LAYER = """\
static void {name}_layer(const float *a, float *n, const float *W, const float *b, int p, int q)
{{
    int i, j;
    for (j = 0; j < q; ++j) {{
        n[j] = b[j];
    }}
    for (i = 0; i < p; ++i) {{
        for (j = 0; j < q; ++j) {{
            n[j] += a[i] * W[(long)i * q + j];
        }}
    }}
}}
"""


@dataclass(frozen=True)
class LayerCode:
    """How the net inputs of all layers are computed in one precision.

    Attributes
    ----------
    includes : list of str
        Headers.
    functions : str
        Definitions of what the statements call.
    constants : list of str
        The parameters of each layer.
    statements : list of str
        For each layer, with ``{a}`` for what goes in and ``{n}`` for what comes out.

    Examples
    --------
    >>> from rosenblatt.c_layers import LayerCode
    >>> LayerCode(["math.h"], "", [], []).includes
    ['math.h']
    """

    includes: list[str]
    functions: str
    constants: list[str]
    statements: list[str]


def single(label: str, values: Array) -> Array:
    """Convert to float32.

    Parameters
    ----------
    label : str
        What the values are, for the error.
    values : ndarray
        Finite numbers.

    Returns
    -------
    ndarray of float32
        Of the same shape.

    Raises
    ------
    ValueError
        For a number beyond the range of float32.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.c_layers import single
    >>> single("b[1]", np.array([0.5]))
    array([0.5], dtype=float32)
    """
    with np.errstate(over="ignore"):
        converted = np.asarray(values, np.float32)
    if not np.isfinite(converted).all():
        largest = float(np.abs(values).max())
        raise ValueError(f"{label} has {largest:.6g}, which is beyond the range of float32; scale X and y")
    return converted


def c_float(value: np.float32) -> str:
    """Write a number with the fewest digits that are read back as the same one.

    Parameters
    ----------
    value : float32
        Finite.

    Returns
    -------
    str
        With the suffix of a float.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.c_layers import c_float
    >>> c_float(np.float32(0.1)), c_float(np.float32(2))
    ('1.0e-01f', '2.0f')
    """
    return f"{np.format_float_scientific(value, trim='0')}f".replace("e+00", "")


def c_array(kind: str, name: str, values: Array) -> str:
    """Write a constant array.

    Parameters
    ----------
    kind : str
        Type of its numbers in C.
    name : str
        Its name.
    values : ndarray of float32 or of integers
        Written row by row, so that reading gives the same numbers.

    Returns
    -------
    str
        The definition.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.c_layers import c_array
    >>> print(c_array("float", "b1", np.array([0.1, 2], np.float32)), end="")
    static const float b1[2] = {
        1.0e-01f, 2.0f,
    };
    """
    if values.dtype.kind == "f":
        words = [c_float(value) for value in values.ravel()]
    else:
        words = [str(value) for value in values.ravel().tolist()]
    rows = ("    " + ", ".join(words[i : i + 8]) + ",\n" for i in range(0, len(words), 8))
    return f"static const {kind} {name}[{len(words)}] = {{\n{''.join(rows)}}};\n"


def float32_layers(network: ExportedNetwork, name: str) -> LayerCode:
    """Write the layers in float32.

    Parameters
    ----------
    network : ExportedNetwork
        Any.
    name : str
        What the names in the C file begin with.

    Returns
    -------
    LayerCode
        With the weights row by row, as they are in `W`.

    Raises
    ------
    ValueError
        For a parameter beyond the range of float32.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.c_layers import float32_layers
    >>> from rosenblatt.exported_network import exported_network
    >>> float32_layers(exported_network(Network([2, 1], "Sin")), "model").statements
    ['{name}_layer({a}, {n}, {name}_W1, {name}_b1, 2, 1);']
    """
    constants, statements = [], []
    for k, (W, b) in enumerate(zip(network.weights, network.biases, strict=True), start=1):
        p, q = W.shape
        constants.append(
            f"/* layer {k}: {p} inputs, {q} outputs, {network.activations[k - 1]} */\n"
            + c_array("float", f"{name}_W{k}", single(f"W[{k}]", W))
            + c_array("float", f"{name}_b{k}", single(f"b[{k}]", b))
        )
        statements.append(f"{{name}}_layer({{a}}, {{n}}, {{name}}_W{k}, {{name}}_b{k}, {p}, {q});")
    return LayerCode(["math.h"], _LAYER.format(name=name), constants, statements)
