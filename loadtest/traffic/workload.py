"""What one process needs to send and to judge: made once, before the load begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from foundation.errors import SettingsError
from foundation.json_types import JsonObject
from loadtest.errors import TargetError
from loadtest.settings.load_test import LoadTestSettings
from loadtest.settings.traffic import TrafficSettings
from loadtest.traffic._check import AnswerCheck, classes
from loadtest.traffic._rows import drawn_rows, file_rows
from loadtest.traffic._signature import Signature, read_signature
from loadtest.traffic.payloads import batches, rest_body
from loadtest.traffic.service_pages import ServicePages

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Workload:
    """The requests, and what is right about their answers."""

    model: str
    path: str
    signature: Signature
    rows: list[JsonObject]
    labels: Mapping[str, frozenset[str]]
    check: AnswerCheck

    def rest_bodies(self, traffic: TrafficSettings) -> list[bytes]:
        return [rest_body(self.signature.name, batch) for batch in self.batches(traffic)]

    def batches(self, traffic: TrafficSettings) -> list[list[JsonObject]]:
        return batches(self.rows, traffic.rows_per_request, traffic.payloads, traffic.seed)

    def grpc_requests(self, settings: LoadTestSettings) -> list[bytes]:
        from loadtest.traffic._tensor import predict_request  # needs protocol buffers

        return [
            predict_request(self.model, self.signature, rows, settings.target)
            for rows in self.batches(settings.traffic)
        ]


def load_workload(settings: LoadTestSettings, url: str = "") -> Workload:
    """Asks the service what its model wants, and sends one request to see that it gets it."""
    pages = ServicePages(settings.target, url)
    signature = read_signature(pages.metadata(), settings.target.signature)
    rows = _rows(settings.traffic, signature, pages)
    batch = batches(rows, settings.traffic.rows_per_request, 1, settings.traffic.seed)[0]
    answer = pages.first_answer(rest_body(signature.name, batch))
    labels = _labels(settings.traffic, signature, answer)
    return Workload(
        model=pages.model_name(),
        path=f"{pages.model_path()}:predict",
        signature=signature,
        rows=rows,
        labels=labels,
        check=AnswerCheck(signature, labels),
    )


def _rows(traffic: TrafficSettings, signature: Signature, pages: ServicePages) -> list[JsonObject]:
    if traffic.rows_file is not None:
        return file_rows(traffic.rows_file, signature)
    return drawn_rows(signature, pages.example_row(), traffic.seed)


def _labels(
    traffic: TrafficSettings, signature: Signature, answer: bytes
) -> dict[str, frozenset[str]]:
    if not traffic.check_answers:
        return {}
    fault = AnswerCheck(signature, {}).body(answer, traffic.rows_per_request)
    if fault is not None:
        shown = answer[:_SHOWN].decode(errors="replace")
        raise TargetError(f"the answer to the first request is not right: {fault}: {shown}")
    if traffic.labels:
        given = frozenset(traffic.labels)
        outputs = [name for name in signature.outputs if name.startswith("predicted_")]
        if not outputs:
            have = ", ".join(signature.outputs)
            raise SettingsError(f"traffic.labels: the model predicts no label; it answers {have}")
        return dict.fromkeys(outputs, given)
    return classes(signature, orjson.loads(answer))
