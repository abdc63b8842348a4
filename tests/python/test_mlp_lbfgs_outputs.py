"""lbfgs with several outputs: the gradient belongs to the loss, and the training gets to where it is zero.

scikit-learn hands SciPy a squared error that is a mean over outputs, beside the gradient of its sum.
"""

from __future__ import annotations

import pickle
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize
from sklearn import neural_network
from sklearn.datasets import load_digits

from rosenblatt import MLPRegressor
from rosenblatt.lbfgs import Objective
from rosenblatt.training_data import TrainingData

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    # Of scikit-learn 1.6 beside a SciPy of today.
    pytest.mark.filterwarnings("ignore:.*`disp` and `iprint` options:DeprecationWarning"),
]

DIGITS, NUMBERS = load_digits(return_X_y=True)
X = DIGITS[:60, 20:30] / 16
Y = np.column_stack([NUMBERS[:60] / 10, DIGITS[:60].mean(axis=1) / 16, np.sin(NUMBERS[:60])])
WEIGHTS = np.random.RandomState(0).uniform(0.5, 2, 60)
ALPHA = 0.1

PARAMETERS = {
    "hidden_layer_sizes": (5,),
    "activation": "tanh",
    "solver": "lbfgs",
    "alpha": ALPHA,
    "tol": 1e-10,
    "max_iter": 20_000,
    "max_fun": 40_000,
    "random_state": 0,
}


def loss_and_gradient(model, outputs_count_as):
    """By the formulas: squared errors, a mean over rows, and over outputs a "mean" or a "sum"."""
    (W1, W2), (b1, b2) = model.coefs_, model.intercepts_
    a = np.tanh(X @ W1 + b1)
    error = a @ W2 + b2 - Y
    scale = {"mean": 1 / Y.shape[1], "sum": 1}[outputs_count_as]
    loss = scale * (error**2).sum() / 2 / len(X) + ALPHA / 2 * (np.sum(W1**2) + np.sum(W2**2)) / len(X)
    last = scale * error / len(X)
    hidden = (last @ W2.T) * (1 - a**2)
    gradient = [
        *(X.T @ hidden + ALPHA * W1 / len(X), a.T @ last + ALPHA * W2 / len(X)),
        *(hidden.sum(axis=0), last.sum(axis=0)),
    ]
    return loss, np.concatenate([g.ravel() for g in gradient])


def their_gradient(model):
    """What scikit-learn itself computes for these parameters, whoever found them."""
    layers = [X.shape[1], 5, Y.shape[1]]
    arrays = [np.empty(shape) for shape in pairwise(layers)], [np.empty(n) for n in layers[1:]]
    weight = [None] if "sample_weight" in neural_network.MLPRegressor._backprop.__code__.co_varnames else []
    _, coefs, intercepts = model._backprop(X, Y, *weight, [X, None, None], [None, None], *arrays)
    return np.concatenate([g.ravel() for g in coefs + intercepts])


@pytest.fixture(scope="module")
def ours():
    return MLPRegressor(**PARAMETERS).fit(X, Y)


@pytest.fixture(scope="module")
def theirs():
    return neural_network.MLPRegressor(**PARAMETERS).fit(X, Y)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["rows", "weighted"])
@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_value_and_gradient_belong_together(loss, weights):
    y = np.abs(Y)
    model = MLPRegressor(loss, **PARAMETERS | {"max_iter": 3}).fit(X, y)
    objective = Objective(model, model._network, TrainingData.whole(X, y, weights))
    for at in (objective.begin, objective.begin + 0.1):
        _, gradient = objective(at)
        difference = check_grad(lambda x: objective(x)[0], lambda x: objective(x)[1].copy(), at)
        assert difference < 1e-6 * max(1, np.linalg.norm(gradient))


def test_the_objective_is_a_sum_over_outputs(ours):
    objective = Objective(ours, ours._network, TrainingData.whole(X, Y, None))
    value, gradient = objective(objective.begin)
    wanted, wanted_gradient = loss_and_gradient(ours, "sum")
    assert value == pytest.approx(wanted, rel=1e-12)
    np.testing.assert_allclose(gradient, wanted_gradient, atol=1e-12)


def test_the_gradient_is_zero_in_the_end(ours, theirs):
    """As far as SciPy goes, which ends where an iteration gains less than 2e-9 of the loss, as it does in
    scikit-learn, whose training ends at a gradient a hundred times as large, whichever of the two is meant.
    """
    for gradient in (loss_and_gradient(ours, "sum")[1], their_gradient(ours.to_sklearn())):
        assert np.linalg.norm(gradient) < 1e-3  # 6e-4 with SciPy 1.11, 5e-5 with 1.17
    np.testing.assert_allclose(their_gradient(theirs), loss_and_gradient(theirs, "sum")[1], atol=1e-12)
    for counted in ("sum", "mean"):
        assert np.linalg.norm(loss_and_gradient(theirs, counted)[1]) > 5e-3


def test_without_scipys_limit_it_is_zero_to_seven_digits(ours):
    objective = Objective(ours, ours._network, TrainingData.whole(X, Y, None))
    options = {"ftol": 0, "gtol": 1e-10, "maxiter": 20_000, "maxfun": 40_000}
    found = minimize(objective, objective.begin, jac=True, method="L-BFGS-B", options=options)
    model = pickle.loads(pickle.dumps(ours))
    objective.write(found.x, model._network)
    for gradient in (loss_and_gradient(model, "sum")[1], their_gradient(model.to_sklearn())):
        assert np.linalg.norm(gradient) < 1e-6


def test_the_loss_is_lower_than_scikit_learns(ours, theirs):
    assert loss_and_gradient(ours, "sum")[0] < loss_and_gradient(theirs, "sum")[0]


def test_the_loss_is_reported_in_scikit_learns_scale(ours, theirs):
    """As after adam, it is a mean over outputs; so is the curve."""
    for model in (ours, theirs):
        assert model.loss_ == pytest.approx(loss_and_gradient(model, "mean")[0], rel=1e-12)
    assert ours.loss_curve_[-1] == ours.loss_
    epoch = MLPRegressor(
        **PARAMETERS | {"solver": "adam", "max_iter": 1, "batch_size": 60, "warm_start": True}
    )
    again = epoch.from_sklearn(ours.to_sklearn()).set_params(**epoch.get_params()).fit(X, Y)
    assert again.loss_curve_[-1] == pytest.approx(ours.loss_, rel=1e-12)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["rows", "weighted"])
def test_the_loss_with_weights_is_reported_likewise(weights):
    model = MLPRegressor(**PARAMETERS | {"max_iter": 40}).fit(X, Y, weights)
    error = np.average((model.predict(X) - Y) ** 2, weights=weights, axis=0).mean() / 2
    squares = sum(np.sum(W**2) for W in model.coefs_)
    total = len(X) if weights is None else weights.sum()
    assert model.loss_ == pytest.approx(error + ALPHA / 2 * squares / total, rel=1e-12)


def test_one_output_ends_where_scikit_learn_ends():
    """There, mean and sum are one."""
    ours, theirs = (
        kind(**PARAMETERS).fit(X, Y[:, 2]) for kind in (MLPRegressor, neural_network.MLPRegressor)
    )
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-5)
