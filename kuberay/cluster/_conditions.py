from __future__ import annotations

from dataclasses import dataclass

from foundation.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class Condition:
    """`status` is True, False or Unknown."""

    status: str = "Unknown"
    reason: str = ""
    message: str = ""

    @property
    def is_true(self) -> bool:
        return self.status == "True"


def conditions_of(status: JsonObject | None) -> dict[str, Condition]:
    return {
        condition.get("type", ""): Condition(
            condition.get("status", "Unknown"),
            condition.get("reason") or "",
            condition.get("message") or "",
        )
        for condition in (status or {}).get("conditions") or ()
    }


def holds(status: JsonObject | None, *names: str) -> bool:
    found = conditions_of(status)
    return any(found[name].is_true for name in names if name in found)
