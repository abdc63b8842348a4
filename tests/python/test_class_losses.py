"""The losses of MLPClassifier beside their formulas and scikit-learn's metrics."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.metrics import hinge_loss, log_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score

from rosenblatt import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 90
RANDOM = np.random.RandomState(0)
X = RANDOM.normal(size=(ROWS, 3))
X[X < -1] = 0
SIDE = X @ [1.0, -1.0, 0.5] + 0.3 * RANDOM.normal(size=ROWS)
NAMES = np.array(["no", "perhaps", "yes"])
TARGETS = {
    "binary": np.where(SIDE > 0, "yes", "no"),
    "multiclass": NAMES[np.digitize(SIDE, [-0.5, 0.5])],
    "multilabel": np.c_[SIDE > 0, SIDE > 0.7, X[:, 0] > 0].astype(int),
}
WEIGHTS = RANDOM.uniform(0.1, 3, ROWS)
LOSSES = {
    "log_loss": {},
    "smoothed": {"label_smoothing": 0.2},
    "focal": {"loss": "focal"},
    "focal_0.5": {"loss": "focal", "focal_gamma": 0.5},
    "focal_smoothed": {"loss": "focal", "focal_gamma": 3, "label_smoothing": 0.1},
    "hinge": {"loss": "hinge"},
    "squared_error": {"loss": "squared_error"},
}
SOLVERS = {
    "adam": {"learning_rate_init": 0.02},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.05},
    "lbfgs": {"solver": "lbfgs"},
}

by_loss = pytest.mark.parametrize("case", LOSSES)
by_target = pytest.mark.parametrize("target", TARGETS)
by_weights = pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["rows", "weighted"])


def make(case="log_loss", **parameters):
    usual = {"hidden_layer_sizes": (5,), "activation": "tanh", "max_iter": 15, "random_state": 0}
    return MLPClassifier(**usual | LOSSES.get(case, {"loss": case}) | parameters)


def table(target):
    """The targets as the network has them."""
    y = TARGETS[target]
    if target == "multilabel":
        return y.astype(float)
    return (
        (y == "yes").astype(float)[:, np.newaxis] if target == "binary" else (y[:, np.newaxis] == NAMES) * 1.0
    )


def mean_loss(model, target, weights=None):
    """By the formulas of docs/losses.md."""
    y, is_softmax = table(target), target == "multiclass"
    if model.loss == "hinge":
        n = model.decision_function(X).reshape(ROWS, -1)
        if is_softmax:
            others = np.where(y == 1, -np.inf, n).max(axis=1)
            return np.average(np.maximum(0, 1 + others - (n * y).sum(axis=1)), weights=weights)
        return np.average(np.maximum(0, 1 - (2 * y - 1) * n).sum(axis=1), weights=weights)
    a = model.predict_proba(X)
    a = a[:, 1:] if target == "binary" else a
    if model.loss == "squared_error":
        return np.average(((y - a) ** 2).sum(axis=1), weights=weights)
    eps, gamma = model.label_smoothing, model.focal_gamma if model.loss == "focal" else 0
    y = (1 - eps) * y + eps / (3 if is_softmax else 2)
    each = -y * (1 - a) ** gamma * np.log(a)
    if not is_softmax:
        each -= (1 - y) * a**gamma * np.log(1 - a)
    return np.average(each.sum(axis=1), weights=weights)


@by_weights
@pytest.mark.parametrize("alpha", [0, 1])
@pytest.mark.parametrize("hidden", [(), (5,), (4, 3)], ids=str)
@by_target
@by_loss
def test_gradient(case, target, hidden, alpha, weights):
    model, y = make(case, hidden_layer_sizes=hidden, alpha=alpha), TARGETS[target]
    assert model.gradient_check(X, y, weights) < 1e-6
    assert model.fit(X, y, weights).gradient_check(X, y, weights) < 1e-6


@by_weights
@by_target
@by_loss
def test_reports_the_loss_of_the_formula(case, target, weights):
    y = TARGETS[target]
    model = make(case, batch_size=ROWS, alpha=0.1, warm_start=True).fit(X, y, weights)
    total = ROWS if weights is None else weights.sum()
    wanted = mean_loss(model, target, weights) + 0.05 * sum(np.sum(W**2) for W in model.coefs_) / total
    assert model.set_params(max_iter=1).fit(X, y, weights).loss_ == pytest.approx(wanted, rel=1e-11)


@pytest.mark.parametrize("target", ["binary", "multiclass"])
def test_scikit_learns_metrics(target):
    y = TARGETS[target]
    hinge = make("hinge", batch_size=ROWS, alpha=0, warm_start=True).fit(X, y)
    wanted = hinge_loss(y, hinge.decision_function(X), labels=hinge.classes_)
    assert hinge.set_params(max_iter=1).fit(X, y).loss_ == pytest.approx(wanted, rel=1e-12)
    for case in ("focal", "log_loss"):
        logarithmic = make(case, focal_gamma=0.0, batch_size=ROWS, alpha=0, warm_start=True).fit(X, y)
        wanted = log_loss(y, logarithmic.predict_proba(X))
        assert logarithmic.set_params(max_iter=1).fit(X, y).loss_ == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("solver", SOLVERS)
@by_target
@by_loss
def test_learns(case, target, solver):
    """Labels by pairs: a row counts where all three are right."""
    model = make(case, max_iter=300, **SOLVERS[solver]).fit(X, TARGETS[target])
    assert model.score(X, TARGETS[target]) > (0.75 if target == "multilabel" else 0.85)


@pytest.mark.parametrize("solver", SOLVERS)
@by_target
@by_loss
def test_float32_and_sparse_rows(case, target, solver):
    y = TARGETS[target]
    wanted = make(case, **SOLVERS[solver]).fit(X, y)
    narrow = make(case, **SOLVERS[solver]).fit(X.astype(np.float32), y)
    np.testing.assert_allclose(narrow.loss_curve_[:5], wanted.loss_curve_[:5], rtol=1e-3)
    sparse = make(case, **SOLVERS[solver]).fit(sp.csr_array(X), y)
    np.testing.assert_allclose(sparse.loss_curve_[:5], wanted.loss_curve_[:5], rtol=1e-6)


@by_target
@by_loss
def test_bit_identical_for_any_number_of_threads(case, target):
    given, y = np.tile(X, (8, 1)), np.concatenate([TARGETS[target]] * 8)
    alone, *others = (
        make(case, hidden_layer_sizes=(70,), max_iter=3, n_threads=n).fit(given, y) for n in (1, 2, 5)
    )
    for model in others:
        assert model.loss_curve_ == alone.loss_curve_
        np.testing.assert_array_equal(model._outputs(given), alone._outputs(given))


@by_target
@by_loss
def test_pickle_clone_partial_fit_and_early_stopping(case, target):
    y = TARGETS[target]
    model = make(case).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert clone(model).fit(X, y).loss_curve_ == model.loss_curve_
    classes = np.arange(3) if target == "multilabel" else np.unique(y)
    partial = make(case).partial_fit(X, y, classes=classes).partial_fit(X, y)
    assert len(partial.loss_curve_) == 2
    stopping = make(case, early_stopping=True, max_iter=40, learning_rate_init=0.02).fit(X, y)
    assert stopping.best_validation_score_ == max(stopping.validation_scores_) > 0.3


@by_target
@by_loss
def test_the_glass_box_has_the_loss(case, target):
    model = make(case).fit(X, TARGETS[target])
    loss = model.network_.backpropagate(X, table(target), eta=0)
    assert loss == pytest.approx(mean_loss(model, target), rel=1e-11)


# Answers that are no probabilities.


@pytest.mark.parametrize("loss", ["hinge", "perceptron"])
@by_target
def test_margins(loss, target):
    y = TARGETS[target]
    model = make(loss, max_iter=40, learning_rate_init=0.02).fit(X, y)
    assert model.out_activation_ == {"hinge": "identity", "perceptron": "hardlimit"}[loss]
    for name in ("predict_proba", "predict_log_proba"):
        assert not hasattr(model, name)
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'") as caught:
            getattr(model, name)
        assert f"not available for loss='{loss}'" in str(caught.value.__cause__)
    n = model.decision_function(X)
    *hidden, W = model.coefs_
    a = X
    for V, b in zip(hidden, model.intercepts_, strict=False):
        a = np.tanh(a @ V + b)
    np.testing.assert_allclose(n.reshape(ROWS, -1), a @ W + model.intercepts_[-1], atol=1e-12)
    if target == "binary":
        assert n.shape == (ROWS,)
        np.testing.assert_array_equal(model.predict(X), np.where(n > 0, "yes", "no"))
        assert roc_auc_score(y, n) > 0.8
    elif target == "multiclass":
        np.testing.assert_array_equal(model.predict(X), NAMES[n.argmax(axis=1)])
    else:
        np.testing.assert_array_equal(model.predict(X), n > 0)
    before = model.predict(X)
    model.coefs_ = [V.copy() for V in model.coefs_]
    np.testing.assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize("case", [case for case in LOSSES if case != "hinge"])
def test_probabilities(case):
    """scikit-learn's MLPClassifier has no decision_function."""
    model = make(case).fit(X, TARGETS["multiclass"])
    assert not hasattr(model, "decision_function")
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), model.predict_proba(X))


def test_scorers_and_searches():
    y = TARGETS["binary"]
    assert cross_val_score(make("hinge", solver="lbfgs"), X, y, scoring="roc_auc").mean() > 0.8
    grid = {"loss": ["log_loss", "hinge", "focal", "squared_error"]}
    assert GridSearchCV(make(solver="lbfgs"), grid).fit(X, y).best_score_ > 0.8


def test_a_single_class():
    for case in LOSSES:
        model = make(case, max_iter=2).fit(X, np.full(ROWS, "only"))
        assert set(model.predict(X)) == {"only"}


def test_perceptron_is_the_perceptron_rule():
    """Without hidden layers, row after row (equation 6): θ + η [1 x]ᵀ (y − a)."""
    y = (X[:, 0] > 0.1).astype(int)
    model = make(
        "perceptron",
        hidden_layer_sizes=(),
        solver="sgd",
        learning_rate_init=0.5,
        momentum=0,
        alpha=0,
        batch_size=1,
        shuffle=False,
        max_iter=1,
        tol=0,
        warm_start=True,
    )
    model.fit(X, y)
    theta = np.r_[model.intercepts_[0], model.coefs_[0].ravel()]
    model.fit(X, y)
    wrong = 0
    for x, label in zip(np.c_[np.ones(ROWS), X], y, strict=True):
        a = float(theta @ x >= 0)
        wrong += abs(label - a)
        theta += 0.5 * (label - a) * x
    np.testing.assert_allclose(np.r_[model.intercepts_[0], model.coefs_[0].ravel()], theta, atol=1e-12)
    assert model.loss_ == pytest.approx(wrong / ROWS)


def test_focal_looks_at_the_wrong_rows():
    """The share of the loss of a row that is right with probability 0.9 falls with γ."""
    y = TARGETS["binary"]
    easy = {}
    for gamma in (0.0, 2.0, 5.0):
        network = make("focal", focal_gamma=gamma).fit(X, y).network_
        network.theta[1], network.theta[2] = np.zeros((4, 5)), np.zeros((6, 1))
        right, wrong = (
            (network.b[2].fill(np.log(9)), network.backpropagate(X[0], label, eta=0))[1] for label in (1, 0)
        )
        easy[gamma] = right / wrong
    assert easy[0.0] == pytest.approx(np.log(0.9) / np.log(0.1))
    assert easy[2.0] == pytest.approx(0.01 / 0.81 * easy[0.0])
    assert easy[5.0] == pytest.approx((1 / 9) ** 5 * easy[0.0])


def test_smoothing_holds_probabilities_back():
    separable = np.where(X[:, 0] > 0, "yes", "no")
    certain, smoothed = (
        make(solver="lbfgs", alpha=0, label_smoothing=eps, max_iter=500).fit(X, separable) for eps in (0, 0.2)
    )
    assert certain.predict_proba(X).max() > 0.999
    assert smoothed.predict_proba(X).max() < 0.95
    assert smoothed.score(X, separable) > 0.95


# What is refused.


@pytest.mark.parametrize(
    "parameters", [{"loss": "hinge"}, {"loss": "squared_error"}, {"loss": "perceptron"}], ids=str
)
def test_labels_that_cannot_be_smoothed(parameters):
    with pytest.raises(ValueError, match="label_smoothing=0.1 have no meaning together"):
        make(label_smoothing=0.1, **parameters).fit(X, TARGETS["binary"])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"label_smoothing": 1}, "label_smoothing"),
        ({"label_smoothing": -0.1}, "label_smoothing"),
        ({"focal_gamma": -1}, "focal_gamma"),
        ({"focal_gamma": np.inf, "loss": "focal"}, "focal_gamma must be finite"),
        ({"loss": "huber"}, "loss"),
        ({"loss": "perceptron", "solver": "lbfgs"}, "the perceptron rule is no gradient"),
    ],
)
def test_bad_parameters(parameters, message):
    model = make(**parameters) if "loss" not in parameters else MLPClassifier(**parameters)
    with pytest.raises(ValueError, match=message):
        model.fit(X, TARGETS["binary"])
    assert not hasattr(model, "coefs_")


def test_another_last_layer_than_before():
    model = make(warm_start=True).fit(X, TARGETS["binary"])
    before = pickle.dumps(model.set_params(loss="hinge"))
    for do in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match="'logistic', but the loss 'hinge' needs 'identity'"):
            do(X, TARGETS["binary"])
    assert pickle.dumps(model) == before


def test_several_outputs_of_classes():
    y = np.c_[np.digitize(SIDE, [-0.5, 0.5]), np.digitize(X[:, 1], [-0.5, 0, 0.5])]
    for loss, smoothing in (("log_loss", 0.0), ("log_loss", 0.1), ("squared_error", 0.0)):
        model = make(loss=loss, label_smoothing=smoothing)
        assert model.gradient_check(X, y) < 1e-6
        assert model.fit(X, y).gradient_check(X, y) < 1e-6
    for loss in ("focal", "hinge", "perceptron"):
        with pytest.raises(ValueError, match=f"several outputs of classes have no loss '{loss}'"):
            make(loss).fit(X, y)


def test_scikit_learn_does_not_have_them():
    for case in ("focal", "hinge", "squared_error"):
        with pytest.raises(ValueError, match=f"scikit-learn's MLPClassifier has no loss '{case}'"):
            make(case).fit(X, TARGETS["binary"]).to_sklearn()
    with pytest.raises(ValueError, match="has no label_smoothing, which is 0.2"):
        make("smoothed").to_sklearn()
