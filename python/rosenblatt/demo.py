"""The demonstration of the command line: learn handwritten digits, watch it, and see the result."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from rosenblatt import datasets, plot
from rosenblatt.callbacks import Callback, EpochState

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rosenblatt import MLPClassifier

__all__ = ["run"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Digits:
    """Images and labels to train and to test on, and the settings that suit them."""

    name: str
    source: str
    X_train: Array
    y_train: Array
    X_test: Array
    y_test: Array
    batch_size: int
    epochs: int


def run(
    data: str,
    hidden: Sequence[int],
    epochs: int | None,
    seed: int,
    output: Path,
    quiet: bool,
) -> bool:
    """Train on digits, print how it goes and a summary, and save three pictures.

    Parameters
    ----------
    data : {"auto", "digits", "mnist"}
        "auto" is MNIST where its files are found on this machine, else scikit-learn's digits.
    hidden : sequence of int
        Sizes of the hidden layers.
    epochs : int or None
        None for as many as take a few seconds.
    seed : int
        Of the initial weights, the shuffles and the splits.
    output : Path
        Folder for the pictures; made if it is missing.
    quiet : bool
        Print the summary alone, not the epochs.

    Returns
    -------
    bool
        Whether the training ran to its end; False if Ctrl-C cut it short.

    Raises
    ------
    ImportError
        Without matplotlib.
    OSError, ValueError
        If the folder cannot be written to, or the data are missing or damaged.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from rosenblatt import demo
    >>> with tempfile.TemporaryDirectory() as folder:  # doctest: +ELLIPSIS
    ...     demo.run("digits", [20], 2, 0, Path(folder), quiet=True)
    digits: ...
    True
    """
    if find_spec("matplotlib") is None:
        raise ImportError('the demo draws with matplotlib: pip install "rosenblatt[plot]"')
    _make_writable(output)
    console = Console(highlight=False)
    digits = _load(data, seed)
    rows, pixels = digits.X_train.shape
    console.print(
        f"{digits.name}: {rows:,} images to train on, {len(digits.X_test):,} to test on, "
        f"{pixels} pixels each\nfrom {digits.source}",
        markup=False,
        soft_wrap=True,
    )
    epochs = digits.epochs if epochs is None else epochs
    model, last, interrupted = _train(digits, hidden, epochs, seed, console, quiet)
    if last is None:
        console.print("interrupted before the first epoch was complete: nothing was learned")
        return False
    if interrupted:
        console.print(
            f"interrupted: what follows was learned in {last.n_iter} of {epochs} epochs",
            style="bold yellow",
        )
    predicted = model.predict(digits.X_test)
    _summarize(digits, model, predicted, last, console)
    for path in _draw(digits, model, predicted, output):
        console.print(f"saved {path}", markup=False, soft_wrap=True)
    return not interrupted


def _make_writable(folder: Path) -> None:
    """Find out before the training whether its pictures can be saved."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(f"cannot save pictures in {folder}: {error.strerror}") from error


def _load(data: str, seed: int) -> Digits:
    from sklearn.model_selection import train_test_split

    folder = datasets.find_mnist()
    if data == "mnist" or (data == "auto" and folder is not None):
        X_train, y_train = datasets.mnist("train")
        X_test, y_test = datasets.mnist("test")
        source = str(folder or "OpenML, through scikit-learn")
        return Digits("MNIST", source, _scaled(X_train, 255), y_train, _scaled(X_test, 255), y_test, 200, 10)
    X, y = datasets.digits()
    X_train, X_test, y_train, y_test = train_test_split(
        _scaled(X, 16), y, test_size=0.25, stratify=y, random_state=seed
    )
    return Digits("digits", "scikit-learn's bundled data", X_train, y_train, X_test, y_test, 32, 40)


def _scaled(pixels: Array, largest: int) -> Array:
    return np.divide(pixels, largest, dtype=np.float32)


def _train(
    digits: Digits, hidden: Sequence[int], epochs: int, seed: int, console: Console, quiet: bool
) -> tuple[MLPClassifier, EpochState | None, bool]:
    """The fitted model, its last epoch, and whether Ctrl-C ended the training."""
    from sklearn.exceptions import ConvergenceWarning

    from rosenblatt import MLPClassifier

    last = LastEpoch()
    listeners: list[Callback] = [last]
    with ExitStack() as stack:
        if not quiet and console.is_terminal and not console.is_dumb_terminal:
            listeners.append(stack.enter_context(EpochBar(console, epochs)))
        elif not quiet:
            listeners.append(EpochLines(console))
        model = MLPClassifier(
            tuple(hidden),
            solver="adam",
            batch_size=digits.batch_size,
            max_iter=epochs,
            early_stopping=True,
            validation_fraction=0.1,
            n_iter_no_change=epochs,
            random_state=seed,
            callbacks=listeners,
        )
        caught = stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("always")
        model.fit(digits.X_train, digits.y_train)
    ended_early = last.state is None or last.state.n_iter < epochs
    interrupted = False
    for warning in caught:
        if "interrupted" in str(warning.message):
            interrupted = True
        elif ended_early or not issubclass(warning.category, ConvergenceWarning):
            # All epochs were wanted, so that having taken them is nothing to warn of.
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return model, last.state, interrupted


class LastEpoch:
    """Remembers how far the training came."""

    state: EpochState | None = None

    def on_epoch_end(self, state: EpochState) -> None:
        self.state = state


class EpochLines:
    """A line for each epoch, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def on_epoch_end(self, state: EpochState) -> None:
        self.console.print(
            f"{_epoch(state.n_iter, state.max_iter)}  "
            f"loss {state.loss:.4f}  validation accuracy {state.validation_score:.4f}  "
            f"{_samples_per_second(state):,.0f} samples/s",
            soft_wrap=True,
        )


class EpochBar:
    """A live progress bar."""

    def __init__(self, console: Console, epochs: int) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(compact=True),
            console=console,
        )
        self.task = self.progress.add_task(_epoch(0, epochs), total=epochs, figures="")

    def __enter__(self) -> EpochBar:
        self.progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.progress.stop()

    def on_epoch_end(self, state: EpochState) -> None:
        figures = (
            f"loss {state.loss:.4f}  val. acc. {state.validation_score:.4f}  "
            f"{_samples_per_second(state):,.0f} samples/s"
        )
        epoch = _epoch(state.n_iter, state.max_iter)
        self.progress.update(self.task, completed=state.n_iter, description=epoch, figures=figures)


def _epoch(n_iter: int, max_iter: int) -> str:
    return f"epoch {n_iter:>{len(str(max_iter))}}/{max_iter}"


def _samples_per_second(state: EpochState) -> float:
    return state.n_iter * state.n_samples / max(state.seconds, 1e-9)


def _summarize(
    digits: Digits, model: MLPClassifier, predicted: Array, last: EpochState, console: Console
) -> None:
    from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

    sizes = [model.coefs_[0].shape[0], *(W.shape[1] for W in model.coefs_)]
    figures = {
        "network": " - ".join(map(str, sizes)),
        "test accuracy": f"{accuracy_score(digits.y_test, predicted):.4f}",
        "macro F1": f"{f1_score(digits.y_test, predicted, average='macro'):.4f}",
        "training": f"{last.seconds:.2f} s for {last.n_iter} epochs",
        "speed": f"{_samples_per_second(last):,.0f} samples/s",
    }
    console.print()
    for name, figure in figures.items():
        console.print(f"{name:<15}[bold]{figure}", soft_wrap=True)

    counts = confusion_matrix(digits.y_test, predicted, labels=model.classes_)
    width = len(str(counts.max())) + 2
    heads = "".join(f"{label:>{width}}" for label in model.classes_)
    console.print("\nconfusion matrix (rows: true, columns: predicted)")
    console.print(f"[bold]   {heads}", soft_wrap=True)
    for i, (label, row) in enumerate(zip(model.classes_, counts, strict=True)):
        cells = [f"{count or '':>{width}}" for count in row]
        cells[i] = f"[green]{cells[i]}[/]"
        console.print(f"[bold]{label:>3}[/]{''.join(cells).rstrip()}", soft_wrap=True)
    console.print()


def _draw(digits: Digits, model: MLPClassifier, predicted: Array, output: Path) -> list[Path]:
    # Figures of their own rather than pyplot's, so that no display is needed and no backend chosen.
    from matplotlib.figure import Figure

    pictures: dict[str, tuple[tuple[float, float], Callable[[Axes], object]]] = {
        "learning_curve.png": ((6.4, 4.2), lambda ax: plot.learning_curve(model, ax=ax)),
        "confusion_matrix.png": (
            (6.0, 6.0),
            lambda ax: plot.confusion_matrix(digits.y_test, predicted, ax=ax),
        ),
        "misclassified.png": (
            (6.0, 6.4),
            lambda ax: plot.misclassified(digits.X_test, digits.y_test, predicted, ax=ax),
        ),
    }
    for name, (size, draw) in pictures.items():
        figure = Figure(figsize=size, dpi=150, layout="constrained")
        draw(figure.subplots())
        figure.savefig(output / name)
    return [output / name for name in pictures]
