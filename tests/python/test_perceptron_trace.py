"""The perceptron rule, watched: its numbers, its table, and Novikoff's bound."""

from __future__ import annotations

import json
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import scipy.optimize
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer

from rosenblatt import Network, datasets, perceptron_trace, separability


def random_separable(seed: int) -> tuple[Any, Any]:
    """Rows of two classes with a gap between them, not always a wide one."""
    random = np.random.default_rng(seed)
    rows, columns = int(random.integers(4, 30)), int(random.integers(1, 6))
    X, w = random.normal(size=(rows, columns)), random.normal(size=columns)
    w /= np.linalg.norm(w)
    scores = X @ w + random.normal() * 0.3
    y = (scores >= np.median(scores)).astype(int)
    return X + np.outer(2 * y - 1, w) * random.uniform(0.05, 0.5), y


def widest_margin(X: Any, y: Any) -> float:
    """Novikoff's γ by quadratic programming: |u| least with t z·u at least 1."""
    tz = (2 * y[:, None] - 1) * np.hstack([np.ones((len(X), 1)), X])
    plane = separability(X, y)
    start = np.append(plane.b, plane.w)
    found = minimize(
        lambda u: u @ u,
        start,
        jac=lambda u: 2 * u,
        constraints={"type": "ineq", "fun": lambda u: tz @ u - 1, "jac": lambda _: tz},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    return float((tz @ found.x).min() / np.linalg.norm(found.x))


def test_and_by_hand() -> None:
    trace = perceptron_trace(*datasets.logic("and"))
    assert (trace.n_epochs, trace.n_presentations, trace.n_updates) == (6, 24, 11)
    assert trace.converged
    assert trace.theta.tolist() == [-3, 2, 1]
    updated = [(p.epoch, p.row, p.n, p.a, p.error, p.theta.tolist()) for p in trace.presentations if p.error]
    assert updated[:5] == [
        (1, 0, 0, 1, -1, [-1, 0, 0]),
        (1, 3, -1, 0, 1, [0, 1, 1]),
        (2, 0, 0, 1, -1, [-1, 1, 1]),
        (2, 1, 0, 1, -1, [-2, 1, 0]),
        (2, 3, -1, 0, 1, [-1, 2, 1]),
    ]


@pytest.mark.parametrize("eta", [1.0, 0.1, 3e-7])
@pytest.mark.parametrize("seed", range(5))
def test_the_rule_is_followed_number_by_number(seed: int, eta: float) -> None:
    X, y = random_separable(seed)
    start = np.random.default_rng(seed).normal(size=X.shape[1] + 1)
    trace = perceptron_trace(X, y, eta=eta, theta0=start, max_epochs=7)
    theta = start
    for i, p in enumerate(trace.presentations):
        assert (p.epoch, p.row) == (i // len(X) + 1, i % len(X))
        assert p.x.tolist() == X[p.row].tolist()
        assert p.n == pytest.approx(theta[0] + p.x @ theta[1:], rel=1e-12, abs=1e-12)
        assert p.a == (1 if p.n >= 0 else 0)
        assert p.y == y[p.row]
        assert p.error == p.y - p.a
        assert p.update.tolist() == (eta * np.append(1, p.x) * p.error).tolist()
        assert p.theta.tolist() == (theta + p.update).tolist()  # to the last bit
        theta = p.theta
    assert trace.theta.tolist() == theta.tolist()
    assert trace.theta0.tolist() == start.tolist()


@pytest.mark.parametrize("name", ["and", "or", "xor"])
def test_the_same_as_network_perceptron_rule(name: str) -> None:
    X, y = datasets.logic(name)
    trace = perceptron_trace(X, y, max_epochs=10)
    network = Network([2, 1], "HardLimit")
    wrong = [network.perceptron_rule(X, y, eta=1) for _ in range(trace.n_epochs)]
    assert network.theta[1].ravel().tolist() == trace.theta.tolist()
    for epoch, count in enumerate(wrong, start=1):
        assert count == sum(p.error != 0 for p in trace.presentations if p.epoch == epoch)
    assert trace.converged is (wrong[-1] == 0)


@pytest.mark.parametrize(("name", "bound"), [("and", 51), ("or", 27)])
def test_bound_of_the_logic_tables(name: str, bound: float) -> None:
    X, y = datasets.logic(name)
    for eta in (1.0, 0.1, 1e5):
        trace = perceptron_trace(X, y, eta=eta)
        assert trace.converged
        assert trace.bound == pytest.approx(bound)
        assert trace.radius == pytest.approx(math.sqrt(3))
        assert 0 < trace.n_updates <= trace.bound
    swapped = perceptron_trace(X, 1 - y)
    assert swapped.bound == pytest.approx(bound)
    assert swapped.n_updates <= bound


@pytest.mark.parametrize("seed", range(100))
def test_bound_of_random_sets(seed: int) -> None:
    X, y = random_separable(seed)
    for targets in (y, 1 - y):
        trace = perceptron_trace(X, targets, max_epochs=10_000)
        assert trace.converged
        assert trace.n_updates <= trace.bound
        assert trace.margin == pytest.approx(widest_margin(X, targets), rel=1e-6)
        assert trace.radius == pytest.approx(np.sqrt(1 + (X**2).sum(axis=1)).max())
        network = Network([X.shape[1], 1], "HardLimit")
        network.theta[1] = trace.theta
        assert network.forward(X).ravel().tolist() == targets.tolist()


def test_hard_limit_of_0_is_1() -> None:
    # z = [1 -1], then [1 1]: after the first update, n = 0 is right for the label 1 and wrong for 0.
    assert perceptron_trace([[-1.0], [1.0]], [0, 1]).n_updates == 1
    trace = perceptron_trace([[-1.0], [1.0]], [1, 0])
    assert [(p.n, p.a, p.error) for p in trace.presentations[:3]] == [(0, 1, 0), (0, 1, -1), (0, 1, 0)]
    assert trace.theta.tolist() == [-1, -1]
    assert trace.bound == pytest.approx(2)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_margin_of_badly_scaled_columns(scale: float) -> None:
    X, y = datasets.logic("and")
    trace = perceptron_trace(X * [1, scale], y, max_epochs=1)
    tz = (2 * y[:, None] - 1) * np.hstack([np.ones((4, 1)), X * [1, scale]])
    # Nothing on a grid of directions is better.
    sizes = 10.0 ** np.linspace(-8, 8, 81)
    b, w1, w2 = np.meshgrid(-np.linspace(0, 3, 61), sizes, sizes)
    u = np.stack([b.ravel(), w1.ravel(), w2.ravel()])
    best = float(((tz @ u).min(axis=0) / np.linalg.norm(u, axis=0)).max())
    assert trace.margin >= best * (1 - 1e-9) > 0


def test_margin_a_hundred_millionth_of_the_radius() -> None:
    # SLSQP, on columns divided by their largest value, and the dual problem both give 4.13707301e-5.
    trace = perceptron_trace(*load_breast_cancer(return_X_y=True), max_epochs=1)
    assert trace.margin == pytest.approx(4.13707301e-5, rel=1e-7)
    assert trace.radius == pytest.approx(4974.7, rel=1e-4)


def test_without_least_squares_a_hyperplane_still_gives_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    def circle(*_: object) -> NoReturn:
        raise RuntimeError("Maximum number of iterations reached.")

    X, y = random_separable(3)
    best = perceptron_trace(X, y, max_epochs=10_000)
    assert best.margin > 0
    monkeypatch.setattr(scipy.optimize, "nnls", circle)
    trace = perceptron_trace(X, y, max_epochs=10_000)
    assert 0 < trace.margin <= best.margin
    assert trace.n_updates <= best.bound <= trace.bound


def test_what_is_not_separable_has_no_bound() -> None:
    trace = perceptron_trace(*datasets.logic("xor"), max_epochs=50)
    assert not trace.converged
    assert trace.n_epochs == 50
    assert (trace.margin, trace.radius, trace.bound) == (None, None, None)
    assert trace.separability.point.tolist() == [0.5, 0.5]
    # The rule goes in circles: from its third pass on it does the same again and again.
    laps = [[p.theta.tolist() for p in trace.presentations if p.epoch == epoch] for epoch in range(3, 51)]
    assert all(one == other for one, other in pairwise(laps))


def test_another_start_has_no_bound() -> None:
    trace = perceptron_trace(*datasets.logic("or"), theta0=[-0.5, 1, 1])
    assert (trace.n_updates, trace.n_epochs, trace.bound) == (0, 1, None)
    assert trace.margin == pytest.approx(1 / 3)
    assert "needs θ = 0 to begin with" in str(trace)


def test_labels() -> None:
    X, y = datasets.logic("and")
    plain = perceptron_trace(X, y)
    for labels in ([-1, 1], ["no", "yes"], [False, True]):
        trace = perceptron_trace(X, np.array(labels)[y])
        assert trace.labels == tuple(labels)
        assert [p.theta.tolist() for p in trace.presentations] == [
            p.theta.tolist() for p in plain.presentations
        ]
        assert trace.bound == plain.bound
    assert "y = 1 stands for 'yes', 0 for 'no'" in str(perceptron_trace(X, np.array(["no", "yes"])[y]))
    assert "stands for" not in str(plain)


def test_table() -> None:
    lines = str(perceptron_trace(*datasets.logic("and"))).splitlines()
    assert "θ ← θ + η [1 x]ᵀ (y − a) (equation 6)" in lines[0]
    assert lines[1].split() == ["epoch", "row", "x", "y", "n", "a", "y", "−", "a", "update", "θ", "after"]
    assert lines[2].split("  ")[-1] == "[-1 0 0]"
    assert len({len(line) for line in lines[1:26]}) == 1  # aligned
    assert lines[26] == "converged, no error in epoch 6: 24 presentations, 11 updates"
    assert lines[27].endswith("at most (R/γ)² = 51 updates (Novikoff)")
    assert "-0" not in re.sub(r"e-0\d", "", "\n".join(lines))


def test_long_table_and_wide_rows_are_cut_in_the_middle() -> None:
    text = str(perceptron_trace(*datasets.logic("xor")))
    assert "\n… 360 presentations more …\n" in text
    assert len(text.splitlines()) == 2 + 20 + 1 + 20 + 2
    random = np.random.default_rng(0)
    X = random.normal(size=(5, 64))
    wide = str(perceptron_trace(X, [0, 1, 0, 1, 1])).splitlines()
    assert all(line.count("…") in (2, 3) for line in wide[2:-2])
    assert max(map(len, wide)) < 250


def test_html() -> None:
    X, y = datasets.logic("or")
    html = perceptron_trace(X, np.array(["<b>", "a & b"])[y])._repr_html_()
    assert html.count("<tr>") == 1 + 16
    assert "<td>[-1 0 0]</td>" in html
    assert "&lt;b&gt;" in html
    assert "a &amp; b" in html
    assert "<b>" not in html
    assert (
        '<td colspan="9">… 360 presentations more …</td>'
        in perceptron_trace(*datasets.logic("xor"))._repr_html_()
    )


def test_the_page_shows_what_is_printed() -> None:
    page = (Path(__file__).parents[2] / "docs" / "perceptron.md").read_text(encoding="utf-8")
    assert f"```text\n{perceptron_trace(*datasets.logic('or'))}\n```" in page
    assert f"```text\n{separability(*datasets.logic('xor'))}\n```" in page


@pytest.mark.parametrize("name", ["and", "xor"])
def test_json(name: str) -> None:
    trace = perceptron_trace(*datasets.logic(name), max_epochs=20)
    read = json.loads(trace.to_json())
    assert read == trace.to_dict()
    assert read["equation"] == 6
    assert len(read["presentations"]) == read["n_presentations"] == trace.n_presentations
    assert read["presentations"][1]["x"] == [0.0, 1.0]
    assert read["separability"]["is_separable"] is (name == "and")
    assert read["bound"] == trace.bound


def test_nothing_can_be_changed_afterwards() -> None:
    X, y = datasets.logic("or")
    trace = perceptron_trace(X, y)
    X[:] = 7
    assert trace.presentations[3].x.tolist() == [1, 1]
    for values in (trace.theta, trace.theta0, trace.X, trace.presentations[0].update):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"eta": 0}, ValueError, "eta must be finite and positive.* it is 0"),
        ({"eta": -1}, ValueError, "finite and positive"),
        ({"eta": math.nan}, ValueError, "finite and positive"),
        ({"eta": "1"}, TypeError, "eta must be a number, not '1'"),
        ({"eta": True}, TypeError, "eta must be a number"),
        ({"max_epochs": 0}, ValueError, "max_epochs must be at least 1, not 0"),
        ({"max_epochs": 1.5}, TypeError, "max_epochs must be an integer, not 1.5"),
        ({"theta0": [1, 2]}, ValueError, r"shape \(3,\).* shape \(2,\)"),
        ({"theta0": [1, 2, math.inf]}, ValueError, r"theta0 must be finite; there is inf at position \(2,\)"),
        ({"y": [0, 1, 2, 1]}, ValueError, "y must have two labels, but there are 3"),
        ({"y": [1, 1, 1, 1]}, ValueError, "all 4 are 1"),
        ({"y": np.eye(4)[:, :2]}, ValueError, r"take y\[:, j\]"),
        ({"X": [[0, 0], [0, 1], [1, 0], [1, math.nan]]}, ValueError, r"nan at position \(3, 1\)"),
        ({"eta": 1e308, "X": [[0, 9], [0, 1], [1, 0], [1, 1]]}, OverflowError, "epoch 1, row 0: n = 0 and"),
    ],
)
def test_errors(options: dict[str, Any], error: type[Exception], message: str) -> None:
    X, y = datasets.logic("and")
    with pytest.raises(error, match=message):
        perceptron_trace(**{"X": X, "y": y, **options})
