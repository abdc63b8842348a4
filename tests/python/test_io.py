"""rosenblatt.io: every kind of model goes through a file and comes back as it was, bit by bit."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from rosenblatt import MLPClassifier, MLPRegressor, Network, Perceptron, callbacks
from rosenblatt.io import ModelFileError, load, load_network, save

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

random = np.random.default_rng(0)
X = random.normal(size=(60, 4))
THREE = np.arange(60) % 3
TEXTS = np.array(["no", "yes", "perhaps"])[THREE]
REAL = X @ [1.0, -2.0, 0.5, 0.0]
TABLE = np.column_stack([REAL, -REAL])


def classifier(**more):
    return MLPClassifier(**{"hidden_layer_sizes": (3,), "max_iter": 3, "random_state": 0, **more})


def regressor(**more):
    return MLPRegressor(**{"hidden_layer_sizes": (3,), "max_iter": 3, "random_state": 0, **more})


FITTED = {
    "binary": lambda: classifier().fit(X, THREE > 0),
    "one class": lambda: classifier().fit(X, np.ones(60, int)),
    "integers": lambda: classifier().fit(X, THREE.astype(np.int16)),
    "texts": lambda: classifier().fit(X, TEXTS),
    "objects": lambda: classifier().fit(X, TEXTS.astype(object)),
    "fractions": lambda: classifier().fit(X, THREE.astype(np.float32)),
    "multilabel": lambda: classifier().fit(X, random.integers(0, 2, (60, 3))),
    "several outputs": lambda: classifier().fit(X, np.column_stack([TEXTS, np.roll(TEXTS, 1)])),
    "several classes": lambda: classifier().fit(X, np.column_stack([THREE, np.arange(60) % 2])),
    "focal": lambda: classifier(loss="focal", focal_gamma=1.5, label_smoothing=0.1).fit(X, THREE),
    "hinge": lambda: classifier(loss="hinge").fit(X, THREE),
    "weighted": lambda: classifier(class_weight={"no": 2.0, "yes": 1, "perhaps": 0.5}).fit(X, TEXTS),
    "early stopping": lambda: classifier(early_stopping=True, n_iter_no_change=np.inf).fit(X, THREE),
    "batch norm": lambda: classifier(batch_norm=True, dropout=(0.1,)).fit(X, THREE),
    "float32": lambda: classifier().fit(X.astype(np.float32), THREE),
    "sparse": lambda: classifier().fit(sp.csr_matrix(X), THREE),
    "no hidden layer": lambda: classifier(hidden_layer_sizes=()).fit(X, THREE),
    "layers": lambda: classifier(
        hidden_layer_sizes=np.array([3, 2]), activation=["gelu", "sin"], random_state=np.random.RandomState(7)
    ).fit(X, THREE),
    "lbfgs": lambda: classifier(solver="lbfgs", n_init=2).fit(X, THREE),
    "frame": lambda: classifier().fit(pd.DataFrame(X, columns=["a", "b", "ä", "d"]), THREE),
    "numbers of numpy": lambda: classifier(alpha=np.float64(0.1), max_iter=np.int32(2)).fit(X, THREE),
    "pandas": lambda: classifier().set_output(transform="pandas").fit(X, THREE),
    "one output": lambda: regressor().fit(X, REAL),
    "outputs": lambda: regressor().fit(X, TABLE),
    "quantiles": lambda: regressor(loss="quantile", quantile=(0.1, 0.5, 0.9)).fit(X, REAL),
    "quantiles of two": lambda: regressor(loss="quantile", quantile=[0.1, 0.5]).fit(X, TABLE),
    "one quantile": lambda: regressor(loss="quantile", quantile=0.3).fit(X, REAL),
    "huber": lambda: regressor(loss="huber", huber_delta=0.5).fit(X, REAL),
    "tweedie": lambda: regressor(loss="tweedie", tweedie_power=1.2).fit(X, np.exp(REAL)),
    "lm": lambda: regressor(solver="lm", bayesian=True).fit(X, REAL),
    "perceptron of two": lambda: Perceptron().fit(X, THREE > 0),
    "perceptron": lambda: Perceptron(penalty="l1").fit(X, TEXTS),
    "perceptron in float32": lambda: Perceptron().fit(X.astype(np.float32), THREE),
    "perceptron without bias": lambda: Perceptron(fit_intercept=False).fit(X, THREE),
    "sparse perceptron": lambda: Perceptron(penalty="l1").fit(X, THREE).sparsify(),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def through_file(model, path, **options):
    save(model, path, **options)
    return load(path)


def learned(model):
    """Every number that a training has set, by name."""
    names = [key for key in vars(model) if key.endswith("_") and not key.startswith("_")]
    values = {key: getattr(model, key) for key in names}
    return {key: value.toarray() if sp.issparse(value) else value for key, value in values.items()}


def check_equal(one, other):
    assert type(one) is type(other)
    assert learned(one).keys() == learned(other).keys()
    for key, value in learned(one).items():
        np.testing.assert_equal(learned(other)[key], value)
    np.testing.assert_array_equal(one.predict(X), other.predict(X))


def _probabilities(*models):
    return [model.predict_proba(X) for model in models]


@pytest.mark.filterwarnings("ignore:X does not have valid feature names", "ignore:The loss is")
@pytest.mark.parametrize("with_optimizer", [False, True])
@pytest.mark.parametrize("kind", FITTED)
def test_a_model_comes_back_as_it_was(kind, path, with_optimizer):
    model = FITTED[kind]()
    loaded = through_file(model, path, with_optimizer=with_optimizer)
    for name, value in model.get_params().items():
        if not isinstance(value, np.random.RandomState):
            np.testing.assert_equal(loaded.get_params()[name], value)
            assert type(loaded.get_params()[name]) is type(value) or isinstance(value, np.generic)
    check_equal(model, loaded)
    if hasattr(model, "predict_proba"):
        ours, theirs = ([p] if isinstance(p, np.ndarray) else p for p in _probabilities(model, loaded))
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)
    if hasattr(model, "coefs_"):
        assert [W.dtype for W in loaded.coefs_] == [W.dtype for W in model.coefs_]
        assert loaded.network_.loss == model.network_.loss
        assert vars(loaded).get("_sklearn_output_config") == vars(model).get("_sklearn_output_config")


@pytest.mark.parametrize(
    "kind", ["binary", "layers", "batch norm", "float32", "quantiles of two", "perceptron"]
)
def test_a_training_goes_on(kind, path):
    model = FITTED[kind]()
    loaded = through_file(model, path, with_optimizer=True)
    y = {"binary": THREE > 0, "quantiles of two": TABLE, "perceptron": TEXTS}.get(kind, THREE)
    for _ in range(3):
        check_equal(model.partial_fit(X, y), loaded.partial_fit(X, y))
    check_equal(model.set_params(warm_start=True).fit(X, y), loaded.set_params(warm_start=True).fit(X, y))


@pytest.mark.filterwarnings("ignore:partial_fit learned nothing")
def test_patience_goes_on(path):
    def watched(model, classes=None):
        return model.partial_fit(X, THREE, X_val=X[:9], y_val=THREE[:9], classes=classes)

    model = watched(classifier(early_stopping=True, batch_norm=True, n_iter_no_change=2, tol=1.0), [0, 1, 2])
    loaded = through_file(model, path, with_optimizer=True)
    for _ in range(4):
        check_equal(watched(model), watched(loaded))
    assert loaded.stopped_


@pytest.mark.parametrize("kind", ["binary", "batch norm"])
def test_without_the_optimizer_partial_fit_begins_with_a_new_one(kind, path):
    model = FITTED[kind]()
    loaded = through_file(model, path)
    assert "_optimizer" not in vars(loaded)
    y = THREE > 0 if kind == "binary" else THREE
    before = loaded.coefs_[0].copy()
    assert not np.array_equal(loaded.partial_fit(X, y).coefs_[0], before)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("sizes", "activations", "options"),
    [
        ([4, 3, 2], ["Tanh", "Linear"], {}),
        ([4, 5], "Softmax", {"loss": "log_loss", "groups": [2, 3]}),
        ([4, 1], "HardLimit", {"loss": "perceptron"}),
    ],
)
def test_networks(sizes, activations, options, dtype, path):
    network = Network(sizes, activations, dtype=dtype, **options).initialize(0)
    loaded = through_file(network, path)
    ours, theirs = network.__getstate__(), loaded.__getstate__()
    np.testing.assert_equal(theirs, ours)
    assert loaded.dtype == network.dtype
    np.testing.assert_array_equal(loaded.forward(X.astype(dtype)), network.forward(X.astype(dtype)))


def test_the_network_of_an_estimator(path):
    network = FITTED["huber"]().network_
    assert through_file(network, path)._loss.huber_delta == 0.5


def test_arrays_put_in_the_place_of_the_parameters_are_saved(path):
    model = FITTED["outputs"]()
    model.coefs_ = [2 * W for W in model.coefs_]
    check_equal(model, through_file(model, path))


def test_replacing_a_file(path):
    save(FITTED["binary"](), path)
    save(FITTED["one output"](), path)
    assert isinstance(load(str(path)), MLPRegressor)
    assert list(path.parent.iterdir()) == [path]


def check_refused(model, path, error, match):
    path.write_bytes(b"before")
    with pytest.raises(error, match=match):
        save(model, path)
    assert path.read_bytes() == b"before"
    assert list(path.parent.iterdir()) == [path]


def with_nan():
    model = FITTED["binary"]()
    model.coefs_[0][0, 0] = np.nan
    return model


def noted():
    model = FITTED["binary"]()
    model.note = "mine"
    return model


class Derived(MLPRegressor):
    pass


REFUSED = {
    "something else": (dict, TypeError, "only an MLPClassifier.*not 'dict'"),
    "a derived class": (lambda: Derived(max_iter=2).fit(X, REAL), TypeError, "derived"),
    "before fit": (MLPClassifier, ValueError, "not fitted yet"),
    "callbacks": (
        lambda: FITTED["binary"]().set_params(callbacks=[callbacks.TimeLimit(9)]),
        TypeError,
        "callbacks.0 is .*set it to something else before saving",
    ),
    "a function": (lambda: FITTED["binary"]().set_params(scoring=len), TypeError, "scoring is .*no code"),
    "another generator": (
        lambda: FITTED["binary"]().set_params(random_state=np.random.RandomState(np.random.PCG64(0))),
        TypeError,
        "random_state draws from PCG64",
    ),
    "an attribute of the user's": (
        noted,
        ModelFileError,
        "no attribute 'note'",
    ),
    "NaN": (
        with_nan,
        ModelFileError,
        r"cannot be saved: tensor 'coefs_.0' holds a number that is not finite",
    ),
    "changed parameters": (
        lambda: FITTED["binary"]().set_params(activation="tanh"),
        ModelFileError,
        "changed after the training",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_saved(case, path):
    make, error, match = REFUSED[case]
    check_refused(make(), path, error, match)


def test_a_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        save(FITTED["binary"](), tmp_path / "missing" / "model.safetensors")


def test_a_full_disk(path):
    path.write_bytes(b"before")
    code = (
        "import resource, signal, sys; from rosenblatt import Network; from rosenblatt.io import save\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: save(Network([100, 100], 'Tanh'), sys.argv[1])\n"
        "except OSError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert "what was there before is untouched" in done.stdout
    assert path.read_bytes() == b"before"
    assert list(path.parent.iterdir()) == [path]


def test_without_safetensors(path, monkeypatch):
    monkeypatch.setattr("rosenblatt.model_file.find_spec", lambda _: None)
    for call in (lambda: save(Network([1, 1], "Linear"), path), lambda: load(__file__)):
        with pytest.raises(ImportError, match=r"pip install 'rosenblatt\[files\]'"):
            call()


@pytest.mark.filterwarnings("ignore:The loss is")
@pytest.mark.parametrize("kind", FITTED)
def test_the_network_by_itself(kind, path):
    model = FITTED[kind]()
    save(model, path, with_optimizer=True)
    network = load_network(path)
    if isinstance(model, Perceptron):
        network.forward(X.astype(network.dtype))
        scores = model.decision_function(X.astype(network.dtype)).reshape(60, -1)
        np.testing.assert_allclose(network.n[1], scores, rtol=1e-5, atol=1e-5)
    else:
        np.testing.assert_equal(network.__getstate__()["theta"], model.network_.__getstate__()["theta"])
        rows = X.astype(network.dtype)
        np.testing.assert_array_equal(network.forward(rows), model.network_.forward(rows))
        assert network.loss == model.network_.loss


def test_a_network_is_loaded_without_scikit_learn(path):
    save(FITTED["multilabel"](), path)
    code = (
        "import sys; from rosenblatt.io import load_network; print(load_network(sys.argv[1]).sizes); "
        "print('sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[4, 3, 3]", "False"]
