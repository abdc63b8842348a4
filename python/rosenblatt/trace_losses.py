"""The formulas of the losses, as a trace writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from rosenblatt import _core
from rosenblatt.output_groups import of_groups
from rosenblatt.precision import Array

if TYPE_CHECKING:
    from rosenblatt.trace import Trace

__all__ = [
    "LossFormula",
    "Options",
    "check_traceable",
    "loss_formula",
    "loss_options",
    "options",
    "rivals",
    "smoothed",
]

# The numbers of a loss by their names; the levels of quantiles are several.
Options: TypeAlias = "Mapping[str, float | list[float]]"

_SYMBOLS = {
    "huber_delta": "δ",
    "quantiles": "q",
    "tweedie_power": "p",
    "focal_gamma": "γ",
    "label_smoothing": "ε",
}
_OPTIONS = {
    "huber": ("huber_delta",),
    "quantile": ("quantiles",),
    "tweedie": ("tweedie_power",),
    "focal": ("focal_gamma", "label_smoothing"),
    "binary_focal": ("focal_gamma", "label_smoothing"),
    "log_loss": ("label_smoothing",),
    "binary_log_loss": ("label_smoothing",),
}


class LossFormula(NamedTuple):
    """L, and where it begins to go back.

    Attributes
    ----------
    value : str
        L, with {a} for the last layer's activations and {y} for the targets.
    slope : str
        ∂L/∂a; of a loss with `is_cancelled`, s.
    is_cancelled : bool
        Whether s comes straight from the loss: its derivative and that of the activation cancel out, or it is
        the perceptron rule.
    """

    value: str
    slope: str
    is_cancelled: bool = False


_FOCAL = "{y} ∘ (1 − {a})^γ ∘ (γ log {a} / (1 − {a}) − 1 / {a})"
_FOCAL_OF_OTHERS = "(1 − {y}) ∘ ({a})^γ ∘ (γ log(1 − {a}) / {a} − 1 / (1 − {a}))"
_POISSON = LossFormula("Σ ({y} log({y} / {a}) − {y} + {a})", "{a} − {y}", is_cancelled=True)
_GAMMA = LossFormula("Σ (log({a} / {y}) + {y} / {a} − 1)", "({a} − {y}) / {a}", is_cancelled=True)

# [x > y] is 1 where that is so, else 0. Of the class hinge loss, r has a one for the largest other output.
_LOSSES = {
    "squared_error": LossFormula("Σ ({y} − {a})²", "−2 ({y} − {a})"),
    "half_squared_error": LossFormula("½ Σ ({y} − {a})²", "−({y} − {a})"),
    "log_loss": LossFormula("−Σ {y} log {a}", "{a} − {y}", is_cancelled=True),
    "binary_log_loss": LossFormula(
        "−Σ ({y} log {a} + (1 − {y}) log(1 − {a}))", "{a} − {y}", is_cancelled=True
    ),
    "poisson": _POISSON,
    "perceptron": LossFormula("Σ |{y} − {a}|", "{a} − {y}", is_cancelled=True),
    "absolute_error": LossFormula("Σ |{y} − {a}|", "sign({a} − {y})"),
    "huber": LossFormula(
        "Σ min(|{y} − {a}|, δ) (|{y} − {a}| − ½ min(|{y} − {a}|, δ))", "max(−δ, min(δ, {a} − {y}))"
    ),
    "quantile": LossFormula(
        "Σ max(q ({y} − {a}), (1 − q) ({a} − {y}))", "(sign({a} − {y}) ∘ |[{a} > {y}] − q|)"
    ),
    "gamma": _GAMMA,
    "tweedie": LossFormula(
        "Σ (max({y}, 0)^(2 − p) / ((1 − p) (2 − p)) − {y} ({a})^(1 − p) / (1 − p) + ({a})^(2 − p) / (2 − p))",
        "({a})^(1 − p) ∘ ({a} − {y})",
        is_cancelled=True,
    ),
    "focal": LossFormula("−Σ {y} (1 − {a})^γ log {a}", f"({_FOCAL})"),
    "binary_focal": LossFormula(
        "−Σ ({y} (1 − {a})^γ log {a} + (1 − {y}) ({a})^γ log(1 − {a}))", f"({_FOCAL} − {_FOCAL_OF_OTHERS})"
    ),
    "hinge": LossFormula("Σ max(0, 1 + (1 − 2 {y}) {a})", "((1 − 2 {y}) ∘ [(1 − 2 {y}) ∘ {a} > −1])"),
    "class_hinge": LossFormula("Σ max(0, 1 + (r − {y}) ({a})ᵀ)", "[(r − {y}) ({a})ᵀ > −1] (r − {y})"),
}
# At powers where the formula would divide by 0, and where a squared error takes negative targets too.
_TWEEDIE = {0.0: _LOSSES["half_squared_error"].value, 1.0: _POISSON.value, 2.0: _GAMMA.value}


def check_traceable(loss: str) -> None:
    """Refuse a network whose step has no derivation here.

    Parameters
    ----------
    loss : str
        Name of the network's.

    Raises
    ------
    ValueError
        For a loss without a formula: one that the user wrote.

    Examples
    --------
    >>> from rosenblatt.trace_losses import check_traceable
    >>> check_traceable("own")
    Traceback (most recent call last):
    ValueError: a trace has no formula for the loss 'own'; backpropagate leaves its numbers in n, a, s ...
    """
    if loss not in _LOSSES:
        raise ValueError(
            f"a trace has no formula for the loss {loss!r}; backpropagate leaves its numbers in n, a, s "
            "and gradient"
        )


def loss_options(loss: Any) -> Options:
    """List the numbers that a loss takes.

    Parameters
    ----------
    loss : str or LossFunction
        The network's.

    Returns
    -------
    dict
        Numbers by their names; smoothing only where there is some.

    Examples
    --------
    >>> from rosenblatt import _core
    >>> from rosenblatt.trace_losses import loss_options
    >>> loss_options(_core.LossFunction("focal", focal_gamma=3.0)), loss_options("huber")
    ({'focal_gamma': 3.0}, {'huber_delta': 1.0})
    """
    function = _core.LossFunction(loss) if isinstance(loss, str) else loss
    found = {name: getattr(function, name) for name in _OPTIONS.get(function.loss, ())}
    return {name: value for name, value in found.items() if name != "label_smoothing" or value > 0}


def options(trace: Trace) -> dict[str, Array]:
    """Give the numbers of a trace's loss under their symbols.

    Parameters
    ----------
    trace : Trace
        Any.

    Returns
    -------
    dict of ndarray
        Of no dimensions; the levels of quantiles with one for each output.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.trace_losses import options
    >>> options(Network([1, 2], "Linear", loss="quantile").trace([1], [2, 3], eta=0))
    {'q': array([0.5, 0.5])}
    """
    return {
        _SYMBOLS[name]: np.resize(value, trace.sizes[-1]) if name == "quantiles" else np.asarray(value)
        for name, value in trace.loss_options.items()
    }


def loss_formula(trace: Trace) -> LossFormula:
    """Find the formula of a trace's loss.

    Parameters
    ----------
    trace : Trace
        Any.

    Returns
    -------
    LossFormula
        That of its loss; of Tweedie's, what becomes of it at the powers 0, 1 and 2.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.trace_losses import loss_formula
    >>> loss_formula(Network([1, 1], "Linear").trace([1], [2], eta=0)).value
    'Σ ({y} − {a})²'
    """
    formula = _LOSSES[trace.loss_name]
    if trace.loss_name == "tweedie":
        return formula._replace(value=_TWEEDIE.get(float(options(trace)["p"]), formula.value))
    if (
        trace.loss_name == "class_hinge" and trace.sizes[-1] == 1
    ):  # there is no other class to be mistaken for
        return LossFormula("0", "0")
    return formula


def smoothed(trace: Trace) -> Array:
    """Give the targets that the loss is taken of.

    Parameters
    ----------
    trace : Trace
        Any.

    Returns
    -------
    ndarray of shape (rows, pˡ)
        y in float64, or (1 − ε) y + ε / K with K labels (Szegedy et al. 2016).

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.trace_losses import smoothed
    >>> smoothed(Network([1, 1], "Linear").trace([1], [2], eta=0))
    array([[2.]])
    """
    y = trace.by_rows(trace.y).astype(np.float64)
    symbols = options(trace)
    if "ε" not in symbols:
        return y
    share = float(symbols["ε"])
    if trace.loss_name.startswith("binary"):
        return np.asarray((1 - share) * y + share / 2)
    widths = trace.groups or (trace.sizes[-1],)
    return np.hstack([(1 - share) * part + share / part.shape[1] for part in of_groups(y, widths)])


def rivals(a: Array, y: Array) -> Array:
    """Find the largest other output of each row, the first of equal ones.

    Parameters
    ----------
    a, y : ndarray of shape (rows, outputs)
        Activations, and targets, of which the largest tells the row's class; two outputs or more.

    Returns
    -------
    ndarray of shape (rows, outputs)
        Of zeros, and a one for that output.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.trace_losses import rivals
    >>> rivals(np.array([[3.0, 1.0, 2.0]]), np.array([[1.0, 0.0, 0.0]]))
    array([[0., 0., 1.]])
    """
    columns = np.arange(y.shape[1])
    is_class = columns == y.argmax(axis=1)[:, np.newaxis]
    others = np.where(is_class, -np.inf, a).argmax(axis=1)
    return np.asarray(columns == others[:, np.newaxis], dtype=np.float64)
