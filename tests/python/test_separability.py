"""Whether a hyperplane separates two classes: the hyperplane or the certificate, confirmed again here."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rosenblatt import Network, datasets, separability


def assert_confirmed(X: Any, y: Any) -> bool:
    """Whether the classes are separable, after a check of the answer in exact arithmetic."""
    X = np.asarray(X, dtype=float)
    found = separability(X, y)
    is_one = np.asarray(y) == found.labels[1]
    exact = [[Fraction(float(value)) for value in row] for row in X]
    if found.is_separable:
        assert found.weights is None
        assert found.point is None
        w, b = [Fraction(float(value)) for value in found.w], Fraction(found.b)
        n = [sum(p * q for p, q in zip(row, w, strict=True)) + b for row in exact]
        assert all((value > 0) if one else (value < 0) for value, one in zip(n, is_one, strict=True))
        distances = np.abs([float(value) for value in n]) / math.hypot(*found.w)
        assert found.margin == pytest.approx(distances.min(), rel=1e-3)
        # Halfway between the classes, and 1 at the nearest rows.
        assert min(float(v) for v, one in zip(n, is_one, strict=True) if one) == pytest.approx(1, rel=1e-3)
        assert max(float(v) for v, one in zip(n, is_one, strict=True) if not one) == pytest.approx(
            -1, rel=1e-3
        )
    else:
        assert found.w is None
        assert found.b is None
        assert found.margin is None
        assert (found.weights >= 0).all()
        scale = np.abs(X).max(axis=0)
        for chosen in (is_one, ~is_one):
            assert found.weights[chosen].sum() == pytest.approx(1, abs=1e-12)
            assert (np.abs(found.weights[chosen] @ X[chosen] - found.point) <= 1e-9 * scale).all()
    return found.is_separable


@pytest.mark.parametrize(("name", "answer"), [("and", True), ("or", True), ("xor", False)])
def test_logic_tables(name: str, answer: bool) -> None:
    assert assert_confirmed(*datasets.logic(name)) is answer


def test_xor_meets_in_the_middle() -> None:
    found = separability(*datasets.logic("xor"))
    assert found.point.tolist() == [0.5, 0.5]
    assert found.weights.tolist() == [0.5, 0.5, 0.5, 0.5]
    assert "(0.5, 0.5) lies among the rows of both" in str(found)
    assert "0.5 · row 1 (0, 1) + 0.5 · row 2 (1, 0)" in str(found)


def test_the_hyperplane_is_a_perceptron() -> None:
    for name in ("and", "or"):
        X, y = datasets.logic(name)
        found = separability(X, y)
        network = Network([2, 1], "HardLimit")
        network.W[1], network.b[1] = found.w, found.b
        assert network.forward(X).ravel().tolist() == y.tolist()
        assert f"the nearest row is {found.margin:.6g} away" in str(found)


numbers = st.one_of(
    st.integers(-3, 3).map(float), st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda v: round(v, 6))
)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_random_points(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(2, 9), st.integers(1, 4)))
    X = data.draw(hnp.arrays(np.float64, shape, elements=numbers))
    y = np.array(data.draw(st.permutations([0, 1] + [0, 1] * 4)))[: shape[0]]
    y[0] = 1 - y[1]
    assert_confirmed(X, y)


@pytest.mark.parametrize("seed", range(20))
def test_scale_and_place_of_columns_change_nothing(seed: int) -> None:
    random = np.random.default_rng(seed)
    X = random.integers(-3, 4, (9, 2)).astype(float)
    y = random.permutation([0, 0, 0, 0, 1, 1, 1, 1, 1])
    answer = assert_confirmed(X, y)
    assert assert_confirmed(X * [1e-6, 1e6], y) is answer
    assert assert_confirmed(X * [1e6, 1e-6] + [1e6, 1], y) is answer
    assert assert_confirmed(X * [2.0**900, 2.0**-900], y) is answer


def test_separable_by_construction() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        columns = int(random.integers(1, 30))
        X, w = random.normal(size=(60, columns)), random.normal(size=columns)
        y = (X @ w > np.median(X @ w)).astype(int)
        assert assert_confirmed(X, y)
        inner = np.where(y == 0)[0]
        among = np.vstack([X, X[inner].mean(axis=0)])
        assert not assert_confirmed(among, np.append(y, 1))


@pytest.mark.parametrize(
    ("X", "y", "answer"),
    [
        ([[0.0], [1.0]], [0, 1], True),
        ([[0.0], [1.0]], [1, 0], True),
        ([[3.0, 1.0], [3.0, 1.0]], [0, 1], False),  # the same row of both classes
        ([[0, 0], [0, 1], [0, 1], [1, 0], [1, 1], [1, 1]], [0, 0, 0, 0, 1, 1], True),  # rows twice
        ([[0, 7], [1, 7], [2, 7]], [0, 1, 1], True),  # a constant column
        ([[0, 7], [1, 7], [2, 7]], [0, 1, 0], False),
        ([[5.0], [5.0], [5.0]], [0, 1, 1], False),  # nothing but a constant column
        ([[0.0], [1.0], [1.0], [2.0]], [0, 0, 1, 1], False),  # they touch
        ([[1e6], [1e6 + 1e-6], [1e6 + 2e-6]], [0, 1, 1], True),
        ([[0.0], [1e-8], [1.0]], [0, 1, 1], True),
        ([[1e308, 0], [-1e308, 0]], [0, 1], True),
    ],
)
def test_small_sets(X: Any, y: Any, answer: bool) -> None:
    assert assert_confirmed(X, y) is answer


@pytest.mark.parametrize(
    ("y", "labels"),
    [
        ([-1, 1], (-1, 1)),
        ([1, -1], (-1, 1)),
        (["yes", "no"], ("no", "yes")),
        (np.array(["b", "a"], dtype=object), ("a", "b")),
        ([False, True], (False, True)),
        ([2.5, 0.5], (0.5, 2.5)),
    ],
)
def test_the_last_label_is_1(y: Any, labels: Any) -> None:
    X = np.array([[0.0], [4.0]])
    found = separability(X, y)
    assert found.labels == labels
    n = X @ found.w + found.b
    assert (n > 0).tolist() == [label == labels[1] for label in y]
    assert repr(labels[1]) in str(found)


def test_json() -> None:
    for name in ("and", "xor"):
        found = separability(*datasets.logic(name))
        assert json.loads(json.dumps(found.to_dict())) == found.to_dict()
        assert found.to_dict()["is_separable"] is found.is_separable


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        ([[1], [2]], [1, 1], ValueError, "y must have two labels, but all 2 are 1"),
        ([[1], [2], [3]], ["a", "b", "c"], ValueError, "there are 3; .* y == 'a'"),
        ([[1], [np.nan]], [0, 1], ValueError, r"X must be finite; there is nan at position \(1, 0\)"),
        ([[1], [np.inf]], [0, 1], ValueError, "there is inf"),
        ([[1], [2]], [0, np.nan], ValueError, "y must be finite; there is nan at position 1"),
        ([1, 2], [0, 1], ValueError, r"X must have the shape \(rows, columns\).* shape \(2,\)"),
        (np.zeros((0, 2)), [], ValueError, "at least one of each"),
        (np.zeros((2, 0)), [0, 1], ValueError, "at least one of each"),
        ([[1], [2]], [0, 1, 1], ValueError, r"y must have the shape \(2,\).* shape \(3,\)"),
        ([[1], [2]], [[0, 1], [1, 0]], ValueError, r"take y\[:, j\]"),
        ([[1, 2], [3]], [0, 1], ValueError, "X must be a rectangular array"),
        ([["a"], ["b"]], [0, 1], TypeError, "X must be made of real numbers"),
        ([[1], [2]], [None, 1], TypeError, "y must be made of numbers or of words, not of object"),
        ([[1], [2]], [1j, 1], TypeError, "not of complex128"),
    ],
)
def test_errors(X: Any, y: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        separability(X, y)


def test_what_float64_cannot_tell_apart_is_an_error() -> None:
    # The least of all positive numbers: a hyperplane between it and 0 has no weights in float64.
    with pytest.raises(ArithmeticError, match="too large, too small or too close"):
        separability([[0.0], [5e-324]], [0, 1])
