"""Values of Python as JSON and tensors, and back: for model files."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rosenblatt import _core
from rosenblatt.model_file import DTYPES, ModelFileError
from rosenblatt.patience import Patience
from rosenblatt.precision import Array

__all__ = ["Reader", "Writer"]

_LOSS_NUMBERS = ("huber_delta", "tweedie_power", "focal_gamma", "label_smoothing", "quantiles")
_LARGEST_TEXTS = 2**28
_PLAIN = (bool, int, float, str, type(None))
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class Writer:
    """Turns values into what JSON has; arrays become tensors.

    None, bool, int, float, str and list stand for themselves. Everything else is an object whose only name
    says what it is; docs/model-files.md lists them.

    Attributes
    ----------
    tensors : dict of ndarray
        By their names, the places of the arrays.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.model_values import Writer
    >>> writer = Writer()
    >>> writer.encoded((1, np.array([2.0])), "pair")
    {'tuple': [1, {'tensor': 'pair.1'}]}
    >>> writer.tensors
    {'pair.1': array([2.])}
    """

    def __init__(self) -> None:
        self.tensors: dict[str, Array] = {}

    def encoded(self, value: Any, place: str) -> Any:
        """Encode a value.

        Parameters
        ----------
        value : object
            Any value.
        place : str
            Where it stands, for its tensors' names and for errors.

        Returns
        -------
        object
            Of JSON.

        Raises
        ------
        TypeError
            For what a file cannot hold.

        Examples
        --------
        >>> from rosenblatt.model_values import Writer
        >>> Writer().encoded(float("inf"), "tol")
        {'float': 'inf'}
        """
        if isinstance(value, np.generic) and value.dtype.kind in "biufU":
            value = value.item()
        if type(value) is float and not math.isfinite(value):
            return {"float": str(value)}
        if type(value) in _PLAIN:
            return value
        if type(value) in (list, tuple):
            items = [self.encoded(item, f"{place}.{i}") for i, item in enumerate(value)]
            return items if type(value) is list else {"tuple": items}
        if type(value) is dict:
            return {
                "dict": [
                    [self.encoded(key, f"{place} key"), self.encoded(item, f"{place}.{key}")]
                    for key, item in value.items()
                ]
            }
        if type(value) is np.ndarray:
            return self._array(value, place)
        if type(value) is np.random.RandomState:
            return self._random_state(value, place)
        if isinstance(value, _core.LossFunction):
            numbers = {name: getattr(value, name) for name in _LOSS_NUMBERS}
            return {"loss": [value.loss, self.encoded(numbers, place)]}
        if isinstance(value, Patience):
            parts = [value.best_score, value.best, value.waited]
            return {"patience": self.encoded(parts, place)}
        if getattr(value, "format", None) == "csr":
            return self._csr(value, place)
        raise TypeError(
            f"{place} is {value!r}, of type {type(value).__name__!r}, which a model file cannot hold: it has "
            "no code and no objects of a user's; set it to something else before saving, or pickle the model"
        )

    def _array(self, value: Array, place: str) -> Any:
        if value.dtype.kind in "UO":
            texts = value.ravel().tolist()
            if value.dtype.kind == "O" and not all(type(item) in _PLAIN for item in texts):
                raise TypeError(
                    f"{place} holds other objects than texts and numbers, which no model file can"
                )
            kind = "object" if value.dtype.kind == "O" else "str"
            items = [self.encoded(item, place) for item in texts]
            return {"array": [kind, list(value.shape), items]}
        native = value.dtype.newbyteorder("=")
        if native not in DTYPES.values():
            raise TypeError(
                f"{place} is an array of the type {value.dtype}, which a model file cannot hold; as texts or "
                "numbers it could"
            )
        self.tensors[place] = np.array(value, native, order="C")
        return {"tensor": place}

    def _random_state(self, value: np.random.RandomState, place: str) -> Any:
        state: dict[str, Any] = dict(value.get_state(legacy=False))
        if state["bit_generator"] != "MT19937":
            raise TypeError(
                f"{place} draws from {state['bit_generator']}; a model file can hold MT19937 only"
            )
        twister = state["state"]
        parts = [twister["key"], int(twister["pos"]), int(state["has_gauss"]), float(state["gauss"])]
        return {"random_state": self.encoded(parts, place)}

    def _csr(self, value: Any, place: str) -> Any:
        parts = [list(value.shape), value.data, value.indices, value.indptr]
        return {"csr": self.encoded(parts, place)}


class Reader:
    """Turns what a `Writer` made into values again.

    Parameters
    ----------
    tensors : dict of ndarray
        Of the file.

    Examples
    --------
    >>> from rosenblatt.model_values import Reader
    >>> Reader({}).decoded({"tuple": [1, {"float": "inf"}]}, "pair")
    (1, inf)
    """

    def __init__(self, tensors: dict[str, Array]) -> None:
        self._left = dict(tensors)

    def decoded(self, value: Any, place: str) -> Any:
        """Decode a value.

        Parameters
        ----------
        value : object
            Of JSON.
        place : str
            Where it stands.

        Returns
        -------
        object
            What was encoded.

        Raises
        ------
        ModelFileError
            For what no `Writer` makes.

        Examples
        --------
        >>> from rosenblatt.model_values import Reader
        >>> Reader({}).decoded({"pickle": "..."}, "model")
        Traceback (most recent call last):
        rosenblatt.model_file.ModelFileError: model holds a value of an unknown kind, 'pickle'
        """
        if type(value) in _PLAIN:
            return value
        if type(value) is list:
            return [self.decoded(item, f"{place}.{i}") for i, item in enumerate(value)]
        if type(value) is not dict or len(value) != 1:
            raise ModelFileError(f"{place} holds a value that names no kind")
        ((kind, content),) = value.items()
        decode = _KINDS.get(kind)
        if decode is None:
            raise ModelFileError(f"{place} holds a value of an unknown kind, {kind!r}")
        try:
            return decode(self, content, place)
        except ModelFileError:
            raise
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError) as error:
            raise ModelFileError(f"{place} is no right {kind} ({error})") from None

    def check_all_read(self) -> None:
        """Refuse tensors that no value has named.

        Raises
        ------
        ModelFileError
            If there are any.

        Examples
        --------
        >>> from rosenblatt.model_values import Reader
        >>> Reader({}).check_all_read()
        """
        if self._left:
            raise ModelFileError(f"it has tensors that belong nowhere: {', '.join(sorted(self._left))}")

    def _float(self, content: Any, place: str) -> float:
        return _NOT_FINITE[content]

    def _tuple(self, content: Any, place: str) -> tuple[Any, ...]:
        return tuple(self._parts(content, place))

    def _dict(self, content: Any, place: str) -> dict[Any, Any]:
        pairs = [(self.decoded(key, place), self.decoded(item, f"{place}.{key}")) for key, item in content]
        if len(dict(pairs)) != len(pairs):
            raise ModelFileError(f"{place} has a key twice")
        return dict(pairs)

    def _tensor(self, content: Any, place: str) -> Array:
        if content not in self._left:
            raise ModelFileError(f"{place} should be the tensor {content!r}, which is missing")
        return self._left.pop(content)

    def _array(self, content: Any, place: str) -> Array:
        kind, shape, items = content
        values = self._parts(items, place)
        expected = {"str": (str,), "object": _PLAIN}[kind]
        if not all(type(item) in expected for item in values) or math.prod(shape) != len(values):
            raise ModelFileError(f"{place} is an array of {kind} whose shape or contents are wrong")
        # NumPy gives every text the room of the longest.
        if kind == "str" and len(values) * max(map(len, values), default=0) > _LARGEST_TEXTS:
            raise ModelFileError(f"{place} holds texts that would take gigabytes as an array")
        array = np.array(values, str) if kind == "str" else np.empty(len(values), object)
        array[:] = values
        return array.reshape(shape)

    def _random_state(self, content: Any, place: str) -> np.random.RandomState:
        key, position, has_gauss, gauss = self._parts(content, place)
        if type(key) is not np.ndarray or (key.dtype, key.shape) != (np.dtype(np.uint32), (624,)):
            raise ModelFileError(f"{place} is not the state of a Mersenne Twister")
        if type(position) is not int or not 0 <= position <= 624 or has_gauss not in (0, 1):
            raise ModelFileError(f"{place} is a Mersenne Twister at a place that it does not have")
        random = np.random.RandomState(0)
        random.set_state(("MT19937", key, position, has_gauss, float(gauss)))
        return random

    def _loss(self, content: Any, place: str) -> _core.LossFunction:
        name, numbers = content
        return _core.LossFunction(name, **self.decoded(numbers, place))

    def _patience(self, content: Any, place: str) -> Patience:
        score, best, waited = self._parts(content, place)
        if type(score) is not float or type(waited) is not int or waited < 0:
            raise ModelFileError(f"{place} counts what cannot be counted")
        return Patience(score, best, waited)

    def _csr(self, content: Any, place: str) -> Any:
        from scipy.sparse import csr_matrix

        shape, data, indices, indptr = self._parts(content, place)
        if not all(type(part) is np.ndarray for part in (data, indices, indptr)):
            raise ModelFileError(f"{place} is a sparse matrix without its arrays")
        matrix = csr_matrix((data, indices, indptr), shape=tuple(shape))
        matrix.check_format(full_check=True)
        return matrix

    def _parts(self, content: Any, place: str) -> list[Any]:
        if type(content) is not list:
            raise ModelFileError(f"{place} should be a list")
        return [self.decoded(item, f"{place}.{i}") for i, item in enumerate(content)]


_KINDS: dict[str, Any] = {
    "float": Reader._float,
    "tuple": Reader._tuple,
    "dict": Reader._dict,
    "tensor": Reader._tensor,
    "array": Reader._array,
    "random_state": Reader._random_state,
    "loss": Reader._loss,
    "patience": Reader._patience,
    "csr": Reader._csr,
}
