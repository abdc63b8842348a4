"""The activations of the core as functions in C99."""

from __future__ import annotations

__all__ = ["c_activation"]

# f(n) of one number, by <math.h> in float. Where exp would overflow, it is taken of -|n|.
_ELEMENTWISE = {
    "HardLimit": "n >= 0.0f ? 1.0f : 0.0f",
    "SymmetricHardLimit": "n >= 0.0f ? 1.0f : -1.0f",
    "ReLU": "n < 0.0f ? 0.0f : n",
    "LeakyReLU": "n < 0.0f ? 0.01f * n : n",
    "ELU": "n < 0.0f ? expm1f(n) : n",
    "SELU": "n < 0.0f ? 1.75809934f * expm1f(n) : 1.05070099f * n",
    "Sigmoid": "n < 0.0f ? expf(n) / (1.0f + expf(n)) : 1.0f / (1.0f + expf(-n))",
    "Tanh": "tanhf(n)",
    "Exponential": "expf(n)",
    "GELU": "0.5f * n * erfcf(-0.707106781f * n)",
    "SiLU": "n < 0.0f ? n * expf(n) / (1.0f + expf(n)) : n / (1.0f + expf(-n))",
    "Softplus": "(n > 0.0f ? n : 0.0f) + log1pf(expf(-fabsf(n)))",
    "Softsign": "n / (1.0f + fabsf(n))",
    "HardSigmoid": "n <= -3.0f ? 0.0f : n >= 3.0f ? 1.0f : n / 6.0f + 0.5f",
    "Sin": "sinf(n)",
    "RadialBasis": "expf(-n * n)",
}

_SOFTMAX = """\
static void {name}_softmax(float *n, int width)
{{
    float largest = n[0], sum = 0.0f;
    int j;
    for (j = 1; j < width; ++j) {{
        largest = n[j] > largest ? n[j] : largest;
    }}
    for (j = 0; j < width; ++j) {{
        n[j] = expf(n[j] - largest);
        sum += n[j];
    }}
    for (j = 0; j < width; ++j) {{
        n[j] /= sum;
    }}
}}
"""

_ORDERED = """\
static void {name}_ordered(float *n, int width)
{{
    int j;
    for (j = 1; j < width; ++j) {{
        n[j] = n[j - 1] + (n[j] > 0.0f ? n[j] : 0.0f) + log1pf(expf(-fabsf(n[j])));
    }}
}}
"""

_LOOP = """\
static void {name}_{function}(float *a, int width)
{{
    int j;
    for (j = 0; j < width; ++j) {{
        const float n = a[j];
        a[j] = {value};
    }}
}}
"""


def c_activation(activation: str, name: str) -> tuple[str, str]:
    """Write an activation as a function that takes net inputs and puts activations in their place.

    Parameters
    ----------
    activation : str
        The textbook's name.
    name : str
        What the names in the C file begin with.

    Returns
    -------
    function : str
        Its name; empty for Linear, which leaves all as it is.
    source : str
        Its definition, ``static void function(float *n, int width)``.

    Examples
    --------
    >>> from rosenblatt.c_activations import c_activation
    >>> function, source = c_activation("Sin", "model")
    >>> function, "sinf(n)" in source
    ('model_sin', True)
    """
    if activation == "Linear":
        return "", ""
    function = activation.lower()
    if activation == "Softmax":
        source = _SOFTMAX.format(name=name)
    elif activation == "Ordered":
        source = _ORDERED.format(name=name)
    else:
        source = _LOOP.format(name=name, function=function, value=_ELEMENTWISE[activation])
    return f"{name}_{function}", source
