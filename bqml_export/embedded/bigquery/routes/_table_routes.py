"""tables.list, get, insert and patch, and tabledata: what the backend does not do as BigQuery."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from bqml_export.embedded.bigquery.backend.client import QueryScope, dataset_path, table_path
from bqml_export.embedded.bigquery.protocol.preconditions import check_etag, patched_labels
from bqml_export.embedded.bigquery.protocol.wire import Json, Request, Response, json_response
from bqml_export.embedded.bigquery.queries.results import (
    ANONYMOUS_DATASET,
    anonymous_job,
    result_page,
    result_table,
)
from bqml_export.embedded.bigquery.stores.models import ModelKey
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.bigquery.tables.accessed import AccessedTable, table_bytes
from bqml_export.embedded.bigquery.tables.inserted_rows import insert_errors
from bqml_export.errors import DuplicateError, InvalidQueryError, NotSupportedError
from bqml_export.sql.scripts import model_script
from bqml_export.sql.tokens import read_sql

_ALL = 1_000_000
_PAGE = 1000
_SIZES = ("numBytes", "numActiveLogicalBytes", "numTotalLogicalBytes")


class TableRoutes:
    """Handlers of everything below `/datasets/{dataset}/tables`."""

    def __init__(self, services: Services, forward: Callable[[Request], Response]) -> None:
        self._services = services
        self._forward = forward

    def list(self, request: Request, project: str, dataset: str) -> Response:
        path = dataset_path(project, dataset)
        self._services.backend.call("GET", path)
        answer = self._services.backend.call("GET", f"{path}/tables?maxResults={_ALL}")
        found = {table["tableReference"]["tableId"]: table for table in answer.get("tables", [])}
        names = [name for name in sorted(found) if name > request.query.get("pageToken", "")]
        size = int(request.query.get("maxResults") or _PAGE)
        page = [found[name] for name in names[:size]]
        body: Json = {"kind": "bigquery#tableList", "tables": page, "totalItems": len(found)}
        if len(names) > size:
            body["nextPageToken"] = names[size - 1]
        return json_response(body)

    def get(self, _request: Request, project: str, dataset: str, table: str) -> Response:
        """tables.get, with the rows and bytes that the table has now."""
        if dataset == ANONYMOUS_DATASET:
            job = anonymous_job(self._services, project, table)
            return json_response(result_table(self._services, job))
        return json_response(self._resource(project, dataset, table))

    def insert(self, request: Request, project: str, dataset: str) -> Response:
        """tables.insert; a view is made by SQL, so that its columns are known."""
        body = request.json()
        table = str((body.get("tableReference") or {}).get("tableId") or "")
        self._services.backend.call("GET", dataset_path(project, dataset))
        key = ModelKey(project, dataset, table)
        if self._services.models.exists(key):
            raise DuplicateError(f"Already Exists: Model {key}")
        if "view" in body:
            return self._insert_view(body, key)
        for kind in ("materializedView", "externalDataConfiguration"):
            if body.get(kind):
                raise NotSupportedError(
                    f"Tables with {kind} are not supported by the embedded BigQuery"
                )
        answer = self._forward(request)
        if answer.status >= 400:
            return answer
        return json_response(self._resource(project, dataset, table))

    def change(self, request: Request, project: str, dataset: str, table: str) -> Response:
        """tables.patch and tables.update; columns can be added, as in BigQuery."""
        path = table_path(project, dataset, table)
        old = self._services.backend.call("GET", path)
        check_etag(request, old["etag"], f"Table {project}:{dataset}.{table}")
        changes = request.json()
        if "labels" in changes:
            kept = old.get("labels", {}) if request.method == "PATCH" else {}
            changes["labels"] = patched_labels(kept, changes["labels"])
        if not (changes.get("schema") or {}).get("fields"):
            changes.pop("schema", None)  # what bq sends to leave it alone
        elif old["type"] == "TABLE":
            self._add_columns(old, changes["schema"]["fields"])
        changes.setdefault("tableReference", old["tableReference"])
        answer = self._forward(replace(request, body=json.dumps(changes).encode()))
        if answer.status >= 400:
            return answer
        return json_response(self._resource(project, dataset, table))

    def delete(self, request: Request, project: str, dataset: str, table: str) -> Response:
        """tables.delete; the backend can delete a view only by SQL."""
        resource = self._services.backend.call("GET", table_path(project, dataset, table))
        if resource["type"] != "VIEW":
            return self._forward(request)
        sql = f"DROP VIEW `{project}`.`{dataset}`.`{table}`"
        self._services.backend.run(QueryScope(project), sql)
        return Response(204)

    def data(self, request: Request, project: str, dataset: str, table: str) -> Response:
        """tabledata.list, also of the anonymous table of a query."""
        if dataset != ANONYMOUS_DATASET:
            return self._forward(request)
        job = anonymous_job(self._services, project, table)
        page = result_page(self._services, job, request.query)
        kept: Json = {key: page[key] for key in ("rows", "totalRows", "pageToken") if key in page}
        return json_response({"kind": "bigquery#tableDataList", **kept})

    def insert_all(self, request: Request, project: str, dataset: str, table: str) -> Response:
        """tabledata.insertAll: rows that do not fit are named, as BigQuery does."""
        body = request.json()
        if body.get("templateSuffix"):
            raise NotSupportedError("templateSuffix is not supported by the embedded BigQuery")
        resource = self._services.backend.call("GET", table_path(project, dataset, table))
        rows = body.get("rows") or []
        errors = insert_errors(rows, resource.get("schema", {}).get("fields", []), body)
        bad = {error["index"] for error in errors}
        answer: Json = {"kind": "bigquery#tableDataInsertAllResponse"}
        if errors:
            answer["insertErrors"] = errors
        if bad and not body.get("skipInvalidRows"):
            return json_response(answer)
        good = [{"json": row.get("json", {})} for n, row in enumerate(rows) if n not in bad]
        if good:
            sent = json.dumps({"rows": good}).encode()
            forwarded = self._forward(replace(request, body=sent))
            if forwarded.status >= 400:
                return forwarded
        return json_response(answer)

    def _resource(self, project: str, dataset: str, table: str) -> Json:
        backend = self._services.backend
        resource = backend.call("GET", table_path(project, dataset, table))
        resource["location"] = backend.dataset_location(project, dataset)
        if resource["type"] == "VIEW":
            return resource
        accessed = AccessedTable(project, dataset, table, None, resource["location"])
        size = str(table_bytes(backend, accessed))
        name = f"`{project}`.`{dataset}`.`{table}`"
        sql = f"SELECT COUNT(*) AS n FROM {name}"  # noqa: S608 - the table is there
        count = backend.rows(QueryScope(project), sql).columns["n"][0]
        return {**resource, **dict.fromkeys(_SIZES, size), "numRows": str(count)}

    def _insert_view(self, body: Json, key: ModelKey) -> Response:
        view = body["view"] or {}
        sql = str(view.get("query") or "")
        if view.get("useLegacySql"):
            raise NotSupportedError("Views in legacy SQL are not supported")
        create = f"CREATE VIEW `{key.project}`.`{key.dataset}`.`{key.model}` AS {sql}"
        if model_script(read_sql(create)):
            raise InvalidQueryError("A view takes one query")
        self._services.backend.run(QueryScope(key.project), create)
        changes = {name: body[name] for name in _VIEW_FIELDS if name in body}
        path = table_path(key.project, key.dataset, key.model)
        if changes:
            reference = {"tableReference": body["tableReference"]}
            self._services.backend.call("PATCH", path, {**changes, **reference})
        return json_response(self._resource(key.project, key.dataset, key.model))

    def _add_columns(self, table: Json, wanted: Sequence[Json]) -> None:
        known = {
            field["name"].lower(): field for field in table.get("schema", {}).get("fields", [])
        }
        missing = known.keys() - {str(field["name"]).lower() for field in wanted}
        reference = table["tableReference"]
        name = f"{reference['projectId']}:{reference['datasetId']}.{reference['tableId']}"
        if missing:
            raise InvalidQueryError(
                f"Provided Schema does not match Table {name}. "
                f"Field {min(missing)} is missing in new schema"
            )
        for field in wanted:
            if str(field["name"]).lower() not in known:
                self._add_column(reference, field, name)

    def _add_column(self, reference: Json, field: Json, name: str) -> None:
        if field.get("mode") == "REQUIRED" or field.get("fields"):
            raise NotSupportedError(
                f"Field {field['name']} cannot be added to Table {name}: the embedded BigQuery "
                "adds NULLABLE and REPEATED columns without sub-fields"
            )
        path = ".".join(f"`{reference[part]}`" for part in ("projectId", "datasetId", "tableId"))
        kind = f"ARRAY<{field['type']}>" if field.get("mode") == "REPEATED" else field["type"]
        sql = f"ALTER TABLE {path} ADD COLUMN `{field['name']}` {kind}"
        self._services.backend.run(QueryScope(reference["projectId"]), sql)


_VIEW_FIELDS = ("description", "friendlyName", "labels")
