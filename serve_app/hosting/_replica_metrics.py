"""Gives every replica the metrics of all of them, so that one port has one answer.

A scrape reaches a replica at random. That replica asks all others for their numbers, takes those of
replicas that do not answer, or are gone, from the ledger, and prints the sum.
"""

from __future__ import annotations

import asyncio
import logging
import threading

from ray import serve

from serve_app.hosting._cluster_store import ClusterStore
from serve_app.hosting._metrics_ledger import MetricsLedger
from serve_app.metrics.recorder import Recorder
from serve_app.metrics.snapshot import Snapshot, total

_log = logging.getLogger(__name__)
_WRITE_EVERY_S = 2.0
_OTHERS_TIMEOUT_S = 2.0


class ReplicaMetrics:
    """The numbers of this replica, shared with the others of its deployment.

    Made in a replica, and nowhere else.

    Args:
        method: Name of the deployment's method that returns `own`.
    """

    def __init__(self, recorder: Recorder, method: str) -> None:
        context = serve.get_replica_context()
        self._recorder = recorder
        self._method = method
        self._replica: str = context.replica_tag
        self._app: str = context.app_name
        self._deployment: str = context.deployment
        self._ledger = MetricsLedger(ClusterStore(), f"{self._app}/{self._deployment}")
        self._written: Snapshot = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep_writing, name="metrics", daemon=True)
        self._thread.start()

    def own(self) -> tuple[str, Snapshot]:
        return self._replica, self._recorder.snapshot()

    async def collect(self) -> Snapshot:
        living = await self._others()
        living[self._replica] = self._recorder.snapshot()
        return await asyncio.to_thread(self._sum, living)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    async def _others(self) -> dict[str, Snapshot]:
        handle = serve.get_deployment_handle(self._deployment, self._app)
        try:
            answers = await handle.broadcast(self._method).results_async(
                timeout_s=_OTHERS_TIMEOUT_S, return_exceptions=True
            )
        except Exception as exc:  # noqa: BLE001 - whatever it is, the ledger has an answer
            _log.warning("metrics of other replicas come from the ledger: %r", exc)
            return {}
        return dict(answer for answer in answers if not isinstance(answer, BaseException))

    def _sum(self, living: dict[str, Snapshot]) -> Snapshot:
        try:
            numbers = total({**self._ledger.read(), **living}.values())
            self._ledger.tidy(living)
        except Exception:  # noqa: BLE001 - Ray raises several kinds while its head restarts
            _log.warning("metrics of replicas that are gone are missing", exc_info=True)
            return total(living.values())
        return numbers

    def _keep_writing(self) -> None:
        while not self._stop.wait(_WRITE_EVERY_S):
            self._write()
        self._write()

    def _write(self) -> None:
        numbers = self._recorder.snapshot()
        if numbers == self._written:
            return
        try:
            self._ledger.write(self._replica, numbers)
        except Exception:  # noqa: BLE001 - as above; the next round tries again
            _log.warning("metrics could not be written to the ledger", exc_info=True)
        else:
            self._written = numbers
