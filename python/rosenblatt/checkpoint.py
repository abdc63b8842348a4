"""A callback that saves the estimator while it is trained."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass, field
from pathlib import Path

from rosenblatt.atomic_file import atomic_file
from rosenblatt.monitor import Monitor, check_monitor
from rosenblatt.ranges import whole
from rosenblatt.training_states import EpochState, FitState

__all__ = ["Checkpoint"]


@dataclass(eq=False)
class Checkpoint:
    """Save the estimator, fitted as of the epoch, as a pickle.

    The file always holds a whole estimator: it is written beside its place, flushed to the disk and then
    moved there. What is read from it predicts, goes on with ``warm_start=True``, or with ``partial_fit``
    and the optimizer as of that epoch. Its pickle holds the estimator's callbacks, too, this one among them.

    Parameters
    ----------
    path : str or Path
        The file, in a folder that is there.
    every : int, default=1
        Save after every so many epochs.
    save_best_only : bool, default=False
        Save, of these epochs, only one that is better than all of them before it, by `monitor`.
    monitor : {"loss", "validation_loss", "validation_score"}, default="loss"
        What tells which epoch is better.

    Raises
    ------
    ValueError
        For parameters out of range; by ``fit``, for something to be watched that there is not.
    FileNotFoundError
        By ``fit``, before the training, where the folder is missing. An error of writing ends the training.

    Examples
    --------
    >>> import pickle, tempfile
    >>> from pathlib import Path
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.callbacks import Checkpoint
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "model.pickle"
    >>> model = MLPRegressor(tol=0.1, callbacks=[Checkpoint(path, every=5)])
    >>> model = model.fit([[0.0], [1.0]], [0.0, 1.0])
    >>> pickle.loads(path.read_bytes()).n_iter_ == model.n_iter_ // 5 * 5
    True
    >>> folder.cleanup()
    """

    path: str | os.PathLike[str]
    every: int = field(default=1, kw_only=True)
    save_best_only: bool = field(default=False, kw_only=True)
    monitor: str = field(default="loss", kw_only=True)

    def __post_init__(self) -> None:
        self.path = os.fspath(self.path)
        whole("every", self.every)
        check_monitor(self.monitor)

    def on_fit_begin(self, state: FitState) -> None:
        """Look whether there is a place to write to."""
        folder = Path(self.path).parent
        if not folder.is_dir():
            raise FileNotFoundError(f"there is no folder {str(folder)!r} to save {self.path!r} in")
        self._monitor = Monitor(self.monitor, 0.0, state) if self.save_best_only else None

    def on_epoch_end(self, state: EpochState) -> None:
        """Save, if it is time to."""
        if state.n_iter % self.every == 0 and (self._monitor is None or self._monitor.improves(state)):
            self._save(state)

    def _save(self, state: EpochState) -> None:
        with atomic_file(self.path) as file:
            pickle.dump(state.model, file, protocol=pickle.HIGHEST_PROTOCOL)
