"""Connections over the fast path: bytes in any pieces, many at a time, to the end."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from serve_app.hosting.fast_paths import FastPaths
from serve_app.hosting.install import protocol
from serve_app.lifecycle.manager import ServableManager
from serve_app.metrics.family import REQUEST_COUNT
from serve_app.predictor import Admission, Executor, Predictor
from serve_app.protocols.registry import http_protocols
from serve_app.transports.http.app import HttpApp
from serve_app.transports.http.head import Heads

ROW = {"petal_length": 1.0, "petal_width": 1.0, "sepal_length": 1.0, "sepal_width": 1.0}
BODY = json.dumps({"instances": [ROW]}).encode()
_ANSWER = re.compile(rb"HTTP/1\.1 (\d+) .*?\r\n\r\n", re.DOTALL)


@dataclass
class Service:
    """A server with the fast path, and what it counts."""

    port: int
    fast_paths: FastPaths
    admission: Admission
    predictor: Predictor
    server: uvicorn.Server

    def connect(self) -> socket.socket:
        """A connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@pytest.fixture
def service(
    manage: Callable[..., ServableManager], publish: Callable[..., Path], iris_export: Path
) -> Iterator[Callable[..., Service]]:
    """Starts services of the iris model."""
    with ExitStack() as stack:

        @contextmanager
        def running(limit: int, keep_alive_s: int) -> Iterator[Service]:
            executor = Executor(1)
            predictor = Predictor(manage(publish(iris_export)), executor)
            admission = Admission(limit, 3)
            protocols = http_protocols(predictor, admission)
            fast_paths = FastPaths(predictor, admission, Heads(protocols, 1_000_000))
            config = uvicorn.Config(
                HttpApp(protocols, 1_000_000), port=0, log_level="warning",
                http=protocol(fast_paths), timeout_keep_alive=keep_alive_s,
            )  # fmt: skip
            server = uvicorn.Server(config)
            listener = config.bind_socket()
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            while not server.started:
                time.sleep(0.01)
            try:
                yield Service(listener.getsockname()[1], fast_paths, admission, predictor, server)
            finally:
                server.should_exit = True
                thread.join()
                listener.close()
                executor.close()

        def start(limit: int = 64, keep_alive_s: int = 5) -> Service:
            return stack.enter_context(running(limit, keep_alive_s))

        yield start


def request(body: bytes = BODY, *headers: str, target: str = "/v1/models/iris:predict") -> bytes:
    """The bytes of a request."""
    lines = [f"POST {target} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answers(connection: socket.socket, count: int) -> list[tuple[int, bytes, bytes]]:
    """Status, head and body of the next answers, in their order."""
    data = b""
    found: list[tuple[int, bytes, bytes]] = []
    while len(found) < count:
        head = _ANSWER.search(data)
        length = int(re.search(rb"content-length: (\d+)", head[0])[1]) if head else 0  # type: ignore[index]
        if head and len(data) >= head.end() + length:
            body = data[head.end() : head.end() + length]
            found.append((int(head[1]), head[0], body))
            data = data[head.end() + length :]
            continue
        piece = connection.recv(65_536)
        assert piece, f"closed after {found} and {data!r}"
        data += piece
    assert not data
    return found


def test_an_answer_has_the_headers_of_the_ordinary_way(service: Callable[..., Service]) -> None:
    """Server, date, type and length, and the request's id, the client's or a new one."""
    running = service()
    with running.connect() as connection:
        connection.sendall(request(BODY, "X-Request-ID: mine"))
        ((status, head, body),) = answers(connection, 1)
        connection.sendall(request() * 1)
        ((_, other, _),) = answers(connection, 1)
    assert status == 200
    assert json.loads(body)["predictions"][0]["predicted_species"] == ["setosa"]
    names = {line.partition(b":")[0] for line in head.split(b"\r\n")[1:-2]}
    assert names == {b"date", b"server", b"content-type", b"content-length", b"x-request-id"}
    assert b"x-request-id: mine\r\n" in head
    assert re.search(rb"x-request-id: [0-9a-f]{32}\r\n", other)
    assert running.fast_paths.answered == 2


@pytest.mark.parametrize("size", [1, 7, 60, 200])
def test_a_request_may_come_in_pieces(service: Callable[..., Service], size: int) -> None:
    """As networks cut it."""
    running = service()
    whole = request()
    with running.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin in range(0, len(whole), size):
            connection.sendall(whole[begin : begin + size])
            time.sleep(0.001)
        assert answers(connection, 1)[0][0] == 200


def test_requests_that_are_sent_ahead_are_answered_in_their_order(
    service: Callable[..., Service],
) -> None:
    """Short way and ordinary way by turns, on one connection."""
    running = service()
    lengths = [1.0, 2.0, 3.0]
    bodies = [json.dumps({"instances": [ROW | {"petal_length": x}]}).encode() for x in lengths]
    columns = json.dumps({"inputs": {name: [value] for name, value in ROW.items()}}).encode()
    status = b"GET /v1/models/iris HTTP/1.1\r\nHost: x\r\n\r\n"
    ahead = [
        request(bodies[0]), status, request(bodies[1]), request(columns), request(bodies[2]),
        request(b"{"), request(bodies[0]),
    ]  # fmt: skip
    with running.connect() as connection:
        connection.sendall(b"".join(ahead))
        found = answers(connection, len(ahead))
    assert [status for status, _, _ in found] == [200, 200, 200, 200, 200, 400, 200]
    assert b"model_version_status" in found[1][2]
    assert b"outputs" in found[3][2]
    assert found[0][2] == found[6][2] != found[2][2]


def test_errors_are_those_of_the_ordinary_way(service: Callable[..., Service]) -> None:
    """Unknown model, wrong JSON, wrong types."""
    running = service()
    wrong = json.dumps({"instances": [ROW | {"petal_length": "long"}]}).encode()
    with running.connect() as connection:
        for body, target, expected in (
            (BODY, "/v1/models/nothing:predict", 404),
            (b"{", "/v1/models/iris:predict", 400),
            (wrong, "/v1/models/iris:predict", 400),
        ):
            connection.sendall(request(body, target=target))
            ((status, _, text),) = answers(connection, 1)
            assert status == expected
            assert list(json.loads(text)) == ["error"]
    assert running.admission.ongoing == 0


def test_a_full_replica_refuses_at_once(service: Callable[..., Service]) -> None:
    """With TensorFlow Serving's error body, and when to come back."""
    running = service(limit=1)
    running.admission.enter()
    with running.connect() as connection:
        connection.sendall(request())
        ((status, head, body),) = answers(connection, 1)
        assert (status, b"retry-after: 3\r\n" in head) == (503, True)
        assert "limit" in json.loads(body)["error"]
        running.admission.leave()
        connection.sendall(request())
        assert answers(connection, 1)[0][0] == 200
    expected = {("iris", "UNAVAILABLE"): [1], ("iris", "OK"): [1]}
    deadline_s = time.monotonic() + 10
    while running.predictor.recorder.snapshot()[REQUEST_COUNT.name] != expected:
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_many_clients_at_once_get_their_own_answers(service: Callable[..., Service]) -> None:
    """Each connection asks about its own flower, again and again."""
    running = service(limit=1000)

    def talk(number: int) -> set[bytes]:
        row = ROW | {"petal_length": number / 10}
        body = json.dumps({"instances": [row] * (1 + number % 3)}).encode()
        with running.connect() as connection:
            seen = set()
            for _ in range(20):
                connection.sendall(request(body))
                seen.add(answers(connection, 1)[0][2])
        return seen

    with ThreadPoolExecutor(24) as threads:
        found = list(threads.map(talk, range(24)))
    assert all(len(seen) == 1 for seen in found)
    assert len({seen.pop() for seen in found}) == 24
    assert running.admission.ongoing == 0


def test_a_client_that_goes_away_leaves_nothing_behind(service: Callable[..., Service]) -> None:
    """With its request half sent, or not answered yet."""
    running = service()
    for sent in (request()[:40], request()[:-5], request(), request() * 5):
        connection = running.connect()
        connection.sendall(sent)
        connection.close()
    deadline_s = time.monotonic() + 10
    while running.server.server_state.connections and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert not running.server.server_state.connections
    assert running.admission.ongoing == 0


def test_an_idle_connection_is_closed_and_a_used_one_is_not(
    service: Callable[..., Service],
) -> None:
    """After the server's keep-alive time."""
    running = service(keep_alive_s=1)
    with running.connect() as connection:
        for _ in range(4):
            connection.sendall(request())
            assert answers(connection, 1)[0][0] == 200
            time.sleep(0.6)
        connection.settimeout(20)
        assert connection.recv(100) == b""


def test_the_end_of_the_server_waits_for_what_was_begun(service: Callable[..., Service]) -> None:
    """The answer comes, says that the connection ends, and it does."""
    running = service()
    with running.connect() as connection, running.connect() as idle:
        connection.sendall(request()[:-10])
        time.sleep(0.2)
        running.server.should_exit = True
        assert idle.recv(100) == b""
        connection.sendall(request()[-10:])
        ((status, head, _),) = answers(connection, 1)
        assert (status, b"connection: close\r\n" in head) == (200, True)
        assert connection.recv(100) == b""


def test_a_reader_that_is_slow_to_read_is_served_by_and_by(service: Callable[..., Service]) -> None:
    """Thousands of requests sent ahead: nothing is lost, nothing piles up without bound."""
    running = service()
    count = 3000
    found: list[Any] = []
    with running.connect() as connection:
        reader = threading.Thread(target=lambda: found.extend(answers(connection, count)))
        sender = threading.Thread(target=lambda: connection.sendall(request() * count))
        sender.start()
        time.sleep(0.5)
        reader.start()
        sender.join(60)
        reader.join(60)
    assert [status for status, _, _ in found] == [200] * count
