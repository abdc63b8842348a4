"""Weights of classes are weights of rows."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_sample_weight

from rosenblatt import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, NUMBERS = make_classification(
    300, n_classes=3, n_informative=5, weights=[0.8, 0.15], flip_y=0.02, random_state=0
)
Y = np.array(["many", "some", "few"])[NUMBERS]
LABELS = np.c_[NUMBERS == 0, NUMBERS == 2, NUMBERS == 1].astype(int)
WEIGHTS = np.random.RandomState(0).uniform(0, 2, len(Y))


def classifier(**parameters):
    return MLPClassifier(**{"hidden_layer_sizes": (8,), "max_iter": 8, "random_state": 0} | parameters)


def assert_equal(one, other):
    assert one.loss_curve_ == other.loss_curve_
    assert one.validation_scores_ == other.validation_scores_
    assert one.validation_loss_curve_ == other.validation_loss_curve_
    for ours, theirs in zip(one.coefs_ + one.intercepts_, other.coefs_ + other.intercepts_, strict=True):
        np.testing.assert_array_equal(ours, theirs)


CASES = [
    (Y, "balanced"),
    (Y, {"few": 10, "some": 2.5, "many": 1}),
    (Y, {"few": 10}),
    (NUMBERS, {0: 0.1, 1: 2}),
    (NUMBERS > 0, "balanced"),
    (NUMBERS > 0, {True: 3}),
    (LABELS, "balanced"),
    (LABELS, [{0: 1, 1: 2}, {1: 5}, {0: 0.5}]),
]


@pytest.mark.parametrize(("y", "class_weight"), CASES, ids=str)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize(
    "parameters",
    [{}, {"solver": "sgd"}, {"solver": "lbfgs"}, {"early_stopping": True}],
    ids=["adam", "sgd", "lbfgs", "stopping"],
)
def test_the_same_to_the_last_bit_as_weights_of_rows(y, class_weight, weights, parameters):
    by_hand = compute_sample_weight(class_weight, y)
    if weights is not None:
        by_hand = weights * by_hand
    one = classifier(class_weight=class_weight, **parameters).fit(X, y, weights)
    assert_equal(one, classifier(**parameters).fit(X, y, by_hand))
    assert one.loss_curve_ != classifier(**parameters).fit(X, y, weights).loss_curve_


def test_a_validation_set_of_its_own_is_not_weighted():
    x, x_val, y, y_val = train_test_split(X, Y, random_state=0)
    weighted = classifier(class_weight="balanced").fit(x, y, X_val=x_val, y_val=y_val)
    by_hand = classifier().fit(x, y, compute_sample_weight("balanced", y), X_val=x_val, y_val=y_val)
    assert_equal(weighted, by_hand)
    assert weighted.validation_scores_[-1] == weighted.score(x_val, y_val)


def test_partial_fit_with_a_dict_sees_classes_that_a_batch_lacks():
    class_weight = {"few": 10, "some": 3}
    one, other = classifier(class_weight=class_weight), classifier()
    for _ in range(3):
        for rows in (Y == "many", Y == "few", slice(None)):
            one.partial_fit(X[rows], Y[rows], classes=np.unique(Y))
            by_hand = np.array([class_weight.get(name, 1) for name in Y[rows]])
            other.partial_fit(X[rows], Y[rows], by_hand, classes=np.unique(Y))
    assert_equal(one, other)


def test_balanced_weights_help_rare_classes():
    x, x_test, y, y_test = train_test_split(X, Y, stratify=Y, random_state=1)
    parameters = {"solver": "lbfgs", "max_iter": 200, "alpha": 1.0}
    plain, balanced = (
        balanced_accuracy_score(
            y_test, classifier(class_weight=weight, **parameters).fit(x, y).predict(x_test)
        )
        for weight in (None, "balanced")
    )
    assert balanced > plain + 0.05


@pytest.mark.parametrize(
    ("y", "class_weight", "message"),
    [
        (Y, {"few": 10, "none": 1}, "not in class_weight"),
        (Y, {"few": 0, "some": 0, "many": 0}, "non-zero"),
        (Y, "heavy", "class_weight"),
        (Y, [{}, {}], r"class_weight has 2 elements, but y has 1 output"),
        (LABELS, {0: 1, 1: 2}, "class_weight is one dict, but y has 3 outputs"),
        (LABELS, [{0: 1, 1: 2}], r"class_weight has 1 elements, but y has 3 output"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_refused_leaves_the_estimator_as_it_was(y, class_weight, message):
    model = classifier(class_weight=class_weight)
    before = pickle.dumps(model)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert pickle.dumps(model) == before


def test_balanced_has_no_meaning_for_a_part_of_the_rows():
    model = classifier(class_weight="balanced")
    with pytest.raises(ValueError, match=r"class_weight='balanced' needs to see all rows.*partial_fit"):
        model.partial_fit(X, Y, classes=np.unique(Y))
    assert not hasattr(model, "classes_")
