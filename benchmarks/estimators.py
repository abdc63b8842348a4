"""rosenblatt and scikit-learn: both are used as their users do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sklearn.linear_model
import sklearn.neural_network
from data import Rows
from measure import Contender, Outcome, Stopwatch
from settings import Settings

import rosenblatt


class Libraries(dict[str, Any]):
    """The two modules that have the estimators, and what to add to their parameters."""

    def __init__(self, threads: int) -> None:
        super().__init__(rosenblatt=rosenblatt, **{"scikit-learn": _ScikitLearn})
        self.threads = threads

    def more(self, name: str) -> dict[str, Any]:
        return {"n_threads": self.threads} if name == "rosenblatt" else {}

    def train(self, rows: Rows, settings: Settings) -> dict[str, Contender]:
        """Seconds of a whole fit, divided by its epochs, and the last loss."""

        def contender(name: str) -> Contender:
            def fit(seed: int) -> Outcome:
                watch = Stopwatch()
                with watch.running():
                    model = settings.estimator(self[name], seed, **self.more(name)).fit(*rows)
                return Outcome(watch.seconds / settings.epochs, model.loss_)

            return fit

        return {name: contender(name) for name in self}

    def train_to(self, train: Rows, test: Rows, settings: Settings) -> dict[str, Contender]:
        """Seconds of a whole fit, and the accuracy that it reaches."""

        def contender(name: str) -> Contender:
            def fit(seed: int) -> Outcome:
                watch = Stopwatch()
                with watch.running():
                    model = settings.estimator(self[name], seed, **self.more(name)).fit(*train)
                return Outcome(watch.seconds, model.score(*test))

            return fit

        return {name: contender(name) for name in self}

    def perceptron(self, rows: Rows, epochs: int, n_jobs: int | None = None) -> dict[str, Contender]:
        """Seconds of a whole fit. With n_jobs=None scikit-learn takes one thread, rosenblatt all it may."""

        def contender(name: str) -> Contender:
            def fit(seed: int) -> Outcome:
                model = self[name].Perceptron(max_iter=epochs, tol=None, random_state=seed, n_jobs=n_jobs)
                watch = Stopwatch()
                with watch.running():
                    model.fit(*rows)
                return Outcome(watch.seconds, model.score(*rows))

            return fit

        return {name: contender(name) for name in self}

    def answer(
        self, rows: Rows, settings: Settings, method: str, x: np.ndarray, repeats: int
    ) -> dict[str, Contender]:
        """Seconds of a call of `predict` or `predict_proba`."""
        models = {
            name: settings.estimator(self[name], 0, **self.more(name)).fit(rows.X[:1000], rows.y[:1000])
            for name in self
        }

        def contender(ask: Callable[[np.ndarray], np.ndarray]) -> Contender:
            def answer(_: int) -> Outcome:
                watch = Stopwatch()
                with watch.running():
                    for _ in range(repeats):
                        answers = ask(x)
                return Outcome(watch.seconds / repeats, float(np.sum(answers**2)))

            return answer

        return {name: contender(getattr(model, method)) for name, model in models.items()}

    def search(self, rows: Rows, grid: dict[str, list], settings: Settings) -> dict[str, Contender]:
        """Seconds of a GridSearchCV in two processes, and its best score."""
        from sklearn.model_selection import GridSearchCV

        def contender(name: str) -> Contender:
            def search(seed: int) -> Outcome:
                estimator = settings.estimator(self[name], seed)
                watch = Stopwatch()
                with watch.running():
                    found = GridSearchCV(estimator, grid, n_jobs=2, cv=2).fit(*rows)
                return Outcome(watch.seconds, found.best_score_)

            return search

        return {name: contender(name) for name in self}


class _ScikitLearn:
    MLPClassifier = sklearn.neural_network.MLPClassifier
    Perceptron = sklearn.linear_model.Perceptron
