"""Which prefix an export goes to: a fresh one, or one that holds this very export already."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from bqml_export.bucket.manifest import read_manifest
from bqml_export.bucket.objects import StoredObject, list_objects
from bqml_export.bucket.uri import BucketUri
from bqml_export.clients import Clients
from bqml_export.errors import StorageError
from bqml_export.warehouse import extract
from bqml_export.warehouse.description import ModelDescription
from bqml_export.warehouse.extract import Extraction
from bqml_export.warehouse.jobs import Attempt
from foundation.repository.layout import RECORD_NAME

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


def choose_place(
    clients: Clients,
    model: ModelDescription,
    destination: BucketUri,
    trial_id: int | None,
    *,
    exact: bool,
    bucket_exists: bool,
) -> ExportPlan:
    """Returns the plan for the first prefix that can be used: `destination`, if that is `exact`."""
    for place in [destination] if exact else _fresh_places(destination, model, trial_id):
        extraction = Extraction(model=model, trial_id=trial_id, destination_uri=str(place))
        if plan := _plan_at(clients, place, extraction, creates_bucket=not bucket_exists):
            return plan
    raise StorageError(
        f"{destination} holds something else already and is never overwritten",
        hint=f"give a fresh prefix, or only the bucket: --to gs://{destination.bucket}",
    )


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
    """Returns None where the prefix is taken by something else."""
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
