"""The grid of tests/parity: every cell trains as in scikit-learn, and the table of `make parity` tells it."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from parity import table
from parity.__main__ import main
from parity.cells import Network, Perceptron
from parity.cover import cover, pairs
from parity.data import data_of
from parity.grid import DTYPES, all_cells, dimensions_of, may_meet, networks, perceptrons
from parity.measure import (
    THEIRS,
    Outcome,
    apart,
    apart_each,
    limits_of,
    measure,
    share_of_other_bytes,
    share_of_others,
)

import rosenblatt

PAGE = Path(__file__).parents[2] / "docs" / "scikit-learn.md"
SHORT = "Perceptron-None-float64-binary"


@pytest.mark.parametrize("cell", all_cells(), ids=str)
def test_same_as_scikit_learn(cell):
    outcome = measure(cell)
    assert outcome.differences.keys() >= limits_of(cell).keys() - {"answers", "values", "scores", "dtype"}
    assert outcome.complaint == ""


def test_limits_are_those_that_were_set():
    double, single = (limits_of(Network(solver="sgd", target="binary", dtype=dtype)) for dtype in DTYPES)
    same = {"n_iter": 0, "dtype": 0, "answers": 1e-3}
    assert double == {**same, "loss": 1e-6, "values": 1e-6, "scores": 1e-6}
    assert single == {**same, "loss": 1e-3, "values": 1e-3, "scores": 1e-3}
    perceptron = limits_of(Perceptron(penalty=None, target="binary", dtype="float32"))
    assert perceptron == {"n_iter": 0, "answers": 0, "theta": 0}


@pytest.mark.parametrize("with_weights_and_poisson", [True, False], ids=["1.7 and later", "1.6"])
def test_the_grid_is_large_and_names_are_its_own(with_weights_and_poisson):
    cells = all_cells(with_weights_and_poisson)
    assert len(list(networks(with_weights_and_poisson))) >= 150
    assert len({str(cell) for cell in cells}) == len(set(cells)) == len(cells)
    if not with_weights_and_poisson:
        some = [cell for cell in cells if isinstance(cell, Network)]
        assert not any("poisson" in cell.target or cell.sample_weight != "none" for cell in some)


def test_any_two_values_meet_with_every_solver_or_penalty_and_dtype():
    cells = [*networks(with_weights_and_poisson=True), *perceptrons()]
    met = {}
    for cell in cells:
        kind = (getattr(cell, "solver", None), getattr(cell, "penalty", None), cell.dtype)
        values = [(name, getattr(cell, name)) for name in dimensions_of(cell)]
        met.setdefault(kind, set()).update(combinations(values, 2))
        wanted = pairs(dimensions_of(cell), may_meet)
        met.setdefault(("wanted", *kind), set()).update(wanted)
    kinds = [kind for kind in met if kind[0] != "wanted"]
    assert len(kinds) == (3 + 4) * len(DTYPES)
    for kind in kinds:
        assert met["wanted", *kind] - met[kind] == set()


def test_cover_makes_all_pairs_but_those_that_stay_apart():
    dimensions = {"a": (0, 1, 2), "b": (0, 1, 2), "c": (0, 1), "d": (0, 1)}
    apart = {("a", 1), ("c", 1)}
    rows = cover(dimensions, lambda one, other: {one, other} != apart)
    met = {pair for row in rows for pair in combinations(row.items(), 2)}
    everything = {
        pair
        for one, other in combinations(dimensions, 2)
        for pair in product(product([one], dimensions[one]), product([other], dimensions[other]))
    }
    assert met == everything - {(("a", 1), ("c", 1))}
    assert len(rows) < len(list(product(*dimensions.values()))) / 3


def test_partial_fit_gets_all_rows_and_weights():
    cell = Network(
        solver="sgd", target="multiclass", dtype="float64", sample_weight="some_zero", storage="csc"
    )
    data = data_of(cell)
    parts = [data.part(i, 3) for i in range(3)]
    np.testing.assert_array_equal(np.vstack([part.X.toarray() for part in parts]), data.X.toarray())
    np.testing.assert_array_equal(np.concatenate([part.sample_weight for part in parts]), data.sample_weight)
    assert 0 < np.sum(data.sample_weight == 0) < len(data.y) / 5


def test_differences():
    assert apart([1, 2], [1, 2]) == 0
    assert apart([1.0, 4.5], [1, 4]) == 0.5 / 4
    assert apart([0.0], [0]) == 0
    assert apart_each([1.1, 4], [1, 4]) == pytest.approx(0.1)
    assert apart([1], [1, 2]) == apart_each([1], [1, 2]) == np.inf
    assert share_of_others(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 5])) == 1 / 4
    assert share_of_others(np.array([1]), np.array([[1]])) == np.inf
    assert share_of_other_bytes(np.zeros(2), -np.zeros(2)) == 1 / 8
    assert share_of_other_bytes(np.zeros(2), np.zeros(2, np.float32)) == np.inf


@pytest.mark.parametrize("value", [2e-6, np.inf, np.nan])
def test_what_is_over_its_limit_is_told(value):
    cell = Network(solver="sgd", target="binary", dtype="float64")
    assert Outcome(cell, {"loss": 1e-6, "n_iter": 0, "theta": 1.0}).complaint == ""
    assert Outcome(cell, {"loss": value}).complaint == f"loss: {value:.2g} apart, more than 1e-06"


def another_seed(estimator):
    return lambda **parameters: estimator(**{**parameters, "random_state": 1})


OTHERS = SimpleNamespace(
    **{
        name: another_seed(getattr(rosenblatt, name))
        for name in ("MLPClassifier", "MLPRegressor", "Perceptron")
    }
)


def test_the_table_is_printed(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    assert main(["--only", SHORT], ours=THEIRS) == 0
    lines = capsys.readouterr().out.splitlines()
    count = sum(SHORT in str(cell) for cell in all_cells())
    assert any(line.split()[:2] == ["Perceptron", str(count)] for line in lines)
    assert any(line.split()[:2] == ["limit", "1e-6"] for line in lines)
    assert f"0 trainings of networks and {count} of Perceptron" in lines[-1]
    assert lines[-1].endswith("none of them over the limits.")


def test_a_cell_over_its_limit_makes_the_exit_code_1_and_is_named(capsys):
    assert main(["--only", "adam-float64-binary-relu"], ours=OTHERS) == 1
    printed = capsys.readouterr().out
    assert "adam-float64-binary-relu: " in printed or "adam-float64-binary-relu-" in printed
    assert "more than 1e-06" in printed


def test_an_exception_makes_the_exit_code_1_and_is_told(capsys):
    def refuse(**_):
        raise ValueError("not\ntoday")

    assert main(["--only", SHORT], ours=SimpleNamespace(Perceptron=refuse)) == 1
    assert f"{SHORT}: ValueError: not today" in capsys.readouterr().out


def test_wrong_usage_is_told(capsys):
    for arguments in (["--only", "nonsense"], ["--only", SHORT, "--markdown", "page.md"]):
        with pytest.raises(SystemExit) as error:
            main(arguments)
        assert error.value.code == 2
    printed = capsys.readouterr().err
    assert "no cell has 'nonsense' in its name" in printed
    assert "--markdown wants the whole grid" in printed


def test_the_table_is_written_between_its_marks(tmp_path):
    cells = [cell for cell in all_cells() if "float64-binary-relu" in str(cell)]
    outcomes = [Outcome(cell, {"loss": 2e-7, "n_iter": 1, "scores": np.nan}) for cell in cells]
    page = tmp_path / "page.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    for _ in range(2):  # the second time it replaces what the first has written
        table.write(page, outcomes)
    text = page.read_text()
    assert text.startswith(f"before\n{table.BEGIN}\n{len(cells)} trainings of networks")
    assert text.endswith(f"{table.END}\nafter\n")
    assert "old" not in text
    assert f"{len(cells)} of them over the limits" in text
    assert "| 2e-7 / – | 1 / – |  |  | nan / – |" in text
    page.write_text("no marks")
    with pytest.raises(ValueError, match="must have the marks"):
        table.write(page, outcomes)


def test_the_page_has_the_table_of_todays_grid():
    text = PAGE.read_text().partition(table.BEGIN)[2].partition(table.END)[0]
    cells = all_cells(with_weights_and_poisson=True)
    assert table.counts(cells) in text
    rows = [line.split(" | ")[:2] for line in text.splitlines() if line.startswith("| ")]
    counts = [[f"| {label}", str(len(some))] for label, some in table.groups(cells).items()]
    assert [row for row in rows if row[1].isdigit()] == counts
