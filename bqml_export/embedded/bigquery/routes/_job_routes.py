"""jobs.insert, jobs.query, jobs.get, getQueryResults, jobs.list, jobs.cancel and jobs.delete."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from bqml_export.embedded.bigquery.backend.errors import query_error
from bqml_export.embedded.bigquery.protocol.wire import Json, Request, Response, json_response
from bqml_export.embedded.bigquery.queries.job_work import plan_work
from bqml_export.embedded.bigquery.queries.query import REFUSED_SETTINGS, read_query
from bqml_export.embedded.bigquery.queries.results import result_page
from bqml_export.embedded.bigquery.routes._job_list import list_jobs
from bqml_export.embedded.bigquery.stores.jobs import Job, epoch_ms
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.errors import InvalidQueryError, NotFoundError

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,1024}")
_LONGEST_WAIT_S = 10.0
_QUICK_S = 0.3
"""jobs.insert waits this long: what is done by then need not be polled for."""


class JobRoutes:
    """Handlers of everything below `/projects/{project}/jobs` and `/queries`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def insert(self, request: Request, project: str) -> Response:
        body = request.json()
        configuration = body.get("configuration") or {}
        reference = body.get("jobReference") or {}
        if configuration.get("dryRun"):
            return self._dry_run(project, reference, configuration)
        job = self._start(project, reference, configuration, upload=None)
        job.done.wait(_QUICK_S)
        return json_response(job.resource())

    def insert_upload(self, project: str, body: Json, content: bytes) -> Response:
        configuration = body.get("configuration") or {}
        if "load" not in configuration:
            raise InvalidQueryError("Only load jobs take uploaded data")
        reference = body.get("jobReference") or {}
        job = self._start(project, reference, configuration, upload=content)
        job.done.wait(_QUICK_S)
        return json_response(job.resource())

    def query(self, request: Request, project: str) -> Response:
        """jobs.query: runs a query and waits a while for its rows."""
        body = request.json()
        query = {key: body[key] for key in _QUERY_FIELDS if key in body}
        configuration: Json = {"query": query, "labels": body.get("labels") or {}}
        if body.get("dryRun"):
            statistics = read_query(project, query).check(self._services)
            answer = {"kind": "bigquery#queryResponse", "jobComplete": True, **statistics}
            return json_response({**answer, "jobReference": {"projectId": project}})
        job = self._requested(project, body, configuration)
        wait_s = _wait_s(body.get("timeoutMs"))
        parameters = {"maxResults": str(body["maxResults"])} if "maxResults" in body else {}
        answer = self._results(job, wait_s, parameters)
        return json_response({**answer, "kind": "bigquery#queryResponse"})

    def get(self, request: Request, project: str, job_id: str) -> Response:
        return json_response(self._find(request, project, job_id).resource())

    def results(self, request: Request, project: str, job_id: str) -> Response:
        """jobs.getQueryResults: waits up to `timeoutMs`, ten seconds at most."""
        job = self._find(request, project, job_id)
        if "query" not in job.configuration:
            raise InvalidQueryError(f"Job {project}:{job_id} is not a query job")
        return json_response(
            self._results(job, _wait_s(request.query.get("timeoutMs")), request.query)
        )

    def list(self, request: Request, project: str) -> Response:
        return json_response(list_jobs(self._services.jobs, request, project))

    def cancel(self, request: Request, project: str, job_id: str) -> Response:
        """jobs.cancel: training stops before its next iteration."""
        job = self._find(request, project, job_id)
        job.cancelled.set()
        return json_response({"kind": "bigquery#jobCancelResponse", "job": job.resource()})

    def delete(self, request: Request, project: str, job_id: str) -> Response:
        job = self._find(request, project, job_id)
        if job.state != "DONE":
            raise InvalidQueryError(f"Job {project}:{job_id} is still running")
        for part in (*self._services.jobs.list(project, job_id), job):
            if part.result_job_id is not None:
                self._services.backend.delete_result(project, part.result_job_id)
            self._services.jobs.delete(project, part.job_id)
        return json_response({})

    def _find(self, request: Request, project: str, job_id: str) -> Job:
        job = self._services.jobs.find(project, job_id)
        location = request.query.get("location", "")
        # The client writes "None" for a job whose location it does not know.
        if job is None or location.upper() not in ("", "NONE", job.location.upper()):
            place = f" in location {location}" if job is not None else ""
            raise NotFoundError(f"Not found: Job {project}:{job_id}{place}")
        return job

    def _dry_run(self, project: str, reference: Json, configuration: Json) -> Response:
        if not isinstance(configuration.get("query"), dict):
            raise InvalidQueryError("Only query jobs can be run dry")
        query = read_query(project, configuration["query"])
        location = query.location(self._services, str(reference.get("location") or ""))
        checked = query.check(self._services)
        statistics = {"query": checked, "totalBytesProcessed": checked["totalBytesProcessed"]}
        shown = {**configuration, "jobType": "QUERY"}
        job = Job(project, "", location, shown, statistics, state="DONE")
        job.stamp(int(epoch_ms()))
        resource = job.resource()
        del resource["jobReference"]["jobId"]
        return json_response({**resource, "id": ""})

    def _start(
        self, project: str, reference: Json, configuration: Json, *, upload: bytes | None
    ) -> Job:
        job_id = str(reference.get("jobId") or f"job_{uuid.uuid4().hex}")
        if not _JOB_ID.fullmatch(job_id):
            raise InvalidQueryError(
                f'Invalid job ID "{job_id}": letters, digits, dashes and underscores, 1024 at most'
            )
        self._services.jobs.claim(project, job_id)
        try:
            job = Job(project, job_id, str(reference.get("location") or ""), configuration)
            work = plan_work(self._services, job, upload=upload)
        except BaseException:
            self._services.jobs.release(project, job_id)
            raise
        self._services.jobs.submit(job, work)
        return job

    def _requested(self, project: str, body: Json, configuration: Json) -> Job:
        """Returns the job of a jobs.query; a repeated request id names the same job."""
        job_id = str(body.get("requestId") or f"job_{uuid.uuid4().hex}")
        running = self._services.jobs.find(project, job_id)
        if running is not None:
            return running
        reference = {"jobId": job_id, "location": body.get("location")}
        return self._start(project, reference, configuration, upload=None)

    def _results(self, job: Job, wait_s: float, paging: Mapping[str, str]) -> Json:
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
        answer["totalBytesProcessed"] = job.statistics.get("totalBytesProcessed", "0")
        if job.result_job_id is None and statistics.get("statementType") != "SELECT":
            return answer
        return {**result_page(self._services, job, paging), **answer}


def _wait_s(timeout_ms: object) -> float:
    asked_s = _LONGEST_WAIT_S if timeout_ms is None else float(str(timeout_ms)) / 1000
    return min(asked_s, _LONGEST_WAIT_S)


_COPIED = (
    "cacheHit",
    "ddlOperationPerformed",
    "ddlTargetTable",
    "dmlStats",
    "numDmlAffectedRows",
    "statementType",
    "totalBytesBilled",
)
_QUERY_FIELDS = (
    "query",
    "defaultDataset",
    "useLegacySql",
    "parameterMode",
    "queryParameters",
    "maximumBytesBilled",
    "connectionProperties",
    "writeDisposition",
    "createDisposition",
    "destinationTable",
    *REFUSED_SETTINGS,
)
