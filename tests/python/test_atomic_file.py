"""A file is there as a whole, or what was there before is."""

from __future__ import annotations

import errno

import pytest

from rosenblatt.atomic_file import atomic_file


def write_half(path, failure):
    with atomic_file(path) as file:
        file.write(b"half")
        raise failure


def test_replaces_what_was_there(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with atomic_file(path) as file:
        file.write(b"after")
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError])
def test_a_failure_leaves_what_was_there(tmp_path, failure):
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with pytest.raises(failure):
        write_half(path, failure())
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_is_one_line(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with pytest.raises(OSError, match=r"No space left; what was there before is untouched: '.*file'$"):
        write_half(path, OSError(errno.ENOSPC, "No space left"))
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_an_error_of_another_file_is_left_alone(tmp_path):
    with pytest.raises(FileNotFoundError) as raised:
        write_half(tmp_path / "file", FileNotFoundError(errno.ENOENT, "No such file", "another"))
    assert str(raised.value) == "[Errno 2] No such file: 'another'"


def test_no_folder(tmp_path):
    error = pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere' to write 'file' in")
    with error, atomic_file(tmp_path / "nowhere" / "file"):
        pass


def test_a_folder_is_in_the_way(tmp_path):
    error = pytest.raises(IsADirectoryError, match="is a folder; name a file to write")
    with error, atomic_file(tmp_path):
        pass


def test_folder_that_is_none(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(FileNotFoundError, match="there is no folder"),
        atomic_file(tmp_path / "file" / "file"),
    ):
        pass
