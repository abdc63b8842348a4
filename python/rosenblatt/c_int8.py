"""A network in integers of eight bits: weights by their column, activations by ranges that were seen."""

from __future__ import annotations

import numpy as np

from rosenblatt.c_layers import LayerCode, c_array, c_float, single
from rosenblatt.exported_network import ExportedNetwork
from rosenblatt.network import Network
from rosenblatt.precision import Array

__all__ = ["activation_ranges", "int8_layers"]

_FUNCTIONS = """\
/* q = rate a + zero, rounded and cut off at the ends of int8 */
static void {name}_quantise(const float *a, int8_t *q, int width, float rate, float zero)
{{
    int i;
    for (i = 0; i < width; ++i) {{
        const float value = floorf(rate * a[i] + zero + 0.5f);
        q[i] = (int8_t)(value > 127.0f ? 127.0f : value > -128.0f ? value : -128.0f);
    }}
}}

/* n_j = b_j + s_j (c_j + sum a_i W_ij); c takes the zero of a off, and the weights of a j lie side by side */
static void {name}_layer(const int8_t *a, float *n, const int8_t *W, const int32_t *c, const float *s,
                         const float *b, int p, int q)
{{
    int i, j;
    for (j = 0; j < q; ++j) {{
        const int8_t *weights = W + (long)j * p;
        int32_t sum = c[j];
        for (i = 0; i < p; ++i) {{
            sum += (int32_t)a[i] * weights[i];
        }}
        n[j] = b[j] + s[j] * (float)sum;
    }}
}}
"""

# Up to here a sum of products of 8 bits, with a zero anywhere, fits into 32.
_MOST_INPUTS = (2**31 - 1) // (255 * 127)

# Rows at a time, for memory: every activation of them is kept.
_BLOCK = 1024


def activation_ranges(network: ExportedNetwork, rows: Array) -> list[tuple[float, float]]:
    """Find the smallest and the largest number that goes into each layer.

    Parameters
    ----------
    network : ExportedNetwork
        Any.
    rows : ndarray of shape (rows, inputs)
        For calibration, finite; or a sparse matrix.

    Returns
    -------
    list of tuple of float
        A range for each layer, of which 0 is always a part, so that it has no error.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import Network
    >>> from rosenblatt.c_int8 import activation_ranges
    >>> from rosenblatt.exported_network import exported_network
    >>> network = exported_network(Network([2, 1], "Linear"))
    >>> activation_ranges(network, np.array([[1.0, 2.0], [-3.0, 1.0]]))
    [(-3.0, 2.0)]
    """
    groups = network.groups if len(network.groups) > 1 else ()
    box = Network(network.sizes, network.activations, dtype=network.dtype, groups=groups)
    for k, (W, b) in enumerate(zip(network.weights, network.biases, strict=True), start=1):
        box.W[k], box.b[k] = W, b
    layers = len(network.weights)
    low, high = np.zeros(layers), np.zeros(layers)
    for begin in range(0, rows.shape[0], _BLOCK):
        part = rows[begin : begin + _BLOCK]
        box.forward(part.toarray() if hasattr(part, "toarray") else part)
        for k in range(layers):
            low[k] = min(low[k], box.a[k].min())
            high[k] = max(high[k], box.a[k].max())
    return list(zip(low.tolist(), high.tolist(), strict=True))


def int8_layers(network: ExportedNetwork, name: str, rows: Array) -> LayerCode:
    """Write the layers in int8.

    Parameters
    ----------
    network : ExportedNetwork
        Any.
    name : str
        What the names in the C file begin with.
    rows : ndarray of shape (rows, inputs)
        For calibration.

    Returns
    -------
    LayerCode
        Weights are W_ij ≈ s_j q_ij with q within ±127; sums are of int32, and biases and activation functions
        of float.

    Raises
    ------
    ValueError
        For a layer with so many inputs that int32 would overflow, for a number beyond the range of float32.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import Network
    >>> from rosenblatt.c_int8 import int8_layers
    >>> from rosenblatt.exported_network import exported_network
    >>> code = int8_layers(exported_network(Network([2, 1], "Linear")), "model", np.eye(2))
    >>> code.includes
    ['math.h', 'stdint.h']
    """
    widest = max(network.sizes[:-1])
    if widest > _MOST_INPUTS:
        raise ValueError(
            f"a layer of {widest} inputs does not fit into int8 with sums of int32, which take "
            f"{_MOST_INPUTS}; export it with precision='float32'"
        )
    constants, statements = [], []
    ranges = activation_ranges(network, rows)
    for k, (W, b, limits) in enumerate(zip(network.weights, network.biases, ranges, strict=True), start=1):
        p, q = W.shape
        scale, zero = _scale_and_zero(*limits)
        columns = np.abs(W).max(axis=0).astype(np.float64) / 127
        columns[columns == 0] = 1.0
        integers = np.rint(W / columns).astype(np.int8).T
        shifts = -zero * integers.sum(axis=1, dtype=np.int64)
        constants.append(
            f"/* layer {k}: {p} inputs within {limits[0]:.6g} and {limits[1]:.6g}, {q} outputs, "
            f"{network.activations[k - 1]} */\n"
            + c_array("int8_t", f"{name}_W{k}", integers)
            + c_array("int32_t", f"{name}_c{k}", shifts)
            + c_array("float", f"{name}_s{k}", single(f"W[{k}]", scale * columns))
            + c_array("float", f"{name}_b{k}", single(f"b[{k}]", b))
        )
        rate = c_float(np.float32(1 / scale))
        statements.append(
            "{{\n"
            f"    int8_t q[{p}];\n"
            f"    {{name}}_quantise({{a}}, q, {p}, {rate}, {zero}.0f);\n"
            f"    {{name}}_layer(q, {{n}}, {{name}}_W{k}, {{name}}_c{k}, {{name}}_s{k}, {{name}}_b{k}, "
            f"{p}, {q});\n"
            "}}"
        )
    return LayerCode(["math.h", "stdint.h"], _FUNCTIONS.format(name=name), constants, statements)


def _scale_and_zero(low: float, high: float) -> tuple[float, int]:
    """The width of a step, and the integer that stands for 0: −128 for `low`, 127 for `high`."""
    scale = (high - low) / 255
    if scale < np.finfo(np.float32).tiny:
        return 1.0, 0
    return scale, round(-128 - low / scale)
