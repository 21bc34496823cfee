"""The clients: a wrong address fails in seconds, a passing trouble is retried."""

from __future__ import annotations

import socket

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from typing import TYPE_CHECKING

from google.api_core.exceptions import BadRequest, ServiceUnavailable
from google.cloud import bigquery

from bqml_export.clients import TransientErrors, open_clients
from bqml_export.errors import BqmlExportError, UsageError
from bqml_export.model_reference import ModelReference
from bqml_export.settings import Target
from bqml_export.warehouse.description import describe

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_wrong_address_is_one_line(closed_port: int) -> None:
    """After a few refused connections the address is named, long before the retry timeout."""
    url = f"http://127.0.0.1:{closed_port}"
    target = Target(bigquery_url=url, storage_url=url, retry_timeout_s=3600)
    with (
        open_clients(target) as clients,
        pytest.raises(BqmlExportError, match=f"cannot connect to 127.0.0.1:{closed_port}"),
    ):
        describe(clients, ModelReference.parse("d.m"))


def test_only_transient_errors_are_retried() -> None:
    """Overload is retried, a wrong request never is."""
    should_retry = TransientErrors(bigquery.DEFAULT_RETRY)
    assert should_retry(ServiceUnavailable("later"))
    assert not should_retry(BadRequest("never"))


def test_missing_credentials_say_how_to_get_some(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Without an account the error names the login command and --local."""
    empty = str(tmp_path_factory.mktemp("empty"))
    monkeypatch.setenv("CLOUDSDK_CONFIG", empty)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    with pytest.raises(UsageError, match="--local"), open_clients(Target()):
        pass


def test_the_embedded_project_is_told_from_google_cloud(running_target: Target) -> None:
    """Only in the embedded project may missing datasets and buckets be made."""
    with open_clients(running_target) as clients:
        assert clients.owns_project
        assert clients.engine == "embedded"
        assert clients.project == running_target.project
