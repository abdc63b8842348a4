"""How the answers of a fitted estimator change with its input."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import ArrayLike

from rosenblatt.margins import linear_network
from rosenblatt.memory import check_memory
from rosenblatt.plain_arrays import rows_to_answer
from rosenblatt.precision import Array
from rosenblatt.threads import thread_count

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP
    from rosenblatt.mlp_classifier import MLPClassifier

__all__ = ["InputGradient"]


class InputGradient:
    """Gradients of an estimator's answers by its input.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0).fit([[0.0], [1.0]], [1.0, 3.0])
    >>> model.input_gradient([[5.0]]).round(3)
    array([[2.]])
    """

    def input_gradient(self, X: ArrayLike, output: int | None = None) -> Array:
        """Compute ∂aˡ/∂x, how each answer changes with every column, by a backward pass for each row.

        sˡ = eⱼ ∘ ḟˡ(nˡ) takes the place of equation 24 for output j, sᵏ = sᵏ⁺¹ (Wᵏ⁺¹)ᵀ ∘ ḟᵏ(nᵏ) (33) follows,
        and ∂aˡⱼ/∂x = s¹ (W¹)ᵀ. The answers are those of `predict_proba`, or of `decision_function` where
        there is none, with several outputs of classes side by side; of a regressor those of `predict`, with
        several quantiles side by side.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.
        output : int or None, default=None
            A column of these answers; None: all of them, or of two classes the second one.

        Returns
        -------
        ndarray of shape (rows, columns), or (rows, outputs, columns)
            The first for one output; dense, in the dtype of the parameters.

        Raises
        ------
        IndexError
            If there is no such output.
        TypeError
            If output is no integer.
        MemoryError
            Where the answer would not fit into memory.

        References
        ----------
        Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks: visualising image classification
        models and saliency maps, 2014.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> X, y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["a", "b", "c"]
        >>> model = MLPClassifier((4,), solver="lbfgs", random_state=0).fit(X, y)
        >>> model.input_gradient(X).shape, model.input_gradient(X, output=2).shape
        ((3, 3, 2), (3, 2))
        """
        model = cast("MLP", self)
        network = model._fitted_network()
        if model.out_activation_ == "hardlimit":
            network = linear_network(cast("MLPClassifier", model))
        classes = _classes_of_one_output(model)
        answers = classes or model.n_outputs_
        wanted = list(range(answers)) if output is None else [_checked_output(output, answers)]
        rows = rows_to_answer(self, X)
        if classes:
            wanted = [0]
        size = rows.shape[0] * len(wanted) * rows.shape[1] * network.theta(1).dtype.itemsize
        check_memory(size, f"the gradients of {len(wanted)} output(s) for {rows.shape[0]} rows")
        gradients: Array = network.input_gradients(rows, wanted, thread_count(model.n_threads))
        if classes == 1:
            gradients[...] = 0  # the only class has the probability 1 everywhere
        elif classes == 2 and output == 0:
            np.negative(gradients, out=gradients)
        return gradients[:, 0] if len(wanted) == 1 else gradients


def _checked_output(output: object, answers: int) -> int:
    if not isinstance(output, Integral) or isinstance(output, bool):
        raise TypeError(f"output must be an integer or None, not {output!r}")
    number = int(output)
    if not 0 <= number < answers:
        raise IndexError(f"outputs are numbered 0 to {answers - 1}; there is no output {number}")
    return number


def _classes_of_one_output(model: MLP) -> int:
    """How many classes, one or two, a single output stands for; 0 where there are other outputs."""
    classes = model.__dict__.get("classes_")
    return len(classes) if isinstance(classes, np.ndarray) and model.n_outputs_ == 1 else 0
