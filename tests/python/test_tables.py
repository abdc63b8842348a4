"""Submissions, and columns matched by name."""

from __future__ import annotations

import csv

import numpy as np
import pandas
import pytest

from rosenblatt.datasets import kaggle_csv, match_columns, mnist, write_submission


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64, object, "U3"])
def test_a_submission_is_what_csv_reads(tmp_path, dtype):
    path = tmp_path / "submission.csv"
    labels = np.array([7, 0, 9]).astype(dtype)
    write_submission(path, labels, id_name="Id", label_name="Kind")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["Id", "Kind"]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3"]
    assert [row[1] for row in rows[1:]] == [str(label) for label in labels.tolist()]


def test_words_with_commas_quotes_and_line_ends_survive(tmp_path):
    path = tmp_path / "submission.csv"
    labels = ["a,b", 'say "no"', "two\nlines", "größer"]
    write_submission(path, labels)
    with path.open(newline="", encoding="utf-8") as file:
        assert [row[1] for row in csv.reader(file)][1:] == labels


@pytest.mark.parametrize(
    ("labels", "names", "message"),
    [
        ([], {}, r"labels must be one for each row, of shape \(rows,\), not \(0,\)"),
        ([[1], [2]], {}, r"not \(2, 1\)"),
        (3, {}, r"not \(\)"),
        ([1.0, float("nan")], {}, r"labels\[1\] is missing \(nan\)"),
        (np.array(["a", None], dtype=object), {}, r"labels\[1\] is missing \(None\)"),
        (pandas.Series([1, pandas.NA], dtype=object), {}, r"labels\[1\] is missing \(<NA>\)"),
        (np.array([np.float64(1), np.float32("nan")], dtype=object), {}, r"labels\[1\] is missing \(nan\)"),
        (np.ma.masked_equal([3, 1], 1), {}, "labels are masked in some rows"),
        ([1], {"id_name": ""}, "id_name must be the name of a column, not ''"),
        ([1], {"label_name": 3}, "label_name must be the name of a column, not 3"),
        ([1], {"label_name": "ImageId"}, "must differ, both are 'ImageId'"),
    ],
)
def test_a_bad_submission_leaves_the_one_before(tmp_path, labels, names, message):
    path = tmp_path / "submission.csv"
    path.write_text("before")
    with pytest.raises(ValueError, match=message) as caught:
        write_submission(path, labels, **names)
    assert "\n" not in str(caught.value)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere"):
        write_submission(tmp_path / "nowhere" / "submission.csv", [1])
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere"):
        kaggle_csv(tmp_path / "nowhere")


def test_columns_in_another_order():
    X = np.arange(6).reshape(2, 3)
    order = match_columns(["c", "a", "b"], ["a", "b", "c"])
    assert X[:, order].tolist() == [[1, 2, 0], [4, 5, 3]]
    assert match_columns([], []).shape == (0,)


@pytest.mark.parametrize(
    ("names", "wanted", "message"),
    [
        (["a"], ["a", "b"], "not the model's; missing: 'b'$"),
        (["a", "z"], ["a"], "not the model's; unknown: 'z'$"),
        (["a", "z"], ["a", "b"], "missing: 'b'; unknown: 'z'$"),
        (["a", "a"], ["a"], "the table has more than one column named 'a'"),
        (["a"], ["a", "a"], "the model has more than one column named 'a'"),
        ([], [f"p{i}" for i in range(784)], "missing: 'p0', 'p1', 'p2', 'p3', 'p4' and 779 more$"),
    ],
)
def test_other_columns_are_listed(names, wanted, message):
    with pytest.raises(ValueError, match=message) as caught:
        match_columns(names, wanted)
    assert "\n" not in str(caught.value)


def test_mnist_as_kaggle_has_it(tmp_path, mnist_home, monkeypatch):
    monkeypatch.setenv("ROSENBLATT_DATA_HOME", str(mnist_home))
    labels = kaggle_csv(tmp_path)
    (X_train, y_train), (X_test, y_test) = mnist("train"), mnist("test")
    pixels = [f"pixel{i}" for i in range(784)]
    assert labels.tolist() == [*y_train[42_000:].tolist(), *y_test.tolist()]

    train = (tmp_path / "train.csv").read_text().split("\n")
    assert train[0].split(",") == ["label", *pixels]
    assert len(train) == 42_002
    for row in (0, 41_999):
        assert [int(cell) for cell in train[row + 1].split(",")] == [y_train[row], *X_train[row]]

    test = (tmp_path / "test.csv").read_text().split("\n")
    assert test[0].split(",") == pixels
    assert len(test) == 28_002
    assert [int(cell) for cell in test[1].split(",")] == X_train[42_000].tolist()
    assert [int(cell) for cell in test[28_000].split(",")] == X_test[-1].tolist()

    sample = (tmp_path / "sample_submission.csv").read_text().split()
    assert (sample[:2], sample[-1]) == (["ImageId,Label", "1,0"], "28000,0")
