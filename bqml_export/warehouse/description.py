"""What BigQuery knows about a model, from models.get (bigquery/docs/reference/rest/v2/models)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from google.cloud import bigquery

from bqml_export.clients import Clients
from bqml_export.errors import AccessDeniedError, NotFoundError
from bqml_export.foreign_errors import foreign_errors
from bqml_export.model_reference import ModelReference
from bqml_export.permissions import MODEL_METADATA, grant_hint
from bqml_export.repository.record import Column, Record, rfc3339
from foundation.json_types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDescription:
    """A model's schema, options, metrics and identity; `created` is RFC 3339 in UTC."""

    reference: ModelReference
    model_type: str
    created: str
    created_ms: int
    location: str
    etag: str
    feature_columns: tuple[Column, ...]
    label_columns: tuple[Column, ...]
    transform_columns: tuple[Column, ...]
    training_options: JsonObject
    metrics: dict[str, float]
    iterations: int
    started: str | None
    default_trial_id: int | None
    trials: dict[int, dict[str, float]]
    """The evaluation metrics of each hyper-parameter trial."""
    labels: dict[str, str]

    def record(self, engine: str, trial_id: int | None) -> Record:
        """Returns what a published version of this model, or of one trial, is to remember."""
        metrics = self.metrics if trial_id is None else self.trials.get(trial_id)
        return Record(
            model_reference=self.reference,
            model_type=self.model_type,
            created=self.created,
            location=self.location,
            etag=self.etag,
            feature_columns=self.feature_columns,
            label_columns=self.label_columns,
            training_options=self.training_options or None,
            metrics=metrics or None,
            iterations=self.iterations or None,
            trial_id=trial_id,
            engine=engine,
        )


def describe(clients: Clients, model: ModelReference) -> ModelDescription:
    full = model.in_project(clients.project)
    try:
        with foreign_errors(f"reading model {full}"):
            found = clients.bigquery.get_model(str(full), **clients.bigquery_call)
    except AccessDeniedError as exc:
        raise AccessDeniedError(
            f"the account lacks {MODEL_METADATA} on model {full}", hint=grant_hint(MODEL_METADATA)
        ) from exc
    except NotFoundError as exc:
        raise NotFoundError(
            f"model {full} does not exist",
            hint=f"train it, or list the models of its dataset: bq ls -m {full.dataset}",
        ) from exc
    return from_resource(found)


def from_resource(found: bigquery.Model) -> ModelDescription:
    resource: JsonObject = found.to_api_repr()
    runs: list[JsonObject] = resource.get("trainingRuns", [])
    run = runs[-1] if runs else {}
    reference = resource["modelReference"]
    created_ms = int(resource.get("creationTime", 0))
    default_trial = resource.get("defaultTrialId")
    return ModelDescription(
        reference=ModelReference(
            reference["projectId"], reference["datasetId"], reference["modelId"]
        ),
        model_type=resource.get("modelType", "MODEL_TYPE_UNSPECIFIED"),
        created=rfc3339(datetime.fromtimestamp(created_ms / 1000, UTC), "milliseconds"),
        created_ms=created_ms,
        location=resource.get("location", "US"),
        etag=resource.get("etag", ""),
        feature_columns=_columns(resource.get("featureColumns", [])),
        label_columns=_columns(resource.get("labelColumns", [])),
        transform_columns=_columns(resource.get("transformColumns", [])),
        training_options=run.get("trainingOptions", {}),
        metrics=_metrics(run.get("evaluationMetrics", {})),
        iterations=len(run.get("results", [])),
        started=run.get("startTime"),
        default_trial_id=int(default_trial) if default_trial is not None else None,
        trials={
            int(trial["trialId"]): _metrics(trial.get("evaluationMetrics", {}))
            for trial in resource.get("hparamTrials", [])
        },
        labels=resource.get("labels", {}),
    )


def _columns(resource: list[JsonObject]) -> tuple[Column, ...]:
    return tuple(Column(field["name"], sql_type(field.get("type", {}))) for field in resource)


def sql_type(resource: JsonObject) -> str:
    """Returns a StandardSqlDataType in SQL, for example `ARRAY<STRUCT<a INT64, b STRING>>`."""
    kind = str(resource.get("typeKind", "UNKNOWN"))
    if kind == "ARRAY":
        return f"ARRAY<{sql_type(resource.get('arrayElementType', {}))}>"
    if kind == "STRUCT":
        fields = resource.get("structType", {}).get("fields", [])
        inside = [f"{field.get('name', '')} {sql_type(field.get('type', {}))}" for field in fields]
        return f"STRUCT<{', '.join(part.strip() for part in inside)}>"
    return kind


def _metrics(resource: JsonObject) -> dict[str, float]:
    """Returns the aggregate numbers of whichever metrics message the model type has."""
    metrics: dict[str, float] = {}
    for name, value in resource.items():
        if isinstance(value, dict):
            metrics |= _metrics(value)
        elif isinstance(value, int | float) and math.isfinite(value):
            metrics[name] = float(value)
    return metrics
