"""jobs.list: filters and pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from bqml_export.embedded.bigquery.protocol.wire import Json, Request
from bqml_export.embedded.bigquery.stores.jobs import Job, JobStore
from bqml_export.errors import InvalidQueryError

_PAGE = 1000


def list_jobs(jobs: JobStore, request: Request, project: str) -> Json:
    """Returns a page of the project's jobs; the token is the last job of the page before."""
    query = request.query
    found = jobs.list(project, query.get("parentJobId"))
    states = {state.upper() for state in parse_qs(request.query_string).get("stateFilter", ())}
    oldest, newest = _number(query, "minCreationTime"), _number(query, "maxCreationTime")
    wanted = [
        job
        for job in found
        if (not states or job.state in states)
        and (oldest is None or job.created_ms >= oldest)
        and (newest is None or job.created_ms <= newest)
    ]
    size = _number(query, "maxResults") or _PAGE
    rest = [job for job in wanted if _token(job) < query.get("pageToken", "~")]
    body: Json = {"kind": "bigquery#jobList", "jobs": [_listed(job) for job in rest[:size]]}
    if len(rest) > size:
        body["nextPageToken"] = _token(rest[size - 1])
    return body


def _token(job: Job) -> str:
    return f"{job.created_ms:015d}{job.job_id}"


def _listed(job: Job) -> Json:
    resource = job.resource()
    error = {"errorResult": job.error} if job.error is not None else {}
    return {**resource, **error, "state": job.state}


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        return int(float(text))
    except ValueError:
        raise InvalidQueryError(f"{name} must be a number, got {text!r}") from None
