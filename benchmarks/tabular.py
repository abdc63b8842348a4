"""Tables of a few hundred rows: what a plain network, a tuned one and other models make of them.

Usage: python benchmarks/tabular.py [--json FILE] [--markdown FILE] [--only PROBLEM ...] [--quick]

Every model is fitted to the same five folds of each table, in turns. The recipe is what this library has for
small tables; for each of them it is what the table RECIPES says, and that is all there is to it: nothing is
searched for.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn import datasets, neural_network
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import rosenblatt

BEGIN, END = "<!-- figures: make bench-tabular -->", "<!-- end of figures -->"
FOLDS = 5
MODELS = ("rosenblatt, plain", "rosenblatt, recipe", "scikit-learn MLP", "gradient boosting", "linear")


class Problem(NamedTuple):
    """A table, and by what models of it are judged."""

    X: np.ndarray
    y: np.ndarray
    scoring: str

    @property
    def has_classes(self) -> bool:
        return self.scoring != "r2"


def problems() -> dict[str, Problem]:
    bundled = {
        "breast cancer": (datasets.load_breast_cancer, "accuracy"),
        "wine": (datasets.load_wine, "accuracy"),
        "digits": (datasets.load_digits, "accuracy"),
        "diabetes": (datasets.load_diabetes, "r2"),
    }
    found = {name: Problem(*load(return_X_y=True), scoring) for name, (load, scoring) in bundled.items()}
    found["Friedman 1"] = Problem(*datasets.make_friedman1(500, noise=1.0, random_state=0), "r2")
    rare = datasets.make_classification(
        2000, 20, n_informative=6, n_redundant=4, weights=[0.95], flip_y=0.01, random_state=0
    )
    found["5 % of class 1"] = Problem(*rare, "balanced_accuracy")
    return found


# Few rows: weights that decay, inputs that drop out, answers that are not too sure. Few columns and numbers:
# Levenberg-Marquardt, which chooses its own penalty. Rare classes: weights for them.
_CLASSES = {
    "hidden_layer_sizes": (64,),
    "solver": "adamw",
    "learning_rate_init": 0.005,
    "weight_decay": 0.05,
    "dropout": 0.2,
    "label_smoothing": 0.05,
    "max_iter": 150,
    "n_iter_no_change": 150,
}
_NUMBERS = {"activation": "tanh", "solver": "lm", "bayesian": True, "max_iter": 200}
RECIPES: dict[str, dict[str, Any]] = {
    "breast cancer": _CLASSES,
    "wine": _CLASSES,
    "digits": _CLASSES | {"hidden_layer_sizes": (128,), "max_iter": 100, "n_iter_no_change": 100},
    "diabetes": _NUMBERS | {"hidden_layer_sizes": (3,)},
    "Friedman 1": _NUMBERS | {"hidden_layer_sizes": (10,)},
    "5 % of class 1": _CLASSES | {"class_weight": "balanced", "label_smoothing": 0.0, "weight_decay": 0.2},
}


def estimators(name: str, problem: Problem, seed: int, **more: Any) -> dict[str, Callable[[], Any]]:
    """By the names of MODELS. Networks and linear models see scaled columns, and networks scaled numbers."""
    has_classes = problem.has_classes
    kind = "MLPClassifier" if has_classes else "MLPRegressor"

    def network(library: Any, **parameters: Any) -> Any:
        model = getattr(library, kind)(random_state=seed, **(parameters | more))
        if not has_classes:
            model = TransformedTargetRegressor(model, transformer=StandardScaler())
        return make_pipeline(StandardScaler(), model)

    boosting = HistGradientBoostingClassifier if has_classes else HistGradientBoostingRegressor
    linear = LogisticRegression(max_iter=1000) if has_classes else Ridge()
    return {
        "rosenblatt, plain": lambda: network(rosenblatt),
        "rosenblatt, recipe": lambda: network(rosenblatt, **RECIPES[name]),
        "scikit-learn MLP": lambda: network(neural_network),
        "gradient boosting": lambda: boosting(random_state=seed),
        "linear": lambda: make_pipeline(StandardScaler(), linear),
    }


def measure(name: str, problem: Problem, folds_of: int = FOLDS, **more: Any) -> list[dict[str, Any]]:
    """The mean score over the folds, its standard deviation, and the mean time of a fit, of each model."""
    folds = (StratifiedKFold if problem.has_classes else KFold)(folds_of, shuffle=True, random_state=0)
    score = get_scorer(problem.scoring)
    scores: dict[str, list[float]] = {model: [] for model in MODELS}
    seconds: dict[str, list[float]] = {model: [] for model in MODELS}
    for seed, (training, test) in enumerate(folds.split(problem.X, problem.y)):
        for model, make in estimators(name, problem, seed, **more).items():
            estimator = make()
            begin = time.perf_counter()
            with warnings.catch_warnings():
                # The plain networks are scikit-learn's defaults, which end before they converge.
                warnings.simplefilter("ignore", ConvergenceWarning)
                estimator.fit(problem.X[training], problem.y[training])
            seconds[model].append(time.perf_counter() - begin)
            scores[model].append(float(score(estimator, problem.X[test], problem.y[test])))
    return [
        {
            "problem": name,
            "rows": len(problem.X),
            "columns": problem.X.shape[1],
            "scoring": problem.scoring,
            "model": model,
            "score": float(np.mean(scores[model])),
            "deviation": float(np.std(scores[model])),
            "seconds": float(np.mean(seconds[model])),
        }
        for model in MODELS
    ]


def markdown(rows: list[dict[str, Any]]) -> str:
    """A line for each table, a column for each model; the best score of a line is bold."""
    lines = [
        f"| table | score | {' | '.join(MODELS)} |",
        f"|---|---|{'---|' * len(MODELS)}",
    ]
    for name in dict.fromkeys(row["problem"] for row in rows):
        here = [row for row in rows if row["problem"] == name]
        best = max(round(row["score"], 3) for row in here)
        cells = []
        for row in here:
            said = f"{row['score']:.3f}"
            said = f"**{said}**" if round(row["score"], 3) == best else said
            cells.append(f"{said} ± {row['deviation']:.3f}, {_time(row['seconds'])}")
        first = here[0]
        size = f"{first['rows']} × {first['columns']}"
        lines.append(f"| {name}, {size} | {_SCORES[first['scoring']]} | {' | '.join(cells)} |")
    return "\n".join(lines)


_SCORES = {"accuracy": "accuracy", "balanced_accuracy": "balanced accuracy", "r2": "R²"}


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def write_table(page: Path, table: str) -> None:
    """Put the table in its place on a page."""
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise SystemExit(f"{page} must have the lines {BEGIN} and {END}, once each")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{table}\n\n{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--markdown", type=Path, help="a page to put the table on")
    parser.add_argument("--only", nargs="+", metavar="PROBLEM", help="which tables")
    parser.add_argument("--quick", action="store_true", help="few epochs and folds, to see whether it runs")
    arguments = parser.parse_args()
    tables = problems()
    unknown = set(arguments.only or ()) - set(tables)
    if unknown:
        raise SystemExit(f"there is no table {', '.join(sorted(unknown))}; there are {', '.join(tables)}")
    more = {"max_iter": 3, "folds_of": 2} if arguments.quick else {}
    rows = []
    for name in arguments.only or tables:
        rows += measure(name, tables[name], **more)
        for row in rows[-len(MODELS) :]:
            said = f"{row['score']:.3f} ± {row['deviation']:.3f} {row['scoring']}"
            print(f"{name:15} {row['model']:18} {said:35} {_time(row['seconds'])} a fit", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if arguments.markdown:
        write_table(arguments.markdown, markdown(rows))


if __name__ == "__main__":
    main()
