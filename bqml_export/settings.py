"""Where a command works: Google Cloud, a running emulator, or the embedded services."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bqml_export.errors import UsageError

LOCAL_PROJECT = "local"
LOCAL_BUCKET = "bqml-exports"
BIGQUERY_HOST_VARIABLE = "BIGQUERY_EMULATOR_HOST"
STORAGE_HOST_VARIABLE = "STORAGE_EMULATOR_HOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where BigQuery and Cloud Storage are, and as whom to talk to them."""

    local: bool = False
    """Start the embedded services for the duration of the command."""
    state_dir: Path = Path(".bqml")
    """The folder in which the embedded services keep their data."""
    project: str | None = None
    """The project that jobs run in and that names without a project belong to."""
    location: str | None = None
    """The location of jobs; by default that of the dataset or model."""
    impersonate_service_account: str | None = None
    """The e-mail address of the service account to act as."""
    retry_timeout_s: float = 60.0
    """How long transient errors of one call are retried in all."""
    bigquery_url: str | None = None
    """The address of a BigQuery emulator that runs already."""
    storage_url: str | None = None
    """The address of a Cloud Storage emulator that runs already."""

    @property
    def engine(self) -> str:
        """`bigquery` for Google Cloud, `embedded` for anything on this machine."""
        return "embedded" if self.local or self.bigquery_url else "bigquery"

    @property
    def named_project(self) -> str | None:
        """The project if it is known before any client exists; else the credentials name it."""
        return self.project or (LOCAL_PROJECT if self.engine == "embedded" else None)


def emulator_addresses(environment: Mapping[str, str] = os.environ) -> tuple[str, str] | None:
    """Returns the (BigQuery, Cloud Storage) addresses of a running emulator, or None.

    These are the variables that Google's own client libraries obey.

    Raises:
        UsageError: Only one of the two is set, so that half of the work would go to Google.
    """
    bigquery = environment.get(BIGQUERY_HOST_VARIABLE)
    storage = environment.get(STORAGE_HOST_VARIABLE)
    if bool(bigquery) != bool(storage):
        is_set, is_not = (
            (BIGQUERY_HOST_VARIABLE, STORAGE_HOST_VARIABLE)
            if bigquery
            else (STORAGE_HOST_VARIABLE, BIGQUERY_HOST_VARIABLE)
        )
        raise UsageError(f"{is_set} is set and {is_not} is not", hint="set both or none of them")
    return (_url(bigquery), _url(storage)) if bigquery and storage else None


def _url(address: str) -> str:
    return (address if "://" in address else f"http://{address}").rstrip("/")
