"""network_: the glass box over a fitted estimator."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.RandomState(0).normal(size=(30, 3))
LABELS = np.arange(30) % 3
# Estimator, its parameters, y of fit, y of the network, loss.
CASES = {
    "binary": (MLPClassifier, {}, LABELS > 0, LABELS > 0, "binary_log_loss"),
    "multiclass": (MLPClassifier, {}, LABELS, np.eye(3)[LABELS], "log_loss"),
    "multilabel": (MLPClassifier, {}, *2 * (np.eye(3, dtype=int)[LABELS],), "binary_log_loss"),
    "regression": (MLPRegressor, {}, X[:, 0], X[:, 0], "half_squared_error"),
    "regression2": (MLPRegressor, {}, *2 * (np.c_[X[:, 0], X[:, 1]],), "half_squared_error"),
    "poisson": (MLPRegressor, {"loss": "poisson"}, LABELS, LABELS, "poisson"),
}
by_case = pytest.mark.parametrize("case", CASES)


def fitted(case, **parameters):
    estimator, own, y, for_network, loss = CASES[case]
    model = estimator(**{"hidden_layer_sizes": (5, 4), "max_iter": 3, "random_state": 0} | own | parameters)
    return model.fit(X, y), for_network, loss


@by_case
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_it_is_the_estimators_network(case, activation, solver):
    model, y, loss = fitted(case, activation=activation, solver=solver)
    network = model.network_
    assert network.sizes == [3, 5, 4, model.n_outputs_]
    assert network.loss == loss
    np.testing.assert_array_equal(network.forward(X), model._outputs(X))
    trace = network.trace(X, y, eta=0)
    assert trace.verify().error < 1e-7
    if loss != "half_squared_error" or model.n_outputs_ == 1:  # there the estimator's is a mean over outputs
        model.set_params(alpha=0, warm_start=True, max_iter=1, solver="sgd", batch_size=30)
        assert copy.deepcopy(model).fit(X, CASES[case][2]).loss_curve_[-1] == pytest.approx(trace.loss)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_copy(dtype):
    model = MLPClassifier((4,), max_iter=2).fit(X.astype(dtype), LABELS)
    network = model.network_
    assert network.dtype == dtype
    assert network is model.network_
    assert np.shares_memory(network.W[1], model.coefs_[0])
    before = model.predict_proba(X)
    network.trace(X, np.eye(3)[LABELS], eta=0.5)
    np.testing.assert_array_equal(network.W[2], model.coefs_[1])
    after = model.predict_proba(X)
    assert (after != before).all()
    np.testing.assert_allclose(after, network.forward(X), rtol=0)
    model.intercepts_[0][...] = 7
    assert (network.b[1] == 7).all()


def test_arrays_that_were_replaced():
    model, _, _ = fitted("multiclass")
    old = model.network_
    model.coefs_ = [2 * W for W in model.coefs_]
    wanted = model.predict_proba(X)
    network = model.network_
    assert network is not old
    np.testing.assert_array_equal(network.forward(X), wanted)
    model.coefs_[0][...] = 0
    assert not network.W[1].any()


def test_another_fit_has_another_network():
    model, _, _ = fitted("multiclass")
    old = model.network_
    kept = old.W[1].copy()
    model.fit(X, LABELS == 1)
    assert model.network_.sizes[-1] == 1
    np.testing.assert_array_equal(old.W[1], kept)


@by_case
def test_before_fit(case):
    estimator, own, *_ = CASES[case]
    assert not hasattr(estimator(**own), "network_")
    with pytest.raises(NotFittedError, match="not fitted"):
        estimator(**own).network_  # noqa: B018
    model, _, _ = fitted(case)
    assert hasattr(model, "network_")
    assert not hasattr(clone(model), "network_")


@by_case
def test_it_is_not_pickled(case):
    model, y, _ = fitted(case)
    plain = pickle.dumps(model)
    model.network_.trace(X, y, eta=0)
    assert pickle.dumps(model) == plain
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model), copy.copy(model)):
        np.testing.assert_array_equal(other.network_.forward(X), model.network_.forward(X))
        assert np.shares_memory(other.network_.W[1], other.coefs_[0])
        assert not np.shares_memory(other.network_.W[1], model.coefs_[0])


def test_a_parameter_set_later_changes_nothing():
    model, _, _ = fitted("regression")
    model.set_params(loss="poisson", activation="tanh")
    assert model.network_.loss == "half_squared_error"
    assert model.network_.activations == ["ReLU", "ReLU", "Linear"]
