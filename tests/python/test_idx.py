"""read_idx: every dtype and shape, and every way in which a file can be damaged."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rosenblatt.datasets import read_idx

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}

# Far more than any case below holds, far less than the damaged headers promise.
FEW_BYTES = 8 << 20


def header(code: int, *shape: int) -> bytes:
    return bytes([0, 0, code, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)


def encode(array: np.ndarray) -> bytes:
    code = CODES[array.dtype.str[1:]]
    return header(code, *array.shape) + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that may be written again and again."""
    return tmp_path_factory.mktemp("idx") / "scratch"


def peak_memory(path: Path, match: str) -> int:
    """Most bytes held while reading a file that must be refused."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=match):
            read_idx(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("code", CODES)
def test_every_dtype(code, compress, tmp_path):
    low, high = (-1.5, 1e30) if code[0] == "f" else (np.iinfo(code).min, np.iinfo(code).max)
    array = np.array([[low, 0, 1], [2, 3, high]], dtype=code)
    path = tmp_path / "numbers"
    path.write_bytes(compress(encode(array)))
    result = read_idx(str(path))
    assert result.dtype == array.dtype
    assert result.dtype.isnative
    assert result.flags.c_contiguous
    assert result.flags.writeable
    np.testing.assert_array_equal(result, array)


def test_bytes_as_the_format_writes_them(tmp_path):
    path = tmp_path / "numbers"
    path.write_bytes(bytes([0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x01, 0x02, 0xFF, 0xFE]))
    np.testing.assert_array_equal(read_idx(path), np.array([[258, -2]], dtype=np.int16))


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@given(
    array=st.sampled_from(list(CODES)).flatmap(
        lambda code: hnp.arrays(code, hnp.array_shapes(min_dims=1, max_dims=6, min_side=0, max_side=4))
    )
)
@settings(deadline=None)
def test_round_trip(scratch, compress, array):
    scratch.write_bytes(compress(encode(array)))
    result = read_idx(scratch)
    assert result.shape == array.shape
    assert result.dtype == array.dtype
    assert result.tobytes() == array.tobytes()  # bit for bit, NaNs too


def test_larger_than_one_chunk(tmp_path):
    array = np.arange(700_000, dtype=np.int32).reshape(7, -1)
    path = tmp_path / "numbers"
    path.write_bytes(gzip.compress(encode(array), 1))
    np.testing.assert_array_equal(read_idx(path), array)


def test_gzip_of_several_members(tmp_path):
    content = encode(np.arange(10, dtype=np.uint8))
    path = tmp_path / "numbers"
    path.write_bytes(gzip.compress(content[:9]) + gzip.compress(content[9:]))
    np.testing.assert_array_equal(read_idx(path), np.arange(10))


def test_names_do_not_matter(tmp_path):
    plain, zipped = tmp_path / "plain.gz", tmp_path / "zipped-idx1-ubyte"
    plain.write_bytes(encode(np.arange(3, dtype=np.uint8)))
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    np.testing.assert_array_equal(read_idx(plain), read_idx(zipped))


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "byte 0: expected a header of 4 bytes, found the end"),
        (b"\0\0\x08", "byte 3: expected a header of 4 bytes, found the end"),
        (b"PK\3\4", "byte 0: expected 00 00, as IDX files begin, found 50 4b"),
        (b"\0\1\x08\1", "byte 0: expected 00 00, as IDX files begin, found 00 01"),
        (b"\0\0\x0a\1", "byte 2: expected a dtype's code .08, 09, 0b, 0c, 0d, 0e., found 0a"),
        (b"\0\0\x08\0\0", "byte 3: expected at least 1 dimension, found 0"),
        (header(8, 2, 3)[:-1], "byte 11: expected a header of 12 bytes for 2 dimensions, found the end"),
        (header(8, 3) + bytes(2), r"byte 10: expected 3 bytes of data, shape \(3,\) of uint8.* the end of"),
        (
            header(13, 3) + bytes(11),
            r"byte 19: expected 12 bytes of data, shape \(3,\) of float32.* the end of",
        ),
        (header(8, 3) + bytes(4), r"byte 11: expected 3 bytes of data, shape \(3,\).* found more data"),
        (header(8, 0) + bytes(1), r"byte 8: expected 0 bytes of data, shape \(0,\).* found more data"),
        (header(8, *[1] * 65) + bytes(1), "byte 3: expected a shape that NumPy can hold"),
        (header(8, 0, *[2**32 - 1] * 3), "byte 3: expected a shape that NumPy can hold"),
    ],
)
def test_damaged(content, message, compress, tmp_path):
    path = tmp_path / "damaged"
    path.write_bytes(compress(content))
    with pytest.raises(ValueError, match=message) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_cut_at_every_byte(compress, tmp_path):
    content = compress(encode(np.arange(12, dtype=np.int16).reshape(3, 2, 2)))
    path = tmp_path / "cut"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match="expected"):
            read_idx(path)
    path.write_bytes(content)
    assert read_idx(path).shape == (3, 2, 2)


def test_damaged_gzip(tmp_path):
    content = gzip.compress(encode(np.arange(100, dtype=np.uint8)))
    path = tmp_path / "damaged"
    for damaged in (
        content[:-8] + bytes([content[-8] ^ 1]) + content[-7:],  # checksum
        content[:-4] + bytes([content[-4] ^ 1]) + content[-3:],  # length
        content[:12] + bytes(20) + content[32:],  # deflated data
        content + b"more",  # after the end
    ):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="expected sound gzip compression") as caught:
            read_idx(path)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("shape", [(2**32 - 1,), (2**31, 2**31, 2**31), (2**32 - 1,) * 255])
def test_lying_dimensions_take_no_memory(shape, compress, tmp_path):
    path = tmp_path / "lying"
    path.write_bytes(compress(header(14, *shape) + bytes(1000)))
    assert peak_memory(path, "found the end of the file") < FEW_BYTES


def test_gzip_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(header(8, 10) + bytes(64 << 20), 1))
    assert path.stat().st_size < 1 << 20
    assert peak_memory(path, "expected 10 bytes of data.* found more data") < FEW_BYTES


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_idx(tmp_path / "nowhere")
    with pytest.raises(IsADirectoryError):
        read_idx(tmp_path)


VALID = encode(np.arange(24, dtype=np.int16).reshape(2, 3, 4))


def flipped(content: bytes) -> st.SearchStrategy[bytes]:
    """The content with one byte changed."""
    return st.builds(
        lambda at, mask: content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :],
        st.integers(0, len(content) - 1),
        st.integers(1, 255),
    )


ANYTHING = st.one_of(
    st.binary(),
    st.binary().map(lambda tail: b"\0\0" + tail),
    st.binary().map(lambda tail: b"\0\0\x08\1\0\0\0" + tail),
    st.binary().map(lambda tail: b"\x1f\x8b\x08" + tail),
    flipped(VALID),
    flipped(gzip.compress(VALID, mtime=0)),
)


@given(content=st.one_of(ANYTHING, ANYTHING.map(gzip.compress)))
@settings(deadline=None, max_examples=1000)
def test_any_bytes_give_an_array_or_value_error(scratch, content):
    scratch.write_bytes(content)
    try:
        result = read_idx(scratch)
    except ValueError as error:
        assert str(scratch) in str(error)  # noqa: PT017 (both outcomes are right)
        assert "expected" in str(error)  # noqa: PT017
    else:
        assert result.dtype.str[1:] in CODES
