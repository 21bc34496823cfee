"""A version that requests of one queue have taken hold of."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from serve_app.kinds.pace import Pace
from serve_app.kinds.servable import Call, Tensors
from serve_app.kinds.traits import CallTraits
from serve_app.metrics.model_call import ModelCallMeter
from serve_app.predictor.deadline import remaining_ms
from serve_app.predictor.request import Adapter, Query

if TYPE_CHECKING:
    from serve_app.kinds.servable import Servable
    from serve_app.lifecycle.version import ModelVersion

_log = logging.getLogger(__name__)
Compute = Callable[[], dict[str, np.ndarray]]


class Lease:
    """Keeps a version loaded while it is used; a context manager, that may be entered again.

    Used in one thread, the event loop's.

    Args:
        version: Taken hold of by `ModelVersion.acquire`.
    """

    def __init__(
        self, version: ModelVersion, servable: Servable, query: Query, meter: ModelCallMeter
    ) -> None:
        self.version = version
        self._servable = servable
        self._query = query
        self._meter = meter
        self._calls: dict[Adapter[Any, Any], tuple[Call, CallTraits]] = {}
        self._partial: dict[tuple[str, tuple[str, ...]], CallTraits] = {}
        self._users = 0

    def __enter__(self) -> Self:
        self.retain()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.release()

    def retain(self) -> None:
        """Keeps the version for one more user, while another still has it."""
        self._users += 1

    def release(self) -> None:
        """Ends what `retain` began; the last one lets go of the version."""
        self._users -= 1
        if not self._users:
            del self._servable  # an unloaded version's memory is kept by whoever knows it
            self.version.release()

    def renew(self, servable: Servable) -> None:
        """Begins anew, as the last user has let go: the version was taken hold of again."""
        self._servable = servable

    @property
    def is_used(self) -> bool:
        return self._users > 0

    def call(self, adapter: Adapter[Any, Any]) -> tuple[Call, CallTraits]:
        """Returns what the query asks, as the adapter understands it, and what is known of that."""
        found = self._calls.get(adapter)
        if found is None:
            call = adapter.call(self._servable.signatures, self._query)
            found = self._calls[adapter] = (call, self._traits(call))
        return found

    def _traits(self, call: Call) -> CallTraits:
        """Calls for some of the outputs are never shared.

        A model is judged as it computes all of them: for some it may compute in another way.
        """
        known = self._servable.traits(call.signature.name)
        if len(call.outputs) == len(call.signature.outputs):
            return known
        key = (call.signature.name, call.outputs)
        return self._partial.setdefault(key, CallTraits(bounded=known.bounded))

    def stop_sharing(self, call: Call, traits: CallTraits, why: str) -> None:
        if traits.shared_rows or traits.row_width:
            traits.shared_rows = traits.row_width = 0
            traits.reason = why
            _log.warning(
                "%s version %d, signature %s: calls are not shared: %s",
                self.version.model, self.version.number, call.signature.name, why,
            )  # fmt: skip

    def compute_here(
        self, call: Call, inputs: Tensors, requests: int, pace: Pace
    ) -> dict[str, np.ndarray]:
        run = partial(self._servable.run, call, inputs, requests=requests, in_caller=True)
        return self._meter.run(run, inputs, pace, perf_counter())

    def computed_by(
        self, call: Call, inputs: Tensors, requests: int, until_s: float, pace: Pace
    ) -> Compute:
        """Returns a function that computes a call in any thread, and gives up at `until_s`."""

        def run() -> dict[str, np.ndarray]:
            left_ms = remaining_ms(until_s)
            return self._servable.run(call, inputs, requests=requests, timeout_ms=left_ms)

        return partial(self._meter.run, run, inputs, pace, perf_counter())
