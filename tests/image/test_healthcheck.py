"""The container's health: whether the service answers on the port that it was started with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from image import healthcheck


class _Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture
def port() -> Iterator[int]:
    """A service that is ready, and not alive under any other path."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Ready) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_a_service_that_answers_is_healthy(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the environment names a proxy."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert healthcheck.failure(f"http://127.0.0.1:{port}/readyz") == ""


def test_one_that_is_not_ready_is_not(port: int) -> None:
    """With the reason, which `docker inspect` shows."""
    assert "503" in healthcheck.failure(f"http://127.0.0.1:{port}/other")


def test_a_container_without_a_service_is_not_healthy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A head of Ray, for one; Kubernetes does not ask."""
    monkeypatch.setattr(healthcheck, "REST_PORT_FILE", tmp_path / "absent")
    with pytest.raises(SystemExit, match="no service was started"):
        healthcheck.main()
