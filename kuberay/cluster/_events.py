from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from foundation.json_types import JsonObject
from kuberay.cluster.connection import Cluster

# The operator cannot reach a dashboard that is just starting; this is no news for two minutes.
_EARLY = "FailedToUpdateServeApplications"
_EARLY_S = 120.0


@dataclass(frozen=True, slots=True)
class Event:
    object: str
    reason: str
    message: str
    at: datetime

    @property
    def sentence(self) -> str:
        return f"{self.object}: {self.reason}: {self.message}"


def warnings_since(
    cluster: Cluster, namespace: str, names: Iterable[str], since: datetime
) -> list[Event]:
    prefixes = tuple(f"{name}-" for name in names)
    exact = {prefix[:-1] for prefix in prefixes}
    found = [_event(e) for e in cluster.find("v1", "Event", namespace, fields="type=Warning")]
    return sorted(
        (
            event
            for name, event in found
            if event.at >= since and (name in exact or name.startswith(prefixes))
        ),
        key=lambda event: event.at,
    )


def worth_telling(event: Event, started: datetime) -> bool:
    age_s = (event.at - started).total_seconds()
    return not (event.reason == _EARLY and age_s < _EARLY_S)


def _event(event: JsonObject) -> tuple[str, Event]:
    about = event.get("involvedObject") or {}
    name = str(about.get("name") or "")
    message = " ".join(str(event.get("message") or "").split())[:400]
    at = event.get("lastTimestamp") or event.get("eventTime") or event.get("firstTimestamp")
    reason = str(event.get("reason") or "")
    return name, Event(f"{about.get('kind', '')}/{name}", reason, message, _time(at))


def _time(text: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text or "").astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
