"""The built-in generators against real servers."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import pytest

from benchmarks.comparison.measurement import GRPC_METHOD
from benchmarks.generator import _wrk as wrk
from benchmarks.generator.choice import grpc_generator, rest_generator
from benchmarks.generator.closed_loop import run
from benchmarks.generator.load import Question, percentile_ms
from loadtest.errors import GeneratorError

ANSWER = b'{"predictions":[1]}'


class _Handler(socketserver.StreamRequestHandler):
    """Speaks as much HTTP as a generator needs to hear."""

    status = b"200 OK"
    answers_per_connection = 10**9

    def handle(self) -> None:
        for _ in range(self.answers_per_connection):
            length = None
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if length is None:
                return
            assert self.rfile.read(length) == b"{}"
            self.wfile.write(
                b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n" % (self.status, len(ANSWER))
            )
            self.wfile.flush()
            self.wfile.write(ANSWER)  # head and body in two packets


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def server(status: bytes = b"200 OK", answers_per_connection: int = 10**9) -> Iterator[int]:
    """Runs a server on a free port."""
    kind = {"status": status, "answers_per_connection": answers_per_connection}
    handler = type("Handler", (_Handler,), kind)
    with _Server(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield running.server_address[1]
        finally:
            running.shutdown()
            thread.join()


def question(port: int, connections: int = 3, duration_s: float = 0.5) -> Question:
    """Asks for a short load."""
    return Question("127.0.0.1", port, "/v1/models/m:predict", b"{}", connections, duration_s)


def test_answers_are_counted_and_timed() -> None:
    """More than one per connection: they are kept."""
    with server() as port:
        load = run(question(port))
    assert load.requests > 10
    assert load.errors == 0
    assert 0 < load.p50_ms <= load.p99_ms
    assert load.duration_s >= 0.5
    assert load.cpu_s > 0


def test_other_statuses_are_errors() -> None:
    """They are no successes, however fast."""
    with server(status=b"503 Service Unavailable") as port:
        load = run(question(port))
    assert load.requests == 0
    assert load.errors > 10


def test_a_server_that_closes_connections_is_asked_again() -> None:
    """Each lost answer is one error, and the load goes on."""
    with server(answers_per_connection=2) as port:
        load = run(question(port, connections=2))
    assert load.requests > 5
    assert load.errors > 1


def test_the_generator_runs_in_a_process_of_its_own() -> None:
    """So that its CPU is known."""
    name, generator = rest_generator("builtin")
    with server() as port:
        load = generator(question(port))
    assert name == "builtin"
    assert load.requests > 10


@pytest.mark.skipif(wrk.found() is None, reason="wrk is not installed")
def test_wrk_gives_the_same_figures() -> None:
    """Where it is installed."""
    with server() as port:
        load = wrk.run(question(port, duration_s=1))
    assert load.requests > 10
    assert load.errors == 0
    assert load.p50_ms > 0


def test_wrk_is_asked_for_in_vain_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to do."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert rest_generator("auto")[0] == "builtin"
    with pytest.raises(GeneratorError, match="--generator builtin"):
        rest_generator("wrk")


class _Predict(grpc.GenericRpcHandler):  # type: ignore[misc]  # untyped
    """Answers each Predict with its own request."""

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        assert details.method == GRPC_METHOD
        return grpc.unary_unary_rpc_method_handler(lambda body, _context: body)


def test_grpc_calls_are_counted() -> None:
    """Through real channels."""
    running = grpc.server(ThreadPoolExecutor(4), handlers=[_Predict()])
    port = running.add_insecure_port("127.0.0.1:0")
    running.start()
    try:
        load = grpc_generator(Question("127.0.0.1", port, GRPC_METHOD, b"x", 4, 0.5))
    finally:
        running.stop(None).wait()
    assert load.requests > 10
    assert load.errors == 0


def test_percentiles_are_those_of_the_sorted_list() -> None:
    """Of nothing they are nothing."""
    assert percentile_ms([0.001, 0.002, 0.003, 0.004], 0.5) == 3
    assert percentile_ms([0.001], 0.99) == 1
    assert percentile_ms([], 0.5) == 0
