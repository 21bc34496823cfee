from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import grpc
from grpc.experimental import gevent as grpc_gevent

from loadtest.settings.load_test import LoadTestSettings
from loadtest.traffic._outcome import Outcome
from loadtest.traffic._tensor_check import TensorCheck
from loadtest.traffic.grpc_call import PREDICT, open_channel, request_metadata
from loadtest.traffic.workload import Workload

_PUSHBACK = "grpc-retry-pushback-ms"
# RESOURCE_EXHAUSTED is the 503 of an overloaded replica.
_TEMPORARY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)
_SHOWN = 120


class GrpcSender:
    method = "gRPC"
    name = PREDICT

    def __init__(
        self, workload: Workload, requests: list[bytes], settings: LoadTestSettings
    ) -> None:
        traffic, target = settings.traffic, settings.target
        self._check = TensorCheck(workload.signature, workload.labels)
        self._is_checked = traffic.check_answers
        self._rows = traffic.rows_per_request
        self._rotate_after = traffic.rotate_after
        self._target = target
        self._metadata = request_metadata(target)
        self._replica_key = target.replica_header.lower()
        self._requests = requests
        self._request = requests[0]
        self._sent = 0
        self._open()

    def _open(self) -> None:
        self._channel = open_channel(self._target)
        self._call = self._channel.unary_unary(PREDICT)

    def send(self) -> None:
        self._request = random.choice(self._requests)  # noqa: S311 - no secret

    def attempt(self) -> Outcome:
        if self._rotate_after and self._sent == self._rotate_after:
            self._channel.close()
            self._open()
            self._sent = 0
        self._sent += 1
        try:
            message, call = self._call.with_call(
                self._request, timeout=self._target.timeout_s, metadata=self._metadata
            )
        except grpc.RpcError as error:
            return self._refused(error)
        fault = self._check.message(message, self._rows) if self._is_checked else None
        return Outcome(fault, self._replica(call), len(message))

    def _refused(self, error: Any) -> Outcome:  # noqa: ANN401 - grpc's error is also a call
        code, details = error.code(), " ".join(str(error.details()).split())
        pushback = _trailing(error).get(_PUSHBACK, "")
        return Outcome(
            f"{code.name}: {details[:_SHOWN]}",
            self._replica(error),
            is_temporary=code in _TEMPORARY,
            retry_after_s=int(pushback) / 1000 if pushback.isdigit() else None,
        )

    def _replica(self, call: Any) -> str:  # noqa: ANN401 - untyped
        return _trailing(call).get(self._replica_key, "") if self._replica_key else ""

    def close(self) -> None:
        self._channel.close()


def grpc_senders(settings: LoadTestSettings, workload: Workload) -> Callable[[object], GrpcSender]:
    grpc_gevent.init_gevent()  # else a call blocks every user of the process
    requests = workload.grpc_requests(settings)
    return lambda _user: GrpcSender(workload, requests, settings)


def _trailing(call: Any) -> dict[str, str]:  # noqa: ANN401 - untyped
    return {pair.key: pair.value for pair in call.trailing_metadata() or ()}
