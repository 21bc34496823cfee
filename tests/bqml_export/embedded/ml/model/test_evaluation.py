"""The metrics of ML.EVALUATE against scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn import metrics as sk

from bqml_export.embedded.ml.model.evaluation import (
    CLASS_METRICS,
    REGRESSION_METRICS,
    area_under_roc,
    class_metrics,
    metrics_table,
    regression_metrics,
    roc_points,
)


def sample(classes: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Returns 300 classes and probabilities that know something about them, with ties."""
    rng = np.random.default_rng(classes)
    truth = rng.integers(0, classes, 300)
    scores = rng.random((300, classes)).round(1) + np.eye(classes)[truth] * 0.5 + 0.01
    return truth, scores / scores.sum(axis=1, keepdims=True)


def test_regression_metrics_equal_scikit_learns() -> None:
    """All six metrics of ML.EVALUATE, in BigQuery's order."""
    rng = np.random.default_rng(0)
    label = rng.random(101) * 9
    predicted = label + rng.normal(size=101) * 0.3
    expected = {
        "mean_absolute_error": sk.mean_absolute_error(label, predicted),
        "mean_squared_error": sk.mean_squared_error(label, predicted),
        "mean_squared_log_error": np.mean((np.log1p(label) - np.log1p(predicted)) ** 2),
        "median_absolute_error": sk.median_absolute_error(label, predicted),
        "r2_score": sk.r2_score(label, predicted),
        "explained_variance": sk.explained_variance_score(label, predicted),
    }
    assert regression_metrics(label, predicted) == pytest.approx(expected)
    assert tuple(expected) == REGRESSION_METRICS


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_class_metrics_equal_scikit_learns(classes: int) -> None:
    """Binary metrics are those of the positive class, multiclass ones macro averages."""
    truth, probs = sample(classes)
    predicted = probs.argmax(axis=1)
    how: dict[str, Any] = (
        {"average": "binary", "pos_label": 0} if classes == 2 else {"average": "macro"}
    )
    scores = (truth == 0, probs[:, 0]) if classes == 2 else (truth, probs)
    expected = {
        "precision": sk.precision_score(truth, predicted, **how),
        "recall": sk.recall_score(truth, predicted, **how),
        "accuracy": sk.accuracy_score(truth, predicted),
        "f1_score": sk.f1_score(truth, predicted, **how),
        "log_loss": sk.log_loss(truth, probs),
        "roc_auc": sk.roc_auc_score(*scores, multi_class="ovr", average="macro"),
    }
    assert class_metrics(truth, probs) == pytest.approx(expected)
    assert tuple(expected) == CLASS_METRICS


def test_threshold_trades_precision_for_recall() -> None:
    """A higher threshold says the positive class less often."""
    truth, probs = sample(2)
    low, high = (class_metrics(truth, probs, t) for t in (0.2, 0.8))
    assert low["recall"] > high["recall"]
    assert low["precision"] < high["precision"]


def test_label_that_training_did_not_see_counts_as_wrong() -> None:
    """An unknown label (-1) is never predicted, and its log loss is the largest there is."""
    probs = np.array([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1]])
    metrics = class_metrics(np.array([0, -1]), probs)
    assert metrics["accuracy"] == 0.5
    assert metrics["log_loss"] == pytest.approx((-np.log(0.9) - np.log(1e-15)) / 2)


def test_undefined_metrics_are_null() -> None:
    """No spread, values below -1 or a single class leave the column NULL, not NaN."""
    (row,) = metrics_table(
        regression_metrics(np.array([-5.0, -5.0]), np.zeros(2)), is_classifier=False
    ).rows()
    assert {k for k, v in row.items() if v is None} == {
        "mean_squared_log_error",
        "r2_score",
        "explained_variance",
    }
    assert area_under_roc(np.array([True, True]), np.array([0.1, 0.9])) is None


def test_roc_curve_counts_every_row_at_every_threshold() -> None:
    """Each row of ML.ROC_CURVE adds up to all rows; recall rises as the threshold falls."""
    truth, probs = sample(2)
    rows = roc_points(truth == 0, probs[:, 0])
    counts = ("true_positives", "false_positives", "true_negatives", "false_negatives")
    assert list(rows[0]) == ["threshold", "recall", *counts]
    assert all(sum(int(str(row[name])) for name in counts) == 300 for row in rows)
    assert [row["recall"] for row in rows] == sorted(float(str(row["recall"])) for row in rows)
    assert rows[-1]["recall"] == 1
