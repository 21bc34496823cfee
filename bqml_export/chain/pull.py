"""Pulling an export out of a bucket and publishing it as a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bqml_export.bucket.download import download
from bqml_export.bucket.fetch import Fetch
from bqml_export.bucket.manifest import Manifest, read_manifest
from bqml_export.bucket.objects import StoredObject, list_objects
from bqml_export.bucket.staging import staging_folder
from bqml_export.bucket.uri import BucketUri
from bqml_export.chain._download_progress import DownloadProgress
from bqml_export.chain.warmup import WarmupRequest, add_warmup
from bqml_export.clients import Clients
from bqml_export.errors import NotFoundError, StorageError
from bqml_export.repository.export_kind import require_servable
from bqml_export.repository.publish import publish
from bqml_export.repository.record import Record
from bqml_export.repository.versions import Version, model_folder, require_free
from bqml_export.warehouse.jobs import Report
from foundation.repository.layout import RECORD_NAME


@dataclass(frozen=True, slots=True)
class PullPlan:
    """The objects that will be fetched from `place`, and what is known about the model."""

    place: BucketUri
    objects: tuple[StoredObject, ...]
    record: Record


def plan_pull(clients: Clients, place: BucketUri) -> PullPlan:
    """Returns what would be fetched, after checking that it can be served.

    Raises:
        NotFoundError: There is nothing at `place`.
        ExportLayoutError: What is there is no export that can be served.
        StorageError: The export is incomplete by its own record.
    """
    found = list_objects(clients, place)
    if not found:
        raise NotFoundError(f"there is nothing at {place}", hint="check the prefix")
    objects = tuple(stored for stored in found if stored.path != RECORD_NAME)
    require_servable([stored.path for stored in objects], str(place))
    manifest = read_manifest(clients, place) if len(objects) < len(found) else None
    if manifest is not None:
        _require_complete(place, objects, manifest)
    record = manifest.record if manifest else Record()
    return PullPlan(place, objects, replace(record, source_uri=str(place), files=None))


def pull(  # noqa: PLR0913 - where from, where to, and how
    clients: Clients,
    plan: PullPlan,
    root: Path,
    model: str,
    version: int | None,
    report: Report,
    *,
    warmup: WarmupRequest | None = None,
) -> Version:
    """Returns the version that the pulled export was published as.

    Without a `version` it is the next free number. What an interrupted pull of the same place has
    brought is checked and kept; two at once take turns.

    Raises:
        StorageError: An object is damaged or has changed; nothing is published.
        PublishError: The version exists already.
    """
    folder = model_folder(root, model)
    require_free(folder, version)

    def wait() -> None:
        report(f"waiting for another pull of {plan.place} into {folder}")

    with staging_folder(folder, str(plan.place), wait) as staging:
        total_bytes = sum(stored.bytes for stored in plan.objects)
        progress = DownloadProgress(report, len(plan.objects), total_bytes)
        if kept := sum(staging.bytes_of(stored) for stored in plan.objects):
            report(f"going on with {kept:,} bytes that an interrupted pull left")
        fetch = Fetch(clients=clients, place=plan.place, on_bytes=progress.add_bytes)
        download(fetch, plan.objects, staging, progress.add_object)

        def fill(incoming: Path) -> Record:
            staging.place(plan.objects, incoming)
            return add_warmup(clients, warmup or WarmupRequest(), incoming, plan.record, report)

        published = publish(root, model, version, source=str(plan.place), fill=fill)
        staging.remove()
    return published


def _require_complete(
    place: BucketUri, objects: Sequence[StoredObject], manifest: Manifest
) -> None:
    found = {stored.path: stored for stored in objects}
    for expected in manifest.objects:
        stored = found.get(expected.path)
        if stored is None or (stored.bytes, stored.crc32c) != (expected.bytes, expected.crc32c):
            state = "is missing" if stored is None else "is not the one that was exported"
            raise StorageError(
                f"{place}: '{expected.path}' {state}",
                hint="export the model again to a fresh prefix",
            )
