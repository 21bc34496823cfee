"""The built-in generator: raw sockets, prepared bytes, one process.

Run as `python -m benchmarks.generator.closed_loop`: a question as JSON on standard input, the
load as JSON on standard output. Imports nothing but the standard library.
"""

from __future__ import annotations

import resource
import selectors
import socket
from time import perf_counter

from benchmarks.generator.load import Load, Question, answer

_READ_BYTES = 262_144
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class _Connection:
    """One connection and the answer that it waits for."""

    def __init__(self, question: Question, request: bytes) -> None:
        self._question = question
        self._request = request
        self.socket = self._open()
        self.started_s = 0.0
        self._came = b""

    def _open(self) -> socket.socket:
        opened = socket.create_connection((self._question.host, self._question.port), timeout=10)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def send(self) -> None:
        """Sends the next request."""
        self.started_s = perf_counter()
        self.socket.sendall(self._request)

    def receive(self) -> bool | None:
        """Returns whether the answer is a success, None while it is not whole.

        Raises:
            ConnectionError: The server closed the connection before it had answered.
        """
        came = self.socket.recv(_READ_BYTES)
        if not came:
            raise ConnectionResetError("closed by the server")
        self._came += came
        end = self._came.find(_HEAD_END)
        if end < 0:
            return None
        head = self._came[:end].lower()
        at = head.find(_LENGTH)
        if at < 0:
            raise ConnectionResetError("an answer without a length")
        length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
        if len(self._came) < end + len(_HEAD_END) + length:
            return None
        self._came = b""
        return head.startswith(b"http/1.1 200")

    def again(self) -> None:
        """Opens the connection anew."""
        self.socket.close()
        self._came = b""
        self.socket = self._open()


def run(question: Question) -> Load:
    """Loads a server and returns what came back."""
    request = (
        f"POST {question.path} HTTP/1.1\r\nHost: {question.host}:{question.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(question.body)}\r\n\r\n"
    ).encode() + question.body
    took_s: list[float] = []
    errors = 0
    before = resource.getrusage(resource.RUSAGE_SELF)
    begin_s = perf_counter()
    until_s = begin_s + question.duration_s
    with selectors.DefaultSelector() as selector:
        connections = [_Connection(question, request) for _ in range(question.connections)]
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send()
        while (now_s := perf_counter()) < until_s:
            for key, _ in selector.select(until_s - now_s):
                waiting: _Connection = key.data
                try:
                    answer = waiting.receive()
                    if answer is None:
                        continue
                    if answer:
                        took_s.append(perf_counter() - waiting.started_s)
                    else:
                        errors += 1
                    waiting.send()
                except OSError:
                    errors += 1
                    selector.unregister(waiting.socket)
                    waiting.again()
                    selector.register(waiting.socket, selectors.EVENT_READ, waiting)
                    waiting.send()
        ended_s = perf_counter()
        for connection in connections:
            connection.socket.close()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Load.of(took_s, errors, ended_s - begin_s, cpu_s)


if __name__ == "__main__":
    answer(run)
