"""The losses of MLPClassifier: the last layer that each needs, and its name in the core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rosenblatt import _core
from rosenblatt.own_loss import OwnLoss

if TYPE_CHECKING:
    from rosenblatt.mlp_classifier import MLPClassifier

__all__ = ["check_several_outputs", "core_loss", "gives_margins", "gives_probabilities", "out_activation"]

# The losses of which the last layer has other activations than softmax and sigmoid.
_OF_MARGINS = {"hinge": "identity", "perceptron": "hardlimit"}


def out_activation(model: MLPClassifier, has_several_classes: bool) -> str:
    """Name the activation of the last layer that the loss needs.

    Parameters
    ----------
    model : MLPClassifier
        Its parameter loss.
    has_several_classes : bool
        Whether a row belongs to one of more than two classes.

    Returns
    -------
    str
        "identity" for the hinge loss, "hardlimit" for the perceptron rule; else "softmax" or "logistic".

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.class_losses import out_activation
    >>> out_activation(MLPClassifier(), True), out_activation(MLPClassifier(loss="hinge"), True)
    ('softmax', 'identity')
    """
    if isinstance(model.loss, str) and model.loss in _OF_MARGINS:
        return _OF_MARGINS[model.loss]
    return "softmax" if has_several_classes else "logistic"


def check_several_outputs(model: MLPClassifier) -> None:
    """Refuse a loss that several outputs of classes do not have.

    Parameters
    ----------
    model : MLPClassifier
        Its parameter loss.

    Raises
    ------
    ValueError
        For "focal", "hinge" and "perceptron".

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.class_losses import check_several_outputs
    >>> check_several_outputs(MLPClassifier(loss="hinge"))
    Traceback (most recent call last):
    ValueError: several outputs of classes have no loss 'hinge', but 'log_loss', 'squared_error' or a callable
    """
    if isinstance(model.loss, str) and model.loss not in ("log_loss", "squared_error"):
        raise ValueError(
            f"several outputs of classes have no loss {model.loss!r}, but 'log_loss', 'squared_error' or a "
            "callable"
        )


def core_loss(model: MLPClassifier) -> Any:
    """Make the loss that the core takes.

    Parameters
    ----------
    model : MLPClassifier
        Whose targets are known.

    Returns
    -------
    str, LossFunction or OwnLoss
        A name where the loss takes no numbers.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from rosenblatt.class_losses import core_loss
    >>> model = MLPClassifier(label_smoothing=0.1, solver="lbfgs").fit([[0.0], [1.0]], [0, 1])
    >>> core_loss(model).loss, core_loss(model).label_smoothing
    ('binary_log_loss', 0.1)
    """
    if callable(model.loss):
        return OwnLoss(model.loss)
    if model.loss in ("squared_error", "perceptron"):
        return model.loss
    if model.loss == "hinge":
        return "hinge" if model._is_multilabel or model.n_outputs_ == 1 else "class_hinge"
    prefix = "" if model.out_activation_ == "softmax" else "binary_"
    if model.loss == "focal":
        return _core.LossFunction(
            prefix + "focal",
            focal_gamma=model._number("focal_gamma"),
            label_smoothing=model._number("label_smoothing"),
        )
    if model.label_smoothing == 0:
        return prefix + "log_loss"
    return _core.LossFunction(prefix + "log_loss", label_smoothing=model._number("label_smoothing"))


def gives_probabilities(model: MLPClassifier) -> bool:
    """Whether the outputs are probabilities, so that there is a predict_proba.

    Parameters
    ----------
    model : MLPClassifier
        Its parameter loss.

    Returns
    -------
    bool
        True.

    Raises
    ------
    AttributeError
        For a loss of margins, as scikit-learn's `available_if` wants it.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> hasattr(MLPClassifier(), "predict_proba"), hasattr(MLPClassifier(loss="hinge"), "predict_proba")
    (True, False)
    """
    if isinstance(model.loss, str) and model.loss in _OF_MARGINS:
        raise AttributeError(f"probability estimates are not available for loss={model.loss!r}")
    return True


def gives_margins(model: MLPClassifier) -> bool:
    """Whether the outputs are no probabilities, so that there is a decision_function.

    Parameters
    ----------
    model : MLPClassifier
        Its parameter loss.

    Returns
    -------
    bool
        True.

    Raises
    ------
    AttributeError
        For a loss of probabilities, as scikit-learn's `available_if` wants it.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> [hasattr(MLPClassifier(loss=loss), "decision_function") for loss in ("log_loss", "hinge")]
    [False, True]
    """
    if not isinstance(model.loss, str) or model.loss not in _OF_MARGINS:
        raise AttributeError(f"loss={model.loss!r} gives probabilities: predict_proba")
    return True
