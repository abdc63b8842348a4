"""Classes and labels as np.unique finds them, and scikit-learn's words about them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.utils.multiclass import check_classification_targets

from rosenblatt import MLPClassifier
from rosenblatt.labels import encoded

LENGTHS = st.integers(1, 60)
ANY_INTEGERS = hnp.integer_dtypes(endianness="?") | hnp.unsigned_integer_dtypes(endianness="?")


def assert_as_unique(y):
    classes, labels = encoded(y)
    wanted, inverse = np.unique(y, return_inverse=True)
    assert classes.dtype == wanted.dtype
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(classes, wanted)
    np.testing.assert_array_equal(labels, inverse)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_integers_anywhere(data):
    """Far apart, close together, and at both ends of what the dtype holds."""
    dtype = data.draw(ANY_INTEGERS)
    ends = np.iinfo(dtype)
    low = data.draw(st.sampled_from([ends.min, ends.max - 7, 0]) | st.integers(ends.min, ends.max))
    high = min(low + data.draw(st.sampled_from([0, 1, 7, 50])), ends.max)
    y = np.array(data.draw(st.lists(st.integers(low, high), min_size=1, max_size=60)), dtype)
    assert_as_unique(y)
    assert_as_unique(np.repeat(y, 2)[::-2])


@pytest.mark.parametrize(
    "y",
    [
        [True, False, True],
        [True],
        [0.5, -1.0, 0.5],
        ["no", "yes", "no"],
        np.array([3, 1, 3], object),
        np.array([0, 2**64 - 1], np.uint64),
        np.array([2**63 - 1, 2**63], np.uint64),
        np.array([2**63, 2**63 + 1], np.uint64),
        np.array([-(2**63), 2**63 - 1]),
    ],
    ids=str,
)
def test_other_kinds(y):
    assert_as_unique(np.asarray(y))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("dtype", [int, np.uint8, float, "U2"])
@pytest.mark.parametrize("classes", [1, 2, 3, 10, 11, 12, 13, 20, 30])
@pytest.mark.parametrize("rows", [20, 21, 22, 23, 24, 30])
def test_a_regression_in_disguise_is_warned_of_as_by_scikit_learn(rows, classes, dtype):
    y = (np.arange(rows) % classes).astype(dtype)
    said = []
    for look in (check_classification_targets, MLPClassifier((1,), max_iter=1).fit):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            look(y) if look is check_classification_targets else look(np.zeros((rows, 1)), y)
        said.append([str(warning.message) for warning in caught if warning.category is UserWarning])
    assert said[0] == said[1]
