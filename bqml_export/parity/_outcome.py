"""What became of the cases, one by one and together."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bqml_export.parity._case import Case, Kind
from bqml_export.parity._prediction import Prediction
from bqml_export.parity.comparison import Examination, Tolerance, difference, tolerance_used
from bqml_export.parity.report import FAILED, PASSED, KindCount, ParityReport, files_digest
from bqml_export.parity.subject import Subject
from bqml_export.repository.record import now, tool_version
from foundation.json_types import JsonObject


class Status(enum.Enum):
    """How a case ended; only DIFFERS and REFUSED fail the gate."""

    AGREES = "agrees"
    SUBSTITUTED = "substituted"
    """The export cannot take the row as it is; with BigQuery's own substitution it agrees."""
    NOT_REPRESENTABLE = "not representable"
    """The export cannot hold the row, so that nothing was compared."""
    DIFFERS = "differs"
    REFUSED = "refused"

    @property
    def compared(self) -> bool:
        """Whether both sides said the same."""
        return self in (Status.AGREES, Status.SUBSTITUTED)

    @property
    def fails(self) -> bool:
        return self in (Status.DIFFERS, Status.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What both sides said about a case, and what that means."""

    case: Case
    status: Status
    detail: str = ""
    warehouse: Prediction | None = None
    endpoint: Prediction | None = None
    tolerance_used: float = 0.0
    """The part of the tolerance that the numbers need; beyond 1 they do not agree."""
    substituted: Mapping[str, object] = field(default_factory=dict)

    def document(self) -> JsonObject:
        return {
            "kind": self.case.kind.value,
            "case": self.case.name,
            "status": self.status.value,
            "detail": self.detail,
            "row": {name: _shown(value) for name, value in self.case.row.items()},
            "substituted": dict(self.substituted),
            "warehouse": self.warehouse.document() if self.warehouse else None,
            "endpoint": self.endpoint.document() if self.endpoint else None,
        }


def judged(
    case: Case,
    substituted: Mapping[str, object],
    warehouse: Prediction,
    endpoint: Prediction,
    tolerance: Tolerance,
) -> Outcome:
    found = difference(warehouse, endpoint, tolerance)
    detail = found or ""
    if found and case.limit is not None:
        status, detail = Status.NOT_REPRESENTABLE, case.limit
    elif found:
        status = Status.DIFFERS
    elif substituted:
        status = Status.SUBSTITUTED
        detail = ", ".join(f"{name} was sent as {value}" for name, value in substituted.items())
    else:
        status = Status.AGREES
    return Outcome(
        case=case,
        status=status,
        detail=detail,
        warehouse=warehouse,
        endpoint=endpoint,
        tolerance_used=tolerance_used(warehouse, endpoint, tolerance),
        substituted=substituted,
    )


def _shown(value: object) -> object:
    if isinstance(value, dict):
        return {name: _shown(inner) for name, inner in value.items()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def summarized(
    subject: Subject, wanted: Examination, outcomes: Sequence[Outcome], training_rows: int
) -> ParityReport:
    """Returns the report; it passes when nothing differs and something was compared."""
    compared = any(one.status.compared for one in outcomes)
    fails = any(one.status.fails for one in outcomes)
    return ParityReport(
        model=subject.version.model,
        version=subject.version.number,
        verdict=PASSED if compared and not fails else FAILED,
        files_sha256=files_digest(subject.record.files or {}),
        created=now(),
        tool_version=tool_version(),
        url=wanted.url,
        warehouse_model=str(subject.model),
        engine=subject.record.engine or "",
        absolute_tolerance=wanted.tolerance.absolute,
        relative_tolerance=wanted.tolerance.relative,
        training_rows=training_rows,
        kinds=tuple(_count(kind, outcomes) for kind in Kind),
        exceptions=tuple(o.document() for o in outcomes if o.status is not Status.AGREES),
    )


def _count(kind: Kind, outcomes: Sequence[Outcome]) -> KindCount:
    own = [one for one in outcomes if one.case.kind is kind]
    by_status = {status.name.lower(): sum(one.status is status for one in own) for status in Status}
    used = [one.tolerance_used for one in own if one.status.compared]
    return KindCount(kind=kind.value, tolerance_used=max(used, default=None), **by_status)
