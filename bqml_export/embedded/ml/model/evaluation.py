"""The metrics of ML.EVALUATE, ML.CONFUSION_MATRIX and ML.ROC_CURVE.

Two classes: precision, recall and f1_score are those of the positive class (the higher label).
More classes: they are macro averages over the classes that occur, roc_auc one-against-the-rest.
A metric that the data leaves undefined is absent (NULL in the table).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bqml_export.embedded.ml.data.columns import Floats
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.optimizers.losses import SMALLEST_PROBABILITY

CLASS_METRICS = ("precision", "recall", "accuracy", "f1_score", "log_loss", "roc_auc")
REGRESSION_METRICS = (
    "mean_absolute_error",
    "mean_squared_error",
    "mean_squared_log_error",
    "median_absolute_error",
    "r2_score",
    "explained_variance",
)

_ROC = (
    Field("threshold", "FLOAT64"),
    Field("recall", "FLOAT64"),
    Field("true_positives", "INT64"),
    Field("false_positives", "INT64"),
    Field("true_negatives", "INT64"),
    Field("false_negatives", "INT64"),
)


def metrics_table(metrics: Mapping[str, float], *, is_classifier: bool) -> Table:
    names = CLASS_METRICS if is_classifier else REGRESSION_METRICS
    fields = tuple(Field(name, "FLOAT64") for name in names)
    return Table.from_rows(fields, [dict(metrics)])


def regression_metrics(label: Floats, predicted: Floats) -> dict[str, float]:
    error = label - predicted
    metrics = {
        "mean_absolute_error": float(np.mean(np.abs(error))),
        "mean_squared_error": float(np.mean(np.square(error))),
        "median_absolute_error": float(np.median(np.abs(error))),
    }
    if min(label.min(), predicted.min()) > -1:
        log_error = np.log1p(label) - np.log1p(predicted)
        metrics["mean_squared_log_error"] = float(np.mean(np.square(log_error)))
    variance = float(label.var())
    if variance > 0:
        metrics["r2_score"] = 1 - metrics["mean_squared_error"] / variance
        metrics["explained_variance"] = 1 - float(error.var()) / variance
    return metrics


def decide(probs: Floats, threshold: float | None) -> npt.NDArray[np.intp]:
    """`threshold` is for the first of two classes."""
    if threshold is None:
        best: npt.NDArray[np.intp] = probs.argmax(axis=1)
        return best
    return (probs[:, 0] < threshold).astype(np.intp)


def class_metrics(
    truth: npt.NDArray[np.intp], probs: Floats, threshold: float | None = None
) -> dict[str, float]:
    """Returns the metrics of class probabilities [n, K].

    `truth` is the class of each row; a negative one is a label that training did not see.
    """
    predicted = decide(probs, threshold)
    every = [0] if probs.shape[1] == 2 else sorted({*truth.tolist(), *predicted.tolist()})
    scores = np.array([_precision_recall_f1(truth == k, predicted == k) for k in every])
    precision, recall, f1 = scores.mean(axis=0)
    own = np.where(truth >= 0, probs[np.arange(truth.size), truth], 0.0)
    metrics = {
        "precision": float(precision),
        "recall": float(recall),
        "accuracy": float(np.mean(predicted == truth)),
        "f1_score": float(f1),
        "log_loss": float(-np.log(np.clip(own, SMALLEST_PROBABILITY, 1)).mean()),
    }
    areas = [area_under_roc(truth == k, probs[:, k]) for k in every if k >= 0]
    known = [area for area in areas if area is not None]
    return metrics | ({"roc_auc": float(np.mean(known))} if known else {})


def _precision_recall_f1(
    truth: npt.NDArray[np.bool_], predicted: npt.NDArray[np.bool_]
) -> tuple[float, float, float]:
    hits = float(np.sum(truth & predicted))
    precision = hits / max(float(predicted.sum()), 1.0)
    recall = hits / max(float(truth.sum()), 1.0)
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def area_under_roc(positive: npt.NDArray[np.bool_], score: Floats) -> float | None:
    """Returns the chance that a positive row scores above a negative one, a tie counting half."""
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if positives == 0 or negatives == 0:
        return None
    _, level = np.unique(score, return_inverse=True)
    at_level = np.bincount(level, positive), np.bincount(level, ~positive)
    below = np.cumsum(at_level[1]) - at_level[1]
    return float(at_level[0] @ (below + at_level[1] / 2) / (positives * negatives))


def roc_points(
    positive: npt.NDArray[np.bool_], score: Floats, thresholds: Sequence[float] | None = None
) -> list[dict[str, float]]:
    """Returns the rows of ML.ROC_CURVE, thresholds descending.

    `score` is each row's probability of the positive class; without `thresholds` it is cut at
    at most 100 percentiles of the scores.
    """
    given = np.quantile(score, np.linspace(0, 1, 100)) if thresholds is None else thresholds
    rows = []
    for threshold in np.unique(given)[::-1]:
        said = score >= threshold
        hits = int(np.sum(said & positive))
        row = {
            "threshold": float(threshold),
            "recall": hits / max(int(positive.sum()), 1),
            "true_positives": hits,
            "false_positives": int(np.sum(said & ~positive)),
            "true_negatives": int(np.sum(~said & ~positive)),
            "false_negatives": int(np.sum(~said & positive)),
        }
        rows.append(row)
    return rows


def roc_table(points: Sequence[Mapping[str, float]]) -> Table:
    return Table.from_rows(_ROC, points)


def confusion(
    truth: npt.NDArray[np.intp], predicted: npt.NDArray[np.intp], classes: int
) -> tuple[tuple[int, ...], ...]:
    """Returns the number of rows by class and predicted class; unknown labels are left out."""
    known = truth >= 0
    place = truth[known] * classes + predicted[known]
    counts = np.bincount(place, minlength=classes * classes).reshape(classes, classes)
    return tuple(tuple(row) for row in counts.tolist())


def confusion_table(
    counts: Sequence[Sequence[int]], labels: Sequence[Value], texts: Sequence[str], type_: str
) -> Table:
    """Returns ML.CONFUSION_MATRIX: a row and a column per class, ascending."""
    ascending = range(len(labels))[::-1]
    names = [_column_name(texts[j]) for j in ascending]
    rows: list[dict[str, Value]] = [
        {"expected_label": labels[k], **dict(zip(names, counts[k][::-1], strict=True))}
        for k in ascending
    ]
    fields = [Field(name, "INT64") for name in names]
    return Table.from_rows([Field("expected_label", type_), *fields], rows)


def _column_name(text: str) -> str:
    legal = "".join(c if c.isalnum() or c == "_" else "_" for c in text)
    return legal if legal[:1].isalpha() or legal[:1] == "_" else f"_{legal}"
