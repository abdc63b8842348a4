"""The benchmarks run and say what they must, on tiny data. How fast anything is, no test asks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="there are no benchmarks here")


def run(script, *arguments):
    command = [sys.executable, FOLDER / script, "--quick", *map(str, arguments)]
    # Threads of gradient boosting wait for each other: on busy cores four times as long as one takes alone.
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark")
    result = run(
        *("run.py", "--rounds", 2),
        *("--json", folder / "figures.json", "--chart", folder / "chart.svg"),
        *("--without", "PyTorch", "PyTorch compiled", "JAX", "Keras"),
    )
    assert result.returncode == 0, result.stderr
    return (
        result.stdout,
        json.loads((folder / "figures.json").read_text()),
        (folder / "chart.svg").read_text(),
    )


def test_comparison_covers_the_table(comparison):
    _, figures, _ = comparison
    keys = [row["key"] for row in figures["rows"]]
    assert keys == [
        *(
            "mnist-100",
            "mnist-256-128",
            "mnist-1024",
            "mnist-32",
            "mnist-100-float64",
            "digits",
            "xor",
            "perceptron",
            "perceptron-2",
        ),
        *("predict-1", "predict-proba-1", "predict-proba", "sparse", "grid-search", "mnist-to-97"),
    ]


def test_every_case_has_a_ratio_with_its_spread(comparison):
    printed, figures, _ = comparison
    for row in figures["rows"]:
        assert row["name"] in printed
        ratio = row["ratios"]["scikit-learn"]
        assert 0 < ratio["min"] <= ratio["median"] <= ratio["max"]
        assert len(row["all_seconds"]["rosenblatt"]) == row["rounds"] == 2
        assert len(row["values"]["scikit-learn"]) == 2


def test_memory_and_the_busy_machine_are_measured(comparison):
    _, figures, _ = comparison
    assert figures["memory_MB"].keys() == {"rosenblatt", "scikit-learn"}
    if figures["busy"] is not None:
        assert all(states.keys() == {"quiet", "busy"} for states in figures["busy"].values())


def test_the_chart_names_every_case(comparison):
    _, figures, chart = comparison
    for row in figures["rows"]:
        assert f"<!-- {row['name']} -->" in chart


def test_an_unknown_case_is_named():
    result = run("run.py", "--only", "nonsense")
    assert result.returncode != 0
    assert "there is no case nonsense" in result.stderr
    assert "mnist-100" in result.stderr


def test_growth_covers_what_grows(tmp_path):
    result = run("growth.py", "--json", tmp_path / "growth.json", "--chart", tmp_path / "growth.svg")
    assert result.returncode == 0, result.stderr
    points = json.loads((tmp_path / "growth.json").read_text())["points"]
    assert [point["what"] for point in points] == [
        name for name in ("width", "batch", "rows", "depth", "threads") for _ in range(2)
    ]
    assert all(point["seconds"] > 0 and point["gflops"] > 0 for point in points)
    assert (tmp_path / "growth.svg").stat().st_size > 0


def test_levenberg_marquardt_is_set_beside_adam(tmp_path):
    files = {"--json": tmp_path / "lm.json", "--chart": tmp_path / "lm.svg"}
    result = run("levenberg_marquardt.py", "--quick", *(word for pair in files.items() for word in pair))
    assert result.returncode == 0, result.stderr
    rows = json.loads(files["--json"].read_text())
    assert {row["solver"] for row in rows} == {"lm", "adam 0.03", "adam 0.01", "adam 0.003"}
    assert len(rows) == 4 * len({row["problem"] for row in rows})
    assert all(row["ratio"] == 1 for row in rows if row["solver"] == "lm")
    assert files["--chart"].stat().st_size > 0


@pytest.fixture
def measure(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    import measure

    yield measure
    sys.modules.pop("measure")


def test_samples_belong_to_parts(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    import breakdown

    kernels = "rosenblatt::kernels::v4::(anonymous namespace)::"
    shares = breakdown.shares(f"""
# Overhead  Symbol
    60.00%  [.] {kernels}Product<float, false>::tile<6ul, 4ul, false>
    20.00%  [.] {kernels}for_each_vector<float, {kernels}Adam<float> >
     5.00%  [.] {kernels}gather<float, unsigned char>
     5.00%  [.] {kernels}softmax<float>
     5.00%  [.] rosenblatt::Team::run_phase
     2.50%  [.] rosenblatt::MersenneTwister::shuffle
     2.50%  [.] something
""")
    assert shares == pytest.approx(
        {
            "waiting for other threads": 0.05,
            "optimizer": 0.2,
            "products": 0.6,
            "gather": 0.05,
            "activations, derivatives, loss": 0.05,
            "shuffle": 0.025,
            "the rest": 0.025,
        }
    )
    with pytest.raises(SystemExit, match="no functions of the core"):
        breakdown.shares("   100.00%  [.] 0x0000000000012345")
    sys.modules.pop("breakdown")


def test_trainings_that_differ_are_refused(measure):
    contenders = {
        "rosenblatt": lambda _: measure.Outcome(1.0, 0.5),
        "other": lambda _: measure.Outcome(2.0, 0.6),
    }
    with pytest.raises(SystemExit, match="other reaches"):
        measure.take_turns(contenders, 2, tolerance=0.01)
    assert measure.take_turns(contenders, 2, tolerance=0.5).ratios("other")["median"] == 2


def test_useful_operations(measure):
    # forward and gradient of all 79,510 parameters; nothing goes back to the 784 inputs
    assert measure.useful_operations([784, 100, 10]) == 6 * 79_510 - 2 * 78_400
    assert measure.operations_to_predict([784, 100, 10]) == 2 * 79_510


def test_the_peak_must_be_whole(measure):
    whole = '{"isa": "x86-64-v3", "threads": 2, "float32": 200.0, "float64": 100.0, "bandwidth_GBps": 20.0}'
    assert measure.parse_peak(whole)["float32"] == 200
    with pytest.raises(ValueError, match="lacks"):
        measure.parse_peak('{"isa": "x86-64-v3"}')


def test_small_tables_are_given_to_every_model(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures: make bench-tabular -->\n\n<!-- end of figures -->\nafter\n")
    names = ["wine", "Friedman 1", "5 % of class 1"]
    figures = tmp_path / "rows.json"
    result = run("tabular.py", "--only", *names, "--json", figures, "--markdown", page)
    assert result.returncode == 0, result.stderr
    rows = json.loads(figures.read_text())
    assert list(dict.fromkeys(row["problem"] for row in rows)) == names
    assert len(rows) == 5 * len(names)
    assert all(row["score"] <= 1 and row["deviation"] >= 0 for row in rows)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert all(f"| {name}, " in text for name in names)
    again = run("tabular.py", "--only", "wine", "--markdown", page)
    assert again.returncode == 0, again.stderr
    assert "Friedman" not in page.read_text()


def test_an_unknown_table_is_named():
    result = run("tabular.py", "--only", "iris")
    assert result.returncode != 0
    assert "there is no table iris; there are breast cancer, wine" in result.stderr
