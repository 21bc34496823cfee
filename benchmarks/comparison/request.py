"""The requests of a benchmark, made from what the service says of its model."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from loadtest.settings.load_test import LoadTestSettings
from loadtest.traffic.workload import load_workload


@dataclass(frozen=True, slots=True)
class Requests:
    """What is sent, by the number of rows.

    Attributes:
        path: Of the REST requests.
        rest: REST bodies. They name no signature: the rivals do not know any.
        grpc: PredictRequest messages.
    """

    path: str
    rest: dict[int, bytes]
    grpc: dict[int, bytes]


def make_requests(url: str, model: str, rows: Iterable[int]) -> Requests:
    """Returns requests with rows near the model's published example; one answer to each is checked.

    Args:
        url: A running service that knows the model.
        model: Its name.
        rows: How many rows, for each kind of request.

    Raises:
        TargetError: The service does not answer, or not rightly.
    """
    rest: dict[int, bytes] = {}
    grpc: dict[int, bytes] = {}
    for count in rows:
        settings = LoadTestSettings.model_validate(
            {
                "target": {"url": url, "model": model, "signature": "serving_default"},
                "traffic": {"rows_per_request": count, "payloads": 1},
            }
        )
        workload = load_workload(settings)
        (batch,) = workload.batches(settings.traffic)
        rest[count] = json.dumps({"instances": batch}).encode()
        (grpc[count],) = workload.grpc_requests(settings)
    return Requests(f"/v1/models/{model}:predict", rest, grpc)
