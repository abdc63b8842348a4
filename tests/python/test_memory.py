"""Memory: what does not fit is refused, whoever says how much is free."""

from __future__ import annotations

import numpy as np
import pytest

from rosenblatt import memory
from rosenblatt.memory import check_memory

GIB = 2**30


def machine(root, files):
    """A root folder with these files in it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


MEMINFO = {"proc/meminfo": f"MemTotal: {9 * GIB // 1024} kB\nMemAvailable:   {8 * GIB // 1024} kB\n"}
TWO = {"proc/self/cgroup": "0::/app/job\n"}
ONE = {"proc/self/cgroup": "9:cpu:/x\n4:memory,pids:/app/job\n0::/\n"}
IN_JOB, IN_APP = "sys/fs/cgroup/app/job", "sys/fs/cgroup/app"
JOB_OF_ONE = "sys/fs/cgroup/memory/app/job"
CASES = {
    "no groups": ({}, 8),
    "no limit": (TWO | {f"{IN_JOB}/memory.max": "max\n", f"{IN_JOB}/memory.current": "5\n"}, 8),
    "limit": (TWO | {f"{IN_JOB}/memory.max": f"{3 * GIB}\n", f"{IN_JOB}/memory.current": f"{GIB}\n"}, 2),
    "files in memory make room": (
        TWO
        | {
            f"{IN_JOB}/memory.max": f"{3 * GIB}\n",
            f"{IN_JOB}/memory.current": f"{2 * GIB}\n",
            f"{IN_JOB}/memory.stat": f"anon 7\ninactive_file {GIB}\n",
        },
        2,
    ),
    "limit of the group around": (
        TWO | {f"{IN_APP}/memory.max": f"{3 * GIB}\n", f"{IN_APP}/memory.current": f"{2 * GIB}\n"},
        1,
    ),
    "limit of a container, whose path is not seen": (
        TWO | {"sys/fs/cgroup/memory.max": f"{GIB}\n", "sys/fs/cgroup/memory.current": "0\n"},
        1,
    ),
    "limit above what is free": (
        TWO | {f"{IN_JOB}/memory.max": f"{30 * GIB}\n", f"{IN_JOB}/memory.current": "0\n"},
        8,
    ),
    "used up": (TWO | {f"{IN_JOB}/memory.max": f"{GIB}\n", f"{IN_JOB}/memory.current": f"{2 * GIB}\n"}, 0),
    "cgroup 1": (
        ONE
        | {
            f"{JOB_OF_ONE}/memory.limit_in_bytes": f"{4 * GIB}\n",
            f"{JOB_OF_ONE}/memory.usage_in_bytes": f"{3 * GIB}\n",
            f"{JOB_OF_ONE}/memory.stat": f"inactive_file 0\ntotal_inactive_file {2 * GIB}\n",
        },
        3,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_free_memory(tmp_path, case):
    files, expected = CASES[case]
    assert memory._free(machine(tmp_path, MEMINFO | files)) == expected * GIB


def test_without_proc_the_machine_is_asked(tmp_path):
    assert memory._free(tmp_path) > GIB / 8


def test_what_fits_passes_and_what_does_not_is_told(monkeypatch):
    check_memory(0, "nothing")
    check_memory(2**25, "a little")
    with pytest.raises(MemoryError, match=r"^a table would take 1048576\.0 GiB of memory; \d+\.\d GiB are"):
        check_memory(2**50, "a table")
    monkeypatch.setattr(memory, "_free", lambda _: 2**25)
    check_memory(2**25, "what fits exactly")
    with pytest.raises(MemoryError):
        check_memory(2**25 + 1, "a byte more")


def test_counts_of_numpy_do_not_overflow():
    with pytest.raises(MemoryError):
        check_memory(int(np.int64(2**62)) * 8, "a table")
