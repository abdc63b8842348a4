"""Models as files, which run no code when they are loaded: safetensors with a header of JSON."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rosenblatt import model_file
from rosenblatt.model_file import ModelFileError

if TYPE_CHECKING:
    from rosenblatt.network import Network

__all__ = ["ModelFileError", "load", "load_network", "save"]

_Model = TypeVar("_Model")


def save(model: Any, path: str | os.PathLike[str], *, with_optimizer: bool = False) -> None:
    """Write a model into a file.

    The file is written whole or not at all: it takes its place when all of it is on the disk.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, Perceptron or Network
        Fitted, unless it is a Network. It is not changed.
    path : str or path-like
        Where; by custom its name ends in ``.safetensors``.
    with_optimizer : bool, default=False
        Whether with the optimizer's moments, batch normalisation before it is folded and the patience of
        early stopping, so that `partial_fit` goes on as it would have, bit for bit. The file is thrice as
        long, then. A Perceptron and a Network have none of these.

    Raises
    ------
    TypeError
        For another kind of model, a class derived from one, and for a parameter that a file cannot hold: a
        function, callbacks.
    sklearn.exceptions.NotFittedError
        For an estimator before its `fit`.
    ModelFileError
        For a model that could not be loaded again, say with parameters that are not finite.
    OSError
        Where the file cannot be written; what was there before is still there.
    ImportError
        Without the package safetensors: ``pip install 'rosenblatt[files]'``.

    Examples
    --------
    >>> import tempfile
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.io import load, save
    >>> X = [[0.0], [1.0]]
    >>> model = MLPRegressor(solver="lbfgs", random_state=0).fit(X, [1.0, 3.0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.safetensors")
    ...     loaded = load(f"{folder}/model.safetensors")
    >>> bool((loaded.predict(X) == model.predict(X)).all())
    True
    """
    from rosenblatt.model_content import content_of, model_of

    data = model_file.packed(*content_of(model, with_optimizer=with_optimizer))
    try:
        # A file that nobody can read is found out now, not when the model is gone.
        model_of(*model_file.unpacked(data))
    except ModelFileError as error:
        raise ModelFileError(f"this {type(model).__name__} cannot be saved: {error}") from None
    model_file.write(path, data)


def load(path: str | os.PathLike[str]) -> Any:
    """Read a model from a file that `save` has written.

    Nothing in the file is run or imported by its name; every name, type and shape in it is checked before a
    model is made of it. So a file from anywhere may be tried.

    Parameters
    ----------
    path : str or path-like
        Where.

    Returns
    -------
    MLPClassifier, MLPRegressor, Perceptron or Network
        With the same parameters, attributes and predictions, bit for bit.

    Raises
    ------
    ModelFileError
        For a file that is no model, was damaged, or is of a later format; a ValueError.
    OSError
        Where there is no such file, or it cannot be read.
    ImportError
        Without the package safetensors: ``pip install 'rosenblatt[files]'``.

    Examples
    --------
    >>> import tempfile
    >>> from rosenblatt import Network
    >>> from rosenblatt.io import load, save
    >>> network = Network([2, 3, 1], ["Tanh", "Linear"]).initialize(0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(network, f"{folder}/network.safetensors")
    ...     load(f"{folder}/network.safetensors").activations
    ['Tanh', 'Linear']
    """
    from rosenblatt.model_content import model_of

    return _made(model_of, path)


def load_network(path: str | os.PathLike[str]) -> Network:
    """Read the network of a model from a file, whatever kind of model it is of, without scikit-learn.

    It takes a fraction of the time of `load` in a process that has not imported scikit-learn yet.

    Parameters
    ----------
    path : str or path-like
        Of a file that `save` has written.

    Returns
    -------
    Network
        What `network_` of an MLPClassifier or MLPRegressor is: `forward` answers with the outputs, one for
        each class in the order of `classes_`, or, of two classes, the probability of the second. Of a
        Perceptron, hard limits over its units, whose net inputs ``n[1]`` are its `decision_function`.

    Raises
    ------
    ModelFileError, OSError, ImportError
        As for `load`.

    Examples
    --------
    >>> import tempfile
    >>> from rosenblatt import MLPRegressor
    >>> from rosenblatt.io import load_network, save
    >>> X = [[0.0], [1.0]]
    >>> model = MLPRegressor(solver="lbfgs", random_state=0).fit(X, [1.0, 3.0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.safetensors")
    ...     network = load_network(f"{folder}/model.safetensors")
    >>> network.forward(X).shape
    (2, 1)
    """
    from rosenblatt.model_content import network_of

    return _made(network_of, path)


def _made(make: Callable[..., _Model], path: str | os.PathLike[str]) -> _Model:
    header, tensors = model_file.read(path)
    try:
        return make(header, tensors)
    except RecursionError:
        raise ModelFileError(f"{str(Path(path))!r}: its values are nested too deeply") from None
    except ModelFileError as error:
        raise ModelFileError(f"{str(Path(path))!r}: {error}") from None
