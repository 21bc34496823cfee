"""What the gateway's handlers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bqml_export.embedded.bigquery.backend.client import BackendClient
from bqml_export.embedded.bigquery.backend.in_process import InProcessBackend
from bqml_export.embedded.bigquery.stores.jobs import JobStore
from bqml_export.embedded.bigquery.stores.models import ModelStore


class ObjectStore(Protocol):
    """The part of Cloud Storage that BigQuery itself reads and writes."""

    def bucket_location(self, bucket: str) -> str | None: ...

    def write(self, bucket: str, name: str, content: bytes) -> None: ...

    def names(self, bucket: str, prefix: str) -> list[str]: ...

    def read(self, bucket: str, name: str) -> bytes:
        """FileNotFoundError: there is no such object."""


@dataclass(frozen=True, slots=True)
class Services:
    """The stores behind the gateway."""

    api: InProcessBackend
    backend: BackendClient
    models: ModelStore
    jobs: JobStore
    objects: ObjectStore
