"""Parameters, signatures, tags and attributes beside those of scikit-learn's estimators of the same names."""

from __future__ import annotations

import re
from dataclasses import asdict
from importlib.util import find_spec
from inspect import Parameter, signature

import numpy as np
import pytest
import sklearn
from sklearn import linear_model, neural_network
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.fixes import parse_version

import rosenblatt

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

THEIRS = {
    "MLPClassifier": neural_network.MLPClassifier,
    "MLPRegressor": neural_network.MLPRegressor,
    "Perceptron": linear_model.Perceptron,
}
by_name = pytest.mark.parametrize("name", THEIRS)

# Parameters of ours alone; keywords, so that no position means anything else.
COMMON = {
    *("callbacks", "n_threads", "weight_init", "n_init", "scoring", "penalty", "l1_ratio", "weight_decay"),
    *("dropout", "input_dropout", "input_noise", "batch_norm", "max_norm", "clip_norm", "clip_value", "rho"),
    *("mu", "mu_decrease", "mu_increase", "mu_max", "min_gradient", "max_fail", "bayesian"),
}
MORE = {
    "MLPClassifier": COMMON | {"loss", "label_smoothing", "focal_gamma", "class_weight"},
    "MLPRegressor": COMMON | {"huber_delta", "quantile", "tweedie_power"},
    "Perceptron": set(),
}

# What fit and partial_fit of ours take besides, by the names of scikit-learn's HistGradientBoosting.
VALIDATION = {"X_val", "y_val", "sample_weight_val"}

# What scikit-learn 1.6, the oldest that is supported, lacks: there, what it has is compared.
IS_OLD = parse_version(sklearn.__version__) < parse_version("1.7")
LATER = {"loss", "sample_weight"} if IS_OLD else set()

X, Y = load_iris(return_X_y=True)


def parameters(method, without=frozenset()):
    """Names, kinds and defaults, in order. A method's own self is none of them."""
    return [
        (p.name, p.kind, p.default)
        for p in signature(method).parameters.values()
        if p.name not in without and p.name != "self"
    ]


@by_name
def test_parameters_of_the_constructor(name):
    ours, theirs = getattr(rosenblatt, name), THEIRS[name]
    given = {key for key, *_ in parameters(theirs)}
    more = {key for key, *_ in parameters(ours)} - given - LATER
    assert more == MORE[name] - LATER
    assert all(signature(ours).parameters[key].kind is Parameter.KEYWORD_ONLY for key in more)
    assert parameters(ours, more | (LATER - given)) == parameters(theirs)
    assert list(signature(ours).parameters)[: len(given)] == list(signature(theirs).parameters) or IS_OLD


@pytest.mark.parametrize(
    "method",
    [
        *(
            "fit",
            "partial_fit",
            "predict",
            "predict_proba",
            "predict_log_proba",
            "decision_function",
            "score",
        ),
        *("get_params", "set_params", "get_metadata_routing"),
    ],
)
@by_name
def test_signatures_of_methods(name, method):
    ours, theirs = getattr(rosenblatt, name)(), THEIRS[name]()
    assert hasattr(ours, method) == hasattr(theirs, method)
    if not hasattr(theirs, method):
        return
    wanted = parameters(getattr(theirs, method))
    missing = LATER - {key for key, *_ in wanted}
    is_fit = method in ("fit", "partial_fit") and name != "Perceptron"
    assert parameters(getattr(ours, method), missing | (VALIDATION if is_fit else set())) == wanted
    if is_fit:
        taken = signature(getattr(ours, method)).parameters
        assert all(
            (taken[key].kind, taken[key].default) == (Parameter.KEYWORD_ONLY, None) for key in VALIDATION
        )


@by_name
def test_tags(name):
    ours, theirs = asdict(get_tags(getattr(rosenblatt, name)())), asdict(get_tags(THEIRS[name]()))
    if IS_OLD:  # takes sparse rows and does not say so
        theirs["input_tags"]["sparse"] = True
    if name != "Perceptron":  # the hidden layers of ours are features for others
        assert (ours.pop("transformer_tags"), theirs.pop("transformer_tags")) == (
            {"preserves_dtype": ["float64", "float32"]},
            None,
        )
    if name == "MLPClassifier":  # ours takes several outputs of classes
        assert (ours["target_tags"].pop("multi_output"), theirs["target_tags"].pop("multi_output")) == (
            True,
            False,
        )
    assert ours == theirs


def test_kinds_of_estimators():
    kinds = [
        (is_classifier(model()), is_regressor(model())) for model in map(rosenblatt.__dict__.get, THEIRS)
    ]
    assert kinds == [(True, False), (False, True), (True, False)]


@by_name
def test_parameters_can_be_read_set_and_cloned(name):
    model = getattr(rosenblatt, name)()
    wanted = {key: value for key, value in THEIRS[name]().get_params().items() if key not in LATER}
    read = {key: value for key, value in model.get_params().items() if key not in MORE[name] | LATER}
    assert read == {key: value for key, value in wanted.items() if key not in LATER}
    assert model.set_params(max_iter=7, tol=0.5) is model
    assert (model.max_iter, model.tol) == (7, 0.5)
    with pytest.raises(ValueError, match=f"Invalid parameter 'eta' for estimator {name}"):
        model.set_params(eta=1)

    fitted = model.fit(X, Y)
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    assert set(vars(copy)) == set(vars(getattr(rosenblatt, name)()))  # nothing that fit has set
    assert copy.fit(X, Y).get_params() == fitted.get_params()


@by_name
def test_a_clone_shares_no_parameter(name):
    value = {0: 1.0, 1: 2.0, 2: 1.0} if name == "Perceptron" else [4, 3]
    key = "class_weight" if name == "Perceptron" else "hidden_layer_sizes"
    model = getattr(rosenblatt, name)(**{key: value})
    assert getattr(model, key) is value  # as it was given: scikit-learn's rule for constructors
    assert getattr(clone(model), key) == value
    assert getattr(clone(model), key) is not value
    model.fit(X, Y)
    assert getattr(model, key) is value


@by_name
def test_text_and_html(name):
    model = getattr(rosenblatt, name)(max_iter=7)
    assert repr(model) == f"{name}(max_iter=7)"
    pipeline = make_pipeline("passthrough", model)
    for shown in (model, pipeline):
        html = shown._repr_html_()
        assert name in html
        assert re.search(r"max_iter\W.*\b7\b", html, re.DOTALL)
        assert "Not fitted" in html
    assert "<span>Fitted</span>" in model.fit(X, Y)._repr_html_()
    assert shown._repr_mimebundle_().keys() == {"text/plain", "text/html"}


# Public names of scikit-learn's that ours lack: parameters of SGDClassifier, of which Perceptron is a kind;
# the loss, which neither Perceptron nor MLPClassifier can choose; ways to store coef_ as a sparse matrix.
LACKING = {
    "MLPClassifier": set(),
    "MLPRegressor": set(),
    "Perceptron": {
        *("C", "average", "epsilon", "learning_rate", "loss", "loss_functions", "power_t"),
    },
}
# Public names of ours that scikit-learn's lack.
OWN = {
    *("callbacks", "n_threads", "from_sklearn", "to_sklearn", "gradient_check", "network_"),
    *("activations", "transform", "fit_transform", "get_feature_names_out", "set_output", "input_gradient"),
    *("validation_loss_curve_", "best_start_", "start_losses_", "stopped_"),
    *({"loss", "max_fun", "set_fit_request", "set_partial_fit_request"} if IS_OLD else ()),
    *({"set_callbacks"} if find_spec("sklearn.callback") else ()),
}
# Of lbfgs scikit-learn keeps no curve.
OF_EPOCHS = {"best_loss_", "best_validation_score_", "loss_curve_", "validation_scores_"}

SETTINGS = [
    *[
        (name, {"hidden_layer_sizes": (5, 4), "max_iter": 5, "random_state": 0} | more)
        for name in ("MLPClassifier", "MLPRegressor")
        for more in (
            {"solver": "sgd"},
            {"solver": "adam"},
            {"solver": "lbfgs"},
            {"solver": "sgd", "early_stopping": True},
            {"solver": "adam", "early_stopping": True},
        )
    ],
    ("Perceptron", {}),
    ("Perceptron", {"early_stopping": True}),
    ("Perceptron", {"penalty": "l1", "fit_intercept": False}),
]


def public(model):
    """Names without an underscore in front that can be read."""
    return {key for key in dir(model) if not key.startswith("_") and hasattr(model, key)}


def check_alike(ours, theirs):
    """The same type (a float may stand for NumPy's, which is one), and the same shape."""
    assert isinstance(theirs, type(ours))
    assert np.shape(ours) == np.shape(theirs)
    if isinstance(theirs, np.ndarray):
        # However long NumPy thinks that labels may become.
        assert ours.dtype == theirs.dtype or ours.dtype.kind == theirs.dtype.kind == "U"


def check_attributes(ours, theirs, of_epochs=frozenset()):
    """Every public name of theirs is one of ours, and what fit has set is alike."""
    name = type(theirs).__name__
    lacking = public(theirs) - public(ours)
    if name == "MLPRegressor" and theirs.solver == "lbfgs":
        lacking -= {"partial_fit"}  # scikit-learn's has it there by mistake: lbfgs makes no epochs
    assert lacking <= LACKING[name]
    assert public(ours) - public(theirs) <= OWN | MORE[name] | of_epochs
    for key in public(theirs) & public(ours):
        if key.endswith("_") or key in vars(theirs):
            mine, wanted = getattr(ours, key), getattr(theirs, key)
            if key in ("coefs_", "intercepts_"):
                assert isinstance(mine, list)
                for one, other in zip(mine, wanted, strict=True):
                    check_alike(one, other)
            else:
                check_alike(mine, wanted)


@pytest.mark.parametrize("y", [Y, Y > 0, np.c_[Y > 0, Y > 1].astype(int)], ids=["three", "two", "columns"])
@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=str)
def test_attributes_after_a_fit(name, settings, y):
    if name == "Perceptron" and y.ndim == 2:
        y = y.sum(axis=1).astype(str)  # it tells several classes apart, but knows no columns
    if name == "MLPRegressor":
        y = y.astype(float)
    ours, theirs = getattr(rosenblatt, name)(**settings).fit(X, y), THEIRS[name](**settings).fit(X, y)
    check_attributes(ours, theirs, OF_EPOCHS if settings.get("solver") == "lbfgs" else frozenset())


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=str)
def test_attributes_before_a_fit(name, settings):
    ours, theirs = getattr(rosenblatt, name)(**settings), THEIRS[name](**settings)
    check_attributes(ours, theirs)
    assert not [key for key in public(ours) if key.endswith("_")]


@pytest.mark.parametrize("solver", ["sgd", "adam", None])
@by_name
def test_attributes_after_partial_fit(name, solver):
    if (name == "Perceptron") != (solver is None):
        solver = None if name == "Perceptron" else "adam"
    settings = {"solver": solver, "random_state": 0} if solver else {}
    ours, theirs = getattr(rosenblatt, name)(**settings), THEIRS[name](**settings)
    for _ in range(2):
        for model in (ours, theirs):
            model.partial_fit(X, Y, **({} if name == "MLPRegressor" else {"classes": np.unique(Y)}))
        check_attributes(ours, theirs)
