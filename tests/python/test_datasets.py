"""The data sets: the textbook's tables, digits, and MNIST from files and from OpenML."""

from __future__ import annotations

import gzip
import hashlib
import socket
import struct
import subprocess
import sys
from http.client import IncompleteRead
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import sklearn.datasets
from sklearn.utils import Bunch

from rosenblatt import datasets

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def encode(array: np.ndarray) -> bytes:
    shape = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + shape + array.astype(np.uint8).tobytes()


def images(count: int) -> np.ndarray:
    return (np.arange(count * 784) % 251).astype(np.uint8).reshape(count, 28, 28)


def write_mnist(folder: Path, train: int = 12, test: int = 5) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    contents = (images(train), np.arange(train) % 10, images(test), np.arange(test) % 10)
    for name, array in zip(NAMES, contents, strict=True):
        (folder / name).write_bytes(encode(array))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and a machine that has no other data and no network."""

    def offline(*_: object, **__: object) -> None:
        raise URLError("no network here")

    monkeypatch.setenv("ROSENBLATT_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "user"))
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", offline)
    datasets._fetch_mnist.cache_clear()
    return tmp_path / "home"


@pytest.mark.parametrize(("name", "values"), [("and", "0001"), ("or", "0111"), ("xor", "0110")])
def test_logic(name, values):
    X, y = datasets.logic(name)
    assert X.dtype == np.float64
    assert y.dtype == np.int64
    np.testing.assert_array_equal(X, [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(y, [int(value) for value in values])


def test_logic_is_the_callers_own():
    X, y = datasets.logic("and")
    X[:], y[:] = 7, 7
    again = datasets.logic("and")
    assert again[0].max() == again[1].max() == 1


@pytest.mark.parametrize("name", ["XOR", "nand", "", None, 3, ["and"]])
def test_logic_of_another_name(name):
    with pytest.raises(ValueError, match="name must be one of 'and', 'or', 'xor', not "):
        datasets.logic(name)


def test_digits():
    X, y = datasets.digits()
    assert X.shape == (1797, 64)
    assert X.dtype == np.uint8
    assert X.flags.c_contiguous
    assert (X.min(), X.max()) == (0, 16)
    assert y.dtype == np.int64
    reference = sklearn.datasets.load_digits()
    np.testing.assert_array_equal(X, reference.data)
    np.testing.assert_array_equal(y, reference.target)


@pytest.mark.parametrize(("split", "count"), [("train", 12), ("test", 5)])
def test_mnist_from_files(home, split, count):
    write_mnist(home / "mnist")
    X, y = datasets.mnist(split)
    assert X.dtype == np.uint8
    assert y.dtype == np.int64
    assert X.flags.c_contiguous
    assert X.flags.writeable
    np.testing.assert_array_equal(X, images(count).reshape(count, 784))
    np.testing.assert_array_equal(y, np.arange(count) % 10)


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("dotted", [False, True], ids=["dashed", "dotted"])
def test_spellings_of_the_files(home, dotted, compress):
    write_mnist(home)
    for path in home.iterdir():
        content = path.read_bytes()
        path.unlink()
        name = path.name.replace("-idx", ".idx") if dotted else path.name
        (home / (name + ".gz" * compress)).write_bytes(gzip.compress(content) if compress else content)
    assert datasets.find_mnist() == home
    assert datasets.mnist("test")[0].shape == (5, 784)


def test_order_of_the_folders(home, tmp_path, monkeypatch):
    assert datasets.find_mnist() is None
    write_mnist(tmp_path / "user" / "mnist")
    assert datasets.find_mnist() == tmp_path / "user" / "mnist"
    write_mnist(home)
    assert datasets.find_mnist() == home
    write_mnist(home / "mnist")
    assert datasets.find_mnist() == home / "mnist"
    (home / "mnist" / NAMES[3]).unlink()  # not all four
    assert datasets.find_mnist() == home
    for unset in (None, ""):
        if unset is None:
            monkeypatch.delenv("ROSENBLATT_DATA_HOME")
        else:
            monkeypatch.setenv("ROSENBLATT_DATA_HOME", unset)
        assert datasets.find_mnist() == tmp_path / "user" / "mnist"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("folder", ["elsewhere", "~/elsewhere", None])
def test_the_users_folder_is_scikit_learns(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    if folder is None:
        monkeypatch.delenv("SCIKIT_LEARN_DATA")
    else:
        monkeypatch.setenv("SCIKIT_LEARN_DATA", folder)
    monkeypatch.delenv("ROSENBLATT_DATA_HOME")
    assert datasets.find_mnist() is None
    assert list(tmp_path.iterdir()) == []  # to look makes no folder
    write_mnist(Path(sklearn.datasets.get_data_home()) / "mnist")
    assert datasets.find_mnist() == Path(sklearn.datasets.get_data_home()) / "mnist"


@pytest.mark.parametrize("split", ["Train", "validation", None, 0, ["test"]])
def test_mnist_of_another_split(split):
    with pytest.raises(ValueError, match="split must be one of 'train', 'test', not "):
        datasets.mnist(split)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        (NAMES[0], np.zeros((12, 28, 27)), r"28 x 28 uint8, found shape \(12, 28, 27\)"),
        (NAMES[0], np.zeros((12, 784)), r"28 x 28 uint8, found shape \(12, 784\)"),
        (NAMES[0], np.zeros(12), r"28 x 28 uint8, found shape \(12,\)"),
        (NAMES[1], np.zeros(11), "a label for each of 12 images in .*train-images.*, found 11"),
        (NAMES[1], np.zeros((12, 1)), r"a row of uint8 labels, found shape \(12, 1\)"),
        (NAMES[1], np.arange(12), "labels from 0 to 9, found 11 at index 11"),
    ],
)
def test_files_that_do_not_fit(home, name, array, message):
    write_mnist(home)
    (home / name).write_bytes(encode(array))
    with pytest.raises(ValueError, match=message) as caught:
        datasets.mnist("train")
    assert str(caught.value).startswith(str(home / name))
    assert datasets.mnist("test")[0].shape == (5, 784)


@pytest.mark.parametrize(("name", "size"), [(NAMES[0], 784), (NAMES[1], 1)])
def test_files_of_another_dtype(home, name, size):
    write_mnist(home)
    content = bytearray((home / name).read_bytes())
    content[2] = 0x09
    (home / name).write_bytes(content)
    with pytest.raises(ValueError, match=r"uint8.* of int8") as caught:
        datasets.mnist("train")
    assert str(caught.value).startswith(str(home / name))
    (home / name).write_bytes(content[:-size])
    with pytest.raises(ValueError, match="found the end of the file"):
        datasets.mnist("train")


def test_no_files_and_no_network(home, tmp_path):
    home.mkdir()
    (home / NAMES[0]).touch()
    with pytest.raises(FileNotFoundError, match="no network here") as caught:
        datasets.mnist()
    message = str(caught.value)
    for place in (home / "mnist", home, tmp_path / "user" / "mnist"):
        assert str(place) in message
    for name in (*NAMES, "ROSENBLATT_DATA_HOME"):
        assert name in message
    assert f"{home}, which lacks {', '.join(NAMES[1:])};" in message
    assert isinstance(caught.value.__cause__, URLError)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("error", [TimeoutError("timed out"), ConnectionResetError(), IncompleteRead(b"")])
def test_other_failures_of_the_network(error, monkeypatch):
    def failing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", failing)
    with pytest.raises(FileNotFoundError, match="MNIST is not on this machine") as caught:
        datasets.mnist()
    assert caught.value.__cause__ is error


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("timeout", [None, 5.0])
def test_from_openml(timeout, monkeypatch):
    calls = []

    def fetch(name, **settings):
        calls.append((name, settings, socket.getdefaulttimeout()))
        data = np.zeros((70_000, 784))
        data[:, 0] = np.arange(70_000) % 256
        return Bunch(data=data, target=(np.arange(70_000) // 7 % 10).astype(str).astype(object))

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    socket.setdefaulttimeout(timeout)
    try:
        X, y = datasets.mnist("train")
        X_test, y_test = datasets.mnist("test")
        assert socket.getdefaulttimeout() == timeout
    finally:
        socket.setdefaulttimeout(None)
        datasets._fetch_mnist.cache_clear()
    assert len(calls) == 1  # the second split is not fetched again
    name, settings, in_force = calls[0]
    assert (name, settings["version"], settings["n_retries"]) == ("mnist_784", 1, 1)
    assert in_force == (timeout or datasets._NETWORK_TIMEOUT)
    assert X.shape == (60_000, 784)
    assert X_test.shape == (10_000, 784)
    for pixels, labels, first in ((X, y, 0), (X_test, y_test, 60_000)):
        rows = np.arange(first, first + len(pixels))
        assert pixels.dtype == np.uint8
        assert pixels.flags.c_contiguous
        assert pixels.flags.owndata
        assert labels.dtype == np.int64
        np.testing.assert_array_equal(pixels[:, 0], rows % 256)
        np.testing.assert_array_equal(labels, rows // 7 % 10)


@pytest.mark.usefixtures("home")
def test_openml_with_another_table(monkeypatch):
    table = Bunch(data=np.zeros((10, 784)), target=np.zeros(10))
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", lambda *_, **__: table)
    with pytest.raises(ValueError, match=r"expected \(70000, 784\) pixels .* found \(10, 784\)"):
        datasets.mnist()


def test_import_is_light():
    script = "import sys, rosenblatt.datasets as d; d.find_mnist(); sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


MD5 = dict(
    zip(
        NAMES,
        (
            "6bbc9ace898e44ae57da46a324031adb",
            "a25bea736e30d166cdddb491f175f624",
            "2646ac647ad5339dbf082846283269ea",
            "27ae3e4e09519cfbb04c329615203637",
        ),
        strict=True,
    )
)


@pytest.mark.parametrize("name", NAMES)
def test_real_files(mnist_home, name):
    dotted = name.replace("-idx", ".idx")
    spellings = (mnist_home / "mnist" / f"{stem}{end}" for stem in (name, dotted) for end in ("", ".gz"))
    array = datasets.read_idx(next(path for path in spellings if path.is_file()))
    assert hashlib.md5(encode(array), usedforsecurity=False).hexdigest() == MD5[name]


@pytest.mark.parametrize(
    ("split", "counts"),
    [
        ("train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
        ("test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
    ],
)
def test_real_mnist(mnist_home, split, counts):
    assert datasets.find_mnist() == mnist_home / "mnist"
    X, y = datasets.mnist(split)
    assert X.shape == (sum(counts), 784)
    assert X.dtype == np.uint8
    assert X.flags.c_contiguous
    assert (X.min(), X.max()) == (0, 255)
    assert y.dtype == np.int64
    np.testing.assert_array_equal(np.bincount(y), counts)
