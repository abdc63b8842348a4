"""`import rosenblatt` stays light, and everything public can be reached."""

import subprocess
import sys

import pytest

import rosenblatt


def test_import_is_light():
    code = (
        "import sys, rosenblatt; "
        "heavy = {'sklearn', 'scipy', 'matplotlib', 'onnx', 'rich', 'safetensors', 'typer'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", rosenblatt.__all__)
def test_public_names(name):
    assert getattr(rosenblatt, name) is not None
    assert name in dir(rosenblatt)


def test_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'MLPTransformer'"):
        rosenblatt.MLPTransformer  # noqa: B018


def test_instruction_set_in_use_is_available():
    assert rosenblatt.active_isa() in rosenblatt.available_isas()
    assert rosenblatt.available_isas()[-1] == "plain"


@pytest.mark.parametrize("level", rosenblatt.available_isas())
def test_instruction_set_can_be_forced(level):
    code = (
        "import rosenblatt; from rosenblatt import Network; "
        "net = Network([2, 2, 1], ['ReLU', 'Linear']); net.W[1] = [[1, 1], [1, 1]]; "
        "net.W[2] = [[1], [1]]; print(rosenblatt.active_isa(), net.forward([1, 1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"ROSENBLATT_ISA": level},
    )
    assert done.stdout.strip() == f"{level} [4.]"


def test_unknown_instruction_set_is_an_error():
    done = subprocess.run(
        [sys.executable, "-c", "import rosenblatt; rosenblatt.active_isa()"],
        capture_output=True,
        text=True,
        check=False,
        env={"ROSENBLATT_ISA": "avx9"},
    )
    assert done.returncode != 0
    assert "unknown instruction set 'avx9'; expected one of" in done.stderr
