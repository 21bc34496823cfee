from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count

from geventhttpclient.client import HTTPClient
from geventhttpclient.response import HTTPSocketPoolResponse
from geventhttpclient.url import URL
from locust.contrib.fasthttp import FAILURE_EXCEPTIONS, FastHttpUser

from loadtest.settings.load_test import LoadTestSettings
from loadtest.traffic._check import NO_PREDICTIONS, NOT_JSON
from loadtest.traffic._outcome import Outcome
from loadtest.traffic.service_pages import request_headers, shown
from loadtest.traffic.workload import Workload

_SHOWN_BYTES = 100
_TEMPORARY = (502, 503)


class RestSender:
    """One user's connection, by the HTTP client that is inside of Locust's FastHttpUser.

    It is called directly: `FastHttpSession` would double the cost of a request (100 instead of
    50 microseconds), on cores that the service under load may share.
    """

    method = "POST"

    def __init__(
        self,
        client: HTTPClient,
        workload: Workload,
        bodies: list[bytes],
        settings: LoadTestSettings,
        path_prefix: str = "",
    ) -> None:
        traffic = settings.traffic
        self.name = workload.path
        self._client = client
        self._path = path_prefix + workload.path
        self._check = workload.check if traffic.check_answers else None
        self._rows = traffic.rows_per_request
        self._bodies = bodies
        self._body = bodies[0]
        self._headers = request_headers(settings.target)
        self._last_headers = {**self._headers, "Connection": "close"}
        self._replica_header = settings.target.replica_header
        self._is_last = _every(traffic.rotate_after)

    def send(self) -> None:
        self._body = random.choice(self._bodies)  # noqa: S311 - no secret

    def attempt(self) -> Outcome:
        headers = self._last_headers if next(self._is_last) else self._headers
        try:
            response = self._client.request("POST", self._path, self._body, headers)
            body = bytes(response.read())
        except FAILURE_EXCEPTIONS as exc:
            return Outcome(_lost(exc), is_temporary=True)
        return self._judged(response, body)

    def _judged(self, response: HTTPSocketPoolResponse, body: bytes) -> Outcome:
        status = response.get_code()
        replica = _header(response, self._replica_header) if self._replica_header else ""
        if status != 200:
            text, temporary = f"{status}: {shown(body, _SHOWN_BYTES)}", status in _TEMPORARY
            wait_s = _seconds(_header(response, "retry-after")) if temporary else None
            return Outcome(text, replica, len(body), temporary, wait_s)
        fault = self._check.body(body, self._rows) if self._check else None
        # Only what says nothing without it: each answer has other numbers, and would be a cause of
        # its own.
        if fault in (NOT_JSON, NO_PREDICTIONS):
            fault = f"{fault}: {shown(body, _SHOWN_BYTES)}"
        return Outcome(fault, replica, len(body))

    def close(self) -> None:
        self._client.close()


def rest_senders(
    settings: LoadTestSettings, workload: Workload, url: str
) -> Callable[[object], RestSender]:
    bodies = workload.rest_bodies(settings.traffic)
    parts = URL(url)
    prefix = parts.path.rstrip("/")

    def open_sender(user: object) -> RestSender:
        assert isinstance(user, FastHttpUser)
        client = user.client.client.clientpool.get_client(parts)
        return RestSender(client, workload, bodies, settings, prefix)

    return open_sender


def _every(number: int) -> Iterator[bool]:
    return (bool(number) and sent % number == 0 for sent in count(1))


def _lost(exc: Exception) -> str:
    """Equal for equal causes: no addresses, no numbers of sockets."""
    text = getattr(exc, "strerror", None) or str(exc) or "no answer"
    return f"{type(exc).__name__}: {text}"


def _header(response: HTTPSocketPoolResponse, name: str) -> str:
    value = response.get(name, "")
    return ", ".join(value) if isinstance(value, list) else value or ""


def _seconds(text: str) -> float | None:
    """A date in a Retry-After header is not waited for."""
    try:
        return max(0.0, float(text))
    except ValueError:
        return None
