"""The Model resource of the REST API, made from a trained model."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bqml_export.embedded.bigquery.jobs import epoch_ms
from bqml_export.embedded.bigquery.model_store import ModelKey, new_etag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bqml_export.embedded.bigquery.wire import Json
    from bqml_export.embedded.ml.model import GLMModel
    from bqml_export.embedded.ml.options import TrainingOptions
    from bqml_export.embedded.ml.progress import Iteration
    from bqml_export.embedded.ml.table import Field

API_MODEL_TYPES = {"LINEAR_REG": "LINEAR_REGRESSION", "LOGISTIC_REG": "LOGISTIC_REGRESSION"}
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


def model_resource(key: ModelKey, model: GLMModel, location: str, started: datetime) -> Json:
    """Returns the resource of a model that has just been trained.

    Args:
        key: The name of the model.
        model: The trained model.
        location: The location of its dataset.
        started: When training began.
    """
    now = epoch_ms()
    run = {
        "trainingOptions": training_options(model.options, model.strategy),
        "startTime": f"{started.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        "results": [iteration_result(iteration) for iteration in model.iterations],
        "evaluationMetrics": _evaluation_metrics(model),
    }
    return {
        "etag": new_etag(),
        "modelReference": key.reference(),
        "creationTime": now,
        "lastModifiedTime": now,
        "location": location,
        "modelType": model.model_type,
        "trainingRuns": [run],
        "featureColumns": [standard_field(field) for field in model.feature_columns],
        "labelColumns": [standard_field(model.label)],
    }


def iteration_result(iteration: Iteration) -> Json:
    """Returns the IterationResult of one iteration."""
    result: Json = {
        "index": iteration.index,
        "durationMs": str(iteration.duration_ms),
        "trainingLoss": iteration.loss,
    }
    if iteration.eval_loss is not None:
        result["evalLoss"] = iteration.eval_loss
    if iteration.learning_rate is not None:
        result["learnRate"] = iteration.learning_rate
    return result


def training_options(options: TrainingOptions, strategy: str) -> Json:
    """Returns the TrainingOptions of the REST API; `strategy` is what AUTO_STRATEGY came to."""
    result: Json = {
        "lossType": "MEAN_LOG_LOSS" if options.is_classifier else "MEAN_SQUARED_LOSS",
        "maxIterations": str(options.max_iterations),
        "l1Regularization": options.l1_reg,
        "l2Regularization": options.l2_reg,
        "learnRateStrategy": options.learn_rate_strategy,
        "earlyStop": options.early_stop,
        "minRelativeProgress": options.min_rel_progress,
        "warmStart": options.warm_start,
        "inputLabelColumns": list(options.input_label_cols),
        "dataSplitMethod": options.data_split_method,
        "fitIntercept": options.fit_intercept,
        "categoryEncodingMethod": options.category_encoding_method,
        "calculatePValues": options.calculate_p_values,
    }
    if options.learn_rate_strategy == "CONSTANT":
        result["learnRate"] = options.learn_rate
    else:
        result["initialLearnRate"] = options.ls_init_learn_rate
    if not options.is_classifier:
        result["optimizationStrategy"] = strategy
    return result | _split_options(options) | _class_options(options)


def standard_field(field: Field) -> Json:
    """Returns a StandardSqlField."""
    data_type: Json = {"typeKind": field.type}
    if field.type == "STRUCT":
        data_type["structType"] = {"fields": [standard_field(sub) for sub in field.fields]}
    if field.mode == "REPEATED":
        data_type = {"typeKind": "ARRAY", "arrayElementType": data_type}
    return {"name": field.name, "type": data_type}


def _split_options(options: TrainingOptions) -> Json:
    result: Json = {}
    if options.data_split_method in ("RANDOM", "SEQ"):
        result["dataSplitEvalFraction"] = options.data_split_eval_fraction
    if options.data_split_col is not None:
        result["dataSplitColumn"] = options.data_split_col
    return result


def _class_options(options: TrainingOptions) -> Json:
    result: Json = {}
    if options.auto_class_weights:
        result["autoClassWeights"] = True
    if options.class_weights:
        result["labelClassWeights"] = {str(name): w for name, w in options.class_weights}
    return result


def _evaluation_metrics(model: GLMModel) -> Json:
    if model.classes is None:
        return {"regressionMetrics": _renamed(_REGRESSION, model.metrics)}
    aggregate = _renamed(_CLASSIFICATION, model.metrics)
    if len(model.classes.labels) > 2:
        return {"multiClassClassificationMetrics": {"aggregateClassificationMetrics": aggregate}}
    positive, negative = model.classes.texts
    return {
        "binaryClassificationMetrics": {
            "aggregateClassificationMetrics": {**aggregate, "threshold": 0.5},
            "positiveLabel": positive,
            "negativeLabel": negative,
        }
    }


def _renamed(names: Mapping[str, str], metrics: Mapping[str, float]) -> Json:
    # JSON has no NaN; BigQuery leaves a metric out that it cannot compute.
    return {
        api: metrics[name]
        for name, api in names.items()
        if name in metrics and math.isfinite(metrics[name])
    }
