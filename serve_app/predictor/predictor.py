"""What every protocol calls to get a prediction or to learn about a model."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from foundation.json_types import Json
from serve_app.kinds.signature import Signature
from serve_app.kinds.traits import CallTraits
from serve_app.metrics.model_call import ModelCallMeter
from serve_app.metrics.recorder import Recorder
from serve_app.predictor._lease import Lease
from serve_app.predictor._queue import Queue
from serve_app.predictor.limits import CallLimits
from serve_app.predictor.request import Adapter, AwaitedRequest, Query

if TYPE_CHECKING:
    from serve_app.lifecycle.manager import ServableManager
    from serve_app.predictor.executor import Executor
    from serve_app.predictor.model_spec import ModelSpec
    from serve_app.predictor.version_status import VersionStatus

A = TypeVar("A")
_MOST_QUEUES = 1000


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """What is known of one loaded version.

    Attributes:
        record: The publisher's record (`bqml.json`), if there is one.
    """

    name: str
    version: int
    signatures: Mapping[str, Signature]
    traits: Mapping[str, CallTraits]
    record: Mapping[str, Json] | None


class Predictor:
    """The transport-free face of the loaded models.

    Requests of all protocols that ask the same of a model wait in one queue, and may share a call.
    """

    def __init__(
        self,
        manager: ServableManager,
        executor: Executor,
        recorder: Recorder | None = None,
        limits: CallLimits | None = None,
    ) -> None:
        self._manager = manager
        self._queues: dict[tuple[asyncio.AbstractEventLoop, Query], Queue] = {}
        self.executor = executor
        self.recorder = recorder or Recorder()
        self.limits = limits or CallLimits()

    async def predict(
        self,
        query: Query,
        adapter: Adapter[Any, A],
        payload: object,
        *,
        rows: int = 0,
        deadline_s: float | None = None,
    ) -> A:
        """Returns the answer to one request, by the rules of its adapter.

        `rows` is 0 where only its tensors will tell; `deadline_s` is by the monotonic clock.

        Raises:
            ServeAppError: The model, the signature or the payload is wrong, or the model failed.
            DeadlineExceededError: It took too long.
        """
        until_s = monotonic() + self.limits.timeout_s if deadline_s is None else deadline_s
        request = AwaitedRequest(adapter, payload, rows, until_s)
        self.queue(query, asyncio.get_running_loop()).submit(request)
        try:
            return await request.answer
        finally:
            request.is_over = True

    def queue(self, query: Query, loop: asyncio.AbstractEventLoop) -> Queue:
        """Returns the queue of all requests that ask the same, in this event loop."""
        key = (loop, query)
        queue = self._queues.get(key)
        if queue is None:
            if len(self._queues) >= _MOST_QUEUES:
                self._drop_idle_queues()
            queue = self._queues[key] = Queue(self, query, loop)
        return queue

    def _drop_idle_queues(self) -> None:
        """Lets go of the queues that clients have made with names of their own invention."""
        idle = [key for key, queue in self._queues.items() if queue.is_idle]
        for key in idle:
            del self._queues[key]

    def lease(self, query: Query, last: Lease | None = None) -> Lease:
        """Takes hold of the version that answers now; enter the lease to let go of it.

        What the same query got `last` is used again while the version is the same.

        Raises:
            NotFoundError: The model or version is not available.
            InvalidArgumentError: The label does not exist.
        """
        version, servable = self._manager.acquire(query.spec)
        if last is not None and last.version is version:
            if last.is_used:
                version.release()  # it holds the version already
            else:
                last.renew(servable)
            return last
        meter = ModelCallMeter(self.recorder, query.spec.name, version.number, query.api)
        return Lease(version, servable, query, meter)

    def metadata(self, spec: ModelSpec) -> ModelMetadata:
        """Returns what is known of the version asked for; raises as `lease`."""
        with self._manager.lease(spec) as (version, servable):
            traits = {name: servable.traits(name) for name in servable.signatures}
            return ModelMetadata(
                spec.name, version.number, servable.signatures, traits, version.record
            )

    def statuses(self, spec: ModelSpec) -> list[VersionStatus]:
        """The status of the version asked for, or of all, newest first; labels are ignored."""
        return self._manager.statuses(spec.name, spec.version)

    def models(self) -> list[str]:
        return self._manager.models()

    def ready(self) -> bool:
        return self._manager.ready()
