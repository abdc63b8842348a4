"""What an export needs to know of a model: its layers, and what the outputs mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from rosenblatt.network import Network
from rosenblatt.precision import Array

__all__ = ["Answer", "ExportedNetwork", "exported_network"]

# Numbers; a class for each row, from a single output, or the largest of several, or one of each group of
# them; labels that are there or not, one for each output.
Answer: TypeAlias = Literal["values", "two classes", "classes", "labels", "several classes"]


@dataclass(frozen=True)
class ExportedNetwork:
    """A fitted model without the library around it.

    Attributes
    ----------
    weights, biases : list of ndarray
        Wᵏ of shape (pᵏ⁻¹, pᵏ) and bᵏ of shape (pᵏ,), finite, copied.
    activations : list of str
        The textbook's name of each layer's f.
    groups : list of int
        Widths of the groups of outputs that have a Softmax, an Ordered or a class each; one at least.
    answer : Answer
        What the outputs mean.
    classes : list of ndarray
        The classes of each target, in order; empty for values.
    is_probability : bool
        Whether the outputs of a classifier are probabilities, rather than net inputs.
    shape : tuple of int
        Of a row of values, as `predict` has it, but never empty.

    Examples
    --------
    >>> from rosenblatt import Perceptron
    >>> from rosenblatt.exported_network import exported_network
    >>> network = exported_network(Perceptron().fit([[-1.0], [1.0]], ["no", "yes"]))
    >>> network.sizes, network.answer, network.is_probability
    ([1, 1], 'two classes', False)
    """

    weights: list[Array]
    biases: list[Array]
    activations: list[str]
    groups: list[int]
    answer: Answer
    classes: list[Array]
    is_probability: bool
    shape: tuple[int, ...]

    @property
    def sizes(self) -> list[int]:
        """Number of inputs, then of perceptrons of each layer."""
        return [self.weights[0].shape[0], *(W.shape[1] for W in self.weights)]

    @property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64, that of the parameters."""
        return self.weights[0].dtype

    @property
    def threshold(self) -> float:
        """What a single output must exceed for a yes, or for the second class."""
        return 0.5 if self.is_probability else 0.0


def exported_network(model: Any) -> ExportedNetwork:
    """Take what an export needs out of a model, with a copy of its parameters.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, Perceptron or Network
        Fitted, unless it is a Network.

    Returns
    -------
    ExportedNetwork
        Of a classifier with a loss of margins, the last layer is Linear: what `decision_function` answers.

    Raises
    ------
    TypeError
        For any other object.
    sklearn.exceptions.NotFittedError
        For an estimator before its `fit`.
    ValueError
        For parameters that are not finite.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.exported_network import exported_network
    >>> exported_network(Network([2, 3, 1], ["ReLU", "Linear"])).answer
    'values'
    """
    if isinstance(model, Network):
        return _of_network(model)
    from sklearn.utils.validation import check_is_fitted

    from rosenblatt.mlp import MLP
    from rosenblatt.mlp_classifier import MLPClassifier
    from rosenblatt.perceptron import Perceptron

    if not isinstance(model, MLP | Perceptron):
        raise TypeError(
            "only a fitted MLPClassifier, MLPRegressor or Perceptron, or a Network, can be exported, not "
            f"{type(model).__name__!r}; of a Pipeline, take the last step"
        )
    check_is_fitted(model)
    if isinstance(model, Perceptron):
        return _of_perceptron(model)
    if isinstance(model, MLPClassifier):
        return _of_classifier(model)
    return _of_regressor(model)


def _of_network(network: Network) -> ExportedNetwork:
    return _checked(
        weights=list(network.W),
        biases=list(network.b),
        activations=network.activations,
        groups=network.groups,
        answer="values",
        shape=(network.sizes[-1],),
    )


def _of_perceptron(model: Any) -> ExportedNetwork:
    coef = model.coef_.toarray() if hasattr(model.coef_, "toarray") else np.asarray(model.coef_)
    dtype = np.float32 if coef.dtype == np.float32 else np.float64
    outputs = len(coef)
    return _checked(
        weights=[coef.T.astype(dtype)],
        biases=[np.broadcast_to(np.asarray(model.intercept_, dtype), outputs)],
        activations=["Linear"],
        answer="two classes" if outputs == 1 else "classes",
        classes=[model.classes_],
        shape=(outputs,),
    )


def _of_classifier(model: Any) -> ExportedNetwork:
    network = model.network_
    is_probability = model.out_activation_ not in ("identity", "hardlimit")
    answer: Answer = "classes"
    classes = [model.classes_]
    if model._is_multilabel:
        answer = "labels"
    elif isinstance(model.classes_, list):
        answer, classes = "several classes", list(model.classes_)
    elif model.n_outputs_ == 1:
        answer = "two classes"
    return _checked(
        weights=list(network.W),
        biases=list(network.b),
        activations=network.activations if is_probability else [*network.activations[:-1], "Linear"],
        groups=network.groups,
        answer=answer,
        classes=classes,
        is_probability=is_probability,
        shape=(model.n_outputs_,),
    )


def _of_regressor(model: Any) -> ExportedNetwork:
    network = _of_network(model.network_)
    groups = network.groups
    is_table = model.out_activation_ == "ordered" and len(groups) > 1
    return replace(network, shape=(len(groups), groups[0])) if is_table else network


def _checked(
    *,
    weights: Sequence[Array],
    biases: Sequence[Array],
    activations: list[str],
    answer: Answer,
    shape: tuple[int, ...],
    groups: Sequence[int] = (),
    classes: Sequence[Array] = (),
    is_probability: bool = False,
) -> ExportedNetwork:
    dtype = np.result_type(*weights, *biases)
    layers = [np.array(W, dtype, order="C") for W in weights], [np.array(b, dtype) for b in biases]
    for name, arrays in zip("Wb", layers, strict=True):
        for k, values in enumerate(arrays, start=1):
            if not np.isfinite(values).all():
                where = ", ".join(map(str, np.argwhere(~np.isfinite(values))[0]))
                raise ValueError(
                    f"{name}[{k}][{where}] is not finite, and such a network has no answers to export; train "
                    "it anew"
                )
    return ExportedNetwork(
        weights=layers[0],
        biases=layers[1],
        activations=list(activations),
        groups=list(groups) or [layers[0][-1].shape[1]],
        answer=answer,
        classes=list(classes),
        is_probability=is_probability,
        shape=shape,
    )
