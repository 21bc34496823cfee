"""The embedded services and a server, once for all tests, and the models that tests share."""

from __future__ import annotations

import json
import re
import secrets
import sys
import threading
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bqml_export.settings import Target
from tests.conftest import run_folder
from tests.installed_wheel import ROOT
from tests.shared_process import SharedProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bqml_export.chain.export import Exported
    from bqml_export.clients import Clients
    from bqml_export.warehouse.description import ModelDescription
    from bqml_export.warehouse.statement import TrainingStatement

TINY_SQL = """
CREATE OR REPLACE MODEL shop.tiny
OPTIONS(model_type='linear_reg', input_label_cols=['petal_width'], max_iterations=1) AS
SELECT petal_length, petal_width FROM `bigquery-public-data.ml_datasets.iris`
"""


@pytest.fixture(scope="session")
def running_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A target whose BigQuery and Cloud Storage are the embedded services, started once."""
    services = pytest.importorskip("bqml_export.embedded.services")
    pytest.importorskip("bqemulator", reason="needs the extra [local]")
    state = tmp_path_factory.mktemp("services")
    with services.embedded_services(state) as endpoints:
        yield Target(
            project=endpoints.project,
            bigquery_url=endpoints.bigquery_url,
            storage_url=endpoints.storage_url,
            retry_timeout_s=5.0,
            state_dir=state,
        )


@pytest.fixture(scope="session")
def environment(running_target: Target) -> dict[str, str]:
    """The variables with which the command line finds the running services."""
    assert running_target.bigquery_url is not None
    assert running_target.storage_url is not None
    return {
        "BIGQUERY_EMULATOR_HOST": running_target.bigquery_url,
        "STORAGE_EMULATOR_HOST": running_target.storage_url,
    }


@pytest.fixture(scope="session")
def google_clients(running_target: Target) -> Iterator[Clients]:
    """The real Google clients, connected to the running services."""
    from bqml_export.clients import open_clients

    with open_clients(running_target) as clients:
        yield clients


@pytest.fixture(scope="session")
def tiny_statement() -> TrainingStatement:
    """A statement that trains in no time."""
    from bqml_export.warehouse.statement import read_statement

    return read_statement(TINY_SQL)


@pytest.fixture(scope="session")
def tiny_model(google_clients: Clients, tiny_statement: TrainingStatement) -> ModelDescription:
    """A trained model."""
    from bqml_export.warehouse import training

    plan = training.plan_training(google_clients, tiny_statement, force=False)
    return training.train(google_clients, plan, lambda _: None).model


@pytest.fixture(scope="session")
def tiny_export(google_clients: Clients, tiny_model: ModelDescription) -> Exported:
    """The finished export of the tiny model, in the embedded bucket."""
    from bqml_export.chain.export import export, plan_export

    plan = plan_export(google_clients, tiny_model, None)
    return export(google_clients, plan, lambda _: None)


@pytest.fixture
def bucket(google_clients: Clients) -> str:
    """The name of a new, empty bucket."""
    name = f"test-{secrets.token_hex(6)}"
    google_clients.storage.create_bucket(name, location="US")
    return name


@pytest.fixture
def tiny_sql_file(tmp_path: Path) -> Path:
    """The SQL file of the tiny model."""
    path = tmp_path / "tiny.sql"
    path.write_text(TINY_SQL, encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True)
class Served:
    """A model repository that a real server serves over REST."""

    root: Path
    url: str


@pytest.fixture(scope="session")
def served(pytestconfig: pytest.Config) -> Iterator[Served]:
    """A repository and its server, one for all workers of a run; publish under a fresh name."""
    pytest.importorskip("tensorflow", reason="needs the extra [serve]")
    folder = run_folder(pytestconfig) / "rest_server"
    root = folder / "serving_dir"
    root.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(Path(__file__).with_name("rest_server.py")), str(root)]
    with SharedProcess(folder).running(command, ROOT) as announced:
        yield Served(root, f"http://127.0.0.1:{announced['port']}")


@dataclass(slots=True)
class Fault:
    """What becomes of the requests that match: `times` of them, or all of them."""

    pattern: str
    """Is searched for in `METHOD /path?query`."""
    status: int = 0
    """Answer with this, without asking the server."""
    reason: str = "backendError"
    message: str = "a fault of the test"
    after: str = ""
    """`lost`: the server answers and the answer is dropped; `reset`: nobody is even asked;
    `cut`: half of the body is sent; `stall`: half of it, and then nothing more; `flip`: one bit of
    it is another; `json`: the answer is `body`."""
    body: dict[str, Any] = field(default_factory=dict)
    times: int = 1 << 30
    met: int = 0

    def meets(self, line: str) -> bool:
        """Returns whether a request suffers from it."""
        if self.met >= self.times or not re.search(self.pattern, line):
            return False
        self.met += 1
        return True


class FaultProxy:
    """An HTTP server before another one, which does what it is told to some requests."""

    def __init__(self, upstream: str) -> None:
        self.faults: list[Fault] = []
        self.seen: list[str] = []
        self._released = threading.Event()
        self.media_bytes = 0
        """The bytes of objects that the server gave out."""
        self._upstream = upstream.removeprefix("http://")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        """Stops."""
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def count(self, pattern: str) -> int:
        """Returns how many requests matched."""
        return sum(bool(re.search(pattern, line)) for line in self.seen)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return lambda: proxy._answer(self)
                raise AttributeError(name)

            def log_message(self, *_args: object) -> None:
                pass

        return Handler

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        line = f"{handler.command} {handler.path}"
        self.seen.append(line)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        fault = next((fault for fault in self.faults if fault.meets(line)), None)
        if fault and fault.after == "json":
            content = json.dumps(fault.body).encode()
            _send(handler, 200, {"Content-Type": "application/json"}, content)
        elif fault and fault.status:
            _send(handler, fault.status, {"Content-Type": "application/json"}, _error(fault))
        elif not (fault and fault.after == "reset"):
            status, headers, content = self._forward(handler, body)
            self.media_bytes += len(content) if "alt=media" in line else 0
            if fault is None:
                _send(handler, status, headers, content)
            elif fault.after in ("cut", "stall"):
                _send(handler, status, headers, content[: len(content) // 2], len(content))
                if fault.after == "stall":
                    self._released.wait()
            elif fault.after == "flip":
                _send(handler, status, headers, content[:-1] + bytes([content[-1] ^ 1]))

    def _forward(
        self, handler: BaseHTTPRequestHandler, body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(self._upstream)
        headers = {key: value for key, value in handler.headers.items() if key != "Connection"}
        connection.request(handler.command, handler.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        dropped = ("transfer-encoding", "content-length", "connection", "date", "server")
        kept = {key: value for key, value in answer.getheaders() if key.lower() not in dropped}
        return answer.status, kept, content


def _error(fault: Fault) -> bytes:
    errors = [{"reason": fault.reason, "message": fault.message}]
    body = {"code": fault.status, "message": fault.message, "errors": errors}
    return json.dumps({"error": body}).encode()


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    headers: dict[str, str],
    content: bytes,
    length: int | None = None,
) -> None:
    handler.send_response(status)
    for key, value in headers.items():
        handler.send_header(key, value)
    if status not in (204, 304):
        handler.send_header("Content-Length", str(len(content) if length is None else length))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(content)


@dataclass(frozen=True, slots=True)
class Faulty:
    """Clients whose calls go through proxies."""

    clients: Clients
    bigquery: FaultProxy
    storage: FaultProxy


@pytest.fixture
def faulty(running_target: Target) -> Iterator[Faulty]:
    """The real clients, with a proxy before each of the running services."""
    from bqml_export.clients import open_clients

    assert running_target.bigquery_url is not None
    assert running_target.storage_url is not None
    bigquery = FaultProxy(running_target.bigquery_url)
    storage = FaultProxy(running_target.storage_url)
    target = replace(
        running_target,
        bigquery_url=bigquery.url,
        storage_url=storage.url,
        retry_timeout_s=3.0,
    )
    with open_clients(target) as clients:
        yield Faulty(clients, bigquery, storage)
    bigquery.close()
    storage.close()


@pytest.fixture
def fault() -> type[Fault]:
    """The class of faults, for tests to make some."""
    return Fault


def _field(number: int, payload: bytes) -> bytes:
    assert len(payload) < 128
    return bytes([number << 3 | 2, len(payload)]) + payload


@pytest.fixture(scope="session")
def saved_model_pb() -> bytes:
    """The bytes of the smallest SavedModel: tag serve, one signature, no variables, no assets."""
    info = _field(4, b"serve") + _field(5, b"2.21.0")
    tensor = bytes([0x10, 2]) + _field(3, _field(2, b"\x08" + b"\xff" * 9 + b"\x01"))
    signature = _field(1, _field(1, b"x") + _field(2, tensor)) + _field(3, b"predict")
    entry = _field(1, b"serving_default") + _field(2, signature)
    return _field(2, _field(1, info) + _field(5, entry))


@pytest.fixture
def make_export(tmp_path: Path, saved_model_pb: bytes) -> Callable[..., Path]:
    """Writes a servable export folder, or any folder from a table of names and bytes."""

    def make(name: str = "export", files: dict[str, bytes] | None = None) -> Path:
        folder = tmp_path / name
        for path, content in (files or {"saved_model.pb": saved_model_pb}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder

    return make
