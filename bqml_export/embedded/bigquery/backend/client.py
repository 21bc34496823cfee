"""Typed calls to the backend's REST API, for the gateway's own needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from bqml_export.embedded.bigquery.backend.errors import query_error
from bqml_export.embedded.bigquery.backend.in_process import InProcessBackend
from bqml_export.embedded.bigquery.protocol.result_set import (
    ResultSet,
    decode_rows,
    field_schema,
    parse_field,
)
from bqml_export.embedded.bigquery.protocol.wire import Json, Response
from bqml_export.embedded.ml.data.table import Field
from bqml_export.errors import NotFoundError
from bqml_export.sql.parameters import Parameter

ROOT = "/bigquery/v2/projects"
_PAGE_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class QueryScope:
    """What a query text needs to mean anything: project, default dataset and parameters."""

    project: str
    default_dataset: Json | None = None
    parameters: tuple[Parameter, ...] = ()

    def configuration(self, sql: str) -> Json:
        query: Json = {"query": sql, "useLegacySql": False}
        if self.default_dataset:
            query["defaultDataset"] = self.default_dataset
        if self.parameters:
            named = all(parameter.get("name") for parameter in self.parameters)
            query["parameterMode"] = "NAMED" if named else "POSITIONAL"
            query["queryParameters"] = list(self.parameters)
        return query


class BackendClient:
    """Datasets, tables and queries of the backend."""

    def __init__(self, backend: InProcessBackend) -> None:
        self._backend = backend

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Returns the answer to a JSON request below `/bigquery/v2/projects`."""
        content = b"" if body is None else json.dumps(body).encode()
        headers = (("content-type", "application/json"),)
        answer = self._backend.request(method, f"{ROOT}{path}", body=content, headers=headers)
        if answer.status < 400:
            return answer.json()
        error = answer.json().get("error", {})
        detail: Json = next(iter(error.get("errors") or ()), {})
        raise query_error({"message": error.get("message"), **detail})

    def dataset_location(self, project: str, dataset: str) -> str:
        return str(self.call("GET", dataset_path(project, dataset)).get("location", "US"))

    def exists(self, path: str) -> bool:
        try:
            self.call("GET", path)
        except NotFoundError:
            return False
        return True

    def ensure_dataset(self, project: str, dataset: str) -> None:
        if not self.exists(dataset_path(project, dataset)):
            reference = {"projectId": project, "datasetId": dataset}
            self.call("POST", f"/{quote(project)}/datasets", {"datasetReference": reference})

    def create_table(self, project: str, dataset: str, table: str, fields: Sequence[Field]) -> None:
        body = {
            "tableReference": {"projectId": project, "datasetId": dataset, "tableId": table},
            "schema": {"fields": [field_schema(field) for field in fields]},
        }
        self.call("POST", f"{dataset_path(project, dataset)}/tables", body)

    def append_parquet(self, project: str, dataset: str, table: str, content: bytes) -> int:
        """Appends the rows of a Parquet file by position and returns the table's row count."""
        target = {"projectId": project, "datasetId": dataset, "tableId": table}
        load = {"destinationTable": target, "sourceFormat": "PARQUET"}
        opened = self._backend.request(
            "POST",
            f"/upload{ROOT}/{quote(project)}/jobs?uploadType=resumable",
            body=json.dumps({"configuration": {"load": load}}).encode(),
            headers=(("content-type", "application/json"),),
        )
        session = urlsplit(dict(opened.headers)["location"])
        answer = self._backend.request(
            "PUT",
            f"{session.path}?{session.query}",
            body=content,
            headers=(("content-range", f"bytes 0-{len(content) - 1}/{len(content)}"),),
        )
        return _output_rows(answer)

    def delete(self, path: str) -> None:
        """Deletes the resource at `path`; it may be gone already."""
        try:
            self.call("DELETE", path)
        except NotFoundError:
            return

    def run(self, scope: QueryScope, sql: str, *, dry_run: bool = False) -> Json:
        configuration: Json = {"query": scope.configuration(sql)}
        if dry_run:
            configuration["dryRun"] = True
        return self.run_configuration(scope.project, configuration)

    def run_configuration(self, project: str, configuration: Json) -> Json:
        job = self.call("POST", f"/{quote(project)}/jobs", {"configuration": configuration})
        error = job.get("status", {}).get("errorResult")
        if error:
            raise query_error(error)
        return job

    def rows(self, scope: QueryScope, sql: str) -> ResultSet:
        job_id = str(self.run(scope, sql)["jobReference"]["jobId"])
        try:
            return self.result_rows(scope.project, job_id)
        finally:
            self.delete_result(scope.project, job_id)

    def result_rows(self, project: str, job_id: str) -> ResultSet:
        page = self.result_page(project, job_id, {"maxResults": str(_PAGE_ROWS)})
        fields = [parse_field(schema) for schema in page["schema"].get("fields", [])]
        rows = list(page.get("rows", []))
        while token := page.get("pageToken"):
            paging = {"maxResults": str(_PAGE_ROWS), "pageToken": str(token)}
            page = self.result_page(project, job_id, paging)
            rows += page.get("rows", [])
        return decode_rows(fields, rows)

    def result_page(self, project: str, job_id: str, paging: Mapping[str, str]) -> Json:
        return self.call("GET", f"/{quote(project)}/queries/{quote(job_id)}?{urlencode(paging)}")

    def delete_result(self, project: str, job_id: str) -> None:
        """Forgets a job; the backend keeps every result in memory until then."""
        self.delete(f"/{quote(project)}/jobs/{quote(job_id)}/delete")


def dataset_path(project: str, dataset: str) -> str:
    return f"/{quote(project)}/datasets/{quote(dataset)}"


def table_path(project: str, dataset: str, table: str) -> str:
    return f"{dataset_path(project, dataset)}/tables/{quote(table)}"


def _output_rows(answer: Response) -> int:
    body = answer.json()
    error = body.get("error") or body.get("status", {}).get("errorResult")
    if error:
        detail: Json = next(iter(error.get("errors") or [error]), {})
        raise query_error({"message": error.get("message"), **detail})
    return int(body["statistics"]["load"]["outputRows"])
