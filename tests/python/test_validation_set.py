"""A validation set of its own: what is watched on it, early stopping by it, and what is refused."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csc_matrix, csr_array
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, log_loss, mean_poisson_deviance, mean_squared_error, r2_score
from sklearn.model_selection import train_test_split

from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

DIGITS = load_digits(return_X_y=True)
X, X_VAL, Y, Y_VAL = train_test_split(DIGITS[0][:600] / 16, DIGITS[1][:600], random_state=0)
OWN = {"X_val": X_VAL, "y_val": Y_VAL}
DIABETES = load_diabetes(return_X_y=True)
XR, XR_VAL, YR, YR_VAL = train_test_split(DIABETES[0] * 20, (DIABETES[1] - 150) / 80, random_state=0)
OWN_R = {"X_val": XR_VAL, "y_val": YR_VAL}
WEIGHTS = np.random.RandomState(0).uniform(0, 2, len(Y_VAL))


def classifier(**parameters):
    return MLPClassifier(
        **{"hidden_layer_sizes": (16,), "learning_rate_init": 0.01, "random_state": 0} | parameters
    )


def regressor(**parameters):
    return MLPRegressor(
        **{"hidden_layer_sizes": (16,), "learning_rate_init": 0.01, "random_state": 0} | parameters
    )


def curves(model):
    return model.loss_curve_, model.validation_scores_, model.validation_loss_curve_


def test_without_early_stopping_the_set_is_watched_and_changes_nothing():
    plain = classifier(max_iter=15).fit(X, Y)
    watched = classifier(max_iter=15).fit(X, Y, **OWN)
    assert plain.validation_scores_ is None
    assert plain.validation_loss_curve_ is None
    assert watched.loss_curve_ == plain.loss_curve_
    assert all((a == b).all() for a, b in zip(watched.coefs_, plain.coefs_, strict=True))
    assert len(watched.validation_scores_) == len(watched.validation_loss_curve_) == 15
    assert watched.best_loss_ == plain.best_loss_
    assert watched.best_validation_score_ == max(watched.validation_scores_)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_score_and_loss_of_the_last_epoch_are_those_of_the_model(solver, weights):
    model = classifier(solver=solver, max_iter=12).fit(X, Y, **OWN, sample_weight_val=weights)
    probabilities = model.predict_proba(X_VAL)
    assert model.validation_scores_[-1] == pytest.approx(
        accuracy_score(Y_VAL, model.predict(X_VAL), sample_weight=weights), rel=1e-14
    )
    assert model.validation_loss_curve_[-1] == pytest.approx(
        log_loss(Y_VAL, probabilities, sample_weight=weights), rel=1e-12
    )


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
@pytest.mark.parametrize("outputs", [1, 2])
def test_score_and_loss_of_a_regressor(solver, loss, outputs):
    y, y_val = YR + 3, YR_VAL + 3
    if outputs == 2:
        y, y_val = np.c_[y, 2 * y], np.c_[y_val, 2 * y_val]
    model = regressor(solver=solver, loss=loss, max_iter=12, alpha=1.0).fit(XR, y, X_val=XR_VAL, y_val=y_val)
    predicted = model.predict(XR_VAL)
    half = (
        mean_squared_error(y_val, predicted)
        if loss == "squared_error"
        else sum(
            mean_poisson_deviance(*columns)
            for columns in zip(y_val.T.reshape(outputs, -1), predicted.T.reshape(outputs, -1), strict=True)
        )
    ) / 2
    assert model.validation_loss_curve_[-1] == pytest.approx(half, rel=1e-10)
    assert model.validation_scores_[-1] == pytest.approx(r2_score(y_val, predicted), rel=1e-10)


def test_the_loss_curve_of_a_set_equal_to_the_training_rows():
    # One batch, learning rate so small that nothing moves: both are the loss of the same network.
    model = classifier(solver="sgd", learning_rate_init=1e-14, batch_size=len(X), alpha=0.0, max_iter=2)
    model.fit(X, Y, X_val=X, y_val=Y)
    np.testing.assert_allclose(model.validation_loss_curve_, model.loss_curve_, rtol=1e-11)


@pytest.mark.parametrize(
    "kind",
    [
        csr_array,
        csc_matrix,
        lambda x: (x * 16).astype(np.uint8),
        lambda x: x.astype(np.float32),
        lambda x: x.tolist(),
        np.asfortranarray,
        lambda x: x[::-1][::-1],
    ],
    ids=["csr_array", "csc_matrix", "uint8", "float32", "list", "fortran", "reversed"],
)
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_the_set_may_be_of_another_kind_than_the_rows(kind, solver):
    given = kind(X_VAL)
    scale = 16 if getattr(given, "dtype", None) == np.uint8 else 1
    x, x_val = scale * X, scale * X_VAL
    dense = classifier(solver=solver, max_iter=5).fit(x, Y, X_val=x_val, y_val=Y_VAL)
    other = classifier(solver=solver, max_iter=5).fit(x, Y, X_val=given, y_val=Y_VAL)
    assert other.validation_scores_ == dense.validation_scores_
    np.testing.assert_allclose(other.validation_loss_curve_, dense.validation_loss_curve_, rtol=1e-12)


@pytest.mark.parametrize("rows", [np.float32, csr_array], ids=["float32", "csr"])
def test_rows_of_another_kind_with_a_dense_set(rows):
    x = X.astype(np.float32) if rows is np.float32 else csr_array(X)
    model = classifier(max_iter=5).fit(x, Y, **OWN)
    assert model.coefs_[0].dtype == (np.float32 if rows is np.float32 else np.float64)
    assert model.validation_scores_[-1] == model.score(X_VAL, Y_VAL)
    assert model.validation_loss_curve_[-1] == pytest.approx(
        log_loss(Y_VAL, model.predict_proba(X_VAL)), rel=1e-5
    )


@pytest.mark.parametrize("n_threads", [1, 2])
def test_the_number_of_threads_changes_nothing(n_threads):
    rows, watched = np.tile(X, (4, 4)), np.tile(X_VAL, (2, 4))
    parameters = {"hidden_layer_sizes": (200,), "max_iter": 3}
    alone = classifier(**parameters, n_threads=1)
    alone.fit(rows, np.tile(Y, 4), X_val=watched, y_val=np.tile(Y_VAL, 2))
    model = classifier(**parameters, n_threads=n_threads)
    model.fit(rows, np.tile(Y, 4), X_val=watched, y_val=np.tile(Y_VAL, 2))
    assert curves(model) == curves(alone)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_early_stopping_watches_the_set_and_ends_with_the_best(solver):
    parameters = {"solver": solver, "max_iter": 500, "n_iter_no_change": 5, "early_stopping": True}
    model = classifier(**parameters, tol=1e-4).fit(X, Y, **OWN)
    assert model.n_iter_ < 500
    assert model.score(X_VAL, Y_VAL) == max(model.validation_scores_) == model.best_validation_score_
    best = int(np.argmax(model.validation_scores_))
    assert len(model.validation_scores_) > best + 1  # so something was put back
    assert model.best_loss_ is None
    assert model.t_ == (len(X) * model.n_iter_ if solver == "adam" else 0)  # every row was learned from
    # The same as many epochs without it.
    until = classifier(solver=solver, max_iter=best + 1, tol=0.0, n_iter_no_change=1000).fit(X, Y, **OWN)
    assert until.validation_scores_ == model.validation_scores_[: best + 1]
    assert all((a == b).all() for a, b in zip(until.coefs_, model.coefs_, strict=True))


def test_early_stopping_with_lbfgs_and_no_set_is_ignored_as_scikit_learn_does():
    plain = classifier(solver="lbfgs", max_iter=20).fit(X, Y)
    ignoring = classifier(solver="lbfgs", max_iter=20, early_stopping=True).fit(X, Y)
    assert ignoring.loss_curve_ == plain.loss_curve_
    assert ignoring.validation_scores_ is None


def test_the_split_has_a_loss_curve_too():
    model = classifier(early_stopping=True, max_iter=10).fit(X, Y)
    assert len(model.validation_loss_curve_) == len(model.validation_scores_) == model.n_iter_
    assert model.validation_loss_curve_[-1] < model.validation_loss_curve_[0]


def test_the_split_and_the_same_rows_as_a_set():
    split = regressor(early_stopping=True, max_iter=10, shuffle=False).fit(XR, YR)
    # The split is the first that is drawn after the initial parameters.
    random = np.random.RandomState(0)
    for W, b in zip(split.coefs_, split.intercepts_, strict=True):
        random.uniform(size=W.shape)
        random.uniform(size=b.shape)
    training, held_out = train_test_split(np.arange(len(XR)), test_size=0.1, random_state=random)
    own = regressor(early_stopping=True, max_iter=10, shuffle=False)
    own.fit(XR[training], YR[training], X_val=XR[held_out], y_val=YR[held_out])
    assert curves(own) == curves(split)
    assert all((a == b).all() for a, b in zip(own.coefs_, split.coefs_, strict=True))


def test_y_val_may_lack_classes_that_y_has():
    few = Y_VAL < 3
    names = np.array(list("abcdefghij"))
    model = classifier(max_iter=5).fit(X, names[Y], X_val=X_VAL[few], y_val=names[Y_VAL[few]])
    assert model.validation_scores_[-1] == model.score(X_VAL[few], names[Y_VAL[few]])


def test_labels():
    y, y_val = (np.c_[target > 4, target % 2].astype(int) for target in (Y, Y_VAL))
    model = classifier(max_iter=20, early_stopping=True, scoring="loss")
    model.fit(X, y, X_val=X_VAL, y_val=csr_array(y_val))
    assert model.best_validation_score_ == -min(model.validation_loss_curve_)
    probabilities = model.predict_proba(X_VAL)
    by_hand = -np.log(np.where(y_val == 1, probabilities, 1 - probabilities)).sum(axis=1).mean()
    assert -model.best_validation_score_ == pytest.approx(by_hand, rel=1e-12)


def test_data_frames():
    names = [f"pixel {i}" for i in range(64)]
    frame, frame_val = pd.DataFrame(X, columns=names), pd.DataFrame(X_VAL, columns=names)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = classifier(max_iter=5, scoring="neg_log_loss").fit(
            frame, pd.Series(Y), X_val=frame_val, y_val=pd.Series(Y_VAL, index=range(5, 5 + len(Y_VAL)))
        )
    assert curves(model)[0] == classifier(max_iter=5).fit(X, Y, **OWN).loss_curve_
    with pytest.raises(ValueError, match=r"validation set: .*feature names"):
        classifier().fit(frame, Y, X_val=frame_val[names[::-1]], y_val=Y_VAL)


def test_a_warm_start_goes_on_with_the_curves():
    model = classifier(max_iter=5, warm_start=True, tol=0.0).fit(X, Y, **OWN).fit(X, Y, **OWN)
    assert [len(curve) for curve in curves(model)] == [10, 10, 10]
    model.fit(X, Y)
    assert model.validation_scores_ is None
    assert model.validation_loss_curve_ is None


def test_pickles_and_clones():
    model = classifier(max_iter=5, early_stopping=True, scoring="loss").fit(X, Y, **OWN)
    assert curves(pickle.loads(pickle.dumps(model))) == curves(model)
    assert clone(model).scoring == "loss"


def test_callbacks_and_verbose_are_told(capsys):
    class Keep:
        states = []

        def on_epoch_end(self, state):
            self.states.append(state)

    model = classifier(max_iter=3, callbacks=[Keep()], verbose=True).fit(X, Y, **OWN)
    assert [state.validation_score for state in Keep.states] == model.validation_scores_
    assert [state.validation_loss for state in Keep.states] == model.validation_loss_curve_
    assert capsys.readouterr().out.count("Validation score: ") == 3


BAD = [
    ({"X_val": X_VAL}, "X_val is given without y_val"),
    ({"y_val": Y_VAL}, "y_val is given without X_val"),
    ({"sample_weight_val": WEIGHTS}, "sample_weight_val is given without X_val"),
    ({**OWN, "X_val": X_VAL[:, :5]}, "validation set: X has 5 features.*expecting 64"),
    ({**OWN, "X_val": X_VAL[:9]}, "validation set: .*inconsistent numbers of samples"),
    ({**OWN, "X_val": X_VAL * np.nan}, "validation set: .*NaN"),
    ({**OWN, "y_val": Y_VAL + 5}, r"validation set: y_val has classes that y has not: \[10 11 12 13 14\]"),
    ({**OWN, "y_val": np.eye(10, dtype=int)[Y_VAL]}, "validation set: y_val must hold a class"),
    ({**OWN, "y_val": Y_VAL + 0.5}, "validation set: Unknown label type"),
    ({**OWN, "sample_weight_val": WEIGHTS[:5]}, "validation set: .*sample_weight"),
    ({**OWN, "sample_weight_val": 0 * WEIGHTS}, "validation set: .*non-zero"),
    ({"X_val": X_VAL[:0], "y_val": Y_VAL[:0]}, "validation set: .*0 sample"),
]


@pytest.mark.parametrize(("given", "message"), BAD, ids=[message[:50] for _, message in BAD])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_what_is_refused_leaves_the_estimator_as_it_was(given, message, solver):
    model = classifier(solver=solver, early_stopping=True)
    before = pickle.dumps(model)
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y, **given)
    assert pickle.dumps(model) == before


def test_what_a_regressor_refuses():
    with pytest.raises(ValueError, match=r"validation set: y_val has 2 column\(s\), but y has 1"):
        regressor().fit(XR, YR, X_val=XR_VAL, y_val=np.c_[YR_VAL, YR_VAL])
    with pytest.raises(ValueError, match=r"validation set: .*'poisson' needs y >= 0"):
        regressor(loss="poisson").fit(XR, YR + 3, X_val=XR_VAL, y_val=YR_VAL)
    with pytest.raises(ValueError, match="validation set"):
        classifier().fit(X, np.eye(10, dtype=int)[Y], X_val=X_VAL, y_val=np.eye(9, dtype=int)[Y_VAL % 9])
