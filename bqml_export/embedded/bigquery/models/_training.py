"""CREATE MODEL: reads the training data, trains and keeps the model."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from bqml_export.embedded.bigquery.backend.client import QueryScope, table_path
from bqml_export.embedded.bigquery.models._resource import (
    API_MODEL_TYPES,
    iteration_result,
    model_resource,
)
from bqml_export.embedded.bigquery.models._transforms import check_functions, fit_transform
from bqml_export.embedded.bigquery.models.computed_calls import read_data
from bqml_export.embedded.bigquery.protocol.result_set import engine_table
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.bigquery.stores.jobs import Job
from bqml_export.embedded.bigquery.stores.models import ModelKey, StoredModel
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.ml.optimizers.progress import Iteration
from bqml_export.embedded.ml.options.training_options import TrainingOptions, parse_options
from bqml_export.errors import DuplicateError, InvalidQueryError, NotFoundError
from bqml_export.sql.model_statements import CreateModel

_MODEL_ID = re.compile(r"[A-Za-z0-9_]{1,1024}")


def create_model(
    services: Services, scope: QueryScope, key: ModelKey, statement: CreateModel, job: Job
) -> None:
    """Runs CREATE MODEL as the work of `job`; `job` shows each iteration as it ends."""
    options = check_create(services, key, statement)
    exists = services.models.exists(key)
    if exists and statement.if_not_exists:
        job.update_query_statistics(ddlOperationPerformed="SKIP")
        return
    job.update_query_statistics(mlStatistics=_ml_statistics(options, iterations=()))
    started = datetime.now(UTC)
    model = _train(services, scope, key, statement, options, job)
    job.check_cancelled()
    location = services.backend.dataset_location(key.project, key.dataset)
    resource = model_resource(key, model, location, started)
    services.models.put(key, StoredModel(resource, model), replace=statement.or_replace)
    job.update_query_statistics(ddlOperationPerformed="REPLACE" if exists else "CREATE")


def check_create(services: Services, key: ModelKey, statement: CreateModel) -> TrainingOptions:
    if not _MODEL_ID.fullmatch(key.model):
        raise InvalidQueryError(
            f'Invalid model ID "{key.model}". Model IDs must be alphanumeric (plus underscores) '
            "and must be at most 1024 characters long."
        )
    options = parse_options(statement.options)
    check_functions(statement.transform)
    if not (statement.or_replace or statement.if_not_exists) and services.models.exists(key):
        raise DuplicateError(f"Already Exists: Model {key}")
    if services.backend.exists(table_path(key.project, key.dataset, key.model)):
        raise DuplicateError(f"Already Exists: Table {key}")
    return options


def _train(
    services: Services,
    scope: QueryScope,
    key: ModelKey,
    statement: CreateModel,
    options: TrainingOptions,
    job: Job,
) -> GLMModel:
    # TensorFlow-free, but it brings numpy: not needed until somebody trains.
    from bqml_export.embedded.ml.training.train import train

    rows, transform = read_data(services, scope, statement.query), None
    if statement.transform:
        transform, rows = fit_transform(services, scope, statement.transform, rows)
    table = engine_table(rows)
    done: list[Iteration] = []

    def show(iteration: Iteration) -> None:
        job.check_cancelled()
        done.append(iteration)
        job.update_query_statistics(mlStatistics=_ml_statistics(options, tuple(done)))

    warm_start = _previous(services, key) if options.warm_start else None
    model = train(table, options, warm_start=warm_start, on_iteration=show)
    return replace(model, transform=transform)


def _previous(services: Services, key: ModelKey) -> GLMModel | None:
    try:
        return services.models.get(key).model
    except NotFoundError:
        return None


def _ml_statistics(options: TrainingOptions, iterations: tuple[Iteration, ...]) -> Json:
    return {
        "modelType": API_MODEL_TYPES[options.model_type],
        "trainingType": "SINGLE_TRAINING",
        "maxIterations": str(options.max_iterations),
        "iterationResults": [iteration_result(iteration) for iteration in iterations],
    }
