"""Data frames of pandas and of polars: they train like their numbers, and their columns' names are minded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from rosenblatt import MLPClassifier, MLPRegressor, Perceptron

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
NAMES = ["sepal length", "sepal width", "petal length", "petal width"]
SPECIES = np.array(["setosa", "versicolor", "virginica"])[Y]

ESTIMATORS = [
    MLPClassifier((8,), solver="sgd", learning_rate_init=0.1, max_iter=50, random_state=0),
    MLPRegressor(hidden_layer_sizes=(8,), learning_rate_init=0.02, max_iter=50, random_state=0),
    Perceptron(max_iter=50),
]
by_name = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)


def frame(library, table, names=NAMES):
    """A data frame of either library from an array."""
    if library is pd:
        return pd.DataFrame(table, columns=names)
    return pl.DataFrame(table, schema=list(names))


by_library = pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])


def answers(model, rows):
    """Everything that the model says of rows."""
    names = ("predict", "predict_proba", "predict_log_proba", "decision_function")
    return [getattr(model, name)(rows) for name in names if hasattr(model, name)]


@by_name
@by_library
def test_a_frame_trains_like_its_numbers(library, estimator):
    numbers, named = clone(estimator).fit(X, Y), clone(estimator).fit(frame(library, X), Y)
    assert not hasattr(numbers, "feature_names_in_")
    assert named.feature_names_in_.tolist() == NAMES
    assert named.feature_names_in_.dtype == object
    assert named.n_features_in_ == 4
    assert named.n_iter_ == numbers.n_iter_
    for ours, wanted in zip(answers(named, frame(library, X)), answers(numbers, X), strict=True):
        assert type(ours) is np.ndarray
        np.testing.assert_array_equal(ours, wanted)
    assert named.score(frame(library, X), Y) == numbers.score(X, Y)


@by_name
@by_library
def test_a_series_is_a_target(library, estimator):
    wanted = clone(estimator).fit(X, Y)
    model = clone(estimator).fit(frame(library, X), library.Series(Y))
    np.testing.assert_array_equal(model.predict(frame(library, X)), wanted.predict(X))
    if not isinstance(estimator, MLPRegressor):
        named = clone(estimator).fit(frame(library, X), library.Series(SPECIES))
        assert named.classes_.tolist() == ["setosa", "versicolor", "virginica"]
        np.testing.assert_array_equal(named.predict(frame(library, X)), named.classes_[wanted.predict(X)])
        assert named.score(frame(library, X), library.Series(SPECIES)) == wanted.score(X, Y)


def test_pandas_categories_and_labels_of_rows():
    rows = frame(pd, X).set_index(np.arange(150)[::-1])  # rows are taken by position, not by label
    wanted = clone(ESTIMATORS[0]).fit(X, SPECIES)
    for y in (pd.Series(SPECIES, dtype="category"), pd.Series(SPECIES, dtype="string")):
        model = clone(ESTIMATORS[0]).fit(rows, y)
        assert model.loss_curve_ == wanted.loss_curve_
        assert model.predict(rows).tolist() == wanted.predict(X).tolist()


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int64", "Float64", "Int64"])
@by_name
def test_types_of_columns(estimator, dtype):
    """Of one type, it is trained as it is from an array; pandas' types with missing values become float64."""
    numbers = np.round(X * 10)
    wanted = clone(estimator).fit(numbers.astype(dtype.lower()), Y)
    model = clone(estimator).fit(frame(pd, numbers).astype(dtype), Y)
    for ours, theirs in zip(
        answers(model, frame(pd, numbers).astype(dtype)), answers(wanted, numbers), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5 if dtype == "float32" else 1e-12)


@by_name
def test_columns_of_several_types(estimator):
    mixed = frame(pd, X).astype({NAMES[0]: "float32", NAMES[1]: "float64"})
    model = clone(estimator).fit(mixed, Y)
    wanted = clone(estimator).fit(mixed.to_numpy(), Y)
    np.testing.assert_array_equal(model.predict(mixed), wanted.predict(mixed.to_numpy()))


@by_name
@by_library
def test_several_targets_in_a_frame(library, estimator):
    if isinstance(estimator, MLPRegressor):
        model = clone(estimator).fit(frame(library, X), frame(library, X[:, :2], ["a", "b"]))
        wanted = clone(estimator).fit(X, X[:, :2])
    elif isinstance(estimator, MLPClassifier):
        labels = np.c_[Y == 0, Y > 0].astype(int)
        model = clone(estimator).fit(frame(library, X), frame(library, labels, ["a", "b"]))
        wanted = clone(estimator).fit(X, labels)
    else:
        with pytest.raises(ValueError, match="1d array"):
            clone(estimator).fit(X, frame(library, X[:, :2].astype(int), ["a", "b"]))
        return
    np.testing.assert_array_equal(model.predict(frame(library, X)), wanted.predict(X))


@by_name
@by_library
def test_other_names_or_another_order_are_refused(library, estimator):
    model = clone(estimator).fit(frame(library, X), Y)
    cases = [
        (
            frame(library, X, ["a", *NAMES[1:]]),
            r"unseen at fit time:\n- a\nFeature names seen at fit time, yet",
        ),
        (frame(library, X, NAMES[::-1]), "must be in the same order as they were in fit"),
        (frame(library, X[:, :3], NAMES[:3]), r"yet now missing:\n- petal width"),
    ]
    methods = ["predict", "score", "predict_proba", "predict_log_proba", "decision_function"]
    for given, message in cases:
        for name in [method for method in methods if hasattr(model, method)]:
            with pytest.raises(ValueError, match=message):
                getattr(model, name)(given, *([Y] if name == "score" else []))


@by_name
@by_library
def test_names_on_one_side_only_are_warned_of(library, estimator):
    named, nameless = clone(estimator).fit(frame(library, X), Y), clone(estimator).fit(X, Y)
    kind = type(estimator).__name__
    with pytest.warns(UserWarning, match=f"X does not have valid feature names, but {kind} was fitted with"):
        ours = named.predict(X)
    with pytest.warns(UserWarning, match=f"X has feature names, but {kind} was fitted without feature names"):
        np.testing.assert_array_equal(nameless.predict(frame(library, X)), ours)


@by_name
def test_names_that_are_no_strings(estimator):
    numbered = frame(pd, X, [0, 1, 2, 3])
    assert not hasattr(clone(estimator).fit(numbered, Y), "feature_names_in_")
    with pytest.raises(TypeError, match="only supported if all input features have string"):
        clone(estimator).fit(frame(pd, X, ["a", 1, "c", 2]), Y)


@by_name
@by_library
def test_another_fit_forgets_the_names(library, estimator):
    model = clone(estimator).fit(frame(library, X), Y)
    model.fit(frame(library, X, ["a", "b", "c", "d"]), Y)
    assert model.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    model.fit(X, Y)
    assert not hasattr(model, "feature_names_in_")


@by_name
@by_library
def test_partial_fit_minds_names(library, estimator):
    first = {} if isinstance(estimator, MLPRegressor) else {"classes": np.unique(Y)}
    model = clone(estimator).partial_fit(frame(library, X), Y, **first)
    assert model.feature_names_in_.tolist() == NAMES
    model.partial_fit(frame(library, X), Y)
    with pytest.raises(ValueError, match="same order"):
        model.partial_fit(frame(library, X, NAMES[::-1]), Y)


@by_name
@by_library
def test_weights_in_a_series(library, estimator):
    weights = np.linspace(0.5, 1.5, 150)
    ours = clone(estimator).fit(frame(library, X), Y, sample_weight=library.Series(weights))
    wanted = clone(estimator).fit(X, Y, sample_weight=weights)
    np.testing.assert_array_equal(ours.predict(frame(library, X)), wanted.predict(X))


@by_name
@by_library
def test_a_pipeline_whose_steps_hand_on_frames(library, estimator):
    pipeline = make_pipeline(StandardScaler(), clone(estimator)).set_output(transform=library.__name__)
    pipeline.fit(frame(library, X), Y)
    assert pipeline[-1].feature_names_in_.tolist() == NAMES
    scaled = StandardScaler().fit_transform(frame(library, X))
    wanted = clone(estimator).fit(scaled, Y)
    np.testing.assert_array_equal(pipeline.predict(frame(library, X)), wanted.predict(scaled))
    folds = KFold(3, shuffle=True, random_state=0)
    assert cross_val_score(pipeline, frame(library, X), Y, cv=folds).min() > 0.2


@by_name
@by_library
def test_columns_of_text(library, estimator):
    columns = {"species": SPECIES.tolist(), **{name: X[:, i] for i, name in enumerate(NAMES)}}
    rows = library.DataFrame(columns)
    with pytest.raises(ValueError, match="could not convert string to float: 'setosa'"):
        clone(estimator).fit(rows, Y)
    encoder = make_column_transformer((OneHotEncoder(), ["species"]), (StandardScaler(), NAMES))
    assert make_pipeline(encoder, clone(estimator)).fit(rows, Y).score(rows, Y) > 0.9
