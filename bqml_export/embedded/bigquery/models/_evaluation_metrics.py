"""The EvaluationMetrics and GlobalExplanations of a model resource's training run."""

from __future__ import annotations

import math
from collections.abc import Mapping

from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.ml.data.classes import Classes
from bqml_export.embedded.ml.data.table import Table
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.model.training_report import Counts, RocPoint

_REGRESSION = {
    "mean_absolute_error": "meanAbsoluteError",
    "mean_squared_error": "meanSquaredError",
    "mean_squared_log_error": "meanSquaredLogError",
    "median_absolute_error": "medianAbsoluteError",
    "r2_score": "rSquared",
}
_CLASSIFICATION = {
    "precision": "precision",
    "recall": "recall",
    "accuracy": "accuracy",
    "f1_score": "f1Score",
    "log_loss": "logLoss",
    "roc_auc": "rocAuc",
}


def evaluation_metrics(model: GLMModel) -> Json:
    if model.classes is None:
        return {"regressionMetrics": _renamed(_REGRESSION, model.metrics)}
    aggregate = _renamed(_CLASSIFICATION, model.metrics)
    if len(model.classes.labels) > 2:
        counts = model.report.confusion or ()
        return {
            "multiClassClassificationMetrics": {
                "aggregateClassificationMetrics": aggregate,
                "confusionMatrixList": [_confusion_matrix(model.classes, counts)],
            }
        }
    positive, negative = model.classes.texts
    return {
        "binaryClassificationMetrics": {
            "aggregateClassificationMetrics": {**aggregate, "threshold": 0.5},
            "binaryConfusionMatrixList": [_binary_matrix(p) for p in model.report.roc or ()],
            "positiveLabel": positive,
            "negativeLabel": negative,
        }
    }


def global_explanations(model: GLMModel) -> Json:
    if model.report.attributions is None:
        return {}
    whole: Json = {"explanations": _explanations(model.global_explain())}
    result: Json = {"modelLevelGlobalExplanation": whole}
    if model.classes is not None:
        by_class = model.global_explain(by_class=True)
        result["classLevelGlobalExplanations"] = [
            {"classLabel": text, "explanations": _explanations(by_class, text)}
            for text in model.classes.texts
        ]
    return result


def _explanations(table: Table, class_name: str | None = None) -> list[Json]:
    return [
        {"featureName": row["feature"], "attribution": row["attribution"]}
        for row in table.rows()
        if row.get("class_name") == class_name
    ]


def _confusion_matrix(classes: Classes, counts: Counts) -> Json:
    rows = [
        {
            "actualLabel": actual,
            "entries": [
                {"predictedLabel": predicted, "itemCount": str(count)}
                for predicted, count in zip(classes.texts, row, strict=True)
            ],
        }
        for actual, row in zip(classes.texts, counts, strict=True)
    ]
    return {"confidenceThreshold": 0.0, "rows": rows}


def _binary_matrix(point: RocPoint) -> Json:
    hits, misses = point["true_positives"], point["false_negatives"]
    false_alarms, rejections = point["false_positives"], point["true_negatives"]
    total = hits + misses + false_alarms + rejections
    return {
        "positiveClassThreshold": point["threshold"],
        "truePositives": str(int(hits)),
        "falsePositives": str(int(false_alarms)),
        "trueNegatives": str(int(rejections)),
        "falseNegatives": str(int(misses)),
        "precision": hits / max(hits + false_alarms, 1),
        "recall": point["recall"],
        "f1Score": 2 * hits / max(2 * hits + false_alarms + misses, 1),
        "accuracy": (hits + rejections) / max(total, 1),
    }


def _renamed(names: Mapping[str, str], metrics: Mapping[str, float]) -> Json:
    # JSON has no NaN; BigQuery leaves a metric out that it cannot compute.
    return {
        api: metrics[name]
        for name, api in names.items()
        if name in metrics and math.isfinite(metrics[name])
    }
