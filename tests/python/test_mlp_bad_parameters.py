"""Parameters that scikit-learn's estimators of the same names lack: what they may not be."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.utils._param_validation import InvalidParameterError

import rosenblatt

X = np.arange(24.0).reshape(12, 2)
FITTING = {"MLPClassifier": np.arange(12) % 3, "MLPRegressor": X.sum(axis=1)}

COMMON = {
    "n_threads": [0, -1, 1.5, "2"],
    "weight_init": ["He", "zeros", None, 1],
    "n_init": [0, -1, 1.5, None, "2"],
    "scoring": [1, ["accuracy"]],
    "penalty": ["L2", "none", None, 1],
    "l1_ratio": [-0.1, 1.1, np.nan, None, "0.5"],
    "weight_decay": [-0.1, np.nan, np.inf, "0.1"],
    "dropout": [-0.1, 1, 1.0, np.nan, None, "0.5"],
    "input_dropout": [-0.1, 1, np.nan, None, (0.5,)],
    "input_noise": [-0.1, np.nan, np.inf, None, "1"],
    "batch_norm": [1, None, "yes"],
    "max_norm": [0, -1, np.nan, np.inf, "1"],
    "clip_norm": [0, -1, np.nan, np.inf, "1"],
    "clip_value": [0, -1, np.nan, np.inf, "1"],
    "rho": [-0.1, 1, np.nan, None],
    "mu": [0, -1, np.nan, np.inf, None],
    "mu_decrease": [0, 1, -1, np.nan, None],
    "mu_increase": [1, 0, np.nan, np.inf, None],
    "mu_max": [0, -1, np.nan, np.inf, None],
    "min_gradient": [-1, np.nan, np.inf, None],
    "max_fail": [0, -1, 1.5, None],
    "bayesian": [1, None, "yes"],
}
BAD = {
    "MLPClassifier": COMMON
    | {
        "loss": ["poisson", "Hinge", "", None, 1],
        "label_smoothing": [-0.1, 1, np.nan, None],
        "focal_gamma": [-1, np.nan, np.inf, None],
        "class_weight": ["Balanced", 1, (1, 2)],
    },
    "MLPRegressor": COMMON
    | {
        "loss": ["log_loss", "Poisson", "", None, 1],
        "huber_delta": [0, -1, np.nan, np.inf, None],
        "quantile": [0, 1, -0.1, np.nan, None, "0.5"],
        "tweedie_power": [np.nan, np.inf, None, "1.5"],
    },
}
CASES = [
    (estimator, name, value)
    for estimator, table in BAD.items()
    for name, values in table.items()
    for value in values
]


def test_every_parameter_is_here_or_in_scikit_learn():
    for estimator, table in BAD.items():
        ours, theirs = (
            set(getattr(module, estimator)().get_params()) for module in (rosenblatt, neural_network)
        )
        assert {*table, "callbacks"} - {"loss"} == ours - theirs - {"loss"}


@pytest.mark.parametrize(("estimator", "name", "value"), CASES, ids=str)
def test_is_refused_by_name(estimator, name, value):
    model = getattr(rosenblatt, estimator)(**{name: value})
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of {estimator} must be"):
        model.fit(X, FITTING[estimator])
    assert not hasattr(model, "coefs_")


@pytest.mark.parametrize("value", ["a", 1, object(), {"a": 1}], ids=["text", "number", "object", "dict"])
def test_bad_callbacks(value):
    with pytest.raises(InvalidParameterError, match="'callbacks' parameter of MLPClassifier must be"):
        rosenblatt.MLPClassifier(callbacks=value).fit(X, FITTING["MLPClassifier"])
