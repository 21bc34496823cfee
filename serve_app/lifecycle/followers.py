"""Waits until all living replicas serve a configuration."""

from __future__ import annotations

import threading
import time

from serve_app.config.store import ConfigStore

_SILENCE_S = 10.0
"""A replica that has not beaten for so long is gone."""
_POLL_S = 0.1


def await_followers(
    store: ConfigStore, me: str, number: int, deadline_s: float, stop: threading.Event
) -> bool:
    """Waits until every replica but `me` that lives serves generation `number`; tells if so.

    Who lives is seen from here, by beats that follow one another: no two clocks are compared.
    `deadline_s` is on the monotonic clock.
    """
    last: dict[str, tuple[int, float]] = {}
    while lagging := _lagging(store, me, number):
        now_s = time.monotonic()
        for member, count in lagging.items():
            if last.setdefault(member, (count, now_s))[0] != count:
                last[member] = (count, now_s)
            elif now_s - last[member][1] > _SILENCE_S:
                store.forget(member)
        if now_s > deadline_s or stop.wait(_POLL_S):
            return False
    return True


def _lagging(store: ConfigStore, me: str, number: int) -> dict[str, int]:
    beats = store.heartbeats()
    return {m: b.count for m, b in beats.items() if m != me and b.generation < number}
