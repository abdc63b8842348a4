"""partial_fit: one epoch a call, from where the call before ended, number by number as scikit-learn."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn import neural_network

import rosenblatt
from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 60
X = np.random.RandomState(0).rand(ROWS, 4)
X[X < 0.3] = 0
Y = np.argsort(np.argsort(X.sum(axis=1))) * 3 // ROWS
BITS = np.c_[Y > 0, Y == 1, Y < 2].astype(int)
NUMBERS = np.sin(4 * X.sum(axis=1))
NAMES = np.array(["few", "many", "some"])

# For the classifier with what the first call needs.
TARGETS = {
    "binary": (MLPClassifier, Y > 0, [False, True]),
    "multiclass": (MLPClassifier, Y, [0, 1, 2]),
    "strings": (MLPClassifier, NAMES[Y], ["some", "many", "few", "none"]),
    "objects": (MLPClassifier, NAMES.astype(object)[Y], np.array(["few", "many", "some"], object)),
    "multilabel": (MLPClassifier, BITS, [0, 1, 2]),
    "regression": (MLPRegressor, NUMBERS, None),
    "regression2": (MLPRegressor, np.c_[NUMBERS, X[:, 0]], None),
}
SOLVERS = {
    "adam": {"learning_rate_init": 0.01},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.05},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 2.0, "tol": 0.05},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.5, "power_t": 0.3},
}
ESTIMATORS = [MLPClassifier, MLPRegressor]

by_target = pytest.mark.parametrize("kind", TARGETS)
by_solver = pytest.mark.parametrize("solver", SOLVERS)
by_estimator = pytest.mark.parametrize("estimator", ESTIMATORS)


def make(estimator, module=rosenblatt, **parameters):
    parameters = {
        "hidden_layer_sizes": (6,),
        "batch_size": 17,
        "n_iter_no_change": 2,
        "random_state": 0,
    } | parameters
    return getattr(module, estimator.__name__)(**parameters)


def both(estimator, **parameters):
    return make(estimator, **parameters), make(estimator, neural_network, **parameters)


def begun(model, X=X, y=Y):
    classes = {"classes": [0, 1, 2]} if hasattr(model, "predict_proba") else {}
    return model.partial_fit(X, y, **classes)


def thetas(model):
    return [*model.coefs_, *model.intercepts_]


def assert_alike(model, other, rtol=1e-9):
    """Equal to rounding, or to the bit where rtol is 0."""
    np.testing.assert_allclose(model.loss_curve_, other.loss_curve_, rtol=rtol)
    np.testing.assert_allclose(model.best_loss_, other.best_loss_, rtol=rtol)
    assert (model.n_iter_, model.t_) == (other.n_iter_, other.t_)
    for mine, wanted in zip(thetas(model), thetas(other), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e3 * rtol, atol=1e3 * rtol)


# One call after the other.


@by_solver
@by_target
def test_calls_as_scikit_learn(kind, solver):
    """Twelve of them, of other rows by turns; adaptive rates have stalled by then, and fallen."""
    estimator, y, classes = TARGETS[kind]
    ours, theirs = both(estimator, **SOLVERS[solver])
    for call in range(12):
        rows = slice(call % 3, None, 2)
        for model in (ours, theirs):
            first = {"classes": classes} if classes is not None and call == 0 else {}
            assert model.partial_fit(X[rows], y[rows], **first) is model
    assert_alike(ours, theirs)
    assert len(ours.loss_curve_) == 12
    assert ours.n_iter_ == 1
    assert ours.t_ == sum(len(range(call % 3, ROWS, 2)) for call in range(12))
    assert ours.loss_ == ours.loss_curve_[-1]
    assert ours.best_loss_ == min(ours.loss_curve_)
    assert (ours.validation_scores_, ours.best_validation_score_) == (None, None)
    if solver == "adaptive":
        assert ours._optimizer.learning_rate == pytest.approx(theirs._optimizer.learning_rate)
        assert ours._optimizer.learning_rate < 2
    if estimator is MLPClassifier:
        np.testing.assert_array_equal(ours.classes_, np.sort(classes))
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-6)
    else:
        np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6)


@by_solver
@by_target
def test_fit_and_partial_fit_by_turns(kind, solver):
    """fit begins anew; partial_fit goes on, also from what fit left."""
    estimator, y, _ = TARGETS[kind]
    ours, theirs = both(estimator, max_iter=3, **SOLVERS[solver])
    for model in (ours, theirs):
        model.fit(X, y).partial_fit(X, y).partial_fit(X, y)
    assert_alike(ours, theirs)
    assert len(ours.loss_curve_) == 5
    assert_alike(ours.fit(X, y), make(estimator, max_iter=3, **SOLVERS[solver]).fit(X, y), rtol=0)
    assert_alike(ours.partial_fit(X, y), theirs.fit(X, y).partial_fit(X, y))


@by_estimator
def test_with_warm_start(estimator):
    """fit goes on, too, with an optimizer of its own."""
    ours, theirs = both(estimator, warm_start=True, max_iter=3)
    for model in (ours, theirs):
        begun(model).partial_fit(X, Y).fit(X, Y).partial_fit(X, Y)
    assert_alike(ours, theirs)
    assert len(ours.loss_curve_) == 6


def test_with_warm_start_all_classes_must_be_there():
    for model in both(MLPClassifier, warm_start=True):
        with pytest.raises(ValueError, match="same classes as in the previous call"):
            begun(model).partial_fit(X[Y > 0], Y[Y > 0])


@by_estimator
def test_a_pickle_goes_on_as_the_original(estimator):
    model = begun(make(estimator)).partial_fit(X, Y)
    copy = pickle.loads(pickle.dumps(model))
    assert_alike(copy.partial_fit(X, Y), model.partial_fit(X, Y), rtol=0)


@pytest.mark.parametrize("early", ["first", "later"])
@by_estimator
def test_early_stopping_is_refused(estimator, early):
    for model in both(estimator):
        if early == "later":
            begun(model)
        with pytest.raises(ValueError, match="partial_fit does not support early_stopping=True"):
            begun(model.set_params(early_stopping=True))


# What may change between calls.


@pytest.mark.parametrize(
    "changed",
    [
        {"learning_rate_init": 0.5},
        {"solver": "sgd"},
        {"beta_1": 0.1, "beta_2": 0.2, "epsilon": 0.1},
        {"alpha": 5.0},
        {"batch_size": 5},
        {"shuffle": False},
        {"random_state": 7},
        {"activation": "tanh"},
    ],
    ids=str,
)
@by_estimator
def test_changed_parameters_as_scikit_learn(estimator, changed):
    ours, theirs = both(estimator)
    for model in (ours, theirs):
        begun(model).set_params(**changed).partial_fit(X, Y).partial_fit(X, Y)
    assert_alike(ours, theirs)


@by_estimator
def test_options_of_the_optimizer_stay_and_others_do_not(estimator):
    unchanged = begun(make(estimator)).partial_fit(X, Y)
    kept = {
        "learning_rate_init": 0.5,
        "momentum": 0.1,
        "beta_1": 0.5,
        "solver": "sgd",
        "learning_rate": "adaptive",
    }
    assert_alike(begun(make(estimator)).set_params(**kept).partial_fit(X, Y), unchanged, rtol=0)
    for counts in ({"alpha": 5.0}, {"batch_size": 5}):
        other = begun(make(estimator)).set_params(**counts).partial_fit(X, Y)
        assert other.loss_curve_[0] == unchanged.loss_curve_[0]
        assert other.loss_curve_[1] != unchanged.loss_curve_[1]


@pytest.mark.parametrize("how", ["edited", "replaced"])
@by_estimator
def test_parameters_that_were_changed_by_hand_count(estimator, how):
    """scikit-learn's optimizer goes on moving arrays that were replaced, and leaves the new ones alone."""
    ours, theirs = both(estimator)
    for model in (ours, theirs):
        begun(model)
        for W in model.coefs_:
            W[...] = 0.5 * W
    assert_alike(ours.partial_fit(X, Y), theirs.partial_fit(X, Y))
    if how == "replaced":
        other = begun(make(estimator))
        other.coefs_ = [0.5 * W for W in other.coefs_]
        assert_alike(other.partial_fit(X, Y), ours, rtol=0)


@by_estimator
def test_the_dtype_stays_that_of_the_first_call(estimator):
    narrow = begun(make(estimator), X.astype(np.float32))
    wide = begun(make(estimator))
    for model, given in (
        (narrow, X),
        (wide, X.astype(np.float32)),
        (narrow, X.astype(np.float32)),
        (wide, X),
    ):
        model.partial_fit(given, Y)
    assert {theta.dtype for theta in thetas(narrow)} == {np.dtype(np.float32)}
    assert {theta.dtype for theta in thetas(wide)} == {np.dtype(np.float64)}
    np.testing.assert_allclose(narrow.loss_curve_, wide.loss_curve_, rtol=1e-5)


@by_estimator
def test_sparse_and_dense_by_turns(estimator):
    model, dense = begun(make(estimator)), begun(make(estimator))
    for given in (sp.csr_array(X), X, sp.csc_matrix(X), (10 * X).astype(np.uint8)):
        model.partial_fit(given, Y)
        dense.partial_fit(given.toarray() if sp.issparse(given) else given.astype(float), Y)
    assert_alike(model, dense, rtol=1e-12)


@by_estimator
def test_bit_identical_for_any_number_of_threads(estimator):
    given, y = np.tile(X, (10, 1)), np.tile(Y, 10)
    models = [begun(make(estimator, hidden_layer_sizes=(70,), n_threads=n), given, y) for n in (1, 2, 5)]
    alone, *others = [model.partial_fit(given, y) for model in models]
    for other in others:
        assert_alike(other, alone, rtol=0)
