"""The losses of MLPRegressor: the last layer that each needs, its range of y, and its name in the core."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from rosenblatt import _core
from rosenblatt.own_loss import OwnLoss
from rosenblatt.precision import Array

if TYPE_CHECKING:
    from rosenblatt.mlp_regressor import MLPRegressor

__all__ = ["check_range", "core_loss", "levels", "out_activation"]


def levels(model: MLPRegressor) -> list[float]:
    """Check the levels of the quantiles.

    Parameters
    ----------
    model : MLPRegressor
        Its parameter quantile.

    Returns
    -------
    list of float
        One for each output that a target has.

    Raises
    ------
    ValueError
        If it is no number in (0, 1), and no increasing sequence of such numbers.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.regression_losses import levels
    >>> levels(MLPRegressor(quantile=(0.1, 0.9)))
    [0.1, 0.9]
    """
    try:
        found = np.atleast_1d(np.asarray(model.quantile, dtype=np.float64))
    except (TypeError, ValueError):
        found = np.empty(0)
    are_levels = found.ndim == 1 and len(found) > 0 and bool((found > 0).all() and (found < 1).all())
    if not are_levels or (np.diff(found) <= 0).any():
        raise ValueError(
            f"quantile must be a number in (0, 1), or an increasing sequence of them; got {model.quantile!r}"
        )
    return [float(level) for level in found]


def out_activation(model: MLPRegressor) -> str:
    """Name the activation of the last layer that the loss needs.

    Parameters
    ----------
    model : MLPRegressor
        Its parameters loss and quantile.

    Returns
    -------
    str
        "exp" for the deviances; "ordered" for a sequence of quantiles, which cannot cross then; else
        "identity".

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.regression_losses import out_activation
    >>> out_activation(MLPRegressor("gamma")), out_activation(MLPRegressor("quantile", quantile=(0.1, 0.9)))
    ('exp', 'ordered')
    """
    if model.loss in ("poisson", "gamma", "tweedie"):
        return "exp"
    return "ordered" if model.loss == "quantile" and not isinstance(model.quantile, Real) else "identity"


def core_loss(model: MLPRegressor) -> Any:
    """Make the loss that the core takes.

    Parameters
    ----------
    model : MLPRegressor
        Its parameters loss, huber_delta, quantile and tweedie_power.

    Returns
    -------
    str, LossFunction or OwnLoss
        A name where the loss takes no numbers.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.regression_losses import core_loss
    >>> core_loss(MLPRegressor()), core_loss(MLPRegressor("huber", huber_delta=2)).huber_delta
    ('half_squared_error', 2.0)
    """
    if callable(model.loss):
        return OwnLoss(model.loss)
    if model.loss == "squared_error":
        return "half_squared_error"
    if model.loss == "huber":
        return _core.LossFunction("huber", huber_delta=model._number("huber_delta"))
    if model.loss == "quantile":
        return _core.LossFunction("quantile", quantiles=levels(model))
    if model.loss == "tweedie":
        return _core.LossFunction("tweedie", tweedie_power=model._number("tweedie_power"))
    return model.loss


def check_range(model: MLPRegressor, y: Array) -> None:
    """Refuse targets that have no deviance.

    Parameters
    ----------
    model : MLPRegressor
        Its parameters loss and tweedie_power.
    y : ndarray of shape (rows, outputs)
        Targets.

    Raises
    ------
    ValueError
        For y < 0 with the losses "poisson" and "tweedie" with a power from 1 on; for y = 0 also with "gamma"
        and with a power from 2 on. Row, output and value are named.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.regression_losses import check_range
    >>> check_range(MLPRegressor("gamma"), np.array([[1.0], [0.0]]))
    Traceback (most recent call last):
    ValueError: the loss 'gamma' needs y > 0, but y is 0 in row 1
    """
    power = {"poisson": 1.0, "gamma": 2.0}.get(model.loss) if isinstance(model.loss, str) else None
    name = repr(model.loss)
    if model.loss == "tweedie":
        power = model._number("tweedie_power")
        name += f" with tweedie_power={power:g}"
    if power is None or power < 1:
        return
    wrong = y <= 0 if power >= 2 else y < 0
    if wrong.any():
        row, output = np.argwhere(wrong)[0]
        least = ">" if power >= 2 else ">="
        raise ValueError(
            f"the loss {name} needs y {least} 0, but y is {y[row, output]:g} in row {row}"
            + (f", output {output}" if y.shape[1] > 1 else "")
        )
