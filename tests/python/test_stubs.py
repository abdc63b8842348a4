"""The stubs of the C++ module are those of the module that was built."""

import subprocess
import sys
from pathlib import Path

import rosenblatt


def test_stubs_are_up_to_date(tmp_path):
    subprocess.run(
        [
            *(sys.executable, "-m", "pybind11_stubgen", "rosenblatt._core"),
            *("--numpy-array-use-type-var", "--output-dir", str(tmp_path)),
        ],
        check=True,
        capture_output=True,
    )
    made = (tmp_path / "rosenblatt" / "_core.pyi").read_text()
    kept = (Path(rosenblatt.__file__).parent / "_core.pyi").read_text()
    assert kept == made, "make the stubs anew: make stubs"
