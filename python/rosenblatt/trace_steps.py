"""The derivation of a trace as a list of equations, each with its numbers, whatever they are written as."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from rosenblatt.output_groups import JACOBIANS
from rosenblatt.precision import Array
from rosenblatt.trace_losses import loss_formula, options, rivals, smoothed

if TYPE_CHECKING:
    from rosenblatt.trace import Trace

__all__ = ["Part", "Step", "elided", "number", "pages", "steps", "title"]

# A piece of an equation: symbols, or numbers. A single number is an array of no dimensions.
Part: TypeAlias = "str | Array"

# A matrix of more rows or columns than this is shown by its first and last ones: LaTeX's pmatrix takes ten.
_MOST = 6
# The numbers are put into the equation if all its matrices together have so many columns: a line of a page.
_MOST_COLUMNS = 12
_DIGITS = 5

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

# By means of a where the core takes a, else of n. Φ and φ are the normal distribution and its density, σ is
# the sigmoid. The others are constant on each side of a kink; so is SELU but for n < 0, where it is a + λα.
_DERIVATIVES = {
    "Sigmoid": "{a} ∘ (1 − {a})",
    "Tanh": "1 − {a} ∘ {a}",
    "Exponential": "{a}",
    "ELU": "min(1, 1 + {a})",
    "Softsign": "(1 − |{a}|) ∘ (1 − |{a}|)",
    "GELU": "Φ({n}) + {n} ∘ φ({n})",
    "SiLU": "σ({n}) ∘ (1 + {n} ∘ (1 − σ({n})))",
    "Softplus": "σ({n})",
    "Sin": "cos({n})",
    "RadialBasis": "−2 {n} ∘ exp(−{n} ∘ {n})",
    "Softmax": "diag({a}) − ({a})ᵀ {a}",
    "Ordered": "tril(1) diag(σ({n})), σ = 1 at the first",
}


class Step(NamedTuple):
    """One equation: ``symbol relation formula = with_numbers = result``."""

    section: str
    equation: str
    symbol: str
    relation: str
    formula: str
    with_numbers: tuple[Part, ...]
    result: Array


def title(trace: Trace) -> str:
    """Say in one line what the step was.

    Parameters
    ----------
    trace : Trace
        Any.

    Returns
    -------
    str
        The network, the loss, the number of rows and the learning rate.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.trace_steps import title
    >>> title(Network([2, 1], "Tanh").trace([[1, 2], [3, 4]], [0, 1], eta=0.1))
    'Network 2-1: Tanh; squared_error, mean of 2 rows, η = 0.1'
    """
    sizes = "-".join(str(size) for size in trace.sizes)
    rows = f"{trace.reduction} of {trace.rows} rows" if trace.rows > 1 else "1 row"
    activations = ", ".join(trace.activations)
    if trace.groups:
        activations += f" in groups of {', '.join(str(width) for width in trace.groups)}"
    return f"Network {sizes}: {activations}; {trace.loss_name}, {rows}, η = {number(trace.eta)}"


def number(value: float) -> str:
    """Write a number with at most five digits that count.

    Parameters
    ----------
    value : float
        Any number.

    Returns
    -------
    str
        Without zeros at its end; there is no minus zero.

    Examples
    --------
    >>> from rosenblatt.trace_steps import number
    >>> number(0.19999999999999996), number(-0.0), number(1e-9)
    ('0.2', '0', '1e-09')
    """
    return f"{float(value) + 0.0:.{_DIGITS}g}"


def pages(array: Array) -> list[Array]:
    """Cut an array of three dimensions into matrices; one of fewer is a single matrix.

    Parameters
    ----------
    array : ndarray
        Of one to three dimensions.

    Returns
    -------
    list of ndarray
        Matrices, of more than two only the first and the last one.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.trace_steps import pages
    >>> [page.shape for page in pages(np.ones((2, 3, 3)))]
    [(3, 3), (3, 3)]
    """
    if array.ndim < 3:
        return [np.atleast_2d(array)]
    return list(array) if len(array) <= 2 else [array[0], array[-1]]


def elided(length: int) -> list[int | None]:
    """List the rows or columns of a matrix that are shown.

    Parameters
    ----------
    length : int
        How many there are.

    Returns
    -------
    list of int or None
        Their numbers, None where some are left out.

    Examples
    --------
    >>> from rosenblatt.trace_steps import elided
    >>> elided(4), elided(10)
    ([0, 1, 2, 3], [0, 1, 2, None, 7, 8, 9])
    """
    if length <= _MOST:
        return list(range(length))
    half = _MOST // 2
    return [*range(half), None, *range(length - half, length)]


def steps(trace: Trace) -> list[Step]:
    """List the equations of a trace in the order in which they are computed.

    Parameters
    ----------
    trace : Trace
        Any.

    Returns
    -------
    list of Step
        What is given, the forward pass, the backward pass, gradients, updates.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.trace_steps import steps
    >>> [step.symbol for step in steps(Network([2, 1], "Tanh").trace([1, 2], 0, eta=0.1))]
    ['a⁰', 'y', 'θ¹', 'n¹', 'a¹', 'L', 'ḟ¹(n¹)', 's¹', '∂L/∂θ¹', 'θ¹']
    """
    return [*_given(trace), *_forward(trace), *_backward(trace), *_gradients(trace), *_updates(trace)]


def _given(trace: Trace) -> Iterator[Step]:
    yield _step("Given", "2", "a⁰", "x", {}, trace.a[0])
    yield _step("Given", "", "y", "", {}, trace.y)
    for symbol, value in options(trace).items():
        yield _step("Given", "", symbol, "", {}, value)
    for k, theta in enumerate(trace.theta_before, start=1):
        yield _step("Given", "13", _at("θ", k), "", {}, theta)


def _forward(trace: Trace) -> Iterator[Step]:
    for k, f in enumerate(trace.activations, start=1):
        n, a, a_before, b, W = _at("n", k), _at("a", k), _at("a", k - 1), _at("b", k), _at("W", k)
        theta = trace.theta_before[k]
        known = {b: theta[0], a_before: trace.a[k - 1], W: theta[1:]}
        yield _step("Forward pass", "20", n, f"{b} + {a_before} {W}", known, trace.n[k])
        formula = f"{f}({n}){_of_groups(trace, k)}"
        yield _step("Forward pass", "21", a, formula, {n: trace.n[k]}, trace.a[k])
    yield from _loss(trace)


def _loss(trace: Trace) -> Iterator[Step]:
    a, y = _at("a", len(trace.sizes) - 1), _target(trace)
    known = _known_to_loss(trace)
    if y != "y":
        labels = (
            "2" if trace.loss_name.startswith("binary") else "K" if trace.groups else str(trace.sizes[-1])
        )
        of_groups = " in each group of K" if labels == "K" else ""
        yield _step("Forward pass", "", y, f"(1 − ε) y + ε / {labels}{of_groups}", {}, known[y])
    if "r" in known:
        yield _step("Forward pass", "", "r", f"1 at the largest {a} where {y} = 0, else 0", {}, known["r"])
    formula = loss_formula(trace).value.format(a=a, y=y) + _over_rows(trace)
    fits = formula.count("y") == 1 and "^" not in formula
    yield _step("Forward pass", "11", "L", formula, known if fits else {}, np.asarray(trace.loss))


def _backward(trace: Trace) -> Iterator[Step]:
    section = "Backward pass"
    last = len(trace.sizes) - 1
    loss = loss_formula(trace)
    for k in range(last, 0, -1):
        f = trace.activations[k - 1]
        s, a, n = _at("s", k), _at("a", k), _at("n", k)
        is_jacobian = f in JACOBIANS
        slope = f"{_at('Ḟ' if is_jacobian else 'ḟ', k)}({n})"
        # Between the vector and the derivative: element by element, or a product with a matrix.
        times = slope if is_jacobian else f"∘ {slope}"
        if k < last or not loss.is_cancelled:
            formula = _DERIVATIVES.get(f, "").format(a=a, n=n)
            if is_jacobian:
                formula += _of_groups(trace, k)
            known = {} if is_jacobian else {a: trace.a[k], n: trace.n[k]}
            yield _step(section, "32", slope, formula, known, trace.derivative[k])
        known = {slope: trace.derivative[k]}
        if k == last:
            formula = loss.slope.format(a=a, y=_target(trace))
            known = known | _known_to_loss(trace) if "^" not in formula else {}
            formula = formula if loss.is_cancelled else f"{formula} {times}"
            yield _step(section, "24", s, formula, known, trace.s[k])
        else:
            s_next, W_next = _at("s", k + 1), f"({_at('W', k + 1)})ᵀ"
            known |= {s_next: trace.s[k + 1], W_next: trace.theta_before[k + 1][1:].T}
            yield _step(section, "33", s, f"{s_next} {W_next} {times}", known, trace.s[k])


def _target(trace: Trace) -> str:
    return "ỹ" if "label_smoothing" in trace.loss_options else "y"


def _known_to_loss(trace: Trace) -> dict[str, Array]:
    """What the formula of the loss is made of, by its symbols."""
    last = len(trace.sizes) - 1
    symbol, y = _target(trace), smoothed(trace)
    known = {_at("a", last): trace.a[last], symbol: y[0] if trace.is_row else y, **options(trace)}
    if trace.loss_name == "class_hinge" and trace.sizes[-1] > 1:
        r = rivals(trace.by_rows(trace.a[last]), y)
        known["r"] = r[0] if trace.is_row else r
    return known


def _gradients(trace: Trace) -> Iterator[Step]:
    for k in range(1, len(trace.sizes)):
        s, inputs = _at("s", k), f"[1 {_at('a', k - 1)}]ᵀ"
        a = trace.by_rows(trace.a[k - 1])
        with_ones = np.hstack([np.ones_like(a, shape=(len(a), 1)), a]).T
        known = {inputs: with_ones, s: trace.s[k]}
        formula = f"{inputs} {s}{_over_rows(trace)}"
        yield _step("Gradients", "19", f"∂L/∂{_at('θ', k)}", formula, known, trace.gradient[k])


def _updates(trace: Trace) -> Iterator[Step]:
    for k in range(1, len(trace.sizes)):
        theta = _at("θ", k)
        slope = f"∂L/∂{theta}"
        known = {theta: trace.theta_before[k], "η": np.asarray(trace.eta), slope: trace.gradient[k]}
        step = _step("Gradient descent", "14", theta, f"{theta} − η {slope}", known, trace.theta_after[k])
        yield step._replace(relation="←")


def _step(
    section: str, equation: str, symbol: str, formula: str, known: Mapping[str, Array], result: Array
) -> Step:
    parts = _with_numbers(formula, known) if known else ()
    arrays = [part for part in (*parts, result) if not isinstance(part, str)]
    columns = sum(array.shape[-1] for array in arrays if array.ndim > 0)
    is_small = all(array.ndim < 3 and max(array.shape, default=1) <= _MOST for array in arrays)
    fits = is_small and columns <= _MOST_COLUMNS
    return Step(section, equation, symbol, "=", formula, parts if fits else (), result)


def _with_numbers(formula: str, known: Mapping[str, Array]) -> tuple[Part, ...]:
    """The formula with arrays in the place of their symbols."""
    # The longest first: ∂L/∂θ¹ has θ¹ in it.
    symbols = "|".join(re.escape(symbol) for symbol in sorted(known, key=len, reverse=True))
    parts = (known.get(part, part) for part in re.split(f"({symbols})", formula))
    return tuple(part for part in parts if not isinstance(part, str) or part)


def _at(symbol: str, k: int) -> str:
    return symbol + str(k).translate(_SUPERSCRIPTS)


def _of_groups(trace: Trace, k: int) -> str:
    return " in each group" if trace.groups and k == len(trace.sizes) - 1 else ""


def _over_rows(trace: Trace) -> str:
    return f" / {trace.rows}" if trace.scale != 1 else ""
