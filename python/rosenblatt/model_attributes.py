"""What each attribute of a fitted estimator may be: for model files, which are trusted in nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rosenblatt.model_file import ModelFileError
from rosenblatt.patience import Patience

__all__ = ["TRAINING_STATE", "check_attributes", "check_like"]

# What only a training that goes on needs.
TRAINING_STATE = ("_optimizer", "_optimizer_options", "_batch_norm", "_patience")

_PROGRESS = {"best_loss", "best_validation_score", "no_improvement", "samples"}


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_positive(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_bool(value: Any) -> bool:
    return type(value) is bool


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_number_or_none(value: Any) -> bool:
    return value is None or _is_number(value)


def _is_curve(value: Any) -> bool:
    return value is None or (type(value) is list and all(map(_is_number, value)))


def _is_parameters(value: Any) -> bool:
    return type(value) is list and all(
        type(array) is np.ndarray and array.dtype in (np.float32, np.float64) for array in value
    )


def _is_list_of_classes(value: Any) -> bool:
    if type(value) is list:
        return len(value) > 0 and all(type(one) is np.ndarray and _is_list_of_classes(one) for one in value)
    return type(value) is np.ndarray and value.ndim == 1 and len(value) > 0


def _is_names(value: Any) -> bool:
    return type(value) is np.ndarray and value.ndim == 1 and all(type(name) is str for name in value)


def _is_output_config(value: Any) -> bool:
    return type(value) is dict and set(value) <= {"transform"} and all(map(_is_container, value.values()))


def _is_container(value: Any) -> bool:
    return value in (None, "default", "pandas", "polars")


def _is_progress(value: Any) -> bool:
    return type(value) is dict and set(value) <= _PROGRESS and all(map(_is_number, value.values()))


def _is_dict_or_none(value: Any) -> bool:
    return value is None or type(value) is dict


def _is_loss(value: Any) -> bool:
    return type(value) is str or hasattr(value, "huber_delta")


def _is_patience(value: Any) -> bool:
    return value is None or isinstance(value, Patience)


def _is_matrix(value: Any) -> bool:
    return (type(value) is np.ndarray or getattr(value, "format", None) == "csr") and (
        value.ndim == 2 and value.dtype in (np.float32, np.float64)
    )


def _is_vector(value: Any) -> bool:
    return type(value) is np.ndarray and value.ndim == 1 and value.dtype in (np.float32, np.float64)


_Checks = dict[str, Callable[[Any], bool]]

_EVERY: _Checks = {
    "n_features_in_": _is_positive,
    "feature_names_in_": _is_names,
    "_sklearn_output_config": _is_output_config,
}
_MLP: _Checks = {
    **_EVERY,
    "coefs_": _is_parameters,
    "intercepts_": _is_parameters,
    **dict.fromkeys(("n_outputs_", "n_layers_"), _is_positive),
    **dict.fromkeys(("n_iter_", "t_", "best_start_", "_epochs"), _is_count),
    "stopped_": _is_bool,
    "out_activation_": _is_text,
    "_trained_loss": _is_loss,
    **dict.fromkeys(("loss_", "mu_", "effective_parameters_", "alpha_", "beta_"), _is_number),
    **dict.fromkeys(("best_loss_", "best_validation_score_", "_ratio"), _is_number_or_none),
    **dict.fromkeys(
        ("loss_curve_", "validation_scores_", "validation_loss_curve_", "start_losses_"), _is_curve
    ),
    "_progress": _is_progress,
    **dict.fromkeys(("_optimizer", "_optimizer_options", "_batch_norm"), _is_dict_or_none),
    "_patience": _is_patience,
}
_CHECKS: dict[str, _Checks] = {
    "MLPClassifier": {**_MLP, "classes_": _is_list_of_classes, "_is_multilabel": _is_bool},
    "MLPRegressor": {**_MLP, "_levels": _is_positive},
    "Perceptron": {
        **_EVERY,
        "classes_": _is_list_of_classes,
        "coef_": _is_matrix,
        "intercept_": _is_vector,
        "t_": _is_number,
        "n_iter_": _is_count,
    },
}

_MLP_NEEDS = {
    *("n_features_in_", "coefs_", "intercepts_", "n_outputs_", "n_layers_", "out_activation_"),
    *("n_iter_", "t_", "loss_", "loss_curve_", "best_loss_", "_trained_loss", "_progress"),
}
_NEEDS = {
    "MLPClassifier": {*_MLP_NEEDS, "classes_", "_is_multilabel"},
    "MLPRegressor": _MLP_NEEDS,
    "Perceptron": {"n_features_in_", "classes_", "coef_", "intercept_", "t_", "n_iter_"},
}


def check_attributes(kind: str, attributes: Mapping[str, Any]) -> None:
    """Refuse attributes that a fitted estimator of this kind does not have, or not so.

    Parameters
    ----------
    kind : {"MLPClassifier", "MLPRegressor", "Perceptron"}
        The class.
    attributes : dict
        By their names.

    Raises
    ------
    ModelFileError
        Which names the first one.

    Examples
    --------
    >>> from rosenblatt.model_attributes import check_attributes
    >>> check_attributes("Perceptron", {"predict": None})
    Traceback (most recent call last):
    rosenblatt.model_file.ModelFileError: a Perceptron has no attribute 'predict' that a model file can hold
    """
    checks = _CHECKS[kind]
    for name, value in attributes.items():
        if name not in checks:
            raise ModelFileError(f"a {kind} has no attribute {name!r} that a model file can hold")
        if not checks[name](value):
            raise ModelFileError(f"the attribute {name} of a {kind} cannot be {value!r:.80}")
    missing = _NEEDS[kind] - set(attributes)
    if missing:
        raise ModelFileError(f"the {kind} lacks {', '.join(sorted(missing))}")
    names = attributes.get("feature_names_in_")
    if names is not None and len(names) != attributes["n_features_in_"]:
        raise ModelFileError(f"it has {attributes['n_features_in_']} columns, but {len(names)} names of them")


def check_like(value: Any, template: Any, place: str) -> None:
    """Refuse what differs from a template in more than its numbers.

    Parameters
    ----------
    value : object
        Of dicts, lists, tuples, arrays, numbers and truth values.
    template : object
        With the right names, lengths, shapes and types.
    place : str
        What it is.

    Raises
    ------
    ModelFileError
        Which names the first difference.

    Examples
    --------
    >>> from rosenblatt.model_attributes import check_like
    >>> check_like({"steps": "no"}, {"steps": 1.0}, "the optimizer")
    Traceback (most recent call last):
    rosenblatt.model_file.ModelFileError: the optimizer.steps should be of type float, not str
    """
    if type(value) is not type(template):
        raise ModelFileError(
            f"{place} should be of type {type(template).__name__}, not {type(value).__name__}"
        )
    if isinstance(template, dict):
        if set(value) != set(template):
            raise ModelFileError(f"{place} should have the names {sorted(template)}, not {sorted(value)}")
        for name in template:
            check_like(value[name], template[name], f"{place}.{name}")
    elif isinstance(template, list | tuple):
        if len(value) != len(template):
            raise ModelFileError(f"{place} should have {len(template)} parts, not {len(value)}")
        for i, (part, expected) in enumerate(zip(value, template, strict=True)):
            check_like(part, expected, f"{place}.{i}")
    elif isinstance(template, np.ndarray) and (value.shape, value.dtype) != (template.shape, template.dtype):
        raise ModelFileError(
            f"{place} should be {template.shape} of {template.dtype}, not {value.shape} of {value.dtype}"
        )
