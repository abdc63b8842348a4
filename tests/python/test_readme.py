"""README.md and CONTRIBUTING.md say what is true: their code runs, their commands and files exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language):
    return [
        pytest.param(text, id=f"{page.name}-{i}")
        for page in PAGES
        for i, (found, text) in enumerate(BLOCK.findall(page.read_text()))
        if found == language
    ]


@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs(code, capsys):
    """A comment behind a print that begins with a bracket or a digit is its output."""
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    calls = [line for line in code.splitlines() if line.startswith("print")]
    assert len(printed) >= len(calls)
    said = [re.search(r"#\s([\[\d].*)", line) for line in calls]
    for line, wanted in zip(printed, said, strict=False):
        if wanted and "everywhere" not in wanted[1]:
            assert line == wanted[1]


def commands():
    return [
        pytest.param(line.split("#")[0].strip(), id=f"{page.name}: {line}")
        for page in PAGES
        for language, text in BLOCK.findall(page.read_text())
        if language in ("", "sh")
        for line in text.splitlines()
        if line.startswith(("make ", "cmake ", "ctest ", "rosenblatt "))
    ]


@pytest.mark.parametrize("command", commands())
def test_commands_exist(command):
    """What `make` and CMake's presets are asked for is there; `rosenblatt` knows its subcommands."""
    program, *arguments = command.split()
    if program == "make":
        if shutil.which("make") is None:
            pytest.skip("there is no make")
        subprocess.run(["make", "-n", *arguments], cwd=ROOT, check=True, capture_output=True)
    elif program in ("cmake", "ctest"):
        presets = (ROOT / "CMakePresets.json").read_text()
        assert f'"name": "{arguments[-1]}"' in presets
    else:
        help_ = ["rosenblatt", arguments[0], "--help"]
        subprocess.run(help_, check=True, capture_output=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_files_exist(page):
    text = page.read_text()
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    paths = re.findall(r"`((?:python|cpp|tests|benchmarks|docs)/[\w./]+)`", text)
    for name in links:
        assert (page.parent / name).exists(), name
    for name in paths:
        assert (ROOT / name).exists(), name


def test_figures_are_there():
    table = (ROOT / "README.md").read_text().split("<!-- figures: make bench -->")[1]
    assert "| MNIST (100,), batch 200 |" in table.split("<!-- end of figures -->")[0]
