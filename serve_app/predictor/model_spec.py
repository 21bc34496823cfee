"""Which model a request asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model by name, and a version by number or by label; neither means the newest ready one."""

    name: str
    version: int | None = None
    label: str | None = None
