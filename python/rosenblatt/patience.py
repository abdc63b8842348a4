"""Early stopping where the epochs are not the core's own: by calls of partial_fit, or by iterations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Patience"]


@dataclass(slots=True)
class Patience:
    """How long a validation score has not improved, and what it was best with.

    Attributes
    ----------
    best_score : float
        The highest one so far.
    best : object
        The parameters that it belongs to; None before there was any.
    waited : int
        Scores in a row that were not better by tol.

    References
    ----------
    Prechelt: Early stopping - but when?, 1998.

    Examples
    --------
    >>> from rosenblatt.patience import Patience
    >>> patience = Patience()
    >>> [patience.is_used_up(score, f"as of {score}", tol=0.01, limit=1) for score in (0.5, 0.7, 0.7, 0.6)]
    [False, False, False, True]
    >>> patience.best
    'as of 0.7'
    """

    best_score: float = -float("inf")
    best: Any = None
    waited: int = 0

    def is_used_up(self, score: float, parameters: Any, *, tol: float, limit: float) -> bool:
        """Look at the next score, by the rule of the core's trainer, which is scikit-learn's.

        Parameters
        ----------
        score : float
            More is better.
        parameters : object
            What it belongs to; kept where it is the best.
        tol : float
            What counts as an improvement.
        limit : float
            How many scores in a row may be none.

        Returns
        -------
        bool
            Whether they were more.
        """
        is_better = not score < self.best_score + tol
        if score > self.best_score:
            self.best_score, self.best = score, parameters
        self.waited = 0 if is_better else self.waited + 1
        return self.waited > limit
