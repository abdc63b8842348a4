"""Perceptron in scikit-learn's place: attributes, methods, errors, checks, and the exchange of estimators."""

from __future__ import annotations

import pickle
from inspect import signature

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Perceptron as SklearnPerceptron
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import cross_validate
from sklearn.utils.estimator_checks import check_estimator

from rosenblatt import MLPClassifier, Perceptron

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

BOTH = (Perceptron, SklearnPerceptron)
RANDOM = np.random.RandomState(0)
X = RANDOM.normal(size=(90, 6))
TARGETS = {"two": np.arange(90) % 2, "three": np.arange(90) % 3}
Y = TARGETS["three"]
WEIGHTS = RANDOM.uniform(size=90)

by_target = pytest.mark.parametrize("y", TARGETS.values(), ids=TARGETS)
by_form = pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix], ids=["dense", "sparse"])


class Named(Perceptron):
    """A subclass with a parameter of its own."""

    def __init__(self, *, name="", penalty=None, eta0=1.0):
        super().__init__(penalty=penalty, eta0=eta0)
        self.name = name


def assert_same(ours, theirs):
    assert ours.get_params() == theirs.get_params()
    np.testing.assert_array_equal(ours.coef_, theirs.coef_, strict=True)
    np.testing.assert_array_equal(ours.intercept_, theirs.intercept_, strict=True)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_, strict=True)
    assert (ours.n_iter_, ours.t_, ours.n_features_in_) == (theirs.n_iter_, theirs.t_, theirs.n_features_in_)


# What it has.


def test_every_public_name_of_scikit_learn():
    ours, theirs = (cls().fit(X, Y) for cls in BOTH)
    missing = {name for name in dir(theirs) if not name.startswith("_")} - {*dir(ours)}
    # A table of the other losses of SGDClassifier, and, before 1.8, a parameter of one of them.
    assert missing - {"C"} == {"loss_functions"}
    for name in ("loss", "learning_rate", "power_t", "epsilon", "average"):
        assert getattr(ours, name) == getattr(theirs, name)
    for name in ("fit", "partial_fit", "predict", "decision_function", "score", "sparsify", "densify"):
        assert [*signature(getattr(ours, name)).parameters] == [*signature(getattr(theirs, name)).parameters]


def test_names_of_columns_go_along():
    model = Perceptron().fit(X, Y)
    assert not hasattr(model.to_sklearn(), "feature_names_in_")
    model.feature_names_in_ = np.array([*"abcdef"], object)  # as a data frame would set it
    for other in (model.to_sklearn(), Perceptron.from_sklearn(model.to_sklearn())):
        np.testing.assert_array_equal(other.feature_names_in_, model.feature_names_in_)
        with pytest.warns(UserWarning, match="does not have valid feature names"):
            other.predict(X)


@by_form
def test_metadata_is_routed(form):
    with sklearn.config_context(enable_metadata_routing=True):
        scores = []
        for cls in BOTH:
            model = cls().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
            model.set_partial_fit_request(sample_weight=True, classes=True)
            result = cross_validate(model, form(X), Y, params={"sample_weight": WEIGHTS}, cv=3)
            scores.append(result["test_score"])
            assert clone(model).get_metadata_routing().fit.requests["sample_weight"] is True
        np.testing.assert_allclose(*scores, rtol=1e-12)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("operation", [np.logical_and, np.logical_or])
def test_and_and_or_are_learned_without_an_error(operation, seed):
    table = np.random.RandomState(seed).randint(0, 2, (100, 2))
    y = operation(table[:, 0], table[:, 1]).astype(int)
    model = Perceptron(random_state=seed).fit(table, y)
    assert f1_score(y, model.predict(table), average="macro") == 1


def test_checks_of_scikit_learn():
    # Rows are learned one after the other, so a weight of 2 is not the same as the row twice;
    # scikit-learn's own Perceptron is excused from these checks for that reason.
    expected = {
        f"check_sample_weight_equivalence_on_{kind}_data": "rows are learned one after the other"
        for kind in ("dense", "sparse")
    }
    results = check_estimator(
        Perceptron(max_iter=5), expected_failed_checks=expected, on_skip=None, on_fail=None
    )
    failed = [
        (result["check_name"], result["exception"]) for result in results if result["status"] == "failed"
    ]
    assert failed == []
    assert sum(result["status"] == "passed" for result in results) > 40


# Sparse weights.


@by_target
@by_form
def test_sparsify_and_densify(form, y):
    ours, theirs = (cls(penalty="l1", alpha=0.05, tol=None, max_iter=9).fit(X, y).sparsify() for cls in BOTH)
    assert type(ours.coef_) is type(theirs.coef_)
    assert ours.coef_.nnz < ours.coef_.shape[0] * ours.coef_.shape[1]
    given = form(X)
    np.testing.assert_array_equal(ours.decision_function(given), theirs.decision_function(given), strict=True)
    np.testing.assert_array_equal(ours.predict(given), theirs.predict(given), strict=True)
    assert ours.score(given, y) == theirs.score(given, y)
    np.testing.assert_array_equal(ours.predict(X.astype(np.uint8)), theirs.predict(X.astype(np.uint8)))
    assert_same(ours.sparsify().densify().densify(), theirs.densify())
    assert_same(ours.partial_fit(given, y), theirs.partial_fit(given, y))
    assert_same(ours.sparsify().fit(given, y), theirs.sparsify().fit(given, y))


@by_target
def test_learning_goes_on_after_densify_only(y):
    kinds = []
    for cls in BOTH:
        model = cls(warm_start=True).fit(X, y).sparsify()
        for learn in (model.fit, model.partial_fit):
            with pytest.raises((ValueError, TypeError, AttributeError)) as error:
                learn(X, y)
            kinds.append(error.type)
        if cls is Perceptron:
            assert "densify()" in str(error.value)
            assert sp.issparse(model.coef_)
    assert kinds[:2] == kinds[2:]
    for cls in BOTH:
        with pytest.raises(NotFittedError):
            cls().sparsify()
        with pytest.raises(NotFittedError):
            cls().densify()


# What is refused is refused with the same kind of error.

PARTS = {"classes": [0, 1, 2]}
REFUSED = {
    "weights all zero": lambda m: m.fit(X, Y, sample_weight=np.zeros(90)),
    "weights all zero, early stopping": lambda m: m.set_params(early_stopping=True).fit(
        X, Y, sample_weight=np.zeros(90)
    ),
    "weights of the rows held out zero": lambda m: m.set_params(early_stopping=True).fit(
        X, Y, sample_weight=np.arange(90) < 1
    ),
    "weights too few": lambda m: m.fit(X, Y, sample_weight=WEIGHTS[1:]),
    "weights of two dimensions": lambda m: m.fit(X, Y, sample_weight=WEIGHTS[:, None]),
    "weights NaN": lambda m: m.fit(X, Y, sample_weight=np.where(WEIGHTS < 0.5, np.nan, 1)),
    "weights are text": lambda m: m.fit(X, Y, sample_weight=["a"] * 90),
    "weights are a number": lambda m: m.fit(X, Y, sample_weight=0.5),
    "weights negative": lambda m: m.fit(X, Y, sample_weight=-WEIGHTS),
    "coef_init of other columns": lambda m: m.fit(X, Y, coef_init=np.ones((3, 5))),
    "coef_init of one class": lambda m: m.fit(X, Y, coef_init=np.ones(6)),
    "coef_init of two classes, flat": lambda m: m.fit(X, TARGETS["two"], coef_init=np.ones(6)),
    "coef_init of two classes, a column": lambda m: m.fit(X, TARGETS["two"], coef_init=np.ones((6, 1))),
    "coef_init NaN": lambda m: m.fit(X, Y, coef_init=np.full((3, 6), np.nan)),
    "coef_init sparse": lambda m: m.fit(X, Y, coef_init=sp.csr_matrix(np.ones((3, 6)))),
    "coef_init is text": lambda m: m.fit(X, Y, coef_init="none"),
    "intercept_init of two": lambda m: m.fit(X, Y, intercept_init=[1, 2]),
    "intercept_init a number": lambda m: m.fit(X, TARGETS["two"], intercept_init=1.0),
    "intercept_init a table": lambda m: m.fit(X, TARGETS["two"], intercept_init=[[1.0]]),
    "intercept_init a number for three": lambda m: m.fit(X, Y, intercept_init=1.0),
    "one class": lambda m: m.fit(X, np.ones(90)),
    "y too short": lambda m: m.fit(X, Y[1:]),
    "y of numbers": lambda m: m.fit(X, X[:, 0]),
    "y of NaN": lambda m: m.fit(X, np.where(Y == 1, np.nan, 1.0)),
    "y is None": lambda m: m.fit(X, None),
    "y of two columns": lambda m: m.fit(X, np.c_[Y, Y]),
    "y sparse": lambda m: m.fit(X, sp.csr_matrix(Y[:, None])),
    "too few rows to hold out": lambda m: m.set_params(early_stopping=True).fit(X[:4], Y[:4]),
    "rows of one dimension": lambda m: m.fit(X[0], Y[:6]),
    "class_weight of an unknown class": lambda m: m.set_params(class_weight={7: 2.0}).fit(X, Y),
    "class_weight is a list": lambda m: m.set_params(class_weight=[1, 2, 3]).fit(X, Y),
    "penalty is a number": lambda m: m.set_params(penalty=1).fit(X, Y),
    "l1_ratio is None": lambda m: m.set_params(l1_ratio=None).fit(X, Y),
    "unknown parameter": lambda m: m.set_params(average=True),
    "unknown argument": lambda m: type(m)(average=True),
    "positional argument": lambda m: type(m)("l2"),
    "partial_fit without classes": lambda m: m.partial_fit(X, Y),
    "partial_fit of one class": lambda m: m.partial_fit(X, np.ones(90), classes=[1]),
    "partial_fit with early stopping": lambda m: m.set_params(early_stopping=True).partial_fit(X, Y, **PARTS),
    "partial_fit balanced": lambda m: m.set_params(class_weight="balanced").partial_fit(X, Y, **PARTS),
    "partial_fit of a class that classes lacks": lambda m: m.partial_fit(X, Y, classes=[0, 1]),
    "partial_fit of an unknown class": lambda m: m.partial_fit(X, Y, **PARTS).partial_fit(X, Y + 1),
    "partial_fit of other classes": lambda m: m.partial_fit(X, Y, **PARTS).partial_fit(
        X, Y, classes=[0, 1, 3]
    ),
    "partial_fit of other columns": lambda m: m.partial_fit(X, Y, **PARTS).partial_fit(X[:, 1:], Y),
    "partial_fit, weights all zero": lambda m: m.partial_fit(X, Y, sample_weight=np.zeros(90), **PARTS),
    "partial_fit, bad parameter": lambda m: m.set_params(eta0=-1).partial_fit(X, Y, **PARTS),
    "partial_fit after a fit": lambda m: m.fit(X, Y).partial_fit(X, Y),
    "warm start with other columns": lambda m: m.set_params(warm_start=True).fit(X, Y).fit(X[:, 1:], Y),
    "warm start with other classes": lambda m: m.set_params(warm_start=True).fit(X, Y).fit(X, Y % 2),
    "predict before fit": lambda m: m.predict(X),
    "decision_function before fit": lambda m: m.decision_function(X),
    "score before fit": lambda m: m.score(X, Y),
    "predict other columns": lambda m: m.fit(X, Y).predict(X[:, 1:]),
    "predict NaN": lambda m: m.fit(X, Y).predict(np.full((1, 6), np.nan)),
    "predict one row": lambda m: m.fit(X, Y).predict(X[0]),
    "predict nothing": lambda m: m.fit(X, Y).predict(X[:0]),
    "predict text": lambda m: m.fit(X, Y).predict([["a"] * 6]),
    "score too few": lambda m: m.fit(X, Y).score(X, Y[1:]),
    "predict_proba": lambda m: m.fit(X, Y).predict_proba(X),
}


@pytest.mark.parametrize("case", REFUSED)
def test_errors_are_of_scikit_learns_types(case):
    kinds = []
    for cls in BOTH:
        try:
            REFUSED[case](cls())
        except Exception as error:
            kinds.append(type(error))
        else:
            kinds.append(None)
    assert kinds[0] is kinds[1]


# Exchange with scikit-learn.


@by_target
@by_form
@pytest.mark.parametrize(
    "parameters", [{}, {"penalty": "elasticnet", "eta0": 0.3, "tol": None, "max_iter": 9}], ids=str
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_to_and_from_scikit_learn(form, y, parameters, dtype):
    given = form(X.astype(dtype))
    ours = Perceptron(**parameters).fit(given, y)
    theirs = ours.to_sklearn()
    assert type(theirs) is SklearnPerceptron
    assert_same(theirs, SklearnPerceptron(**parameters).fit(given, y))
    np.testing.assert_allclose(ours.decision_function(given), theirs.decision_function(given), rtol=1e-5)
    before = pickle.dumps(ours)
    back = Perceptron.from_sklearn(theirs)
    assert_same(back, ours)
    for _ in range(2):
        theirs.partial_fit(given, y)
        back.partial_fit(given, y)
        assert_same(back, theirs)
    assert pickle.dumps(ours) == before  # nothing is shared
    ours.partial_fit(given, y).partial_fit(given, y)
    assert_same(ours, theirs)


def test_exchange_of_what_is_not_fitted():
    random = np.random.RandomState(3)
    ours = Perceptron(alpha=0.5, class_weight={0: 2.0}, random_state=random)
    with sklearn.config_context(enable_metadata_routing=True):
        ours.set_fit_request(sample_weight=True)
    theirs = ours.to_sklearn()
    back = Perceptron.from_sklearn(theirs)
    assert type(theirs) is SklearnPerceptron
    assert type(back) is Perceptron
    for other in (theirs, back):
        assert not [name for name in vars(other) if name.endswith("_")]
        assert (other.alpha, other.class_weight) == (0.5, {0: 2.0})
        assert other.random_state is not random
        assert other.get_metadata_routing().fit.requests["sample_weight"] is True
    assert_same(
        ours.fit(X, Y % 2).set_params(random_state=0), theirs.fit(X, Y % 2).set_params(random_state=0)
    )
    failed = SklearnPerceptron()
    with pytest.raises(ValueError, match="class"):
        failed.fit(X, np.ones(90))
    assert Perceptron.from_sklearn(failed).fit(X, Y).coef_.shape == (3, 6)


def test_exchange_of_sparse_weights():
    ours = Perceptron(penalty="l1").fit(X, Y).sparsify()
    for other in (ours.to_sklearn(), Perceptron.from_sklearn(ours.to_sklearn())):
        assert sp.issparse(other.coef_)
        np.testing.assert_array_equal(other.predict(X), ours.predict(X))


def test_a_subclass_comes_back_as_itself():
    ours = Named(name="x", penalty="l2").fit(X, Y)
    theirs = ours.to_sklearn()
    assert type(theirs) is SklearnPerceptron
    back = Named.from_sklearn(theirs)
    assert type(back) is Named
    assert (back.penalty, back.name) == ("l2", "")
    np.testing.assert_array_equal(back.predict(X), ours.predict(X))


@pytest.mark.parametrize("other", [Perceptron(), MLPClassifier(), SGDClassifier(), None, SklearnPerceptron])
def test_nothing_else_is_taken_for_scikit_learns(other):
    with pytest.raises(TypeError, match=r"must be a sklearn\.linear_model\.Perceptron, not"):
        Perceptron.from_sklearn(other)
