"""The Google clients that every command uses; the one place that knows which cloud they talk to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import google.auth
from google.api_core.client_options import ClientOptions
from google.api_core.retry import Retry
from google.auth import impersonated_credentials
from google.auth.credentials import AnonymousCredentials, Credentials
from google.cloud import bigquery, storage
from google.cloud.storage.retry import DEFAULT_RETRY as STORAGE_RETRY

from bqml_export.errors import UsageError
from bqml_export.foreign_errors import foreign_errors, never_connected
from bqml_export.settings import LOCAL_PROJECT, Target

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_CONNECT_ATTEMPTS = 4
_CONNECT_TIMEOUT_S = 5.0
_READ_TIMEOUT_S = 60.0


@dataclass(slots=True)
class TransientErrors:
    """Decides what to retry: what Google's own retry does, but not an address that never answers.

    Google's clients retry a refused connection or an unknown host for ten minutes. Here a few in a
    row are enough to know that the address is wrong or the network gone.
    """

    retry: Retry
    refused: int = 0
    last_refused_s: float = 0.0

    def __call__(self, exc: BaseException) -> bool:
        if not never_connected(exc):
            return bool(self.retry._predicate(exc))  # noqa: SLF001 - no public way to extend one
        now = time.monotonic()
        self.refused = 1 if now - self.last_refused_s > _READ_TIMEOUT_S else self.refused + 1
        self.last_refused_s = now
        return self.refused < _CONNECT_ATTEMPTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """The clients of one target, with the retry and the timeout that every call is given."""

    bigquery: bigquery.Client
    storage: storage.Client
    project: str
    engine: str
    location: str | None
    bigquery_retry: Retry
    storage_retry: Retry
    call_timeout_s: tuple[float, float] = (_CONNECT_TIMEOUT_S, _READ_TIMEOUT_S)
    """To connect, and to wait for an answer."""

    @property
    def bigquery_call(self) -> dict[str, Any]:
        return {"retry": self.bigquery_retry, "timeout": self.call_timeout_s}

    @property
    def storage_call(self) -> dict[str, Any]:
        return {"retry": self.storage_retry, "timeout": self.call_timeout_s}

    @property
    def owns_project(self) -> bool:
        """Whether the project is the embedded one, where missing datasets and buckets are ours."""
        return self.engine == "embedded"


@contextmanager
def open_clients(target: Target) -> Iterator[Clients]:
    """Yields the clients for `target`; the embedded services run as long as the body.

    Raises:
        UsageError: There are no credentials, or no project is known.
        BqmlExportError: The embedded services cannot start.
    """
    if not target.local:
        with _connected(target) as clients:
            yield clients
        return
    from bqml_export.embedded.services import embedded_services  # heavy

    project = target.project or LOCAL_PROJECT
    with embedded_services(target.state_dir, project=project) as endpoints:
        local = replace(
            target,
            project=endpoints.project,
            bigquery_url=endpoints.bigquery_url,
            storage_url=endpoints.storage_url,
        )
        with _connected(local) as clients:
            yield clients


@contextmanager
def _connected(target: Target) -> Iterator[Clients]:
    with foreign_errors("reading Google Cloud credentials"):
        credentials, project = _credentials(target)
    login = {"project": project, "credentials": credentials}
    with (
        closing(
            bigquery.Client(
                **login, location=target.location, client_options=_options(target.bigquery_url)
            )
        ) as warehouse,
        closing(storage.Client(**login, client_options=_options(target.storage_url))) as bucket,
    ):
        yield Clients(
            bigquery=warehouse,
            storage=bucket,
            project=project,
            engine=target.engine,
            location=target.location,
            bigquery_retry=_bounded(bigquery.DEFAULT_RETRY, target.retry_timeout_s),
            storage_retry=_bounded(STORAGE_RETRY, target.retry_timeout_s),
        )


def _credentials(target: Target) -> tuple[Credentials, str]:
    if target.bigquery_url:
        return AnonymousCredentials(), target.project or LOCAL_PROJECT
    credentials, default_project = google.auth.default(scopes=_SCOPES)
    if target.impersonate_service_account:
        credentials = impersonated_credentials.Credentials(
            source_credentials=credentials,
            target_principal=target.impersonate_service_account,
            target_scopes=_SCOPES,
        )
    project = target.project or default_project
    if project is None:
        raise UsageError("no Google Cloud project is set", hint="give --project PROJECT")
    return credentials, project


def _options(url: str | None) -> ClientOptions | None:
    return ClientOptions(api_endpoint=url) if url else None


def _bounded(retry: Retry, timeout_s: float) -> Retry:
    patient = retry.with_predicate(TransientErrors(retry))
    return patient.with_delay(initial=0.5, maximum=10.0, multiplier=2.0).with_timeout(timeout_s)
