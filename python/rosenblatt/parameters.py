"""A quick look whether an estimator's parameters are what scikit-learn's constraints ask for."""

from __future__ import annotations

from functools import cache
from typing import Any

from sklearn.utils._param_validation import make_constraint

__all__ = ["satisfy_constraints"]


def satisfy_constraints(estimator: Any) -> bool:
    """Whether every parameter satisfies a constraint of ``_parameter_constraints``.

    scikit-learn's own check reads the signature of ``__init__`` and makes the constraints anew for every
    fit, which takes 100 µs for 24 parameters.

    Parameters
    ----------
    estimator : BaseEstimator
        Whose parameters to look at.

    Returns
    -------
    bool
        False also where a parameter has no constraints: scikit-learn is to decide then.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.parameters import satisfy_constraints
    >>> satisfy_constraints(MLPClassifier()), satisfy_constraints(MLPClassifier(alpha=-1))
    (True, False)
    """
    kind: Any = type(estimator)
    for name, constraints in _constraints(kind).items():
        value = getattr(estimator, name)
        for constraint in constraints:
            if constraint.is_satisfied_by(value):
                break
        else:
            return False
    return True


@cache
def _constraints(kind: Any) -> dict[str, list[Any]]:
    """By the names of an estimator class's parameters; an empty list for "no_validation" or none."""
    named = {name: given for name, given in kind._parameter_constraints.items() if isinstance(given, list)}
    return {
        name: [make_constraint(given) for given in named.get(name, [])] for name in kind._get_param_names()
    }
