"""The solver "lbfgs": how a training ends, what it takes, and how it goes on."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn import neural_network
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from rosenblatt import MLPClassifier, MLPRegressor

DIGITS, NUMBERS = load_digits(return_X_y=True)
X, Y = DIGITS[:200] / 16, NUMBERS[:200]
ESTIMATORS = [MLPClassifier, MLPRegressor]

by_estimator = pytest.mark.parametrize("estimator", ESTIMATORS)
cut_off = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


def make(estimator=MLPClassifier, **parameters):
    parameters = {
        "hidden_layer_sizes": (8,),
        "solver": "lbfgs",
        "max_iter": 15,
        "random_state": 0,
    } | parameters
    return estimator(**parameters)


def thetas(model):
    return [*model.coefs_, *model.intercepts_]


def assert_identical(model, other):
    assert model.loss_curve_ == other.loss_curve_
    assert model.loss_ == other.loss_
    for mine, wanted in zip(thetas(model), thetas(other), strict=True):
        np.testing.assert_array_equal(mine, wanted)


def answers(model, X):
    return model.predict_proba(X) if isinstance(model, MLPClassifier) else model.predict(X)


# How it ends.


@by_estimator
def test_the_loss_falls_in_every_iteration(estimator):
    model = make(estimator, max_iter=1000, tol=1e-2).fit(X, Y)  # no warning: it converges
    curve = model.loss_curve_
    assert 5 < len(curve) == model.n_iter_ < 1000
    assert curve == sorted(curve, reverse=True)
    assert curve[-1] == model.loss_ == model.best_loss_
    assert model.validation_scores_ is model.best_validation_score_ is None
    assert model.t_ == 0
    assert model.score(X, Y) > 0.95


@pytest.mark.parametrize(
    ("limit", "said"), [({"max_iter": 4}, r"max_iter \(now 4\)"), ({"max_fun": 4}, r"max_fun \(now 4\)")]
)
@by_estimator
def test_a_limit_that_was_reached_is_named(estimator, limit, said):
    with pytest.warns(ConvergenceWarning, match=rf"lbfgs failed to converge after \d iteration\(s\).*{said}"):
        model = make(estimator, **limit).fit(X, Y)
    assert 1 <= model.n_iter_ <= 4
    assert len(model.loss_curve_) == model.n_iter_
    assert model.loss_ == model.loss_curve_[-1]
    assert np.isfinite(answers(model, X)).all()


def test_tol_bounds_the_gradient():
    """SciPy's gtol: no element of the gradient is larger in the end."""
    rough, fine = (make(tol=tol, max_iter=1000).fit(X, Y) for tol in (1e-2, 1e-5))
    assert rough.n_iter_ < fine.n_iter_
    assert rough.loss_ > fine.loss_


@pytest.mark.filterwarnings("ignore:.*`disp` and `iprint` options:DeprecationWarning")  # of scikit-learn 1.6
@cut_off
@by_estimator
def test_early_stopping_is_ignored(estimator):
    assert_identical(make(estimator, early_stopping=True).fit(X, Y), make(estimator).fit(X, Y))
    theirs = getattr(neural_network, estimator.__name__)
    kept = {
        name: value for name, value in make(estimator).get_params().items() if name in theirs().get_params()
    }
    ended = [theirs(**kept | {"early_stopping": stops}).fit(X, Y).loss_ for stops in (False, True)]
    assert ended[0] == ended[1]


@by_estimator
def test_numbers_too_large_are_an_error_that_changes_nothing(estimator):
    """The loss is infinite from the beginning; that would be a model as random as before."""
    model = make(estimator, tol=1e-2, max_iter=500).fit(X, Y)
    before = pickle.dumps(model)
    with pytest.raises(ValueError, match="large values and need to be preprocessed"):
        model.fit(X * 1e200, Y)
    assert pickle.dumps(model) == before
    fresh = make(estimator)
    with pytest.raises(ValueError, match="loss is not finite"):
        fresh.fit(X * 1e200, Y)
    assert not hasattr(fresh, "coefs_")


# Input of every kind, and going on.


@cut_off
@by_estimator
def test_float32(estimator):
    narrow, wide = (make(estimator).fit(X.astype(dtype), Y) for dtype in (np.float32, np.float64))
    assert {theta.dtype for theta in thetas(narrow)} == {np.dtype(np.float32)}
    assert answers(narrow, X.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(narrow.loss_curve_, wide.loss_curve_, rtol=1e-4)
    np.testing.assert_allclose(answers(narrow, X.astype(np.float32)), answers(wide, X), rtol=1e-2, atol=1e-3)


@cut_off
@by_estimator
def test_uint8_and_sparse_rows(estimator):
    whole = np.rint(16 * X)
    model = make(estimator).fit(whole, Y)
    for given in (whole.astype(np.uint8), sp.csr_array(whole), sp.csc_matrix(whole)):
        other = make(estimator).fit(given, Y)
        np.testing.assert_allclose(other.loss_curve_, model.loss_curve_, rtol=1e-6)
        np.testing.assert_allclose(answers(other, given), answers(model, whole), rtol=1e-4, atol=1e-6)


@cut_off
def test_labels_of_any_kind():
    numbers = make().fit(X, Y)
    for names in (
        np.array([f"{n} of ten" for n in range(10)]),
        np.array([chr(97 + n) for n in range(10)], object),
    ):
        named = make().fit(X, names[Y])
        assert named.loss_curve_ == numbers.loss_curve_
        np.testing.assert_array_equal(named.predict(X), names[numbers.predict(X)])
    bits = make().fit(X, (Y[:, None] >> np.arange(4)) & 1)
    assert bits.predict(X).shape == (200, 4)
    assert bits.loss_curve_[-1] < 0.5 * bits.loss_curve_[0]


@cut_off
@pytest.mark.parametrize(
    "given", [np.tile(X, (8, 1)), sp.csr_array(np.tile(X, (8, 1)))], ids=["dense", "sparse"]
)
@by_estimator
def test_bit_identical_for_any_number_of_threads(estimator, given):
    y = np.tile(Y, 8)
    alone = make(estimator, hidden_layer_sizes=(70, 30), n_threads=1, max_iter=4).fit(given, y)
    for n_threads in (2, 3, 5):
        assert_identical(
            make(estimator, hidden_layer_sizes=(70, 30), n_threads=n_threads, max_iter=4).fit(given, y), alone
        )


@cut_off
@by_estimator
def test_warm_start_goes_on(estimator):
    model = make(estimator, warm_start=True, max_iter=5).fit(X, Y)
    first = list(model.loss_curve_)
    model.fit(X, Y)
    assert model.loss_curve_[:5] == first
    assert len(model.loss_curve_) == 10
    assert model.n_iter_ == 5
    assert model.loss_curve_ == sorted(model.loss_curve_, reverse=True)
    assert model.best_loss_ == model.loss_ == model.loss_curve_[-1]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@by_estimator
def test_by_turns_with_the_other_solvers(estimator):
    model = make(estimator, solver="adam", max_iter=3).fit(X, Y)
    assert_identical(model.set_params(solver="lbfgs", max_iter=15).fit(X, Y), make(estimator).fit(X, Y))
    assert not hasattr(model, "partial_fit")
    with pytest.raises(AttributeError, match="partial_fit"):
        model.partial_fit(X, Y)

    # adam begins with no moments, from where lbfgs ended.
    begin = [theta.copy() for theta in thetas(model)]
    model.set_params(solver="adam", batch_size=200, shuffle=False).partial_fit(X, Y)
    assert len(model.loss_curve_) == 16
    assert model.loss_curve_[-1] == pytest.approx(model.loss_curve_[-2], rel=1e-9)
    steps = [np.abs(theta - was) for theta, was in zip(thetas(model), begin, strict=True)]
    assert max(step.max() for step in steps) == pytest.approx(0.001, rel=1e-3)
    assert (model.t_, model.n_iter_) == (200, 1)


@by_estimator
def test_there_is_no_partial_fit(estimator):
    """scikit-learn's regressor has one by an oversight, and trains from the beginning of every call."""
    theirs = [neural_network.MLPClassifier(solver="lbfgs")] if estimator is MLPClassifier else []
    for model in (make(estimator), *theirs):
        assert not hasattr(model, "partial_fit")
        with pytest.raises(AttributeError, match="has no attribute 'partial_fit'") as caught:
            model.partial_fit(X, Y)
        assert str(caught.value.__cause__) == (
            "partial_fit is only available for stochastic optimizers. lbfgs is not stochastic."
        )
