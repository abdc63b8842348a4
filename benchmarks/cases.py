"""What is compared: a case names the work, builds its contenders and counts their operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from data import Data, Rows
from estimators import Libraries
from measure import Contender, Outcome, operations_to_predict, useful_operations
from peers import Peers
from settings import Settings

from rosenblatt import datasets


@dataclass(frozen=True)
class Case:
    """A line of the table."""

    key: str
    name: str
    unit: str  # what the seconds are of
    contenders: Callable[[], dict[str, Contender]]
    # Relative difference of the losses (or accuracies) that is allowed: single precision drifts apart over
    # thousands of steps; a training that differs in a setting would be far off.
    tolerance: float = 0.02
    operations: int | None = None  # floating-point operations in those seconds
    dtype: str = "float32"
    rounds: int | None = None  # fewer than the others where a round takes long


def all_cases(data: Data, libraries: Libraries, peers: Peers) -> list[Case]:
    quick = data.quick

    def training(key: str, settings: Settings, dtype: str = "float32", rounds: int | None = None) -> Case:
        rows = data.mnist("train", dtype)
        suffix = "" if dtype == "float32" else f", {dtype}"
        return Case(
            key,
            f"MNIST {settings.hidden}, batch {settings.batch_size}{suffix}",
            "an epoch",
            lambda: libraries.train(rows, settings) | peers.train(rows, settings),
            operations=useful_operations(settings.sizes(*rows)) * len(rows.y),
            dtype=dtype,
            rounds=rounds,
        )

    epochs = 1 if quick else 3
    hundred = Settings((100,), batch_size=200, epochs=epochs)
    xor = Settings((4,), "tanh", "sgd", 4, 20 if quick else 1000, 0.1, alpha=0.0)
    to_97 = Settings((100,), batch_size=200, epochs=1 if quick else epochs_to(0.97, data, libraries))
    digits = Settings((100,), batch_size=200, epochs=2 if quick else 50)
    digits_train, digits_test = data.digits()
    mnist = data.mnist()
    sparse = Settings((100,), batch_size=200, epochs=1)
    search = Settings((100,), batch_size=200, epochs=1 if quick else 10)
    some = Rows(mnist.X[:5000], mnist.y[:5000])
    sizes = [784, 100, 10]
    X, y = datasets.logic("xor")
    table = Rows(X.astype(np.float32), y)
    return [
        training("mnist-100", hundred),
        training("mnist-256-128", Settings((256, 128), batch_size=200, epochs=1 if quick else 2)),
        training("mnist-1024", Settings((1024,), batch_size=256, epochs=1), rounds=3),
        training("mnist-32", Settings((32,), batch_size=32, epochs=epochs)),
        training("mnist-100-float64", hundred, "float64", rounds=3),
        Case(
            "digits",
            f"digits (100,), {digits.epochs} epochs to 0.97",
            "a fit",
            lambda: (
                libraries.train_to(digits_train, digits_test, digits)
                | peers.train_to(digits_train, digits_test, digits)
            ),
        ),
        Case(
            "xor",
            f"XOR (4,) tanh, {xor.epochs} epochs",
            "a fit",
            lambda: {
                name: whole_fits(contender, xor.epochs, 1 if quick else 5)
                for name, contender in (libraries.train(table, xor) | peers.train(table, xor)).items()
            },
            tolerance=0.1,  # of a loss near zero
        ),
        Case(
            "perceptron",
            "Perceptron, MNIST, 5 epochs, n_jobs=None",
            "a fit",
            lambda: libraries.perceptron(mnist, 5),
            rounds=3,
        ),
        Case(
            "perceptron-2",
            "Perceptron, MNIST, 5 epochs, n_jobs=2",
            "a fit",
            lambda: libraries.perceptron(mnist, 5, n_jobs=2),
            rounds=3,
        ),
        Case(
            "predict-1",
            "predict, 1 row",
            "a call",
            lambda: libraries.answer(mnist, hundred, "predict", mnist.X[:1], 20 if quick else 500),
        ),
        Case(
            "predict-proba-1",
            "predict_proba, 1 row",
            "a call",
            lambda: (
                libraries.answer(mnist, hundred, "predict_proba", mnist.X[:1], 20 if quick else 500)
                | peers.answer(mnist, hundred, mnist.X[:1], 20 if quick else 500)
            ),
        ),
        Case(
            "predict-proba",
            f"predict_proba, {len(mnist.y):,} rows",
            "a call",
            lambda: (
                libraries.answer(mnist, hundred, "predict_proba", mnist.X, 1)
                | peers.answer(mnist, hundred, mnist.X, 1)
            ),
            operations=operations_to_predict(sizes) * len(mnist.y),
        ),
        Case(
            "sparse",
            "CSR, 20,000 x 10,000 at 1 %, (100,)",
            "an epoch",
            lambda: libraries.train(data.sparse(), sparse),
            rounds=3,
        ),
        Case(
            "grid-search",
            "GridSearchCV, 9 MLPs, 5,000 digits, n_jobs=2",
            "a search",
            lambda: libraries.search(some, grid(quick), search),
            rounds=2,
        ),
        Case(
            "mnist-to-97",
            f"MNIST (100,) to 97 % ({to_97.epochs} epochs)",
            "a fit",
            lambda: (
                libraries.train_to(mnist, data.mnist("test"), to_97)
                | peers.train_to(mnist, data.mnist("test"), to_97)
            ),
            rounds=3,
        ),
    ]


def grid(quick: bool) -> dict[str, list]:
    if quick:
        return {"alpha": [1e-4, 1e-3]}
    return {"hidden_layer_sizes": [(50,), (100,), (200,)], "alpha": [1e-5, 1e-4, 1e-3]}


def whole_fits(contender: Contender, epochs: int, repeats: int) -> Contender:
    """Seconds of a whole fit instead of an epoch, the mean of several: one alone takes a millisecond."""

    def run(seed: int) -> Outcome:
        outcomes = [contender(seed) for _ in range(repeats)]
        return Outcome(epochs * sum(each.seconds for each in outcomes) / repeats, outcomes[0].value)

    return run


def epochs_to(accuracy: float, data: Data, libraries: Libraries) -> int:
    """How many epochs the training of MNIST takes to such an accuracy on the test rows."""
    for epochs in range(1, 20):
        model = Settings((100,), epochs=epochs).estimator(libraries["rosenblatt"], 0).fit(*data.mnist())
        if model.score(*data.mnist("test")) >= accuracy:
            return epochs
    raise SystemExit(f"MNIST was not learned to {accuracy} in 20 epochs")
