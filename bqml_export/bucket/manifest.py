"""The record that `export` leaves beside a finished export, `<prefix>/bqml.json`.

It is written last. So a prefix that has it is complete, and `pull` knows what the model is
without asking BigQuery again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from google.cloud import storage

from bqml_export.bucket.objects import StoredObject
from bqml_export.bucket.uri import BucketUri
from bqml_export.clients import Clients
from bqml_export.errors import DuplicateError, NotFoundError, StorageError
from bqml_export.foreign_errors import foreign_errors
from bqml_export.repository.record import Record
from foundation.json_types import JsonObject
from foundation.repository.layout import RECORD_NAME


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export is, and the objects that it consists of."""

    record: Record
    objects: tuple[StoredObject, ...]

    def to_json(self) -> JsonObject:
        return {**self.record.to_json(), "objects": [asdict(item) for item in self.objects]}


def read_manifest(clients: Clients, place: BucketUri) -> Manifest | None:
    """Returns None where there is no manifest; StorageError if it cannot be read."""
    uri, blob = _object(clients, place)
    try:
        with foreign_errors(f"reading {uri}"):
            text = blob.download_as_bytes(**clients.storage_call)
    except NotFoundError:
        return None
    try:
        content = json.loads(text)
        objects = tuple(StoredObject(**item) for item in content.get("objects", []))
        return Manifest(Record.from_json(content), objects)
    except (ValueError, TypeError, AttributeError) as exc:
        hint = "remove it, or export to a fresh prefix"
        raise StorageError(f"{uri} is damaged: {exc}", hint=hint) from exc


def write_manifest(clients: Clients, place: BucketUri, manifest: Manifest) -> None:
    """Stores the manifest of a finished export; one that is there already is kept."""
    uri, blob = _object(clients, place)
    text = json.dumps(manifest.to_json(), indent=2, ensure_ascii=False)
    try:
        with foreign_errors(f"writing {uri}"):
            blob.upload_from_string(
                text.encode("utf-8"),
                content_type="application/json",
                if_generation_match=0,
                **clients.storage_call,
            )
    except (DuplicateError, StorageError) as exc:
        if read_manifest(clients, place) is None:
            raise StorageError(f"{uri} could not be written") from exc


def _object(clients: Clients, place: BucketUri) -> tuple[str, storage.Blob]:
    name = place.folder + RECORD_NAME
    return f"gs://{place.bucket}/{name}", clients.storage.bucket(place.bucket).blob(name)
