"""Parameters that have no meaning together: one table, each refused before any work."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.combinations import COMBINATIONS
from rosenblatt.schedules import StepDecay, WarmUp

OF_STEPS = {
    "weight_decay": 0.1,
    "dropout": (0.5,),
    "input_dropout": 0.2,
    "input_noise": 0.1,
    "batch_norm": True,
    "max_norm": 3.0,
    "clip_norm": 1.0,
    "clip_value": 1.0,
}

# Parameters, and what the error says.
TABLE = [
    *(
        ({"solver": solver, name: value}, f"solver='{solver}' and {name}=.*takes all rows at once")
        for solver in ("lbfgs", "lm")
        for name, value in OF_STEPS.items()
    ),
    *(
        ({"solver": solver, "penalty": penalty}, f"penalty='{penalty}'.*penalty='l2'")
        for solver in ("lbfgs", "lm")
        for penalty in ("l1", "elasticnet")
    ),
    *(
        ({"solver": solver, "batch_size": 10}, "batch_size=10.*batch_size='auto'")
        for solver in ("lm", "rprop")
    ),
    *(
        (
            {"solver": solver, "callbacks": [StepDecay(3)]},
            f"solver='{solver}' and callbacks=.*StepDecay.* none",
        )
        for solver in ("lbfgs", "lm", "rprop")
    ),
    *(
        (
            {"learning_rate": rate, "callbacks": (WarmUp(steps=3),), "solver": "sgd"},
            f"learning_rate='{rate}' and callbacks=.*learning_rate='constant'",
        )
        for rate in ("adaptive", "invscaling")
    ),
    ({"hidden_layer_sizes": (), "dropout": 0.5}, "dropout=0.5.*no hidden layer"),
    ({"batch_size": 1, "batch_norm": True}, "batch_size=1 and batch_norm=True.*one row"),
    *(
        ({"solver": "rprop", name: 1.0}, f"solver='rprop' and {name}=1.0.*signs")
        for name in ("clip_norm", "clip_value")
    ),
    ({"solver": "adam", "bayesian": True}, "bayesian=True.*solver='lm'"),
    ({"solver": "lm", "bayesian": True, "alpha": 0.1}, "bayesian=True and alpha=0.1.*its own alpha"),
    ({"solver": "lm", "mu": 2.0, "mu_max": 1.0}, "mu=2.0 and mu_max=1.0.*end at once"),
]
REGRESSOR = [({"solver": "lm", "loss": "poisson"}, "loss='poisson'.*loss='squared_error'")]
CLASSIFIER = [
    ({"solver": "lm"}, "loss='log_loss'.*loss='squared_error'"),
    ({"solver": "lbfgs", "loss": "perceptron"}, "loss='perceptron'.*no gradient"),
    ({"loss": "hinge", "label_smoothing": 0.1}, "loss='hinge' and label_smoothing=0.1.*log-loss"),
]

X = np.arange(12.0).reshape(6, 2)
CASES = [
    *((MLPRegressor, *case) for case in TABLE + REGRESSOR),
    *((MLPClassifier, *case) for case in TABLE + CLASSIFIER),
]


@pytest.mark.parametrize(("estimator", "parameters", "message"), CASES, ids=str)
def test_is_refused_before_any_work(estimator, parameters, message):
    model = estimator(**parameters)
    before = pickle.dumps(model)
    with pytest.raises(ValueError, match=message):
        model.fit(X, [0, 1, 0, 1, 0, 1])
    assert pickle.dumps(model) == before


def test_the_table_knows_every_combination():
    models = [estimator(**parameters) for estimator, parameters, _ in CASES]
    for combination in COMBINATIONS:
        assert any(combination.is_given(model) for model in models), combination.names
