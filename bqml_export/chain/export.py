"""Exporting a model to a fresh prefix of a bucket, checked before a job is spent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bqml_export.bucket.location import create_bucket, require_bucket
from bqml_export.bucket.manifest import Manifest, read_manifest, write_manifest
from bqml_export.bucket.objects import StoredObject, list_objects
from bqml_export.bucket.uri import BucketUri
from bqml_export.errors import JobError, NotFoundError, StorageError, UsageError
from bqml_export.repository.record import RECORD_NAME, Record
from bqml_export.settings import LOCAL_BUCKET
from bqml_export.sql_digest import sql_sha256
from bqml_export.warehouse import extract
from bqml_export.warehouse.exportability import require_exportable
from bqml_export.warehouse.extract import Extraction
from bqml_export.warehouse.training_sql import training_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bqml_export.clients import Clients
    from bqml_export.json_types import JsonObject
    from bqml_export.warehouse.description import ModelDescription
    from bqml_export.warehouse.jobs import Attempt, Report

_MOST_PREFIXES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlan:
    """What `export` would do now, and where the export will be."""

    place: BucketUri
    extraction: Extraction
    attempt: Attempt
    action: str
    """`nothing` (the finished export is there), `record` (its record is missing), `wait` or
    `send`."""
    creates_bucket: bool


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

    Args:
        clients: The clients of the target.
        model: The model to export.
        destination: A bucket, below which a fresh prefix is chosen, or the very prefix to fill;
            None is the bucket of the embedded project.
        trial_id: The hyper-parameter trial; None is the model's default.
        always_below: Choose a fresh prefix below `destination` even if that has a prefix itself.

    Raises:
        NotSupportedError: BigQuery would refuse the export; every reason is named.
        StorageError: The very prefix that was asked for holds something else.
        UsageError: The bucket is somewhere else than the model, or none was given.
    """
    require_exportable(model, trial_id)
    destination = destination or default_destination(clients)
    exists = require_bucket(clients, destination.bucket, model.location)
    trial_id = trial_id if trial_id is not None else model.default_trial_id
    exact = bool(destination.prefix) and not always_below
    for place in [destination] if exact else _fresh_places(destination, model, trial_id):
        extraction = Extraction(model=model, trial_id=trial_id, destination_uri=str(place))
        if plan := _plan_at(clients, place, extraction, creates_bucket=not exists):
            return plan
    raise StorageError(
        f"{destination} holds something else already and is never overwritten",
        hint=f"give a fresh prefix, or only the bucket: --to gs://{destination.bucket}",
    )


def default_destination(clients: Clients) -> BucketUri:
    """Returns where exports go when the user does not say: only the embedded project has that.

    Raises:
        UsageError: It is Google Cloud; a bucket must be named.
    """
    if not clients.owns_project:
        raise UsageError("no bucket was given to export to", hint="--to gs://bucket")
    return BucketUri(LOCAL_BUCKET, "")


def _fresh_places(
    destination: BucketUri, model: ModelDescription, trial_id: int | None
) -> list[BucketUri]:
    identity = hashlib.sha256(f"{model.etag}\n{trial_id}".encode()).hexdigest()[:8]
    stamp = model.created[:19].replace("-", "").replace(":", "") + f"Z-{identity}"
    reference = model.reference
    base = destination.below(f"{reference.dataset}.{reference.model}")
    again = [f"{stamp}-{number}" for number in range(2, _MOST_PREFIXES)]
    return [base.below(name) for name in (stamp, *again)]


def _plan_at(
    clients: Clients, place: BucketUri, extraction: Extraction, *, creates_bucket: bool
) -> ExportPlan | None:
    """Returns the plan for this prefix, or None when it is taken by something else."""
    attempt = extract.latest_extraction(clients, extraction)
    found = [] if creates_bucket else list_objects(clients, place)
    finished = any(stored.path == RECORD_NAME for stored in found)
    if finished:
        action = "nothing" if _is_ours(clients, place, found, extraction) else None
    elif attempt.running:
        action = "wait"
    elif not found:
        action = "send"
    else:
        action = "record" if attempt.succeeded else None
    if action is None:
        return None
    return ExportPlan(
        place=place,
        extraction=extraction,
        attempt=attempt,
        action=action,
        creates_bucket=creates_bucket,
    )


def _is_ours(
    clients: Clients, place: BucketUri, found: Sequence[StoredObject], extraction: Extraction
) -> bool:
    manifest = read_manifest(clients, place)
    if manifest is None:
        return False
    record, model = manifest.record, extraction.model
    same = (record.model_reference, record.etag, record.trial_id) == (
        model.reference,
        model.etag,
        extraction.trial_id,
    )
    return same and set(manifest.objects) == {o for o in found if o.path != RECORD_NAME}


def request_body(clients: Clients, plan: ExportPlan) -> JsonObject:
    """Returns the body of the jobs.insert call that the plan would make."""
    return extract.request_body(clients, plan.extraction, plan.attempt.next_job_id)


def export(clients: Clients, plan: ExportPlan, report: Report, sql: str | None = None) -> Exported:
    """Returns the finished export after doing what the plan says.

    Args:
        clients: The clients of the target.
        plan: What to do.
        report: Takes lines of progress.
        sql: The statement that made the model, if the caller knows it.

    Raises:
        JobError: The extract job ended with an error, or wrote nothing.
    """
    if plan.action == "nothing":
        manifest = read_manifest(clients, plan.place)
        if manifest is None:
            raise NotFoundError(f"{plan.place} vanished", hint="run the command again")
        report(f"{plan.extraction.model.reference} is exported already to {plan.place}")
        return Exported(place=plan.place, record=manifest.record, action="nothing")
    if plan.creates_bucket:
        report(f"creating bucket {plan.place.bucket} in the embedded project")
        create_bucket(clients, plan.place.bucket, plan.extraction.model.location)
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
