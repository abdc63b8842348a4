"""Perceptron: scikit-learn's weights bit for bit, and what is refused."""

import _thread
import pickle
import threading
import tracemalloc
import warnings

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, make_classification
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import Perceptron as SklearnPerceptron
from sklearn.utils.fixes import parse_version

from rosenblatt import Network, Perceptron, _core

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, OR, XOR = [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]


# Before 1.8, scikit-learn left the penalty out of the objective that it watches, and stopped elsewhere.
WATCHES_PENALTY = parse_version(sklearn.__version__) >= parse_version("1.8")


def integers(classes, rows=150, columns=20):
    random = np.random.RandomState(0)
    return random.randint(-5, 6, (rows, columns)).astype(float), random.randint(0, classes, rows)


DATA = {
    "digits": load_digits(return_X_y=True),
    # Tenths: net inputs that are zero but for their rounding, which decides on the next step.
    "iris": load_iris(return_X_y=True),
    "cancer": load_breast_cancer(return_X_y=True),
    "binary": integers(2),
    "multiclass": integers(4),
    "normal": make_classification(300, 30, n_informative=10, n_classes=3, random_state=0),
}


def assert_same(ours, theirs, X):
    np.testing.assert_array_equal(ours.coef_, theirs.coef_, strict=True)
    np.testing.assert_array_equal(ours.intercept_, theirs.intercept_, strict=True)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_, strict=True)
    assert (ours.n_iter_, ours.t_) == (theirs.n_iter_, theirs.t_)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X), strict=True)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), rtol=1e-5, atol=1e-3)
    assert ours.score(X, theirs.predict(X)) == 1


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"random_state": 1},
        {"random_state": 42, "shuffle": False},
        {"eta0": 0.1},
        {"fit_intercept": False},
        {"tol": None, "max_iter": 7},
        {"n_iter_no_change": 1, "tol": 0.1},
        {"class_weight": "balanced"},
        {"class_weight": {0: 0.3, 1: 2}},
        {"penalty": "l2"},
        {"penalty": "l2", "alpha": 2.0},
        {"penalty": "l1", "alpha": 0.01, "random_state": 3},
        {"penalty": "elasticnet", "l1_ratio": 0.4},
        {"early_stopping": True},
        {"early_stopping": True, "penalty": "elasticnet", "alpha": 0.01, "validation_fraction": 0.3},
    ],
    ids=str,
)
def test_weights_are_those_of_scikit_learn(name, dtype, parameters):
    X, y = DATA[name]
    X = X.astype(dtype)
    parameters = {"max_iter": 40, **parameters}
    if "penalty" in parameters and not WATCHES_PENALTY:
        parameters["tol"] = None
    assert_same(Perceptron(**parameters).fit(X, y), SklearnPerceptron(**parameters).fit(X, y), X)


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("name", ["binary", "multiclass"])
def test_generators_are_drawn_from_as_by_scikit_learn(name, early_stopping):
    X, y = DATA[name]
    models = []
    for cls in (Perceptron, SklearnPerceptron):
        random = np.random.RandomState(5)
        models.append(cls(random_state=random, early_stopping=early_stopping).fit(X, y))
        models.append(random.randint(1000))
    assert_same(models[0], models[2], X)
    assert models[1] == models[3]

    for cls in (Perceptron, SklearnPerceptron):
        np.random.seed(7)  # noqa: NPY002 - what random_state=None stands for
        models.append(cls(random_state=None).fit(X, y))
    assert_same(models[4], models[5], X)


@pytest.mark.parametrize("name", ["binary", "multiclass"])
def test_sample_weights_and_initial_weights(name):
    X, y = DATA[name]
    units = 1 if name == "binary" else 4
    random = np.random.RandomState(0)
    arguments = {
        "coef_init": random.normal(size=(units, X.shape[1])),
        "intercept_init": random.normal(size=units),
        "sample_weight": random.uniform(size=len(y)),
    }
    for parameters in ({}, {"early_stopping": True}, {"penalty": "l2", "class_weight": "balanced"}):
        ours = Perceptron(**parameters).fit(X, y, **arguments)
        assert_same(ours, SklearnPerceptron(**parameters).fit(X, y, **arguments), X)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["binary", "multiclass"])
def test_warm_start_and_partial_fit_go_on(name, dtype):
    X, y = DATA[name]
    X = X.astype(dtype)
    warm = [cls(warm_start=True, max_iter=3, tol=None) for cls in (Perceptron, SklearnPerceptron)]
    partial = [cls() for cls in (Perceptron, SklearnPerceptron)]
    for call in range(3):
        assert_same(*[model.fit(X, y) for model in warm], X)
        classes = np.unique(y) if call == 0 else None
        rows = slice(50 * call, 50 * call + 50)
        assert_same(*[model.partial_fit(X[rows], y[rows], classes) for model in partial], X)


def test_labels_of_any_kind():
    X, _ = DATA["binary"]
    y = np.where(X[:, 0] > 0, "yes", "no")
    assert_same(Perceptron().fit(X, y), SklearnPerceptron().fit(X, y), X)


def test_bytes_are_trained_as_their_numbers_without_a_copy():
    random = np.random.RandomState(0)
    X = random.randint(0, 256, (4000, 500), dtype=np.uint8)
    y = random.randint(0, 3, 4000)
    model = Perceptron(max_iter=3)
    expected = SklearnPerceptron(max_iter=3).fit(X, y)
    model.fit(X[:10], y[:10])  # what is imported or made once does not count
    tracemalloc.start()
    model.fit(X, y)
    predicted = model.predict(X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # As float64 the table would take 16 MB.
    assert peak < 3 * X.nbytes
    np.testing.assert_array_equal(model.coef_, expected.coef_, strict=True)
    np.testing.assert_array_equal(predicted, expected.predict(X))
    for parameters in ({"penalty": "l1"}, {"penalty": "l2"}, {"early_stopping": True}):
        parameters["max_iter"] = 2
        np.testing.assert_array_equal(
            Perceptron(**parameters).fit(X[:300], y[:300]).coef_,
            SklearnPerceptron(**parameters).fit(X[:300], y[:300]).coef_,
        )


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8, np.int64, np.float16, bool])
def test_any_layout_and_dtype(dtype):
    X, y = DATA["multiclass"]
    X = np.abs(X).astype(dtype)
    expected = SklearnPerceptron(max_iter=5).fit(X, y)
    read_only = X.copy()
    read_only.setflags(write=False)
    wide = np.repeat(np.repeat(X, 2, axis=0), 2, axis=1)
    unaligned = np.frombuffer(b"x" + X.tobytes(), np.uint8)[1:].view(dtype).reshape(X.shape)
    layouts = [np.asfortranarray(X), read_only, wide[::2, ::2], wide[::2, : X.shape[1]], unaligned]
    for i, table in enumerate(layouts):
        model = Perceptron(max_iter=5).fit(table, y)
        if i != 3:
            np.testing.assert_array_equal(model.coef_, expected.coef_, strict=True)
    backwards = np.ascontiguousarray(X[::-1])[::-1]
    assert_same(Perceptron(max_iter=5).fit(backwards, y), expected, X)
    assert_same(
        Perceptron(max_iter=5).fit(X.tolist(), y.tolist()),
        SklearnPerceptron(max_iter=5).fit(X.tolist(), y),
        X,
    )


@pytest.mark.parametrize("y", [AND, OR])
def test_learns_what_a_plane_separates(y):
    model = Perceptron(tol=None, max_iter=20).fit(CORNERS, y)
    np.testing.assert_array_equal(model.predict(CORNERS), y)


def test_never_learns_xor():
    for seed in range(20):
        assert Perceptron(tol=None, max_iter=100, random_state=seed).fit(CORNERS, XOR).score(CORNERS, XOR) < 1


def test_differs_from_the_textbook_at_zero_only():
    # From zero weights n = 0: a positive row is right for the textbook and wrong here, a negative one is
    # wrong for both.
    network = Network([2, 1], ["HardLimit"])
    network.W[1], network.b[1] = np.zeros((2, 1)), np.zeros(1)
    network.perceptron_rule([1.0, 2.0], [1.0], 1.0)
    assert not network.W[1].any()
    here = Perceptron(shuffle=False).partial_fit([[1, 2]], [1], classes=[0, 1])
    np.testing.assert_array_equal(here.coef_, [[1, 2]])

    network.perceptron_rule([1.0, 2.0], [0.0], 1.0)
    here = Perceptron(shuffle=False).partial_fit([[1, 2]], [0], classes=[0, 1])
    np.testing.assert_array_equal(here.coef_, network.W[1].T)
    np.testing.assert_array_equal(here.coef_, [[-1, -2]])


def test_warns_where_the_epochs_were_too_few():
    with pytest.warns(ConvergenceWarning, match="max_iter=2 epochs"):
        Perceptron(max_iter=2).fit(*DATA["digits"])
    with warnings.catch_warnings(action="error"):
        Perceptron(max_iter=2, tol=None).fit(*DATA["digits"])
        Perceptron().fit(CORNERS, AND)


def test_verbose_prints_a_line_an_epoch(capsys):
    Perceptron(tol=None, max_iter=2, shuffle=False, verbose=1).fit(CORNERS, AND)
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 1: loss 0.250000, objective 0.250000, 2 rows wrong",
        "Epoch 2: loss 0.250000, objective 0.250000, 3 rows wrong",
    ]
    Perceptron(max_iter=1, verbose=1, early_stopping=True).fit(*DATA["binary"])
    assert "validation score 0." in capsys.readouterr().out


@pytest.mark.parametrize("n_jobs", [None, 2])
@pytest.mark.parametrize("verbose", [0, 1])
def test_ctrl_c_leaves_a_usable_model(monkeypatch, n_jobs, verbose):
    train = _core.train_perceptron

    def interrupted_in_a_moment(*args, **kwargs):
        threading.Timer(0.2, _thread.interrupt_main).start()
        monkeypatch.setattr(_core, "train_perceptron", train)
        return train(*args, **kwargs)

    monkeypatch.setattr(_core, "train_perceptron", interrupted_in_a_moment)
    X, y = DATA["iris"]
    model = Perceptron(tol=None, max_iter=10**7, n_jobs=n_jobs, verbose=verbose)
    with pytest.warns(UserWarning, match=r"^Training interrupted by user\.$"):
        model.fit(X, y)
    assert 0 < model.n_iter_ < 10**7
    # The first class was trained for n_iter_ whole epochs; with one thread the others stay at zero.
    expected = SklearnPerceptron(tol=None, max_iter=model.n_iter_).fit(X, y)
    if n_jobs is None:
        np.testing.assert_array_equal(model.coef_[0], expected.coef_[0])
        assert not model.coef_[1:].any()
    assert model.predict(X).shape == y.shape


def test_an_exception_between_epochs_ends_the_fit(monkeypatch):
    model = Perceptron(tol=None, max_iter=10**7, verbose=1)
    with monkeypatch.context() as patch:
        patch.setattr(Perceptron, "_print_epoch", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            model.fit(CORNERS, AND)
    assert not hasattr(model, "coef_")


NAN, INFINITE = np.array([[0.0, np.nan]] * 4), np.array([[0.0, np.inf]] * 4)
BAD = {
    "nan": (NAN, AND),
    "inf": (INFINITE, AND),
    "float32 inf": (INFINITE.astype(np.float32), AND),
    "no rows": (np.empty((0, 2)), []),
    "no columns": (np.empty((4, 0)), AND),
    "strings": (np.array([["a", "b"]] * 4), AND),
    "objects": (np.array([[object(), 1]] * 4), AND),
    "None": (np.array([[None, 1]] * 4), AND),
    "complex": (CORNERS * 1j, AND),
    "one dimension": (np.arange(4.0), AND),
    "three dimensions": (np.zeros((4, 2, 2)), AND),
    "ragged": ([[1, 2], [3]], [0, 1]),
    "y too short": (CORNERS, [0, 1]),
    "y of two columns": (CORNERS, [[0, 1]] * 4),
    "y of nan": (CORNERS, [0, 1, np.nan, 1]),
    "y of numbers": (CORNERS, [0.1, 0.2, 0.3, 1.7]),
    "y is None": (CORNERS, None),
    "one class": (CORNERS, [1, 1, 1, 1]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_raises_what_scikit_learn_raises(case):
    X, y = BAD[case]
    errors = []
    for model in (Perceptron(), SklearnPerceptron()):
        with pytest.raises((ValueError, TypeError)) as error:
            model.fit(X, y)
        errors.append(error.type)
    assert errors[0] is errors[1]


@pytest.mark.parametrize(
    "parameters",
    [
        {"penalty": "l3"},
        {"alpha": -1},
        {"l1_ratio": 2},
        {"max_iter": 0},
        {"max_iter": 1.5},
        {"tol": -1},
        {"eta0": 0},
        {"eta0": np.nan},
        {"n_iter_no_change": 0},
        {"validation_fraction": 1},
        {"class_weight": "even"},
        {"random_state": -1},
        {"shuffle": "yes"},
    ],
    ids=str,
)
def test_bad_parameters_raise_value_error(parameters):
    with pytest.raises(ValueError, match=next(iter(parameters))):
        Perceptron(**parameters).fit(CORNERS, AND)


def test_unknown_parameters_raise_type_error():
    with pytest.raises(TypeError, match="average"):
        Perceptron(average=True)


def test_other_bad_arguments_of_fit():
    for arguments in (
        {"sample_weight": [1, 2]},
        {"sample_weight": [1, 2, np.nan, 1]},
        {"coef_init": [[1, 2, 3]]},
        {"intercept_init": [1, 2]},
    ):
        with pytest.raises(ValueError, match=r"sample_weight|coef_init|intercept_init|inconsistent|NaN"):
            Perceptron().fit(CORNERS, AND, **arguments)
    with pytest.raises(ValueError, match="n_jobs"):
        Perceptron(n_jobs=0).fit(*DATA["multiclass"])
    with pytest.raises(ValueError, match=r"validation|test_size|class"):
        Perceptron(early_stopping=True).fit(CORNERS, AND)


def test_bad_calls_of_partial_fit():
    with pytest.raises(ValueError, match="classes must be passed"):
        Perceptron().partial_fit(CORNERS, AND)
    with pytest.raises(ValueError, match="early_stopping"):
        Perceptron(early_stopping=True).partial_fit(CORNERS, AND, classes=[0, 1])
    with pytest.raises(ValueError, match="balanced"):
        Perceptron(class_weight="balanced").partial_fit(CORNERS, AND, classes=[0, 1])
    model = Perceptron().partial_fit(CORNERS, AND, classes=[0, 1])
    with pytest.raises(ValueError, match=r"\[5\]"):
        model.partial_fit(CORNERS, [0, 1, 5, 1])
    with pytest.raises(ValueError, match="features"):
        model.partial_fit(CORNERS[:, :1], AND)


def test_prediction_needs_a_fit_and_the_columns_of_the_fit():
    with pytest.raises(NotFittedError):
        Perceptron().predict(CORNERS)
    model = Perceptron().fit(CORNERS, AND)
    for method in (model.predict, model.decision_function):
        with pytest.raises(ValueError, match="3 features"):
            method(np.zeros((2, 3)))
    assert not hasattr(model, "predict_proba")


def test_overflow_is_told():
    X = np.array([[1e308], [1e308], [-1e308]])
    for model in (Perceptron(eta0=10), SklearnPerceptron(eta0=10)):
        with pytest.raises(ValueError, match="Floating-point"):
            model.fit(X, [0, 1, 0])


def test_a_failed_fit_leaves_the_estimator_as_it_was():
    model = Perceptron().fit(CORNERS, AND)
    before = pickle.dumps(model)
    overflowing = np.full((4, 3), 1e308)
    bad = [case for name, case in BAD.items() if name != "one class"] + [(overflowing, AND)]
    for X, y in bad:
        with pytest.raises((ValueError, TypeError)):
            model.set_params(eta0=10.0).fit(X, y)
        with pytest.raises((ValueError, TypeError)):
            model.partial_fit(X, y)
    with pytest.raises(ValueError, match="classes"):
        model.fit(*BAD["one class"])
    assert pickle.dumps(model.set_params(eta0=1.0)) == before


def test_huge_counts_are_accepted():
    assert Perceptron(max_iter=10**30).fit(CORNERS, AND).n_iter_ < 100
    assert Perceptron(max_iter=9, n_iter_no_change=10**30).fit(CORNERS, AND).n_iter_ == 9


def test_pickle_and_clone():
    X, y = DATA["digits"]
    model = Perceptron(max_iter=3, penalty="l2").fit(X, y)
    assert_same(pickle.loads(pickle.dumps(model)), model, X)
    assert clone(model).get_params() == model.get_params()
    assert Perceptron().get_params() == SklearnPerceptron().get_params()


def test_a_fit_on_one_dtype_goes_on_with_another():
    model = Perceptron().partial_fit(CORNERS.astype(np.float32), AND, classes=[0, 1])
    model.partial_fit(CORNERS.astype(np.uint8), AND).partial_fit(CORNERS.astype(np.float64), AND)
    assert model.coef_.dtype == np.float32
    expected = Perceptron()
    for _ in range(3):
        expected.partial_fit(CORNERS.astype(np.float32), AND, classes=[0, 1])
    np.testing.assert_array_equal(model.coef_, expected.coef_, strict=True)


def test_core_refuses_what_does_not_fit():
    options = {
        "penalty": None, "alpha": 0.0, "l1_ratio": 0.0, "fit_intercept": True, "max_iter": 1, "tol": 0.0,
        "shuffle": True, "seed": 1, "eta0": 1.0, "early_stopping": False, "n_iter_no_change": 5,
        "weight_positive": 1.0, "weight_negative": 1.0,
    }  # fmt: skip
    train = _core.train_perceptron
    w, x, y = np.zeros(2), CORNERS.astype(float), np.array([1, -1, 1, -1], np.int8)
    read_only = np.zeros(2)
    read_only.setflags(write=False)
    for error, arguments, changes in (
        (TypeError, (np.zeros(2, int), 0.0, x, y), {}),
        (TypeError, (w, 0.0, x.astype(int), y), {}),
        (TypeError, (w, 0.0, x, y.astype(int)), {}),
        (TypeError, (w, 0.0, x, y, np.ones(4, np.float32)), {}),
        (ValueError, (read_only, 0.0, x, y), {}),
        (ValueError, (np.zeros(4)[::2], 0.0, x, y), {}),
        (ValueError, (np.zeros((1, 2)), 0.0, x, y), {}),
        (ValueError, (np.zeros(3), 0.0, x, y), {}),
        (ValueError, (w, 0.0, x, y[:3]), {}),
        (ValueError, (w, 0.0, x, np.zeros(4, np.int8)), {}),
        (ValueError, (w, 0.0, x, y, None, np.ones(4, np.uint8)), {}),
        (ValueError, (w, 0.0, x, y), {"penalty": "l3"}),
        (ValueError, (w, 0.0, x, y), {"eta0": -1.0}),
    ):
        with pytest.raises(error):
            train(*arguments, **{**options, **changes})
    assert train(w, 0.0, x, y, **options)[2] == 1
