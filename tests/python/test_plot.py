"""The plots: what stands on the Axes."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier

from rosenblatt import MLPClassifier, MLPRegressor, datasets, plot


@pytest.fixture
def ax() -> Axes:
    return Figure(figsize=(6, 6), layout="constrained").subplots()


def trained(losses: list[float], scores: list[float] | None = None) -> Any:
    return SimpleNamespace(loss_curve_=losses, validation_scores_=scores, classes_=[0, 1])


def scores_axes(ax: Axes) -> Axes:
    (other,) = (other for other in ax.figure.axes if other is not ax)
    return other


def texts_of_legend(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


class TestLearningCurve:
    def test_loss_over_epochs(self, ax: Axes) -> None:
        assert plot.learning_curve(trained([3.0, 2.0, 1.0]), ax=ax) is ax
        (line,) = ax.lines
        assert line.get_xydata().tolist() == [[1, 3], [2, 2], [3, 1]]
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "training loss")
        assert ax.figure.axes == [ax]

    def test_validation_scores_on_a_second_axis(self, ax: Axes) -> None:
        plot.learning_curve(trained([3.0, 2.0], [0.5, 0.75]), ax=ax)
        (line,) = scores_axes(ax).lines
        assert line.get_xydata().tolist() == [[1, 0.5], [2, 0.75]]
        assert scores_axes(ax).get_ylabel() == "validation accuracy"
        assert texts_of_legend(ax) == ["training loss", "validation accuracy"]
        # Told apart without colour.
        assert line.get_linestyle() != ax.lines[0].get_linestyle()
        assert line.get_marker() != ax.lines[0].get_marker()

    def test_a_regressors_score_is_r2(self, ax: Axes) -> None:
        X = np.linspace(0, 1, 40).reshape(-1, 1)
        model = MLPRegressor(
            hidden_layer_sizes=(3,), early_stopping=True, batch_size=2, n_iter_no_change=9, random_state=0
        )
        plot.learning_curve(model.fit(X, X.ravel()), ax=ax)
        assert scores_axes(ax).get_ylabel() == "validation R²"

    def test_several_estimators_are_named(self, ax: Axes) -> None:
        models = {"a": trained([3.0, 2.0], [0.1, 0.2]), "b": trained([1.0])}
        plot.learning_curve(models, ax=ax)
        assert texts_of_legend(ax) == [
            "a: training loss",
            "b: training loss",
            "a: validation accuracy",
        ]
        assert len({line.get_marker() for line in ax.lines}) == 2
        assert len({line.get_color() for line in ax.lines}) == 2

    def test_lines_of_others_stay_out_of_the_legend(self, ax: Axes) -> None:
        ax.plot([1, 2], [3, 4])
        plot.learning_curve({0: trained([1.0])}, ax=ax)
        assert texts_of_legend(ax) == ["0: training loss"]

    def test_scores_of_different_kinds_share_a_neutral_name(self, ax: Axes) -> None:
        regressor = SimpleNamespace(loss_curve_=[1.0], validation_scores_=[0.5])
        plot.learning_curve({"a": trained([1.0], [0.5]), "b": regressor}, ax=ax)
        assert scores_axes(ax).get_ylabel() == "validation score"

    @pytest.mark.parametrize("estimator", [MLPClassifier, SklearnMLPClassifier])
    def test_fitted_estimators(self, ax: Axes, estimator: Any) -> None:
        X, y = datasets.logic("or")
        model = estimator(hidden_layer_sizes=(2,), solver="adam", tol=0.1, n_iter_no_change=3, random_state=0)
        plot.learning_curve(model.fit(X, y), ax=ax)
        assert ax.lines[0].get_ydata().tolist() == model.loss_curve_
        assert ax.figure.axes == [ax]

    @pytest.mark.parametrize("epochs", [1, 2, 1000])
    def test_ticks_are_whole_epochs_and_markers_few(self, ax: Axes, epochs: int) -> None:
        plot.learning_curve(trained([1.0] * epochs), ax=ax)
        ax.figure.canvas.draw()
        assert all(tick == round(tick) for tick in ax.get_xticks())
        assert epochs / ax.lines[0].get_markevery() <= 13

    def test_unfitted(self, ax: Axes) -> None:
        with pytest.raises(NotFittedError):
            plot.learning_curve(MLPClassifier(), ax=ax)

    def test_no_curve(self, ax: Axes) -> None:
        X, y = datasets.logic("or")
        model = SklearnMLPClassifier((2,), solver="lbfgs", random_state=0).fit(X, y)
        with pytest.raises(TypeError, match="MLPClassifier has no loss_curve_"):
            plot.learning_curve({"mine": model}, ax=ax)

    def test_no_epoch(self, ax: Axes) -> None:
        with pytest.raises(ValueError, match="no epoch"):
            plot.learning_curve(trained([]), ax=ax)
        with pytest.raises(ValueError, match="dict of estimators is empty"):
            plot.learning_curve({}, ax=ax)
        assert not ax.lines


class TestConfusionMatrix:
    def test_counts(self, ax: Axes) -> None:
        assert plot.confusion_matrix([0, 0, 0, 1, 2], [0, 0, 1, 1, 1], ax=ax) is ax
        texts = [text.get_text() for text in ax.texts]
        assert texts == ["2", "1", "", "", "1", "", "", "1", ""]
        assert ax.get_title() == "accuracy 0.6000 on 5 samples"
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
        assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "1", "2"]

    def test_text_stands_out_from_its_cell(self, ax: Axes) -> None:
        plot.confusion_matrix([0] * 9 + [1], [0] * 9 + [0], ax=ax)
        dark, light = ax.texts[0], ax.texts[2]
        assert (dark.get_text(), light.get_text()) == ("9", "1")
        assert sum(dark.get_color()[:3]) > 2 > 1 > sum(light.get_color()[:3])

    def test_labels_choose_and_order(self, ax: Axes) -> None:
        plot.confusion_matrix(["a", "b", "b"], ["a", "b", "a"], labels=["b", "a", "c"], ax=ax)
        assert [text.get_text() for text in ax.get_yticklabels()] == ["b", "a", "c"]
        assert [text.get_text() for text in ax.texts] == ["1", "1", "", "", "1", "", "", "", ""]

    def test_long_names_are_turned(self, ax: Axes) -> None:
        plot.confusion_matrix(["setosa", "virginica"], ["setosa", "setosa"], ax=ax)
        ax.figure.canvas.draw()
        assert {text.get_rotation() for text in ax.get_xticklabels()} == {90}

    def test_bad_labels(self, ax: Axes) -> None:
        with pytest.raises(ValueError, match="y_true has 2 labels, but y_pred has 3"):
            plot.confusion_matrix([0, 1], [0, 1, 1], ax=ax)
        with pytest.raises(ValueError, match=r"y_pred .* got the shape \(1, 2\)"):
            plot.confusion_matrix([0, 1], [[0, 1]], ax=ax)
        with pytest.raises(ValueError, match="empty"):
            plot.confusion_matrix([], [], ax=ax)
        with pytest.raises(ValueError, match="label"):
            plot.confusion_matrix([0, 1], [0, 1], labels=[7], ax=ax)


class TestMisclassified:
    def images(self, ax: Axes) -> Any:
        (image,) = ax.images
        return image.get_array()

    def test_sheet(self, ax: Axes) -> None:
        X = np.arange(6 * 4, dtype=np.float64).reshape(6, 4)
        result = plot.misclassified(X, [0, 1, 2, 3, 4, 5], [0, 7, 2, 8, 9, 5], ax=ax)
        assert result is ax
        assert [text.get_text() for text in ax.texts] == ["1→7", "3→8", "4→9"]
        assert ax.get_title() == "3 of 6 samples misclassified"
        sheet = self.images(ax)
        # Two columns of 2 × 2 pixels with one between, two rows with two pixels above each.
        assert sheet.shape == (8, 5)
        assert sheet[2:4, 0:2].tolist() == [[4, 5], [6, 7]]
        assert sheet[2:4, 3:5].tolist() == [[12, 13], [14, 15]]
        assert sheet[6:8, 0:2].tolist() == [[16, 17], [18, 19]]
        assert sheet.mask.sum() == 8 * 5 - 3 * 4

    def test_texts_stand_over_their_images(self, ax: Axes) -> None:
        plot.misclassified(np.zeros((4, 784)), [1] * 4, [2] * 4, ax=ax)
        ax.figure.canvas.draw()
        boxes = [text.get_window_extent() for text in ax.texts]
        filled = ax.transData.inverted()
        sheet = self.images(ax)
        for box in boxes:
            (left, bottom), (right, top) = filled.transform(box.get_points())
            columns = slice(round(left), round(right) + 1)
            rows = slice(max(0, round(top + 0.5)), round(bottom + 0.5))
            assert sheet.mask[rows, columns].all()
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])

    @pytest.mark.parametrize("n", [1, 9, 30, 100])
    def test_texts_do_not_overlap(self, ax: Axes, n: int) -> None:
        y = np.array(["versicolor"] * 100)
        plot.misclassified(np.zeros((100, 64)), y, np.array(["virginica"] * 100), n=n, ax=ax)
        ax.figure.canvas.draw()
        boxes = [text.get_window_extent() for text in ax.texts]
        assert len(boxes) == n
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])

    def test_first_n(self, ax: Axes) -> None:
        plot.misclassified(np.zeros((50, 64)), range(50), range(1, 51), n=7, ax=ax)
        assert len(ax.texts) == 7
        assert ax.get_title() == "50 of 50 samples misclassified, the first 7"

    @pytest.mark.parametrize(
        ("X", "shape"),
        [
            (np.zeros((2, 64)), None),
            (np.zeros((2, 64), dtype=np.uint8), (16, 4)),
            (np.zeros((2, 3, 5), dtype=np.float32), None),
            (np.zeros((2, 1), dtype=bool), None),
            (np.asfortranarray(np.zeros((2, 784))), (28, 28)),
        ],
    )
    def test_shapes(self, ax: Axes, X: Any, shape: tuple[int, int] | None) -> None:
        plot.misclassified(X, [0, 1], [0, 0], shape=shape, ax=ax)
        assert self.images(ax).count() == X[0].size

    def test_none_wrong(self, ax: Axes) -> None:
        plot.misclassified(np.zeros((1000, 64)), [1] * 1000, [1] * 1000, ax=ax)
        assert [text.get_text() for text in ax.texts] == ["none of 1,000 samples misclassified"]
        assert not ax.images

    @pytest.mark.parametrize(
        ("X", "options", "error", "message"),
        [
            (np.zeros((2, 63)), {}, ValueError, "63 features make no square image"),
            (np.zeros((2, 64)), {"shape": (8, 9)}, ValueError, r"\(8, 9\) does not fit .* 64"),
            (np.zeros((2, 64)), {"shape": (-8, -8)}, ValueError, "does not fit"),
            (np.zeros((2, 64)), {"shape": (64,)}, ValueError, "does not fit"),
            (np.zeros((3, 64)), {}, ValueError, "X has 3 rows, but there are 2 labels"),
            (np.zeros(64), {}, ValueError, r"got \(64,\)"),
            (np.zeros((2, 0)), {}, ValueError, "0 pixels"),
            (np.array([["a"], ["b"]]), {}, TypeError, "numbers"),
            (np.zeros((2, 64)), {"n": 0}, ValueError, "n has to be at least 1"),
            (np.zeros((2, 64)), {"n": 2.5}, TypeError, "integer"),
        ],
    )
    def test_bad_input(self, ax: Axes, X: Any, options: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=message):
            plot.misclassified(X, [0, 1], [1, 0], ax=ax, **options)
        assert not ax.images

    def test_bad_labels(self, ax: Axes) -> None:
        with pytest.raises(ValueError, match="y_true has 2 labels, but y_pred has 1"):
            plot.misclassified(np.zeros((2, 64)), [0, 1], [1], ax=ax)


def draw_all(ax: Axes | None) -> list[Axes]:
    return [
        plot.learning_curve(trained([1.0, 0.5], [0.5, 0.6]), ax=ax),
        plot.confusion_matrix([0, 1], [0, 1], ax=ax),
        plot.misclassified(np.zeros((1, 4)), [0], [1], ax=ax),
    ]


def test_new_figures_are_pyplots_and_the_backend_stays() -> None:
    import matplotlib as mpl
    from matplotlib import pyplot

    backend = mpl.get_backend()
    before = pyplot.get_fignums()
    axes = draw_all(None)
    assert len({ax.figure for ax in axes}) == 3
    assert len(pyplot.get_fignums()) == len(before) + 3
    assert mpl.get_backend() == backend
    for ax in axes:
        pyplot.close(ax.figure)  # type: ignore[arg-type]


def test_figures_without_pyplot_leave_it_alone() -> None:
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    for draw in range(3):
        figure = Figure(layout="constrained")
        draw_all(figure.subplots())[draw].figure.canvas.draw()
    assert pyplot.get_fignums() == before


def test_ax_has_to_be_axes() -> None:
    figure: Any = Figure()
    with pytest.raises(TypeError, match="ax has to be a matplotlib Axes; got Figure"):
        plot.learning_curve(trained([1.0]), ax=figure)


def test_without_matplotlib() -> None:
    code = """if True:
        import sys
        sys.modules["matplotlib"] = None
        from rosenblatt import plot
        try:
            plot.misclassified([[0.0]], [0], [1])
        except ImportError as error:
            print(error)
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "rosenblatt[plot]"' in run.stdout


def test_import_is_light() -> None:
    code = "import sys, rosenblatt.plot; print({'matplotlib', 'sklearn'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
