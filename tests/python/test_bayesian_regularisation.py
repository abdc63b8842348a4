"""Bayesian regularisation: what the data determine, and what is left of a network that is too large."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from rosenblatt import MLPRegressor
from rosenblatt.fitted_network import network_of
from rosenblatt.least_squares import LeastSquares
from rosenblatt.training_data import TrainingData

T = np.linspace(-1, 1, 41).reshape(-1, 1)
SINE = np.sin(2 * np.pi * T).ravel()
FINE = np.linspace(-1, 1, 400).reshape(-1, 1)
TRUTH = np.sin(2 * np.pi * FINE).ravel()


def make(hidden=10, **parameters):
    parameters = {
        "hidden_layer_sizes": (hidden,),
        "activation": "tanh",
        "solver": "lm",
        "bayesian": True,
        "weight_init": "nguyen_widrow",
        "max_iter": 2000,
        "random_state": 0,
    } | parameters
    return MLPRegressor(**parameters)


def noisy(seed, deviation=0.2):
    return SINE + np.random.RandomState(seed).normal(0, deviation, 41)


def vector_of(model):
    return np.concatenate(
        [np.r_[b[None], W].ravel() for W, b in zip(model.coefs_, model.intercepts_, strict=True)]
    )


def error(model):
    return np.mean((model.predict(FINE) - TRUTH) ** 2)


def test_alpha_beta_and_gamma_are_those_of_the_paper():
    """γ = P − 2 α tr H⁻¹ with H = 2 β JᵀJ + 2 α I; α = γ / 2 E_W; β = (N − γ) / 2 E_D."""
    y = noisy(0)
    model = make(5, tol=1e-6).fit(T, y)
    theta = vector_of(model)
    network = network_of(model.coefs_, model.intercepts_, "tanh", "identity", 1)
    JJ, _ = LeastSquares(model, network, TrainingData.whole(T, y.reshape(-1, 1), None)).normal_equations(
        theta
    )
    JJ = np.triu(JJ) + np.triu(JJ, 1).T
    E_D, E_W = np.sum((y - model.predict(T)) ** 2), theta @ theta
    gamma = model.effective_parameters_
    H = 2 * model.beta_ * JJ + 2 * model.alpha_ * np.eye(len(theta))
    assert len(theta) - 2 * model.alpha_ * np.trace(np.linalg.inv(H)) == pytest.approx(gamma, rel=1e-4)
    assert model.alpha_ == pytest.approx(gamma / (2 * E_W), rel=1e-9)
    assert model.beta_ == pytest.approx((41 - gamma) / (2 * E_D), rel=1e-9)
    # and the parameters are where β E_D + α E_W has no slope
    half = -model.beta_ * (network_jacobian(model, y).T @ (y - model.predict(T))) + model.alpha_ * theta
    assert np.linalg.norm(half) < 1e-2 * np.linalg.norm(model.alpha_ * theta)


def network_jacobian(model, y):
    """da/dθ of every row by central differences."""
    theta = vector_of(model)
    network = network_of(model.coefs_, model.intercepts_, "tanh", "identity", 1)
    squares = LeastSquares(model, network, TrainingData.whole(T, y.reshape(-1, 1), None))
    columns = []
    for step in 1e-6 * np.eye(len(theta)):
        answers = []
        for vector in (theta + step, theta - step):
            squares.write(vector, network)
            answers.append(network.predict(T, 1)[0][:, 0])
        columns.append((answers[0] - answers[1]) / 2e-6)
    return np.array(columns).T


def test_more_neurons_do_not_make_more_effective_parameters():
    """Hagan's point: of 16 to 121 parameters, about 11 are used."""
    medians = []
    for hidden in (5, 10, 20, 40):
        effective = [
            make(hidden, random_state=seed).fit(T, noisy(seed)).effective_parameters_ for seed in range(5)
        ]
        assert max(effective) < 3 * hidden + 1
        medians.append(np.median(effective))
    assert max(medians) < 1.3 * min(medians)
    assert 8 < min(medians) < 13


def test_the_test_error_is_lower_than_without_regularisation():
    ours, plain = [], []
    for seed in range(10):
        y = noisy(seed)
        ours.append(error(make(20, random_state=seed).fit(T, y)))
        unlimited = make(20, random_state=seed, bayesian=False, alpha=0, max_iter=100)
        with pytest.warns(UserWarning, match="has not converged"):
            plain.append(error(unlimited.fit(T, y)))
    assert np.mean(ours) < 0.5 * np.mean(plain)
    assert sum(a < b for a, b in zip(ours, plain, strict=True)) >= 8


def test_the_noise_is_estimated():
    for deviation in (0.05, 0.2, 0.5):
        found = [(2 * make(8, random_state=s).fit(T, noisy(s, deviation)).beta_) ** -0.5 for s in range(5)]
        assert np.mean(found) == pytest.approx(deviation, rel=0.2)


@pytest.mark.filterwarnings("ignore:lm has not converged")
def test_without_noise_the_errors_vanish():
    """E_D goes to 0 and β to infinity; everything stays finite."""
    model = make(10, max_iter=300).fit(T, SINE)
    assert np.mean((model.predict(T) - SINE) ** 2) < 1e-6
    assert 0 < model.effective_parameters_ <= 31
    assert np.isfinite(model.alpha_)
    constant = make(3).fit(T, np.ones(41))
    assert constant.predict(FINE) == pytest.approx(1, abs=1e-3)
    nothing = make(3).fit(T, np.zeros(41))
    assert nothing.predict(FINE) == pytest.approx(0, abs=1e-3)


def test_of_noise_alone_nothing_is_learned():
    """But by chance: 12 parameters for one of the seeds."""
    noises = [np.random.RandomState(seed).normal(size=41) for seed in range(8)]
    models = [make(20, random_state=seed).fit(T, y) for seed, y in enumerate(noises)]
    assert sum(model.effective_parameters_ < 1 for model in models) >= 7
    assert sum(model.score(T, y) < 0.01 for model, y in zip(models, noises, strict=True)) >= 7


def test_more_parameters_than_errors():
    model = make(30).fit(T[::4], noisy(0, 0.05)[::4])
    assert len(vector_of(model)) == 91
    assert model.effective_parameters_ < 11
    assert error(model) < 0.1


def test_the_loss_is_that_of_the_errors_and_the_penalty():
    y = noisy(1)
    model = make(5).fit(T, y)
    theta = vector_of(model)
    squares = np.sum((y - model.predict(T)) ** 2) + model.alpha_ / model.beta_ * theta @ theta
    assert model.loss_ == pytest.approx(squares / 82, rel=1e-3)


def test_warm_start_pickle_and_other_solvers():
    y = noisy(2)
    model = make(5, warm_start=True).fit(T, y)
    kept = {name: getattr(model, name) for name in ("effective_parameters_", "alpha_", "beta_", "mu_")}
    again = pickle.loads(pickle.dumps(model))
    assert {name: getattr(again, name) for name in kept} == kept
    again.fit(T, y)
    assert again.effective_parameters_ == pytest.approx(kept["effective_parameters_"], rel=1e-2)
    assert again.n_iter_ < 40
    again.set_params(bayesian=False, alpha=0.01).fit(T, y)
    assert [name for name in kept if hasattr(again, name)] == ["mu_"]


def test_validation_rows_may_be_watched_as_well():
    model = make(10, early_stopping=True).fit(T, noisy(3))
    assert model.best_validation_score_ == max(model.validation_scores_)
