"""models.list, models.get, models.patch and models.delete."""

from __future__ import annotations

from bqml_export.embedded.bigquery.backend.client import dataset_path
from bqml_export.embedded.bigquery.protocol.preconditions import check_etag, patched_labels
from bqml_export.embedded.bigquery.protocol.wire import Json, Request, Response, json_response
from bqml_export.embedded.bigquery.stores.models import ModelKey
from bqml_export.embedded.bigquery.stores.services import Services

_LISTED = ("modelReference", "modelType", "creationTime", "lastModifiedTime", "labels")
_PAGE = 1000


class ModelRoutes:
    """Handlers of everything below `/datasets/{dataset}/models`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self, request: Request, project: str, dataset: str) -> Response:
        self._services.backend.call("GET", dataset_path(project, dataset))
        after = request.query.get("pageToken", "")
        size = int(request.query.get("maxResults", _PAGE))
        resources = [stored.resource for stored in self._services.models.list(project, dataset)]
        rest = [r for r in resources if str(r["modelReference"]["modelId"]) > after]
        page = [{key: r[key] for key in _LISTED if key in r} for r in rest[:size]]
        body: Json = {"models": page}
        if len(rest) > size:
            body["nextPageToken"] = page[-1]["modelReference"]["modelId"]
        return json_response(body)

    def get(self, _request: Request, project: str, dataset: str, model: str) -> Response:
        stored = self._services.models.get(ModelKey(project, dataset, model))
        return json_response(stored.resource)

    def patch(self, request: Request, project: str, dataset: str, model: str) -> Response:
        key = ModelKey(project, dataset, model)
        old = self._services.models.get(key).resource
        check_etag(request, old["etag"], f"Model {key}")
        changes = {name: v for name, v in request.json().items() if name != "modelReference"}
        if "labels" in changes:
            changes["labels"] = patched_labels(old.get("labels", {}), changes["labels"])
        return json_response(self._services.models.edit(key, changes))

    def delete(self, _request: Request, project: str, dataset: str, model: str) -> Response:
        self._services.models.delete(ModelKey(project, dataset, model))
        return Response(204)
