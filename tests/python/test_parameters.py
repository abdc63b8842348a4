"""The quick look at the parameters says yes where scikit-learn's check says nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import InvalidParameterError

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.parameters import satisfy_constraints

ESTIMATORS = [MLPClassifier, MLPRegressor]
VALUES = [
    *(None, True, np.True_, 0, 1, -1, 2, 0.5, -0.5, 1.0, np.nan, np.inf, -np.inf, 2**70),
    *(np.int8(3), np.float32(0.5), np.uint64(2**63), 1j, "auto", "adam", "relu", "constant", "Adam", b"sgd"),
    *((), (3,), [3], np.array([3]), np.array(3), {}, object(), np.random, np.random.RandomState(0)),
]


def refusal(model):
    """What scikit-learn says against the parameters, or None."""
    try:
        BaseEstimator._validate_params(model)
    except InvalidParameterError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("estimator", "name"),
    [(estimator, name) for estimator in ESTIMATORS for name in sorted(estimator._parameter_constraints)],
)
def test_agrees_with_scikit_learn(estimator, name):
    models = [estimator(**{name: value}) for value in VALUES]
    refusals = [refusal(model) for model in models]
    assert len(set(refusals)) > 1
    for model, said in zip(models, refusals, strict=True):
        assert satisfy_constraints(model) == (said is None)
        if said is not None:
            with pytest.raises(InvalidParameterError, match=f"^{re.escape(said)}$"):
                model.fit([[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize("constraints", [{}, {"name": "no_validation"}, {"name": [None, str]}], ids=str)
def test_a_subclass_with_a_parameter_of_its_own(constraints):
    class Named(MLPClassifier):
        _parameter_constraints = MLPClassifier._parameter_constraints | constraints

        def __init__(self, name=None, alpha=1e-4):
            super().__init__((2,), alpha=alpha, tol=1.0)
            self.name = name

    Named("Frank").fit([[0.0], [1.0]], [0, 1])
    if isinstance(constraints.get("name"), list):
        with pytest.raises(InvalidParameterError, match="'name' parameter of Named"):
            Named(3).fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(InvalidParameterError, match="'alpha' parameter of Named"):
        Named(alpha=-1).fit([[0.0], [1.0]], [0, 1])
