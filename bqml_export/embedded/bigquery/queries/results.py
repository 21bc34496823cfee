"""The rows of finished query jobs, also as the anonymous tables that BigQuery keeps them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bqml_export.embedded.bigquery.protocol.result_set import ResultSet
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.bigquery.stores.jobs import Job
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.errors import NotFoundError

ANONYMOUS_DATASET = "_embedded_results"
_PREFIX = "anon-"
_KEPT_RESULTS = 200


def anonymous_table(job: Job) -> Json:
    """Returns the TableReference under which a job's rows can be read."""
    return {
        "projectId": job.project,
        "datasetId": ANONYMOUS_DATASET,
        "tableId": f"{_PREFIX}{job.job_id}",
    }


def anonymous_job(services: Services, project: str, table: str) -> Job:
    job = services.jobs.find(project, table.removeprefix(_PREFIX))
    if not table.startswith(_PREFIX) or job is None or job.result_job_id is None:
        raise _gone(project, table)
    return job


def result_page(services: Services, job: Job, query: Mapping[str, str]) -> Json:
    """Returns one page of a finished job's rows in the form of getQueryResults.

    `query` has the request's maxResults, pageToken and startIndex.
    """
    if job.result_job_id is None:
        raise _gone(job.project, f"{_PREFIX}{job.job_id}")
    paging = {"pageToken": query.get("pageToken") or query.get("startIndex") or "0"}
    if query.get("maxResults"):
        paging["maxResults"] = query["maxResults"]
    page = services.backend.result_page(job.project, job.result_job_id, paging)
    fields = page.get("schema", {}).get("fields", [])
    for index, name in job.column_names.items():
        if -len(fields) <= index < len(fields):
            fields[index] = {**fields[index], "name": name}
    return page


def result_rows(services: Services, job: Job) -> ResultSet:
    rows = services.backend.result_rows(job.project, str(job.result_job_id))
    names = {
        rows.fields[index].name: name
        for index, name in job.column_names.items()
        if -len(rows.fields) <= index < len(rows.fields)
    }
    fields = tuple(replace(field, name=names.get(field.name, field.name)) for field in rows.fields)
    columns = {names.get(name, name): values for name, values in rows.columns.items()}
    return ResultSet(fields, columns, rows.num_rows)


def drop_old_results(services: Services, project: str) -> None:
    """Frees the rows of all but the newest jobs; the backend holds them in memory."""
    held = [job for job in services.jobs.list_all(project) if job.result_job_id is not None]
    for job in held[_KEPT_RESULTS:]:
        services.backend.delete_result(project, str(job.result_job_id))
        job.result_job_id = None


def result_table(services: Services, job: Job) -> Json:
    page = result_page(services, job, {"maxResults": "0"})
    reference = anonymous_table(job)
    return {
        "kind": "bigquery#table",
        "id": f"{job.project}:{ANONYMOUS_DATASET}.{reference['tableId']}",
        "etag": job.job_id,
        "tableReference": reference,
        "type": "TABLE",
        "schema": page["schema"],
        "numRows": page["totalRows"],
        "location": job.location,
        "creationTime": str(job.created_ms),
        "lastModifiedTime": str(job.created_ms),
    }


def _gone(project: str, table: str) -> NotFoundError:
    return NotFoundError(
        f"Not found: Table {project}:{ANONYMOUS_DATASET}.{table}; the embedded BigQuery keeps the "
        f"newest {_KEPT_RESULTS} results until it stops"
    )
