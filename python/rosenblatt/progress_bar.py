"""A callback that shows how far a training is."""

from __future__ import annotations

import sys
from typing import Any, Protocol, TextIO

from rosenblatt.training_states import EpochState, FitState

__all__ = ["ProgressBar"]


class _Display(Protocol):
    def show(self, state: EpochState) -> None: ...

    def close(self) -> None: ...


class ProgressBar:
    """Show the epoch, the loss, the score, the speed and the time that is left.

    On a terminal and in a notebook it is a bar, if the package rich is installed; elsewhere a line for each
    epoch.

    Parameters
    ----------
    file : text file or None, default=None
        Where to write; None: ``sys.stdout`` as it is when the training begins.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.callbacks import ProgressBar
    >>> model = MLPRegressor(solver="lbfgs", max_iter=100, callbacks=[ProgressBar()], random_state=0)
    >>> model = model.fit([[0.0], [1.0]], [0.0, 1.0])
    iteration   1/100  loss 0.0...
    """

    def __init__(self, file: TextIO | None = None) -> None:
        self.file = file
        self._display: _Display | None = None

    def __repr__(self) -> str:
        return "ProgressBar()" if self.file is None else f"ProgressBar(file={self.file!r})"

    def on_fit_begin(self, state: FitState) -> None:
        """Choose the form."""
        file = sys.stdout if self.file is None else self.file
        unit = "iteration" if state.batches is None else "epoch"
        self._display = _bar(file, unit, state.max_iter) or _Lines(file, unit)

    def on_epoch_end(self, state: EpochState) -> None:
        """Show an epoch."""
        if self._display is not None:
            self._display.show(state)

    def on_fit_end(self, state: FitState) -> None:
        """Leave the terminal as it was."""
        if self._display is not None:
            self._display.close()
        self._display = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_display": None}

    def __deepcopy__(self, memo: dict[int, Any]) -> ProgressBar:
        """Make one for scikit-learn's clone, which writes to the same file."""
        return ProgressBar(self.file)


class _Lines:
    def __init__(self, file: TextIO, unit: str) -> None:
        self._file, self._unit = file, unit

    def show(self, state: EpochState) -> None:
        left = (state.max_iter - state.n_iter) * state.seconds / state.n_iter
        print(
            f"{_counted(self._unit, state.n_iter, state.max_iter)}  {_figures(state)}  {_clock(left)} left",
            file=self._file,
            flush=True,
        )

    def close(self) -> None:
        pass


def _bar(file: TextIO, unit: str, max_iter: int) -> _Display | None:
    """A bar of rich's, if it is installed and `file` is where one can move."""
    try:
        from rich.console import Console
    except ImportError:
        return None
    console = Console(file=file)
    if not console.is_jupyter and (not console.is_terminal or console.is_dumb_terminal):
        return None
    return _Bar(console, unit, max_iter)


class _Bar:
    def __init__(self, console: Any, unit: str, max_iter: int) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._unit = unit
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(compact=True),
            console=console,
        )
        self._task = self._progress.add_task(_counted(unit, 0, max_iter), total=max_iter, figures="")
        self._progress.start()

    def show(self, state: EpochState) -> None:
        described = _counted(self._unit, state.n_iter, state.max_iter)
        self._progress.update(
            self._task, completed=state.n_iter, description=described, figures=_figures(state)
        )

    def close(self) -> None:
        self._progress.stop()


def _counted(unit: str, n_iter: int, max_iter: int) -> str:
    return f"{unit} {n_iter:>{len(str(max_iter))}}/{max_iter}"


def _figures(state: EpochState) -> str:
    figures = [f"loss {state.loss:.4g}"]
    if state.validation_loss is not None:
        figures.append(f"validation loss {state.validation_loss:.4g}")
    if state.validation_score is not None:
        figures.append(f"validation score {state.validation_score:.4f}")
    figures.append(f"{state.n_iter * state.n_samples / max(state.seconds, 1e-9):,.0f} rows/s")
    return "  ".join(figures)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
