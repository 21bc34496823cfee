"""A HAProxy that knows of no application yet asks clients to come again."""

from __future__ import annotations

import http.client
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from foundation.free_ports import free_ports
from serve_app.hosting._haproxy_command import haproxy_command

VARIABLE = "RAY_SERVE_HAPROXY_BINARY_PATH"


@pytest.fixture(scope="module")
def config() -> str:
    """The lines of Ray Serve's own configuration without any application."""
    package = find_spec("ray")
    assert package
    assert package.origin
    source = Path(package.origin).parent / "serve" / "_private" / "haproxy_templates.py"
    lines = source.read_text().replace("\\'", "'").splitlines()
    line = next(line for line in lines if "not found. Ping http" in line)
    return (
        "defaults\n    mode http\n    timeout connect 1s\n    timeout client 5s\n"
        "    timeout server 5s\nfrontend http\n    bind 127.0.0.1:%d\n"
        "    default_backend default_backend\nbackend default_backend\n" + line.replace("%", "%%")
    )


def test_no_application_is_a_503_with_retry_after(config: str, tmp_path: Path) -> None:
    """The very line that Ray 2.60 writes is changed."""
    (port,) = free_ports(1)
    file = tmp_path / "haproxy.cfg"
    file.write_text(f"{config % port}\n")
    command = haproxy_command(tmp_path)[VARIABLE]
    process = subprocess.Popen([command, "-db", "-f", str(file)], stderr=subprocess.PIPE)
    try:
        assert answer(port) == (503, "1", b"The service is starting")
    finally:
        process.kill()
        process.communicate()


def answer(port: int) -> tuple[int, str | None, bytes]:
    """Returns status, Retry-After and body, as soon as somebody listens."""
    deadline_s = time.monotonic() + 20
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/v1/models/iris:predict")
            found = connection.getresponse()
            return found.status, found.getheader("Retry-After"), found.read()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline_s, "nobody listens"
            time.sleep(0.05)
        finally:
            connection.close()


def test_a_haproxy_that_the_user_named_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may need options of its own."""
    monkeypatch.setenv(VARIABLE, "/usr/sbin/haproxy")
    assert haproxy_command(tmp_path) == {}
