"""BigQuery jobs under names of our own: sent once, found again, waited for."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from google.cloud import bigquery

from bqml_export.clients import Clients
from bqml_export.errors import AccessDeniedError, DuplicateError, JobError, NotFoundError
from bqml_export.foreign_errors import foreign_errors, one_line
from foundation.json_types import JsonObject

Report: TypeAlias = Callable[[str], None]
"""Takes one line of progress for people."""

Job: TypeAlias = bigquery.QueryJob | bigquery.ExtractJob

_POLL_S = (0.1, 0.2, 0.5, 1.0, 2.0)
_HINTS = {
    "notFound": "check the names, and --location: jobs find only what is in their location",
    "duplicate": "say CREATE OR REPLACE MODEL to train over the existing model",
    "accessDenied": "ask for roles/bigquery.dataEditor on the dataset and roles/bigquery.jobUser",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """The latest job of one piece of work, or where its first one goes."""

    base_id: str
    number: int
    """Counted from 0; -1 before the first one."""
    job: Job | None
    """None where there is none, or where it is somebody else's."""

    @property
    def running(self) -> bool:
        return self.job is not None and self.job.state != "DONE"

    @property
    def succeeded(self) -> bool:
        return self.job is not None and self.job.state == "DONE" and not self.job.error_result

    @property
    def next_job_id(self) -> str:
        return f"{self.base_id}_{self.number + 1}"


def base_id(kind: str, *parts: object) -> str:
    """Returns the part of a job id that is the same for the same work.

    `jobs.insert` is idempotent by job id, so that sending again after a network failure never
    does the work twice.
    """
    digest = hashlib.sha256("\n".join(map(str, parts)).encode("utf-8")).hexdigest()
    return f"bqml_export_{kind}_{digest[:24]}"


def latest_attempt(clients: Clients, base: str, location: str | None) -> Attempt:
    """Returns the last job with this base id; attempts are numbered from 0 without gaps."""
    jobs: dict[int, Job | _SomebodyElses | None] = {-1: None}
    last, beyond = -1, 0

    def exists(number: int) -> bool:
        jobs[number] = _find(clients, f"{base}_{number}", location)
        return jobs[number] is not None

    while exists(beyond):
        last, beyond = beyond, 2 * beyond + 1
    while beyond - last > 1:
        middle = (last + beyond) // 2
        last, beyond = (middle, beyond) if exists(middle) else (last, middle)
    job = jobs[last]
    return Attempt(base, last, None if isinstance(job, _SomebodyElses) else job)


class _SomebodyElses:
    """A job that exists and that this account may not look at."""


def _find(clients: Clients, job_id: str, location: str | None) -> Job | _SomebodyElses | None:
    try:
        with foreign_errors(f"reading job {job_id}"):
            return _get(clients, job_id, location)
    except NotFoundError:
        return None
    except AccessDeniedError:
        return _SomebodyElses()


def _get(clients: Clients, job_id: str, location: str | None) -> Job:
    return clients.bigquery.get_job(job_id, location=location, **clients.bigquery_call)


def send_once(clients: Clients, job_id: str, location: str | None, send: Callable[[], Job]) -> Job:
    """Returns the job with this id, which `send` sends unless an earlier try of it came through."""
    try:
        with foreign_errors(f"sending job {job_id}"):
            return send()
    except DuplicateError:  # the answer to the earlier try was lost
        with foreign_errors(f"reading job {job_id}"):
            return _get(clients, job_id, location)


def wait(clients: Clients, job: Job, on_poll: Callable[[Job], None]) -> Job:
    """Returns the job when it has ended well; `on_poll` sees it after every poll."""
    polls = 0
    while job.state != "DONE":
        time.sleep(_POLL_S[min(polls, len(_POLL_S) - 1)])
        polls += 1
        with foreign_errors(f"waiting for job {job.job_id}, which runs on"):
            job = _get(clients, job.job_id, job.location)
        on_poll(job)
    on_poll(job)
    if error := job.error_result:
        reason = str(error.get("reason", ""))
        raise JobError(
            f"job {job.job_id} failed: {one_line(error.get('message', reason))}",
            hint=_HINTS.get(reason),
        )
    return job


def statistics(job: Job) -> JsonObject:
    """Returns the statistics of a job as models and loss curves need them.

    The client library has no property for `mlStatistics`.
    """
    properties: JsonObject = job._properties  # noqa: SLF001
    found: JsonObject = properties.get("statistics", {})
    return found
