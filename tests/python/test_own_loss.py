"""A loss that the user writes: the training is that of the core's, and mistakes are found before it."""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 60
RANDOM = np.random.RandomState(0)
X = RANDOM.rand(ROWS, 3)
Y = np.sin(4 * X[:, 0]) + X[:, 1]
BOTH = np.c_[Y, X[:, 2]]
LABELS = np.array(["a", "b", "c"])[np.digitize(Y, [0.6, 1.2])]
WEIGHTS = RANDOM.uniform(0.1, 3, ROWS)


def half_squares(y, a):
    """Of each output, summed over them by the caller."""
    return 0.5 * (a - y) ** 2, a - y


def huber(y, a):
    """Of each row."""
    e = a - y
    small = np.abs(e) <= 0.3
    value = np.where(small, e**2 / 2, 0.3 * (np.abs(e) - 0.15))
    return value.sum(axis=1), np.where(small, e, 0.3 * np.sign(e))


def summed_squares(y, a):
    """The sum of all rows."""
    return 0.5 * float(((a - y) ** 2).sum()), a - y


def squares(y, a):
    """Of probabilities."""
    return (a - y) ** 2, 2 * (a - y)


def log_loss(y, a):
    return -y * np.log(a), -y / a


def make(loss=half_squares, **parameters):
    usual = {"hidden_layer_sizes": (5,), "activation": "tanh", "max_iter": 20, "random_state": 0}
    return MLPRegressor(loss, **usual | parameters)


def make_classifier(loss=squares, **parameters):
    usual = {"hidden_layer_sizes": (5,), "activation": "tanh", "max_iter": 20, "random_state": 0}
    return MLPClassifier(loss=loss, **usual | parameters)


def same(ours, theirs, given=X, scale=1.0):
    """To rounding, enlarged by lbfgs: parameters of up to 15 differ by 1e-12 with SciPy 1.11."""
    np.testing.assert_allclose(ours.loss_curve_, np.multiply(theirs.loss_curve_, scale), rtol=1e-12)
    for mine, wanted in zip(ours.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=0, atol=1e-10)
    mine, wanted = ours.predict(given), theirs.predict(given)
    if mine.dtype.kind == "f":
        np.testing.assert_allclose(mine, wanted, atol=1e-12)
    else:  # labels
        np.testing.assert_array_equal(mine, wanted)


# The same training as with the core's loss.


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["rows", "weighted"])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("batch_size", [7, ROWS])
def test_as_the_core(solver, batch_size, weights):
    parameters = {"solver": solver, "batch_size": batch_size}
    parameters |= {} if weights is None else {"alpha": 0.1}
    ours, theirs = (make(loss, **parameters).fit(X, Y, weights) for loss in (half_squares, "squared_error"))
    same(ours, theirs)
    ours, theirs = (
        make(loss, huber_delta=0.3, **parameters).fit(X, BOTH, weights) for loss in (huber, "huber")
    )
    same(ours, theirs)


def test_to_the_last_bit():
    ours, theirs = (make(loss, n_threads=2).fit(X, Y) for loss in (half_squares, "squared_error"))
    assert ours.loss_curve_ == theirs.loss_curve_
    np.testing.assert_array_equal(ours.coefs_[0], theirs.coefs_[0])


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_the_sum_of_all_rows(solver):
    """The squared error's loss is reported as the mean over outputs, that of one's own as the sum."""
    ours, theirs = (
        make(loss, solver=solver, alpha=0).fit(X, BOTH) for loss in (summed_squares, "squared_error")
    )
    if solver != "lbfgs":
        same(ours, theirs, scale=2)
    assert ours.loss_ == pytest.approx(2 * theirs.loss_, rel=1e-6)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize(
    "y",
    [LABELS, LABELS == "b", np.c_[LABELS == "a", LABELS == "b"].astype(int)],
    ids=["three", "two", "labels"],
)
def test_classifier(y, solver):
    ours, theirs = (make_classifier(loss, solver=solver).fit(X, y) for loss in (squares, "squared_error"))
    same(ours, theirs, X)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-12)
    assert ours.gradient_check(X, y) < 1e-6


def test_log_loss_of_a_classifier():
    """By way of the derivative by a and the Jacobian of the softmax: the same to rounding."""
    ours, theirs = (make_classifier(loss).fit(X, LABELS) for loss in (log_loss, "log_loss"))
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-9)


def test_many_rows_in_chunks_and_any_number_of_threads():
    rows = np.tile(X, (60, 1))
    y = np.tile(BOTH, (60, 1))
    for batch_size in (200, 3600):
        parameters = {"max_iter": 2, "batch_size": batch_size, "hidden_layer_sizes": (70,)}
        theirs = make("huber", huber_delta=0.3, **parameters).fit(rows, y)
        alone, *others = (make(huber, n_threads=n, **parameters).fit(rows, y) for n in (1, 2, 5))
        same(alone, theirs)
        for model in others:
            assert model.loss_curve_ == alone.loss_curve_
            np.testing.assert_array_equal(model.coefs_[0], alone.coefs_[0])


@pytest.mark.parametrize(
    "given",
    [X.astype(np.float32), sp.csr_array(X), (9 * X).astype(np.uint8)],
    ids=["float32", "sparse", "uint8"],
)
def test_rows_of_any_kind(given):
    ours, theirs = (make(loss).fit(given, Y) for loss in (half_squares, "squared_error"))
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-5)


def test_early_stopping_warm_start_and_partial_fit():
    parameters = {"early_stopping": True, "max_iter": 60, "learning_rate_init": 0.02}
    ours, theirs = (make(loss, **parameters).fit(X, Y) for loss in (half_squares, "squared_error"))
    same(ours, theirs)
    assert ours.validation_scores_ == theirs.validation_scores_
    np.testing.assert_allclose(ours.validation_loss_curve_, theirs.validation_loss_curve_, rtol=1e-12)
    ours, theirs = (
        make(loss, warm_start=True).fit(X, Y).fit(X, Y) for loss in (half_squares, "squared_error")
    )
    same(ours, theirs)
    ours, theirs = (
        make(loss).partial_fit(X, Y).partial_fit(X, Y) for loss in (half_squares, "squared_error")
    )
    same(ours, theirs)


def test_gradient_check_pickle_clone_and_search():
    model = make(huber)
    assert model.gradient_check(X, BOTH, WEIGHTS) < 1e-6
    assert model.fit(X, BOTH).gradient_check(X, BOTH) < 1e-6
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert clone(again).fit(X, BOTH).loss_curve_ == model.loss_curve_
    search = GridSearchCV(
        make(solver="lbfgs", max_iter=200), {"loss": ["squared_error", huber, half_squares]}, cv=3
    )
    assert search.fit(X, Y).best_score_ > 0.99


def test_the_glass_box():
    model = make(huber).fit(X, BOTH)
    network = model.network_
    wanted = huber(BOTH, model.predict(X))[0].mean()
    assert network.loss == "own"
    assert network.backpropagate(X, BOTH, eta=0) == pytest.approx(wanted, rel=1e-12)
    assert pickle.loads(pickle.dumps(network)).backpropagate(X, BOTH, eta=0) == pytest.approx(
        wanted, rel=1e-12
    )
    with pytest.raises(ValueError, match="a trace has no formula for the loss 'own'"):
        network.trace(X, BOTH, eta=0)
    with pytest.raises(ValueError, match="has no loss"):
        model.to_sklearn()


def test_what_it_is_called_with():
    """By the thread that called fit, with arrays of its own, in the dtype of the parameters."""
    caller, seen, kept = threading.get_ident(), [], []

    def loss(y, a):
        assert threading.get_ident() == caller
        seen.append((y.shape, y.dtype, a.dtype))
        kept.append((y, a, y.copy(), a.copy()))
        a[...] *= 1  # it may write into them
        return half_squares(y, a)

    make(loss, batch_size=25, max_iter=2).fit(X.astype(np.float32), BOTH)
    trained = [entry for entry in seen if entry[1] == np.float32]
    assert [shape for shape, _, _ in trained] == [(25, 2), (25, 2), (10, 2)] * 2
    assert all(dtype == np.float32 for _, _, dtype in trained)
    for y, a, y_then, a_then in kept:
        np.testing.assert_array_equal(y, y_then)
        np.testing.assert_array_equal(a, a_then)
    labels = []
    make_classifier(lambda y, a: (labels.append(y), squares(y, a))[1], max_iter=1).fit(X, LABELS)
    assert all(set(np.unique(y)) <= {0, 1} and (y.sum(axis=1) == 1).all() for y in labels)


# What is refused.

BAD = {
    "half": (lambda y, a: ((a - y) ** 2, a - y), "the derivative of the loss is wrong: in row 0, output 0"),
    "sign": (lambda y, a: ((a - y) ** 2, 2 * (y - a)), "the derivative of the loss is wrong"),
    "mean": (lambda y, a: (((a - y) ** 2).mean(), 2 * (a - y)), "the derivative of the loss is wrong"),
    "shape": (lambda y, a: ((a - y) ** 2, (a - y)[:, 0]), "derivative of the loss must have the shape of a"),
    "value": (lambda y, a: ((a - y)[:2] ** 2, a - y), "value of the loss must have the shape"),
    "nan": (lambda y, a: (np.sqrt(a - y - 1000), a - y), "the value of the loss is nan in row 0"),
    "inf": (lambda y, a: ((a - y) ** 2, 0 * a + np.inf), "the derivative of the loss is inf in row 0"),
    "nothing": (lambda *_: None, r"must return a tuple \(value, derivative\), not NoneType"),
    "one": (lambda y, a: (a - y) ** 2, r"must return a tuple \(value, derivative\), not ndarray"),
    "complex": (lambda y, a: ((a - y) ** 2 + 0j, a - y), "must be real numbers"),
    "text": (lambda y, a: ("a", a - y), "must be real numbers"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("case", BAD)
def test_bad_losses(case, solver):
    loss, message = BAD[case]
    model = make(solver=solver).fit(X, BOTH)
    before = pickle.dumps(model)
    model.loss = loss
    with pytest.raises((ValueError, TypeError), match=message):
        model.fit(X, BOTH)
    model.loss = half_squares
    assert pickle.dumps(model) == before


def test_the_wrong_output_is_named():
    def loss(y, a):
        derivative = a - y
        derivative[:, 1] *= 1.01
        return 0.5 * (a - y) ** 2, derivative

    with pytest.raises(ValueError, match=r"in row 0, output 1, where y is \S+ and a is \S+, it is \S+, but"):
        make(loss).fit(X, BOTH)


def test_a_sum_cannot_be_weighted():
    with pytest.raises(ValueError, match="the loss must return a value for each row, not their sum"):
        make(summed_squares).fit(X, Y, WEIGHTS)
    with pytest.raises(ValueError, match="the loss must return a value for each row, not their sum"):
        make_classifier(lambda y, a: (squares(y, a)[0].sum(), 2 * (a - y)), class_weight="balanced").fit(
            X, LABELS
        )


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_its_exceptions_are_passed_on(solver):
    """In the middle of the training, too, which leaves the estimator as it was."""
    calls = []

    def loss(y, a):
        calls.append(0)
        if len(calls) == 60:
            raise ZeroDivisionError("the 60th call")
        return half_squares(y, a)

    model = make(
        loss, solver=solver, warm_start=True, batch_size=60 if solver == "lbfgs" else 7, tol=0, max_iter=200
    )
    model.loss = half_squares
    model.fit(X, Y)
    model.loss = loss
    before = [W.copy() for W in model.coefs_], model.loss_curve_
    with pytest.raises(ZeroDivisionError, match="the 60th call"):
        model.fit(X, np.roll(Y, 1))
    for W, wanted in zip(model.coefs_, before[0], strict=True):
        np.testing.assert_array_equal(W, wanted)
    assert model.loss_curve_ == before[1]


def test_interrupted_as_of_the_last_epoch():
    calls = []

    def loss(y, a):
        calls.append(0)
        if len(calls) == 80:
            raise KeyboardInterrupt
        return half_squares(y, a)

    with pytest.warns(UserWarning, match="interrupted"):
        model = make(loss, batch_size=7, max_iter=1000, tol=0).fit(X, Y)
    wanted = make(max_iter=model.n_iter_, batch_size=7, tol=0).fit(X, Y)
    assert 0 < model.n_iter_ < 10
    same(model, wanted)


def test_a_training_that_diverges():
    """Then the loss is not asked, and the error is that of any loss."""
    with pytest.raises(ValueError, match="large values and need to be preprocessed"):
        make(half_squares, solver="sgd", learning_rate_init=1e200, activation="identity").fit(X, Y)


def test_a_loss_that_is_not_finite_later_on():
    """The check at random places finds nothing; the message tells the row."""

    def loss(y, a):
        value, derivative = half_squares(y, a)
        return np.where(len(a) == ROWS, np.nan, value), derivative

    with pytest.raises(ValueError, match=r"the value of the loss is nan in row 0, where y is \["):
        make(loss, batch_size=ROWS).fit(X, Y)
