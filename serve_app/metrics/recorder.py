"""Records what happens, for every protocol in the same way; knows of no transport."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter
from types import TracebackType
from typing import Self

from serve_app.errors import OverloadedError
from serve_app.metrics import family
from serve_app.metrics._registry import Registry
from serve_app.metrics.family import Family
from serve_app.metrics.snapshot import Labels, Snapshot

_US = 1e6


class Recorder:
    """The metrics of one replica."""

    def __init__(self) -> None:
        self._registry = Registry()

    def request(self, entrypoint: str, api: str = "", model: str = "") -> RequestRecord:
        """Returns a context that records one request, by how its body ends.

        TensorFlow Serving counts every REST call, and of gRPC Predict, Classify and Regress: `api`,
        in gRPC with a capital, is empty for a GET. It and `model` can be set later.
        """
        return RequestRecord(self, entrypoint, api, model)

    def answered(self, entrypoint: str, api: str, model: str, took_us: Sequence[int]) -> None:
        """Records requests that were answered with success, by the microseconds that each took."""
        labels = (model, api, entrypoint)
        self._registry.record(
            (
                (family.REQUEST_COUNT, (model, "OK"), len(took_us)),
                *((family.REQUEST_LATENCY_US, labels, each_us) for each_us in took_us),
            )
        )

    def failed(self, entrypoint: str, model: str, error: BaseException) -> None:
        self._registry.add(family.REQUEST_COUNT, (model, _code(error)))
        if isinstance(error, OverloadedError):
            self._registry.add(family.SHED, (model, entrypoint))

    def model_call(  # noqa: PLR0913 - a call's numbers
        self,
        model: str,
        version: int,
        api: str,
        *,
        rows: int,
        queue_s: float,
        model_s: float,
        non_finite: int | None,
    ) -> None:
        """Records one call; `queue_s` is its wait for a thread, `non_finite` None if it failed."""
        labels = (model, str(version))
        points: list[tuple[Family, Labels, float]] = [
            (family.BATCH_ROWS, labels, rows),
            (family.QUEUE_S, labels, queue_s),
            (family.MODEL_S, labels, model_s),
        ]
        if non_finite is not None:
            # TensorFlow Serving's runtime_latency includes the waiting.
            took_us = round((queue_s + model_s) * _US)
            points += [
                (family.ROWS, labels, rows),
                (family.NON_FINITE, labels, non_finite),
                (family.RUNTIME_LATENCY_US, (model, api, "TF1"), took_us),
            ]
        self._registry.record(points)

    def examples(self, model: str, count: int) -> None:
        """Records the number of tf.Examples in one MultiInference."""
        self._registry.observe(family.EXAMPLE_COUNTS, (model,), count)
        self._registry.add(family.EXAMPLE_COUNT_TOTAL, (model,), count)

    def warmup(self, path: str, code: str, records: int, took_s: float) -> None:
        """Records the replay of one version's warmup file; `code` is `OK` or an error's."""
        self._registry.observe(family.WARMUP_LATENCY_US, (path, code), round(took_s * _US))
        self._registry.add(family.WARMUP_RECORDS, (path,), records)

    def snapshot(self) -> Snapshot:
        return self._registry.snapshot()


class RequestRecord:
    """One request while it is answered.

    Attributes:
        model: The model asked for; empty while the request has not been understood.
    """

    __slots__ = ("_entrypoint", "_recorder", "_started_s", "api", "model")

    def __init__(self, recorder: Recorder, entrypoint: str, api: str, model: str) -> None:
        self._recorder = recorder
        self._entrypoint = entrypoint
        self.api = api
        self.model = model

    def __enter__(self) -> Self:
        self._started_s = perf_counter()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if error is None:
            took_us = round((perf_counter() - self._started_s) * _US)
            self._recorder.answered(self._entrypoint, self.api, self.model, (took_us,))
        else:
            self._recorder.failed(self._entrypoint, self.model, error)


def _code(error: BaseException) -> str:
    if isinstance(error, asyncio.CancelledError):
        return "CANCELLED"
    # ServeAppError has one, and so has what a protocol raises for itself.
    return str(getattr(error, "code_name", "INTERNAL"))
