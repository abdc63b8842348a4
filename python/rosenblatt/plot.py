"""Pictures of a training and of what it led to, drawn with matplotlib.

Everything that carries meaning is told apart by line style, marker or text as well as by colour
(Okabe and Ito's palette), so that it can be read in grey and by colour-blind readers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["confusion_matrix", "learning_curve", "misclassified"]

Array = NDArray[Any]

# Blue, vermillion, green, purple, sky blue, orange, black: without yellow, which is lost on white.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_MARKERS = "osD^vPX"


def learning_curve(estimator: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the training loss over the epochs, and the validation score where there is one.

    Parameters
    ----------
    estimator : fitted estimator or dict of str to fitted estimator
        Anything with ``loss_curve_`` and, from early stopping, ``validation_scores_``: the estimators
        of this package or scikit-learn's. A dict of several compares them under its names.
    ax : matplotlib Axes, optional
        Where to draw; a new figure of pyplot's without it.

    Returns
    -------
    matplotlib Axes
        The one with the loss. Validation scores stand on a second one that shares its epochs.

    Raises
    ------
    ImportError
        Without matplotlib.
    NotFittedError
        For an estimator that has not been fitted.
    TypeError
        For anything that records no loss.
    ValueError
        For an empty dict, or a training that ended before its first epoch did.

    Examples
    --------
    >>> import warnings
    >>> from matplotlib.figure import Figure
    >>> from rosenblatt import MLPClassifier, datasets, plot
    >>> X, y = datasets.logic("xor")
    >>> with warnings.catch_warnings(action="ignore"):
    ...     model = MLPClassifier((4,), max_iter=50, random_state=0).fit(X, y)
    >>> ax = plot.learning_curve(model, ax=Figure().subplots())
    >>> ax.get_xlabel(), ax.get_ylabel(), len(ax.lines[0].get_xdata())
    ('epoch', 'training loss', 50)
    """
    several = isinstance(estimator, Mapping)
    estimators = dict(estimator) if several else {"": estimator}
    if not estimators:
        raise ValueError("the dict of estimators is empty: there is no curve to draw")
    curves = [(f"{name}: " if several else "", *_curves(m)) for name, m in estimators.items()]
    ax = _axes(ax, (6.4, 4.2))
    from matplotlib.ticker import MaxNLocator

    scores_ax: Axes | None = None
    losses_lines, scores_lines = [], []
    for i, (name, losses, scores, score_name) in enumerate(curves):
        # One model takes two colours and markers, one for each axis; of several, each has its own.
        j = i if several else 1
        losses_lines += ax.plot(
            *_epochs(losses),
            color=_COLORS[i % len(_COLORS)],
            marker=_MARKERS[i % len(_MARKERS)],
            markevery=_marked(losses),
            label=f"{name}training loss",
        )
        if scores is None:
            continue
        if scores_ax is None:
            scores_ax = ax.twinx()
            scores_ax.set_ylabel(score_name)
        elif scores_ax.get_ylabel() != score_name:
            scores_ax.set_ylabel("validation score")
        scores_lines += scores_ax.plot(
            *_epochs(scores),
            color=_COLORS[j % len(_COLORS)],
            linestyle="--",
            marker=_MARKERS[j % len(_MARKERS)],
            markerfacecolor="white",
            markevery=_marked(scores),
            label=f"{name}{score_name}",
        )
    ax.set_xlabel("epoch")
    ax.set_ylabel("training loss")
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
    ax.grid(axis="y", alpha=0.3)
    # Below the epochs, where no curve can run into it; losses in one column, scores in the other.
    ax.legend(
        handles=losses_lines + scores_lines,
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        borderaxespad=4,
        ncols=2 if scores_lines else 1,
        frameon=False,
    )
    return ax


def confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many samples of each class were taken for which class.

    Row i, column j counts the samples of class i that were predicted as class j; cells without any
    stay empty, so that the errors stand out.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels.
    labels : array-like of shape (n_classes,), optional
        The classes to count and their order; without it every one that occurs, sorted.
    ax : matplotlib Axes, optional
        Where to draw; a new figure of pyplot's without it.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ImportError
        Without matplotlib.
    ValueError
        For labels that are no list, empty, or of different lengths; for `labels` that do not occur.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from rosenblatt import plot
    >>> ax = plot.confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1], ax=Figure().subplots())
    >>> [text.get_text() for text in ax.texts]
    ['1', '1', '', '2']
    """
    from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score
    from sklearn.metrics import confusion_matrix as count

    true, predicted = _labels(y_true, y_pred)
    counts = count(true, predicted, labels=labels)
    classes = np.union1d(true, predicted) if labels is None else np.asarray(labels)
    side = min(12.0, max(4.0, 2.0 + 0.4 * len(classes)))
    ax = _axes(ax, (side, side))
    display = ConfusionMatrixDisplay(counts, display_labels=classes)
    display.plot(ax=ax, cmap="Blues", colorbar=False, values_format="d")
    for (i, j), text in np.ndenumerate(display.text_):
        if counts[i, j] == 0:
            text.set_text("")
        elif i != j:
            text.set_fontweight("bold")
    # Thin lines between the cells, which would be one white field but for the diagonal.
    edges = np.arange(len(classes) + 1) - 0.5
    ax.set_xticks(edges, minor=True)
    ax.set_yticks(edges, minor=True)
    ax.grid(which="minor", color="0.85", linewidth=0.8)
    ax.tick_params(which="minor", length=0)
    if max(len(str(name)) for name in classes) > 3:
        ax.tick_params(axis="x", rotation=90)
    ax.set_xlabel("predicted class")
    ax.set_ylabel("true class")
    ax.set_title(f"accuracy {accuracy_score(true, predicted):.4f} on {len(true):,} samples")
    return ax


def misclassified(
    X: ArrayLike,
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    shape: tuple[int, int] | None = None,
    n: int = 25,
    ax: Axes | None = None,
) -> Axes:
    """Draw the first wrongly classified images as one sheet, each under "true→predicted".

    Parameters
    ----------
    X : array-like of shape (n_samples, height * width) or (n_samples, height, width)
        Images, an image a row, pixels from dark (small) to light (large).
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels.
    shape : (height, width), optional
        Shape of an image; not needed for square ones: 64 features are 8 × 8, 784 are 28 × 28.
    n : int, default=25
        The most images to draw.
    ax : matplotlib Axes, optional
        Where to draw; a new figure of pyplot's without it.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ImportError
        Without matplotlib.
    TypeError
        For an `n` that is no integer, or images that are no numbers.
    ValueError
        For lengths or shapes that do not fit together, or features that make no square.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from rosenblatt import plot
    >>> ax = plot.misclassified([[0, 1, 1, 0]] * 3, [1, 2, 3], [1, 7, 3], ax=Figure().subplots())
    >>> ax.get_title()
    '1 of 3 samples misclassified'
    >>> [text.get_text() for text in ax.texts]
    ['2→7']
    """
    true, predicted = _labels(y_true, y_pred)
    images = _images(X, shape, len(true))
    if not isinstance(n, Integral):
        raise TypeError(f"n is a number of images, an integer; got {n!r}")
    if n < 1:
        raise ValueError(f"n has to be at least 1; got {n}")
    wrong = np.flatnonzero(true != predicted)
    shown = wrong[:n]
    ax = _axes(ax, (6.0, 6.4))
    ax.set_axis_off()
    if not len(wrong):
        text = f"none of {len(true):,} samples misclassified"
        ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center")
        return ax

    sheet, corners = _sheet(images[shown])
    ax.imshow(sheet, cmap="gray", interpolation="nearest")
    texts = [f"{true[i]}→{predicted[i]}" for i in shown]
    size = _font_size(ax, texts, sheet.shape, images.shape[1:], corners[0][0])
    for (row, column), text in zip(corners, texts, strict=True):
        center = column + images.shape[2] / 2 - 0.5
        ax.text(center, row - 0.8, text, ha="center", va="bottom", fontsize=size)
    title = f"{len(wrong):,} of {len(true):,} samples misclassified"
    ax.set_title(title if len(shown) == len(wrong) else f"{title}, the first {len(shown)}")
    return ax


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    try:
        from matplotlib.axes import Axes
    except ImportError as error:
        raise ImportError('rosenblatt.plot draws with matplotlib: pip install "rosenblatt[plot]"') from error
    if ax is None:
        from matplotlib import pyplot

        return pyplot.subplots(figsize=size, layout="constrained")[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax has to be a matplotlib Axes; got {type(ax).__name__}")
    return ax


def _curves(estimator: Any) -> tuple[Array, Array | None, str]:
    """Losses and scores of a fitted estimator, and what its scores are called."""
    from sklearn.utils.validation import check_is_fitted

    what = type(estimator).__name__
    if not hasattr(estimator, "loss_curve_"):
        check_is_fitted(estimator)
        raise TypeError(f"{what} has no loss_curve_ to draw: it does not record its losses")
    losses = np.asarray(estimator.loss_curve_, dtype=np.float64)
    if not losses.size:
        raise ValueError(f"the {what} has an empty loss_curve_: no epoch of its training was completed")
    scores = getattr(estimator, "validation_scores_", None)
    # A regressor's score is R²; only classifiers have classes.
    score_name = "validation accuracy" if hasattr(estimator, "classes_") else "validation R²"
    return losses, None if scores is None else np.asarray(scores, dtype=np.float64), score_name


def _epochs(values: Array) -> tuple[Array, Array]:
    return np.arange(1, len(values) + 1), values


def _marked(values: Array) -> int:
    """Every how manieth point gets a marker: about a dozen tell a line from another."""
    return max(1, len(values) // 12)


def _labels(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[Array, Array]:
    true, predicted = np.asarray(y_true), np.asarray(y_pred)
    for name, values in (("y_true", true), ("y_pred", predicted)):
        if values.ndim != 1:
            raise ValueError(f"{name} has to be a list of labels; got the shape {values.shape}")
    if len(true) != len(predicted):
        raise ValueError(f"y_true has {len(true)} labels, but y_pred has {len(predicted)}")
    if not len(true):
        raise ValueError("y_true and y_pred are empty: there is nothing to draw")
    return true, predicted


def _images(X: ArrayLike, shape: tuple[int, int] | None, samples: int) -> Array:
    """X as an array of shape (samples, height, width)."""
    images = np.asarray(X)
    if images.dtype.kind not in "buif":
        raise TypeError(f"X has to hold numbers, the pixels of images; got the dtype {images.dtype}")
    if images.ndim not in (2, 3):
        raise ValueError(
            f"X has to be of shape (samples, pixels) or (samples, height, width); got {images.shape}"
        )
    if len(images) != samples:
        raise ValueError(f"X has {len(images)} rows, but there are {samples} labels")
    pixels = math.prod(images.shape[1:])
    side = math.isqrt(pixels)
    size: tuple[int, ...]
    if shape is not None:
        size = tuple(shape)
    elif images.ndim == 3:
        size = images.shape[1:]
    elif side * side == pixels:
        size = (side, side)
    else:
        raise ValueError(f"{pixels} features make no square image: give shape=(height, width)")
    if len(size) != 2 or min(size) < 1 or math.prod(size) != pixels:
        raise ValueError(f"shape={size} does not fit images of {pixels} pixels")
    return images.reshape(-1, *size)


def _sheet(images: Array) -> tuple[Array, list[tuple[int, int]]]:
    """The images in a grid, with room for a line of text above each, and where each one begins."""
    count, height, width = images.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    above, between = max(2, math.ceil(0.35 * height)), max(1, math.ceil(0.12 * width))
    # NaN is drawn as nothing at all: the gaps have the colour of the paper.
    sheet = np.full((rows * (above + height), columns * (width + between) - between), np.nan)
    corners = []
    for i, image in enumerate(images):
        row = i // columns * (above + height) + above
        column = i % columns * (width + between)
        sheet[row : row + height, column : column + width] = image
        corners.append((row, column))
    return sheet, corners


def _font_size(ax: Axes, texts: list[str], sheet: tuple[int, ...], image: tuple[int, ...], gap: int) -> float:
    """Points at which every text fits over its image: no wider than it, no higher than the gap."""
    extent = ax.get_window_extent()
    pixel = 72 / ax.figure.dpi * min(extent.width / sheet[1], extent.height / sheet[0])
    # A character is about 0.65 as wide as the font is high; a line takes 1.4 times its height.
    return min(11.0, pixel * image[1] / (0.65 * max(map(len, texts))), pixel * gap / 1.4)
