"""`rosenblatt perceptron`: the table, the certificate, JSON, files, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rosenblatt import perceptron_trace, rule_report
from rosenblatt.cli import main
from rosenblatt.labelled_csv import read_labelled_csv


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    # Messages of wrong usage stand in a box that is as wide as the terminal.
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "dumb")


def printed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["perceptron", *options]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_in_a_process() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "rosenblatt", "perceptron", "--data=or"],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    lines = run.stdout.splitlines()
    assert "(equation 6)" in lines[0]
    assert len(lines) == 2 + 16 + 2
    assert lines[-2] == "converged, no error in epoch 4: 16 presentations, 5 updates"
    assert lines[-1].endswith("so at most (R/γ)² = 27 updates (Novikoff)")


def test_and_is_what_is_learned_without_data(capsys: pytest.CaptureFixture[str]) -> None:
    output = printed(capsys)
    assert output == printed(capsys, "--data=and")
    assert "6 presentations" not in output
    assert "24 presentations, 11 updates" in output


def test_xor_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    table, why = printed(capsys, "--data", "xor", "--epochs", "3", "--eta", "0.5").split("\n\n")
    assert "η = 0.5" in table
    assert "not converged, errors in epoch 3: 12 presentations" in table
    assert why.startswith("No hyperplane separates the labels 0 and 1: the point (0.5, 0.5) lies among")
    assert "label 1: 0.5 · row 1 (0, 1) + 0.5 · row 2 (1, 0)" in why
    assert "label 0: 0.5 · row 0 (0, 0) + 0.5 · row 3 (1, 1)" in why


@pytest.mark.parametrize("data", ["or", "xor"])
def test_json(capsys: pytest.CaptureFixture[str], data: str) -> None:
    read = json.loads(printed(capsys, f"--data={data}", "--json", "--epochs=5"))
    assert read["converged"] is read["separability"]["is_separable"] is (data == "or")
    assert read["presentations"][0] == {
        "epoch": 1,
        "row": 0,
        "x": [0, 0],
        "y": 0,
        "n": 0,
        "a": 1,
        "error": -1,
        "update": [-1, 0, 0],
        "theta": [-1, 0, 0],
    }


def test_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "flowers.csv"
    path.write_text("length,width,kind\n1.4,0.2,setosa\n\n4.7,1.4,versicolor\n1.3, 0.3 , setosa\n")
    output = printed(capsys, f"--data={path}")
    assert "y = 1 stands for 'versicolor', 0 for 'setosa'" in output
    X = [[1.4, 0.2], [4.7, 1.4], [1.3, 0.3]]
    assert output == f"{perceptron_trace(X, ['setosa', 'versicolor', 'setosa'])}\n"


@pytest.mark.parametrize(
    ("text", "X", "y"),
    [
        ("1,2,0\n3,4,1\n", [[1, 2], [3, 4]], [0, 1]),
        ("\ufeff1,0\r\n-2e3,1\r\n", [[1], [-2000]], [0, 1]),
        ("1,0.5\n2,1.5", [[1], [2]], [0.5, 1.5]),
        ("x,y\n1,a\n2,1", [[1], [2]], ["a", "1"]),
        ('"1","a, b"\n2,c', [[1], [2]], ["a, b", "c"]),
        ("1,1e300\n2,0", [[1], [2]], [1e300, 0]),
    ],
)
def test_what_a_file_holds(tmp_path: Path, text: str, X: list[list[float]], y: list[object]) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text, encoding="utf-8", newline="")
    rows, labels = read_labelled_csv(path)
    assert rows.tolist() == X
    assert labels.tolist() == y
    assert labels.dtype == np.array(y).dtype


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there are no rows; expected lines of numbers with a label at the end"),
        ("a,b,label\n", "there are no rows"),
        ("1\n2\n", "line 1: expected numbers and a label, found 1 cell"),
        ("x,y,z\n1,2,0\n\n1,1\n", "line 4: expected 3 cells as before, found 2"),
        ("1,2,0\n1,b,1\n", "line 2, column 2: expected a finite number, found 'b'"),
        ("1,2,0\n,2,1\n", "line 2, column 1: expected a finite number, found ''"),
        ("1,,0\n1,2,1\n", "line 1, column 2: expected a finite number, found ''"),
        ("nan,0\n1,1\n", "line 1, column 1: expected a finite number, found 'nan'"),
        (",0\n1,1\n", "line 1, column 1: expected a finite number, found ''"),
        ("1,2,0\n1,nan,1\n", "line 2, column 2: expected a finite number, found 'nan'"),
        ("1,2,0\n3,4,0\n", "y must have two labels, but all 2 are 0"),
        ("1,a\n3,b\n4,c\n", "y must have two labels, but there are 3"),
        ("\udcff,1\n", "not a CSV file in UTF-8"),
    ],
)
def test_a_wrong_file_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert main(["perceptron", f"--data={path}"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("rosenblatt: ")
    assert message in captured.err
    assert captured.err.count("\n") == 1


def test_no_such_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path / "nand", tmp_path):
        assert main(["perceptron", f"--data={path}"]) == 1
        captured = capsys.readouterr()
        assert captured.err.startswith(f"rosenblatt: cannot read {path} (")
        assert captured.err.endswith("; data are and, or, xor or a CSV file\n")
        assert captured.out == ""


def test_too_much_for_float64_and_for_memory(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["perceptron", "--eta=1.7e308"]) == 1
    assert "too large for float64" in capsys.readouterr().err

    def allocate(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(rule_report, "perceptron_trace", allocate)
    assert main(["perceptron", "--epochs=9"]) == 1
    assert capsys.readouterr().err == "rosenblatt: not enough memory to keep 9 epochs; see --epochs\n"


@pytest.mark.parametrize(
    ("option", "word"),
    [
        ("--eta=0", "--eta"),
        ("--eta=-1", "--eta"),
        ("--eta=nan", "--eta"),
        ("--eta=inf", "--eta"),
        ("--eta=fast", "--eta"),
        ("--epochs=0", "--epochs"),
        ("--epochs=many", "--epochs"),
        ("--colour", "--colour"),
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], option: str, word: str) -> None:
    assert main(["perceptron", option]) == 2
    captured = capsys.readouterr()
    assert word in captured.err
    assert captured.out == ""


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    output = printed(capsys, "--help")
    for word in ("--data", "--eta", "--epochs", "--json", "FILE.csv"):
        assert word in output
    assert "Example: rosenblatt perceptron --data xor --epochs 10" in output
