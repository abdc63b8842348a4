"""Batch normalisation: a training goes on as if it had not been left, whatever lies between."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone

from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RANDOM = np.random.RandomState(0)
ROWS = 90
X = RANDOM.rand(ROWS, 7)
X[X < 0.4] = 0
LABELS = np.argsort(np.argsort(X.sum(axis=1))) * 3 // ROWS
TARGETS = np.column_stack([X[:, 0] * X[:, 1], np.sin(3 * X[:, 2])])
by_estimator = pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])


def make(estimator=MLPClassifier, **parameters):
    options = {"hidden_layer_sizes": (12, 9), "max_iter": 6, "random_state": 0, "batch_size": 20}
    return estimator(**options | {"batch_norm": True} | parameters)


def descent(**parameters):
    plain = {"solver": "sgd", "momentum": 0.0, "nesterovs_momentum": False, "shuffle": False, "alpha": 0.3}
    return make(MLPRegressor, **plain, learning_rate_init=0.05, max_iter=3, **parameters)


def thetas(model):
    return [*model.coefs_, *model.intercepts_]


def are_equal(model, other):
    return all(np.array_equal(a, b) for a, b in zip(thetas(model), thetas(other), strict=True))


def is_kept(model):
    return model._batch_norm.is_folded_in(model._network)


@by_estimator
@pytest.mark.parametrize("solver", ["sgd", "adam", "nadam", "adagrad"])
def test_calls_of_partial_fit_go_on(estimator, solver):
    """Through pickles and copies, to the bit."""
    y = LABELS if estimator is MLPClassifier else TARGETS
    classes = {"classes": np.unique(LABELS)} if estimator is MLPClassifier else {}
    whole = make(estimator, solver=solver, shuffle=False).fit(X, y)
    parts = make(estimator, solver=solver, shuffle=False)
    for call in range(6):
        parts.partial_fit(X, y, **(classes if call == 0 else {}))
        if call % 2:
            parts = copy.deepcopy(pickle.loads(pickle.dumps(parts)))
    assert are_equal(whole, parts)
    assert is_kept(parts)
    parts.partial_fit(X, y)
    assert not are_equal(whole, parts)


def test_a_warm_start_goes_on_with_a_new_optimizer():
    """Without momentum there is nothing to be new, and two fits are one of all epochs."""
    whole = descent().set_params(max_iter=6).fit(X, TARGETS)
    parts = descent(warm_start=True)
    parts = pickle.loads(pickle.dumps(parts.fit(X, TARGETS))).fit(X, TARGETS)
    assert are_equal(whole, parts)
    assert not are_equal(clone(parts).fit(X, TARGETS), parts)


def test_it_may_be_switched_off_and_on_between_calls():
    model = make().partial_fit(X, LABELS, classes=[0, 1, 2])
    folded = [theta.copy() for theta in thetas(model)]
    model.set_params(batch_norm=False).partial_fit(X, LABELS)
    assert model._batch_norm is None
    plain = make(batch_norm=False).partial_fit(X, LABELS, classes=[0, 1, 2])
    for theta, written in zip(thetas(plain), folded, strict=True):
        theta[...] = written
    plain._optimizer = make().partial_fit(X, LABELS, classes=[0, 1, 2])._optimizer
    assert are_equal(model, plain.partial_fit(X, LABELS))
    model.set_params(batch_norm=True).partial_fit(X, LABELS)
    assert is_kept(model)
    # Also where the optimizer remembers how the biases moved that beta takes the place of.
    assert all(np.all(model._batch_norm.network.theta(k)[0] == 0) for k in (1, 2))


def test_restored_best_parameters_are_gone_on_with():
    model = make(early_stopping=True, warm_start=True, max_iter=30, learning_rate_init=0.05)
    model.fit(X, LABELS)
    assert len(model.validation_scores_) > np.argmax(model.validation_scores_) + 1
    assert is_kept(model)
    assert is_kept(pickle.loads(pickle.dumps(model)))


def test_partial_fit_restores_the_best():
    model = make(early_stopping=True, n_iter_no_change=2, learning_rate_init=0.1)
    while not getattr(model, "stopped_", False):
        model.partial_fit(X[:60], LABELS[:60], classes=[0, 1, 2], X_val=X[60:], y_val=LABELS[60:])
    assert model.score(X[60:], LABELS[60:]) == max(model.validation_scores_)
    assert is_kept(model)
    assert is_kept(pickle.loads(pickle.dumps(model)))


def test_of_several_starts_the_best_one_is_gone_on_with():
    model = make(n_init=3).fit(X, LABELS)
    assert is_kept(model)
    assert make(random_state=0).fit(X, LABELS).loss_ >= model.loss_


class Looking:
    """Looks at copies, and keeps the parameters of an epoch."""

    def __init__(self, kept=None):
        self.kept = kept
        self.models = []

    def on_epoch_end(self, state):
        self.models.append(state.model)
        if state.n_iter == self.kept:
            state.keep()

    def on_batch_end(self, state):
        assert is_kept(state.model)


def test_callbacks_see_the_folded_network():
    looking = Looking()
    model = make(callbacks=[looking], shuffle=False).fit(X, LABELS)
    assert are_equal(looking.models[-1], model)
    assert all(is_kept(copy) for copy in looking.models)
    third = make(max_iter=3, shuffle=False).fit(X, LABELS)
    assert are_equal(looking.models[2], third)
    looking.models[2].set_params(callbacks=None)
    assert are_equal(looking.models[2].partial_fit(X, LABELS), third.partial_fit(X, LABELS))


def test_kept_parameters_are_gone_on_with():
    model = make(callbacks=[Looking(kept=2)], shuffle=False).fit(X, LABELS)
    assert are_equal(model, make(max_iter=2, shuffle=False).fit(X, LABELS))
    assert is_kept(model)


class Failing:
    def on_batch_end(self, state):
        if state.n_iter == 3 and state.batch == 2:
            raise RuntimeError("no")


def test_a_failing_callback_leaves_the_last_epoch():
    model = make(callbacks=[Failing()], shuffle=False)
    with pytest.raises(RuntimeError, match="no"):
        model.fit(X, LABELS)
    expected = make(max_iter=2, shuffle=False).fit(X, LABELS)
    assert are_equal(model, expected)
    model.set_params(callbacks=None)
    assert are_equal(model.partial_fit(X, LABELS), expected.partial_fit(X, LABELS))


def test_a_single_row_changes_no_statistics():
    model = make(MLPRegressor, batch_size="auto").fit(X, TARGETS)
    mean = model._batch_norm.mean.copy()
    model.partial_fit(X[:1], TARGETS[:1])
    assert np.array_equal(model._batch_norm.mean, mean)
    assert is_kept(model)
    lonely = make(MLPRegressor, batch_size="auto").partial_fit(X[:1], TARGETS[:1])
    assert not lonely._batch_norm.has_statistics
    assert np.isfinite(lonely.predict(X)).all()


def test_the_network_that_is_trained_counts_as_memory(monkeypatch):
    needed = []
    monkeypatch.setattr("rosenblatt.mlp.check_memory", lambda needed_bytes, _: needed.append(needed_bytes))
    for on in (False, True):
        make(batch_norm=on).fit(X, LABELS)
    parameters = 8 * 12 + 13 * 9 + 10 * 3
    assert needed[1] - needed[0] == parameters * 8
