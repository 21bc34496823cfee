"""datasets.delete, which takes the dataset's models along or is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.embedded.bigquery.backend_client import dataset_path
from bqml_export.embedded.bigquery.model_store import ModelKey
from bqml_export.embedded.bigquery.wire import Request, Response
from bqml_export.embedded.sql.schemas import dropped_schemas
from bqml_export.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bqml_export.embedded.bigquery.context import Services


class InUseError(QueryError):
    """The dataset still holds something."""

    reason = "resourceInUse"


class DatasetRoutes:
    """Handlers of `/datasets/{dataset}`."""

    def __init__(self, services: Services, forward: Callable[[Request], Response]) -> None:
        self._services = services
        self._forward = forward

    def delete(self, request: Request, project: str, dataset: str) -> Response:
        """datasets.delete; refused while the dataset holds tables or models."""
        contents = request.query.get("deleteContents", "false").lower() == "true"
        models = self._services.models.list(project, dataset)
        if not contents and (models or self._has_tables(project, dataset)):
            raise InUseError(f"Dataset {project}:{dataset} is still in use")
        answer = self._forward(request)
        if answer.status < 300:
            self._delete_models(project, dataset)
        return answer

    def query(self, request: Request, project: str, sql: str) -> Response:
        """A query for the backend; DROP SCHEMA follows the rules of datasets.delete."""
        dropped = [
            (schema.project or project, schema.dataset, schema.cascade)
            for schema in dropped_schemas(sql)
        ]
        for owner, dataset, cascade in dropped:
            if not cascade and self._services.models.list(owner, dataset):
                raise InUseError(f"Dataset {owner}:{dataset} is still in use")
        answer = self._forward(request)
        for owner, dataset, _ in dropped:
            if not self._services.backend.exists(dataset_path(owner, dataset)):
                self._delete_models(owner, dataset)
        return answer

    def _delete_models(self, project: str, dataset: str) -> None:
        for stored in self._services.models.list(project, dataset):
            reference = stored.resource["modelReference"]
            self._services.models.delete(ModelKey(project, dataset, reference["modelId"]))

    def _has_tables(self, project: str, dataset: str) -> bool:
        path = f"{dataset_path(project, dataset)}/tables?maxResults=1"
        return bool(self._services.backend.call("GET", path).get("tables"))
