"""What MLPClassifier and MLPRegressor do with data, labels, callbacks and their own attributes."""

from __future__ import annotations

import copy
import pickle
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from rosenblatt import MLPClassifier, MLPRegressor

# Most trainings here are cut off after a few epochs.
pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer:sklearn.exceptions.ConvergenceWarning")

DIGITS, NUMBERS = load_digits(return_X_y=True)
BYTES = DIGITS[:300].astype(np.uint8)
X, Y = DIGITS[:300] / 16, NUMBERS[:300]
ESTIMATORS = [MLPClassifier, MLPRegressor]


def fitted(estimator=MLPClassifier, X=X, y=Y, **parameters):
    parameters = {"hidden_layer_sizes": (12,), "max_iter": 3, "random_state": 0} | parameters
    return estimator(**parameters).fit(X, y)


def parameters_of(model):
    return [*model.coefs_, *model.intercepts_]


def assert_identical(model, other):
    assert model.loss_curve_ == other.loss_curve_
    for mine, wanted in zip(parameters_of(model), parameters_of(other), strict=True):
        assert mine.dtype == wanted.dtype
        np.testing.assert_array_equal(mine, wanted)


# The figure: a hidden layer is enough for XOR.

XOR_RECIPE = {
    "hidden_layer_sizes": (4,),
    "activation": "tanh",
    "solver": "sgd",
    "learning_rate_init": 0.1,
    "alpha": 0.0,
    "n_iter_no_change": np.inf,
    "max_iter": 500,
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
def test_learns_xor(dtype):
    inputs, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype), np.array([0, 1, 1, 0])
    learned = [
        (MLPClassifier(**XOR_RECIPE, random_state=seed).fit(inputs, y).predict(inputs) == y).all()
        for seed in range(20)
    ]
    assert sum(learned) >= 19


# Input of every kind.


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_bytes_train_like_their_float64_copy_bit_for_bit(estimator):
    model = fitted(estimator, BYTES, Y)
    wanted = fitted(estimator, BYTES.astype(np.float64), Y)
    assert_identical(model, wanted)
    np.testing.assert_array_equal(model.predict(BYTES), wanted.predict(BYTES.astype(float)))
    assert model.coefs_[0].dtype == np.float64


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


def unaligned(a):
    memory = np.zeros(a.nbytes + 1, np.uint8)
    view = memory[1:].view(a.dtype).reshape(a.shape)
    view[...] = a
    assert not view.flags.aligned
    return view


LAYOUTS = {
    "fortran": np.asfortranarray,
    "every_second": lambda a: np.repeat(np.repeat(a, 2, axis=0), 2, axis=1)[::2, ::2],
    "rows_backwards": lambda a: a[::-1].copy()[::-1],
    "columns_backwards": lambda a: a[:, ::-1].copy()[:, ::-1],
    "both_backwards": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "part_of_wider_rows": lambda a: np.hstack([a, a])[:, : a.shape[1]],
    "read_only": read_only,
    "big_endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "unaligned": unaligned,
    "masked_without_a_mask": np.ma.asarray,
    "list": lambda a: a.tolist(),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8], ids=["float64", "float32", "uint8"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout, dtype):
    if dtype is np.uint8 and layout in ("big_endian", "unaligned"):
        dtype = np.uint16  # a byte has no order and is always aligned
    plain = BYTES[:60].astype(dtype)
    given = LAYOUTS[layout](plain)
    keeps_dtype = layout not in ("list", "big_endian")
    wanted = fitted(X=plain if keeps_dtype else plain.astype(float), y=Y[:60], batch_size=16)
    model = fitted(X=given, y=Y[:60], batch_size=16)
    assert_identical(model, wanted)
    np.testing.assert_array_equal(model.predict_proba(given), wanted.predict_proba(plain))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8], ids=["float64", "float32", "uint8"])
def test_memory_mapped(dtype, tmp_path):
    plain = BYTES[:60].astype(dtype)
    np.save(tmp_path / "x.npy", plain)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    model = fitted(X=mapped, y=Y[:60])
    assert_identical(model, fitted(X=plain, y=Y[:60]))
    np.testing.assert_array_equal(model.predict(mapped), model.predict(plain))


@pytest.mark.parametrize(
    "dtype", [np.float16, np.longdouble, np.int64, np.int8, np.uint32, bool, object, "U4"]
)
def test_any_dtype_becomes_float64(dtype):
    given = (BYTES[:60] > 8).astype(np.uint8).astype(dtype)
    model = fitted(X=given, y=Y[:60])
    assert_identical(model, fitted(X=(BYTES[:60] > 8).astype(np.float64), y=Y[:60]))
    assert model.coefs_[0].dtype == np.float64


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_float32_is_trained_in_float32(estimator):
    model = fitted(estimator, X.astype(np.float32), Y)
    assert {p.dtype for p in parameters_of(model)} == {np.dtype(np.float32)}
    # float64 rows are narrowed to the dtype of the parameters.
    answers = [model.predict(X.astype(np.float32)), model.predict(X)]
    if estimator is MLPRegressor:
        assert answers[0].dtype == np.float32
    np.testing.assert_allclose(*answers, rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8], ids=["float32", "uint8"])
def test_input_is_left_as_it_was(dtype):
    given = BYTES.astype(dtype)
    kept, y = given.copy(), Y.copy()
    fitted(X=given, y=y, early_stopping=True).predict(given)
    np.testing.assert_array_equal(given, kept)
    np.testing.assert_array_equal(y, Y)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(
    "inputs",
    [X[:1], X[:, 20:21], np.zeros((20, 3)), np.full((20, 1), 7.0), np.ones((3, 100_000))],
    ids=["one_row", "one_column", "zeros", "one_constant_column", "very_wide"],
)
def test_unusual_shapes_and_values(estimator, inputs):
    model = fitted(estimator, inputs, Y[: len(inputs)])
    assert model.n_features_in_ == inputs.shape[1]
    assert np.isfinite(model.loss_)
    assert model.predict(inputs).shape == (len(inputs),)
    assert all(np.isfinite(p).all() for p in parameters_of(model))


def test_rows_are_predicted_alike_alone_and_together():
    model = fitted()
    together = model.predict_proba(DIGITS / 16)
    alone = np.vstack([model.predict_proba(row[None] / 16) for row in DIGITS[:100]])
    np.testing.assert_allclose(alone, together[:100], rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_many_rows_are_predicted_alike_by_any_number_of_threads(dtype):
    model = fitted(hidden_layer_sizes=(100, 50))
    rows = np.tile(DIGITS, (6, 1)).astype(dtype)
    wanted = model.set_params(n_threads=1).predict_proba(rows)
    for n_threads in (2, 5):
        np.testing.assert_array_equal(model.set_params(n_threads=n_threads).predict_proba(rows), wanted)


@pytest.mark.parametrize(("bad", "said"), [(np.nan, "contains NaN"), (-np.inf, "contains infinity")])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_bad_element_among_many_rows_is_refused(bad, said, dtype):
    rows = np.tile(DIGITS, (6, 1)).astype(dtype)
    rows[-5, 3] = bad
    with pytest.raises(ValueError, match=said):
        fitted(hidden_layer_sizes=(100, 50)).predict(rows)


# Labels of every kind.


@pytest.mark.parametrize(
    "names",
    [
        np.array(["no", "yes", "maybe"]),
        np.array(["no", "yes", "maybe"], object),
        np.array([-5, 0, -7]),
        np.array([2**63, 0, 5], np.uint64),
        np.array([0.0, -1.0, 2.0]),
        np.array([1, 2, 3], np.int8),
    ],
    ids=["str", "object", "negative", "uint64", "float", "int8"],
)
@pytest.mark.parametrize("count", [2, 3], ids=["binary", "multiclass"])
def test_labels_come_back_as_they_were_given(names, count):
    # Rows of a class lie apart from all others.
    indices = np.arange(60) % count
    inputs = np.eye(count)[indices]
    model = fitted(X=inputs, y=names[indices], learning_rate_init=0.1, max_iter=50)
    np.testing.assert_array_equal(model.classes_, np.sort(names[:count]))
    assert model.classes_.dtype == names.dtype
    np.testing.assert_array_equal(model.predict(inputs), names[indices])
    assert model.predict(inputs).dtype == names.dtype
    assert model.score(inputs, names[indices]) == 1


def test_boolean_labels():
    model = fitted(X=[[0.0], [1.0]] * 20, y=[False, True] * 20, learning_rate_init=0.1, max_iter=100)
    assert model.classes_.dtype == bool
    assert model.predict([[0.0], [1.0]]).tolist() == [False, True]


@pytest.mark.parametrize("label", [3, "only"])
def test_one_class_only(label):
    model = fitted(y=[label] * 300)
    assert model.predict(X[:5]).tolist() == [label] * 5
    np.testing.assert_array_equal(model.predict_proba(X[:5]), np.ones((5, 1)))
    np.testing.assert_array_equal(model.predict_log_proba(X[:5]), np.zeros((5, 1)))


def test_probabilities():
    y = {"binary": Y > 4, "multiclass": Y, "multilabel": (Y[:, None] >> np.arange(4)) & 1}
    for kind, columns in {"binary": 2, "multiclass": 10, "multilabel": 4}.items():
        model = fitted(y=y[kind], max_iter=20)
        probability = model.predict_proba(X)
        assert probability.shape == (300, columns)
        assert ((probability >= 0) & (probability <= 1)).all()
        np.testing.assert_allclose(model.predict_log_proba(X), np.log(probability))
        if kind == "multilabel":
            np.testing.assert_array_equal(model.predict(X), probability > 0.5)
        else:
            np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-12)
            np.testing.assert_array_equal(model.predict(X), model.classes_[probability.argmax(axis=1)])


def test_log_of_a_probability_of_zero_is_minus_infinity_without_a_warning():
    model = fitted(y=Y > 4, hidden_layer_sizes=())
    model.coefs_[0][...], model.intercepts_[0][...] = 0, 1e4
    np.testing.assert_array_equal(model.predict_log_proba(X[:1]), [[-np.inf, 0]])


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_column_for_y_is_flattened_with_a_warning(estimator):
    with pytest.warns(match="column-vector y was passed"):
        model = fitted(estimator, y=Y[:, None])
    assert_identical(model, fitted(estimator))
    assert model.predict(X).shape == (300,)


@pytest.mark.parametrize(
    "y", [Y, Y.astype(np.float32), Y.astype(np.uint8), Y > 4, Y.tolist(), Y.astype(object)]
)
def test_regression_targets_of_any_dtype(y):
    assert_identical(fitted(MLPRegressor, y=y), fitted(MLPRegressor, y=np.array(y, float)))


def test_regression_targets_in_any_layout():
    table = np.random.RandomState(0).rand(300, 3)
    for layout in ("fortran", "every_second", "both_backwards", "read_only", "big_endian"):
        model = fitted(MLPRegressor, y=LAYOUTS[layout](table))
        assert_identical(model, fitted(MLPRegressor, y=table))
        assert model.predict(X).shape == (300, 3)


# Attributes.


def test_coefs_edited_in_place_count():
    model = fitted()
    before = model.predict_proba(X)
    model.coefs_[-1][...] = 0
    assert not np.array_equal(model.predict_proba(X), before)
    model.intercepts_[-1][...] = 0
    np.testing.assert_allclose(model.predict_proba(X), 0.1)


def test_coefs_replaced_count():
    model = fitted()
    model.coefs_ = [np.zeros_like(coef) for coef in model.coefs_]
    model.intercepts_[1] = np.zeros(10)
    np.testing.assert_allclose(model.predict_proba(X), 0.1)
    # The replacements are used from now on, also where they are edited.
    model.intercepts_[1][3] = 100
    np.testing.assert_array_equal(model.predict(X), 3)


def test_coefs_replaced_by_arrays_of_other_dtypes():
    model = fitted()
    model.coefs_[0] = np.ones((64, 12), int)
    model.coefs_[1] = np.zeros((12, 10), int)
    model.intercepts_[1] = np.arange(10)
    np.testing.assert_array_equal(model.predict(X), 9)
    model.coefs_ = [np.zeros(coef.shape, np.float32) for coef in model.coefs_]
    np.testing.assert_array_equal(model.predict(X), 9)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda model: model.coefs_.pop(),
        lambda model: model.coefs_.__setitem__(1, np.zeros((1, 10))),
        lambda model: model.coefs_.__setitem__(1, np.zeros((11, 10))),
        lambda model: model.intercepts_.__setitem__(0, np.zeros(5)),
        lambda model: model.coefs_.__setitem__(0, np.zeros(12)),
    ],
    ids=["one_missing", "one_row_only", "a_row_missing", "other_length", "one_dimension"],
)
def test_coefs_that_do_not_fit_together_are_refused(spoil):
    model = fitted()
    spoil(model)
    with pytest.raises(ValueError, match=r"coefs_|intercepts_"):
        model.predict(X)


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
@pytest.mark.parametrize(
    "make",
    [copy.copy, copy.deepcopy, *(lambda m, p=p: pickle.loads(pickle.dumps(m, p)) for p in (2, 4, 5))],
    ids=["copy", "deepcopy", "pickle2", "pickle4", "pickle5"],
)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_copies_stand_alone(estimator, make, dtype):
    inputs = X.astype(dtype)
    model = fitted(estimator, inputs, max_iter=30)
    model.intercepts_[-1][0] += 0.25  # written before
    wanted = model.predict(inputs)
    other = make(model)
    assert_identical(other, model)
    np.testing.assert_array_equal(other.predict(inputs), wanted)
    other.coefs_[0][...] = 0  # and after
    assert not np.array_equal(other.predict(inputs), wanted)
    np.testing.assert_array_equal(model.predict(inputs), wanted)
    assert other.fit(inputs, Y).loss_curve_ == model.fit(inputs, Y).loss_curve_


def test_names_of_columns_are_forgotten_when_fitted_without():
    model = fitted()
    model.feature_names_in_ = np.array([f"pixel{i}" for i in range(64)], object)
    model.fit(X, Y)
    assert not hasattr(model, "feature_names_in_")


def test_predicting_without_the_names_of_the_columns_warns():
    model = fitted()
    model.feature_names_in_ = np.array([f"pixel{i}" for i in range(64)], object)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(X)


def test_warm_start_goes_on_from_edited_parameters():
    model = fitted(warm_start=True, hidden_layer_sizes=(), alpha=0, learning_rate_init=1e-12)
    curve = list(model.loss_curve_)
    model.coefs_[0][...] = 0
    model.intercepts_[0][...] = 0
    model.fit(X, Y)
    assert model.loss_curve_[:3] == curve
    assert len(model.loss_curve_) == 6
    assert model.loss_curve_[3] == pytest.approx(np.log(10))


# Fits that fail.


def state_of(model):
    return dict(model.__dict__), [p.copy() for p in parameters_of(model)]


def assert_unchanged(model, state):
    attributes, parameters = state
    assert list(model.__dict__) == list(attributes)
    assert all(model.__dict__[name] is value for name, value in attributes.items())
    for held, kept in zip(parameters_of(model), parameters, strict=True):
        np.testing.assert_array_equal(held, kept)


NOT_FINITE = np.where(np.arange(64) == 3, np.nan, X[:40])


@pytest.mark.parametrize("warm_start", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_fit_that_fails_leaves_the_estimator_as_it_was(estimator, warm_start):
    model = fitted(estimator, warm_start=warm_start, activation="identity")
    predictions = model.predict(X)
    for inputs, y, message in [
        (NOT_FINITE, Y[:40], "NaN"),
        (X, Y[:-1], "inconsistent"),
        (X[:, 0], Y, "2D array"),
        (X[:0], Y[:0], "0 sample"),
    ]:
        state = state_of(model)
        with pytest.raises(ValueError, match=message):
            model.fit(inputs, y)
        assert_unchanged(model, state)
    np.testing.assert_array_equal(model.predict(X), predictions)


@pytest.mark.parametrize("warm_start", [False, True], ids=["cold", "warm"])
def test_a_training_that_explodes_leaves_the_estimator_as_it_was(warm_start):
    model = fitted(MLPRegressor, warm_start=warm_start, activation="identity", solver="sgd", max_iter=50)
    predictions = model.predict(X)
    model.set_params(learning_rate_init=1e10)
    state = state_of(model)
    with pytest.raises(ValueError, match="non-finite parameter weights"):
        model.fit(X, Y)
    assert_unchanged(model, state)
    np.testing.assert_array_equal(model.predict(X), predictions)


def test_an_estimator_whose_first_fit_fails_is_not_fitted():
    model = MLPClassifier()
    with pytest.raises(ValueError, match="NaN"):
        model.fit(NOT_FINITE, Y[:40])
    assert not [name for name in vars(model) if name.endswith("_")]
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_divergence_with_early_stopping_leaves_the_best_parameters():
    model = MLPRegressor(
        hidden_layer_sizes=(20,),
        activation="identity",
        solver="sgd",
        learning_rate_init=1e10,
        early_stopping=True,
        random_state=0,
    )
    with pytest.warns(ConvergenceWarning, match="diverged"):
        model.fit(X, Y)
    assert model.n_iter_ < 50
    assert all(np.isfinite(p).all() for p in parameters_of(model))
    assert np.isfinite(model.predict(X)).all()


# How a training ends.


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_warns_where_the_epochs_did_not_suffice(estimator):
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(2\) reached") as caught:
        fitted(estimator, max_iter=2)
    assert [warning.filename for warning in caught] == [__file__]  # the line of the user's call of fit


def test_does_not_warn_where_it_converged():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = fitted(tol=10.0, n_iter_no_change=3, max_iter=100)
    assert model.n_iter_ == 5  # the first one improved on infinity


def test_warns_of_a_batch_larger_than_the_data():
    with pytest.warns(UserWarning, match="batch_size=1000 is larger than the 300 rows"):
        model = fitted(batch_size=1000)
    assert_identical(model, fitted(batch_size=300))


def test_same_seed_same_training_and_another_seed_another():
    assert_identical(fitted(random_state=5), fitted(random_state=5))
    assert fitted(random_state=5).loss_curve_ != fitted(random_state=6).loss_curve_


def test_training_in_several_threads_gives_the_same():
    with ThreadPoolExecutor(4) as threads:
        models = list(threads.map(lambda _: fitted(max_iter=10), range(8)))
    for model in models:
        assert_identical(model, models[0])


def test_predictions_from_several_threads_at_once():
    model = fitted()
    wanted = model.predict_proba(DIGITS)
    with ThreadPoolExecutor(8) as threads:
        for answer in threads.map(lambda _: model.predict_proba(DIGITS), range(64)):
            np.testing.assert_array_equal(answer, wanted)
