"""A Perceptron of scikit-learn as one of rosenblatt, and the other way round."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

__all__ = ["other_perceptron"]

_FITTED = ("classes_", "coef_", "intercept_", "n_iter_", "t_", "n_features_in_", "feature_names_in_")


def other_perceptron(estimator: Any, kind: type[Any]) -> Any:
    """Make an estimator of another class that has the same parameters and the same fitted attributes.

    Parameters
    ----------
    estimator : sklearn.linear_model.Perceptron or rosenblatt.Perceptron
        Of this class or a subclass, fitted or not.
    kind : type
        The class to make one of, the other one or a subclass of it.

    Returns
    -------
    estimator of that class
        Nothing is shared, as after ``sklearn.base.clone``. Parameters that only a subclass has are left out.

    Examples
    --------
    >>> from sklearn import linear_model
    >>> from rosenblatt import Perceptron
    >>> from rosenblatt.perceptron_exchange import other_perceptron
    >>> other_perceptron(linear_model.Perceptron(alpha=0.5), Perceptron)
    Perceptron(alpha=0.5)
    """
    known = kind().get_params(deep=False)
    parameters = {name: value for name, value in estimator.get_params(deep=False).items() if name in known}
    other = kind(**deepcopy(parameters))
    # A fit of scikit-learn's that failed leaves coef_ = None.
    is_fitted = hasattr(estimator, "classes_") and getattr(estimator, "coef_", None) is not None
    for name in ("_metadata_request", *(_FITTED if is_fitted else ())):
        if name in vars(estimator):
            setattr(other, name, deepcopy(vars(estimator)[name]))
    return other
