"""Schedules: each one's rates beside its formula written out, and what a training makes of them."""

from __future__ import annotations

import pickle
from math import cos, pi

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from rosenblatt import MLPClassifier, MLPRegressor
from rosenblatt.callbacks import EpochState, FitState
from rosenblatt.schedules import (
    CosineAnnealing,
    ExponentialDecay,
    OneCycle,
    Plan,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
    WarmUp,
)

# Most trainings here are cut off after a few epochs.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.RandomState(0).rand(300, 5)
Y = np.arange(300) % 3
ESTIMATORS = [MLPClassifier, MLPRegressor]
BATCHES = 4
EPOCHS = 9
ETA = 0.03
TOTAL = BATCHES * EPOCHS


class Recorder:
    """Keeps the learning rate of every batch and epoch."""

    def __init__(self):
        self.rates, self.of_epochs = [], []

    def on_batch_end(self, state):
        self.rates.append(state.learning_rate)

    def on_epoch_end(self, state):
        self.of_epochs.append(state.learning_rate)


def make(schedule=None, estimator=MLPRegressor, **parameters):
    """An estimator of 9 epochs with 4 batches each, and what records its rates."""
    recorder = Recorder()
    parameters = {
        "hidden_layer_sizes": (6,),
        "solver": "sgd",
        "learning_rate_init": ETA,
        "batch_size": 75,
        "max_iter": EPOCHS,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "callbacks": [recorder] if schedule is None else [recorder, schedule],
    } | parameters
    return estimator(**parameters), recorder


def cosine(last, t, total):
    return last + (ETA - last) / 2 * (1 + cos(pi * t / total)) if t < total else last


def one_cycle(t, max_rate=0.5, pct=0.3, div=25.0, final_div=1e4, total=TOTAL):
    first, last = max_rate / div, max_rate / div / final_div
    peak = pct * total - 1
    if t < peak:
        return first + (max_rate - first) * (1 - cos(pi * t / peak)) / 2
    x = min((t - peak) / (total - 1 - peak), 1)
    return max_rate + (last - max_rate) * (1 - cos(pi * x)) / 2


# A schedule, and the rate of step t with B batches an epoch by its formula.
FORMULAS = [
    (StepDecay(3), lambda t: ETA * 0.1 ** (t // BATCHES // 3)),
    (StepDecay(2, gamma=0.5), lambda t: ETA * 0.5 ** (t // BATCHES // 2)),
    (ExponentialDecay(0.9), lambda t: ETA * 0.9 ** (t // BATCHES)),
    (CosineAnnealing(), lambda t: cosine(0, t, TOTAL)),
    (CosineAnnealing(0.001), lambda t: cosine(0.001, t, TOTAL)),
    (CosineAnnealing(0.002, epochs=5), lambda t: cosine(0.002, t, 20)),
    (OneCycle(0.5), one_cycle),
    (
        OneCycle(0.2, pct_start=0.5, div_factor=10, final_div_factor=100, epochs=5),
        lambda t: one_cycle(t, 0.2, 0.5, 10, 100, 20),
    ),
    (WarmUp(steps=6), lambda t: ETA * min((t + 1) / 6, 1)),
    (WarmUp(epochs=2), lambda t: ETA * min((t + 1) / 8, 1)),
    (
        WarmUp(StepDecay(2), steps=5),
        lambda t: ETA * (t + 1) / 5 if t < 5 else ETA * 0.1 ** ((t - 5) // BATCHES // 2),
    ),
    (
        WarmUp(CosineAnnealing(), epochs=1),
        lambda t: ETA * (t + 1) / 4 if t < 4 else cosine(0, t - 4, TOTAL - 4),
    ),
    (ReduceOnPlateau(patience=1000), lambda _: ETA),
]
by_formula = pytest.mark.parametrize(
    ("schedule", "formula"), FORMULAS, ids=[str(schedule) for schedule, _ in FORMULAS]
)


@by_formula
def test_rates_are_those_of_the_formula(schedule, formula):
    steps = np.arange(TOTAL + 2 * BATCHES)
    rates = schedule.rates(steps, Plan(ETA, BATCHES, TOTAL))
    np.testing.assert_allclose(rates, [formula(int(t)) for t in steps], rtol=1e-13, atol=1e-17)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@by_formula
def test_every_batch_is_learned_with_its_rate(schedule, formula, solver):
    model, recorder = make(schedule, solver=solver)
    model.fit(X, Y)
    wanted = [formula(t) for t in range(TOTAL)]
    np.testing.assert_allclose(recorder.rates, wanted, rtol=1e-13, atol=1e-17)
    assert recorder.of_epochs == recorder.rates[BATCHES - 1 :: BATCHES]


@pytest.mark.parametrize("total", [1, 2, 3, 4, 5, 10])
@pytest.mark.parametrize(
    "schedule", [OneCycle(0.5), CosineAnnealing(), WarmUp(OneCycle(0.5), steps=2)], ids=str
)
def test_short_trainings_have_rates_too(schedule, total):
    rates = schedule.rates(np.arange(total + 3), Plan(ETA, 1, total))
    assert np.isfinite(rates).all()
    assert (rates >= 0).all()
    assert rates.max() <= 0.5


def test_one_cycle_reaches_its_three_rates():
    rates = OneCycle(0.5).rates(np.arange(100), Plan(ETA, 10, 100))
    assert (rates[0], rates[29], rates[99]) == (0.5 / 25, 0.5, 0.5 / 25 / 1e4)
    assert (np.diff(rates[:30]) > 0).all()
    assert (np.diff(rates[29:]) < 0).all()


# What a training makes of them.


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_constant_schedule_is_no_schedule(estimator, dtype, threads):
    class Constant(Schedule):
        def rates(self, steps, plan):
            return np.full(len(steps), plan.eta)

    for solver in ("sgd", "adam"):
        for early_stopping in (False, True):
            more = {"solver": solver, "n_threads": threads, "early_stopping": early_stopping}
            model, _ = make(Constant(), estimator, **more)
            plain, _ = make(None, estimator, **more)
            model.fit(X.astype(dtype), Y)
            plain.fit(X.astype(dtype), Y)
            assert model.loss_curve_ == plain.loss_curve_
            np.testing.assert_array_equal(model.coefs_[0], plain.coefs_[0])


def test_plain_gradient_descent_with_a_schedule_by_hand():
    """One row, no hidden layer, no momentum: θ ← θ − η(t) (a − y) (1, x), t = 0, 1, …"""
    model = MLPRegressor(
        hidden_layer_sizes=(),
        solver="sgd",
        momentum=0,
        alpha=0,
        learning_rate_init=0.2,
        max_iter=6,
        n_iter_no_change=np.inf,
        random_state=0,
        callbacks=[ExponentialDecay(0.5)],
    )
    bound = np.sqrt(6 / 2)
    w, b = np.random.RandomState(0).uniform(-bound, bound, 2)
    for epoch in range(6):
        error = w * 2 + b - 3
        w, b = w - 0.2 * 0.5**epoch * error * 2, b - 0.2 * 0.5**epoch * error
    model.fit([[2.0]], [3.0])
    np.testing.assert_allclose([model.coefs_[0][0, 0], model.intercepts_[0][0]], [w, b], rtol=1e-12)


def test_any_object_with_rates_is_a_schedule():
    class Alternating:
        def rates(self, steps, plan):
            assert plan == Plan(ETA, BATCHES, TOTAL)
            return [0.1 if t % 2 else 0.2 for t in steps]

    model, recorder = make(Alternating())
    model.fit(X, Y)
    assert recorder.rates == [0.2, 0.1] * (TOTAL // 2)


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ([0.1] * 3, r"each of 4 steps, but gave the shape \(3,\)"),
        (0.1, r"each of 4 steps, but gave the shape \(\)"),
        ([0.1, 0.1, -0.1, 0.1], r"finite number ≥ 0, but the schedule gave -0.1 for step 6"),
        ([0.1, np.nan, -0.1, 0.1], r"finite number ≥ 0, but the schedule gave nan for step 5"),
        ([0.1, 0.1, 0.1, np.inf], r"finite number ≥ 0, but the schedule gave inf for step 7"),
    ],
)
def test_wrong_rates_end_the_training_after_the_last_epoch(rates, message):
    class Wrong:
        def rates(self, steps, plan):
            return rates if steps[0] else np.full(len(steps), plan.eta)

    model, _ = make(Wrong())
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y)
    one, _ = make(max_iter=1)
    np.testing.assert_array_equal(model.coefs_[0], one.fit(X, Y).coefs_[0])


def test_wrong_rates_in_the_first_epoch_change_nothing():
    class Wrong:
        def rates(self, steps, plan):
            raise LookupError

    model, _ = make(Wrong())
    with pytest.raises(LookupError):
        model.fit(X, Y)
    assert not hasattr(model, "coefs_")


# Over several trainings.


@by_formula
def test_each_fit_begins_anew(schedule, formula):  # noqa: ARG001
    model, recorder = make(schedule, warm_start=True, max_iter=2)
    model.fit(X, Y)
    first, recorder.rates = recorder.rates, []
    model.fit(X, Y)
    assert recorder.rates == first
    assert len(model.loss_curve_) == 4


@by_formula
def test_partial_fit_goes_on(schedule, formula):
    model, recorder = make(clone(schedule, safe=False))
    for _ in range(EPOCHS + 1):
        model.partial_fit(X, Y)
    wanted = [formula(t) for t in range(TOTAL + BATCHES)]
    np.testing.assert_allclose(recorder.rates, wanted, rtol=1e-13, atol=1e-17)


def test_partial_fit_goes_on_after_a_pickle():
    model, _ = make(ExponentialDecay(0.5))
    for _ in range(3):
        model.partial_fit(X, Y)
    again = pickle.loads(pickle.dumps(model)).partial_fit(X, Y)
    assert again.callbacks[0].of_epochs == [ETA, ETA / 2, ETA / 4, ETA / 8]


def test_partial_fit_counts_calls_whatever_their_rows():
    model, recorder = make(ExponentialDecay(0.5))
    model.partial_fit(X, Y).partial_fit(X[:80], Y[:80]).partial_fit(X, Y)
    assert recorder.rates == [ETA] * 4 + [ETA / 2] * 2 + [ETA / 4] * 4


# ReduceOnPlateau.


def curve(schedule, losses, **monitored):
    """Tell a schedule of a training with these losses; its rate in each epoch."""
    schedule.on_fit_begin(FitState(100, 4, 1, 0.1, monitored=("loss", "validation_score")))
    rates = []
    for n, loss in enumerate(losses, start=1):
        rates.append(float(schedule.rates(np.arange(1), Plan(0.1, 1, 100))[0]))
        state = {"loss": loss, "validation_score": loss} | monitored
        schedule.on_epoch_end(EpochState(n_iter=n, max_iter=100, n_samples=4, seconds=0.0, **state))
    return rates


def test_the_rate_falls_on_a_plateau():
    schedule = ReduceOnPlateau(factor=0.5, patience=2)
    losses = [5, 4, 4, 4, 3, 3, 3, 3, 3, 3]
    assert curve(schedule, losses) == [0.1] * 4 + [0.05] * 3 + [0.025] * 2 + [0.0125]
    assert schedule.reductions_ == 3
    assert curve(schedule, [1, 1, 1, 1]) == [0.1, 0.1, 0.1, 0.05]  # it begins anew


def test_the_rate_falls_no_further_than_min_rate():
    schedule = ReduceOnPlateau(factor=0.5, patience=1, min_rate=0.03)
    assert curve(schedule, [1] * 5) == [0.1, 0.1, 0.05, 0.03, 0.03]
    schedule = ReduceOnPlateau(factor=0.5, patience=1, min_rate=3.0)
    assert curve(schedule, [1] * 3) == [0.1] * 3


def test_the_score_should_rise_and_min_delta_is_the_least_that_counts():
    schedule = ReduceOnPlateau("validation_score", factor=0.5, patience=1)
    assert curve(schedule, [0.1, 0.2, 0.3, 0.2, 0.4]) == [0.1] * 4 + [0.05]
    schedule = ReduceOnPlateau("validation_score", factor=0.5, patience=1, min_delta=0.15)
    assert curve(schedule, [0.1, 0.2, 0.3, 0.2, 0.4]) == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025])


def test_no_number_is_no_improvement():
    schedule = ReduceOnPlateau(factor=0.5, patience=2)
    assert curve(schedule, [np.nan, np.nan, 3, np.nan, np.nan, 2]) == [0.1, 0.1, 0.05, 0.05, 0.05, 0.025]


def test_a_training_lowers_its_rate():
    model, recorder = make(ReduceOnPlateau(factor=0.5, patience=2, min_delta=100.0))
    model.fit(X, Y)
    assert recorder.of_epochs == [ETA] * 3 + [ETA / 2] * 2 + [ETA / 4] * 2 + [ETA / 8] * 2
    warm, recorder = make(WarmUp(ReduceOnPlateau(factor=0.5, patience=2, min_delta=100.0), steps=2))
    warm.fit(X, Y)
    assert recorder.rates[:2] == [ETA / 2, ETA]
    assert recorder.of_epochs == [ETA] * 3 + [ETA / 2] * 2 + [ETA / 4] * 2 + [ETA / 8] * 2


def test_a_plateau_over_calls_of_partial_fit():
    model, _ = make(ReduceOnPlateau(factor=0.5, patience=2, min_delta=100.0))
    for _ in range(3):
        model.partial_fit(X, Y)
    model = pickle.loads(pickle.dumps(model))
    for _ in range(2):
        model.partial_fit(X, Y)
    assert model.callbacks[0].of_epochs == [ETA] * 3 + [ETA / 2] * 2
    assert model.callbacks[1].reductions_ == 2


def test_what_is_not_told_cannot_be_watched():
    model, _ = make(ReduceOnPlateau("validation_score"))
    with pytest.raises(ValueError, match="monitor='validation_score' needs validation rows"):
        model.fit(X, Y)
    model.set_params(early_stopping=True).fit(X, Y)


# Parameters.


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: StepDecay(0), ValueError, "step_size must be at least 1, not 0"),
        (lambda: StepDecay(1.5), TypeError, "step_size must be an integer, not 1.5"),
        (lambda: StepDecay(step_size=True), TypeError, "step_size must be an integer, not True"),
        (lambda: StepDecay(1, 0), ValueError, r"gamma must be in \(0, 1\], not 0"),
        (lambda: ExponentialDecay(1.01), ValueError, r"gamma must be in \(0, 1\], not 1.01"),
        (lambda: ExponentialDecay("fast"), TypeError, "gamma must be a number, not 'fast'"),
        (lambda: ExponentialDecay(np.nan), ValueError, r"gamma must be in \(0, 1\], not nan"),
        (lambda: CosineAnnealing(-0.1), ValueError, r"final must be in \[0, inf\), not -0.1"),
        (lambda: CosineAnnealing(epochs=0), ValueError, "epochs must be at least 1"),
        (lambda: OneCycle(0), ValueError, r"max_rate must be in \(0, inf\)"),
        (lambda: OneCycle(0.1, pct_start=1), ValueError, r"pct_start must be in \(0, 1\)"),
        (lambda: OneCycle(0.1, div_factor=0.5), ValueError, "div_factor"),
        (lambda: OneCycle(0.1, final_div_factor=0), ValueError, "final_div_factor"),
        (lambda: OneCycle(0.1, epochs=-1), ValueError, "epochs must be at least 1"),
        (lambda: ReduceOnPlateau("accuracy"), ValueError, "monitor must be one of .*'loss'"),
        (lambda: ReduceOnPlateau(factor=1), ValueError, r"factor must be in \(0, 1\)"),
        (lambda: ReduceOnPlateau(patience=0), ValueError, "patience"),
        (lambda: ReduceOnPlateau(min_delta=-1), ValueError, "min_delta"),
        (lambda: ReduceOnPlateau(min_rate=-1), ValueError, "min_rate"),
        (WarmUp, TypeError, "either steps or epochs"),
        (lambda: WarmUp(steps=1, epochs=1), TypeError, "either steps or epochs"),
        (lambda: WarmUp(steps=0), ValueError, "steps must be at least 1"),
        (lambda: WarmUp(epochs=0.5), TypeError, "epochs must be an integer"),
        (lambda: WarmUp(0.1, steps=1), TypeError, "then must be a schedule"),
    ],
)
def test_wrong_parameters(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_clones_and_grid_searches():
    model, _ = make(OneCycle(0.1), max_iter=2)
    other = clone(model)
    assert repr(other.callbacks[1]) == repr(model.callbacks[1])
    assert other.callbacks[1] is not model.callbacks[1]
    grid = {"callbacks": [None, [StepDecay(1)], [OneCycle(0.1)]]}
    model.set_params(callbacks=None)
    search = GridSearchCV(model, grid, cv=2, n_jobs=2).fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
