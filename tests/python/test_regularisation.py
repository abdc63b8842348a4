"""Penalties, weight decay, clipping and max-norm through the estimators."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone

from rosenblatt import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 1500  # more than the 1024 that a step takes at a time
RNG = np.random.RandomState(0)
X = RNG.uniform(-1, 1, (ROWS, 5))
X[X < -0.2] = 0
Y = np.sin(2 * X.sum(axis=1))
LABELS = (Y > 0).astype(int) + (Y > 0.7)
WEIGHTS = RNG.uniform(0, 2, ROWS)

TARGETS = {"regression": (MLPRegressor, Y), "multiclass": (MLPClassifier, LABELS)}
SOLVERS = ["sgd", "adam", "adamw", "nadam", "rmsprop", "adagrad", "rprop"]
SETTINGS = {
    "l1": {"penalty": "l1", "alpha": 0.5},
    "elasticnet": {"penalty": "elasticnet", "alpha": 0.5, "l1_ratio": 0.3},
    "weight_decay": {"weight_decay": 0.3},
    "clip_value": {"clip_value": 1e-3},
    "clip_norm": {"clip_norm": 1e-2},
    "max_norm": {"max_norm": 0.6},
    "all": {
        "penalty": "elasticnet",
        "alpha": 0.5,
        "weight_decay": 0.3,
        "clip_value": 1e-2,
        "clip_norm": 2e-2,
        "max_norm": 0.6,
    },
}
by_target = pytest.mark.parametrize("target", TARGETS)
by_solver = pytest.mark.parametrize("solver", SOLVERS)
by_setting = pytest.mark.parametrize("setting", SETTINGS)


def make(target, **parameters):
    parameters = {
        "hidden_layer_sizes": (7,),
        "activation": "tanh",
        "learning_rate_init": 0.01,
        "random_state": 0,
    } | parameters
    return TARGETS[target][0](**parameters)


def one_batch(**parameters):
    """Plain gradient descent, a step with all rows for each epoch."""
    return {
        "solver": "sgd",
        "momentum": 0,
        "batch_size": ROWS,
        "shuffle": False,
        "warm_start": True,
        "max_iter": 1,
    } | parameters


def vector(model):
    return np.concatenate([theta.ravel() for theta in [*model.coefs_, *model.intercepts_]])


def write(model, values):
    position = 0
    for theta in [*model.coefs_, *model.intercepts_]:
        theta[...] = values[position : position + theta.size].reshape(theta.shape)
        position += theta.size


def step(model, y, weights=None):
    """How far a step goes, and the loss that it reports: that from before it."""
    before = vector(model).copy()
    model.fit(X, y, sample_weight=weights)
    return vector(model) - before, model.loss_


def norms(model):
    return np.concatenate([np.linalg.norm(W, axis=0) for W in model.coefs_])


@by_target
@pytest.mark.parametrize("setting", ["l1", "elasticnet"])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
def test_a_step_follows_the_gradient_of_the_reported_loss(target, setting, weights):
    eta, h = 1e-3, 1e-5
    y = TARGETS[target][1]
    model = make(target, **one_batch(learning_rate_init=eta), **SETTINGS[setting]).fit(X, y)
    begin = vector(model)
    moved, _ = step(model, y, weights)

    def loss_at(values):
        write(model, values)
        return step(model, y, weights)[1]

    quotients = [
        (loss_at(begin + change) - loss_at(begin - change)) / (2 * h) for change in h * np.eye(len(begin))
    ]
    np.testing.assert_allclose(-moved / eta, quotients, rtol=1e-6, atol=1e-8)


@by_target
@pytest.mark.parametrize("setting", ["l1", "elasticnet"])
def test_gradient_check_has_the_penalty(target, setting):
    assert make(target, **SETTINGS[setting]).gradient_check(X, TARGETS[target][1], WEIGHTS) < 1e-6


@by_target
def test_the_penalty_in_the_reported_loss(target):
    y = TARGETS[target][1]
    model = make(target, **one_batch(penalty="elasticnet", alpha=0, l1_ratio=0.3)).fit(X, y)
    begin = vector(model)
    W = np.concatenate([W.ravel() for W in model.coefs_])
    penalty = 0.5 * (0.3 * abs(W).sum() + 0.7 / 2 * (W**2).sum()) / WEIGHTS.sum()
    _, without = step(model, y, WEIGHTS)
    write(model, begin)
    _, loss = step(model.set_params(alpha=0.5), y, WEIGHTS)
    assert loss - without == pytest.approx(penalty, rel=1e-9)


def test_l1_tells_inputs_apart_that_say_nothing():
    noisy = np.c_[X, RNG.uniform(-1, 1, (ROWS, 10))]
    largest = {}
    for penalty in ("l1", "l2"):
        model = make("regression", penalty=penalty, alpha=0.3, max_iter=100, hidden_layer_sizes=(20,))
        largest[penalty] = abs(model.fit(noisy, Y).coefs_[0]).max(axis=1)
        assert largest[penalty][:5].min() > 1
    assert largest["l1"][5:].max() < 0.01
    assert largest["l2"][5:].min() > 0.03


@by_target
def test_the_norm_of_a_clipped_gradient(target):
    y = TARGETS[target][1]
    model = make(target, **one_batch(alpha=0)).fit(X, y)
    begin = vector(model).copy()
    free, _ = step(model, y)
    limit = np.linalg.norm(free) / 0.01 / 3

    def moved(**parameters):
        other = make(target, **one_batch(alpha=0)).fit(X, y)
        assert (vector(other) == begin).all()
        return step(other.set_params(**parameters), y)[0]

    clipped = moved(clip_norm=limit)
    assert np.linalg.norm(clipped) / 0.01 == pytest.approx(limit, rel=1e-11)
    np.testing.assert_allclose(clipped, free / 3, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(moved(clip_norm=4 * limit), free, rtol=1e-9, atol=1e-15)
    assert (moved(clip_norm=4 * limit) == moved(clip_norm=1e9)).all()

    value = abs(free).max() / 0.01 / 4
    np.testing.assert_allclose(
        moved(clip_value=value), np.clip(free, -0.01 * value, 0.01 * value), rtol=1e-9, atol=1e-15
    )


def test_clipping_does_not_touch_the_penalty():
    """Where the gradient of the loss is clipped to next to nothing, the penalty is what is left."""
    model = make("regression", **one_batch(alpha=0.5)).fit(X, Y)
    W = model.coefs_[0].copy()
    model.set_params(clip_norm=1e-12, alpha=100.0).fit(X, Y)
    np.testing.assert_allclose(model.coefs_[0], W * (1 - 0.01 * 100 / ROWS), rtol=1e-9)


@by_target
@by_solver
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_max_norm_holds_after_every_epoch(target, solver, dtype):
    rounding = 1e-6 if dtype == np.float32 else 1e-14
    model = make(target, solver=solver, max_norm=0.6, max_iter=1, warm_start=True, n_threads=2)
    at_limit = []
    for _ in range(5):
        model.fit(X.astype(dtype), TARGETS[target][1])
        assert norms(model).max() <= 0.6 * (1 + rounding)
        at_limit.append((norms(model) > 0.6 * (1 - 1e-5)).sum())
    assert at_limit[-1] >= 2


@by_solver
def test_weight_decay_where_the_gradient_is_zero(solver):
    """Rows of zeros say nothing about W; the bias learns, and does not decay."""
    zeros, ones = np.zeros((50, 5)), np.ones(50)
    parameters = {"hidden_layer_sizes": (), "solver": solver, "alpha": 0, "shuffle": False, "tol": 0}
    model = make("regression", **parameters, max_iter=1, warm_start=True, weight_decay=0).fit(zeros, ones)
    W, b = model.coefs_[0].copy(), model.intercepts_[0].copy()
    model.set_params(weight_decay=0.3, max_iter=20).fit(zeros, ones)
    np.testing.assert_allclose(model.coefs_[0], W * (1 - 0.01 * 0.3) ** 20, rtol=1e-12)
    plain = make("regression", **parameters, max_iter=1, warm_start=True, weight_decay=0).fit(zeros, ones)
    plain.set_params(max_iter=20).fit(zeros, ones)
    np.testing.assert_allclose(model.intercepts_[0], plain.intercepts_[0], rtol=1e-12)
    assert model.intercepts_[0] != b
    assert model.loss_curve_ == pytest.approx(plain.loss_curve_, rel=1e-12)  # the decay is no part of it


@by_target
@pytest.mark.parametrize(
    ("setting", "solver"),
    [
        *((setting, solver) for setting in SETTINGS for solver in ("sgd", "nadam")),
        *((setting, "rprop") for setting in ("l1", "elasticnet", "weight_decay", "max_norm")),
    ],
)
def test_sparse_rows_and_any_threads(target, setting, solver):
    """With weights, in batches of one chunk, of two and of less than one."""
    y = TARGETS[target][1]
    for batch_size in ("auto",) if solver == "rprop" else (200, ROWS):
        parameters = {"solver": solver, "batch_size": batch_size, "max_iter": 4} | SETTINGS[setting]
        alone = make(target, n_threads=1, **parameters).fit(X, y, sample_weight=WEIGHTS)
        team = make(target, n_threads=3, **parameters).fit(X, y, sample_weight=WEIGHTS)
        sparse = make(target, **parameters).fit(sp.csr_matrix(X), y, sample_weight=WEIGHTS)
        single = make(target, **parameters).fit(X.astype(np.float32), y, sample_weight=WEIGHTS)
        assert (vector(alone) == vector(team)).all()
        np.testing.assert_allclose(vector(sparse), vector(alone), rtol=1e-9, atol=1e-11)
        assert single.coefs_[0].dtype == np.float32
        # Where l1 pushes a weight to and fro across 0, the precisions part.
        near = 2e-3 if SETTINGS[setting].get("penalty") else 2e-4
        np.testing.assert_allclose(vector(single), vector(alone), rtol=1e-3, atol=near)


@by_setting
def test_wide_layers_are_the_same_for_any_threads(setting):
    """Wide enough for threads to be worth their while, on a first layer of several inner blocks."""
    wide = RNG.uniform(-1, 1, (300, 450)).astype(np.float32)
    models = [
        make("multiclass", hidden_layer_sizes=(120, 30), max_iter=3, n_threads=threads, **SETTINGS[setting])
        for threads in (1, 2, 4)
    ]
    first, *others = [vector(model.fit(wide, LABELS[:300])) for model in models]
    for other in others:
        assert (other == first).all()


@by_setting
def test_each_is_off_by_default_and_acts_where_it_is_on(setting):
    plain, regularised = make("regression"), make("regression", **SETTINGS[setting])
    assert set(SETTINGS[setting]) <= set(clone(regularised).get_params())
    assert (vector(plain.fit(X, Y)) != vector(regularised.fit(X, Y))).any()


@by_setting
def test_what_is_changed_between_calls_of_partial_fit_counts(setting):
    """As alpha does; the optimizer goes on."""
    parameters = {"solver": "sgd", "batch_size": 100, "shuffle": False}
    changed = make("regression", **parameters).partial_fit(X, Y)
    other = make("regression", **parameters).partial_fit(X, Y)
    changed.set_params(**SETTINGS[setting]).partial_fit(X, Y)
    unchanged = vector(other.partial_fit(X, Y))
    assert (vector(changed) != unchanged).any()
    if setting in ("max_norm", "all"):
        assert norms(changed).max() <= 0.6 * (1 + 1e-14)


@pytest.mark.parametrize("name", ["weight_decay", "clip_value", "clip_norm", "max_norm", "l1_ratio", "rho"])
def test_numbers_too_large_for_the_core(name):
    model = make("regression", **{name: 10**400})
    with pytest.raises(ValueError, match=f"{name}.*(too large|must be)"):
        model.fit(X, Y)
    assert not hasattr(model, "coefs_")


@pytest.mark.parametrize("setting", ["l1", "weight_decay", "clip_value", "clip_norm", "max_norm"])
def test_scikit_learn_lacks_it(setting):
    name = "penalty" if setting == "l1" else setting
    with pytest.raises(ValueError, match=f"scikit-learn has no {name}"):
        make("regression", **SETTINGS[setting]).to_sklearn()


def test_exploding_gradients_are_held():
    """Targets in the thousands throw plain gradient descent to where every ReLU is dead."""
    y = 1e3 * Y
    parameters = {"solver": "sgd", "learning_rate_init": 0.05, "max_iter": 50, "activation": "relu"}
    assert make("regression", **parameters).fit(X, y).score(X, y) < 0.1
    assert make("regression", **parameters, clip_norm=100.0).fit(X, y).score(X, y) > 0.6
