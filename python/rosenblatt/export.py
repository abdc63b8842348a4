"""Trained networks for where there is no Python: a file of C99, or an ONNX model."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import ArrayLike

from rosenblatt.atomic_file import atomic_file

if TYPE_CHECKING:
    from rosenblatt.exported_network import ExportedNetwork
    from rosenblatt.precision import Array

__all__ = ["register_with_skl2onnx", "to_c", "to_onnx"]


def to_c(
    model: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    precision: Literal["float32", "int8"] = "float32",
    name: str = "model",
    calibration: ArrayLike | None = None,
) -> str:
    """Write a model as one self-contained file of C99, which allocates nothing and needs only <math.h>.

    It defines ``void NAME_predict(const float *x, float *out)`` for one row; for a classifier, too,
    ``int NAME_classify(const float *x)``, the index of a class in the list that the file begins with, or, for
    several labels or outputs, ``void NAME_classify(const float *x, int *labels)``. ``NAME_inputs`` and
    ``NAME_outputs`` are the lengths of x and out. Nothing is static but constants: any thread may call them.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, Perceptron or Network
        Fitted, unless it is a Network.
    path : str, path-like or None, default=None
        Where to write the file, whole or not at all; None: nowhere.
    precision : {"float32", "int8"}
        Of weights and products. "int8" rounds weights to 8 bits with a scale for each column, and what goes
        into a layer with a scale for each layer; it sums up in int32 and needs <stdint.h>.
    name : str, default="model"
        What all names in the file begin with, so that several fit into one program.
    calibration : array-like, or sparse matrix or array, of shape (rows, columns), or None, default=None
        Rows like those to come, from which "int8" takes the ranges of all activations.

    Returns
    -------
    str
        The file's text, of ASCII characters. ``out`` is the row of `predict` of a regressor, of
        `predict_proba` of a classifier, or of `decision_function` where there are no probabilities.

    Raises
    ------
    TypeError
        For another kind of model.
    sklearn.exceptions.NotFittedError
        For an estimator before its `fit`.
    ValueError
        For parameters that are not finite or beyond the range of float32, a name that is none in C, an
        unknown precision, and for calibration rows without "int8", or "int8" without them.
    OSError
        Where the file cannot be written.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.export import to_c
    >>> source = to_c(Network([2, 1], "Sigmoid"), name="gate")
    >>> [line for line in source.splitlines() if line.startswith("void")][0]
    'void gate_predict(const float *x, float *out);'
    """
    if precision not in ("float32", "int8"):
        raise ValueError(f"precision must be 'float32' or 'int8', not {precision!r}")
    # C keeps names that begin with an underscore to itself.
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", str(name)):
        raise ValueError(
            f"name must be one in C, a letter and then letters, digits or underscores; got {name!r}"
        )
    if (precision == "int8") != (calibration is not None):
        raise ValueError(
            "precision='int8' needs calibration=X, rows from which it takes the ranges of the activations"
            if precision == "int8"
            else "calibration is for precision='int8'; float32 has no ranges to take from it"
        )
    from rosenblatt.c_layers import float32_layers
    from rosenblatt.c_source import c_source
    from rosenblatt.exported_network import exported_network

    network = exported_network(model)
    if precision == "float32":
        code = float32_layers(network, name)
    else:
        from rosenblatt.c_int8 import int8_layers

        code = int8_layers(network, name, _calibration_rows(model, network, calibration))
    source = c_source(network, name, code)
    if path is not None:
        with atomic_file(path) as file:
            file.write(source.encode("ascii"))
    return source


def to_onnx(model: Any, path: str | os.PathLike[str] | None = None) -> Any:
    """Make an ONNX model, for onnxruntime and whatever else reads that format.

    Its input ``X`` takes any number of rows, in float64 if the parameters are, else in float32. A classifier
    answers with ``label`` and ``probabilities``, of shape (rows, classes), as skl2onnx names them, or with
    ``scores``, the columns of `decision_function`, where there are no probabilities; for several outputs of
    classes, with ``label_0``, ``probabilities_0``, ``label_1`` and so on. A regressor and a Network answer
    with ``variable``, of shape (rows, outputs), or (rows, outputs, quantiles).

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, Perceptron or Network
        Fitted, unless it is a Network.
    path : str, path-like or None, default=None
        Where to write the model, whole or not at all; None: nowhere.

    Returns
    -------
    onnx.ModelProto
        Of opset 17 and IR version 8; labels are of int64, float64 or strings, as the classes are.

    Raises
    ------
    ImportError
        Without the package onnx.
    TypeError
        For another kind of model, and for classes of another kind.
    sklearn.exceptions.NotFittedError
        For an estimator before its `fit`.
    ValueError
        For parameters that are not finite or take 2 GiB, and for classes beyond int64.
    OSError
        Where the file cannot be written.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.export import to_onnx
    >>> model = MLPClassifier((4,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], ["no", "yes"])
    >>> [output.name for output in to_onnx(model).graph.output]
    ['label', 'probabilities']
    """
    _need("onnx", "to_onnx needs onnx")
    from rosenblatt.exported_network import exported_network
    from rosenblatt.onnx_model import onnx_model

    exported = onnx_model(exported_network(model))
    if path is not None:
        with atomic_file(path) as file:
            file.write(exported.SerializeToString())
    return exported


def register_with_skl2onnx() -> None:
    """Teach skl2onnx our estimators, so that it converts a Pipeline that ends in one of them.

    ``skl2onnx.to_onnx(pipeline, X[:1])`` then works as with scikit-learn's estimators. All is computed in the
    type of X. Where there are no probabilities, the net inputs take their place, as for scikit-learn's
    Perceptron; of two classes, with both signs.

    Raises
    ------
    ImportError
        Without the packages onnx and skl2onnx.

    Examples
    --------
    >>> from rosenblatt.export import register_with_skl2onnx
    >>> register_with_skl2onnx()
    """
    _need("onnx", "register_with_skl2onnx needs onnx and skl2onnx")
    _need("skl2onnx", "register_with_skl2onnx needs onnx and skl2onnx")
    from rosenblatt.skl2onnx_converter import register

    register()


def _need(package: str, problem: str) -> None:
    if find_spec(package) is None:
        raise ImportError(f"{problem}: pip install 'rosenblatt[onnx]'")


def _calibration_rows(model: Any, network: ExportedNetwork, rows: Any) -> Array:
    """Check rows as `predict` of this model does; sparse ones become CSR."""
    from rosenblatt.network import Network
    from rosenblatt.network_numbers import checked_x

    if isinstance(model, Network):
        rows = rows.toarray() if hasattr(rows, "toarray") else rows
        return checked_x(rows, network.sizes, network.dtype)[0]
    from sklearn.utils.validation import validate_data

    checked: Array = validate_data(model, rows, accept_sparse="csr", dtype=network.dtype, reset=False)
    return checked
