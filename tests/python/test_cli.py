"""The command line: what it prints, what it saves, and how it ends."""

from __future__ import annotations

import errno
import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from matplotlib.image import imread

from rosenblatt import __version__, datasets, demo
from rosenblatt.cli import main

PICTURES = ("learning_curve.png", "confusion_matrix.png", "misclassified.png")
EPOCH = re.compile(r"^epoch +(\d+)/(\d+)  loss [\d.]+  validation accuracy [\d.]+  [\d,]+ samples/s$")


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    # Messages of wrong usage stand in a box that is as wide as the terminal.
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "dumb")


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=300, check=False
    )


def epochs_in(output: str) -> list[int]:
    return [int(match[1]) for line in output.splitlines() if (match := EPOCH.match(line))]


def figure_in(output: str, name: str) -> str:
    (figure,) = re.findall(rf"^{name} +(.+)$", output, flags=re.MULTILINE)
    return str(figure)


def assert_pictures(folder: Path) -> None:
    for name in PICTURES:
        picture = imread(folder / name)
        height, width, _ = picture.shape
        assert 500 <= height <= 1500
        assert 500 <= width <= 1500
        assert picture[..., :3].std() > 0.05
    assert sorted(path.name for path in folder.iterdir()) == sorted(PICTURES)


def test_demo_in_a_process(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "pictures"
    run = python("-m", "rosenblatt", "demo", "--data=digits", "--epochs=3", f"--output={folder}")
    assert run.returncode == 0
    # Not empty: on a new machine matplotlib says there that it lists the fonts.
    assert "Warning" not in run.stderr
    assert epochs_in(run.stdout) == [1, 2, 3]
    assert run.stdout.startswith("digits: 1,347 images to train on, 450 to test on, 64 pixels each")
    assert "bundled" in run.stdout
    assert "\x1b" not in run.stdout
    assert figure_in(run.stdout, "network") == "64 - 100 - 10"
    assert float(figure_in(run.stdout, "test accuracy")) > 0.8
    assert float(figure_in(run.stdout, "macro F1")) > 0.8
    assert re.fullmatch(r"[\d.]+ s for 3 epochs", figure_in(run.stdout, "training"))
    assert re.fullmatch(r"[\d,]+ samples/s", figure_in(run.stdout, "speed"))
    for name in PICTURES:
        assert f"saved {folder / name}" in run.stdout.splitlines()
    assert_pictures(folder)


def test_confusion_matrix_counts_the_test_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--data=digits", "--epochs=2", f"--output={tmp_path}"]) == 0
    output = capsys.readouterr().out
    table = output[output.index("confusion matrix (rows: true, columns: predicted)") :]
    head, *rows = table.splitlines()[1:12]
    assert head.split() == [str(digit) for digit in range(10)]
    columns = {head.index(digit) for digit in head.split()}
    diagonal, total = 0, 0
    for digit, row in enumerate(rows):
        cells = {match.end() - 1: int(match[0]) for match in re.finditer(r"\d+", row[3:])}
        assert row.split()[0] == str(digit)
        assert {end + 3 for end in cells} <= columns
        diagonal += cells.get(head.index(str(digit)) - 3, 0)
        total += sum(cells.values())
    assert total == 450
    assert f"{diagonal / total:.4f}" == figure_in(output, "test accuracy")


def test_the_same_seed_gives_the_same_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    losses = []
    for seed in (0, 0, 1):
        options = ["--data=digits", "--epochs=1", "--hidden=5", f"--seed={seed}"]
        assert main(["demo", *options, f"--output={tmp_path}"]) == 0
        losses.append(re.findall(r"loss [\d.]+", capsys.readouterr().out))
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize(
    ("hidden", "network"),
    [("30,20", "64 - 30 - 20 - 10"), (" 7 , 007", "64 - 7 - 7 - 10"), ("", "64 - 10")],
)
def test_hidden_and_quiet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hidden: str, network: str
) -> None:
    options = ["--data=digits", "--epochs=1", "--quiet", f"--hidden={hidden}"]
    assert main(["demo", *options, f"--output={tmp_path}"]) == 0
    output = capsys.readouterr().out
    assert figure_in(output, "network") == network
    assert not epochs_in(output)


def test_auto_without_mnist_is_digits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "find_mnist", lambda: None)
    assert main(["demo", "--hidden=4", f"--output={tmp_path}"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("digits: ")
    assert epochs_in(output) == list(range(1, 41))


@pytest.mark.parametrize("data", ["auto", "mnist"])
def test_mnist_where_it_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data: str
) -> None:
    def mnist(split: str = "train") -> tuple[Any, Any]:
        y = np.arange({"train": 500, "test": 50}[split]) % 10
        X = np.zeros((len(y), 784), dtype=np.uint8)
        X[np.arange(len(y)), y * 28] = 255
        return X, y

    monkeypatch.setattr(datasets, "find_mnist", lambda: Path("a folder/[bold]mnist"))
    monkeypatch.setattr(datasets, "mnist", mnist)
    assert main(["demo", f"--data={data}", "--hidden=8", f"--output={tmp_path}"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("MNIST: 500 images to train on, 50 to test on, 784 pixels each")
    assert "from a folder/[bold]mnist\n" in output
    assert epochs_in(output) == list(range(1, 11))


def test_real_mnist(mnist_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--epochs=1", "--hidden=30", f"--output={tmp_path}"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("MNIST: 60,000 images to train on, 10,000 to test on")
    assert str(mnist_home) in output
    assert float(figure_in(output, "test accuracy")) > 0.85
    assert_pictures(tmp_path)


def test_failed_run_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def mnist(split: str = "train") -> NoReturn:
        raise FileNotFoundError(f"MNIST's {split} images\nare nowhere")

    monkeypatch.setattr(datasets, "find_mnist", lambda: None)
    monkeypatch.setattr(datasets, "mnist", mnist)
    assert main(["demo", "--data=mnist", f"--output={tmp_path}"]) == 1
    captured = capsys.readouterr()
    assert captured.err == "rosenblatt: MNIST's train images are nowhere\n"
    assert captured.out == ""


def test_output_is_checked_before_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        assert main(["demo", "--data=digits", f"--output={folder}"]) == 1
        captured = capsys.readouterr()
        assert captured.err.startswith(f"rosenblatt: cannot save pictures in {folder}: ")
        assert captured.err.count("\n") == 1
        assert captured.out == ""

    def refuse(**_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(demo, "TemporaryFile", refuse)
    assert main(["demo", "--data=digits", f"--output={tmp_path}"]) == 1
    captured = capsys.readouterr()
    assert captured.err == f"rosenblatt: cannot save pictures in {tmp_path}: Permission denied\n"
    assert captured.out == ""


def test_a_network_that_memory_cannot_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def allocate(*_: object) -> NoReturn:
        raise MemoryError("std::bad_alloc")

    monkeypatch.setattr(demo, "_train", allocate)
    assert main(["demo", "--data=digits", "--hidden=9,8", f"--output={tmp_path}"]) == 1
    assert capsys.readouterr().err == "rosenblatt: not enough memory to learn with --hidden 9,8\n"


def test_demo_without_matplotlib(tmp_path: Path) -> None:
    code = "import sys; sys.modules['matplotlib'] = None\nfrom rosenblatt.cli import main; sys.exit(main())"
    run = python("-c", code, "demo", "--data=digits", f"--output={tmp_path}")
    assert run.returncode == 1
    assert 'pip install "rosenblatt[plot]"' in run.stderr
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["demo", "--hidden", "abc"], "--hidden"),
        (["demo", "--hidden", "10,,10"], "--hidden"),
        (["demo", "--hidden", "0"], "--hidden"),
        (["demo", "--hidden", "-3"], "--hidden"),
        (["demo", "--hidden", "1.5"], "--hidden"),
        (["demo", "--hidden", "9" * 5000], "--hidden"),
        (["demo", "--epochs", "0"], "--epochs"),
        (["demo", "--epochs", "many"], "--epochs"),
        (["demo", "--seed", "-1"], "--seed"),
        (["demo", "--seed", str(2**32)], "--seed"),
        (["demo", "--data", "cifar"], "--data"),
        (["demo", "--colour"], "--colour"),
        (["train"], "train"),
    ],
)
def test_wrong_usage(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    word: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert word in captured.err
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == []


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"rosenblatt {__version__}\n"
    assert main(["demo", "--help"]) == 0
    output = capsys.readouterr().out
    for option in ("--data", "--hidden", "--epochs", "--seed", "--output", "--quiet"):
        assert option in output


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_cli_extra(missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None\nfrom rosenblatt.cli import main; sys.exit(main())"
    run = python("-c", code, "demo")
    assert run.returncode == 2
    assert run.stdout == ""
    assert 'pip install "rosenblatt[cli]"' in run.stderr
    assert run.stderr.count("\n") == 1


def test_import_and_help_are_light() -> None:
    code = (
        "import sys, rosenblatt.cli\n"
        "print(sorted({'typer', 'rich', 'numpy', 'sklearn', 'matplotlib'} & set(sys.modules)))\n"
        "rosenblatt.cli.main(['demo', '--help'])\n"
        "print(sorted({'numpy', 'sklearn', 'matplotlib', 'rich.progress'} & set(sys.modules)))\n"
    )
    lines = python("-c", code).stdout.splitlines()
    assert (lines[0], lines[-1]) == ("[]", "[]")


def test_progress_bar_in_a_terminal(tmp_path: Path) -> None:
    output = run_in_a_terminal(
        ["-m", "rosenblatt", "demo", "--data=digits", "--epochs=9", f"--output={tmp_path}"]
    )
    # The bar is drawn over and over in its line, from none to all of its epochs.
    bar = output[: output.index("network")]
    assert "epoch 0/9" in bar
    assert re.search(r"epoch 9/9 .*━━.* loss [\d.]+ +val. acc. [\d.]+ +[\d,]+ samples/s", bar)
    assert re.search(r"\d\d:\d\d", bar)
    assert not epochs_in(output)
    assert float(figure_in(output, "test accuracy")) > 0.8
    assert_pictures(tmp_path)


def run_in_a_terminal(arguments: list[str]) -> str:
    """Everything that Python wrote to a terminal, without colours; it has to end well."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    with subprocess.Popen(
        [sys.executable, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        written = b""
        while select.select([ours], [], [], 300)[0]:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # Linux's way to say that the other end was closed
                break
            if not chunk:
                break
            written += chunk
        os.close(ours)
    assert process.returncode == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode()).replace("\r\n", "\n")


def test_ctrl_c_still_shows_what_was_learned(tmp_path: Path) -> None:
    # A shell that runs the tests in its background has children ignore Ctrl-C; this one may not.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from rosenblatt.cli import main; sys.exit(main())"
    )
    options = ["--data=digits", "--epochs=1000000", "--hidden=200", f"--output={tmp_path}"]
    with subprocess.Popen(
        [sys.executable, "-c", code, "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        while not EPOCH.match(line := process.stdout.readline()):
            assert line, "ended before its first epoch"
        process.send_signal(signal.SIGINT)
        # Not communicate(), which would lose what readline() has in its buffer.
        output = process.stdout.read()
    assert process.returncode == 130
    assert "Warning" not in output
    assert "Traceback" not in output
    (learned,) = re.findall(
        r"^interrupted: what follows was learned in (\d+) of 1000000", output, re.MULTILINE
    )
    # Ctrl-C may come when an epoch is over but its line not yet printed.
    assert int(learned) - epochs_in(line + output)[-1] in (0, 1)
    assert figure_in(output, "training").endswith(f"s for {learned} epochs")
    assert_pictures(tmp_path)


def test_ctrl_c_before_the_first_epoch_is_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "_train", lambda *_: (None, None, True))
    assert main(["demo", "--data=digits", f"--output={tmp_path}"]) == 130
    assert capsys.readouterr().out.endswith("nothing was learned\n")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_outside_of_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "_load", press)
    assert main(["demo", f"--output={tmp_path}"]) == 130
    assert "Traceback" not in capsys.readouterr().err
