"""One thing that is wrong with a manifest."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from foundation.json_types import JsonObject


class Severity(StrEnum):
    """Whether the object is refused or fails (error), or works worse than meant (warning)."""

    ERROR = "error"
    WARNING = "warning"


class Source(StrEnum):
    """Who would complain, or what would go wrong, if the manifest were applied."""

    YAML = "yaml"
    API_SERVER = "api-server"
    OPERATOR = "operator"
    RAY = "ray"
    RUNTIME = "runtime"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input a value stands.

    `path` is written as in `kubectl explain`, with list indices; `line` counts from 1 and is 0
    where the input has no lines.
    """

    file: str
    line: int
    object: str
    path: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that the manifest breaks, with what came, what was expected and how to mend it."""

    rule: str
    severity: Severity
    source: Source
    place: Place
    came: str
    expected: str
    fix: str

    def document(self) -> JsonObject:
        document: JsonObject = {}
        for name, value in dataclasses.asdict(self).items():
            document |= value if name == "place" else {name: value}
        return document
