"""The report of the gate, `<root>/<model>/parity/<version>.json`.

It lies beside the versions, in a folder whose name no server takes for one. Reading it imports no
client of any cloud.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from bqml_export.errors import PublishError
from bqml_export.repository.durable import replace_file
from bqml_export.repository.record import FileDigest
from bqml_export.repository.versions import Version
from foundation.json_types import JsonObject

FORMAT = 1
PASSED, FAILED = "passed", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """How the cases of one kind ended."""

    kind: str
    agrees: int = 0
    substituted: int = 0
    not_representable: int = 0
    differs: int = 0
    refused: int = 0
    tolerance_used: float | None = None
    """The part of the tolerance that the cases which agree need; None where none agrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityReport:
    """What the gate found out about one version.

    `files_sha256` says which files were meant; `exceptions` are the cases that do not simply agree.
    """

    model: str
    version: int
    verdict: str
    files_sha256: str
    created: str
    tool_version: str
    url: str
    warehouse_model: str
    engine: str
    absolute_tolerance: float
    relative_tolerance: float
    training_rows: int
    kinds: tuple[KindCount, ...]
    exceptions: tuple[JsonObject, ...] = field(default=())

    @property
    def passed(self) -> bool:
        return self.verdict == PASSED

    @property
    def failures(self) -> list[JsonObject]:
        """The cases for which it failed."""
        return [case for case in self.exceptions if case["status"] in ("differs", "refused")]

    def to_json(self) -> JsonObject:
        """Returns the report as it is written, without NaN and infinity, which JSON has not."""
        return {"format": FORMAT, **_strict(asdict(self))}


def report_path(version: Version) -> Path:
    return version.folder.parent / "parity" / f"{version.number}.json"


def write_report(version: Version, report: ParityReport) -> Path:
    """Returns the path of the report after writing it in place of an earlier one."""
    path = report_path(version)
    path.parent.mkdir(mode=0o755, exist_ok=True)
    text = json.dumps(report.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
    replace_file(path, f"{text}\n".encode())
    return path


def read_report(version: Version) -> ParityReport | None:
    """Returns None where there is no report; PublishError if it cannot be read."""
    path = report_path(version)
    try:
        content = json.loads(path.read_bytes())
        return _from_json(content if isinstance(content, dict) else {})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as exc:
        raise PublishError(
            f"{path} is no parity report: {exc}", hint="run `bqml-export verify` again"
        ) from exc


def _from_json(content: JsonObject) -> ParityReport:
    if content.get("format") != FORMAT:
        raise ValueError(f"format is {content.get('format')!r}, this tool reads {FORMAT}")
    known: dict[str, Any] = {f.name: content[f.name] for f in fields(ParityReport)}
    known["kinds"] = tuple(KindCount(**kind) for kind in content["kinds"])
    known["exceptions"] = tuple(content["exceptions"])
    return ParityReport(**known)


def files_digest(files: Mapping[str, FileDigest]) -> str:
    lines = [f"{digest.sha256} {digest.bytes} {name}\n" for name, digest in sorted(files.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _strict(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, dict):
        return {name: _strict(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(inner) for inner in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
