"""INFORMATION_SCHEMA.MODELS, which only the gateway can answer."""

from __future__ import annotations

from datetime import UTC, datetime

from bqml_export.embedded.bigquery.backend.client import QueryScope
from bqml_export.embedded.bigquery.backend.scratch import Scratch
from bqml_export.embedded.bigquery.protocol.result_set import ResultSet
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.ml.data.table import Field
from bqml_export.sql.model_catalog import CatalogUse, find_model_catalogs
from bqml_export.sql.tokens import Sql

_FIELDS = (
    Field("model_catalog", "STRING"),
    Field("model_schema", "STRING"),
    Field("model_name", "STRING"),
    Field("model_type", "STRING"),
    Field("creation_time", "TIMESTAMP"),
    Field("last_modified_time", "TIMESTAMP"),
)


def replace_model_catalogs(
    services: Services, scratch: Scratch, scope: QueryScope, sql: Sql
) -> Sql:
    """Returns `sql` with every INFORMATION_SCHEMA.MODELS replaced by a table with its rows."""
    return sql.edited(
        (use.start, use.end, (scratch.add(_rows(services, scope, use)),))
        for use in find_model_catalogs(sql)
    )


def _rows(services: Services, scope: QueryScope, use: CatalogUse) -> ResultSet:
    project = use.project or scope.project
    services.backend.dataset_location(project, use.dataset)
    resources = [stored.resource for stored in services.models.list(project, use.dataset)]
    columns: dict[str, list[object]] = {
        "model_catalog": [project] * len(resources),
        "model_schema": [use.dataset] * len(resources),
        "model_name": [resource["modelReference"]["modelId"] for resource in resources],
        "model_type": [resource["modelType"] for resource in resources],
        "creation_time": [_time(resource, "creationTime") for resource in resources],
        "last_modified_time": [_time(resource, "lastModifiedTime") for resource in resources],
    }
    return ResultSet(_FIELDS, columns, len(resources))


def _time(resource: Json, name: str) -> datetime:
    return datetime.fromtimestamp(int(resource[name]) / 1000, UTC)
