"""What a job of each type does."""

from __future__ import annotations

from collections.abc import Callable

from bqml_export.embedded.bigquery.models.exports import export_model, job_destination
from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.bigquery.queries.query import read_query
from bqml_export.embedded.bigquery.stores.jobs import Job
from bqml_export.embedded.bigquery.stores.models import ModelKey
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.bigquery.tables.accessed import check_location
from bqml_export.embedded.bigquery.tables.destination import open_target
from bqml_export.embedded.bigquery.tables.extracts import extract_table, table_destination
from bqml_export.embedded.bigquery.tables.loads import load_table
from bqml_export.errors import InvalidQueryError, NotFoundError

_TYPES = ("query", "load", "extract", "copy")


def plan_work(services: Services, job: Job, *, upload: bytes | None) -> Callable[[Job], None]:
    """Completes the job's location and type; a job that cannot start has not been made then."""
    kind = next((name for name in _TYPES if name in job.configuration), None)
    if kind is None or not isinstance(job.configuration[kind], dict):
        raise InvalidQueryError(
            f"Required parameter is missing: one of configuration.{', '.join(_TYPES)}"
        )
    job.configuration = {**job.configuration, "jobType": kind.upper()}
    if kind == "load":
        return _load(services, job, upload)
    return _PLANS[kind](services, job, job.configuration[kind])


def _query(services: Services, job: Job, configuration: Json) -> Callable[[Job], None]:
    query = read_query(job.project, configuration)
    job.location = query.location(services, job.location)
    return lambda running: query.work(services, running)


def _load(services: Services, job: Job, upload: bytes | None) -> Callable[[Job], None]:
    _locate(services, job, (job.configuration["load"].get("destinationTable") or {}))
    return lambda running: load_table(services, running, upload=upload)


def _extract(services: Services, job: Job, extract: Json) -> Callable[[Job], None]:
    if "sourceModel" in extract:
        return _extract_model(services, job, extract)
    source = extract.get("sourceTable") or {}
    destination = table_destination(extract)
    _locate(services, job, source)
    return lambda running: extract_table(services, running, source, destination)


def _extract_model(services: Services, job: Job, extract: Json) -> Callable[[Job], None]:
    source = extract["sourceModel"]
    key = ModelKey(
        str(source.get("projectId") or job.project),
        str(source.get("datasetId")),
        str(source.get("modelId")),
    )
    destination = job_destination(extract)
    location = str(services.models.get(key).resource["location"])
    job.location = check_location(job.location, location, f"{key.project}:{key.dataset}")

    def work(running: Job) -> None:
        count = export_model(services, key, destination)
        extracted = {"destinationUriFileCounts": [str(count)], "inputBytes": "0"}
        running.statistics = {**running.statistics, "extract": extracted}

    return work


def _copy(services: Services, job: Job, copy: Json) -> Callable[[Job], None]:
    _locate(services, job, copy.get("destinationTable") or {})

    def work(running: Job) -> None:
        sources = copy.get("sourceTables") or [copy.get("sourceTable") or {}]
        target = open_target(
            services.backend, running.project, copy, default_disposition="WRITE_EMPTY"
        )
        for number, source in enumerate(sources):
            _refuse_model(services, running.project, source)
            write = "WRITE_TRUNCATE" if target.replace and number == 0 else "WRITE_APPEND"
            one = {**copy, "sourceTables": [source], "writeDisposition": write}
            one.pop("sourceTable", None)
            services.backend.run_configuration(running.project, {"copy": one})

    return work


def _refuse_model(services: Services, project: str, source: Json) -> None:
    owner = str(source.get("projectId") or project)
    key = ModelKey(owner, str(source.get("datasetId")), str(source.get("tableId")))
    if services.models.exists(key):
        raise InvalidQueryError(f"{key} is a model: the embedded BigQuery copies tables only")


def _locate(services: Services, job: Job, table: Json) -> None:
    project, dataset = str(table.get("projectId") or job.project), str(table.get("datasetId") or "")
    try:
        actual = services.backend.dataset_location(project, dataset)
    except NotFoundError:
        job.location = job.location or "US"
        return
    job.location = check_location(job.location, actual, f"{project}:{dataset}")


_PLANS: dict[str, Callable[[Services, Job, Json], Callable[[Job], None]]] = {
    "query": _query,
    "extract": _extract,
    "copy": _copy,
}
