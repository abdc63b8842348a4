"""Sample weights that cannot be right: the error says so, and the estimator is as it was."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 60
X = np.random.RandomState(0).rand(ROWS, 4)
Y = np.arange(ROWS) % 3
WEIGHTS = np.random.RandomState(1).uniform(0.1, 3, ROWS)

by_estimator = pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])

BAD = {
    "all zero": (np.zeros(ROWS), "must contain at least one non-zero number"),
    "zero": (0, "must contain at least one non-zero number"),
    "a sum of zero": (np.r_[2, -2, np.zeros(ROWS - 2)], "sample_weight adds up to zero"),
    "NaN": (np.where(Y > 1, np.nan, 1), "Input sample_weight contains NaN"),
    "infinity": (np.where(Y > 1, np.inf, 1), "Input sample_weight contains infinity"),
    "one that is infinite": (np.inf, "sample_weight must be finite"),
    "one that is NaN": (np.nan, "sample_weight must be finite"),
    "an infinite sum": (np.full(ROWS, 1e308), "sample_weight must be finite.* add up to inf"),
    "too few": (WEIGHTS[:-1], r"sample_weight.shape == \(59,\), expected \(60,\)"),
    "too many": (np.r_[WEIGHTS, 1], r"sample_weight.shape == \(61,\), expected \(60,\)"),
    "a table": (WEIGHTS[:, None], "Sample weights must be 1D array or scalar"),
    "words": (["heavy"] * ROWS, "could not convert string to float: 'heavy'"),
}


@pytest.mark.parametrize("case", BAD)
@by_estimator
def test_bad_weights(estimator, case):
    weights, message = BAD[case]
    model = estimator(hidden_layer_sizes=(6,), max_iter=8, random_state=0)
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y, weights)
    assert not hasattr(model, "coefs_")
    model.fit(X, Y)
    before = pickle.dumps(model)
    for train in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match=message):
            train(X, Y, weights)
    assert pickle.dumps(model) == before


@by_estimator
def test_a_part_without_weight_is_named(estimator):
    """A single row has weight, and is held out or not."""
    model, said = estimator(hidden_layer_sizes=(6,), early_stopping=True, random_state=0), []
    for row in range(ROWS):
        with pytest.raises(ValueError, match=r"sample weights of the .* add up to zero; another") as caught:
            model.fit(X, Y, np.arange(ROWS) == row)
        said.append(str(caught.value).split(" add")[0])
    assert said.count("the sample weights of the 54 rows of the training set") == 6
    assert said.count("the sample weights of the 6 rows of the validation set") == 54
    assert not hasattr(model, "coefs_")
