"""MLPClassifier with several outputs of several classes each: one network, a softmax for each output."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_predict, cross_val_score
from sklearn.multioutput import MultiOutputClassifier

from rosenblatt import MLPClassifier, Network
from rosenblatt.multi_output import is_multi_output, one_hot

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:.*larger than the .* rows to train on:UserWarning"),
]

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(240, 6)
# Three classes, two, one.
Y = np.column_stack(
    [np.digitize(X[:, 0], [-0.5, 0.5]), np.where(X[:, 1] + X[:, 2] > 0, 7, 3), np.full(len(X), 4)]
)
WIDTHS = [3, 2, 1]
NAMES = np.array(["low", "middle", "high"])[Y[:, 0]]
TEXTS = np.column_stack([NAMES, np.where(Y[:, 1] == 7, "yes", "no")])


def model(**parameters):
    return MLPClassifier(
        **{"hidden_layer_sizes": (12,), "learning_rate_init": 0.01, "random_state": 0} | parameters
    )


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs", "adamw", "rprop"])
def test_learns_every_output(solver):
    rate = {"sgd": 0.2, "rprop": 0.01}.get(solver, 0.01)
    fitted = model(solver=solver, max_iter=300, learning_rate_init=rate).fit(X, Y)
    assert [classes.tolist() for classes in fitted.classes_] == [[0, 1, 2], [3, 7], [4]]
    predicted = fitted.predict(X)
    assert predicted.shape == Y.shape
    assert predicted.dtype == Y.dtype
    assert (predicted == Y).mean(axis=0).min() > 0.95
    assert fitted.score(X, Y) == (predicted == Y).all(axis=1).mean()
    assert fitted.out_activation_ == "softmax"
    assert fitted.n_outputs_ == 6
    assert fitted.network_.groups == WIDTHS


def test_probabilities_of_each_output_and_the_loss():
    fitted = model(alpha=0.0, max_iter=40, batch_size=240, shuffle=False).fit(X, Y)
    probabilities = fitted.predict_proba(X)
    assert [part.shape for part in probabilities] == [(240, 3), (240, 2), (240, 1)]
    for part in probabilities:
        np.testing.assert_allclose(part.sum(axis=1), 1, rtol=1e-12)
    for part, logarithms in zip(probabilities, fitted.predict_log_proba(X), strict=True):
        np.testing.assert_array_equal(np.log(part), logarithms)
    for j, part in enumerate(probabilities):
        np.testing.assert_array_equal(fitted.predict(X)[:, j], fitted.classes_[j][part.argmax(axis=1)])
    # The loss before an epoch of one batch, of the parameters that the epoch before left.
    expected = sum(
        log_loss(Y[:, j], part, labels=fitted.classes_[j])
        for j, part in enumerate(probabilities)
        if part.shape[1] > 1
    )
    fitted.set_params(warm_start=True, max_iter=1).fit(X, Y)
    assert fitted.loss_curve_[-1] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("loss", ["log_loss", "squared_error"])
@pytest.mark.parametrize("parameters", [{}, {"label_smoothing": 0.1}, {"class_weight": "balanced"}], ids=str)
@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
def test_gradient(loss, parameters, activation):
    if loss == "squared_error" and "label_smoothing" in parameters:
        loss = "log_loss"
    unfitted = model(hidden_layer_sizes=(4, 3), activation=activation, loss=loss, **parameters)
    assert unfitted.gradient_check(X[:30], Y[:30]) < 1e-6
    weights = RANDOM.rand(30)
    assert unfitted.gradient_check(X[:30], Y[:30], weights) < 1e-6
    assert unfitted.fit(X[:60], Y[:60]).gradient_check(X[:30], Y[:30]) < 1e-6


def test_without_hidden_layers_the_outputs_are_trained_as_if_alone():
    """Where nothing is shared, the outputs do not know of each other."""
    y = np.column_stack([Y[:, 0], np.digitize(X[:, 3], [-1, 0, 1])])
    parameters = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 1.0, "tol": 1e-9, "max_iter": 5000}
    together = model(**parameters).fit(X, y)
    apart = MultiOutputClassifier(model(**parameters)).fit(X, y)
    for ours, theirs in zip(together.predict_proba(X), apart.predict_proba(X), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-3)  # lbfgs ends where a step no longer pays
    np.testing.assert_array_equal(together.predict(X), apart.predict(X))
    assert together.score(X, y) == apart.score(X, y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
@pytest.mark.parametrize("form", ["dense", "csr"])
def test_kinds_of_x(dtype, form):
    bytes_ = np.abs(X * 20).clip(0, 255).astype(np.uint8)
    y = np.column_stack([bytes_[:, 0] > 10, bytes_[:, 1] // 15]).astype(int)
    rows = bytes_.astype(dtype)
    fitted = model(max_iter=5).fit(csr_array(rows) if form == "csr" else rows, y)
    expected = model(max_iter=5).fit(rows, y)
    assert fitted.coefs_[0].dtype == (np.float32 if dtype == np.float32 else np.float64)
    for ours, wanted in zip(fitted.predict_proba(rows), expected.predict_proba(rows), strict=True):
        assert ours.dtype == fitted.coefs_[0].dtype
        np.testing.assert_allclose(ours, wanted, atol=1e-3 if dtype == np.float32 else 1e-9)


@pytest.mark.parametrize("dtype", [None, object])
def test_texts(dtype):
    y = TEXTS if dtype is None else TEXTS.astype(object)
    fitted = model(max_iter=100).fit(X, y)
    assert [classes.tolist() for classes in fitted.classes_] == [["high", "low", "middle"], ["no", "yes"]]
    assert fitted.predict(X).dtype == y.dtype
    assert fitted.score(X, y) > 0.9


def test_texts_of_different_lengths_are_not_cut():
    y = np.column_stack([np.where(X[:, 0] > 0, "a", "b"), np.where(X[:, 1] > 0, "a long name", "c")])
    classes = [["a", "b"], ["a long name", "c"]]
    fitted = model(max_iter=1).partial_fit(X, y, classes=classes)
    assert set(fitted.predict(X)[:, 1]) <= {"a long name", "c"}


def test_columns_of_different_kinds():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"size": Y[:, 0], "name": TEXTS[:, 1], "is": X[:, 3] > 0})
    fitted = model(max_iter=200).fit(X, frame)
    assert [classes.dtype.kind for classes in fitted.classes_] == ["i", "O", "b"]
    predicted = fitted.predict(X)
    assert predicted.dtype == object
    assert fitted.score(X, frame) == (predicted == frame.to_numpy()).all(axis=1).mean() > 0.9


def test_a_table_of_zeros_and_ones_stays_one_of_labels():
    fitted = model(max_iter=2).fit(X, np.column_stack([X[:, 0] > 0, X[:, 1] > 0]).astype(int))
    assert fitted.out_activation_ == "logistic"
    assert fitted.predict_proba(X).shape == (240, 2)


def test_what_is_taken_for_several_outputs():
    assert is_multi_output(Y)
    assert is_multi_output(np.array([[1.0, 2.0], [3.0, 1.0]]))
    assert is_multi_output(np.array([["a", "b"], ["b", "a"]]))
    # Two numbers are labels, there or not, as in scikit-learn: whatever is not 0 is there.
    two_numbers = (
        [[0, 1], [1, 0]],
        [[True, False], [False, False]],
        [[1, 2], [2, 1]],
        [[-1.0, 1.0], [1.0, -1.0]],
    )
    for y in (*two_numbers, [[2], [3]], [1, 2, 3]):
        assert not is_multi_output(np.array(y))


def test_threads_do_not_matter():
    wide = RANDOM.randn(3000, 100)
    y = np.column_stack([np.digitize(wide[:, 0], [0, 1]), np.digitize(wide[:, 1], [-1, 0, 1])])
    fits = [
        model(hidden_layer_sizes=(64,), max_iter=3, n_threads=threads).fit(wide, y) for threads in (1, 2, 4)
    ]
    for other in fits[1:]:
        for ours, wanted in zip(other.coefs_, fits[0].coefs_, strict=True):
            np.testing.assert_array_equal(ours, wanted)


def test_partial_fit():
    fitted = model()
    for _ in range(40):
        for rows in np.array_split(np.arange(240), 12):  # no part has all classes of the first output
            fitted.partial_fit(X[rows], Y[rows], classes=[[0, 1, 2, 9], [3, 7], [4]])
    assert [classes.tolist() for classes in fitted.classes_] == [[0, 1, 2, 9], [3, 7], [4]]
    assert fitted.score(X, Y) > 0.95
    fitted.partial_fit(X[:1], [[9, 3, 4]])


def test_partial_fit_of_zeros_and_ones_with_classes_of_each_output():
    y = (X[:, :2] > 0).astype(int)
    fitted = model().partial_fit(X, y, classes=[[0, 1, 2], [0, 1]])
    assert [part.shape[1] for part in fitted.predict_proba(X)] == [3, 2]


PARTIAL_ERRORS = {
    "no classes": (Y, None, "classes must be passed"),
    "those of one output": (Y, [0, 1, 2], "a list of those of each"),
    "too few lists": (Y, [[0, 1, 2], [3, 7]], r"2 outputs of classes, but y has the shape \(240, 3\)"),
    "an unknown one": (Y, [[0, 1], [3, 7], [4]], r"column 0 of y has classes .*: \[2\]; known are \[0 1\]"),
    "an empty list": (Y, [[0, 1, 2], [3, 7], []], "names none for output 2"),
    "one column": (Y[:, 0], [[0, 1, 2], [3, 7]], r"but y has the shape \(240,\)"),
}


@pytest.mark.parametrize("case", PARTIAL_ERRORS)
def test_partial_fit_errors(case):
    y, classes, message = PARTIAL_ERRORS[case]
    fresh = model()
    with pytest.raises(ValueError, match=message):
        fresh.partial_fit(X, y, classes=classes)
    assert vars(fresh) == vars(model())


def test_partial_fit_with_other_classes_than_before():
    fitted = model().partial_fit(X, Y, classes=[[0, 1, 2], [3, 7], [4]])
    fitted.partial_fit(X, Y, classes=[[2, 1, 0], [3, 7], [4]])
    before = pickle.dumps(fitted)
    for other in ([[0, 1, 2], [3, 7], [5]], [0, 1, 2], [[0, 1, 2], [3, 7]]):
        with pytest.raises(ValueError, match="not the same as on last call to partial_fit"):
            fitted.partial_fit(X, Y, classes=other)
    assert pickle.dumps(fitted) == before


def test_warm_start():
    whole = model(max_iter=20, tol=0, shuffle=False, solver="sgd", momentum=0).fit(X, Y)
    halves = model(max_iter=10, tol=0, shuffle=False, solver="sgd", momentum=0, warm_start=True)
    halves.fit(X, Y).fit(X, Y)
    for ours, wanted in zip(halves.coefs_, whole.coefs_, strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-12)
    for y, message in (
        (Y[:, :2], "3 outputs of classes"),
        (np.where(Y == 2, 1, Y), "same classes as in the previous call"),
        (np.where(Y == 2, 9, Y), "column 0 of y has classes that are not among"),
        (Y[:, 0], "3 outputs of classes"),
    ):
        with pytest.raises(ValueError, match=message):
            halves.fit(X, y)
    single = model(warm_start=True).fit(X, Y[:, 0])
    with pytest.raises(ValueError, match="classes of a single output"):
        single.fit(X, Y)


def test_sample_weights_are_repetitions():
    weights = RANDOM.randint(0, 4, len(X))
    often = np.repeat(np.arange(len(X)), weights)
    weighted = model(solver="lbfgs", max_iter=30).fit(X, Y, weights)
    repeated = model(solver="lbfgs", max_iter=30).fit(X[often], Y[often])
    for ours, wanted in zip(weighted.predict_proba(X), repeated.predict_proba(X), strict=True):
        np.testing.assert_allclose(ours, wanted, atol=1e-5)
    right = (weighted.predict(X) == Y).all(axis=1)
    assert weighted.score(X, Y, weights) == pytest.approx(right[often].mean(), rel=1e-12)


def test_early_stopping_watches_rows_that_are_right_in_every_output():
    fitted = model(early_stopping=True, max_iter=60, validation_fraction=0.25).fit(X, Y)
    assert fitted.best_validation_score_ == max(fitted.validation_scores_)
    assert np.allclose(np.array(fitted.validation_scores_) * 60 % 1, 0)
    own = model(early_stopping=True, max_iter=30, tol=0).fit(X[:180], Y[:180], X_val=X[180:], y_val=Y[180:])
    assert own.best_validation_score_ == own.score(X[180:], Y[180:])


def test_class_weight_of_each_output():
    weights = [{0: 5.0, 1: 1.0, 2: 1.0}, {3: 1.0, 7: 2.0}, {4: 1.0}]
    by_class = model(solver="lbfgs", max_iter=30, class_weight=weights).fit(X, Y)
    rows = np.prod([[weights[j][label] for label in Y[:, j]] for j in range(3)], axis=0)
    by_row = model(solver="lbfgs", max_iter=30).fit(X, Y, rows)
    for ours, wanted in zip(by_class.coefs_, by_row.coefs_, strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-6, atol=1e-8)


def test_pickle_clone_and_exchange():
    fitted = model(max_iter=5).fit(X, Y)
    again = pickle.loads(pickle.dumps(fitted))
    for ours, wanted in zip(again.predict_proba(X), fitted.predict_proba(X), strict=True):
        np.testing.assert_array_equal(ours, wanted)
    again.partial_fit(X, Y)
    fitted.partial_fit(X, Y)
    np.testing.assert_array_equal(again.coefs_[0], fitted.coefs_[0])
    assert not hasattr(clone(fitted), "classes_")
    with pytest.raises(ValueError, match="several outputs of classes"):
        fitted.to_sklearn()


def test_model_selection():
    scores = cross_val_score(model(max_iter=100), X, Y, cv=3)
    assert scores.min() > 0.5  # of six pairs of classes, the most frequent one is a fifth
    assert cross_val_predict(model(max_iter=50), X, Y, cv=3).shape == Y.shape


@pytest.mark.parametrize("loss", ["focal", "hinge", "perceptron"])
def test_losses_of_a_single_output_are_refused(loss):
    fresh = model(loss=loss)
    with pytest.raises(ValueError, match=f"several outputs of classes have no loss '{loss}'"):
        fresh.fit(X, Y)
    assert vars(fresh) == vars(model(loss=loss))


def test_a_loss_of_ones_own():
    def squares(y, a):
        return ((a - y) ** 2).sum(axis=1), 2 * (a - y)

    mine = model(loss=squares, max_iter=10).fit(X, Y)
    theirs = model(loss="squared_error", max_iter=10).fit(X, Y)
    for ours, wanted in zip(mine.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-9, atol=1e-12)


def test_bad_y():
    mixed = np.array([["a", 1], [2, 2], ["b", 3]], dtype=object)
    with pytest.raises(TypeError, match="column 0 of y has classes of several kinds"):
        model().fit(X[:3], mixed)
    with pytest.raises(ValueError, match="Unknown label type"):
        model().fit(X[:3], np.array([["a", 0.5], ["b", 1.5], ["b", 2.5]], dtype=object))
    with pytest.raises(ValueError, match="NaN"):
        model().fit(X[:3], np.array([["a", "c"], ["b", np.nan], ["b", "c"]], dtype=object))
    with pytest.raises(ValueError, match="Unknown label type"):
        model().fit(X, X[:, :2])
    with pytest.raises(ValueError, match=r"y has the shape \(240, 2\), but the predictions have \(240, 3\)"):
        model(max_iter=1).fit(X, Y).score(X, Y[:, :2])


def test_one_hot():
    np.testing.assert_array_equal(
        one_hot(np.array([[2, 0, 0], [0, 1, 0]]), WIDTHS), [[0, 0, 1, 1, 0, 1], [1, 0, 0, 0, 1, 1]]
    )


def test_glass_box():
    fitted = model(activation="tanh", hidden_layer_sizes=(4,), max_iter=3).fit(X, Y)
    network = pickle.loads(pickle.dumps(fitted.network_))
    assert network.groups == WIDTHS
    np.testing.assert_array_equal(network.forward(X), np.hstack(fitted.predict_proba(X)))
    y = one_hot(np.array([[2, 0, 0], [0, 1, 0]]), WIDTHS)
    trace = network.trace(X[:2], y, eta=0.1)
    assert trace.verify().error < 1e-7
    assert "Softmax in groups of 3, 2, 1" in str(trace)
    assert "Softmax(n²) in each group" in str(trace)
    assert trace.to_dict()["groups"] == WIDTHS
    squares = Network([2, 3, 5], ["Tanh", "Softmax"], groups=[2, 3]).initialize(0)
    traced = squares.trace([[1, 2], [3, 4]], [[1, 0, 0, 0, 1], [0, 1, 0, 1, 0]], eta=0.1)
    assert traced.verify().error < 1e-7
    assert (traced.derivative[2][:, :2, 2:] == 0).all()
    assert "in each group" in str(traced)
    assert "group" in traced.to_latex()


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([2, 2], "together 5"),
        ([0, 5], "integers of at least 1"),
        ([2.5, 2.5], "integers of at least 1"),
        ("23", "integers of at least 1"),
        ([True, 4], "integers of at least 1"),
    ],
)
def test_bad_groups(groups, message):
    with pytest.raises(ValueError, match=message):
        Network([2, 5], "Softmax", groups=groups)


def test_groups_need_an_activation_of_a_whole_row():
    with pytest.raises(ValueError, match="like Softmax, not Sigmoid"):
        Network([2, 5], "Sigmoid", groups=[2, 3])
    assert Network([2, 5], "Softmax", groups=[5]).groups == []
