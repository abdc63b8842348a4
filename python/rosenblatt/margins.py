"""Answers that are no probabilities: what the hinge loss and the perceptron rule train."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.metaestimators import available_if

from rosenblatt.class_losses import gives_margins
from rosenblatt.fitted_network import network_of
from rosenblatt.precision import Array, CoreNetwork

if TYPE_CHECKING:
    from rosenblatt.mlp_classifier import MLPClassifier

__all__ = ["Margins"]


class Margins:
    """The part of MLPClassifier that answers with net inputs; not to be used by itself."""

    @available_if(gives_margins)  # type: ignore[untyped-decorator]
    def decision_function(self: Any, X: ArrayLike) -> Array:
        """Compute the net inputs nˡ of the last layer, for the losses "hinge" and "perceptron".

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows,), (rows, classes) or (rows, labels)
            In the dtype of the parameters. Of two classes, above 0 for the second one; of several, the
            largest is that of the answer; of labels, above 0 for a yes.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> model = MLPClassifier((), loss="hinge", learning_rate_init=0.1, random_state=0)
        >>> model = model.fit([[0.0], [1.0]], ["no", "yes"])
        >>> (model.decision_function([[0.0], [1.0]]) > 0).tolist()
        [False, True]
        """
        n = net_inputs(self, X)
        return n[:, 0] if n.shape[1] == 1 and not self._is_multilabel else n


def net_inputs(model: MLPClassifier, X: Any) -> Array:
    """Compute the net inputs of the last layer.

    Parameters
    ----------
    model : MLPClassifier
        Fitted with a loss of margins.
    X : array-like, or sparse matrix or array, of shape (rows, columns)
        Rows.

    Returns
    -------
    ndarray of shape (rows, outputs)
        n of the last layer, which is a for "hinge"; for "perceptron", a is 0 or 1.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.margins import net_inputs
    >>> model = MLPClassifier((), loss="hinge", max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0, 1])
    >>> net_inputs(model, [[0.0], [1.0]]).shape
    (2, 1)
    """
    if "coefs_" not in model.__dict__ or model.out_activation_ == "identity":
        return model._outputs(X)
    linear = model._copy()
    linear._adopt(linear_network(model))
    return linear._outputs(X)


def linear_network(model: MLPClassifier) -> CoreNetwork:
    """Make a network that answers with the net inputs of the last layer.

    Parameters
    ----------
    model : MLPClassifier
        Fitted.

    Returns
    -------
    CoreNetwork
        With a copy of the parameters.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.margins import linear_network
    >>> model = MLPClassifier((), loss="hinge", max_iter=500, tol=0.1).fit([[0.0], [1.0]], [0, 1])
    >>> linear_network(model).activations
    ['Linear']
    """
    dtype = np.dtype(model.coefs_[0].dtype)
    return network_of(model.coefs_, model.intercepts_, model.activation, "identity", model.n_outputs_, dtype)
