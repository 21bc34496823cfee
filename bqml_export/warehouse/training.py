"""Training: a CREATE MODEL statement becomes a query job, once, however often it is sent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from google.cloud import bigquery

from bqml_export.clients import Clients
from bqml_export.errors import InvalidQueryError, NotFoundError
from bqml_export.warehouse.dataset import (
    create_dataset,
    dataset_location,
    missing_dataset_is_ours,
)
from bqml_export.warehouse.description import ModelDescription, describe
from bqml_export.warehouse.jobs import (
    Attempt,
    Job,
    Report,
    base_id,
    latest_attempt,
    send_once,
    statistics,
    wait,
)
from bqml_export.warehouse.query import LABELS, send_query
from bqml_export.warehouse.statement import TrainingStatement
from foundation.json_types import JsonObject

_CLOCK_SLACK_MS = 5_000
_SILENCE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """What `train` would do now: nothing, wait for a running job, or send one."""

    statement: TrainingStatement
    attempt: Attempt
    trained: ModelDescription | None
    location: str
    force: bool
    creates_dataset: bool

    @property
    def up_to_date(self) -> bool:
        """Whether the model is there, made by this very statement, and nobody asked for more."""
        return self.trained is not None and not self.force

    @property
    def action(self) -> str:
        if self.attempt.running:
            return "wait"
        return "nothing" if self.up_to_date else "send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model that is trained, and how."""

    model: ModelDescription
    job_id: str
    action: str


def plan_training(clients: Clients, statement: TrainingStatement, *, force: bool) -> TrainingPlan:
    """Returns what training `statement` needs now; nothing is sent."""
    creates = missing_dataset_is_ours(clients, statement.model)
    location = clients.location or "US" if creates else dataset_location(clients, statement.model)
    full = statement.model.in_project(clients.project)
    attempt = latest_attempt(clients, base_id("train", full, statement.sha256), location)
    trained = _made_by(clients, statement, attempt.job) if attempt.succeeded else None
    return TrainingPlan(
        statement=statement,
        attempt=attempt,
        trained=trained,
        location=location,
        force=force,
        creates_dataset=creates,
    )


def _made_by(
    clients: Clients, statement: TrainingStatement, job: Job | None
) -> ModelDescription | None:
    """Returns the model if it is still the one that `job` made, and not a later one."""
    try:
        model = describe(clients, statement.model)
    except NotFoundError:
        return None
    if job is None or job.started is None or job.ended is None:
        return None
    skipped = getattr(job, "ddl_operation_performed", None) == "SKIP"
    earliest_ms = job.started.timestamp() * 1000 - _CLOCK_SLACK_MS
    latest_ms = job.ended.timestamp() * 1000 + _CLOCK_SLACK_MS
    return model if skipped or earliest_ms <= model.created_ms <= latest_ms else None


def request_body(clients: Clients, plan: TrainingPlan) -> JsonObject:
    reference = bigquery.job._JobReference(  # noqa: SLF001 - as Client.query builds it
        plan.attempt.next_job_id, clients.project, plan.location
    )
    job = bigquery.QueryJob(reference, plan.statement.sql, clients.bigquery, _config())
    body: JsonObject = job.to_api_repr()
    return body


def bytes_announced(clients: Clients, plan: TrainingPlan) -> int | None:
    """Asks BigQuery how many bytes the statement will read; a free dry run.

    None where BigQuery cannot say, or the dataset has still to be made.
    """
    if plan.creates_dataset:
        return None
    config = bigquery.QueryJobConfig(dry_run=True, use_legacy_sql=False)
    doing = f"checking the statement of model {plan.statement.model}"
    job = send_query(clients, plan.statement.sql, config, doing=doing, location=plan.location)
    if job.error_result:
        raise InvalidQueryError(str(job.error_result.get("message")))
    total = job.total_bytes_processed
    return None if total is None else int(total)


def train(clients: Clients, plan: TrainingPlan, report: Report) -> Trained:
    """Does what the plan says, with lines of progress on the way."""
    if plan.action == "nothing" and plan.trained and plan.attempt.job:
        report(f"model {plan.trained.reference} is trained already by {plan.attempt.job.job_id}")
        return Trained(model=plan.trained, job_id=plan.attempt.job.job_id, action="nothing")
    job = plan.attempt.job if plan.action == "wait" else _send(clients, plan, report)
    assert job is not None
    report(f"training {plan.statement.model} in {plan.location}, job {job.job_id}")
    progress = _Progress(report)
    wait(clients, job, progress)
    model = describe(clients, plan.statement.model)
    report(f"trained {model.reference}: {_summary(model)}")
    return Trained(model=model, job_id=job.job_id, action=plan.action)


def _send(clients: Clients, plan: TrainingPlan, report: Report) -> Job:
    if plan.creates_dataset:
        report(f"creating dataset {plan.statement.model.dataset} in the embedded project")
        create_dataset(clients, plan.statement.model, plan.location)
    announced = bytes_announced(clients, plan)
    if announced is not None:
        report(f"the statement reads {announced:,} bytes")
    job_id, sql, location = plan.attempt.next_job_id, plan.statement.sql, plan.location
    doing = f"sending job {job_id}"
    return send_once(
        clients,
        job_id,
        location,
        lambda: send_query(clients, sql, _config(), doing=doing, location=location, job_id=job_id),
    )


def _config() -> bigquery.QueryJobConfig:
    return bigquery.QueryJobConfig(use_legacy_sql=False, labels=LABELS)


@dataclass(slots=True)
class _Progress:
    """Reports each training iteration once, as BigQuery finishes it, and a sign of life between."""

    report: Report
    reported: int = 0
    started_s: float = field(default_factory=time.monotonic)
    last_line_s: float = field(default_factory=time.monotonic)

    def __call__(self, job: Job) -> None:
        training: JsonObject = statistics(job).get("query", {}).get("mlStatistics", {})
        results: list[JsonObject] = training.get("iterationResults", [])
        now_s = time.monotonic()
        for result in results[self.reported :]:
            self.report(_iteration_line(result))
            self.last_line_s = now_s
        self.reported = max(self.reported, len(results))
        if job.state != "DONE" and now_s - self.last_line_s >= _SILENCE_S:
            self.report(f"still training after {now_s - self.started_s:.0f} s")
            self.last_line_s = now_s


def _iteration_line(result: JsonObject) -> str:
    line = f"iteration {result.get('index', '?')}: loss {_number(result.get('trainingLoss'))}"
    if (eval_loss := result.get("evalLoss")) is not None:
        line += f", eval loss {_number(eval_loss)}"
    return line


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float | int) else "unknown"


def _summary(model: ModelDescription) -> str:
    metrics = ", ".join(f"{name} {value:.4g}" for name, value in model.metrics.items())
    return f"{model.model_type}, {model.iterations} iterations" + (metrics and f", {metrics}")
