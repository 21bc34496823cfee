"""Quality of the embedded engine's models against scikit-learn's on the same split.

python -m benchmarks.training_quality [--splits 20]

Prints a Markdown table. Each row is the mean over random splits, 80 % of the rows for training
and 20 % for the figures, the same rows for both. scikit-learn gets what the engine does on its
own: means for missing numbers, standard scores, one-hot categories with one for NULL.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, r2_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from bqml_export.embedded.bigquery.backend.penguins import penguin_nests, penguins
from bqml_export.embedded.bigquery.backend.seeds import iris
from bqml_export.embedded.bigquery.protocol.result_set import ResultSet, engine_table
from bqml_export.embedded.ml.data.table import Field, Table
from bqml_export.embedded.ml.options.training_options import parse_options
from bqml_export.embedded.ml.training.train import train
from bqml_export.sql.values import OptionValue

Bools: TypeAlias = npt.NDArray[np.bool_]
Floats: TypeAlias = npt.NDArray[np.float64]
Scores: TypeAlias = dict[str, float]

_EVALUATION_SHARE = 0.2
_HELD_OUT = "held_out"
_SAME_WITHIN = 5e-4
_LOWER_IS_BETTER = frozenset({"log_loss", "mean_absolute_error"})
_METRICS = {
    "regression": ("r2_score", "mean_absolute_error"),
    "classes": ("accuracy", "log_loss"),
    "two classes": ("accuracy", "log_loss", "roc_auc"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """One table, its label and what kind of label that is; `options` are of CREATE MODEL."""

    name: str
    rows: Callable[[], ResultSet]
    label: str
    kind: str
    without: tuple[str, ...] = ()
    options: Mapping[str, OptionValue] = field(default_factory=dict)

    def table(self) -> Table:
        """Returns the rows that have a label, in the engine's form."""
        table = engine_table(self.rows())
        labels = table.columns[self.label]
        known = table.only([i for i, value in enumerate(labels) if value is not None])
        kept = tuple(f for f in known.fields if f.name not in self.without)
        return Table(kept, {f.name: known.columns[f.name] for f in kept}, known.num_rows)


_IDS = ("study", "bird")
_NO_IDS_NOR_CLUTCH = (*_IDS, "clutch_completed")
_RIDGE: Mapping[str, OptionValue] = {"l2_reg": 1.0}
_TO_THE_END: Mapping[str, OptionValue] = {
    "l2_reg": 1.0,
    "max_iterations": 200,
    "min_rel_progress": 1e-6,
}
TASKS = (
    Task("iris: species", iris, "species", "classes"),
    Task("iris: species, L2_REG=1, to the end", iris, "species", "classes", (), _TO_THE_END),
    Task("penguins: body_mass_g", penguins, "body_mass_g", "regression"),
    Task("penguins: body_mass_g, L2_REG=1", penguins, "body_mass_g", "regression", (), _RIDGE),
    Task("penguins: species", penguins, "species", "classes"),
    Task("nests: sex", penguin_nests, "sex", "two classes", _NO_IDS_NOR_CLUTCH),
    Task(
        "nests: sex, L2_REG=1, to the end",
        penguin_nests,
        "sex",
        "two classes",
        _NO_IDS_NOR_CLUTCH,
        _TO_THE_END,
    ),
    Task("nests: clutch_completed", penguin_nests, "clutch_completed", "two classes", _IDS),
    Task(
        "nests: clutch_completed, L2_REG=1, to the end",
        penguin_nests,
        "clutch_completed",
        "two classes",
        _IDS,
        _TO_THE_END,
    ),
)


def compare(task: Task, splits: int) -> tuple[Scores, Scores]:
    """Returns the mean scores of the engine and of scikit-learn over the splits."""
    table = task.table()
    ours, theirs = [], []
    for seed in range(splits):
        out = np.random.default_rng(seed).random(table.num_rows) < _EVALUATION_SHARE
        ours.append(_engine(task, table, out))
        theirs.append(_scikit_learn(task, table, out))
    return _means(task, ours), _means(task, theirs)


def _means(task: Task, scores: Sequence[Mapping[str, float]]) -> Scores:
    return {name: float(np.mean([s[name] for s in scores])) for name in _METRICS[task.kind]}


def _engine(task: Task, table: Table, out: Bools) -> Mapping[str, float]:
    options = parse_options(
        {
            "model_type": "linear_reg" if task.kind == "regression" else "logistic_reg",
            "input_label_cols": [task.label],
            "data_split_method": "CUSTOM",
            "data_split_col": _HELD_OUT,
            **task.options,
        }
    )
    fields = (*table.fields, Field(_HELD_OUT, "BOOL"))
    columns = {**table.columns, _HELD_OUT: out.tolist()}
    return train(Table(fields, columns, table.num_rows), options).metrics


def _scikit_learn(task: Task, table: Table, out: Bools) -> Scores:
    features = [f for f in table.fields if f.name != task.label]
    rows, label = _encoded(table, features, out), np.array(table.columns[task.label])
    regression = task.kind == "regression"
    model = LinearRegression() if regression else LogisticRegression(max_iter=1000)
    model.fit(rows[~out], label[~out])
    return _scores(task, model, rows[out], label[out])


def _encoded(table: Table, features: Sequence[Field], out: Bools) -> Floats:
    """Returns standard scores beside one-hot categories, as learned from the training rows."""
    numbers = [table.columns[f.name] for f in features if f.type == "FLOAT64"]
    texts = [table.columns[f.name] for f in features if f.type != "FLOAT64"]
    scaler = make_pipeline(SimpleImputer(), StandardScaler())
    dense = np.array(numbers, np.float64).T
    parts = [scaler.fit(dense[~out]).transform(dense)]
    if texts:
        named = np.array([[str(value) for value in column] for column in texts]).T
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        parts.append(encoder.fit(named[~out]).transform(named))
    return np.hstack(parts)


def _scores(task: Task, model: Any, rows: Floats, label: Any) -> Scores:  # noqa: ANN401
    said = model.predict(rows)
    if task.kind == "regression":
        return {
            "r2_score": float(r2_score(label, said)),
            "mean_absolute_error": float(mean_absolute_error(label, said)),
        }
    probs = model.predict_proba(rows)
    scores = {
        "accuracy": float(accuracy_score(label, said)),
        "log_loss": float(log_loss(label, probs, labels=model.classes_)),
    }
    if task.kind == "two classes":
        scores["roc_auc"] = float(roc_auc_score(label, probs[:, 1]))
    return scores


def table_lines(splits: int) -> list[str]:
    """Returns the Markdown table."""
    lines = [
        "| task | metric | engine | scikit-learn | engine / scikit-learn | engine |",
        "|---|---|---|---|---|---|",
    ]
    for task in TASKS:
        ours, theirs = compare(task, splits)
        for name, own in ours.items():
            shown = f"{own:.4f} | {theirs[name]:.4f} | {own / theirs[name]:.3f}"
            lines.append(
                f"| {task.name} | {name} | {shown} | {_verdict(name, own, theirs[name])} |"
            )
    return lines


def _verdict(metric: str, own: float, other: float) -> str:
    if abs(own - other) <= _SAME_WITHIN * abs(other):
        return "same"
    return "wins" if (own < other) == (metric in _LOWER_IS_BETTER) else "**loses**"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=20)
    print("\n".join(table_lines(parser.parse_args().splits)))


if __name__ == "__main__":
    main()
