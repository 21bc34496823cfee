"""The Model resource of the REST API, made from a trained model."""

from __future__ import annotations

from datetime import UTC, datetime

from bqml_export.embedded.bigquery.models._evaluation_metrics import (
    evaluation_metrics,
    global_explanations,
)
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.bigquery.stores.jobs import epoch_ms
from bqml_export.embedded.bigquery.stores.models import ModelKey, new_etag
from bqml_export.embedded.ml.data.table import Field
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.optimizers.progress import Iteration
from bqml_export.embedded.ml.options.training_options import TrainingOptions

API_MODEL_TYPES = {"LINEAR_REG": "LINEAR_REGRESSION", "LOGISTIC_REG": "LOGISTIC_REGRESSION"}


def model_resource(key: ModelKey, model: GLMModel, location: str, started: datetime) -> Json:
    """Returns the resource of a model that has just been trained, since `started`."""
    now = epoch_ms()
    run = {
        "trainingOptions": training_options(model.options, model.strategy),
        "startTime": f"{started.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        "results": [iteration_result(iteration) for iteration in model.iterations],
        "evaluationMetrics": evaluation_metrics(model),
        **global_explanations(model),
    }
    return {
        "etag": new_etag(),
        "modelReference": key.reference(),
        "creationTime": now,
        "lastModifiedTime": now,
        "location": location,
        "modelType": model.model_type,
        "trainingRuns": [run],
        "featureColumns": [standard_field(field) for field in _given_columns(model)],
        "labelColumns": [standard_field(model.label)],
        **_transform_columns(model),
    }


def _given_columns(model: GLMModel) -> tuple[Field, ...]:
    if model.transform is None:
        return model.feature_columns
    label = model.label.name.lower()
    return tuple(f for f in model.transform.inputs if f.name.lower() != label)


def _transform_columns(model: GLMModel) -> Json:
    if model.transform is None:
        return {}
    columns = model.transform.columns
    return {
        "transformColumns": [{**standard_field(c.field), "transformSql": c.sql} for c in columns]
    }


def iteration_result(iteration: Iteration) -> Json:
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
        "enableGlobalExplain": options.enable_global_explain,
    }
    if options.learn_rate_strategy == "CONSTANT":
        result["learnRate"] = options.learn_rate
    else:
        result["initialLearnRate"] = options.ls_init_learn_rate
    if not options.is_classifier:
        result["optimizationStrategy"] = strategy
    return result | _split_options(options) | _class_options(options)


def standard_field(field: Field) -> Json:
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
