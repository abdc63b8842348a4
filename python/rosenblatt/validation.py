"""A validation set: rows that fit is given for it, the score that is watched on them, what becomes known."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.metrics import check_scoring
from sklearn.utils import _safe_indexing

from rosenblatt.plain_arrays import validated
from rosenblatt.sparse import compressed_rows
from rosenblatt.training_data import ValidationData, checked_weights

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["Given", "checked_scorer", "keep_curves", "own_validation", "score_function", "watched_score"]


class Given(NamedTuple):
    """Rows, targets and weights as a user gave them; X is None where he gave none."""

    X: Any = None
    y: Any = None
    weights: Any = None

    def check(self) -> None:
        """Refuse a part of a validation set without the rest of it.

        Raises
        ------
        ValueError
            Naming what is missing.

        Examples
        --------
        >>> from rosenblatt.validation import Given
        >>> Given(X=[[1.0]]).check()
        Traceback (most recent call last):
        ValueError: X_val is given without y_val
        """
        if self.X is not None and self.y is None:
            raise ValueError("X_val is given without y_val")
        for name, value in (("y_val", self.y), ("sample_weight_val", self.weights)):
            if self.X is None and value is not None:
                raise ValueError(f"{name} is given without X_val")


def own_validation(model: MLP, given: Given, dtype: np.dtype[Any]) -> ValidationData:
    """Validate and encode a validation set of its own.

    Parameters
    ----------
    model : MLP
        Whose columns, classes and outputs are known from the rows that it learns from.
    given : Given
        The set; X of any kind, whatever the training's is.
    dtype : dtype
        That of a table of targets.

    Returns
    -------
    ValidationData
        All of its rows.

    Raises
    ------
    ValueError
        For what is wrong with X_val, y_val or sample_weight_val.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.validation import Given, own_validation
    >>> model = MLPRegressor(solver="lbfgs").fit([[0.0], [1.0]], [1.0, 3.0])
    >>> own_validation(model, Given([[2.0, 3.0]], [4.0]), np.dtype(np.float64))
    Traceback (most recent call last):
    ValueError: validation set: X has 2 features, but MLPRegressor is expecting 1 features as input.
    """
    try:
        X, y = validated(model, given.X, given.y, reset=False)
        weights = checked_weights(given.weights, X)
        y = model._validation_targets(y.toarray() if issparse(y) else y, dtype)
        rows = np.arange(len(y), dtype=np.int64)
        return ValidationData(compressed_rows(X), y, weights, rows, (given.X, given.y))
    except ValueError as error:
        raise ValueError(f"validation set: {error}") from error


def checked_scorer(model: MLP, has_weights: bool) -> Callable[..., Any] | None:
    """Look up the scorer that the parameter scoring names.

    Parameters
    ----------
    model : MLP
        Whose scoring.
    has_weights : bool
        Whether it must take the argument sample_weight.

    Returns
    -------
    callable or None
        None where the core has the score itself: for None and "loss".

    Raises
    ------
    ValueError
        For a name that scikit-learn does not know, or a metric in the place of a scorer.
    TypeError
        For a callable that does not take what it is to be given.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.validation import checked_scorer
    >>> callable(checked_scorer(MLPClassifier(scoring="neg_log_loss"), has_weights=False))
    True
    """
    if model.scoring is None or model.scoring == "loss":
        return None
    scorer: Callable[..., Any] = check_scoring(model, model.scoring)
    weights = {"sample_weight": None} if has_weights else {}
    try:
        signature(scorer).bind(model, None, None, **weights)
    except TypeError as error:
        wanted = ", ".join(["estimator", "X", "y", *weights])
        raise TypeError(f"scoring must be a callable scorer({wanted}): {scorer!r}: {error}") from error
    return scorer


def score_function(model: MLP, validation: ValidationData | None) -> Callable[[], float] | None:
    """Make what tells the score of a model as it is, on its validation rows.

    Parameters
    ----------
    model : MLP
        Which predicts by the network that is being trained.
    validation : ValidationData or None
        Its rows. A scorer gets them with the names of their columns, and their targets by the names of the
        classes.

    Returns
    -------
    callable or None
        None where nothing is watched, or the core has the score itself.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.training_data import ValidationData
    >>> from rosenblatt.validation import score_function
    >>> X, y = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0])
    >>> model = MLPRegressor(solver="lbfgs", scoring="neg_mean_absolute_error", random_state=0).fit(X, y)
    >>> score = score_function(model, ValidationData(X, y, None, np.array([0, 2]), (X, y)))
    >>> abs(score()) < 0.1
    True
    """
    if validation is None:
        return None
    scorer = checked_scorer(model, validation.weights is not None)
    if scorer is None:
        return None
    X, y = validation.given
    X = X if "feature_names_in_" in model.__dict__ else validation.X
    y = y.toarray() if issparse(y) else y
    weights = {} if validation.weights is None else {"sample_weight": validation.weights[validation.rows]}
    if len(validation) < validation.X.shape[0]:
        X, y = _safe_indexing(X, validation.rows), _safe_indexing(y, validation.rows)

    def score() -> float:
        value = scorer(model, X, y, **weights)
        try:
            return float(value)
        except (TypeError, ValueError):
            raise TypeError(f"scoring must give a number, not {value!r}") from None

    return score


def watched_score(model: MLP) -> dict[str, Any]:
    """Name the loss, its scale and the score as the core takes them.

    Parameters
    ----------
    model : MLP
        Whose loss and scoring.

    Returns
    -------
    dict
        Arguments of the core's Trainer and Validation.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.validation import watched_score
    >>> model = MLPRegressor(solver="lbfgs", scoring="loss").fit([[0.0], [1.0]], [1.0, 3.0])
    >>> watched_score(model)["score"]
    'loss'
    """
    loss = model._loss()
    return {**loss, "score": "loss"} if model.scoring == "loss" else loss


def keep_curves(model: MLP, scores: list[float] | None, losses: list[float], *, goes_on: bool) -> None:
    """Keep what became known on the validation rows as attributes of the model.

    Parameters
    ----------
    model : MLP
        The estimator.
    scores : list of float or None
        Of every epoch; None: nothing was watched.
    losses : list of float
        Of every epoch.
    goes_on : bool
        Whether the curves that there are go on.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.validation import keep_curves
    >>> model = MLPRegressor()
    >>> keep_curves(model, [0.5, 0.7, 0.6], [3.0, 1.0, 2.0], goes_on=False)
    >>> model.best_validation_score_
    0.7
    """
    if scores is None:
        model.validation_scores_ = model.validation_loss_curve_ = model.best_validation_score_ = None
        return
    # A curve of scikit-learn's estimators has no losses beside it.
    before = model.__dict__.get("validation_scores_") if goes_on else None
    losses_before = model.__dict__.get("validation_loss_curve_") if goes_on else None
    model.validation_scores_ = [*(before or ()), *scores]
    model.validation_loss_curve_ = [*(losses_before or ()), *losses]
    known = [score for score in model.validation_scores_ if not np.isnan(score)]
    model.best_validation_score_ = max(known, default=-np.inf)
