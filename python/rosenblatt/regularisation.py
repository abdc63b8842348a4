"""What holds weights and gradients small: from an estimator's parameters to the numbers of the core."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rosenblatt.mlp_parameters import MLPParameters

__all__ = ["l1_share", "regularisation"]

# Of AdamW where none is given, as Loshchilov and Hutter's followers have it.
_ADAMW_DECAY = 0.01


def l1_share(model: MLPParameters) -> float:
    """Share of the l1 norm in the penalty alpha (share · Σ|W| + (1 − share) / 2 · Σ W²) / batch.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        The estimator; its penalty and l1_ratio.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.regularisation import l1_share
    >>> [l1_share(MLPRegressor(penalty=penalty)) for penalty in ("l2", "l1", "elasticnet")]
    [0.0, 1.0, 0.15]
    """
    return {"l2": 0.0, "l1": 1.0}.get(model.penalty, model._number("l1_ratio"))


def regularisation(model: MLPParameters) -> dict[str, float]:
    """Everything besides the optimizer's own rule that acts on gradient and weights.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        The estimator.

    Returns
    -------
    dict
        ``alpha``, ``l1_ratio``, ``weight_decay``, ``clip_value``, ``clip_norm``, ``max_norm``; infinity is
        no limit.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.regularisation import regularisation
    >>> numbers = regularisation(MLPRegressor(solver="adamw", max_norm=3))
    >>> numbers["weight_decay"], numbers["max_norm"], numbers["clip_norm"]
    (0.01, 3.0, inf)
    """
    return {
        "alpha": model._number("alpha"),
        "l1_ratio": l1_share(model),
        "weight_decay": _or(model, "weight_decay", _ADAMW_DECAY if model.solver == "adamw" else 0.0),
        "clip_value": _or(model, "clip_value", inf),
        "clip_norm": _or(model, "clip_norm", inf),
        "max_norm": _or(model, "max_norm", inf),
    }


def _or(model: MLPParameters, name: str, otherwise: float) -> float:
    return otherwise if getattr(model, name) is None else model._number(name)
