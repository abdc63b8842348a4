"""What a model file says of a model, and a model of what it says."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from rosenblatt import _core
from rosenblatt.model_attributes import TRAINING_STATE, check_attributes, check_like
from rosenblatt.model_file import FORMAT_VERSION, ModelFileError
from rosenblatt.model_values import Reader, Writer
from rosenblatt.network import Network
from rosenblatt.precision import PRECISIONS, Array

__all__ = ["content_of", "model_of", "network_of"]

_DTYPES = {"float32": np.dtype(np.float32), "float64": np.dtype(np.float64)}
_ESTIMATORS = ("MLPClassifier", "MLPRegressor", "Perceptron")
_HEADER = {"format", "kind", "versions", "architecture", "parameters", "attributes", "preprocessing"}
# Made anew from the parameters, or of a fit that is running.
_DERIVED = ("_network", "_views", "_glass_box", "_tasks")


def content_of(model: Any, *, with_optimizer: bool) -> tuple[dict[str, Any], dict[str, Array]]:
    """Say what a model is.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, Perceptron or Network
        Fitted, unless it is a Network.
    with_optimizer : bool
        Whether with what a training needs to go on.

    Returns
    -------
    header : dict
        Of what JSON has.
    tensors : dict of ndarray
        That the header names.

    Raises
    ------
    TypeError
        For another kind of model, and for what a file cannot hold.
    sklearn.exceptions.NotFittedError
        For an estimator before its `fit`.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.model_content import content_of
    >>> header, tensors = content_of(Network([2, 1], "Linear"), with_optimizer=False)
    >>> header["kind"], list(tensors)
    ('Network', ['theta.0'])
    """
    writer = Writer()
    if type(model) is Network:
        kind, parameters = "Network", {}
        attributes = {"theta": model.__getstate__()["theta"]}
        architecture = _architecture(model)
    else:
        kind = _estimator_kind(model)
        state = _state(model, with_optimizer=with_optimizer)
        parameters = {name: state.pop(name) for name in model.get_params(deep=False)}
        attributes = state
        architecture = _architecture(model if kind == "Perceptron" else model.network_)
    header = {
        "format": FORMAT_VERSION,
        "kind": kind,
        "versions": _versions(("rosenblatt", "numpy", *(() if kind == "Network" else ("scikit-learn",)))),
        "architecture": {name: writer.encoded(value, name) for name, value in architecture.items()},
        "parameters": {name: writer.encoded(value, name) for name, value in parameters.items()},
        "attributes": {name: writer.encoded(value, name) for name, value in attributes.items()},
        "preprocessing": None,
    }
    return header, writer.tensors


def model_of(header: dict[str, Any], tensors: dict[str, Array]) -> Any:
    """Make the model that a file says.

    Parameters
    ----------
    header, tensors
        What `content_of` returned.

    Returns
    -------
    MLPClassifier, MLPRegressor, Perceptron or Network
        As it was.

    Raises
    ------
    ModelFileError
        For what no model is.

    Examples
    --------
    >>> from rosenblatt import Network
    >>> from rosenblatt.model_content import content_of, model_of
    >>> model_of(*content_of(Network([2, 1], "Linear"), with_optimizer=False)).sizes
    [2, 1]
    """
    kind, architecture, parameters, attributes = _parts(header, tensors)
    try:
        if kind == "Network":
            return _network(architecture, parameters, attributes)
        model = _with_parameters(kind, parameters)
        check_attributes(kind, attributes)
        if kind == "Perceptron":
            _fill_perceptron(model, architecture, attributes)
        else:
            _fill_mlp(model, architecture, attributes)
    except ModelFileError:
        raise
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise ModelFileError(f"its parts do not fit together ({error})") from None
    return model


def network_of(header: dict[str, Any], tensors: dict[str, Array]) -> Network:
    """Make the network of the model that a file says, without scikit-learn.

    Parameters
    ----------
    header, tensors
        What `content_of` returned.

    Returns
    -------
    Network
        With copies of the parameters.

    Raises
    ------
    ModelFileError
        For what no model is.

    Examples
    --------
    >>> from rosenblatt import Perceptron
    >>> from rosenblatt.model_content import content_of, network_of
    >>> perceptron = Perceptron().fit([[-1.0], [1.0]], ["no", "yes"])
    >>> network_of(*content_of(perceptron, with_optimizer=False)).forward([[-2.0], [3.0]])
    array([[0.],
           [1.]])
    """
    kind, architecture, parameters, attributes = _parts(header, tensors)
    try:
        if kind == "Network":
            return _network(architecture, parameters, attributes)
        check_attributes(kind, attributes)
        if kind == "Perceptron":
            coefs = [attributes["coef_"].T]
            if hasattr(coefs[0], "toarray"):
                coefs = [coefs[0].toarray()]
            # As in the estimator, a single bias counts for all, and may be in double precision.
            dtype, units = _DTYPES[architecture["dtype"]], architecture["sizes"][-1]
            intercepts = [np.broadcast_to(attributes["intercept_"].astype(dtype), units)]
        else:
            coefs, intercepts = attributes["coefs_"], attributes["intercepts_"]
        thetas = [np.vstack([b, W]) for b, W in zip(intercepts, coefs, strict=True)]
        return _network(architecture, {}, {"theta": thetas})
    except ModelFileError:
        raise
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise ModelFileError(f"its parts do not fit together ({error})") from None


def _parts(
    header: dict[str, Any], tensors: dict[str, Array]
) -> tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Decode kind, architecture, parameters and attributes."""
    if set(header) != _HEADER or any(
        type(header[name]) is not dict for name in ("versions", "architecture", "parameters", "attributes")
    ):
        raise ModelFileError(f"its header should have the parts {', '.join(sorted(_HEADER))}")
    if header["preprocessing"] is not None:
        raise ModelFileError("it asks for preprocessing, which this version of rosenblatt does not have")
    kind = header["kind"]
    if kind not in ("Network", *_ESTIMATORS):
        raise ModelFileError(f"it holds a model of an unknown kind, {kind!r:.80}")
    reader = Reader(tensors)
    architecture, parameters, attributes = (
        {name: reader.decoded(value, name) for name, value in header[part].items()}
        for part in ("architecture", "parameters", "attributes")
    )
    reader.check_all_read()
    _check_architecture(architecture)
    return kind, architecture, parameters, attributes


def _estimator_kind(model: Any) -> str:
    from sklearn.utils.validation import check_is_fitted

    if type(model) not in (_class(kind) for kind in _ESTIMATORS):
        raise TypeError(
            "only an MLPClassifier, MLPRegressor, Perceptron or Network can be saved, not "
            f"{type(model).__name__!r}, nor a class derived from one; of a Pipeline, save the last step"
        )
    check_is_fitted(model)
    return type(model).__name__


def _class(kind: str) -> Any:
    import rosenblatt

    return getattr(rosenblatt, kind)


def _state(model: Any, *, with_optimizer: bool) -> dict[str, Any]:
    from rosenblatt.sklearn_callbacks import CONTEXT_ATTRIBUTES

    if hasattr(model, "coefs_"):
        _ = model.network_  # which takes over arrays that were put in the place of coefs_
    left_out = {*_DERIVED, *CONTEXT_ATTRIBUTES, *(() if with_optimizer else TRAINING_STATE)}
    return {name: value for name, value in model.__getstate__().items() if name not in left_out}


def _architecture(model: Any) -> dict[str, Any]:
    if isinstance(model, Network):
        return {
            "sizes": model.sizes,
            "activations": model.activations,
            "groups": model.groups,
            "loss": model.__getstate__()["loss"],
            "dtype": model.dtype.name,
        }
    units, columns = model.coef_.shape
    return {
        "sizes": [columns, units],
        "activations": ["HardLimit"],
        "groups": [],
        "loss": "perceptron",
        "dtype": model.coef_.dtype.name,
    }


def _versions(packages: Iterable[str]) -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in packages}


def _check_architecture(architecture: dict[str, Any]) -> None:
    template = {"sizes": [], "activations": [], "groups": [], "dtype": ""}
    if set(architecture) != {*template, "loss"} or any(
        type(architecture[name]) is not type(value) for name, value in template.items()
    ):
        raise ModelFileError("its architecture is not one of sizes, activations, groups, loss and dtype")
    sizes, groups = architecture["sizes"], architecture["groups"]
    if len(sizes) < 2 or not all(type(size) is int and size > 0 for size in (*sizes, *groups)):
        raise ModelFileError(f"a network cannot have the sizes {sizes!r:.80} and groups {groups!r:.80}")
    if architecture["dtype"] not in _DTYPES:
        raise ModelFileError(f"a network cannot be of the type {architecture['dtype']!r:.80}")


def _check_arrays(name: str, arrays: Any, shapes_of_layers: Iterable[tuple[int, ...]], dtype: str) -> None:
    shapes = list(shapes_of_layers)
    if type(arrays) is not list or len(arrays) != len(shapes):
        raise ModelFileError(f"{name} should be {len(shapes)} arrays, one for each layer")
    for k, (array, shape) in enumerate(zip(arrays, shapes, strict=True)):
        if type(array) is not np.ndarray or (array.shape, array.dtype) != (shape, _DTYPES[dtype]):
            found = f"{array.shape} of {array.dtype}" if type(array) is np.ndarray else repr(array)[:80]
            raise ModelFileError(f"{name}.{k} should be {shape} of {dtype}, not {found}")


def _network(architecture: dict[str, Any], parameters: Any, attributes: dict[str, Any]) -> Network:
    if parameters or set(attributes) != {"theta"}:
        raise ModelFileError("a Network has theta, and nothing else besides its architecture")
    shapes = [(inputs + 1, outputs) for inputs, outputs in pairwise(architecture["sizes"])]
    _check_arrays("theta", attributes["theta"], shapes, architecture["dtype"])
    network = Network.__new__(Network)
    dtype = _DTYPES[architecture["dtype"]]
    network.__setstate__({**architecture, "dtype": dtype, "theta": attributes["theta"]})
    return network


def _with_parameters(kind: str, parameters: dict[str, Any]) -> Any:
    made = _class(kind)
    known = set(made._get_param_names())
    if set(parameters) != known:
        other = ", ".join(sorted(set(parameters) ^ known))
        raise ModelFileError(
            f"the {kind} of this version of rosenblatt has other parameters than the file's: {other}"
        )
    model = made(**parameters)
    model._validate_params()
    return model


def _fill_perceptron(model: Any, architecture: dict[str, Any], attributes: dict[str, Any]) -> None:
    coef, intercept, classes = (attributes[name] for name in ("coef_", "intercept_", "classes_"))
    columns, units = attributes["n_features_in_"], 1 if len(classes) == 2 else len(classes)
    if type(classes) is list or len(classes) < 2:
        raise ModelFileError("a Perceptron has two classes or more, of one output")
    if coef.shape != (units, columns) or intercept.shape not in ((units,), (1,)):
        raise ModelFileError(
            f"coef_ should be {(units, columns)} and intercept_ {(units,)}, not {coef.shape} and "
            f"{intercept.shape}"
        )
    model.__dict__.update(attributes)
    if _architecture(model) != architecture:
        raise ModelFileError("its architecture is another one than that of its coef_")


def _fill_mlp(model: Any, architecture: dict[str, Any], attributes: dict[str, Any]) -> None:
    from rosenblatt.threads import thread_count

    sizes, dtype = architecture["sizes"], architecture["dtype"]
    _check_arrays("coefs_", attributes["coefs_"], pairwise(sizes), dtype)
    _check_arrays("intercepts_", attributes["intercepts_"], ((size,) for size in sizes[1:]), dtype)
    found = tuple(attributes[name] for name in ("n_features_in_", "n_layers_", "n_outputs_"))
    if found != (sizes[0], len(sizes), sizes[-1]):
        raise ModelFileError(f"its columns, layers and outputs {found} are not those of the sizes {sizes}")
    _check_outputs(attributes)
    state = {name: attributes.pop(name) for name in TRAINING_STATE if name in attributes}
    model._check_parameters()
    thread_count(model.n_threads)  # scikit-learn's constraints take True for a number
    model.__dict__.update(attributes)
    model._adopt(model._network_of(attributes["coefs_"], attributes["intercepts_"]))
    made = _architecture(model.network_)
    for name, value in made.items():
        if name != "loss" and architecture[name] != value:
            raise ModelFileError(
                f"its {name} are {architecture[name]}, but its parameters and attributes make {value}; "
                "they were changed after the training"
            )
    _core.check_loss(architecture["loss"], made["activations"][-1])
    _fill_training_state(model, state)


def _check_outputs(attributes: dict[str, Any]) -> None:
    outputs, classes = attributes["n_outputs_"], attributes.get("classes_")
    if classes is None:
        levels = attributes.get("_levels")
        if attributes["out_activation_"] == "ordered" and (levels is None or outputs % levels):
            raise ModelFileError(f"{outputs} outputs are not {levels} quantiles of each target")
        return
    if type(classes) is list:
        fits = not attributes["_is_multilabel"] and outputs == sum(map(len, classes))
    elif attributes["_is_multilabel"] or outputs > 1:
        fits = outputs == len(classes)
    else:
        fits = len(classes) <= 2
    if not fits:
        raise ModelFileError(f"its classes are not those of {outputs} output(s)")


def _fill_training_state(model: Any, state: dict[str, Any]) -> None:
    from rosenblatt import batch_norm, optimizer_state

    network, patience = model._network, state.get("_patience")
    precision, layers = PRECISIONS[model.network_.dtype], len(network.sizes) - 1
    optimizer, norm = state.get("_optimizer"), state.get("_batch_norm")
    norm_template = None
    if optimizer is not None:
        options = state.get("_optimizer_options")
        if type(options) is not dict:
            raise ModelFileError("it has an optimizer without its options")
        template = optimizer_state.saved(precision.optimizer(network, **options), layers)
        check_like(optimizer, template, "_optimizer")
        state["_optimizer"] = optimizer_state.restored(network, options, optimizer)
    if norm is not None:
        if optimizer is None:
            raise ModelFileError("it has a batch normalisation without an optimizer")
        norm_template = batch_norm.saved(precision.batch_norm(network, state["_optimizer"]))
        check_like(norm, norm_template, "_batch_norm")
        state["_batch_norm"] = batch_norm.restored(network, state["_optimizer"], norm)
    if patience is not None and patience.best is not None:
        thetas = [np.array(network.theta(k)) for k in range(1, layers + 1)]
        best = patience.best
        is_pair = type(best) is tuple and len(best) == 2
        check_like(best, (thetas, norm_template if is_pair and best[1] is not None else None), "_patience")
    model.__dict__.update(state)
