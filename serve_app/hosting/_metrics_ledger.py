"""What every replica has counted, living or gone.

A counter must not go backwards because the autoscaler took a replica away: its last numbers stay in
the ledger. Those of replicas that are long gone are added up into one entry.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection
from dataclasses import dataclass

from serve_app.config.key_values import KeyValues
from serve_app.metrics.snapshot import Snapshot, dump, load, total

_log = logging.getLogger(__name__)
_GONE_AFTER_S = 600.0
_LOCK_EXPIRES_S = 120.0


@dataclass(frozen=True, slots=True)
class _Entry:
    written_s: float
    replicas: tuple[str, ...]
    metrics: Snapshot


class MetricsLedger:
    """The numbers of all replicas of one deployment, each under its own key.

    Args:
        most_gone: Replicas that are gone and still have an entry of their own, at most.
    """

    def __init__(self, store: KeyValues, service: str, most_gone: int = 32) -> None:
        self._store = store
        self._prefix = f"metrics/{service}/replica/"
        self._gone_key = f"metrics/{service}/gone"
        self._lock_key = f"metrics/{service}/lock"
        self._most_gone = most_gone

    def write(self, replica: str, metrics: Snapshot) -> None:
        """Puts the numbers of one replica in place of its earlier ones."""
        self._put(self._prefix + replica, _Entry(time.time(), (replica,), metrics))

    def read(self) -> dict[str, Snapshot]:
        """Returns the numbers by replica; under the empty name those that were added up."""
        gone = self._get(self._gone_key)
        entries = self._entries(gone)
        return {"": gone.metrics, **{name: entry.metrics for name, entry in entries.items()}}

    def tidy(self, living: Collection[str]) -> None:
        """Adds up the entries of replicas that are long gone, where there are many."""
        entries = self._entries(self._get(self._gone_key))
        before_s = time.time() - _GONE_AFTER_S
        old = [n for n, e in entries.items() if n not in living and e.written_s < before_s]
        if len(old) <= self._most_gone or not self._lock():
            return
        try:
            self._add_up(old)
        finally:
            self._store.delete(self._lock_key)

    def _add_up(self, replicas: Collection[str]) -> None:
        gone = self._get(self._gone_key)
        entries = self._entries(gone)
        found = {name: entries[name] for name in replicas if name in entries}
        metrics = total([gone.metrics, *(entry.metrics for entry in found.values())])
        # The names come first: an entry that is added up and not yet deleted counts once.
        self._put(self._gone_key, _Entry(time.time(), tuple(found), metrics))
        for name in {*found, *gone.replicas}:
            self._store.delete(self._prefix + name)

    def _lock(self) -> bool:
        now = str(time.time()).encode()
        if self._store.put(self._lock_key, now, overwrite=False):
            return True
        taken = self._store.get(self._lock_key)
        if taken is not None and float(taken) < time.time() - _LOCK_EXPIRES_S:
            self._store.delete(self._lock_key)  # its owner has died; the next one gets it
        return False

    def _entries(self, gone: _Entry) -> dict[str, _Entry]:
        names = (key.removeprefix(self._prefix) for key in self._store.keys(self._prefix))
        return {n: self._get(self._prefix + n) for n in names if n not in gone.replicas}

    def _put(self, key: str, entry: _Entry) -> None:
        head = json.dumps({"written_s": entry.written_s, "replicas": entry.replicas})
        self._store.put(key, head.encode() + b"\n" + dump(entry.metrics))

    def _get(self, key: str) -> _Entry:
        head, _, metrics = (self._store.get(key) or b"{}\n{}").partition(b"\n")
        try:
            known = json.loads(head)
            replicas = tuple(known.get("replicas", ()))
            return _Entry(known.get("written_s", 0.0), replicas, load(metrics))
        except ValueError:
            _log.warning("metrics entry %s cannot be read and is left out", key)
            return _Entry(0.0, (), {})
