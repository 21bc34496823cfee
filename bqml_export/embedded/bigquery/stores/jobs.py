"""Jobs that the gateway runs itself, and their records on disk."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bqml_export.embedded.bigquery.protocol.wire import Json, error_proto, parse_object
from bqml_export.embedded.state.atomic import file_name, write_atomically
from bqml_export.errors import BqmlExportError, DuplicateError, InvalidQueryError, QueryError

_THREADS = 16


class StoppedError(QueryError):
    """The user cancelled the job."""

    reason = "stopped"


@dataclass(slots=True)
class Job:
    """One job: what was asked, how far it is and how it ended."""

    project: str
    job_id: str
    location: str
    configuration: Json
    statistics: Json = field(default_factory=dict)
    state: str = "RUNNING"
    error: Json | None = None
    parent_job_id: str | None = None
    """The script that this job is a statement of."""
    result_job_id: str | None = None
    """The backend's job whose rows are this job's result."""
    column_names: Mapping[int, str] = field(default_factory=dict)
    """Names, by position, of the result's columns that the query itself does not name."""
    done: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def resource(self) -> Json:
        status: Json = {"state": self.state}
        if self.error is not None:
            status |= {"errorResult": self.error, "errors": [self.error]}
        return {
            "kind": "bigquery#job",
            "id": f"{self.project}:{self.location}.{self.job_id}",
            "etag": f"{self.job_id}-{self.state}",
            "selfLink": f"/bigquery/v2/projects/{self.project}/jobs/{self.job_id}",
            "user_email": "embedded@localhost",
            "jobReference": self.reference(),
            "configuration": self.configuration,
            "status": status,
            "statistics": self.statistics,
        }

    @property
    def created_ms(self) -> int:
        return int(self.statistics.get("creationTime", 0))

    def reference(self) -> Json:
        return {"projectId": self.project, "jobId": self.job_id, "location": self.location}

    def stamp(self, now_ms: int) -> None:
        now = str(now_ms)
        self.statistics = {"creationTime": now, "startTime": now, **self.statistics}

    def child(self, number: int, sql: str, start: int) -> Job:
        """Returns the job of the statement at `start` of this script; cancelled with the script."""
        whole = str(self.configuration["query"]["query"])
        query = {**self.configuration["query"], "query": sql}
        query.pop("destinationTable", None)
        return Job(
            project=self.project,
            job_id=f"script_job_{uuid.uuid4().hex}_{number}",
            location=self.location,
            configuration={**self.configuration, "query": query},
            statistics={
                "parentJobId": self.job_id,
                "scriptStatistics": _script_statistics(query["query"], whole, start),
            },
            parent_job_id=self.job_id,
            cancelled=self.cancelled,
        )

    def update_query_statistics(self, **values: object) -> None:
        """Adds to `statistics.query`; readers see either the old or the new object."""
        query = {**self.statistics.get("query", {}), **values}
        self.statistics = {**self.statistics, "query": query}

    def check_cancelled(self) -> None:
        """Raises StoppedError, which ends the work, when the user asked for it."""
        if self.cancelled.is_set():
            raise StoppedError("Job execution was cancelled: User requested cancellation")


class JobStore:
    """The gateway's jobs; finished ones survive a restart, running ones do not."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._jobs: dict[tuple[str, str], Job] = {}
        self._claimed: set[tuple[str, str]] = set()
        self._newest_ms = 0
        self._workers = ThreadPoolExecutor(_THREADS, thread_name_prefix="bigquery-job")
        for path in directory.glob("*/*.json"):
            self._load(path)

    def claim(self, project: str, job_id: str) -> None:
        """Reserves a job id, so that a repeated request never runs twice."""
        with self._lock:
            if (project, job_id) in self._claimed:
                raise DuplicateError(f"Already Exists: Job {project}:{job_id}")
            self._claimed.add((project, job_id))

    def release(self, project: str, job_id: str) -> None:
        """Gives back a claimed id whose job was refused."""
        with self._lock:
            self._claimed.discard((project, job_id))

    def find(self, project: str, job_id: str) -> Job | None:
        """Returns None when the gateway does not run a job of that id."""
        return self._jobs.get((project, job_id))

    def list(self, project: str, parent_job_id: str | None = None) -> list[Job]:
        """Returns the project's jobs, newest first; those of a script only when it is named."""
        return [job for job in self.list_all(project) if job.parent_job_id == parent_job_id]

    def list_all(self, project: str) -> Sequence[Job]:
        """Returns the project's jobs and the statements of its scripts, newest first."""
        jobs = [job for job in list(self._jobs.values()) if job.project == project]
        return sorted(jobs, key=lambda job: (job.created_ms, job.job_id), reverse=True)

    def submit(self, job: Job, work: Callable[[Job], None]) -> None:
        self.add(job)
        self._workers.submit(self._run, job, work)

    def add(self, job: Job) -> None:
        """Makes the job known, so that clients can poll it."""
        with self._lock:
            # No two alike: clients sort the statements of a script by it.
            self._newest_ms = max(int(epoch_ms()), self._newest_ms + 1)
            job.stamp(self._newest_ms)
            self._jobs[job.project, job.job_id] = job

    def delete(self, project: str, job_id: str) -> None:
        with self._lock:
            self._jobs.pop((project, job_id), None)
            self._claimed.discard((project, job_id))
        self._path(project, job_id).unlink(missing_ok=True)

    def close(self) -> None:
        """Cancels what runs and waits for it to end."""
        for job in list(self._jobs.values()):
            job.cancelled.set()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def run(self, job: Job, work: Callable[[Job], None]) -> None:
        """Runs `work(job)` to its end on this thread and keeps the outcome."""
        self.add(job)
        self._run(job, work)

    def _run(self, job: Job, work: Callable[[Job], None]) -> None:
        try:
            job.check_cancelled()
            work(job)
        except QueryError as exc:
            job.error = error_proto(exc)
        except BqmlExportError as exc:
            job.error = error_proto(InvalidQueryError(str(exc)))
        except Exception as exc:  # noqa: BLE001 - a job always ends; its client waits
            text = f"The embedded BigQuery ML failed: {type(exc).__name__}: {exc}"
            job.error = error_proto(InvalidQueryError(text))
        self._finish(job)

    def _finish(self, job: Job) -> None:
        total = {"totalBytesProcessed": "0", "endTime": epoch_ms()}
        job.statistics = {**total, **job.statistics}
        job.state = "DONE"
        try:
            content = json.dumps(job.resource()).encode()
            write_atomically(self._path(job.project, job.job_id), content)
        finally:
            job.done.set()

    def _path(self, project: str, job_id: str) -> Path:
        return self._directory / file_name(project) / f"{file_name(job_id)}.json"

    def _load(self, path: Path) -> None:
        resource = parse_object(path.read_bytes())
        reference, status = resource["jobReference"], resource["status"]
        job = Job(
            project=str(reference["projectId"]),
            job_id=str(reference["jobId"]),
            location=str(reference["location"]),
            configuration=resource["configuration"],
            statistics=resource["statistics"],
            state="DONE",
            error=status.get("errorResult"),
            parent_job_id=resource["statistics"].get("parentJobId"),
        )
        job.done.set()
        self._jobs[job.project, job.job_id] = job
        self._claimed.add((job.project, job.job_id))


def _script_statistics(sql: str, script: str, start: int) -> Json:
    line = script.count("\n", 0, start) + 1
    column = start - script.rfind("\n", 0, start)
    end_line = line + sql.count("\n")
    end_column = column + len(sql) if end_line == line else len(sql) - sql.rfind("\n")
    frame = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    return {"evaluationKind": "STATEMENT", "stackFrames": [{**frame, "text": sql}]}


def epoch_ms() -> str:
    """Returns the time now as the REST API writes it: milliseconds since 1970, as text."""
    return str(time.time_ns() // 1_000_000)
