"""jobs.insert, jobs.query, jobs.get, getQueryResults, jobs.list, jobs.cancel and jobs.delete.

Jobs that use models run here. The rest goes to the backend, which finishes a job before it answers.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from bqml_export.embedded.bigquery.backend_client import ROOT, query_error
from bqml_export.embedded.bigquery.dataset_routes import DatasetRoutes
from bqml_export.embedded.bigquery.exports import export_model, job_destination
from bqml_export.embedded.bigquery.jobs import Job
from bqml_export.embedded.bigquery.loads import load_table
from bqml_export.embedded.bigquery.model_store import ModelKey
from bqml_export.embedded.bigquery.queries import ModelQuery, check_location, model_query
from bqml_export.embedded.bigquery.wire import Json, Request, Response, json_response
from bqml_export.errors import DuplicateError, InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bqml_export.embedded.bigquery.context import Services

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,1024}")
_LONGEST_WAIT_S = 10.0


class JobRoutes:
    """Handlers of everything below `/projects/{project}/jobs` and `/queries`."""

    def __init__(
        self,
        services: Services,
        datasets: DatasetRoutes,
        forward: Callable[[Request], Response],
    ) -> None:
        self._services = services
        self._datasets = datasets
        self._forward = forward

    def insert(self, request: Request, project: str) -> Response:
        """jobs.insert."""
        body = request.json()
        configuration = body.get("configuration") or {}
        reference = body.get("jobReference") or {}
        query = configuration.get("query")
        models = model_query(project, query) if isinstance(query, dict) else None
        if configuration.get("dryRun"):
            return self._dry_run(request, project, models, configuration)
        job = self._claim(project, reference, configuration)
        try:
            work = self._work(job, models)
            if work is None:
                return self._insert_forwarded(request, body, job)
        except BaseException:
            self._services.jobs.release(project, job.job_id)
            raise
        self._services.jobs.submit(job, work)
        return json_response(job.resource())

    def query(self, request: Request, project: str) -> Response:
        """jobs.query: runs a query and waits a while for its rows."""
        body = request.json()
        models = model_query(project, body)
        if models is None:
            return self._query_forwarded(request, project, body)
        query = {key: body[key] for key in _QUERY_FIELDS if key in body}
        configuration: Json = {"query": query, "labels": body.get("labels") or {}}
        if body.get("dryRun"):
            statistics = models.check(self._services)
            answer = {"kind": "bigquery#queryResponse", "jobComplete": True, **statistics}
            return json_response({**answer, "jobReference": {"projectId": project}})
        job = self._requested(project, body, configuration, models)
        wait_s = min(float(body.get("timeoutMs") or 10_000) / 1000, _LONGEST_WAIT_S)
        parameters = {"maxResults": str(body["maxResults"])} if "maxResults" in body else {}
        answer = self._results(job, wait_s, parameters)
        return json_response({**answer, "kind": "bigquery#queryResponse"})

    def get(self, request: Request, project: str, job_id: str) -> Response:
        """jobs.get."""
        job = self._services.jobs.find(project, job_id)
        return self._forward(request) if job is None else json_response(job.resource())

    def results(self, request: Request, project: str, job_id: str) -> Response:
        """jobs.getQueryResults: waits up to `timeoutMs`, ten seconds at most."""
        job = self._services.jobs.find(project, job_id)
        if job is None:
            return self._results_forwarded(request, project, job_id)
        wait_s = min(float(request.query.get("timeoutMs", 10_000)) / 1000, _LONGEST_WAIT_S)
        kept = {key: request.query[key] for key in _PAGING if key in request.query}
        return json_response(self._results(job, wait_s, kept))

    def list(self, request: Request, project: str) -> Response:
        """jobs.list: the gateway's jobs before the backend's."""
        answer = self._forward(request)
        if answer.status != 200 or "parentJobId" in request.query:
            return answer
        wanted = request.query.get("stateFilter", "").upper()
        own = [job for job in self._services.jobs.list(project) if wanted in ("", job.state)]
        body = answer.json()
        jobs = [{**job.resource(), "state": job.state} for job in own] + body.get("jobs", [])
        return json_response({**body, "jobs": jobs[: int(request.query.get("maxResults", 1000))]})

    def cancel(self, request: Request, project: str, job_id: str) -> Response:
        """jobs.cancel: training stops before its next iteration."""
        job = self._services.jobs.find(project, job_id)
        if job is None:
            return self._forward(request)
        job.cancelled.set()
        return json_response({"kind": "bigquery#jobCancelResponse", "job": job.resource()})

    def delete(self, request: Request, project: str, job_id: str) -> Response:
        """jobs.delete."""
        job = self._services.jobs.find(project, job_id)
        if job is None:
            self._services.jobs.release(project, job_id)
            return self._forward(request)
        if job.state != "DONE":
            raise InvalidQueryError(f"Job {project}:{job_id} is still running")
        self._services.jobs.delete(project, job_id)
        return json_response({})

    def _dry_run(
        self, request: Request, project: str, models: ModelQuery | None, configuration: Json
    ) -> Response:
        if models is None:
            return self._forward(request)
        statistics = models.check(self._services)
        job = Job(project, "", "US", configuration, {"query": statistics}, state="DONE")
        resource = job.resource()
        del resource["jobReference"]["jobId"]
        return json_response({**resource, "id": ""})

    def _claim(self, project: str, reference: Json, configuration: Json) -> Job:
        job_id = str(reference.get("jobId") or f"job_{uuid.uuid4().hex}")
        if not _JOB_ID.fullmatch(job_id):
            raise InvalidQueryError(
                f'Invalid job ID "{job_id}": letters, digits, dashes and underscores, 1024 at most'
            )
        self._services.jobs.claim(project, job_id)
        if self._services.backend.exists(f"/{quote(project)}/jobs/{quote(job_id)}"):
            raise DuplicateError(f"Already Exists: Job {project}:{job_id}")
        job_type = next((kind for kind in _JOB_TYPES if kind in configuration), "query").upper()
        shown = {**configuration, "jobType": job_type}
        return Job(project, job_id, str(reference.get("location") or ""), shown)

    def _work(self, job: Job, models: ModelQuery | None) -> Callable[[Job], None] | None:
        """Returns what the gateway runs itself, or None for the backend's jobs."""
        services = self._services
        if models is not None:
            job.location = models.location(services, job.location)
            return lambda running: models.work(services, running)
        extract = job.configuration.get("extract") or {}
        if "sourceModel" in extract:
            return self._extract_work(job, extract)
        if extract:
            raise NotSupportedError(
                "Extract jobs of tables are not supported by the embedded BigQuery; of models they "
                "are (sourceModel)"
            )
        if "load" in job.configuration:
            job.location = job.location or "US"
            return lambda running: load_table(services, running, upload=None)
        return None

    def _extract_work(self, job: Job, extract: Json) -> Callable[[Job], None]:
        source = extract["sourceModel"]
        key = ModelKey(
            str(source.get("projectId") or job.project),
            str(source.get("datasetId")),
            str(source.get("modelId")),
        )
        destination = job_destination(extract)
        stored = self._services.models.get(key)
        location = str(stored.resource["location"])
        job.location = check_location(job.location, location, f"{key.project}:{key.dataset}")

        def work(running: Job) -> None:
            count = export_model(self._services, key, destination)
            extracted = {"destinationUriFileCounts": [str(count)], "inputBytes": "0"}
            running.statistics = {**running.statistics, "extract": extracted}

        return work

    def _insert_forwarded(self, request: Request, body: Json, job: Job) -> Response:
        # The job's id must be the backend's too, and it is ours when the client chose none.
        job.location = job.location or "US"
        sent = json.dumps({**body, "jobReference": job.reference()}).encode()
        sql = str((job.configuration.get("query") or {}).get("query") or "")
        answer = self._datasets.query(replace(request, body=sent, headers=_JSON), job.project, sql)
        if answer.status >= 400:
            self._services.jobs.release(job.project, job.job_id)
            return answer
        return json_response({**answer.json(), "jobReference": job.reference()})

    def _query_forwarded(self, request: Request, project: str, body: Json) -> Response:
        answer = self._datasets.query(request, project, str(body.get("query") or ""))
        # The backend hides the failure of a query in a success without rows.
        errors = answer.json().get("errors") if answer.status == 200 else None
        if errors:
            raise query_error(errors[0])
        return answer

    def _results_forwarded(self, request: Request, project: str, job_id: str) -> Response:
        answer = self._forward(request)
        if answer.status == 404:
            # The backend knows no results of a failed job: BigQuery answers with its error.
            job = self._services.backend.call("GET", f"/{quote(project)}/jobs/{quote(job_id)}")
            error = job["status"].get("errorResult")
            if error:
                raise query_error(error)
        return answer

    def _requested(self, project: str, body: Json, configuration: Json, models: ModelQuery) -> Job:
        """Returns the job of a jobs.query; a repeated request id names the same job."""
        job_id = str(body.get("requestId") or uuid.uuid4().hex)
        running = self._services.jobs.find(project, job_id)
        if running is not None:
            return running
        reference = {"jobId": job_id, "location": body.get("location")}
        job = self._claim(project, reference, configuration)
        try:
            work = self._work(job, models)
            assert work is not None
        except BaseException:
            self._services.jobs.release(project, job.job_id)
            raise
        self._services.jobs.submit(job, work)
        return job

    def _results(self, job: Job, wait_s: float, paging: dict[str, str]) -> Json:
        answer: Json = {
            "kind": "bigquery#getQueryResultsResponse",
            "jobReference": job.reference(),
            "jobComplete": job.done.wait(wait_s),
        }
        if not answer["jobComplete"]:
            return answer
        if job.error is not None:
            raise query_error(job.error)
        statistics = job.statistics.get("query", {})
        answer |= {key: statistics[key] for key in _COPIED if key in statistics}
        answer |= {"totalBytesProcessed": "0", "cacheHit": False}
        if job.result_job_id is None:
            return answer
        return {**self._rows(job, paging), **answer}

    def _rows(self, job: Job, paging: dict[str, str]) -> Json:
        target = f"{ROOT}/{quote(job.project)}/queries/{quote(job.result_job_id or '')}"
        query = "&".join(f"{key}={quote(value)}" for key, value in paging.items())
        return self._forward(Request("GET", target, paging, {}, b"", query)).json()


_JOB_TYPES = ("query", "load", "extract", "copy")
_JSON = {"content-type": "application/json"}
_PAGING = ("maxResults", "pageToken", "startIndex")
_COPIED = ("numDmlAffectedRows", "statementType", "ddlOperationPerformed")
_QUERY_FIELDS = (
    "query",
    "defaultDataset",
    "useLegacySql",
    "parameterMode",
    "queryParameters",
    "maximumBytesBilled",
    "connectionProperties",
)
