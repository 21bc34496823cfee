"""Exporting a model to a fresh prefix of a bucket, checked before a job is spent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bqml_export.bucket.creation import BucketPlan, create_bucket
from bqml_export.bucket.manifest import Manifest, read_manifest, write_manifest
from bqml_export.bucket.objects import list_objects
from bqml_export.bucket.uri import BucketUri
from bqml_export.chain._export_place import ExportPlan, choose_place
from bqml_export.chain._preflight import Findings, check_bucket, check_model
from bqml_export.clients import Clients
from bqml_export.errors import JobError, NotFoundError, PreflightError, UsageError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.record import Record, sql_sha256
from bqml_export.settings import LOCAL_BUCKET
from bqml_export.warehouse import extract
from bqml_export.warehouse.description import ModelDescription, describe
from bqml_export.warehouse.extract import Extraction, require_permission
from bqml_export.warehouse.jobs import Report
from bqml_export.warehouse.training_sql import training_sql
from foundation.json_types import JsonObject
from foundation.repository.layout import RECORD_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A finished export."""

    place: BucketUri
    record: Record
    action: str


def plan_export(
    clients: Clients,
    model: ModelDescription,
    destination: BucketUri | None,
    *,
    trial_id: int | None = None,
    always_below: bool = False,
) -> ExportPlan:
    """Returns what exporting `model` needs now, after everything that can be checked was.

    `destination` is a bucket, below which a fresh prefix is chosen, or the very prefix to fill
    (with `always_below` a fresh one is chosen below that too); None is the bucket of the embedded
    project. Without a `trial_id` it is the model's default one.

    Raises:
        PreflightError: The export would fail; every reason is named.
    """
    findings = Findings()
    check_model(findings, clients, model, trial_id)
    plan = None
    with findings.collect():
        place = destination or default_destination(clients)
        exact = bool(place.prefix) and not always_below
        trial_id = trial_id if trial_id is not None else model.default_trial_id
        plan = _checked_plan(findings, clients, model, place, trial_id, exact=exact)
    findings.require_none(f"the export of {model.reference}")
    assert plan is not None
    return plan


def plan_export_of(
    clients: Clients,
    reference: ModelReference,
    destination: BucketUri | None,
    *,
    trial_id: int | None = None,
) -> ExportPlan:
    """As `plan_export`; what is wrong with the bucket is named even if the model cannot be read."""
    findings = Findings()
    with findings.collect():
        model = describe(clients, reference)
    if not findings.problems:
        return plan_export(clients, model, destination, trial_id=trial_id)
    with findings.collect():
        place = destination or default_destination(clients)
        findings.problems += check_bucket(findings, clients, place, None).unwritable
    raise PreflightError(f"the export of {reference}", findings.problems)


def _checked_plan(
    findings: Findings,
    clients: Clients,
    model: ModelDescription,
    place: BucketUri,
    trial_id: int | None,
    *,
    exact: bool,
) -> ExportPlan | None:
    """Returns the plan, or None where it cannot be known; what would fail is in the findings."""
    check = check_bucket(findings, clients, place, model.location)
    plan = None
    if check.readable:
        with findings.collect():
            plan = choose_place(
                clients, model, place, trial_id, exact=exact, bucket_exists=check.exists
            )
    if plan is None or plan.action != "nothing":
        findings.problems += check.unwritable
    if plan is None or plan.action == "send":
        uri = str(plan.place if plan else place.below("model"))
        with findings.collect():
            require_permission(
                clients, Extraction(model=model, trial_id=trial_id, destination_uri=uri)
            )
    return plan


def default_destination(clients: Clients) -> BucketUri:
    """Returns where exports go when the user does not say: only the embedded project has that."""
    if not clients.owns_project:
        raise UsageError("no bucket was given to export to", hint="--to gs://bucket")
    return BucketUri(LOCAL_BUCKET, "")


def request_body(clients: Clients, plan: ExportPlan) -> JsonObject:
    return extract.request_body(clients, plan.extraction, plan.attempt.next_job_id)


def planned_document(clients: Clients, plan: ExportPlan) -> JsonObject:
    """Returns what a dry run prints: every change that the plan would make."""
    return {
        "action": plan.action,
        "model": str(plan.extraction.model.reference),
        "uri": str(plan.place),
        "creates_bucket": plan.place.bucket if plan.creates_bucket else None,
        "reads_bytes": 0,
        "request": request_body(clients, plan) if plan.action == "send" else None,
    }


def export(clients: Clients, plan: ExportPlan, report: Report, sql: str | None = None) -> Exported:
    """Returns the finished export after doing what the plan says.

    Its record has the statement that made the model: `sql`, or what the job history knows.
    """
    if plan.action == "nothing":
        manifest = read_manifest(clients, plan.place)
        if manifest is None:
            raise NotFoundError(f"{plan.place} vanished", hint="run the command again")
        report(f"{plan.extraction.model.reference} is exported already to {plan.place}")
        return Exported(place=plan.place, record=manifest.record, action="nothing")
    if plan.creates_bucket:
        report(f"creating bucket {plan.place.bucket} in the embedded project")
        location = plan.extraction.model.location
        create_bucket(clients, BucketPlan(plan.place.bucket, location, exists=False))
    if plan.action in ("send", "wait"):
        extract.extract(clients, plan.extraction, plan.attempt, report)
    objects = [o for o in list_objects(clients, plan.place) if o.path != RECORD_NAME]
    if not objects:
        raise JobError(f"the extract job ended well but wrote nothing to {plan.place}")
    record = _record(clients, plan, sql)
    write_manifest(clients, plan.place, Manifest(record, tuple(objects)))
    total = sum(stored.bytes for stored in objects)
    report(f"exported {len(objects)} objects, {total:,} bytes, to {plan.place}")
    return Exported(place=plan.place, record=record, action=plan.action)


def _record(clients: Clients, plan: ExportPlan, sql: str | None) -> Record:
    model = plan.extraction.model
    sql = sql if sql is not None else training_sql(clients, model)
    return replace(
        model.record(clients.engine, plan.extraction.trial_id),
        sql=sql,
        sql_sha256=sql_sha256(sql) if sql is not None else None,
        source_uri=str(plan.place),
    )
