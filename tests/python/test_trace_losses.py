"""The formulas of the losses in a trace: read as they are printed, they tell the numbers beside them."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from formulas import Formula
from loss_targets import NEEDED, targets

from rosenblatt import Network, _core
from rosenblatt.trace_steps import steps

CASES = {
    **{loss: (loss, NEEDED.get(loss, "Tanh"), {}) for loss in _core.loss_names()},
    "huber of 0.3": ("huber", "Linear", {"huber_delta": 0.3}),
    "quantiles": ("quantile", "Ordered", {"quantiles": [0.1, 0.5, 0.9]}),
    "quantiles again": ("quantile", "Linear", {"quantiles": [0.2, 0.7]}),
    "smoothed": ("log_loss", "Softmax", {"label_smoothing": 0.2}),
    "smoothed labels": ("binary_log_loss", "Sigmoid", {"label_smoothing": 0.2}),
    "focal of 0": ("focal", "Softmax", {"focal_gamma": 0.0}),
    "focal of 0.5": ("focal", "Softmax", {"focal_gamma": 0.5, "label_smoothing": 0.1}),
    "focal labels": ("binary_focal", "Sigmoid", {"focal_gamma": 3.0, "label_smoothing": 0.1}),
    **{f"tweedie of {p}": ("tweedie", "Exponential", {"tweedie_power": p}) for p in (-1.0, 0.0, 1.0, 1.9)},
    **{f"tweedie of {p}": ("tweedie", "Exponential", {"tweedie_power": p}) for p in (2.0, 3.0)},
    **{f"{loss} of softmax": (loss, "Softmax", {}) for loss in ("absolute_error", "huber", "squared_error")},
    "huber of ordered": ("huber", "Ordered", {}),
}

# Taken of positive targets here: the formula does not tell that 0 log 0 is 0, or there is no loss of 0.
POSITIVE = ("poisson", "tweedie of 1.0", "tweedie of 2.0", "tweedie of 3.0")

by_case = pytest.mark.parametrize("case", CASES)


def make(case, outputs=3, dtype=np.float64, groups=()):
    loss, f, numbers = CASES[case]
    made = Network([2, 4, outputs], ["Tanh", f], dtype=dtype, groups=groups).initialize(2)
    return Network.over(made._core, _core.LossFunction(loss, **numbers))


def trace(case, rows, dtype=np.float64, groups=(), outputs=3):
    network, random = make(case, outputs, dtype, groups), np.random.RandomState(3)
    loss = "gamma" if case in POSITIVE else network.loss
    y = np.hstack([targets(loss, (rows or 1, width), random) for width in groups or (outputs,)])
    y = -y if case == "tweedie of 0.0" else y
    x = random.normal(size=(rows or 1, 2))
    return network.trace(x if rows else x[0], y if rows else y[0], eta=0.1)


def found(trace, symbol, section):
    step = next(step for step in steps(trace) if (step.symbol, step.section) == (symbol, section))
    return step.formula.removesuffix(f" / {trace.rows}" if trace.rows > 1 else ""), step


def known(trace):
    """The values of all symbols for each row, all as the trace shows them."""
    shown = {step.symbol: step.result for step in steps(trace) if step.section in ("Given", "Forward pass")}
    shown |= {"ḟ²(n²)": trace.derivative[2], "Ḟ²(n²)": trace.derivative[2]}
    for i in range(trace.rows):
        yield {
            name: value if np.ndim(value) == 0 or name == "q" else trace.by_rows(value)[i]
            for name, value in shown.items()
            if name[0] in "yỹqrpδγεa" or name[0] in "ḟḞ"
        }


@by_case
@pytest.mark.parametrize("rows", [None, 1, 5])
def test_the_loss_follows_from_its_formula(case, rows):
    at = trace(case, rows)
    formula, step = found(at, "L", "Forward pass")
    wanted = sum(Formula([formula], values).value() for values in known(at)) * at.scale
    assert at.loss == pytest.approx(wanted, rel=1e-12, abs=1e-15)
    assert step.result == at.loss
    if step.with_numbers and rows is None:
        assert Formula(step.with_numbers).value() == pytest.approx(wanted, rel=1e-12)


@by_case
@pytest.mark.parametrize("rows", [None, 1, 5])
def test_the_sensitivities_follow_from_their_formula(case, rows):
    at = trace(case, rows)
    formula, step = found(at, "s²", "Backward pass")
    wanted = np.vstack([Formula([formula], values).value() for values in known(at)])
    np.testing.assert_allclose(at.by_rows(at.s[2]), wanted, rtol=1e-10, atol=1e-14)
    if step.with_numbers and rows is None:
        np.testing.assert_allclose(Formula(step.with_numbers).value(), wanted, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("rows", [None, 6])
@pytest.mark.parametrize(
    ("case", "outputs", "groups"),
    [("smoothed", 3, ()), ("smoothed labels", 3, ()), ("focal of 0.5", 4, ()), ("smoothed", 5, (2, 3))],
)
def test_smoothed_labels(case, outputs, groups, rows):
    at = trace(case, rows, outputs=outputs, groups=groups)
    formula, step = found(at, "ỹ", "Forward pass")
    share = CASES[case][2]["label_smoothing"]
    labels = 2 if case == "smoothed labels" else np.repeat(groups, groups) if groups else outputs
    np.testing.assert_allclose(step.result, (1 - share) * at.y + share / labels, rtol=1e-15)
    if groups:
        assert formula == "(1 − ε) y + ε / K in each group of K"
    else:
        for values in known(at):
            np.testing.assert_allclose(Formula([formula], values).value()[0], values["ỹ"], rtol=1e-15)
    assert at.verify().error < 1e-10


@pytest.mark.parametrize("groups", [(), (2, 3)])
def test_the_jacobian_of_ordered(groups):
    """tril(1) diag(σ(n)), of each group, with 1 for the σ of its first output."""
    at = trace("quantiles", 4, groups=groups, outputs=5)
    formula, step = found(at, "Ḟ²(n²)", "Backward pass")
    assert formula == "tril(1) diag(σ(n²)), σ = 1 at the first" + (" in each group" if groups else "")
    for n, jacobian in zip(at.n[2], step.result, strict=True):
        slope, ones = 1 / (1 + np.exp(-n)), np.zeros((5, 5))
        first = 0
        for width in groups or (5,):
            slope[first] = 1
            ones[first : first + width, first : first + width] = np.tri(width)
            first += width
        np.testing.assert_allclose(jacobian, ones @ np.diag(slope), rtol=1e-14)
    assert at.verify().error < 1e-10


@by_case
def test_verify(case):
    for rows in (None, 5):
        assert trace(case, rows).verify().error < 1e-9
        assert trace(case, rows, np.float32).verify().error < 1e-4


@by_case
def test_a_wrong_loss_or_sensitivity_is_found(case):
    at = trace(case, 5)
    s = copy.deepcopy(at.s)
    s[2].setflags(write=True)
    s[2][...] *= 1.001
    for name, value in (("loss", 1.001 * at.loss), ("s", s)):
        wrong = copy.copy(at)
        object.__setattr__(wrong, name, value)
        assert wrong.verify().errors["loss" if name == "loss" else "s[2]"] > 1e-5


@by_case
def test_all_formats_tell_the_numbers_of_the_loss(case):
    at = trace(case, 5)
    numbers = at.to_dict()["loss_options"]
    assert numbers == CASES[case][2] | numbers
    shown = {step.symbol: step.result for step in steps(at) if step.section == "Given"}
    symbols = {"huber_delta": "δ", "tweedie_power": "p", "focal_gamma": "γ", "label_smoothing": "ε"}
    for name, value in numbers.items():
        if name == "quantiles":
            np.testing.assert_array_equal(shown["q"], np.resize(value, 3))
        else:
            assert shown[symbols[name]] == value
    assert at.to_latex().isascii()
    assert str(pickle.loads(pickle.dumps(at))) == str(at)


def test_one_class_has_no_other():
    at = Network([2, 1], "Linear", loss="class_hinge").initialize(0).trace([1, 2], 1, eta=0.1)
    assert at.loss == at.s[1] == 0
    assert "L = 0 = 0" in str(at)
    assert at.verify().error == 0


def test_the_hinge_of_a_class_looks_at_its_first_rival():
    network = Network([1, 3], "Linear", loss="class_hinge")
    network.b[1] = [2, 5, 5]
    at = network.trace([0], [1, 0, 0], eta=0)
    lines = str(at).splitlines()
    assert "        r = 1 at the largest a¹ where y = 0, else 0 = [0  1  0]" in lines
    assert "  (11)  L = Σ max(0, 1 + (r − y) (a¹)ᵀ) = " in str(at)
    assert at.loss == 4
    assert at.s[1].tolist() == [-1, 1, 0]


def test_latex_of_powers_and_smoothed_labels():
    latex = trace("focal labels", 5).to_latex()
    assert r"(1 - a^{2})^\gamma" in latex
    assert r"\tilde{y} &= (1 - \varepsilon) y + \varepsilon / 2 = " in latex
    assert r"(a^{2})^{1 - p} \circ (a^{2} - y)" in trace("tweedie", 5).to_latex()
