"""Both services together: start, stop, restart, lock and sudden death."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, storage

from bqml_export.embedded.services import Endpoints, embedded_services
from bqml_export.errors import BqmlExportError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODEL_SQL = (
    "CREATE OR REPLACE MODEL d.m OPTIONS(model_type='linear_reg', input_label_cols=['y']) AS "
    "SELECT 1.5 AS x, 2.0 AS y UNION ALL SELECT 2, 4 UNION ALL SELECT 3, 5"
)


def _bigquery(endpoints: Endpoints) -> bigquery.Client:
    return bigquery.Client(
        endpoints.project,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": endpoints.bigquery_url},
    )


def _storage(endpoints: Endpoints) -> storage.Client:
    return storage.Client(
        endpoints.project,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": endpoints.storage_url},
    )


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    """Tables, models, finished jobs, buckets with their location, and objects are kept."""
    with embedded_services(tmp_path) as endpoints, _bigquery(endpoints) as client:
        client.create_dataset("d")
        client.query_and_wait("CREATE TABLE d.t AS SELECT 7 AS x")
        job_id = "my-training"
        client.query(MODEL_SQL, job_id=job_id, job_retry=None).result(job_retry=None)
        before = client.get_model("d.m").to_api_repr()
        bucket = _storage(endpoints).create_bucket("kept-bucket", location="EU")
        bucket.blob("a/b").upload_from_string("content")
        bucket.client.close()
    with embedded_services(tmp_path) as endpoints, _bigquery(endpoints) as client:
        assert [row.x for row in client.query_and_wait("SELECT x FROM d.t")] == [7]
        assert client.get_model("d.m").to_api_repr() == before
        predicted = "SELECT * FROM ML.PREDICT(MODEL d.m, (SELECT 2.0 AS x))"
        assert len(list(client.query_and_wait(predicted))) == 1
        assert client.get_job(job_id).state == "DONE"
        bucket = _storage(endpoints).get_bucket("kept-bucket")
        assert (bucket.location, bucket.blob("a/b").download_as_bytes()) == ("EU", b"content")
        bucket.client.close()


def test_a_stop_leaves_no_thread_and_no_port(tmp_path: Path) -> None:
    """After the block nothing of the services is left, also with a client still connected."""
    before = set(threading.enumerate())
    with embedded_services(tmp_path) as endpoints:
        port = int(endpoints.storage_url.rpartition(":")[2])
        idle = socket.create_connection(("127.0.0.1", port))
    idle.close()
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_ports_can_be_chosen(tmp_path: Path) -> None:
    """The given ports are used, and a taken one is an error that names it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(BqmlExportError, match=str(port)),
            embedded_services(tmp_path, bigquery_port=port),
        ):
            pass
    with embedded_services(tmp_path, storage_port=port) as endpoints:
        assert endpoints.storage_url == f"http://127.0.0.1:{port}"


def test_a_wrong_project_is_refused(tmp_path: Path) -> None:
    """A project id that Google Cloud would not take is a usage error."""
    with (
        pytest.raises(UsageError, match="Bad Project"),
        embedded_services(tmp_path, project="Bad Project"),
    ):
        pass


@pytest.mark.parametrize("path", ["bigquery/backend/bqemulator.duckdb", "storage/catalog.sqlite3"])
def test_damaged_data_is_named(tmp_path: Path, path: str) -> None:
    """A file that is not ours any more is one clear line, not a stack trace."""
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text("this is no database", encoding="utf-8")
    with (
        pytest.raises(BqmlExportError, match="cannot open its data") as caught,
        embedded_services(tmp_path),
    ):
        pass
    assert "\n" not in str(caught.value)


def test_the_environment_points_googles_clients_here() -> None:
    """The variables are the ones that the client libraries read."""
    endpoints = Endpoints("http://127.0.0.1:1", "http://127.0.0.1:2", "p")
    assert endpoints.environment() == {
        "BIGQUERY_EMULATOR_HOST": "http://127.0.0.1:1",
        "STORAGE_EMULATOR_HOST": "http://127.0.0.1:2",
        "GOOGLE_CLOUD_PROJECT": "p",
    }


@pytest.fixture
def command(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`python -m bqml_export.embedded` on `tmp_path`, in a process of its own."""
    arguments = ["-m", "bqml_export.embedded", "--state-dir", str(tmp_path), "--project", "proj"]
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


def _endpoints(process: subprocess.Popen[str]) -> Endpoints:
    assert process.stdout is not None
    lines = [process.stdout.readline().strip().partition("=") for _ in range(3)]
    assert [line[0].split()[0] for line in lines] == ["export"] * 3
    return Endpoints(*(line[2] for line in lines))


def test_one_folder_serves_one_process(command: subprocess.Popen[str], tmp_path: Path) -> None:
    """A second process gets one clear line that names the first one's pid."""
    _endpoints(command)
    with (
        pytest.raises(BqmlExportError, match=f"pid {command.pid}") as caught,
        embedded_services(tmp_path),
    ):
        pass
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_stops_when_told(
    command: subprocess.Popen[str], number: signal.Signals
) -> None:
    """SIGINT and SIGTERM end the command cleanly and silently."""
    _endpoints(command)
    command.send_signal(number)
    _, errors = command.communicate(timeout=60)
    assert (command.returncode, errors) == (0, "")


def _write_for_ever(endpoints: Endpoints, stop: threading.Event, acknowledged: list[str]) -> None:
    with _bigquery(endpoints) as client, _storage(endpoints) as objects:
        bucket = objects.bucket("bucket-b")
        number = 0
        while not stop.is_set():
            number += 1
            try:
                bucket.blob("same").upload_from_string(f"{number}" * 5000, retry=None)
                client.query(f"CREATE OR REPLACE TABLE d.t AS SELECT {number} AS x", retry=None,
                             job_retry=None).result(retry=None, job_retry=None)  # fmt: skip
                job = client.query(MODEL_SQL, retry=None, job_retry=None)
                job.result(retry=None, job_retry=None)
                acknowledged.append(str(number))
            except Exception:  # noqa: BLE001 - the server dies under it; that is the test
                return


def test_a_kill_at_any_moment_leaves_data_that_starts_again(
    command: subprocess.Popen[str], tmp_path: Path
) -> None:
    """What was acknowledged before kill -9 is there after the next start, whole."""
    endpoints, stop, acknowledged = _endpoints(command), threading.Event(), list[str]()
    with _bigquery(endpoints) as client, _storage(endpoints) as objects:
        client.create_dataset("d")
        objects.create_bucket("bucket-b")
    writer = threading.Thread(target=_write_for_ever, args=(endpoints, stop, acknowledged))
    writer.start()
    deadline = time.monotonic() + 60
    while len(acknowledged) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(command.pid, signal.SIGKILL)
    command.wait(30)
    stop.set()
    writer.join()
    _check_after_kill(tmp_path, int(acknowledged[-1]))


def _check_after_kill(state_dir: Path, least: int) -> None:
    with (
        embedded_services(state_dir, project="proj") as endpoints,
        _bigquery(endpoints) as client,
        _storage(endpoints) as objects,
    ):
        assert next(iter(client.query_and_wait("SELECT x FROM d.t"))).x >= least
        assert client.get_model("d.m").model_type == "LINEAR_REGRESSION"
        blob = objects.bucket("bucket-b").get_blob("same")
        content = blob.download_as_bytes(checksum="crc32c")
        assert len(content) == blob.size
