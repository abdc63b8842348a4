"""Model files that are cut off, damaged or made to deceive: an error of one line, and never another one."""

from __future__ import annotations

import json
import os
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosenblatt import MLPClassifier, Network, Perceptron
from rosenblatt.io import ModelFileError, load
from rosenblatt.model_content import content_of, model_of, network_of
from rosenblatt.model_file import packed, unpacked

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
with warnings.catch_warnings(action="ignore"):
    CLASSIFIER = MLPClassifier((2,), max_iter=2, batch_norm=True, random_state=np.random.RandomState(0)).fit(
        X, ["no", "yes", "yes", "no"]
    )
WHOLE = packed(*content_of(Network([2, 1], "Linear").initialize(0), with_optimizer=False))


def test_cut_off_at_every_byte():
    for length in range(len(WHOLE)):
        with pytest.raises(ModelFileError):
            unpacked(WHOLE[:length])


def test_any_other_byte_anywhere():
    for place in range(len(WHOLE)):
        for flip in (0x01, 0x20, 0x80, 0xFF):
            damaged = bytearray(WHOLE)
            damaged[place] ^= flip
            with pytest.raises(ModelFileError):
                unpacked(bytes(damaged))


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None, database=None)
def test_any_bytes(data):
    with pytest.raises(ModelFileError):
        unpacked(data)
    with pytest.raises(ModelFileError):
        unpacked(WHOLE + data + b"\0")


def content(model=CLASSIFIER):
    return json.loads(json.dumps(content_of(model, with_optimizer=True)[0])), dict(
        content_of(model, with_optimizer=True)[1]
    )


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "relu", "softmax", "quantile", "MLPRegressor", "float32", "coefs_.0"]),
    st.sampled_from(["tuple", "dict", "array", "csr", "loss", "random_state", "patience", "float"]).flatmap(
        lambda kind: st.recursive(
            st.none() | st.integers(-3, 700) | st.text(max_size=3), lambda inner: st.lists(inner, max_size=5)
        ).map(lambda inner: {kind: inner})
    ),
    st.just([]),
    st.just({}),
)


def places(value, path=()):
    """Every place in a header."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


PLACES = [path for path in places(content()[0]) if path]


def with_value(path, value):
    """The content with another value in a place of its header."""
    header, tensors = content()
    part = header
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return header, tensors


@given(st.sampled_from(PLACES), VALUES)
@settings(max_examples=500, deadline=None, database=None)
def test_any_other_value_anywhere_in_the_header(path, value):
    """With a right checksum: it gives a model that answers, or is refused; so does its network."""
    header, tensors = with_value(path, value)
    try:
        model = model_of(header, tensors)
    except ModelFileError:
        return
    assert model.predict(X).shape == (4,)


@given(st.sampled_from(PLACES), VALUES)
@settings(max_examples=300, deadline=None, database=None)
def test_the_same_for_the_network_by_itself(path, value):
    header, tensors = with_value(path, value)
    try:
        network = network_of(header, tensors)
    except ModelFileError:
        return
    assert network.forward(X).shape == (4, 1)


@pytest.mark.parametrize("path", PLACES, ids=str)
def test_nothing_in_the_header_may_be_missing(path):
    header, tensors = content()
    part = header
    for key in path[:-1]:
        part = part[key]
    del part[path[-1]]
    try:
        model_of(header, tensors)
    except ModelFileError:
        return
    # The curves, say, are nothing that a model must have, and hidden_layer_sizes may be set for the next fit.
    assert path[0] in ("versions", "attributes") or path[1] == "hidden_layer_sizes"


@pytest.mark.parametrize("name", content()[1])
def test_every_tensor_is_checked(name):
    tensors = content()[1]
    array = tensors[name]
    for other in (
        array.reshape(-1),
        array[..., None],
        array[:0],
        array.astype(np.int8 if array.dtype.kind == "f" else np.int64),
    ):
        if (other.shape, other.dtype) != (array.shape, array.dtype):
            with pytest.raises(ModelFileError):
                model_of(content()[0], {**tensors, name: other})
    with pytest.raises(ModelFileError, match="missing"):
        model_of(content()[0], {key: value for key, value in tensors.items() if key != name})


def test_a_tensor_too_many():
    with pytest.raises(ModelFileError, match="belong nowhere: more"):
        model_of(content()[0], {**content()[1], "more": np.zeros(1)})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite(value):
    header, tensors = content_of(Perceptron().fit(X, [0, 0, 0, 1]), with_optimizer=False)
    tensors["coef_"][0, 0] = value
    with pytest.raises(ModelFileError, match="'coef_' holds a number that is not finite"):
        unpacked(packed(header, tensors))


def changed(part, **values):
    header, tensors = content()
    (header[part] if part else header).update(values)
    return packed(header, tensors)


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "not a safetensors file, or not a whole one"),
        (pickle.dumps(CLASSIFIER), "not a safetensors file"),
        (b"\xff" * 100, "not a safetensors file"),
        ((2).to_bytes(8, "little") + b"{}", "rosenblatt has not written"),
        (changed("", format=2), "format version is 2, but .* reads 1; upgrade rosenblatt"),
        (changed("", format=True), "format version is True"),
        (changed("", kind="os.system"), "unknown kind, 'os.system'"),
        (changed("", preprocessing={"scale": 1}), "asks for preprocessing"),
        (changed("", more=1), "should have the parts"),
        (changed("parameters", gamma=1), "other parameters than the file's: gamma"),
        (changed("parameters", alpha=-1.0), "do not fit together .*alpha"),
        (changed("parameters", n_threads=True), "do not fit together .*n_threads"),
        (changed("parameters", loss={"import": "os"}), "loss holds a value of an unknown kind, 'import'"),
        (changed("architecture", sizes=[2, 2**62, 1]), "coefs_.0 should be"),
        (changed("attributes", n_features_in_=3), "not those of the sizes"),
        (changed("attributes", predict=3), "no attribute 'predict'"),
    ],
)
def test_the_reason_is_said(data, match, tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    with pytest.raises(ModelFileError, match=match) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_deep_nesting(tmp_path):
    header, tensors = content_of(Network([2, 1], "Linear"), with_optimizer=False)
    nested = []
    for _ in range(900):
        nested = [nested]
    path = tmp_path / "model.safetensors"
    path.write_bytes(packed({**header, "parameters": {"nested": nested}}, tensors))
    with pytest.raises(ModelFileError):
        load(path)


def test_a_length_that_lies():
    for length in (0, 2**31, 2**63, 2**64 - 1):
        with pytest.raises(ModelFileError):
            unpacked(length.to_bytes(8, "little") + WHOLE[8:])


def test_paths_that_are_no_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        load(tmp_path / "missing")
    with pytest.raises(ModelFileError, match="is no file"):
        load(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelFileError, match="is no file"):
        load(tmp_path / "pipe")
