"""datasets.list, insert, patch, update and delete."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

from bqml_export.embedded.bigquery.backend.client import dataset_path
from bqml_export.embedded.bigquery.protocol.preconditions import check_etag, patched_labels
from bqml_export.embedded.bigquery.protocol.wire import Json, Request, Response, json_response
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.bigquery.tables.schema_changes import InUseError
from bqml_export.errors import DuplicateError, InvalidQueryError

_ID = re.compile(r"[A-Za-z0-9_]{1,1024}")
_LABEL = re.compile(r"labels\.([^:\s]+)(?::(\S*))?")
_ALL = 1_000_000
_PAGE = 1000


class DatasetRoutes:
    """Handlers of `/datasets` and `/datasets/{dataset}`."""

    def __init__(self, services: Services, forward: Callable[[Request], Response]) -> None:
        self._services = services
        self._forward = forward

    def list(self, request: Request, project: str) -> Response:
        answer = self._services.backend.call("GET", f"/{project}/datasets?maxResults={_ALL}")
        found = {d["datasetReference"]["datasetId"]: d for d in answer.get("datasets", [])}
        hidden = request.query.get("all", "false").lower() != "true"
        after = request.query.get("pageToken", "")
        names = [
            name
            for name in sorted(found)
            if name > after
            and not (hidden and name.startswith("_"))
            and _matches(found[name].get("labels", {}), request.query.get("filter", ""))
        ]
        size = int(request.query.get("maxResults") or _PAGE)
        body: Json = {"kind": "bigquery#datasetList", "datasets": [found[n] for n in names[:size]]}
        if len(names) > size:
            body["nextPageToken"] = names[size - 1]
        return json_response(body)

    def insert(self, request: Request, project: str) -> Response:
        body = request.json()
        dataset = str((body.get("datasetReference") or {}).get("datasetId") or "")
        if not _ID.fullmatch(dataset):
            error = InvalidQueryError(
                f'Invalid dataset ID "{dataset}". Dataset IDs must be alphanumeric (plus '
                "underscores) and must be at most 1024 characters long."
            )
            error.reason = "invalid"
            raise error
        if self._services.backend.exists(dataset_path(project, dataset)):
            raise DuplicateError(f"Already Exists: Dataset {project}:{dataset}")
        return self._forward(request)

    def change(self, request: Request, project: str, dataset: str) -> Response:
        path = dataset_path(project, dataset)
        old = self._services.backend.call("GET", path)
        check_etag(request, old["etag"], f"Dataset {project}:{dataset}")
        changes = request.json()
        if str(changes.get("location") or old["location"]).upper() != old["location"].upper():
            raise InvalidQueryError(f"Dataset {project}:{dataset}: the location cannot be changed")
        if "labels" in changes:
            kept = old.get("labels", {}) if request.method == "PATCH" else {}
            changes["labels"] = patched_labels(kept, changes["labels"])
        return self._forward(replace(request, body=json.dumps(changes).encode()))

    def delete(self, request: Request, project: str, dataset: str) -> Response:
        """datasets.delete; refused while the dataset holds tables or models."""
        contents = request.query.get("deleteContents", "false").lower() == "true"
        models = self._services.models.list(project, dataset)
        if not contents and (models or self._has_tables(project, dataset)):
            raise InUseError(f"Dataset {project}:{dataset} is still in use")
        answer = self._forward(request)
        if answer.status < 300:
            self._services.models.delete_all(project, dataset)
        return answer

    def _has_tables(self, project: str, dataset: str) -> bool:
        path = f"{dataset_path(project, dataset)}/tables?maxResults=1"
        return bool(self._services.backend.call("GET", path).get("tables"))


def _matches(labels: Json, text: str) -> bool:
    """Whether labels satisfy every `labels.name[:value]` of a filter."""
    for term in text.split():
        match = _LABEL.fullmatch(term)
        if match is None:
            raise InvalidQueryError(f"Invalid filter {text!r}: expected labels.name:value")
        name, value = match.groups()
        if name not in labels or value not in (None, "", labels[name]):
            return False
    return True
