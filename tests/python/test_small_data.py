"""A hundred rows of a logic gate: early stopping ends long before anything is learned, and now says so."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import f1_score

from rosenblatt import MLPClassifier, MLPRegressor, Perceptron

GATES = {
    "and": lambda X: X[:, 0] & X[:, 1],
    "or": lambda X: X[:, 0] | X[:, 1],
    "xor": lambda X: X[:, 0] ^ X[:, 1],
}
SEEDS = range(20)
WARNING = (
    r"Early stopping ended the training after \d+ updates \(\d+ epochs of 1\): the score on the 10 rows "
    r"held out did not rise for n_iter_no_change=10 epochs.*Without early_stopping, or with a smaller "
    r"batch_size and a larger n_iter_no_change"
)
EVERYTHING_TURNED_DOWN = {"batch_size": 10, "n_iter_no_change": 50, "learning_rate_init": 0.01}

by_gate = pytest.mark.parametrize("gate", GATES)


def rows(gate, seed):
    X = np.random.RandomState(seed).randint(0, 2, (100, 2))
    return X, GATES[gate](X)


def macro_f1(model, X, y):
    return f1_score(y, model.predict(X), average="macro")


def warned(model, X, y):
    """Fit, and tell whether it was said that early stopping came too early."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y)
    said = [str(one.message) for one in caught]
    assert all(one.category is ConvergenceWarning for one in caught)
    return any(message.startswith("Early stopping ended the training") for message in said)


# The trap.


@by_gate
def test_early_stopping_predicts_as_scikit_learn_and_warns_where_nothing_was_learned(gate):
    fooled = 0
    for seed in SEEDS:
        X, y = rows(gate, seed)
        ours = MLPClassifier(early_stopping=True, random_state=seed)
        has_warned = warned(ours, X, y)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            theirs = neural_network.MLPClassifier(early_stopping=True, random_state=seed).fit(X, y)
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
        assert ours.validation_scores_ == theirs.validation_scores_
        assert ours.n_iter_ == theirs.n_iter_
        is_fooled = macro_f1(ours, X, y) < 1
        assert has_warned == is_fooled
        fooled += is_fooled
    assert fooled >= 10


@pytest.mark.parametrize("gate", ["and", "xor"])
def test_the_warning_names_cause_and_remedy(gate):
    X, y = rows(gate, 0)
    with pytest.warns(ConvergenceWarning, match=WARNING) as caught:
        model = MLPClassifier(early_stopping=True, random_state=0).fit(X, y)
    [warning] = caught
    assert warning.filename == __file__
    message = str(warning.message)
    assert f"after {model.n_iter_} updates ({model.n_iter_} epochs of 1)" in message


def test_a_regression_warns_likewise():
    with pytest.warns(ConvergenceWarning, match="the 10 rows held out"):
        MLPRegressor(early_stopping=True, tol=1.0, random_state=0).fit(*noise(100))


# The ways out of it.


@by_gate
def test_without_early_stopping_all_is_learned(gate):
    for seed in SEEDS:
        X, y = rows(gate, seed)
        model = MLPClassifier(learning_rate_init=0.01, random_state=seed).fit(
            X, y
        )  # no warning: it converges
        assert macro_f1(model, X, y) == 1.0


@by_gate
def test_with_small_batches_and_patience_early_stopping_does_no_harm(gate):
    for seed in SEEDS:
        X, y = rows(gate, seed)
        model = MLPClassifier(early_stopping=True, **EVERYTHING_TURNED_DOWN, random_state=seed)
        assert not warned(model, X, y)
        assert macro_f1(model, X, y) == 1.0


@pytest.mark.parametrize("gate", ["and", "or"])
def test_the_perceptron_learns_what_a_line_separates(gate):
    for seed in SEEDS:
        X, y = rows(gate, seed)
        assert Perceptron(random_state=seed).fit(X, y).score(X, y) == 1.0


# Where there is nothing to warn of.


def test_no_warning_for_a_perfect_score():
    X, y = rows("and", 0)
    model = MLPClassifier(early_stopping=True, learning_rate_init=0.1, random_state=0)
    assert not warned(model, X, y)
    assert model.best_validation_score_ == 1
    assert model.n_iter_ < 200  # it did stop, after fewer updates than would be enough otherwise


def noise(count):
    """Labels that nothing can be learned of."""
    random = np.random.RandomState(0)
    return random.rand(count, 2), random.randint(0, 2, count)


@pytest.mark.parametrize(
    ("count", "parameters", "warns"),
    [
        (100, {}, True),
        (100, {"batch_size": 5}, False),  # 18 updates an epoch, at least 12 epochs
        (100, {"validation_fraction": 0.5}, False),
        (100, {"validation_fraction": 0.49}, True),
        (600, {}, False),
        (100, {"early_stopping": False, "tol": 1.0}, False),
        (100, {"max_iter": 3}, False),  # which has a warning of its own
    ],
    ids=["few", "many_updates", "half_held_out", "nearly_half", "many_rows", "no_early_stopping", "max_iter"],
)
def test_it_takes_few_updates_and_few_rows(count, parameters, warns):
    model = MLPClassifier((8,), **{"early_stopping": True, "random_state": 0} | parameters)
    assert warned(model, *noise(count)) == warns


def test_no_warning_where_a_callback_stopped_the_training():
    class Stop:
        def on_epoch_end(self, state):
            return state.n_iter == 3

    model = MLPClassifier((8,), early_stopping=True, callbacks=[Stop()], random_state=0)
    assert not warned(model, *noise(100))
    assert model.n_iter_ == 3
