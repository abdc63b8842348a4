"""Traces as text, HTML, LaTeX and JSON."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from loss_targets import NEEDED, targets

from rosenblatt import Network, _core
from rosenblatt.trace_steps import elided, number


def make(sizes=(3, 4, 2), activations="Tanh", loss="squared_error", rows=3, dtype=np.float64, scale=1.0):
    network = Network(sizes, activations, loss=loss, dtype=dtype).initialize(0)
    for theta in network.theta:
        theta[...] = scale * theta
    random = np.random.RandomState(1)
    x, y = random.normal(size=(rows, sizes[0])), targets(loss, (rows, sizes[-1]), random)
    with np.errstate(all="ignore"):
        return network.trace(x, y, eta=0.1)


def kinds():
    for loss in _core.loss_names():
        for f in _core.activation_names():
            yield pytest.param(((4, 3, 2), [f, NEEDED.get(loss, f)], loss), id=f"{loss}-{f}")
    yield pytest.param(((20, 12, 11), ["Softmax", "Softmax"], "squared_error"), id="large")
    yield pytest.param(((1, *[2] * 11), "ReLU", "squared_error"), id="deep")


by_kind = pytest.mark.parametrize("kind", list(kinds()))

# A line of an equation: its number or a margin, and something.
LINE = re.compile(r"(  \(\d+\)  +|        +)\S.*")


@by_kind
@pytest.mark.parametrize("rows", [1, 2, 9])
def test_text(kind, rows):
    lines = str(make(*kind, rows=rows)).splitlines()
    headings = ["Given", "Forward pass", "Backward pass", "Gradients", "Gradient descent"]
    assert [line for line in lines[1:] if line and not LINE.fullmatch(line)] == headings
    assert all(line == line.rstrip() for line in lines)
    equations = re.findall(r"^  \((\d+)\)", "\n".join(lines), re.MULTILINE)
    layers = len(kind[0]) - 1
    assert [equations.count(str(i)) for i in (2, 13, 20, 21, 11, 24, 33, 19, 14)] == [
        *(1, layers, layers, layers, 1, 1, layers - 1, layers, layers)
    ]


def test_columns_are_aligned():
    network = Network([2, 1], "Linear")
    network.theta[1] = [[1000.5], [-0.25], [3]]
    lines = str(network.trace([0, 0], 0, eta=0)).splitlines()
    assert lines[5:8] == [
        "             ⎡1000.5 ⎤",
        "  (13)  θ¹ = ⎢  -0.25⎥",
        "             ⎣   3   ⎦",
    ]


def test_numbers():
    values = [0.1 + 0.2, -0.0, 1e-12, 123456.7, np.nan, -np.inf, np.float32(0.1)]
    assert [number(value) for value in values] == ["0.3", "0", "1e-12", "1.2346e+05", "nan", "-inf", "0.1"]
    assert elided(6) == [0, 1, 2, 3, 4, 5]
    assert elided(7) == [0, 1, 2, None, 4, 5, 6]


# HTML


class Checker(HTMLParser):
    """Collects tags, classes and text, and raises where tags are not closed in their order."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.classes, self.cells = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.add(tag)
        assert {name for name, _ in attrs} <= {"class", "title"}  # nothing is fetched, nothing runs
        self.classes.append(dict(attrs).get("class"))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "td":
            self.cells.append((data, self.classes[-1]))


@by_kind
def test_html(kind):
    checker = Checker()
    html = make(*kind)._repr_html_()
    checker.feed(html)
    assert checker.open == []
    assert checker.tags == {"div", "style", "p", "b", "span", "table", "tr", "td"}
    assert "url(" not in html
    assert "@import" not in html
    for text, sign in checker.cells:
        if text not in ("…", "⋮", "nan"):
            value = float(text.replace("−", "-"))
            assert sign == {1: "positive", -1: "negative", 0: None}[np.sign(value)], text


def test_html_shows_shapes_and_equations():
    html = make((20, 12, 2))._repr_html_()
    assert "(21 × 12)" in html
    assert '<span class="equation">(33)</span>' in html
    assert "[1 a⁰]ᵀ s¹" in html


# LaTeX: there need not be one to compile it, but there are rules.


# All of LaTeX or amsmath.
COMMANDS = {
    *("noindent", "begin", "end", "tag", "text", "operatorname", "mathrm", "tfrac", "sum", "theta", "eta"),
    *(
        "sigma",
        "delta",
        "gamma",
        "varepsilon",
        "tilde",
        "Phi",
        "varphi",
        "dot",
        "partial",
        "circ",
        "leftarrow",
        "times",
        "cdot",
        "cdots",
        "vdots",
        "ddots",
        "infty",
    ),
}


@by_kind
@pytest.mark.parametrize("scale", [1, 1e200])
def test_latex(kind, scale):
    latex = make(*kind, rows=9, scale=scale).to_latex()
    assert latex.isascii()
    depth = 0
    for bracket in re.findall(r"[{}]", latex):
        depth += 1 if bracket == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert set(re.findall(r"\\([A-Za-z]+)", latex)) <= COMMANDS
    assert set(re.findall(r"\\(?:begin|end){(.*?)}", latex)) == {"align*", "pmatrix"}
    assert not re.search(r"\\\\\s*\[", latex)  # it would be taken for the height of the line
    assert not re.search(r"\^{[^}]*}\^", latex)  # a double superscript
    for body in re.findall(r"\\begin{align\*}\n(.*?)\n\\end{align\*}", latex, re.DOTALL):
        assert "\n\n" not in body
        lines = body.split("\n")
        assert all(line.endswith(r" \\") for line in lines[:-1])
        assert not lines[-1].endswith(r"\\")
        for line in lines:
            outside = re.sub(r"\\begin{pmatrix}.*?\\end{pmatrix}", "", line)
            assert outside.count("&") == 1
            assert outside.count(r"\tag") <= 1
            for matrix in re.findall(r"\\begin{pmatrix}(.*?)\\end{pmatrix}", line):
                columns = {row.count("&") + 1 for row in matrix.split(r"\\")}
                assert len(columns) == 1
                assert columns.pop() <= 10  # what pmatrix has room for


def test_latex_of_the_worked_example():
    network = Network([2, 2, 1], ["ReLU", "Linear"])
    network.W[1], network.W[2] = [[1, 1], [1, 1]], [[1], [1]]
    lines = network.trace([1, 1], 0, eta=0.1).to_latex().splitlines()
    matrix = r"\begin{pmatrix} 8 & 8 \end{pmatrix}"
    line = next(line for line in lines if line.startswith("s^{1}"))
    assert line.startswith(r"s^{1} &= s^{2} (W^{2})^{T} \circ \dot{f}^{1}(n^{1}) = \begin{pmatrix} 8 \end{")
    assert line.endswith(matrix + r" \tag{33}")


# Dictionaries and JSON


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rows", [1, 4])
def test_dictionary(rows, dtype):
    trace = make(rows=rows, dtype=dtype)
    found = json.loads(trace.to_json())
    assert found == trace.to_dict()
    assert found["dtype"] == np.dtype(dtype).name
    assert [layer["activation"] for layer in found["layers"]] == ["Tanh", "Tanh"]
    np.testing.assert_array_equal(np.array(found["x"], dtype), trace.a[0])
    np.testing.assert_array_equal(np.array(found["y"], dtype), trace.y)
    for k, layer in enumerate(found["layers"], start=1):
        for name in ("n", "a", "derivative", "s", "gradient", "theta_before", "theta_after"):
            np.testing.assert_array_equal(np.array(layer[name], dtype), getattr(trace, name)[k])


def test_numbers_that_are_not_finite():
    trace = make((3, 4, 2), "Exponential", scale=1e3, rows=20)
    values = np.concatenate([a.ravel() for a in trace.a] + [s.ravel() for s in trace.s])
    assert np.isinf(values).any()
    assert np.isnan(values).any()
    text = trace.to_json()
    found = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    for k, layer in enumerate(found["layers"], start=1):
        read = np.array([[float(value) for value in row] for row in layer["s"]])
        np.testing.assert_array_equal(read, trace.s[k])
    for text in (str(trace), trace._repr_html_(), trace.to_latex()):
        assert "nan" in text
    assert trace.verify().error < 1e-7
